//! What a member says of one invitation: each can be undone.

use super::{
    UNDO, done,
    draft::{Again, Typed, draw, onwards},
    href,
};
use crate::{App, Result, Viewer, access::form::Fields, inbox::id as id_of, undo::Of};
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use tertulia_engine::invitations as desk;

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
            let (words, nothing) = (Some(typed.words), "Nothing was changed.");
            let again = Again { words, seen: typed.seen, nothing, ..Again::default() };
            draw(&app, &viewer, &headers, id, again.refused(error)?).await
        }
    }
}

pub(super) async fn skip(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let id = id_of(&id)?;
    let onwards = onwards(&app, id).await?;
    let undo = desk::skip(&app.engine, viewer.user.id, id).await?;
    Ok(done(&app, &viewer, &onwards, "Left out. Nothing is sent to them.", undo))
}

pub(super) async fn again(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let id = id_of(&id)?;
    let undo = desk::draft_again(&app.engine, viewer.user.id, id).await?;
    Ok(done(&app, &viewer, &href(id), "It is a draft again.", undo))
}

pub(super) async fn undo(State(app): State<App>, viewer: Viewer, Query(of): Query<Of>) -> Result<Response> {
    let undo: desk::Undo = UNDO.accept(&app, &viewer, &of)?;
    desk::undo(&app.engine, &undo).await?;
    Ok(Redirect::to(&href(undo.invitation)).into_response())
}
