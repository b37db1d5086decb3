//! What became of a reply.

use super::{
    extract::Id,
    ident::Ident,
    shapes::{Delivery, Problem},
};
use crate::{App, Result, WebError};
use axum::{Json, extract::State};
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
    let delivery = deliveries::get(&mut app.engine.db.reader(), DeliveryId(id)).await?;
    Ok(Json(delivery.ok_or_else(WebError::not_found)?.into()))
}
