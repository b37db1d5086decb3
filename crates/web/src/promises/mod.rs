//! Promises: what we said we would do, what is due, and what became of it.

mod acts;
mod list;
mod view;

pub(crate) use view::{by_message, lines};

use crate::routes::{Rule, Table};
use axum::routing::{get, post};
use tertulia_model::Permission::{Converse, Read};

pub(crate) fn routes(table: &mut Table) {
    let converse = Rule::Member(Converse);
    table.get("/promises", Rule::Member(Read), get(list::page));
    table.post("/promises/{id}/confirm", converse, post(acts::confirm));
    table.post("/promises/{id}/dismiss", converse, post(acts::dismiss));
    table.post("/promises/{id}/keep", converse, post(acts::keep));
    table.post("/promises/{id}/break", converse, post(acts::break_it));
    table.post("/promises/{id}/reopen", converse, post(acts::reopen));
    table.post("/messages/{id}/promises", converse, post(acts::add));
}
