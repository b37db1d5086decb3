//! Changes on the screen: in columns by how they stand, and each with its items, its moves and who asked.

mod form;
mod list;
mod page;
mod public;
mod tracker;

pub(super) use tracker::{WaitingLine, waiting};

use crate::routes::{Rule, Table};
use axum::routing::{get, post};
use tertulia_model::Permission::{Converse, Read};

pub(super) fn routes(table: &mut Table) {
    let (read, work) = (Rule::Member(Read), Rule::Member(Converse));
    table.get("/feedback/changes", read, get(list::page));
    table.get("/feedback/changes/new", work, get(form::new));
    table.post("/feedback/changes/new", work, post(form::add));
    table.get("/feedback/changes/{id}", read, get(page::page));
    table.get("/feedback/changes/{id}/edit", work, get(form::edit));
    table.post("/feedback/changes/{id}/edit", work, post(form::change));
    table.post("/feedback/changes/{id}/move", work, post(page::move_to));
    table.post("/feedback/changes/{id}/tracker/done", work, post(tracker::is_done));
    table.post("/feedback/changes/{id}/tracker/not-yet", work, post(tracker::not_yet));
    table.get("/feedback/changes/{id}/public", work, get(public::form));
    table.post("/feedback/changes/{id}/public", work, post(public::publish));
    table.post("/feedback/changes/{id}/public/withdraw", work, post(public::withdraw));
}
