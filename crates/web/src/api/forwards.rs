//! Passing a message on.

use super::{
    extract::{Given, Id},
    ident::Ident,
    letters::{self, Addressee, Letter},
    shapes::{Attachment, Delivery, Problem},
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::outbound;
use tertulia_model::{ConversationId, MessageId};
use tertulia_store::reading;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Forward {
    /// Whom it goes to.
    #[schema(min_items = 1, max_items = 50)]
    to: Vec<Addressee>,
    /// Who gets a copy.
    #[serde(default)]
    #[schema(max_items = 20)]
    cc: Vec<Addressee>,
    /// Who gets a copy that the others do not see.
    #[serde(default)]
    #[schema(max_items = 20)]
    bcc: Vec<Addressee>,
    /// Words of your own, above what is passed on.
    #[serde(default)]
    #[schema(example = "Nils, what happened here?")]
    text: String,
    /// `Fwd:` and that of the message if it is left out.
    #[schema(max_length = 1000, example = "Fwd: Beans")]
    subject: Option<String>,
    /// Which of our addresses it comes from.
    #[schema(max_length = 254, example = "shop@roastery.example")]
    from: Option<String>,
    /// Which of the message's attachments go along, by their ids. All of them if it is left out, but for those with a
    /// reply address of ours inside, by which others could write into the conversation.
    #[schema(max_items = 50)]
    attachments: Option<Vec<Ident>>,
    /// Files that were brought to the message's conversation, by the ids that they got.
    #[serde(default)]
    #[schema(max_items = 50)]
    files: Vec<Ident>,
}

impl Forward {
    fn of(self, message: MessageId, conversation: ConversationId) -> Letter {
        Letter {
            conversation,
            forwards: Some(message),
            attachments: self.attachments,
            channel: None,
            text: self.text,
            to: self.to,
            cc: self.cc,
            bcc: self.bcc,
            subject: self.subject,
            from: self.from,
            files: self.files,
            close: false,
            articles: Vec::new(),
            as_it_is: true,
        }
    }
}

/// A message that is passed on.
#[derive(Serialize, ToSchema)]
pub(super) struct Forwarded {
    #[serde(flatten)]
    delivery: Delivery,
    /// Attachments that stay behind where none were named: there is a reply address of ours inside.
    left_out: Vec<Attachment>,
}

/// Passes a message on
///
/// To somebody who is not in its conversation, which stays as it is: what comes back is a conversation of its own. Like a
/// reply it goes out after ten seconds, and a request repeated with the same `Idempotency-Key` sends nothing again.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/forwards", tag = "messages", request_body = Forward,
    security(("key" = ["reply"])),
    params(
        ("id" = Ident, Path, description = "The message"),
        ("Idempotency-Key" = String, Header, description = "1 to 200 characters, chosen by you and new for each reply and forward"),
    ),
    responses(
        (status = 202, description = "Stored, and on its way", body = Forwarded,
            headers(("Location" = String, description = "Where the delivery is"))),
        (status = 404, description = "There is no such message", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It stands in no conversation, was deleted, or its channel cannot send to others", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Something in it is missing, too long or not understood, a file is not there, or the same key was used for something else", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn forward(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    headers: HeaderMap,
    Given(body): Given<Forward>,
) -> Result<Response> {
    let message =
        reading::message(&mut app.engine.db.reader(), MessageId(id)).await?.ok_or_else(WebError::not_found)?;
    let conversation = message.conversation_id.ok_or_else(|| {
        let words =
            "This message stands in no conversation. Open one from it first (POST …/conversation), then pass it on.";
        WebError::new(StatusCode::CONFLICT, words)
    })?;
    let key = letters::key(&viewer, &headers)?;
    let takes_all = body.attachments.is_none();
    let letter = body.of(message.id, conversation);
    letter.check()?;
    let delivery = match letters::known(&app, &key).await? {
        Some(known) => known,
        None => {
            let passing = outbound::way_to_forward(&app.engine, conversation, message.id).await?;
            let passing = passing.ok_or_else(outbound::cannot_forward)?;
            letters::queue(&app, &viewer, letter.form(&passing.way, &key)?).await?
        }
    };
    letter.must_be(&app, &viewer, &delivery).await?;
    let left_out = match takes_all {
        true => outbound::files_to_pass_on(&app.engine, message.id).await?.1,
        false => Vec::new(),
    };
    let place = format!("/api/v1/deliveries/{}", delivery.id);
    let forwarded = Forwarded { delivery: delivery.into(), left_out: left_out.iter().map(Attachment::from).collect() };
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(forwarded)).into_response())
}
