//! Channels: connected, tested, paused, deleted.

mod bounds;
mod edit;
pub(crate) mod form;
mod given;
mod lag;
mod list;
pub(crate) mod preview;

pub(crate) use given::{changed, given, values};

use crate::routes::{Rule, Table};
use axum::routing::{get, post};
use tertulia_model::Permission;

pub(crate) fn routes(table: &mut Table) {
    let (read, manage) = (Rule::Member(Permission::Read), Rule::Member(Permission::Manage));
    table.get("/channels", read, get(list::list));
    table.get("/channels/rows", read, get(list::rows));
    table.get("/channels/new", manage, get(edit::choose));
    table.get("/channels/new/{connector}", manage, get(edit::new_form));
    table.post("/channels/new/{connector}", manage, post(edit::add));
    table.post("/channels/test/{connector}", manage, post(edit::test));
    table.told("/channels/preview/{connector}", manage, post(edit::preview));
    table.get("/channels/{id}", manage, get(edit::edit_form));
    table.post("/channels/{id}", manage, post(edit::update));
    table.get("/channels/{id}/delete", manage, get(edit::ask_delete));
    table.post("/channels/{id}/bounds", manage, post(bounds::set));
    table.post("/channels/{id}/state", manage, post(edit::set_state));
}
