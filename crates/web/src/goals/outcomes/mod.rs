//! What is seen outside of Tertulia: dated values, by a form or a table.

mod edit;
mod file;
mod list;
mod page;

use crate::{
    App, Result, WebError,
    routes::{Rule, Table},
};
use axum::routing::{get, post};
use tertulia_model::Permission::{Converse, Manage, Read};
use tertulia_store::outcomes::{self, Outcome};

/// Bytes of a table.
const FILE_LIMIT: usize = 8 << 20;

pub(super) fn routes(table: &mut Table) {
    let (read, work) = (Rule::Member(Read), Rule::Member(Converse));
    table.get("/goals/outcomes", read, get(list::page));
    table.post("/goals/outcomes", Rule::Member(Manage), post(list::add));
    table.get("/goals/outcomes/{id}", read, get(page::page));
    table.post("/goals/outcomes/{id}", work, post(page::enter));
    table.get("/goals/outcomes/{id}/edit", Rule::Member(Manage), get(edit::page));
    table.post("/goals/outcomes/{id}/edit", Rule::Member(Manage), post(edit::save));
    table.post("/goals/outcomes/{id}/undo", work, post(page::undo));
    table.post("/goals/outcomes/{id}/values/{value}/remove", work, post(page::remove));
    table.upload("/goals/outcomes/{id}/file", work, post(file::bring), FILE_LIMIT);
}

pub(super) fn href(id: i64) -> String {
    format!("/goals/outcomes/{id}")
}

async fn known(app: &App, id: &str) -> Result<Outcome> {
    let id: i64 = id.parse().map_err(|_| WebError::not_found())?;
    outcomes::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)
}
