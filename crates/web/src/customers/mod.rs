//! Customers: the team's lists of them, who they are among those who were heard, and the organisations and segments that
//! people belong to.

mod customer;
mod erase;
mod list;
mod lists;
mod map;
pub(crate) mod undo;
mod words;

pub(crate) use lists::cell;
pub(crate) use map::MOST_BYTES;
pub(crate) use words::{number_ways, source_words, tie_words};

use crate::routes::{Rule, Table};
use axum::routing::{get, post};
use tertulia_model::Permission::{Converse, Manage, Read};

pub(crate) fn routes(table: &mut Table) {
    let (read, work, manage) = (Rule::Member(Read), Rule::Member(Converse), Rule::Member(Manage));
    table.get("/customers", read, get(list::page));
    table.post("/customers/undo", work, post(undo::undo));
    table.get("/customers/lists", manage, get(lists::page));
    table.get("/customers/lists/rows", manage, get(lists::rows));
    table.upload("/customers/lists/upload", manage, post(map::upload), map::MOST_BYTES);
    table.get("/customers/lists/map", manage, get(map::show));
    table.post("/customers/lists/preview", manage, post(map::preview));
    table.post("/customers/lists/start", manage, post(map::start));
    table.get("/customers/lists/{id}", manage, get(lists::report));
    table.get("/customers/lists/{id}/rows", manage, get(lists::report_rows));
    table.get("/customers/lists/{id}/wrong.csv", manage, get(lists::wrong));
    table.post("/customers/lists/{id}/stop", manage, post(lists::stop));
    table.get("/customers/{id}", read, get(customer::page));
    table.post("/customers/{id}/tie/{person}", work, post(customer::tie));
    table.get("/customers/{id}/erase", manage, get(erase::ask));
    table.post("/customers/{id}/erase", manage, post(erase::confirm));
}

/// Rows on a page of a list.
const PAGE: i64 = 50;

/// Cuts rows, of which one more was asked for than a page holds, to a page; whether more follow.
fn cut<T>(rows: &mut Vec<T>) -> bool {
    let has_more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE.unsigned_abs() as usize);
    has_more
}
