//! The kinds of channels that can be connected.

use super::{extract::invalid, shapes::Page};
use crate::{App, Result};
use axum::{Json, extract::State};
use serde::Serialize;
use std::sync::Arc;
use tertulia_connector::{Connector, by_hand::ByHand};
use utoipa::ToSchema;

/// A kind of channel.
#[derive(Serialize, ToSchema)]
pub(super) struct Kind {
    /// Give it as `connector` when a channel is added.
    name: String,
    #[schema(example = "E-mail")]
    title: String,
    summary: String,
    /// Whether people can be answered on it.
    sends: bool,
    /// What it never shows us, in plain sentences.
    cannot_hear: Vec<String>,
    /// JSON Schema of its settings; `format: password` marks secrets, and those with `x-generated` are made up for it.
    #[schema(value_type = Object)]
    settings_schema: serde_json::Value,
    /// JSON Schema of one entry by hand, where it takes such (`/channels/{id}/entries`).
    #[schema(value_type = Option<Object>)]
    entry_schema: Option<serde_json::Value>,
    /// Whether files can be brought (`/channels/{id}/file`).
    takes_files: bool,
}

/// The connectors of channels; what reads archives is none.
pub(super) fn all(app: &App) -> impl Iterator<Item = &Arc<dyn Connector>> {
    app.engine.registry.all().filter(|connector| connector.archives().is_none())
}

/// The one that is called so.
pub(super) fn named(app: &App, name: &str) -> Result<Arc<dyn Connector>> {
    all(app).find(|known| known.spec().name == name).cloned().ok_or_else(|| {
        let known: Vec<&str> = all(app).map(|known| known.spec().name.as_str()).collect();
        invalid("connector", format!("There is no such kind of channel. Use one of {}.", known.join(", ")))
    })
}

/// Lists kinds of channels
///
/// With the settings that each takes.
#[utoipa::path(
    get, path = "/api/v1/connectors", tag = "channels", security(("key" = ["manage"])),
    responses((status = 200, body = Page<Kind>))
)]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Page<Kind>>> {
    let kind = |connector: &Arc<dyn Connector>| {
        let spec = connector.spec().clone();
        Kind {
            name: spec.name,
            title: spec.title,
            summary: spec.summary,
            sends: spec.sends,
            cannot_hear: spec.cannot_hear,
            settings_schema: spec.settings_schema,
            entry_schema: connector.by_hand().and_then(ByHand::form).map(|form| form.schema.clone()),
            takes_files: connector.by_hand().and_then(ByHand::files).is_some(),
        }
    };
    Ok(Json(Page::whole(all(&app).map(kind).collect())))
}
