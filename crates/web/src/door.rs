//! What the doors of channels have in common: a request cut free from the web framework, and why somebody was turned away.

use crate::{App, state::Peer};
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode},
};
use tertulia_connector::{ReceiveError, Request};

/// What somebody brought to `path` of a channel's door.
pub(crate) fn request(
    app: &App,
    (method, path, query): (&Method, String, Option<String>),
    peer: Peer,
    headers: &HeaderMap,
    body: Bytes,
) -> Request {
    let header =
        |(name, value): (&HeaderName, &HeaderValue)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()));
    let query = query.unwrap_or_default();
    Request {
        method: method.as_str().to_owned(),
        path,
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        raw_query: query,
        headers: headers.iter().filter_map(header).collect(),
        body,
        from: app.visitor_address(peer, headers),
        at: app.engine.now(),
    }
}

pub(crate) fn status(refused: &ReceiveError) -> StatusCode {
    match refused {
        ReceiveError::NotFound => StatusCode::NOT_FOUND,
        ReceiveError::Forbidden(_) => StatusCode::FORBIDDEN,
        ReceiveError::Unauthorised(_) => StatusCode::UNAUTHORIZED,
        ReceiveError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        ReceiveError::TooMany => StatusCode::TOO_MANY_REQUESTS,
    }
}
