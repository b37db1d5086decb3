//! Undoing what was just said of a customer, a person or an organisation.

use crate::{
    App, Result, Viewer,
    inbox::flash,
    undo::{Of, WayBack},
};
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::{attributes, customers, organisations};

const UNDO: WayBack = WayBack {
    purpose: "undo of customers",
    path: "/customers/undo",
    instead: "Open the page it was done on, and change it there.",
};

/// What was done.
#[derive(Serialize, Deserialize)]
pub(crate) enum Act {
    Tie(customers::Undo),
    Value(attributes::Undo),
    Organisation(organisations::Undo),
}

/// To a page that says what was done, with the way back.
pub(crate) fn done(app: &App, viewer: &Viewer, to: &str, said: &str, act: Option<Act>) -> Response {
    // With where it was done.
    let url = act.map(|act| UNDO.url(app, viewer.user.id, (to, act)));
    flash::redirect(app, to, said, url)
}

pub(super) async fn undo(State(app): State<App>, viewer: Viewer, Query(of): Query<Of>) -> Result<Response> {
    let (back, act): (String, Act) = UNDO.accept(&app, &viewer, &of)?;
    match &act {
        Act::Tie(undo) => customers::undo(&app.engine, undo).await?,
        Act::Value(undo) => attributes::undo(&app.engine, undo).await?,
        Act::Organisation(undo) => {
            organisations::undo(&app.engine, viewer.user.id, undo).await?;
        }
    }
    Ok(Redirect::to(&back).into_response())
}
