//! What a sample would become, before a channel is added or changed.

use super::{
    connectors,
    extract::{Given, invalid},
    ident::Ident,
    shapes::Problem,
};
use crate::{
    App, Result, WebError,
    channels::{
        changed, given,
        preview::{self, Row, SAMPLE},
    },
};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;
use tertulia_connector::Connector;
use tertulia_engine::EngineError;
use tertulia_model::{ChannelId, ChannelState};
use tertulia_store::channels;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sample {
    /// The `name` of one of the connectors.
    #[schema(max_length = 40, example = "webhook")]
    connector: String,
    /// A channel of that kind: settings that are left out are as it has them.
    channel_id: Option<Ident>,
    /// As the connector's `settings_schema` says.
    #[serde(default)]
    #[schema(value_type = Object)]
    settings: Map<String, Value>,
    /// What would come: a few items or rows.
    #[schema(min_length = 1, max_length = 200000, example = "{\"text\": \"Do you have beans?\"}")]
    sample: String,
}

/// What a sample would become.
#[derive(Serialize, ToSchema)]
pub(super) struct Becomes {
    /// The first ten messages.
    items: Vec<SampleMessage>,
    /// How many more there would be.
    more: usize,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SampleMessage {
    author: String,
    at: Option<i64>,
    subject: String,
    /// The first 280 characters.
    text: String,
    /// What else the fields say of it, in words.
    facts: Vec<String>,
}

impl From<Row> for SampleMessage {
    fn from(row: Row) -> Self {
        Self { author: row.author, at: row.at, subject: row.subject, text: row.words, facts: row.facts }
    }
}

/// Shows what a sample becomes
///
/// Under settings that map what comes to fields of a message, where a kind of channel has such. Nothing is stored. What
/// does not fit is named by its setting (`422`).
#[utoipa::path(
    post, path = "/api/v1/channels/preview", tag = "channels", security(("key" = ["manage"])), request_body = Sample,
    responses(
        (status = 200, body = Becomes),
        (status = 404, description = "There is no such channel", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "This kind of channel has no samples, or the request with this key is still under way", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn preview(State(app): State<App>, Given(body): Given<Sample>) -> Result<Json<Becomes>> {
    let connector = connectors::named(&app, &body.connector)?;
    if body.sample.trim().is_empty() {
        return Err(invalid(SAMPLE, "Give a few items or rows, as they would come."));
    }
    let settings = settings(&app, &connector, body.channel_id, body.settings).await?;
    let shown = preview::becomes(&app, &connector, settings, &body.sample).await?.ok_or_else(|| {
        let words = "This kind of channel shows no samples: what comes to it is always read in the same way.";
        WebError::new(StatusCode::CONFLICT, words)
    })?;
    let becomes = shown.map_err(EngineError::Invalid)?;
    Ok(Json(Becomes { items: becomes.rows.into_iter().map(SampleMessage::from).collect(), more: becomes.more }))
}

async fn settings(
    app: &App,
    connector: &Arc<dyn Connector>,
    channel: Option<Ident>,
    said: Map<String, Value>,
) -> Result<Map<String, Value>> {
    let spec = connector.spec();
    let (form, errors) = if channel.is_some() { changed(spec, said) } else { given(spec, said) };
    if !errors.is_empty() {
        return Err(EngineError::Invalid(errors).into());
    }
    let Some(id) = channel else { return Ok(form.settings) };
    let channel = channels::get(&mut app.engine.db.reader(), ChannelId(id.0)).await?;
    let channel = channel.filter(|known| known.state != ChannelState::Deleted && known.connector == spec.name);
    let mut settings = channel.ok_or_else(WebError::not_found)?.settings.as_object().cloned().unwrap_or_default();
    settings.extend(form.settings);
    Ok(settings)
}
