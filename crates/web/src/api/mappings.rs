//! Mappings by name: what the columns of a kind of file mean.

use super::{
    extract::{Given, Id},
    ident::Ident,
    shapes::{Page, Problem},
    uploads::Reading,
};
use crate::{App, Result, Viewer, WebError, import};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tertulia_engine::mappings::{self as desk, Naming, Saved};
use tertulia_model::MappingId;
use utoipa::ToSchema;

/// A mapping that was saved by name.
#[derive(Serialize, ToSchema)]
pub(super) struct Mapping {
    id: Ident,
    name: String,
    /// The columns of the file that it was made for.
    columns: Vec<String>,
    /// Field of a message, and the column that it comes from; how times are written.
    #[schema(value_type = Object)]
    mapping: Value,
    saved_at: i64,
    /// When a file was last imported with it.
    used_at: Option<i64>,
}

impl From<Saved> for Mapping {
    fn from(saved: Saved) -> Self {
        Self {
            id: saved.id.into(),
            name: saved.name,
            columns: saved.columns,
            mapping: saved.mapping,
            saved_at: saved.saved_at,
            used_at: saved.used_at,
        }
    }
}

/// Lists the saved mappings
///
/// By name.
#[utoipa::path(
    get, path = "/api/v1/mappings", tag = "imports", security(("key" = ["read"])),
    responses((status = 200, body = Page<Mapping>))
)]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Page<Mapping>>> {
    Ok(Json(Page::whole(desk::all(&app.engine).await?.into_iter().map(Mapping::from).collect())))
}

/// Shows a saved mapping
#[utoipa::path(
    get, path = "/api/v1/mappings/{id}", tag = "imports", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The mapping")),
    responses((status = 200, body = Mapping))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Mapping>> {
    Ok(Json(desk::get(&app.engine, MappingId(id)).await?.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMapping {
    #[schema(min_length = 1, max_length = 80, example = "Old forum")]
    name: String,
    /// Whether another of that name is to go.
    #[serde(default)]
    replace: bool,
    /// A file that was sent, and how such files are to be read.
    import: Reading,
}

fn taken() -> WebError {
    let words = "Another mapping has that name. Nothing was changed. Ask with `replace` to let the other one go.";
    WebError::new(StatusCode::CONFLICT, words)
}

/// Saves a mapping
///
/// What the columns of a file mean, under a name, for the next file of its kind. Nothing is imported.
#[utoipa::path(
    post, path = "/api/v1/mappings", tag = "imports", security(("key" = ["manage"])), request_body = NewMapping,
    responses(
        (status = 201, body = Mapping, headers(("Location" = String, description = "Where the mapping is"))),
        (status = 409, description = "Another mapping has that name, there are too many, or the request with this key is still under way", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn save(State(app): State<App>, viewer: Viewer, Given(body): Given<NewMapping>) -> Result<Response> {
    match import::save(&app, viewer.user.id, (&body.name, body.replace), &body.import.into()).await? {
        Naming::Done(id) => {
            let place = format!("/api/v1/mappings/{id}");
            let saved = Mapping::from(desk::get(&app.engine, id).await?);
            Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(saved)).into_response())
        }
        Naming::Taken => Err(taken()),
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewName {
    #[schema(min_length = 1, max_length = 80, example = "Old forum")]
    name: String,
    /// Whether another of that name is to go.
    #[serde(default)]
    replace: bool,
}

/// Renames a saved mapping
#[utoipa::path(
    put, path = "/api/v1/mappings/{id}/name", tag = "imports", security(("key" = ["manage"])),
    request_body = NewName, params(("id" = Ident, Path, description = "The mapping")),
    responses((status = 200, body = Mapping))
)]
pub(super) async fn rename(State(app): State<App>, Id(id): Id, Given(body): Given<NewName>) -> Result<Json<Mapping>> {
    match desk::rename(&app.engine, MappingId(id), &body.name, body.replace).await? {
        Naming::Done(id) => Ok(Json(desk::get(&app.engine, id).await?.into())),
        Naming::Taken => Err(taken()),
    }
}

/// Lets a saved mapping go
///
/// What was imported with it stays as it was taken.
#[utoipa::path(
    delete, path = "/api/v1/mappings/{id}", tag = "imports", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The mapping")),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove(State(app): State<App>, Id(id): Id) -> Result<StatusCode> {
    let known = desk::get(&app.engine, MappingId(id)).await?;
    desk::delete(&app.engine, known.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
