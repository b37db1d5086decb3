//! Monitors on the screen: their list, the form with its preview, each one's stream.

mod acts;
mod asked;
mod form;
mod list;
mod notice;
mod stream;
mod volume;

use crate::routes::{Rule, Table};
use axum::routing::{get, post};
use tertulia_model::Permission::{Converse, Read};

pub(super) fn routes(table: &mut Table) {
    let (read, work) = (Rule::Member(Read), Rule::Member(Converse));
    table.get("/listen/monitors", read, get(list::page));
    table.get("/listen/monitors/new", work, get(form::new));
    table.post("/listen/monitors/new", work, post(form::add));
    table.asked("/listen/monitors/unseen", read, get(notice::unseen));
    table.get("/listen/monitors/preview", read, get(form::preview));
    table.get("/listen/monitors/{id}", read, get(stream::page));
    table.asked("/listen/monitors/{id}/news", read, get(stream::news));
    table.asked("/listen/monitors/{id}/progress", read, get(stream::progress));
    table.get("/listen/monitors/{id}/edit", work, get(form::edit));
    table.post("/listen/monitors/{id}/edit", work, post(form::change));
    table.get("/listen/monitors/{id}/remove", work, get(acts::ask_remove));
    table.post("/listen/monitors/{id}/remove", work, post(acts::remove));
    table.post("/listen/monitors/{id}/notice", read, post(notice::set));
    table.post("/listen/monitors/{id}/notice/stop", read, post(notice::stop));
    table.post("/listen/monitors/{id}/programs", work, post(notice::set_for_programs));
    table.post("/listen/monitors/{id}/state", work, post(acts::set_state));
    table.post("/listen/monitors/{id}/mentions/{message}", work, post(acts::decide));
    table.post("/listen/monitors/{id}/mute/{message}", work, post(acts::mute));
    table.post("/listen/monitors/{id}/unmute/{mute}", work, post(acts::unmute));
}

/// Where a monitor's stream is.
fn href(id: impl std::fmt::Display) -> String {
    format!("/listen/monitors/{id}")
}
