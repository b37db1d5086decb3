//! What a person decides about one of our messages on its way.

use super::{
    actions::{Undoing, undo_url},
    flash, id,
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    extract::{Path, State},
    response::Response,
};
use tertulia_engine::outbound;
use tertulia_model::DeliveryId;
use tertulia_store::{deliveries, identity_questions, invitations, tellings};

async fn conversation_of(app: &App, delivery: DeliveryId) -> Result<String> {
    let found = deliveries::get(&mut app.engine.db.reader(), delivery).await?.ok_or_else(WebError::not_found)?;
    let conversation = found.conversation_id;
    Ok(match found.outgoing.forwards {
        Some(forwarded) => format!("/inbox/{conversation}?forward={}", forwarded.message),
        None => format!("/inbox/{conversation}"),
    })
}

/// Where its words are a draft again: what tells somebody of a change is one there, and what invites somebody.
async fn draft_of(app: &App, delivery: DeliveryId) -> Result<String> {
    let mut db = app.engine.db.reader();
    if let Some(telling) = tellings::of_delivery(&mut db, delivery).await? {
        return Ok(crate::feedback::telling_href(telling));
    }
    match invitations::of_delivery(&mut db, delivery).await? {
        Some(invitation) => Ok(crate::insights::inviting::href(invitation)),
        None => conversation_of(app, delivery).await,
    }
}

/// Takes a reply back; its words are a draft again, unless they asked what is asked anew elsewhere.
pub(crate) async fn undo(State(app): State<App>, viewer: Viewer, Path(delivery): Path<String>) -> Result<Response> {
    let delivery = id(&delivery)?;
    let back = draft_of(&app, delivery).await?;
    let asks = identity_questions::is_asked_by(&mut app.engine.db.reader(), delivery).await?;
    outbound::undo_reply(&app.engine, viewer.user.id, delivery).await?;
    let said = if asks { "Taken back. They are not asked." } else { "Taken back. Your words are a draft again." };
    Ok(flash::redirect(&app, &back, said, None))
}

pub(crate) async fn again(State(app): State<App>, Path(delivery): Path<String>) -> Result<Response> {
    let delivery = id(&delivery)?;
    let back = conversation_of(&app, delivery).await?;
    outbound::send_again(&app.engine, delivery).await?;
    Ok(flash::redirect(&app, &back, "It is on its way again.", None))
}

pub(crate) async fn arrived(State(app): State<App>, viewer: Viewer, Path(delivery): Path<String>) -> Result<Response> {
    let delivery = id(&delivery)?;
    let back = conversation_of(&app, delivery).await?;
    let doubt = outbound::consider_sent(&app.engine, delivery).await?;
    let undo = undo_url(&app, viewer.user.id, Undoing::Arrived(doubt));
    Ok(flash::redirect(&app, &back, "Noted: it did arrive.", undo))
}

/// It stays as it is: nothing is to be done about it.
pub(crate) async fn leave(State(app): State<App>, viewer: Viewer, Path(delivery): Path<String>) -> Result<Response> {
    let delivery = id(&delivery)?;
    let back = conversation_of(&app, delivery).await?;
    outbound::leave(&app.engine, viewer.user.id, delivery).await?;
    let undo = Some(format!("/deliveries/{delivery}/leave/undo"));
    Ok(flash::redirect(&app, &back, "Left as it is; nobody is asked about it any more.", undo))
}

pub(crate) async fn undo_leave(State(app): State<App>, Path(delivery): Path<String>) -> Result<Response> {
    let delivery = id(&delivery)?;
    let back = conversation_of(&app, delivery).await?;
    outbound::undo_leave(&app.engine, delivery).await?;
    Ok(flash::redirect(&app, &back, "It needs somebody again.", None))
}

/// Its words and files are a draft again, to be put right.
pub(crate) async fn write_again(
    State(app): State<App>,
    viewer: Viewer,
    Path(delivery): Path<String>,
) -> Result<Response> {
    let delivery = id(&delivery)?;
    outbound::write_again(&app.engine, viewer.user.id, delivery).await?;
    let back = draft_of(&app, delivery).await?;
    Ok(flash::redirect(&app, &back, "Its words are a draft below. Put it right, then send it.", None))
}
