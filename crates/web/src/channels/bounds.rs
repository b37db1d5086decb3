//! How much of a day a channel may bring.

use crate::{App, Result, Viewer, WebError, access::form::Fields};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Redirect,
};
use serde::Deserialize;
use tertulia_engine::{EngineError, channels};
use tertulia_model::ChannelId;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Bounds {
    day_cap: String,
}

pub(super) async fn set(
    State(app): State<App>,
    _: Viewer,
    Path(id): Path<i64>,
    Fields(bounds): Fields<Bounds>,
) -> Result<Redirect> {
    let typed = bounds.day_cap.trim();
    let cap = if typed.is_empty() { Ok(None) } else { typed.parse().map(Some) };
    // What is no number at all is refused as one that is too small is.
    match channels::set_day_cap(&app.engine, ChannelId(id), cap.unwrap_or(Some(0))).await {
        Ok(()) => Ok(Redirect::to(&format!("/channels/{id}"))),
        Err(EngineError::Invalid(errors)) => {
            let why = errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join(" ");
            Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, why))
        }
        Err(other) => Err(other.into()),
    }
}
