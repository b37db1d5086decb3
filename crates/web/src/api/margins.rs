//! Margins: how everybody is made up, put down by a program.

use super::{
    extract::{Given, invalid},
    shapes::Page,
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use tertulia_engine::insights::margins as desk;
use tertulia_store::margins as stored;
use utoipa::ToSchema;

/// How everybody is made up by one attribute.
#[derive(Serialize, ToSchema)]
pub(super) struct Margin {
    attribute: String,
    /// Where the numbers are from, and of which day they are.
    source: String,
    #[schema(format = Date)]
    as_of: String,
    put_at: i64,
    parts: Vec<MarginPart>,
}

/// One part: people, or a share; only its part of the sum matters.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MarginPart {
    #[schema(min_length = 1, max_length = 120, example = "60+")]
    name: String,
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64, example = 4120)]
    amount: f64,
}

/// A margin as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMargin {
    #[schema(min_length = 1, max_length = 300, example = "Census, municipal office")]
    source: String,
    #[schema(format = Date, example = "2025-12-31")]
    as_of: String,
    #[schema(min_items = 2, max_items = 60)]
    parts: Vec<MarginPart>,
}

async fn all(app: &App) -> Result<Vec<Margin>> {
    let mut db = app.engine.db.reader();
    let parts = stored::parts(&mut db).await?;
    let margin = |source: stored::Source| {
        let own = parts.iter().filter(|part| part.attribute == source.attribute);
        Margin {
            parts: own.map(|part| MarginPart { name: part.value.clone(), amount: part.amount }).collect(),
            attribute: source.attribute,
            source: source.source,
            as_of: source.as_of,
            put_at: source.at,
        }
    };
    Ok(stored::sources(&mut db).await?.into_iter().map(margin).collect())
}

/// Lists the margins
#[utoipa::path(
    get, path = "/api/v1/insights/margins", tag = "insights", security(("key" = ["read"])),
    responses((status = 200, body = Page<Margin>))
)]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Page<Margin>>> {
    Ok(Json(Page::whole(all(&app).await?)))
}

/// Puts a margin down
///
/// In place of what stood there; it holds in place of what lists of customers say of the same attribute.
#[utoipa::path(
    put, path = "/api/v1/insights/margins/{attribute}", tag = "insights", security(("key" = ["manage"])),
    params(("attribute" = String, Path, description = "The attribute's name", example = "region")),
    request_body = NewMargin, responses((status = 200, body = Margin))
)]
pub(super) async fn put(
    State(app): State<App>,
    viewer: Viewer,
    Path(attribute): Path<String>,
    Given(body): Given<NewMargin>,
) -> Result<Json<Margin>> {
    if body.parts.iter().any(|part| part.name.contains(['\n', '\r', ';', '\t', ',', '=', ':'])) {
        return Err(invalid("parts", "A name stands on one line and has none of ; , = : in it."));
    }
    let lines: Vec<String> = body.parts.iter().map(|part| format!("{};{}", part.name, part.amount)).collect();
    let form =
        desk::Form { attribute: attribute.clone(), parts: lines.join("\n"), source: body.source, as_of: body.as_of };
    desk::put(&app.engine, viewer.user.id, &form).await?;
    let found = all(&app).await?.into_iter().find(|margin| margin.attribute == attribute);
    Ok(Json(found.ok_or_else(WebError::not_found)?))
}

/// Takes a margin away
#[utoipa::path(
    delete, path = "/api/v1/insights/margins/{attribute}", tag = "insights", security(("key" = ["manage"])),
    params(("attribute" = String, Path, description = "The attribute's name", example = "region")),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove(State(app): State<App>, Path(attribute): Path<String>) -> Result<StatusCode> {
    if desk::remove(&app.engine, &attribute).await? { Ok(StatusCode::NO_CONTENT) } else { Err(WebError::not_found()) }
}
