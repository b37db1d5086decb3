//! The door of trackers of issues: `/trackers/{id}`. Who calls is proven by the tracker's secret; nobody is signed in here,
//! and no cookie is read.

use crate::{
    App, Result, WebError, door,
    routes::{Rule, Table},
    state::Peer,
};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State, rejection::BytesRejection},
    http::{HeaderMap, Method, StatusCode},
    routing::post,
};
use serde_json::{Value, json};
use tertulia_engine::trackers::{self, CallError};

pub(crate) fn routes(table: &mut Table) {
    table.post("/trackers/{id}", Rule::Anybody, post(receive));
}

async fn receive(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    peer: Peer,
    headers: HeaderMap,
    body: std::result::Result<Bytes, BytesRejection>,
) -> Result<Json<Value>> {
    let body = body.map_err(|_| WebError::new(StatusCode::PAYLOAD_TOO_LARGE, "This is more than a megabyte."))?;
    let id = id.parse().map_err(|_| WebError::not_found())?;
    let request = door::request(&app, (&Method::POST, "/".to_owned(), query), peer, &headers, body);
    // Another time that the same comes is no error: whoever calls need not try again.
    let noted = trackers::receive(&app.engine, id, &request).await.map_err(refused)?;
    Ok(Json(json!({ "changes": noted.unwrap_or(0) })))
}

fn refused(error: CallError) -> WebError {
    let message = error.to_string();
    let status = match error {
        CallError::Engine(error) => return error.into(),
        CallError::Unknown => StatusCode::NOT_FOUND,
        CallError::Unproven => StatusCode::UNAUTHORIZED,
        CallError::Unreadable(_) => StatusCode::UNPROCESSABLE_ENTITY,
        CallError::TooMany => StatusCode::TOO_MANY_REQUESTS,
    };
    WebError::new(status, message)
}
