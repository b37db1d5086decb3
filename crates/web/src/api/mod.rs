//! The JSON API for integrators: the same permissions as the screens, a key instead of a session.
//!
//! The handlers' own comments become the OpenAPI document at `/api/v1/openapi.json`.

mod conversations;
mod deliveries;
mod document;
mod extract;
mod messages;
mod replies;
mod shapes;

use crate::routes::{Rule, Table};
use axum::routing::{get, post};
use tertulia_model::Permission::{Converse, Read};

pub(crate) fn routes(table: &mut Table) {
    let read = Rule::Key("read", Read);
    table.get("/api/v1/conversations", read, get(conversations::list));
    table.get("/api/v1/conversations/{id}", read, get(conversations::one));
    table.post("/api/v1/conversations/{id}/replies", Rule::Key("reply", Converse), post(replies::reply));
    table.get("/api/v1/deliveries/{id}", read, get(deliveries::one));
    table.get("/api/v1/messages", read, get(messages::search));
    table.get("/api/v1/openapi.json", Rule::Anybody, get(document::openapi));
}
