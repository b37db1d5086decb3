//! Feedback: what people ask for and who asks, and the changes that come of it.

mod behalf;
mod changes;
mod form;
mod item;
mod list;
mod merge;
mod telling;
mod tie;
mod undo;

pub(crate) use telling::{href as telling_href, told};
pub(crate) use tie::tie;

use crate::{
    App, Result, WebError,
    routes::{Rule, Table},
};
use axum::routing::{get, post};
use tertulia_model::{
    ChangeId, FeedbackId,
    Permission::{Converse, Read},
};
use tertulia_store::{
    feedback::{self, Item},
    feedback_changes::{self, Change},
};

pub(crate) fn routes(table: &mut Table) {
    let (read, work) = (Rule::Member(Read), Rule::Member(Converse));
    table.get("/feedback", read, get(list::page));
    table.get("/feedback/new", work, get(form::new));
    table.post("/feedback/new", work, post(form::add));
    table.get("/feedback/like", read, get(form::like));
    table.post("/feedback/undo", work, post(undo::undo));
    table.get("/feedback/{id}", read, get(item::page));
    table.get("/feedback/{id}/edit", work, get(form::edit));
    table.post("/feedback/{id}/edit", work, post(form::change));
    table.get("/feedback/{id}/behalf", work, get(behalf::ask));
    table.post("/feedback/{id}/behalf", work, post(behalf::note));
    table.post("/feedback/{id}/evidence/{evidence}/remove", work, post(item::take_back));
    table.get("/feedback/{id}/merge/{other}", work, get(merge::preview));
    table.post("/feedback/{id}/merge/{other}", work, post(merge::merge));
    table.post("/feedback/{id}/part/{part}", work, post(merge::part));
    table.post("/feedback/{id}/join", work, post(item::join));
    changes::routes(table);
    telling::routes(table);
}

/// Where an item is.
fn href(id: FeedbackId) -> String {
    format!("/feedback/{id}")
}

fn change_href(id: ChangeId) -> String {
    format!("/feedback/changes/{id}")
}

async fn known(app: &App, id: &str) -> Result<Item> {
    let id = crate::inbox::id(id)?;
    feedback::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)
}

async fn known_change(app: &App, id: &str) -> Result<Change> {
    let id = crate::inbox::id(id)?;
    feedback_changes::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)
}

/// Cuts rows, of which one more was asked for than a page holds, to a page; gives the last where more follow.
pub(crate) fn cut<T>(rows: &mut Vec<T>, page: i64) -> Option<&T> {
    let has_more = rows.len() as i64 > page;
    rows.truncate(page.unsigned_abs() as usize);
    rows.last().filter(|_| has_more)
}

/// What an item is called; its words may have been deleted by who wrote them.
pub(crate) fn title_words(title: &str) -> String {
    if title.trim().is_empty() { "Words that were deleted by whoever wrote them".to_owned() } else { title.to_owned() }
}

/// "12 people ask for this"
fn askers_words(askers: i64) -> String {
    match askers {
        0 => "Nobody asks for it".to_owned(),
        1 => "One person asks for it".to_owned(),
        n => format!("{} people ask for it", crate::listen::thousands(usize::try_from(n).unwrap_or(0))),
    }
}

/// How a change stands, in a word.
pub(crate) fn state_words(state: &str) -> &'static str {
    match state {
        "considering" => "Considering",
        "planned" => "Planned",
        "done" => "Done",
        "declined" => "Declined",
        _ => "Open",
    }
}
