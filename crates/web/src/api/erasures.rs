//! One person's wish: all that is kept of them, as a file; or that nothing be kept.

use super::{
    extract::{Given, Id, invalid},
    ident::Ident,
};
use crate::{App, Result, Viewer, WebError, inbox::whose, people};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tertulia_engine::erase;
use tertulia_model::PersonId;
use tertulia_store::erased;
use utoipa::ToSchema;

/// Exports a person
///
/// All that is kept of them as one file (ZIP), to be given to them.
#[utoipa::path(
    get, path = "/api/v1/people/{id}/export", tag = "people", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The person")),
    responses((status = 200, description = "The file", body = super::shapes::File, content_type = "application/zip"))
)]
pub(super) async fn export(State(app): State<App>, Id(id): Id) -> Result<Response> {
    people::export(&app, PersonId(id)).await
}

/// What an erasure would take.
#[derive(Serialize, ToSchema)]
pub(super) struct ErasurePreview {
    /// Give it back to erase them.
    name: String,
    identities: usize,
    /// Messages of theirs, and of ours to them.
    written: usize,
    answers: usize,
    conversations: usize,
    /// Files on the disk out of which something goes.
    files: usize,
}

/// Shows what an erasure would take
///
/// Nothing is changed.
#[utoipa::path(
    get, path = "/api/v1/people/{id}/erasure", tag = "people", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The person")),
    responses((status = 200, body = ErasurePreview))
)]
pub(super) async fn preview(State(app): State<App>, Id(id): Id) -> Result<Json<ErasurePreview>> {
    let preview = erase::preview(&app.engine, PersonId(id)).await?;
    Ok(Json(ErasurePreview {
        name: whose(Some(&preview.name)),
        identities: preview.identities,
        written: preview.written,
        answers: preview.answers,
        conversations: preview.conversations,
        files: preview.blobs,
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Confirmation {
    /// Their name as it is shown, so that nobody is erased by a slip.
    #[schema(max_length = 1000, example = "Amina Haddad")]
    name: String,
}

/// The report of an erasure, without a word of theirs.
#[derive(Serialize, ToSchema)]
pub(super) struct Erasure {
    id: Ident,
    at: i64,
    by: Ident,
    /// Whether the disk is rid of it, too.
    finished: bool,
    /// What went where, what stays, and what is out of reach.
    #[schema(value_type = Object)]
    report: Value,
}

async fn shown(app: &App, id: i64) -> Result<Json<Erasure>> {
    let found = erased::get_report(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)?;
    let report: Value = serde_json::from_str(&found.report).unwrap_or_default();
    Ok(Json(Erasure {
        id: Ident(found.id),
        at: found.at,
        by: found.by_user.into(),
        finished: report["finished"] == true,
        report,
    }))
}

/// Erases a person
///
/// Everywhere, and for good; keyed hashes keep it from coming back. It takes a while.
#[utoipa::path(
    post, path = "/api/v1/people/{id}/erasure", tag = "people", security(("key" = ["manage"])), request_body = Confirmation,
    params(("id" = Ident, Path, description = "The person")),
    responses((status = 201, body = Erasure, headers(("Location" = String, description = "Where the report is"))))
)]
pub(super) async fn erase(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<Confirmation>,
) -> Result<Response> {
    let preview = erase::preview(&app.engine, PersonId(id)).await?;
    if !people::same_name(&body.name, &whose(Some(&preview.name))) {
        return Err(invalid("name", "Give their name as it is shown. Nothing was erased."));
    }
    let report = erase::erase(&app.engine, PersonId(id), viewer.user.id).await?;
    let place = format!("/api/v1/erasures/{report}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], shown(&app, report).await?).into_response())
}

/// Shows the report of an erasure
#[utoipa::path(
    get, path = "/api/v1/erasures/{id}", tag = "people", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The report")),
    responses((status = 200, body = Erasure))
)]
pub(super) async fn report(State(app): State<App>, Id(id): Id) -> Result<Json<Erasure>> {
    shown(&app, id).await
}
