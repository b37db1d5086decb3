//! The scorecard: how we answer, for anybody to see, with a badge for other pages.

mod badge;
mod page;
mod settings;

use crate::routes::{Rule, Table};
use axum::{
    http::{HeaderName, header},
    routing::{get, post},
};
use tertulia_model::Permission::Manage;

/// Anybody may keep it for as long as we do.
const KEEP: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=600");

pub(crate) fn routes(table: &mut Table) {
    table.get("/scorecard", Rule::Anybody, get(page::page));
    table.get("/scorecard/{name}/badge.svg", Rule::Anybody, get(badge::badge));
    table.get("/settings/scorecard", Rule::Member(Manage), get(settings::page));
    table.post("/settings/scorecard", Rule::Member(Manage), post(settings::save));
}
