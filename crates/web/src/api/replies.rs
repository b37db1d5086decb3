//! Replying.

use super::{
    extract::{Given, Id, idempotency_key, invalid},
    ident::Ident,
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
use tertulia_engine::{
    EngineError,
    outbound::{self, ReplyForm},
};
use tertulia_model::{ChannelId, ConversationId};
use tertulia_store::{StoreError, conversations, deliveries};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reply {
    /// Plain text, as the person will read it.
    #[schema(min_length = 1, example = "Your parcel left this morning.")]
    text: String,
    /// The channel to answer on, one of the conversation's `ways`; the proposed one if it is left out.
    channel: Option<Ident>,
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
        (status = 422, description = "Something in it is missing, too long or not understood, or the same key was used for another reply", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn reply(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    headers: HeaderMap,
    Given(reply): Given<Reply>,
) -> Result<Response> {
    let id = ConversationId(id);
    // Each member's programs have keys of their own choice, which others cannot guess at or run into.
    let key = format!("api:{}:{}", viewer.user.id, idempotency_key(&headers)?);
    let channel = reply.channel.map(|channel| ChannelId(channel.0));
    let known = deliveries::by_key(&mut app.engine.db.reader(), &key).await?;
    let delivery = match known {
        Some(known) => known,
        None => queue(&app, &viewer, id, channel, &reply.text, &key).await?,
    };
    if delivery.conversation_id != id || delivery.outgoing.text != reply.text {
        return Err(invalid(
            "Idempotency-Key",
            "This key was used for another reply. Choose a new one for each reply.",
        ));
    }
    let place = format!("/api/v1/deliveries/{}", delivery.id);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(Delivery::from(delivery))).into_response())
}

async fn queue(
    app: &App,
    viewer: &Viewer,
    conversation: ConversationId,
    channel: Option<ChannelId>,
    text: &str,
    key: &str,
) -> Result<deliveries::Delivery> {
    conversations::get(&mut app.engine.db.reader(), conversation).await?.ok_or_else(WebError::not_found)?;
    let channel = match channel {
        Some(channel) => channel,
        None => proposed(app, conversation).await?,
    };
    let form = ReplyForm {
        conversation,
        channel,
        text: text.to_owned(),
        recipients: Vec::new(),
        subject: None,
        from_address: None,
        idempotency_key: key.to_owned(),
        seen: None,
        even_if_unseen: false,
        close: false,
        with_draft_files: false,
        forwards: None,
    };
    match outbound::queue_reply(&app.engine, viewer.user.id, form).await {
        // The same request at the same moment came first.
        Err(EngineError::Store(StoreError::Conflict)) => {
            let stored = deliveries::by_key(&mut app.engine.db.reader(), key).await?;
            stored.ok_or_else(|| EngineError::Store(StoreError::Conflict).into())
        }
        queued => Ok(queued?),
    }
}

async fn proposed(app: &App, conversation: ConversationId) -> Result<ChannelId> {
    let ways = outbound::ways_to_answer(&app.engine, conversation).await?;
    ways.first().map(|way| way.channel).ok_or_else(|| {
        let message = "This conversation cannot be answered: none of its channels is connected any more, or none can \
                       carry answers. Nothing was sent.";
        WebError::new(StatusCode::CONFLICT, message)
    })
}
