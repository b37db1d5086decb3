//! Figures: how well we answer, each with what it means and the conversations behind it.

mod asked;
mod cases;
mod export;
mod page;
mod picture;
pub(crate) mod words;

pub(crate) use asked::{Asked, SPANS, own};
pub(crate) use export::METHODS;
pub(crate) use page::{Card, said};

use crate::routes::{Rule, Table};
use axum::routing::get;
use tertulia_model::Permission::Read;

pub(crate) fn routes(table: &mut Table) {
    table.get("/figures", Rule::Member(Read), get(page::page));
    table.exports(["/figures.csv", "/figures.json", "/figures.html"], Rule::Member(Read), get(export::take));
    table.get("/figures/{name}", Rule::Member(Read), get(cases::page));
}
