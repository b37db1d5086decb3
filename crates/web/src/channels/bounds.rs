//! How much a channel may bring of a day, and for how long it keeps it.

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
    keep_days: String,
}

/// Nothing typed means no bound; what is no number at all is refused as one that is too small is.
fn bound(typed: &str) -> Option<i64> {
    let typed = typed.trim();
    (!typed.is_empty()).then(|| typed.parse().unwrap_or(0))
}

pub(super) async fn set(
    State(app): State<App>,
    _: Viewer,
    Path(id): Path<i64>,
    Fields(typed): Fields<Bounds>,
) -> Result<Redirect> {
    let bounds = channels::Bounds { day_cap: bound(&typed.day_cap), keep_days: bound(&typed.keep_days) };
    match channels::set_bounds(&app.engine, ChannelId(id), bounds).await {
        Ok(()) => Ok(Redirect::to(&format!("/channels/{id}"))),
        Err(EngineError::Invalid(errors)) => {
            let why = errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join(" ");
            Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, why))
        }
        Err(other) => Err(other.into()),
    }
}
