//! Single messages: how they are shown, their formatted mail, pictures, files and earlier wordings.

pub(crate) mod attachment;
mod html;
mod revisions;
mod view;

pub(crate) use view::{author, delivery_view, message_views, split_words};

use crate::routes::{Rule, Table};
use axum::routing::get;
use tertulia_model::Permission::Read;

pub(crate) fn routes(table: &mut Table) {
    let read = Rule::Member(Read);
    table.get("/messages/mail.css", read, get(html::style));
    table.get("/messages/{id}/html", read, get(html::page));
    table.get("/messages/{id}/picture", read, get(html::picture));
    table.get("/messages/{id}/revisions", read, get(revisions::page));
    table.get("/attachments/{id}", read, get(attachment::download));
}
