//! Today: the first screen of the day. A few cards, each one person and one thing to do; how the days of a month ended; the goal.

mod acts;
mod beginnings;
mod cards;
mod month;
mod page;
mod trouble;
mod undo;

pub(crate) use cards::{Member, Tried, View, key_words, read_key};

use crate::routes::{Rule, Table};
use axum::routing::{get, post};
use tertulia_model::Permission::{Converse, Read};

pub(crate) fn routes(table: &mut Table) {
    let converse = Rule::Member(Converse);
    table.get("/", Rule::Member(Read), get(page::page));
    table.get("/today/cards", Rule::Member(Read), get(page::fragment));
    table.get("/today/month", Rule::Member(Read), get(month::page));
    table.post("/today/undo", converse, post(undo::undo));
    table.post("/today/{card}/done", converse, post(acts::done));
    table.post("/today/{card}/pass-on", converse, post(acts::pass_on));
    table.post("/today/{card}/put-off", converse, post(acts::put_off));
}
