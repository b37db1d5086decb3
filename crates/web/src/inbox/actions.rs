//! What is done with a conversation besides answering it. Each says what it did, and how to undo it.

use super::{Fields, flash, id, list::Show, next, times};
use crate::{App, Result, Viewer, WebError};
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tertulia_engine::desk::{self, Undo};
use tertulia_model::{ConversationId, UserId};
use tertulia_store::{conversations, users};

const UNDO: &str = "undo of a change";

fn done(app: &App, to: &str, text: &str, undo: &Undo) -> Response {
    let undo_url = format!("/inbox/undo?of={}", flash::seal(app, UNDO, undo));
    flash::redirect(app, to, text, Some(undo_url))
}

fn here(conversation: ConversationId, show: &Show) -> String {
    format!("/inbox/{conversation}{}", show.query())
}

/// Where to go on from a conversation that leaves the list; found before it leaves.
async fn onwards(app: &App, viewer: &Viewer, show: &Show, conversation: ConversationId) -> Result<String> {
    let held = conversations::get(&mut app.engine.db.reader(), conversation).await?.ok_or_else(WebError::not_found)?;
    next::after(app, viewer.user.id, show, &held).await
}

/// `to`: a member's id, or empty for nobody.
pub(crate) async fn assign(
    State(app): State<App>,
    Path(conversation): Path<String>,
    Query(show): Query<Show>,
    fields: Fields,
) -> Result<Response> {
    let conversation = id(&conversation)?;
    let to: Option<UserId> = match fields.get("to") {
        "" => None,
        member => Some(id(member)?),
    };
    let undo = desk::assign(&app.engine, conversation, to).await?;
    let text = match to {
        None => "Nobody has it now.".to_owned(),
        Some(member) => {
            let found = users::get(&mut app.engine.db.reader(), member).await?;
            format!("Given to {}.", found.map_or_else(|| "somebody".to_owned(), |user| user.name))
        }
    };
    Ok(done(&app, &here(conversation, &show), &text, &undo))
}

pub(crate) async fn pending(
    State(app): State<App>,
    Path(conversation): Path<String>,
    Query(show): Query<Show>,
) -> Result<Response> {
    let conversation = id(&conversation)?;
    let undo = desk::set_state(&app.engine, conversation, "pending").await?;
    Ok(done(&app, &here(conversation, &show), "Pending: we wait for them.", &undo))
}

pub(crate) async fn reopen(
    State(app): State<App>,
    Path(conversation): Path<String>,
    Query(show): Query<Show>,
) -> Result<Response> {
    let conversation = id(&conversation)?;
    let undo = desk::set_state(&app.engine, conversation, "open").await?;
    Ok(done(&app, &here(conversation, &show), "Open again.", &undo))
}

pub(crate) async fn close(
    State(app): State<App>,
    viewer: Viewer,
    Path(conversation): Path<String>,
    Query(show): Query<Show>,
) -> Result<Response> {
    let conversation = id(&conversation)?;
    let onwards = onwards(&app, &viewer, &show, conversation).await?;
    let undo = desk::set_state(&app.engine, conversation, "closed").await?;
    Ok(done(&app, &onwards, "Closed. It opens again when they write.", &undo))
}

/// `until`: `later`, `tomorrow`, `week`, or `date` with a `date`.
pub(crate) async fn snooze(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(conversation): Path<String>,
    Query(show): Query<Show>,
    fields: Fields,
) -> Result<Response> {
    let conversation = id(&conversation)?;
    let zone = times::zone(&headers);
    let until = times::until(fields.get("until"), fields.get("date"), app.engine.now(), &zone).ok_or_else(|| {
        WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "Choose a day to put it off to. Nothing was changed.")
    })?;
    let onwards = onwards(&app, &viewer, &show, conversation).await?;
    let undo = desk::snooze(&app.engine, conversation, until).await?;
    let text = format!("Out of the way until {}.", times::moment_words(until, &zone));
    Ok(done(&app, &onwards, &text, &undo))
}

/// Back to the list: to stay would be to read it again.
pub(crate) async fn unread(
    State(app): State<App>,
    viewer: Viewer,
    Path(conversation): Path<String>,
    Query(show): Query<Show>,
) -> Result<Response> {
    let conversation = id(&conversation)?;
    conversations::get(&mut app.engine.db.reader(), conversation).await?.ok_or_else(WebError::not_found)?;
    desk::mark_unread(&app.engine, viewer.user.id, conversation).await?;
    Ok(flash::redirect(&app, &format!("/inbox{}", show.query()), "Marked as unread.", None))
}

/// `with`: the conversation that goes into this one.
pub(crate) async fn merge(
    State(app): State<App>,
    Path(conversation): Path<String>,
    Query(show): Query<Show>,
    fields: Fields,
) -> Result<Response> {
    let conversation = id(&conversation)?;
    desk::merge(&app.engine, id(fields.get("with"))?, conversation).await?;
    Ok(flash::redirect(&app, &here(conversation, &show), "The two conversations are one now.", None))
}

pub(crate) async fn keep_apart(
    State(app): State<App>,
    Path(conversation): Path<String>,
    Query(show): Query<Show>,
    fields: Fields,
) -> Result<Response> {
    let conversation = id(&conversation)?;
    conversations::get(&mut app.engine.db.reader(), conversation).await?.ok_or_else(WebError::not_found)?;
    desk::keep_apart(&app.engine, conversation, id(fields.get("with"))?).await?;
    let text = "They stay two; you will not be asked again.";
    Ok(flash::redirect(&app, &here(conversation, &show), text, None))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Of {
    of: String,
}

pub(crate) async fn undo(State(app): State<App>, Query(of): Query<Of>) -> Result<Response> {
    let undo: Undo = flash::unseal(&app, UNDO, &of.of).ok_or_else(WebError::not_found)?;
    desk::undo(&app.engine, &undo).await?;
    Ok(Redirect::to(&format!("/inbox/{}", undo.conversation)).into_response())
}
