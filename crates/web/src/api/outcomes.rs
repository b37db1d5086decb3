//! What is seen outside of Tertulia, as dated values.

use super::{
    extract::{Asked, Given, Id, Ids, invalid, limit},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, Viewer, WebError};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tertulia_engine::{
    EngineError,
    amounts::Written,
    goals::outcomes::{self as desk, Mapping, OutcomeForm},
    today::day_of_number,
};
use tertulia_store::outcomes::{self as stored, Entry};
use utoipa::{IntoParams, ToSchema};

/// Values in one request.
const MOST: usize = 1_000;

/// What is counted outside of Tertulia.
#[derive(Serialize, ToSchema)]
pub(super) struct Outcome {
    id: Ident,
    name: String,
    unit: String,
    /// Over several days its values are added up; else the latest holds.
    adds_up: bool,
    created_at: i64,
    /// Since when nothing new is measured by it.
    archived_at: Option<i64>,
}

impl From<stored::Outcome> for Outcome {
    fn from(one: stored::Outcome) -> Self {
        Self {
            id: Ident(one.id),
            name: one.name,
            unit: one.unit,
            adds_up: one.adds_up,
            created_at: one.created_at,
            archived_at: one.archived_at,
        }
    }
}

/// The value of a day from one source.
#[derive(Serialize, ToSchema)]
pub(super) struct OutcomeValue {
    id: Ident,
    #[schema(format = Date)]
    day: String,
    value: f64,
    /// From where it is known.
    source: String,
    given_by: Ident,
    given_at: i64,
}

impl From<Entry> for OutcomeValue {
    fn from(one: Entry) -> Self {
        Self {
            id: Ident(one.id),
            day: day_of_number(one.day).to_string(),
            value: one.value,
            source: one.source,
            given_by: one.given_by.into(),
            given_at: one.given_at,
        }
    }
}

async fn known(app: &App, id: i64) -> Result<stored::Outcome> {
    stored::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)
}

/// Lists the outcomes
#[utoipa::path(
    get, path = "/api/v1/outcomes", tag = "goals", security(("key" = ["read"])),
    responses((status = 200, body = Page<Outcome>))
)]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Page<Outcome>>> {
    let all = stored::all(&mut app.engine.db.reader()).await?;
    Ok(Json(Page::whole(all.into_iter().map(Outcome::from).collect())))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOutcome {
    #[schema(min_length = 1, max_length = 100, example = "Visits to the shop")]
    name: String,
    #[serde(default)]
    #[schema(max_length = 40, example = "visits")]
    unit: String,
    /// Over several days its values are added up; else the latest holds.
    adds_up: bool,
}

/// Adds an outcome
#[utoipa::path(
    post, path = "/api/v1/outcomes", tag = "goals", security(("key" = ["manage"])), request_body = NewOutcome,
    responses((status = 201, body = Outcome))
)]
pub(super) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Given(body): Given<NewOutcome>,
) -> Result<(StatusCode, Json<Outcome>)> {
    let form = OutcomeForm { name: body.name, unit: body.unit, adds_up: body.adds_up, is_archived: false };
    let id = desk::add(&app.engine, viewer.user.id, &form).await?;
    Ok((StatusCode::CREATED, Json(known(&app, id).await?.into())))
}

/// An outcome as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangedOutcome {
    #[schema(min_length = 1, max_length = 100, example = "Visits to the shop")]
    name: String,
    #[serde(default)]
    #[schema(max_length = 40, example = "visits")]
    unit: String,
    /// As it is counted now, once a goal that rests on it is frozen.
    adds_up: bool,
    /// Nothing new is to be measured by it. Its values stay.
    #[serde(default)]
    archived: bool,
}

/// Changes an outcome
///
/// Its values stay.
#[utoipa::path(
    put, path = "/api/v1/outcomes/{id}", tag = "goals", security(("key" = ["manage"])), request_body = ChangedOutcome,
    params(("id" = Ident, Path, description = "The outcome")),
    responses((status = 200, body = Outcome))
)]
pub(super) async fn change(
    State(app): State<App>,
    Id(id): Id,
    Given(body): Given<ChangedOutcome>,
) -> Result<Json<Outcome>> {
    let form = OutcomeForm { name: body.name, unit: body.unit, adds_up: body.adds_up, is_archived: body.archived };
    desk::change(&app.engine, id, &form).await.map_err(wrong)?;
    Ok(Json(known(&app, id).await?.into()))
}

