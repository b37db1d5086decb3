//! Imports: a file, its mapping, its progress and its report.

mod map;
mod program;
mod runs;
mod saved;
mod ticket;
mod upload;

pub(crate) use program::{Wanted, begin, preview, receive_body, save, take_body};
pub(crate) use ticket::Ticket;
pub(crate) use upload::receive;

use crate::routes::{Rule, Table};
use axum::routing::{get, post};
use tertulia_model::Permission;

/// The largest file that is taken.
pub(crate) const MOST_BYTES: usize = 4 << 30;

pub(crate) fn routes(table: &mut Table) {
    let manage = Rule::Member(Permission::Manage);
    table.get("/import", manage, get(runs::list));
    table.get("/import/rows", manage, get(runs::rows));
    table.upload("/import/upload", manage, post(upload::upload), MOST_BYTES);
    table.get("/import/map", manage, get(map::show));
    table.post("/import/preview", manage, post(map::preview));
    table.post("/import/start", manage, post(map::start));
    table.get("/import/mappings", manage, get(saved::list));
    table.post("/import/mappings", manage, post(saved::save));
    table.post("/import/mappings/{id}/rename", manage, post(saved::rename));
    table.post("/import/mappings/{id}/delete", manage, post(saved::delete));
    table.get("/import/{id}", manage, get(runs::report));
    table.get("/import/{id}/rows", manage, get(runs::report_rows));
    table.post("/import/{id}/stop", manage, post(runs::stop));
    table.post("/import/{id}/go-on", manage, post(runs::go_on));
    table.post("/import/{id}/give-up", manage, post(runs::give_up));
}
