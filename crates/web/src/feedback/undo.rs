//! Undoing what was just done here.

use super::{change_href, href};
use crate::{App, Result, Viewer, WebError, inbox::flash};
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::feedback::{self, Back, Undo};
use tertulia_model::{Millis, UserId};

const UNDO: &str = "undo of feedback";
/// Nobody has the page with the offer open for longer.
const OFFERED_FOR: Millis = 24 * 3_600_000;

/// It is offered to whoever did it, for a while.
#[derive(Serialize, Deserialize)]
struct Offer {
    to: UserId,
    at: Millis,
    undo: Undo,
}

/// To a page that says what was done, with the way back.
pub(super) fn done(app: &App, viewer: &Viewer, to: &str, said: &str, undo: Option<Undo>) -> Response {
    let url = undo.map(|undo| {
        let offer = Offer { to: viewer.user.id, at: app.engine.now(), undo };
        format!("/feedback/undo?of={}", flash::seal(app, UNDO, &offer))
    });
    flash::redirect(app, to, said, url)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Of {
    of: String,
}

pub(super) async fn undo(State(app): State<App>, viewer: Viewer, Query(of): Query<Of>) -> Result<Response> {
    let offer: Offer = flash::unseal(&app, UNDO, &of.of).ok_or_else(WebError::not_found)?;
    if offer.to != viewer.user.id || app.engine.now() - offer.at > OFFERED_FOR {
        let words = "This can no longer be undone from here. Open the item or the change, and change it there.";
        return Err(WebError::new(StatusCode::CONFLICT, words));
    }
    let back = match feedback::undo(&app.engine, viewer.user.id, &offer.undo).await? {
        Back::Items => "/feedback".to_owned(),
        Back::Item(item) => href(item),
        Back::Changes => "/feedback/changes".to_owned(),
        Back::Change(change) => change_href(change),
    };
    Ok(Redirect::to(&back).into_response())
}
