//! Undoing what was just done here.

use super::{change_href, href};
use crate::{
    App, Result, Viewer,
    inbox::flash,
    undo::{Of, WayBack},
};
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use tertulia_engine::feedback::{self, Back, Undo};

const UNDO: WayBack = WayBack {
    purpose: "undo of feedback",
    path: "/feedback/undo",
    instead: "Open the item or the change, and change it there.",
};

/// To a page that says what was done, with the way back.
pub(super) fn done(app: &App, viewer: &Viewer, to: &str, said: &str, undo: Option<Undo>) -> Response {
    flash::redirect(app, to, said, undo.map(|undo| UNDO.url(app, viewer.user.id, undo)))
}

pub(super) async fn undo(State(app): State<App>, viewer: Viewer, Query(of): Query<Of>) -> Result<Response> {
    let undo: Undo = UNDO.accept(&app, &viewer, &of)?;
    let back = match feedback::undo(&app.engine, viewer.user.id, &undo).await? {
        Back::Items => "/feedback".to_owned(),
        Back::Item(item) => href(item),
        Back::Changes => "/feedback/changes".to_owned(),
        Back::Change(change) => change_href(change),
    };
    Ok(Redirect::to(&back).into_response())
}
