//! People: who they are, how they are reached, all they said.

mod consent;
mod erase;
mod erased;
mod export;
mod list;
mod person;

pub(crate) use erase::same_name;
pub(crate) use export::export;

use crate::routes::{Rule, Table};
use axum::routing::{get, post};
use tertulia_model::Permission::{Converse, Manage, Read};

pub(crate) fn routes(table: &mut Table) {
    table.get("/people", Rule::Member(Read), get(list::page));
    table.get("/people/{id}", Rule::Member(Read), get(person::page));
    table.post("/people/{id}/consent", Rule::Member(Converse), post(consent::note));
    let manage = Rule::Member(Manage);
    table.get("/people/{id}/erase", manage, get(erase::ask));
    table.post("/people/{id}/erase", manage, post(erase::confirm));
    table.get("/people/{id}/export.zip", manage, get(export::download));
    table.get("/people/erasures", manage, get(erased::list));
    table.get("/people/erasures/{id}", manage, get(erased::report));
    table.get("/people/erasures/{id}/state", manage, get(erased::state));
    table.get("/people/erasures/{id}/report.json", manage, get(erased::download));
}
