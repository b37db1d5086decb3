//! Files to be imported: sent, looked at, started, stopped.

use super::{
    extract::{Asked, Given, Id, invalid},
    ident::Ident,
    imports::{Import, shown},
    shapes::Page,
};
use crate::{App, Result, Viewer, WebError, import};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tertulia_connector::archive::{self, MappingField};
use tertulia_engine::{
    imports as desk,
    mappings::{self, Fit, Saved},
};
use tertulia_model::{ImportId, MappingId};
use utoipa::{IntoParams, ToSchema};

const LONGEST_NAME: usize = 200;
/// Characters of a cell of the preview.
const SHOWN: usize = 2_000;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FileQuery {
    /// The file's name: its ending helps to tell what it is.
    #[param(max_length = 200, example = "forum.csv")]
    name: String,
}

/// A field of a message that a column can be chosen for.
#[derive(Serialize, ToSchema)]
pub(super) struct Field {
    name: String,
    title: String,
    required: bool,
}

/// A file that was sent and looked at.
#[derive(Serialize, ToSchema)]
pub(super) struct Upload {
    /// Give it back to start the import.
    file: String,
    #[schema(example = "forum.csv")]
    name: String,
    bytes: u64,
    #[schema(example = "Table (CSV)")]
    format: String,
    /// What somebody should know who imports such a file.
    note: String,
    /// Whether its columns must be chosen.
    needs_columns: bool,
    columns: Vec<String>,
    /// What the columns seem to mean: field of a message, and column.
    suggested: BTreeMap<String, String>,
    fields: Vec<Field>,
    /// Saved mappings whose columns are all in it, the best first: give one as `mapping`.
    mappings: Vec<Fitting>,
}

/// A saved mapping that fits a file.
#[derive(Serialize, ToSchema)]
pub(super) struct Fitting {
    id: Ident,
    name: String,
    /// Whether it was made for a file with just these columns.
    made_for_it: bool,
}

impl From<(Saved, Fit)> for Fitting {
    fn from((saved, fit): (Saved, Fit)) -> Self {
        Self { id: saved.id.into(), name: saved.name, made_for_it: fit == Fit::Same }
    }
}

