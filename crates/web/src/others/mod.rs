//! Other organisations beside ours: which they are, how both answer in public, and the messages behind it.

mod cases;
mod form;
mod list;
mod page;
mod words;

use crate::{
    App, Result, Viewer,
    inbox::flash,
    routes::{Rule, Table},
    undo::{Of, WayBack},
};
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use tertulia_engine::others::{self as desk, Known, Undo};
use tertulia_model::Permission::{Converse, Read};

pub(crate) fn routes(table: &mut Table) {
    let (read, work) = (Rule::Member(Read), Rule::Member(Converse));
    table.get("/others", read, get(list::page));
    table.get("/others/new", work, get(form::new));
    table.post("/others/new", work, post(form::add));
    table.post("/others/undo", work, post(undo));
    table.get("/others/{id}", read, get(page::page));
    table.get("/others/{id}/messages", read, get(cases::theirs));
    table.get("/others/{id}/beside", read, get(cases::ours));
    table.get("/others/{id}/edit", work, get(form::edit));
    table.post("/others/{id}/edit", work, post(form::change));
    table.post("/others/{id}/remove", work, post(form::remove));
}

const UNDO: WayBack = WayBack {
    purpose: "undo of others",
    path: "/others/undo",
    instead: "Open it under Figures, Others, and change it there.",
};

fn href(id: i64) -> String {
    format!("/others/{id}")
}

async fn known(app: &App, id: &str) -> Result<Known> {
    let id: i64 = crate::inbox::id(id)?;
    Ok(desk::one(&app.engine, id).await?)
}

/// To a page that says what was done, with the way back.
fn done(app: &App, viewer: &Viewer, to: &str, said: &str, undo: Undo) -> Response {
    UNDO.done(app, viewer, to, said, undo)
}

async fn undo(State(app): State<App>, viewer: Viewer, Query(of): Query<Of>) -> Result<Response> {
    let undo: Undo = UNDO.accept(&app, &viewer, &of)?;
    let stands = desk::undo(&app.engine, viewer.user.id, undo).await?;
    Ok(match stands {
        Some(id) => flash::redirect(&app, &href(id), "It stands as before.", None),
        None => Redirect::to("/others").into_response(),
    })
}
