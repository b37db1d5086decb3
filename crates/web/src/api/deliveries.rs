//! What became of a reply.

use super::{
    extract::Id,
    ident::Ident,
    shapes::{Delivery, Problem},
};
use crate::{App, Result, Viewer, WebError};
use axum::{Json, extract::State};
use tertulia_engine::outbound;
use tertulia_model::DeliveryId;
use tertulia_store::deliveries;

/// Shows a delivery
///
/// What became of one reply.
#[utoipa::path(
    get, path = "/api/v1/deliveries/{id}", tag = "deliveries", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The delivery")),
    responses(
        (status = 200, body = Delivery),
        (status = 404, description = "There is no such delivery", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Delivery>> {
    shown(&app, DeliveryId(id)).await
}

async fn shown(app: &App, id: DeliveryId) -> Result<Json<Delivery>> {
    let delivery = deliveries::get(&mut app.engine.db.reader(), id).await?;
    Ok(Json(delivery.ok_or_else(WebError::not_found)?.into()))
}

/// Takes a reply back
///
/// While it has not left. Its words are a draft again, of whoever wrote them; those that ask somebody whether another is them
/// are not.
#[utoipa::path(
    post, path = "/api/v1/deliveries/{id}/undo", tag = "deliveries", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The delivery")),
    responses((status = 200, body = Delivery))
)]
pub(super) async fn undo(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<Delivery>> {
    outbound::undo_reply(&app.engine, viewer.user.id, DeliveryId(id)).await?;
    shown(&app, DeliveryId(id)).await
}

/// Sends a reply again
///
/// That failed, or of which nobody knows whether it went out: that one may arrive twice.
#[utoipa::path(
    post, path = "/api/v1/deliveries/{id}/again", tag = "deliveries", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The delivery")),
    responses((status = 200, body = Delivery))
)]
pub(super) async fn again(State(app): State<App>, Id(id): Id) -> Result<Json<Delivery>> {
    outbound::send_again(&app.engine, DeliveryId(id)).await?;
    shown(&app, DeliveryId(id)).await
}

/// Says that a doubtful reply did arrive
#[utoipa::path(
    post, path = "/api/v1/deliveries/{id}/arrived", tag = "deliveries", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The delivery")),
    responses((status = 200, body = Delivery))
)]
pub(super) async fn arrived(State(app): State<App>, Id(id): Id) -> Result<Json<Delivery>> {
    outbound::consider_sent(&app.engine, DeliveryId(id)).await?;
    shown(&app, DeliveryId(id)).await
}

/// Leaves a reply that did not get through
///
/// As it is: nobody is asked about it any more.
#[utoipa::path(
    post, path = "/api/v1/deliveries/{id}/leave", tag = "deliveries", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The delivery")),
    responses((status = 200, body = Delivery))
)]
pub(super) async fn leave(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<Delivery>> {
    outbound::leave(&app.engine, viewer.user.id, DeliveryId(id)).await?;
    shown(&app, DeliveryId(id)).await
}

/// Takes up again what was left
#[utoipa::path(
    post, path = "/api/v1/deliveries/{id}/take-up", tag = "deliveries", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The delivery")),
    responses((status = 200, body = Delivery))
)]
pub(super) async fn take_up(State(app): State<App>, Id(id): Id) -> Result<Json<Delivery>> {
    outbound::undo_leave(&app.engine, DeliveryId(id)).await?;
    shown(&app, DeliveryId(id)).await
}
