//! What a request says, read so that each mistake becomes a problem (RFC 9457) in plain words.

use crate::WebError;
use axum::{
    extract::{FromRequest, FromRequestParts, Json, Path, Query, Request},
    http::{HeaderMap, StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;

/// Rows of a page unless asked otherwise, and at most.
const LIMIT: i64 = 50;
pub(super) const MOST: i64 = 100;

pub(super) fn invalid(field: &str, message: impl Into<String>) -> WebError {
    let message = message.into();
    WebError {
        fields: vec![(field.to_owned(), message.clone())],
        ..WebError::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }
}

/// The query string; a name that is not known is a mistake, since a filter that is not heeded gives wrong answers.
pub(super) struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WebError> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(rejection) => Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, rejection.body_text())),
        }
    }
}

/// A body of JSON.
pub(super) struct Given<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Given<T> {
    type Rejection = WebError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebError> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(given)) => Ok(Self(given)),
            Err(rejection) => Err(WebError::new(rejection.status(), rejection.body_text())),
        }
    }
}

/// The id in the path; one that cannot be an id names nothing.
pub(super) struct Id(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WebError> {
        let path = Path::<String>::from_request_parts(parts, state).await.map_err(|_| WebError::not_found())?;
        path.0.parse().map(Self).map_err(|_| WebError::not_found())
    }
}

/// How many rows are asked for.
pub(super) fn limit(asked: Option<i64>) -> Result<i64, WebError> {
    match asked.unwrap_or(LIMIT) {
        limit @ 1..=MOST => Ok(limit),
        _ => Err(invalid("limit", format!("Ask for 1 to {MOST}."))),
    }
}

pub(super) fn number(field: &str, text: &str) -> Result<i64, WebError> {
    text.parse().map_err(|_| invalid(field, "This is not an id; ids are strings of digits."))
}

/// The key by which a repeated request is known.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<&str, WebError> {
    let given = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::trim).unwrap_or_default();
    if given.is_empty() || given.len() > 200 {
        let message = "Send an `Idempotency-Key` header of 1 to 200 characters, chosen by you and new for each reply: \
                       the same request can then be repeated without sending twice.";
        return Err(invalid("Idempotency-Key", message));
    }
    Ok(given)
}
