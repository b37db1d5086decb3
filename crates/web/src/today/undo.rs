//! Undoing what was just done with a card.

use crate::{
    App, Result, Viewer,
    undo::{Of, WayBack},
};
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use tertulia_engine::today::{self, Undo};

const UNDO: WayBack =
    WayBack { purpose: "undo of a card", path: "/today/undo", instead: "Open the conversation and change it there." };

/// Back to Today, which says what was done, with the way back.
pub(super) fn done(app: &App, viewer: &Viewer, said: &str, undo: Undo) -> Response {
    UNDO.done(app, viewer, "/", said, undo)
}

pub(super) async fn undo(State(app): State<App>, viewer: Viewer, Query(of): Query<Of>) -> Result<Response> {
    let undo: Undo = UNDO.accept(&app, &viewer, &of)?;
    today::undo(&app.engine, viewer.user.id, &undo).await?;
    Ok(Redirect::to("/").into_response())
}
