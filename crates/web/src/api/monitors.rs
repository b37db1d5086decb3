//! Monitors: saved queries over everything that is heard.

use super::{
    extract::{Asked, Given, Id, cursor, invalid, limit},
    ident::Ident,
    shapes::{Message, Page},
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_analysis::query::{self, Query, QueryError};
use tertulia_engine::monitors::{self as desk, MonitorForm};
use tertulia_model::MonitorId;
use tertulia_store::{monitors, reading};
use utoipa::{IntoParams, ToSchema};

/// A saved query, and how far it has looked at what was heard before.
#[derive(Serialize, ToSchema)]
pub(super) struct Monitor {
    pub id: Ident,
    #[schema(example = "Our grinder")]
    pub name: String,
    #[schema(example = "grinder NEAR/5 loud NOT lang:de")]
    pub query: String,
    /// `live` or `paused`.
    pub state: String,
    /// How far it has looked back through the stored past, by time, in hundredths; 100 once it is through. It stands still while
    /// the monitor is paused.
    #[schema(minimum = 0, maximum = 100)]
    pub looked_back: i64,
    pub created_by: Ident,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Monitor {
    /// `oldest` is the place of the oldest message that is stored.
    fn of(monitor: monitors::Monitor, oldest: Option<i64>) -> Self {
        Self {
            looked_back: looked_back(&monitor, oldest),
            id: monitor.id.into(),
            name: monitor.name,
            query: monitor.query,
            state: monitor.state,
            created_by: monitor.created_by.into(),
            created_at: monitor.created_at,
            updated_at: monitor.updated_at,
        }
    }
}

fn looked_back(monitor: &monitors::Monitor, oldest: Option<i64>) -> i64 {
    let Some((done, all)) = desk::looked_back(monitor, oldest) else { return 100 };
    i64::try_from(i128::from(done) * 100 / i128::from(all)).unwrap_or(0).clamp(0, 99)
}

/// What to look for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MonitorBody {
    /// What the team calls it; the query's own words if it is left out.
    #[serde(default)]
    #[schema(max_length = 100, example = "Our grinder")]
    name: String,
    /// Words, "phrases", `AND OR NOT ( )`, `NEAR/n`, `prefix*`, fields such as `lang:` and `channel:`.
    #[schema(min_length = 1, max_length = 4000, example = "grinder NEAR/5 loud")]
    query: String,
}

impl MonitorBody {
    fn checked(self) -> Result<MonitorForm> {
        read(&self.query)?;
        Ok(MonitorForm { name: self.name, query: self.query })
    }
}

/// What a monitor is to look for from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangedMonitor {
    /// What the team calls it; the query's own words if it is left out.
    #[serde(default)]
    #[schema(max_length = 100, example = "Our grinder")]
    name: String,
    #[schema(min_length = 1, max_length = 4000, example = "grinder NEAR/5 loud")]
    query: String,
    /// The monitor as it was read before: if it is not that any more, nothing is changed. Without it, whatever is there is
    /// replaced.
    instead_of: Option<FormerMonitor>,
}

/// How a monitor stood.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FormerMonitor {
    #[schema(example = "Our grinder")]
    name: String,
    #[schema(example = "grinder NEAR/5 noisy")]
    query: String,
}

/// Reads a query; an error names its place, in characters of the query.
pub(super) fn read(text: &str) -> Result<Query> {
    let query = query::parse(text).map_err(|error| {
        let fields =
            [("query", error.to_string()), ("query_from", place(text, &error).0), ("query_to", place(text, &error).1)];
        WebError {
            fields: fields.into_iter().map(|(name, words)| (name.to_owned(), words)).collect(),
            ..WebError::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
        }
    })?;
    if query.is_empty() {
        return Err(invalid("query", "Say what to look for: a word, a name, a phrase in quotation marks."));
    }
    Ok(query)
}

fn place(text: &str, error: &QueryError) -> (String, String) {
    let characters = |byte: usize| text[..text.floor_char_boundary(byte)].chars().count().to_string();
    (characters(error.at.start), characters(error.at.end))
}

pub(super) async fn known(app: &App, id: i64) -> Result<monitors::Monitor> {
    monitors::get(&mut app.engine.db.reader(), MonitorId(id)).await?.ok_or_else(WebError::not_found)
}

async fn shown(app: &App, id: i64) -> Result<Json<Monitor>> {
    let monitor = known(app, id).await?;
    Ok(Json(Monitor::of(monitor, reading::oldest_place(&mut app.engine.db.reader()).await?)))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists monitors
///
/// The newest first.
#[utoipa::path(
    get, path = "/api/v1/monitors", tag = "monitors", security(("key" = ["read"])), params(ListQuery),
    responses((status = 200, body = Page<Monitor>))
)]
pub(super) async fn list(State(app): State<App>, Asked(asked): Asked<ListQuery>) -> Result<Json<Page<Monitor>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?.map(MonitorId);
    let mut db = app.engine.db.reader();
    let rows = monitors::page(&mut db, below, limit + 1).await?;
    let oldest = reading::oldest_place(&mut db).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), |row| Monitor::of(row, oldest))))
}

