//! Replying.

use super::{
    extract::{Given, Id},
    ident::Ident,
    letters::{self, Addressee, Letter},
    shapes::{Delivery, Problem},
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::outbound::{self, Way};
use tertulia_model::{ChannelId, ConversationId};
use tertulia_store::{conversations, deliveries};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reply {
    /// Plain text, as the person will read it. It may be left out where files go along.
    #[serde(default)]
    #[schema(example = "Your parcel left this morning.")]
    text: String,
    /// The channel to answer on, one of the conversation's `ways`; the proposed one if it is left out.
    channel: Option<Ident>,
    /// Files that were brought to this conversation, by the ids that they got.
    #[serde(default)]
    #[schema(max_items = 50)]
    files: Vec<Ident>,
    /// For mail: whom it goes to; whoever is answered if it is left out.
    #[serde(default)]
    #[schema(max_items = 50)]
    to: Vec<Addressee>,
    /// For mail: who gets a copy.
    #[serde(default)]
    #[schema(max_items = 50)]
    cc: Vec<Addressee>,
    /// For mail: who gets a copy that the others do not see.
    #[serde(default)]
    #[schema(max_items = 50)]
    bcc: Vec<Addressee>,
    /// For mail: that of what is answered if it is left out.
    #[schema(max_length = 1000, example = "Re: Beans")]
    subject: Option<String>,
    /// For mail: which of our addresses it comes from, one of the way's `from`.
    #[schema(max_length = 254, example = "shop@roastery.example")]
    from: Option<String>,
    /// Whether the conversation is closed with it.
    #[serde(default)]
    close: bool,
    /// The articles of know-how that were put into it. That it holds one is noted where its words still stand in it.
    #[serde(default)]
    #[schema(max_items = 10)]
    articles: Vec<Ident>,
    /// `{name}` and the like are meant so; else an answer is refused in which such a place was not filled in.
    #[serde(default)]
    as_it_is: bool,
}

impl Reply {
    fn to(self, conversation: ConversationId) -> Letter {
        Letter {
            conversation,
            forwards: None,
            attachments: None,
            channel: self.channel.map(|channel| ChannelId(channel.0)),
            text: self.text,
            to: self.to,
            cc: self.cc,
            bcc: self.bcc,
            subject: self.subject,
            from: self.from,
            files: self.files,
            close: self.close,
            articles: self.articles,
            as_it_is: self.as_it_is,
        }
    }
}

/// Answers a conversation
///
/// The reply is stored and goes out after ten seconds, in which a member can still take it back. The answer names its
/// delivery; look there for what became of it. A request repeated with the same `Idempotency-Key` gives the same
/// delivery and sends nothing again.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/replies", tag = "conversations", request_body = Reply,
    security(("key" = ["reply"])),
    params(
        ("id" = Ident, Path, description = "The conversation"),
        ("Idempotency-Key" = String, Header, description = "1 to 200 characters, chosen by you and new for each reply"),
    ),
    responses(
        (status = 202, description = "Stored, and on its way", body = Delivery,
            headers(("Location" = String, description = "Where the delivery is"))),
        (status = 404, description = "There is no such conversation", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It cannot be answered (on that channel)", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Something in it is missing, too long or not understood, a file is not there or the channel carries none, or the same key was used for another reply", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn reply(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    headers: HeaderMap,
    Given(reply): Given<Reply>,
) -> Result<Response> {
    let key = letters::key(&viewer, &headers)?;
    let letter = reply.to(ConversationId(id));
    letter.check()?;
    let delivery = match letters::known(&app, &key).await? {
        Some(known) => known,
        None => queue(&app, &viewer, &letter, &key).await?,
    };
    letter.must_be(&app, &viewer, &delivery).await?;
    let place = format!("/api/v1/deliveries/{}", delivery.id);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(Delivery::from(delivery))).into_response())
}

async fn queue(app: &App, viewer: &Viewer, letter: &Letter, key: &str) -> Result<deliveries::Delivery> {
    let held = conversations::get(&mut app.engine.db.reader(), letter.conversation).await?;
    let held = held.ok_or_else(WebError::not_found)?;
    let ways = outbound::ways_to_answer(&app.engine, held.id).await?;
    letters::queue(app, viewer, letter.form(chosen(&ways, letter.channel)?, key)?).await
}

fn chosen(ways: &[Way], channel: Option<ChannelId>) -> Result<&Way> {
    let found = match channel {
        Some(channel) => ways.iter().find(|way| way.channel == channel),
        None => ways.first(),
    };
    found.ok_or_else(|| {
        let message = match channel {
            Some(_) => {
                "This conversation cannot be answered on that channel (any more). Its `ways` say on which it can. \
                 Nothing was sent."
            }
            None => {
                "This conversation cannot be answered: none of its channels is connected any more, or none can carry \
                 answers. Nothing was sent."
            }
        };
        WebError::new(StatusCode::CONFLICT, message)
    })
}
