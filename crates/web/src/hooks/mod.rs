//! The doors of channels for programs: `/hooks/{channel}/…`. Who calls is proven by the connector; nobody is signed in
//! here, and no cookie is read.

use crate::{
    App, Result, WebError, door,
    routes::{Rule, Table},
    state::Peer,
};
use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State, rejection::BytesRejection},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tertulia_engine::hooks::{self, Answer, HookError};
use tertulia_model::ChannelId;

/// More than the largest thing that a connector looks at, so that it can say itself what was too large.
const BODY_LIMIT: usize = 12 << 20;

pub(crate) fn routes(table: &mut Table) {
    table.get("/hooks/{channel}/{*path}", Rule::Anybody, get(receive));
    table.upload("/hooks/{channel}/{*path}", Rule::Anybody, post(receive), BODY_LIMIT);
}

async fn receive(
    State(app): State<App>,
    method: Method,
    Path((channel, path)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    peer: Peer,
    headers: HeaderMap,
    body: std::result::Result<Bytes, BytesRejection>,
) -> Result<Response> {
    let body = body.map_err(|_| WebError::new(StatusCode::PAYLOAD_TOO_LARGE, "This is more than 12 MB."))?;
    let channel: ChannelId = channel.parse().map_err(|_| WebError::not_found())?;
    let request = door::request(&app, (&method, format!("/{path}"), query), peer, &headers, body);
    Ok(respond(hooks::receive(&app.engine, channel, request).await.map_err(refused)?))
}

fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    if let Some((media_type, bytes)) = answer.plain {
        return (status, [(header::CONTENT_TYPE, media_type)], bytes).into_response();
    }
    if answer.body.is_null() {
        return status.into_response();
    }
    (status, axum::Json(answer.body)).into_response()
}

fn refused(error: HookError) -> WebError {
    let message = error.to_string();
    let status = match error {
        HookError::Engine(error) => return error.into(),
        HookError::Paused => StatusCode::SERVICE_UNAVAILABLE,
        HookError::Refused(refused) => door::status(&refused),
    };
    WebError::new(status, message)
}
