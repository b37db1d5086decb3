//! Channels: how they are, adding, trying, pausing. No answer holds a setting, and so none a secret.

use super::{
    connectors,
    extract::{Given, Id, maybe_whole},
    ident::Ident,
    shapes::{Page, Problem},
};
use crate::{
    App, Result, WebError,
    channels::{changed, given},
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;
use tertulia_connector::Connector;
use tertulia_engine::{
    EngineError,
    channels::{self as desk, ChannelForm},
};
use tertulia_model::{ChannelId, ChannelState};
use tertulia_store::channels;
use utoipa::ToSchema;

/// A configured account of one kind of channel.
#[derive(Serialize, ToSchema)]
pub(super) struct Channel {
    id: Ident,
    /// The kind of channel.
    connector: String,
    /// What the account is called at its source.
    #[schema(example = "hello@roastery.example")]
    account: String,
    /// What the team calls it.
    name: String,
    /// `live`, `paused`, `failing` (it is tried again by itself) or `stopped` (it needs a person).
    state: String,
    /// Why it fails, and what to do.
    last_error: Option<String>,
    /// Whether the history that was asked for has been read.
    caught_up: bool,
    /// When it was last read with success; absent where nothing is fetched, and before the first time.
    last_looked_at: Option<i64>,
    /// How long ago that was.
    lag_ms: Option<i64>,
    /// When a look last brought anything.
    last_heard_at: Option<i64>,
    /// What it never shows us, in plain sentences.
    cannot_hear: Vec<String>,
    /// How many messages of a day it may bring that are not to us; absent for any number.
    day_cap: Option<i64>,
    /// How many days it keeps what was said; null for good.
    keep_days: Option<i64>,
    /// Its service asked for a pause: until when nothing is fetched, and nothing sent; null where it did not.
    fetches_after: Option<i64>,
    sends_after: Option<i64>,
    created_at: i64,
}

/// What a channel never shows: what its kind says, and what it says itself, set as it is.
pub(super) fn cannot_hear(app: &App, channel: &channels::Channel) -> Vec<String> {
    let Some(connector) = app.engine.registry.get(&channel.connector) else { return Vec::new() };
    let mut all = connector.spec().cannot_hear.clone();
    all.extend(connector.cannot_hear(&channel.settings));
    all
}

impl Channel {
    fn of(app: &App, channel: channels::Channel) -> Self {
        let pulls = app.engine.registry.get(&channel.connector).is_some_and(|connector| connector.spec().pulls);
        let (looked, now) = (channel.last_pull_at.filter(|_| pulls), app.engine.now());
        Self {
            cannot_hear: cannot_hear(app, &channel),
            id: channel.id.into(),
            connector: channel.connector,
            account: channel.account,
            name: channel.name,
            state: channel.state.as_str().to_owned(),
            last_error: channel.last_error,
            caught_up: channel.caught_up,
            last_looked_at: looked,
            lag_ms: looked.map(|at| (now - at).max(0)),
            last_heard_at: channel.last_heard_at,
            day_cap: channel.day_cap,
            keep_days: channel.keep_days,
            fetches_after: Some(channel.pull_after).filter(|at| *at > now),
            sends_after: Some(channel.send_after).filter(|at| *at > now),
            created_at: channel.created_at,
        }
    }
}

async fn shown(app: &App, id: i64) -> Result<Json<Channel>> {
    let channel = channels::get(&mut app.engine.db.reader(), ChannelId(id)).await?;
    let channel = channel.filter(|channel| channel.state != ChannelState::Deleted).ok_or_else(WebError::not_found)?;
    Ok(Json(Channel::of(app, channel)))
}

/// Lists channels
///
/// All of them, in the order in which they were added.
#[utoipa::path(
    get, path = "/api/v1/channels", tag = "channels", security(("key" = ["read"])),
    responses((status = 200, body = Page<Channel>))
)]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Page<Channel>>> {
    let all = channels::all(&mut app.engine.db.reader()).await?;
    Ok(Json(Page::whole(all.into_iter().map(|channel| Channel::of(&app, channel)).collect())))
}

