//! What could not be understood.

use super::{
    extract::{Asked, Id, cursor, limit},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, Viewer};
use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use tertulia_engine::quarantine as desk;
use tertulia_model::{ChannelId, QuarantineId};
use tertulia_store::quarantine;
use utoipa::{IntoParams, ToSchema};

/// An item that waits for a decision, with its bytes and the reason.
#[derive(Serialize, ToSchema)]
pub(super) struct Item {
    id: Ident,
    channel_id: Ident,
    reason: String,
    bytes: i64,
    received_at: i64,
    /// It was there before its channel was connected.
    history: bool,
}

impl From<quarantine::Quarantined> for Item {
    fn from(row: quarantine::Quarantined) -> Self {
        Self {
            id: row.id.into(),
            channel_id: row.channel_id.into(),
            reason: row.reason,
            bytes: row.size,
            received_at: row.received_at,
            history: row.history,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ItemsQuery {
    /// Only of this channel.
    channel: Option<Ident>,
    /// Only those set aside for exactly this reason.
    reason: Option<String>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists what waits in Quarantine
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/v1/quarantine", tag = "quarantine", security(("key" = ["read"])), params(ItemsQuery),
    responses((status = 200, body = Page<Item>))
)]
pub(super) async fn list(State(app): State<App>, Asked(asked): Asked<ItemsQuery>) -> Result<Json<Page<Item>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?.map(QuarantineId);
    let channel = asked.channel.map(|channel| ChannelId(channel.0));
    let mut db = app.engine.db.reader();
    let rows = quarantine::narrowed(&mut db, channel, asked.reason.as_deref(), below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), Item::from)))
}

/// Shows an item
#[utoipa::path(
    get, path = "/api/v1/quarantine/{id}", tag = "quarantine", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The item")),
    responses((status = 200, body = Item))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Item>> {
    let (item, _, _) = desk::beginning(&app.engine, QuarantineId(id), 0).await?;
    Ok(Json(item.into()))
}

/// Gives an item's bytes
///
/// As they came. Nobody has looked at what they could do.
#[utoipa::path(
    get, path = "/api/v1/quarantine/{id}/file", tag = "quarantine", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The item")),
    responses((status = 200, description = "The bytes", body = super::shapes::File, content_type = "application/octet-stream"))
)]
pub(super) async fn file(State(app): State<App>, Id(id): Id) -> Result<Response> {
    crate::quarantine::item::file(&app, id).await
}

/// Tries an item again
///
/// As after an update that understands more. Where it fails again, the answer says why (409), and the item stays.
#[utoipa::path(
    post, path = "/api/v1/quarantine/{id}/retry", tag = "quarantine", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The item")),
    responses((status = 204, description = "It is read and stored"))
)]
pub(super) async fn retry(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<StatusCode> {
    desk::replay(&app.engine, QuarantineId(id), viewer.user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets an item go
#[utoipa::path(
    post, path = "/api/v1/quarantine/{id}/discard", tag = "quarantine", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The item")),
    responses((status = 204, description = "It waits no more"))
)]
pub(super) async fn discard(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<StatusCode> {
    desk::discard(&app.engine, QuarantineId(id), viewer.user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes back that an item was let go
#[utoipa::path(
    post, path = "/api/v1/quarantine/{id}/restore", tag = "quarantine", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The item")),
    responses((status = 204, description = "It waits again"))
)]
pub(super) async fn restore(State(app): State<App>, Id(id): Id) -> Result<StatusCode> {
    desk::restore(&app.engine, QuarantineId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
