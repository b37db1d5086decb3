//! Imports: how far they are, what was taken and what not.

use super::{
    extract::{Asked, Id, cursor, limit},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, WebError};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tertulia_model::ImportId;
use tertulia_store::imports;
use utoipa::{IntoParams, ToSchema};

/// One run of an import.
#[derive(Serialize, ToSchema)]
pub(super) struct Import {
    id: Ident,
    channel_id: Ident,
    /// The file's name.
    name: String,
    #[schema(example = "mbox")]
    format: String,
    /// `waiting`, `running`, `done`, `stopped`, `failed` or `given_up`.
    state: String,
    bytes: i64,
    /// How many of them are read.
    position: i64,
    /// Messages that were new.
    taken: i64,
    /// Messages that were known before.
    known: i64,
    skipped: i64,
    /// Items set aside in Quarantine.
    quarantined: i64,
    /// Why items were skipped, and how many for each reason.
    reasons: BTreeMap<String, i64>,
    /// Why it failed, and what to do.
    error: Option<String>,
    created_at: i64,
    finished_at: Option<i64>,
}

impl Import {
    fn of(run: imports::ImportRun) -> Self {
        Self {
            id: run.id.into(),
            channel_id: run.channel_id.into(),
            name: run.name,
            format: run.format,
            state: run.state,
            bytes: run.size,
            position: run.position,
            taken: run.taken,
            known: run.known,
            skipped: run.skipped,
            quarantined: run.quarantined,
            reasons: serde_json::from_str(&run.reasons).unwrap_or_default(),
            error: run.error,
            created_at: run.created_at,
            finished_at: run.finished_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportsQuery {
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists imports
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/v1/imports", tag = "imports", security(("key" = ["read"])), params(ImportsQuery),
    responses((status = 200, body = Page<Import>))
)]
pub(super) async fn list(State(app): State<App>, Asked(asked): Asked<ImportsQuery>) -> Result<Json<Page<Import>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?.map(ImportId);
    let rows = imports::all(&mut app.engine.db.reader(), below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), Import::of)))
}

/// Shows an import
///
/// How far it is, and what was taken and what not.
#[utoipa::path(
    get, path = "/api/v1/imports/{id}", tag = "imports", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The import")),
    responses((status = 200, body = Import))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Import>> {
    shown(&app, ImportId(id)).await
}

pub(super) async fn shown(app: &App, id: ImportId) -> Result<Json<Import>> {
    let run = imports::get(&mut app.engine.db.reader(), id).await?;
    Ok(Json(Import::of(run.ok_or_else(WebError::not_found)?)))
}