/// What is wrong, by the names that a program gave.
fn wrong(error: EngineError) -> WebError {
    let mut told = WebError::from(error);
    told.fields.iter_mut().filter(|(field, _)| field == "how").for_each(|(field, _)| "adds_up".clone_into(field));
    told
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ValuesQuery {
    /// Where the page before ended (`next`).
    #[param(pattern = "^-?(0|[1-9][0-9]{0,17})_([1-9][0-9]{0,17}|[1-8][0-9]{18})$")]
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists the values of an outcome
///
/// The latest day first.
#[utoipa::path(
    get, path = "/api/v1/outcomes/{id}/values", tag = "goals", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The outcome"), ValuesQuery),
    responses((status = 200, body = Page<OutcomeValue>))
)]
pub(super) async fn values(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<ValuesQuery>,
) -> Result<Json<Page<OutcomeValue>>> {
    let limit = limit(asked.limit)?;
    let place = |cursor: &str| {
        let parts = cursor.split_once('_').and_then(|(day, id)| Some((day.parse().ok()?, id.parse().ok()?)));
        parts.ok_or_else(|| invalid("cursor", "Give `next` of the page before, unchanged."))
    };
    let below = asked.cursor.as_deref().map(place).transpose()?;
    known(&app, id).await?;
    let rows = stored::list(&mut app.engine.db.reader(), id, None, below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| format!("{}_{}", row.day, row.id), OutcomeValue::from)))
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewValue {
    /// What names no day is left out, and the answer says so.
    #[schema(example = "2026-11-21")]
    day: String,
    value: f64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewValues {
    /// From where they are known.
    #[schema(min_length = 1, max_length = 100, example = "the till")]
    source: String,
    /// One a day.
    #[schema(min_items = 1, max_items = 1000)]
    values: Vec<NewValue>,
    /// Where another value stands for a day and this source, it is replaced.
    #[serde(default)]
    replace: bool,
}

/// What became of values that were brought.
#[derive(Serialize, ToSchema)]
pub(super) struct Taken {
    taken: usize,
    /// Another value stood for the day.
    replaced: usize,
    /// The same value stood already.
    known: usize,
    /// What could not be taken; the first hundred.
    left_out: Vec<LeftOut>,
    left_out_count: usize,
}

/// A value that was not taken.
#[derive(Serialize, ToSchema)]
pub(super) struct LeftOut {
    /// Its place among the values, from 1.
    row: usize,
    why: String,
}

/// Brings values of an outcome
///
/// The same again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/outcomes/{id}/values", tag = "goals", security(("key" = ["manage"])), request_body = NewValues,
    params(("id" = Ident, Path, description = "The outcome")),
    responses((status = 200, body = Taken))
)]
pub(super) async fn bring(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<NewValues>,
) -> Result<Json<Taken>> {
    if body.values.is_empty() || body.values.len() > MOST {
        return Err(invalid("values", format!("Give 1 to {MOST} values.")));
    }
    let mapping = Mapping {
        day: "day".to_owned(),
        value: "value".to_owned(),
        source: body.source,
        replace: body.replace,
        // As JSON writes them.
        numbers: Written::Point,
    };
    let table = serde_json::to_vec(&body.values).map_err(|_| invalid("values", "These cannot be read."))?;
    let report = desk::bring(&app.engine, viewer.user.id, id, (&table, &mapping)).await?;
    Ok(Json(Taken {
        taken: report.taken,
        replaced: report.replaced,
        known: report.known,
        left_out: report.wrong.into_iter().map(|(row, why)| LeftOut { row, why }).collect(),
        left_out_count: report.wrong_count,
    }))
}

/// Takes a value away
#[utoipa::path(
    delete, path = "/api/v1/outcomes/{id}/values/{value}", tag = "goals", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The outcome"), ("value" = Ident, Path, description = "The value")),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove(State(app): State<App>, Ids(id, value): Ids) -> Result<StatusCode> {
    desk::remove(&app.engine, id, value).await?;
    Ok(StatusCode::NO_CONTENT)
}
