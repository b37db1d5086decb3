//! People: who they are, how they are reached, all they said.

mod ask;
mod attributes;
mod consent;
mod erase;
mod erased;
mod export;
mod grounds;
mod knowing;
mod list;
mod merges;
mod person;
mod same;
mod suggested;
mod themselves;

pub(crate) use erase::same_name;
pub(crate) use export::export;
pub(crate) use list::said;
pub(crate) use person::{draw_again, notes_now};

use crate::routes::{Rule, Table};
use axum::routing::{get, post};
use tertulia_model::Permission::{Converse, Manage, Read};

pub(crate) fn routes(table: &mut Table) {
    table.get("/people", Rule::Member(Read), get(list::page));
    table.get("/people/suggested", Rule::Member(Read), get(suggested::page));
    table.get("/people/merges", Rule::Member(Read), get(merges::list));
    table.post("/people/merges/part", Rule::Member(Converse), post(merges::part));
    table.post("/people/suggested/by-itself", Rule::Member(Manage), post(merges::want));
    table.get("/people/{id}", Rule::Member(Read), get(person::page));
    table.post("/people/{id}/consent", Rule::Member(Converse), post(consent::note));
    let converse = Rule::Member(Converse);
    table.post("/people/{id}/values", converse, post(attributes::set));
    table.post("/people/{id}/values/{value}/remove", converse, post(attributes::take_back));
    table.get("/people/{id}/same", converse, get(same::look));
    table.get("/people/{id}/same/{other}", converse, get(same::preview));
    table.post("/people/{id}/same/{other}", converse, post(same::merge));
    table.get("/people/{id}/same/{other}/ask", converse, get(ask::page));
    table.post("/people/{id}/same/{other}/ask", converse, post(ask::send));
    table.get("/is-this-you/{token}", Rule::Anybody, get(themselves::look));
    table.post("/is-this-you/{token}", Rule::Anybody, post(themselves::say));
    table.post("/people/{id}/part/{merge}", converse, post(same::part));
    table.post("/people/{id}/apart/{other}", converse, post(same::apart));
    table.post("/people/{id}/apart/{other}/undo", converse, post(same::apart_undo));
    let manage = Rule::Member(Manage);
    table.get("/people/{id}/erase", manage, get(erase::ask));
    table.post("/people/{id}/erase", manage, post(erase::confirm));
    table.get("/people/{id}/export.zip", manage, get(export::download));
    table.get("/people/erasures", manage, get(erased::list));
    table.get("/people/erasures/{id}", manage, get(erased::report));
    table.get("/people/erasures/{id}/state", manage, get(erased::state));
    table.get("/people/erasures/{id}/report.json", manage, get(erased::download));
}