/// Shows a channel
#[utoipa::path(
    get, path = "/api/v1/channels/{id}", tag = "channels", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The channel")),
    responses((status = 200, body = Channel))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Channel>> {
    shown(&app, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewChannel {
    /// The `name` of one of the connectors.
    #[schema(max_length = 40)]
    connector: String,
    /// What the team is to call it; the account's own name if it is left out.
    #[serde(default)]
    #[schema(max_length = 200, example = "Chat on our page")]
    name: String,
    /// As the connector's `settings_schema` says, secrets among them. They are never given back.
    #[serde(default)]
    #[schema(value_type = Object)]
    settings: Map<String, Value>,
}

fn read(app: &App, body: NewChannel) -> Result<(Arc<dyn Connector>, ChannelForm)> {
    let connector = connectors::named(app, &body.connector)?;
    checked_name(&body.name)?;
    let (mut form, errors) = given(connector.spec(), body.settings);
    if !errors.is_empty() {
        return Err(EngineError::Invalid(errors).into());
    }
    form.name = body.name;
    Ok((connector, form))
}

fn checked_name(name: &str) -> Result<()> {
    if name.chars().count() > 200 {
        return Err(EngineError::invalid("name", "Keep the name below 200 characters.").into());
    }
    Ok(())
}

/// Adds a channel
///
/// It is heard at once. An account that is connected already is refused.
#[utoipa::path(
    post, path = "/api/v1/channels", tag = "channels", security(("key" = ["manage"])), request_body = NewChannel,
    responses(
        (status = 201, body = Channel, headers(("Location" = String, description = "Where the channel is"))),
        (status = 409, description = "This account is connected already, or the request with this key is still under way", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn add(State(app): State<App>, Given(body): Given<NewChannel>) -> Result<Response> {
    let (connector, form) = read(&app, body)?;
    let id = desk::add(&app.engine, &connector.spec().name, form).await?;
    let place = format!("/api/v1/channels/{id}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], shown(&app, id.0).await?).into_response())
}

/// What trying a channel's settings came to.
#[derive(Serialize, ToSchema)]
pub(super) struct Tried {
    works: bool,
    /// What was seen.
    lines: Vec<String>,
    /// Why it does not work, and what to do.
    reason: Option<String>,
}

/// Tries settings
///
/// Against the real service, without changing anything there or here. It may take half a minute.
#[utoipa::path(
    post, path = "/api/v1/channels/test", tag = "channels", security(("key" = ["manage"])), request_body = NewChannel,
    responses((status = 200, description = "It was tried; `works` says how it went", body = Tried))
)]
pub(super) async fn test(State(app): State<App>, Given(body): Given<NewChannel>) -> Result<Json<Tried>> {
    let (connector, form) = read(&app, body)?;
    match desk::test(&app.engine, &connector.spec().name, None, form).await {
        Ok(lines) => Ok(Json(Tried { works: true, lines, reason: None })),
        Err(EngineError::Channel(reason)) => Ok(Json(Tried { works: false, lines: Vec::new(), reason: Some(reason) })),
        Err(error) => Err(error.into()),
    }
}

/// Pauses a channel
///
/// Nothing is fetched until it goes on; the ledger says so.
#[utoipa::path(
    post, path = "/api/v1/channels/{id}/pause", tag = "channels", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The channel")),
    responses((status = 200, body = Channel))
)]
pub(super) async fn pause(State(app): State<App>, Id(id): Id) -> Result<Json<Channel>> {
    desk::set_state(&app.engine, ChannelId(id), ChannelState::Paused).await?;
    shown(&app, id).await
}

/// Has a channel go on
#[utoipa::path(
    post, path = "/api/v1/channels/{id}/resume", tag = "channels", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The channel")),
    responses((status = 200, body = Channel))
)]
pub(super) async fn resume(State(app): State<App>, Id(id): Id) -> Result<Json<Channel>> {
    desk::set_state(&app.engine, ChannelId(id), ChannelState::Live).await?;
    shown(&app, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChannelChange {
    /// What the team is to call it; left out or empty, it keeps its name.
    #[serde(default)]
    #[schema(max_length = 200, example = "Chat on our page")]
    name: String,
    /// Settings that are to be others, secrets among them; what is left out stays as it is. Where secrets would go to
    /// another server than before, they have to be given again.
    #[serde(default)]
    #[schema(value_type = Object)]
    settings: Map<String, Value>,
}

/// Changes a channel
///
/// One that had stopped starts again. It stays the account that it is.
#[utoipa::path(
    put, path = "/api/v1/channels/{id}", tag = "channels", security(("key" = ["manage"])), request_body = ChannelChange,
    params(("id" = Ident, Path, description = "The channel")),
    responses((status = 200, body = Channel))
)]
pub(super) async fn change(
    State(app): State<App>,
    Id(id): Id,
    Given(body): Given<ChannelChange>,
) -> Result<Json<Channel>> {
    let channel = channels::get(&mut app.engine.db.reader(), ChannelId(id)).await?;
    let channel = channel.filter(|channel| channel.state != ChannelState::Deleted).ok_or_else(WebError::not_found)?;
    checked_name(&body.name)?;
    let (mut form, errors) = changed(app.engine.connector(&channel)?.spec(), body.settings);
    if !errors.is_empty() {
        return Err(EngineError::Invalid(errors).into());
    }
    form.name = body.name;
    desk::update(&app.engine, channel.id, form).await?;
    shown(&app, id).await
}

/// Deletes a channel
///
/// Its messages stay; its credentials are forgotten; answers that still wait come back to their conversations.
#[utoipa::path(
    delete, path = "/api/v1/channels/{id}", tag = "channels", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The channel")),
    responses((status = 204, description = "It is deleted"))
)]
pub(super) async fn remove(State(app): State<App>, Id(id): Id) -> Result<StatusCode> {
    desk::set_state(&app.engine, ChannelId(id), ChannelState::Deleted).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Bounds {
    /// Messages a day at most; null for any number. What is said to us, and what we say, is always kept.
    #[serde(default, deserialize_with = "maybe_whole")]
    #[schema(minimum = 1, maximum = 10000000)]
    day_cap: Option<i64>,
    /// How many days it keeps what was said; null for good. After them the words and files of its messages are removed;
    /// a conversation keeps its words until it is closed.
    #[serde(default, deserialize_with = "maybe_whole")]
    #[schema(minimum = 1, maximum = 36500)]
    keep_days: Option<i64>,
}

/// Bounds a channel
///
/// What comes beyond the number of a day is counted in the ledger and not kept. A bound that is not given is lifted.
#[utoipa::path(
    put, path = "/api/v1/channels/{id}/bounds", tag = "channels", security(("key" = ["manage"])), request_body = Bounds,
    params(("id" = Ident, Path, description = "The channel")),
    responses((status = 200, body = Channel))
)]
pub(super) async fn bound(State(app): State<App>, Id(id): Id, Given(body): Given<Bounds>) -> Result<Json<Channel>> {
    let bounds = desk::Bounds { day_cap: body.day_cap, keep_days: body.keep_days };
    desk::set_bounds(&app.engine, ChannelId(id), bounds).await?;
    shown(&app, id).await
}
