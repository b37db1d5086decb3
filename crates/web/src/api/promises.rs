//! What we said we would do, and what became of it.

use super::{
    extract::{Asked, Given, Id, invalid, limit},
    ident::Ident,
    shapes::{Page, Person},
};
use crate::{App, Result, Viewer, WebError};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tertulia_engine::promises::{self as desk, Due};
use tertulia_model::{MessageId, PersonId};
use tertulia_store::{person_merges, promises};
use utoipa::{IntoParams, ToSchema};

/// How many of a person's promises are listed, newest first.
const MOST_OF_PERSON: i64 = 100;
const LONGEST_WORDS: usize = 300;

/// How a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum PromiseState {
    /// A sentence looks like one, and nobody has said whether it is.
    Suggested,
    /// It is one, and nobody has said what became of it.
    Open,
    Kept,
    Broken,
    /// It is none.
    Dismissed,
}

impl PromiseState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Suggested => "suggested",
            Self::Open => "open",
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::Dismissed => "dismissed",
        }
    }
}

/// What we said we would do.
#[derive(Serialize, ToSchema)]
pub(super) struct Promise {
    id: Ident,
    message_id: Ident,
    conversation_id: Ident,
    /// To whom it was made.
    person: Option<Person>,
    /// The sentence that says it; empty once its message has no words any more.
    words: String,
    /// `suggested`, `open`, `kept`, `broken` or `dismissed`.
    state: String,
    /// The last moment at which it is kept in time: the end of a day where the organisation is.
    due_at: Option<i64>,
    /// By what it was recognised: `phrase`, `future`, `dated`, or `hand`.
    sign: String,
    made_at: i64,
    confirmed_by: Option<Ident>,
    confirmed_at: Option<i64>,
    /// Who said what became of it.
    closed_by: Option<Ident>,
    closed_at: Option<i64>,
    note: Option<String>,
}

impl From<promises::Listed> for Promise {
    fn from(listed: promises::Listed) -> Self {
        let one = listed.promise;
        Self {
            id: Ident(one.id),
            message_id: one.message_id.into(),
            conversation_id: one.conversation_id.into(),
            person: listed.person_id.map(|id| Person { id: id.into(), name: listed.person_name }),
            words: one.words,
            state: one.state,
            due_at: one.due_at,
            sign: one.sign,
            made_at: one.made_at,
            confirmed_by: one.confirmed_by.map(Ident::from),
            confirmed_at: one.confirmed_at,
            closed_by: one.closed_by.map(Ident::from),
            closed_at: one.closed_at,
            note: one.note,
        }
    }
}

async fn shown(app: &App, id: i64) -> Result<Json<Promise>> {
    Ok(Json(desk::get(&app.engine, id).await?.into()))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PromisesQuery {
    /// Those in this state; the open ones if it is left out.
    #[param(inline)]
    state: Option<PromiseState>,
    /// Where the page before ended (`next`).
    #[param(pattern = "^(0|[1-9][0-9]{0,17}|[1-8][0-9]{18}|9223372036854775807)-([1-9][0-9]{0,17}|[1-8][0-9]{18})$")]
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

fn place(cursor: &str) -> Result<(i64, i64)> {
    let parts = cursor.split_once('-').and_then(|(due, id)| Some((due.parse().ok()?, id.parse().ok()?)));
    parts.ok_or_else(|| invalid("cursor", "Give `next` of the page before, unchanged."))
}

/// Lists promises
///
/// What is due first stands first; of those that were kept or broken, what was due last.
#[utoipa::path(
    get, path = "/api/v1/promises", tag = "promises", security(("key" = ["read"])), params(PromisesQuery),
    responses((status = 200, body = Page<Promise>))
)]
pub(super) async fn list(State(app): State<App>, Asked(asked): Asked<PromisesQuery>) -> Result<Json<Page<Promise>>> {
    let limit = limit(asked.limit)?;
    let from = asked.cursor.as_deref().map(place).transpose()?;
    let state = asked.state.unwrap_or(PromiseState::Open);
    let mut db = app.engine.db.reader();
    let rows = match state {
        PromiseState::Kept | PromiseState::Broken => {
            promises::list_back(&mut db, state.as_str(), from, limit + 1).await?
        }
        _ => promises::list(&mut db, state.as_str(), from, limit + 1).await?,
    };
    let next = |row: &promises::Listed| {
        let (due, id) = row.promise.place();
        format!("{due}-{id}")
    };
    Ok(Json(Page::of(rows, limit, next, Promise::from)))
}

/// Shows a promise
#[utoipa::path(
    get, path = "/api/v1/promises/{id}", tag = "promises", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The promise")),
    responses((status = 200, body = Promise))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Promise>> {
    shown(&app, id).await
}

