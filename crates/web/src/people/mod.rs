//! People: who they are, how they are reached, all they said.

mod list;
mod person;

use crate::routes::{Rule, Table};
use axum::routing::get;
use tertulia_model::Permission::Read;

pub(crate) fn routes(table: &mut Table) {
    table.get("/people", Rule::Member(Read), get(list::page));
    table.get("/people/{id}", Rule::Member(Read), get(person::page));
}