/// Sends a file
///
/// That is to be imported, as it is, up to 4 GB. Nothing is taken from it before it is started.
#[utoipa::path(
    post, path = "/api/v1/imports/files", tag = "imports", security(("key" = ["manage"])), params(FileQuery),
    request_body(content = super::shapes::File, content_type = "application/octet-stream"),
    responses(
        (status = 201, body = Upload),
        (status = 413, description = "More than 4 GB", body = super::shapes::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn send(State(app): State<App>, Asked(asked): Asked<FileQuery>, body: Body) -> Result<Response> {
    if asked.name.chars().count() > LONGEST_NAME {
        return Err(invalid("name", format!("Keep the name below {LONGEST_NAME} characters.")));
    }
    let sent = import::take_body(&app, &asked.name, body).await?;
    let fields = if sent.look.needs_mapping { desk::mapping_fields(&app.engine)? } else { Vec::new() };
    let column = |field: &MappingField| Some((field.name.clone(), sent.look.mapping[&field.name].as_str()?.to_owned()));
    let suggested = fields.iter().filter_map(column).collect();
    let field = |field: MappingField| Field { name: field.name, title: field.title, required: field.required };
    let fitting = mappings::fitting(&app.engine, &sent.look).await?;
    let upload = Upload {
        mappings: fitting.into_iter().map(Fitting::from).collect(),
        suggested,
        fields: fields.into_iter().map(field).collect(),
        file: sent.ticket,
        name: sent.name,
        bytes: sent.bytes,
        format: sent.look.title,
        note: sent.look.note,
        needs_columns: sent.look.needs_mapping,
        columns: sent.look.columns,
    };
    Ok((StatusCode::CREATED, Json(upload)).into_response())
}

/// A file that was sent, and how it is to be read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reading {
    /// `file` of the answer to the upload.
    #[schema(max_length = 4000)]
    file: String,
    /// A saved mapping: whatever else is left out is as it says. Without one it is as the file suggests.
    mapping: Option<Ident>,
    /// What the archive is to be called here; the file's name if nothing else says it.
    #[schema(min_length = 1, max_length = 80, example = "Old forum")]
    source: Option<String>,
    /// For a table: field of a message, and the column that it comes from; an empty column means none.
    #[serde(default)]
    columns: BTreeMap<String, String>,
    /// `auto`, `iso`, `day_month_year`, `month_day_year`, `rfc2822`, `unix_seconds` or `unix_millis`.
    #[schema(max_length = 40, example = "auto")]
    time_format: Option<String>,
    /// An IANA name, for times that give no zone; UTC if nothing else says it.
    #[schema(max_length = 100, example = "Europe/Madrid")]
    time_zone: Option<String>,
    /// Accounts in it that are ours.
    our_accounts: Option<Vec<String>>,
    /// Whether what it holds was said in public.
    public: Option<bool>,
}

impl From<Reading> for import::Wanted {
    fn from(reading: Reading) -> Self {
        Self {
            file: reading.file,
            mapping: reading.mapping.map(|id| MappingId(id.0)),
            source: reading.source,
            columns: reading.columns,
            time_format: reading.time_format,
            time_zone: reading.time_zone,
            our_accounts: reading.our_accounts,
            public: reading.public,
        }
    }
}

/// Starts an import
///
/// Of a file that was sent. It is read in the background; how far it is stands in the import.
#[utoipa::path(
    post, path = "/api/v1/imports", tag = "imports", security(("key" = ["manage"])), request_body = Reading,
    responses((status = 201, body = Import, headers(("Location" = String, description = "Where the import is"))))
)]
pub(super) async fn start(State(app): State<App>, viewer: Viewer, Given(body): Given<Reading>) -> Result<Response> {
    let id = import::begin(&app, viewer.user.id, &body.into()).await?;
    let place = format!("/api/v1/imports/{id}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], shown(&app, id).await?).into_response())
}

/// A row as it would be taken, or why it would not.
#[derive(Serialize, ToSchema)]
pub(super) struct PreviewRow {
    author: Option<String>,
    /// When it was said; null where that cannot be read.
    at: Option<i64>,
    subject: Option<String>,
    /// The first 2,000 characters.
    text: Option<String>,
    /// Whether one of our accounts wrote it.
    ours: bool,
    /// Why the row cannot be read.
    problem: Option<String>,
}

impl From<std::result::Result<archive::PreviewRow, String>> for PreviewRow {
    fn from(row: std::result::Result<archive::PreviewRow, String>) -> Self {
        let cut = |text: String| text.chars().take(SHOWN).collect::<String>();
        match row {
            Ok(row) => Self {
                author: Some(cut(row.author)),
                at: row.at,
                subject: row.subject.map(cut),
                text: Some(cut(row.text)),
                ours: row.ours,
                problem: None,
            },
            Err(why) => Self { author: None, at: None, subject: None, text: None, ours: false, problem: Some(why) },
        }
    }
}

/// Shows how a file would be read
///
/// Its first rows, as they would be taken. Nothing is imported.
#[utoipa::path(
    post, path = "/api/v1/imports/preview", tag = "imports", security(("key" = ["manage"])), request_body = Reading,
    responses((status = 200, body = Page<PreviewRow>))
)]
pub(super) async fn preview(State(app): State<App>, Given(body): Given<Reading>) -> Result<Json<Page<PreviewRow>>> {
    let rows = import::preview(&app, &body.into()).await?;
    Ok(Json(Page::whole(rows.into_iter().map(PreviewRow::from).collect())))
}

async fn known(app: &App, id: i64) -> Result<ImportId> {
    let run = tertulia_store::imports::get(&mut app.engine.db.reader(), ImportId(id)).await?;
    Ok(run.ok_or_else(WebError::not_found)?.id)
}

/// Stops an import
///
/// What was taken stays; it can go on later.
#[utoipa::path(
    post, path = "/api/v1/imports/{id}/stop", tag = "imports", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The import")),
    responses((status = 200, body = Import))
)]
pub(super) async fn stop(State(app): State<App>, Id(id): Id) -> Result<Json<Import>> {
    let id = known(&app, id).await?;
    desk::stop(&app.engine, id).await?;
    shown(&app, id).await
}

/// Gives up an import
///
/// One that was stopped, or failed: it cannot go on, and its file is let go as that of one which is done. What was taken stays.
#[utoipa::path(
    post, path = "/api/v1/imports/{id}/give-up", tag = "imports", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The import")),
    responses((status = 200, body = Import))
)]
pub(super) async fn give_up(State(app): State<App>, Id(id): Id) -> Result<Json<Import>> {
    let id = known(&app, id).await?;
    desk::give_up(&app.engine, id).await?;
    shown(&app, id).await
}

/// Has an import go on
///
/// Where it was stopped, or failed.
#[utoipa::path(
    post, path = "/api/v1/imports/{id}/go-on", tag = "imports", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The import")),
    responses((status = 200, body = Import))
)]
pub(super) async fn go_on(State(app): State<App>, Id(id): Id) -> Result<Json<Import>> {
    let id = known(&app, id).await?;
    desk::go_on(&app.engine, id).await?;
    shown(&app, id).await
}