/// Lists what was promised to a person
///
/// The hundred newest, without what nobody has confirmed.
#[utoipa::path(
    get, path = "/api/v1/people/{id}/promises", tag = "people", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The person")),
    responses((status = 200, body = Page<Promise>))
)]
pub(super) async fn of_person(State(app): State<App>, Id(id): Id) -> Result<Json<Page<Promise>>> {
    let mut db = app.engine.db.reader();
    let person = person_merges::standing_for(&mut db, PersonId(id)).await?.ok_or_else(WebError::not_found)?;
    let found = promises::of_person(&mut db, person.id, MOST_OF_PERSON).await?;
    let listed = |promise| {
        let (person_id, person_name) = (Some(person.id), Some(person.name.clone()));
        Promise::from(promises::Listed { promise, person_id, person_name })
    };
    Ok(Json(Page::whole(found.into_iter().map(listed).collect())))
}

/// The day in a body: none stands as it is.
fn day(field: Option<&str>) -> Result<Option<Due>> {
    let read = |text: &str| text.parse().ok().filter(|_| text.len() == "2026-12-04".len()).map(Due::On);
    let wrong = || invalid("due_on", "Write a day as 2026-12-04.");
    field.map(|text| read(text).ok_or_else(wrong)).transpose()
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Confirmed {
    /// The day by which it is to be kept; as it was found, or stands, if it is left out.
    #[schema(format = Date, example = "2026-12-04")]
    due_on: Option<String>,
    /// That it is due on no day at all.
    #[serde(default)]
    no_day: bool,
}

/// Confirms a promise
///
/// Also gives one that is open another day.
#[utoipa::path(
    post, path = "/api/v1/promises/{id}/confirm", tag = "promises", security(("key" = ["reply"])), request_body = Confirmed,
    params(("id" = Ident, Path, description = "The promise")),
    responses((status = 200, body = Promise))
)]
pub(super) async fn confirm(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<Confirmed>,
) -> Result<Json<Promise>> {
    let due = match day(body.due_on.as_deref())? {
        Some(_) if body.no_day => return Err(invalid("no_day", "It is due on a day, or on none.")),
        Some(due) => due,
        None if body.no_day => Due::NoDay,
        None => Due::AsItIs,
    };
    desk::confirm(&app.engine, id, viewer.user.id, due).await?;
    shown(&app, id).await
}

/// Says that it is no promise
#[utoipa::path(
    post, path = "/api/v1/promises/{id}/dismiss", tag = "promises", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The promise")),
    responses((status = 200, body = Promise))
)]
pub(super) async fn dismiss(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<Promise>> {
    desk::dismiss(&app.engine, id, viewer.user.id).await?;
    shown(&app, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Settled {
    /// How, or why not.
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// Says that a promise was kept
#[utoipa::path(
    post, path = "/api/v1/promises/{id}/keep", tag = "promises", security(("key" = ["reply"])), request_body = Settled,
    params(("id" = Ident, Path, description = "The promise")),
    responses((status = 200, body = Promise))
)]
pub(super) async fn keep(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<Settled>,
) -> Result<Json<Promise>> {
    desk::keep(&app.engine, id, viewer.user.id, body.note.as_deref()).await?;
    shown(&app, id).await
}

/// Says that a promise was not kept
#[utoipa::path(
    post, path = "/api/v1/promises/{id}/break", tag = "promises", security(("key" = ["reply"])), request_body = Settled,
    params(("id" = Ident, Path, description = "The promise")),
    responses((status = 200, body = Promise))
)]
pub(super) async fn break_it(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<Settled>,
) -> Result<Json<Promise>> {
    desk::break_it(&app.engine, id, viewer.user.id, body.note.as_deref()).await?;
    shown(&app, id).await
}

/// Opens a promise again
///
/// What became of it is not said any more; what was called none is suggested again.
#[utoipa::path(
    post, path = "/api/v1/promises/{id}/reopen", tag = "promises", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The promise")),
    responses((status = 200, body = Promise))
)]
pub(super) async fn reopen(State(app): State<App>, Id(id): Id) -> Result<Json<Promise>> {
    desk::reopen(&app.engine, id).await?;
    shown(&app, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPromise {
    /// What was promised.
    #[schema(min_length = 1, max_length = 300, example = "I'll check by Friday.")]
    words: String,
    /// The day by which it is to be kept.
    #[schema(format = Date, example = "2026-12-04")]
    due_on: Option<String>,
}

/// Notes a promise that stands in a message of ours
///
/// It is open at once.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/promises", tag = "promises", security(("key" = ["reply"])),
    request_body = NewPromise, params(("id" = Ident, Path, description = "The message")),
    responses((status = 201, body = Promise))
)]
pub(super) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<NewPromise>,
) -> Result<(StatusCode, Json<Promise>)> {
    if body.words.chars().count() > LONGEST_WORDS {
        return Err(invalid("words", format!("Keep it below {LONGEST_WORDS} characters.")));
    }
    let due = day(body.due_on.as_deref())?.unwrap_or(Due::NoDay);
    let undo = desk::add(&app.engine, MessageId(id), viewer.user.id, &body.words, due).await?;
    Ok((StatusCode::CREATED, shown(&app, undo.promise).await?))
}
