//! What a request says, read so that each mistake becomes a problem (RFC 9457) in plain words.

use super::ident::Ident;
use crate::{WebError, once};
use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Json, Path, Query, Request},
    http::{HeaderMap, StatusCode, request::Parts},
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use tertulia_model::Millis;

/// Rows of a page unless asked otherwise, and at most.
pub(super) const LIMIT: i64 = 50;
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
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state)
            .await
            .map_err(|rejection| WebError::new(rejection.status(), rejection.body_text()))?;
        // A list would be taken for the fields in their order.
        if bytes.trim_ascii_start().starts_with(b"[") {
            return Err(WebError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "Give a JSON object, with names, and no list.",
            ));
        }
        match Json::<T>::from_request(Request::from_parts(parts, Body::from(bytes)), state).await {
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
        Ident::read(&path.0).map(|id| Self(id.0)).ok_or_else(WebError::not_found)
    }
}

/// A whole number: JSON Schema counts 7.0 among them.
pub(super) fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    maybe_whole(from)?.ok_or_else(|| D::Error::custom("a whole number is needed"))
}

/// The same, or null.
pub(super) fn maybe_whole<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    // Beyond that a floating number stands for several whole ones.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let Some(number) = Option::<serde_json::Number>::deserialize(from)? else { return Ok(None) };
    let rounded = || number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() <= EXACT).map(|n| n as i64);
    let read = number.as_i64().or_else(rounded);
    read.map(Some).ok_or_else(|| D::Error::custom(format_args!("{number} is no whole number that can be taken")))
}

/// How many rows are asked for.
pub(super) fn limit(asked: Option<i64>) -> Result<i64, WebError> {
    match asked.unwrap_or(LIMIT) {
        limit @ 1..=MOST => Ok(limit),
        _ => Err(invalid("limit", format!("Ask for 1 to {MOST}."))),
    }
}

/// Two ids in the path.
pub(super) struct Ids(pub i64, pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Ids {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WebError> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((one, two)) = path.map_err(|_| WebError::not_found())?;
        let ids = Ident::read(&one).zip(Ident::read(&two));
        ids.map(|(one, two)| Self(one.0, two.0)).ok_or_else(WebError::not_found)
    }
}

/// Where the page before ended, of lists that are in the order of one number.
pub(super) fn cursor(given: Option<&str>) -> Result<Option<i64>, WebError> {
    let read = |text: &str| text.parse().ok().filter(|place: &i64| *place >= 0 && place.to_string() == text);
    let wrong = || invalid("cursor", "Give `next` of the page before, unchanged.");
    given.map(|text| read(text).ok_or_else(wrong)).transpose()
}

/// The end of the year 9999: a later time is a slip.
pub(super) const LATEST: Millis = 253_402_300_799_999;

/// The last number of finding that every JSON reader takes whole.
pub(super) const LAST_NUMBER: i64 = 9_007_199_254_740_991;

/// A moment, in milliseconds since 1970.
pub(super) fn moment(field: &str, asked: Option<Millis>) -> Result<Option<Millis>, WebError> {
    match asked {
        Some(at) if !(0..=LATEST).contains(&at) => {
            Err(invalid(field, "Give milliseconds since 1970 in UTC, up to the year 9999."))
        }
        asked => Ok(asked),
    }
}

pub(super) fn number(field: &str, text: &str) -> Result<i64, WebError> {
    Ident::read(text).map(|id| id.0).ok_or_else(|| invalid(field, "This is not an id; ids are strings of digits."))
}

/// The key by which a repeated request is known.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<&str, WebError> {
    once::key(headers).ok().flatten().ok_or_else(|| {
        let message = "Send an `Idempotency-Key` header of 1 to 200 characters, chosen by you and new for each reply: \
                       the same request can then be repeated without sending twice.";
        invalid("Idempotency-Key", message)
    })
}
