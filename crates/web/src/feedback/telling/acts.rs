//! What a member says of one telling: each can be undone.

use super::{
    UNDO, done,
    draft::{Again, draw, onwards},
    href, page_href,
};
use crate::{App, Result, Viewer, WebError, access::form::Fields, inbox::id as id_of, undo::Of};
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tertulia_engine::telling as desk;
use tertulia_model::MessageId;
use tertulia_store::tellings::{self, HELPED};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    words: String,
    /// As it was looked at, and how it stood, when these were typed.
    seen: String,
    version: Option<i64>,
    note: String,
    answer: String,
    message: Option<MessageId>,
    /// `list`: back to those that wait for the same.
    back: String,
}

const NOTHING: &str = "Nothing was changed.";

pub(super) async fn keep(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let id = id_of(&id)?;
    match desk::keep_words(&app.engine, id, &typed.words, typed.version).await {
        Ok(undo) => Ok(done(&app, &viewer, &href(id), "These words are kept for this one.", undo)),
        Err(error) => {
            let again = Again { words: Some(typed.words), seen: typed.seen, nothing: NOTHING, ..Again::default() };
            draw(&app, &viewer, &headers, id, again.refused(error)?).await
        }
    }
}

pub(super) async fn skip(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let id = id_of(&id)?;
    let onwards = onwards(&app, id).await?;
    match desk::skip(&app.engine, viewer.user.id, id, &typed.note).await {
        Ok(undo) => Ok(done(&app, &viewer, &onwards, "Left out; nothing is owed to them.", undo)),
        Err(error) => {
            let again = Again { skip: Some(typed.note), nothing: NOTHING, ..Again::default() };
            draw(&app, &viewer, &headers, id, again.refused(error)?).await
        }
    }
}

pub(super) async fn by_hand(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let id = id_of(&id)?;
    let onwards = onwards(&app, id).await?;
    match desk::by_hand(&app.engine, viewer.user.id, id, &typed.note).await {
        Ok(undo) => Ok(done(&app, &viewer, &onwards, "Noted. Nothing is sent to them.", undo)),
        Err(error) => {
            let again = Again { by_hand: Some(typed.note), nothing: NOTHING, ..Again::default() };
            draw(&app, &viewer, &headers, id, again.refused(error)?).await
        }
    }
}

pub(super) async fn owe(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let id = id_of(&id)?;
    let onwards = onwards(&app, id).await?;
    let undo = desk::owe(&app.engine, viewer.user.id, id).await?;
    Ok(done(&app, &viewer, &onwards, "It stands as owed, with the reason.", undo))
}

pub(super) async fn again(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let id = id_of(&id)?;
    let undo = desk::draft_again(&app.engine, id).await?;
    let now = tellings::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)?;
    let said =
        if now.state == "draft" { "It is a draft again." } else { "There is still no way to tell them by a message." };
    Ok(done(&app, &viewer, &href(id), said, undo))
}

pub(super) async fn answer(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let id = id_of(&id)?;
    let answer = Some(typed.answer.as_str()).filter(|answer| !answer.is_empty());
    let undo = desk::mark(&app.engine, viewer.user.id, id, answer, typed.message).await?;
    let to = if typed.back == "list" { page_href(undo.change, HELPED) } else { href(id) };
    let said = if answer.is_some() { "Noted on the change." } else { "It is open again what they answered." };
    Ok(done(&app, &viewer, &to, said, undo))
}

pub(super) async fn undo(State(app): State<App>, viewer: Viewer, Query(of): Query<Of>) -> Result<Response> {
    let undo: desk::Undo = UNDO.accept(&app, &viewer, &of)?;
    desk::undo(&app.engine, &undo).await?;
    Ok(Redirect::to(&href(undo.telling)).into_response())
}