/// Saves a monitor
///
/// It matches what is heard from now on, and looks at what was heard before in the background.
#[utoipa::path(
    post, path = "/api/v1/monitors", tag = "monitors", security(("key" = ["listen"])), request_body = MonitorBody,
    responses(
        (status = 201, body = Monitor, headers(("Location" = String, description = "Where the monitor is"))),
        (status = 409, description = "There are 10,000 monitors, or the request with this key is still under way", body = super::shapes::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn add(State(app): State<App>, viewer: Viewer, Given(body): Given<MonitorBody>) -> Result<Response> {
    let id = desk::add(&app.engine, &body.checked()?, viewer.user.id).await?;
    let place = format!("/api/v1/monitors/{id}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], shown(&app, id.0).await?).into_response())
}

/// Shows a monitor
#[utoipa::path(
    get, path = "/api/v1/monitors/{id}", tag = "monitors", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The monitor")),
    responses((status = 200, body = Monitor))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Monitor>> {
    shown(&app, id).await
}

/// Changes a monitor
///
/// Another query is matched anew; what was decided of mentions stays.
#[utoipa::path(
    put, path = "/api/v1/monitors/{id}", tag = "monitors", security(("key" = ["listen"])), request_body = ChangedMonitor,
    params(("id" = Ident, Path, description = "The monitor")),
    responses(
        (status = 200, body = Monitor),
        (status = 409, description = "It is not what it was read as any more, or the request with this key is still under way", body = super::shapes::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn change(
    State(app): State<App>,
    Id(id): Id,
    Given(body): Given<ChangedMonitor>,
) -> Result<Json<Monitor>> {
    let form = MonitorBody { name: body.name, query: body.query }.checked()?;
    let former = body.instead_of.map(|shown| MonitorForm { name: shown.name, query: shown.query });
    match desk::change(&app.engine, MonitorId(id), &form, former.as_ref()).await {
        Err(error) if desk::is_meanwhile(&error) => {
            let words = "It was changed meanwhile. Read it again, and give what you read as `instead_of`.";
            Err(WebError::new(StatusCode::CONFLICT, words))
        }
        done => {
            done?;
            shown(&app, id).await
        }
    }
}

/// Removes a monitor
///
/// With all that it found. The messages stay.
#[utoipa::path(
    delete, path = "/api/v1/monitors/{id}", tag = "monitors", security(("key" = ["listen"])),
    params(("id" = Ident, Path, description = "The monitor")),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove(State(app): State<App>, Id(id): Id) -> Result<StatusCode> {
    desk::remove(&app.engine, MonitorId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Pauses a monitor
#[utoipa::path(
    post, path = "/api/v1/monitors/{id}/pause", tag = "monitors", security(("key" = ["listen"])),
    params(("id" = Ident, Path, description = "The monitor")),
    responses((status = 200, body = Monitor))
)]
pub(super) async fn pause(State(app): State<App>, Id(id): Id) -> Result<Json<Monitor>> {
    desk::pause(&app.engine, MonitorId(id), true).await?;
    shown(&app, id).await
}

/// Has a monitor go on
///
/// It looks at what it has missed.
#[utoipa::path(
    post, path = "/api/v1/monitors/{id}/resume", tag = "monitors", security(("key" = ["listen"])),
    params(("id" = Ident, Path, description = "The monitor")),
    responses((status = 200, body = Monitor))
)]
pub(super) async fn resume(State(app): State<App>, Id(id): Id) -> Result<Json<Monitor>> {
    desk::pause(&app.engine, MonitorId(id), false).await?;
    shown(&app, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreviewBody {
    #[schema(min_length = 1, max_length = 4000, example = "\"flat white\" lang:es")]
    query: String,
}

/// What a query would find.
#[derive(Serialize, ToSchema)]
pub(super) struct Preview {
    /// How many messages of the last 30 days fit; at least so many where `looked_back_to` says that it stopped earlier.
    matches: usize,
    /// How far back it looked, where it did not come to the end of the 30 days.
    looked_back_to: Option<i64>,
    /// The newest that fit, at most ten.
    examples: Vec<Message>,
}

/// Previews a query
///
/// What it finds among the last 30 days' messages. Nothing is saved.
#[utoipa::path(
    post, path = "/api/v1/monitors/preview", tag = "monitors", security(("key" = ["read"])), request_body = PreviewBody,
    responses((status = 200, body = Preview))
)]
pub(super) async fn preview(State(app): State<App>, Given(body): Given<PreviewBody>) -> Result<Json<Preview>> {
    let query = read(&body.query)?;
    let found = desk::preview(&app.engine, &query, 10, desk::PREVIEW_LOOKS).await?;
    let ids: Vec<_> = found.examples.iter().map(|message| message.id).collect();
    let attachments = reading::attachments(&mut app.engine.db.reader(), &ids).await?;
    Ok(Json(Preview {
        matches: found.matches,
        looked_back_to: found.looked_back_to,
        examples: Message::with_attachments(found.examples, &attachments),
    }))
}
