//! What a member says of a promise: one tap each, and each can be undone.

use crate::{
    App, Result, Viewer, WebError,
    access::form::Fields,
    inbox::{Undoing, flash, id, undo_url},
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use tertulia_engine::promises::{self as desk, Due, Undo};
use tertulia_model::{MessageId, PersonId};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    /// Another day than the one that was found: `2026-12-04`.
    due_on: String,
    note: String,
    words: String,
    /// `list`, or `person-7`; else back to the conversation.
    back: String,
}

impl Said {
    /// The day that was chosen; none where the field was left empty.
    fn day(&self) -> Result<Option<Due>> {
        let typed = self.due_on.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let wrong = || WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "Choose a day. Nothing was changed.");
        Ok(Some(Due::On(typed.parse().map_err(|_| wrong())?)))
    }
}

/// Back to where it was said, which says what was done.
async fn done(app: &App, viewer: &Viewer, said: &Said, (undo, text): (Undo, &str)) -> Result<Response> {
    let person = said.back.strip_prefix("person-").and_then(|id| id.parse::<PersonId>().ok());
    let to = match person {
        Some(person) => format!("/people/{person}#promise-{}", undo.promise),
        None if said.back == "list" => "/promises".to_owned(),
        None => match desk::get(&app.engine, undo.promise).await {
            Ok(found) => {
                let message = found.promise.message_id;
                format!("/inbox/{}?at={message}#message-{message}", undo.conversation)
            }
            Err(_) => format!("/inbox/{}", undo.conversation),
        },
    };
    let undo = undo_url(app, viewer.user.id, Undoing::Promise(undo));
    Ok(flash::redirect(app, &to, text, undo))
}

pub(super) async fn confirm(
    State(app): State<App>,
    viewer: Viewer,
    Path(promise): Path<String>,
    Fields(said): Fields<Said>,
) -> Result<Response> {
    let due = said.day()?.unwrap_or(Due::AsItIs);
    let undo = desk::confirm(&app.engine, id(&promise)?, viewer.user.id, due).await?;
    done(&app, &viewer, &said, (undo, "A promise. It stands under Promises until you say what became of it.")).await
}

pub(super) async fn dismiss(
    State(app): State<App>,
    viewer: Viewer,
    Path(promise): Path<String>,
    Fields(said): Fields<Said>,
) -> Result<Response> {
    let undo = desk::dismiss(&app.engine, id(&promise)?, viewer.user.id).await?;
    done(&app, &viewer, &said, (undo, "No promise, then.")).await
}

pub(super) async fn keep(
    State(app): State<App>,
    viewer: Viewer,
    Path(promise): Path<String>,
    Fields(said): Fields<Said>,
) -> Result<Response> {
    let undo = desk::keep(&app.engine, id(&promise)?, viewer.user.id, Some(&said.note)).await?;
    done(&app, &viewer, &said, (undo, "Kept. It stays on the record.")).await
}

pub(super) async fn break_it(
    State(app): State<App>,
    viewer: Viewer,
    Path(promise): Path<String>,
    Fields(said): Fields<Said>,
) -> Result<Response> {
    let undo = desk::break_it(&app.engine, id(&promise)?, viewer.user.id, Some(&said.note)).await?;
    done(&app, &viewer, &said, (undo, "Not kept. It stays on the record.")).await
}

pub(super) async fn reopen(
    State(app): State<App>,
    viewer: Viewer,
    Path(promise): Path<String>,
    Fields(said): Fields<Said>,
) -> Result<Response> {
    let undo = desk::reopen(&app.engine, id(&promise)?).await?;
    done(&app, &viewer, &said, (undo, "Open again.")).await
}

pub(super) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(message): Path<String>,
    Fields(said): Fields<Said>,
) -> Result<Response> {
    let message: MessageId = id(&message)?;
    let due = said.day()?.unwrap_or(Due::NoDay);
    let undo = desk::add(&app.engine, message, viewer.user.id, &said.words, due).await?;
    done(&app, &viewer, &said, (undo, "Noted as a promise.")).await
}
