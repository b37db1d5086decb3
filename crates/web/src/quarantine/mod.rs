//! Quarantine: what could not be read.

pub(crate) mod item;
mod list;

use crate::routes::{Rule, Table};
use axum::routing::{get, post};
use tertulia_model::Permission;

pub(crate) fn routes(table: &mut Table) {
    let (read, manage) = (Rule::Member(Permission::Read), Rule::Member(Permission::Manage));
    table.get("/quarantine", read, get(list::list));
    table.get("/quarantine/rows", read, get(list::rows));
    table.post("/quarantine/replay-all", manage, post(list::replay_all));
    table.get("/quarantine/{id}", manage, get(item::show));
    table.get("/quarantine/{id}/file", manage, get(item::download));
    table.post("/quarantine/{id}/replay", manage, post(item::replay));
    table.post("/quarantine/{id}/discard", manage, post(item::discard));
    table.post("/quarantine/{id}/restore", manage, post(item::restore));
}
