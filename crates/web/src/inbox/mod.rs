//! The inbox: conversations, read and answered.

mod actions;
mod asked;
mod composer;
mod conversation;
mod deliveries;
mod entries;
mod fields;
pub(crate) mod flash;
mod forward;
mod head;
mod keeping;
mod known;
mod list;
mod next;
mod notes;
mod person;
mod reply;
pub(crate) mod times;

pub(crate) use actions::{Undoing, undo_url};
pub(crate) use asked::Asked;
pub(crate) use composer::fresh_key;
pub(crate) use entries::Said;
pub(crate) use fields::{Fields, Upload, bare_name};
pub(crate) use keeping::not_taken;
pub(crate) use known::Known;
pub(crate) use list::{Show, place_in_list, place_words, row_view, whose};
pub(crate) use person::{IdentityView, handle_words, identity_views};
pub(crate) use reply::given_key;

use crate::{
    Result, WebError,
    routes::{Rule, Table},
};
use axum::routing::{get, post};
use tertulia_model::Permission::{Converse, Read};

/// Bytes that one reply may bring along; what a channel carries is asked of the channel.
pub(crate) const UPLOAD_LIMIT: usize = 64 << 20;

pub(crate) fn routes(table: &mut Table) {
    let read = Rule::Member(Read);
    let converse = Rule::Member(Converse);
    table.get("/inbox", read, get(list::page));
    table.get("/inbox/list", read, get(list::fragment));
    table.get("/inbox/tabs", read, get(list::tabs));
    table.get("/inbox/unread", read, get(list::unread));
    table.get("/inbox/{id}", read, get(conversation::page));
    table.get("/inbox/{id}/messages", read, get(entries::messages));
    table.get("/inbox/{id}/head", read, get(head::head));
    table.upload("/inbox/{id}/reply", converse, post(reply::send), UPLOAD_LIMIT);
    table.upload("/inbox/{id}/draft", converse, post(reply::draft), UPLOAD_LIMIT);
    table.upload("/inbox/{id}/draft/discard", converse, post(reply::discard), UPLOAD_LIMIT);
    table.post("/inbox/{id}/draft/undo", converse, post(reply::take_up));
    table.post("/inbox/{id}/forward/{message}", converse, post(forward::begin));
    table.upload("/inbox/{id}/files", converse, post(reply::add_files), UPLOAD_LIMIT);
    table.upload("/inbox/{id}/files/{file}/remove", converse, post(reply::remove_file), UPLOAD_LIMIT);
    table.post("/inbox/{id}/assign", converse, post(actions::assign));
    table.post("/inbox/{id}/pending", converse, post(actions::pending));
    table.post("/inbox/{id}/close", converse, post(actions::close));
    table.post("/inbox/{id}/end", converse, post(actions::end));
    table.post("/inbox/{id}/notes", converse, post(notes::add));
    table.post("/inbox/{id}/reopen", converse, post(actions::reopen));
    table.post("/inbox/{id}/snooze", converse, post(actions::snooze));
    table.post("/inbox/{id}/unread", converse, post(actions::unread));
    table.post("/inbox/{id}/merge", converse, post(actions::merge));
    table.post("/inbox/{id}/part", converse, post(actions::part));
    table.post("/inbox/{id}/apart", converse, post(actions::keep_apart));
    table.post("/inbox/undo", converse, post(actions::undo));
    table.post("/deliveries/{id}/undo", converse, post(deliveries::undo));
    table.post("/deliveries/{id}/again", converse, post(deliveries::again));
    table.post("/deliveries/{id}/arrived", converse, post(deliveries::arrived));
    table.post("/deliveries/{id}/leave", converse, post(deliveries::leave));
    table.post("/deliveries/{id}/leave/undo", converse, post(deliveries::undo_leave));
    table.post("/deliveries/{id}/write", converse, post(deliveries::write_again));
}

/// An id from an address; what is none names nothing.
pub(crate) fn id<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| WebError::not_found())
}
