//! Telling those who asked: what is said, the drafts one by one, what is owed, whether it helped, and how long it all took.

mod acts;
mod draft;
mod loops;
mod page;
mod text;
mod words;

use crate::{
    App, Viewer,
    feedback::change_href,
    routes::{Rule, Table},
    undo::WayBack,
};
use axum::{
    response::Response,
    routing::{get, post},
};
use tertulia_engine::telling::Undo;
use tertulia_model::{
    ChangeId,
    Permission::{Converse, Manage, Read},
};

pub(super) use page::{Summary, summary};
pub(crate) use words::{tie, told};

pub(super) fn routes(table: &mut Table) {
    let (read, work) = (Rule::Member(Read), Rule::Member(Converse));
    table.get("/feedback/changes/{id}/telling", read, get(page::page));
    table.asked("/feedback/changes/{id}/telling/progress", read, get(page::progress));
    table.post("/feedback/changes/{id}/telling/prepare", work, post(page::prepare));
    table.post("/feedback/changes/{id}/telling/days", work, post(page::set_days));
    table.post("/feedback/changes/{id}/telling/ask", work, post(page::ask_now));
    table.get("/feedback/changes/{id}/telling/text", work, get(text::form));
    table.post("/feedback/changes/{id}/telling/text", work, post(text::save));
    table.post("/feedback/changes/{id}/telling/text/remove", work, post(text::remove));
    table.get("/feedback/changes/{id}/loop", read, get(loops::of_change));
    table.get("/feedback/loop", read, get(loops::of_all));
    table.post("/feedback/loop/days", Rule::Member(Manage), post(loops::set_days));
    table.post("/feedback/loop/language", Rule::Member(Manage), post(loops::set_language));
    table.get("/feedback/debts", read, get(loops::debts));
    table.get("/feedback/tellings/{id}", read, get(draft::page));
    table.post("/feedback/tellings/{id}/send", work, post(draft::send));
    table.post("/feedback/tellings/{id}/keep", work, post(acts::keep));
    table.post("/feedback/tellings/{id}/skip", work, post(acts::skip));
    table.post("/feedback/tellings/{id}/by-hand", work, post(acts::by_hand));
    table.post("/feedback/tellings/{id}/owe", work, post(acts::owe));
    table.post("/feedback/tellings/{id}/again", work, post(acts::again));
    table.post("/feedback/tellings/{id}/answer", work, post(acts::answer));
    table.post("/feedback/tellings/undo", work, post(acts::undo));
}

/// Where one is.
pub(crate) fn href(id: i64) -> String {
    format!("/feedback/tellings/{id}")
}

/// Where those of a change are.
pub(super) fn page_href(change: ChangeId, kind: &str) -> String {
    format!("{}/telling?kind={kind}", change_href(change))
}

const UNDO: WayBack = WayBack {
    purpose: "undo of something about a telling",
    path: "/feedback/tellings/undo",
    instead: "Open it, and change it there.",
};

/// To a page that says what was done, and undoes it.
fn done(app: &App, viewer: &Viewer, to: &str, said: &str, undo: Undo) -> Response {
    UNDO.done(app, viewer, to, said, undo)
}
