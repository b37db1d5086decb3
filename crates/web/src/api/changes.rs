//! What is done about what people ask for.

use super::{
    extract::{Asked, Given, Id, cursor, limit},
    ident::Ident,
    shapes::{Page, Problem},
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::feedback::{self as desk, ChangeForm, Undo};
use tertulia_model::{ChangeId, FeedbackId};
use tertulia_store::feedback_changes;
use utoipa::{IntoParams, ToSchema};

/// Something that may be changed.
#[derive(Serialize, ToSchema)]
pub(super) struct Change {
    id: Ident,
    #[schema(example = "We open on Sundays")]
    title: String,
    /// What would change.
    words: String,
    /// `considering`, `planned`, `done` or `declined`.
    state: String,
    /// What everybody may be told of why it stands so.
    reason: String,
    /// Where it is worked on: the page of an issue.
    link: Option<String>,
    /// How many people ask for one of its items, each once.
    askers: i64,
    /// Rises with each change of its words and each move.
    version: i64,
    created_by: Ident,
    created_at: i64,
    moved_at: i64,
}

impl From<feedback_changes::Change> for Change {
    fn from(change: feedback_changes::Change) -> Self {
        Self {
            id: change.id.into(),
            title: change.title,
            words: change.words,
            state: change.state,
            reason: change.reason,
            link: change.link,
            askers: change.askers,
            version: change.version,
            created_by: change.created_by.into(),
            created_at: change.created_at,
            moved_at: change.moved_at,
        }
    }
}

/// How a change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ChangeState {
    Considering,
    Planned,
    Done,
    /// It needs a reason.
    Declined,
}

impl ChangeState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Considering => "considering",
            Self::Planned => "planned",
            Self::Done => "done",
            Self::Declined => "declined",
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ChangesQuery {
    /// Only those that stand so.
    #[param(inline)]
    state: Option<ChangeState>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

/// Lists changes
///
/// The newest first.
#[utoipa::path(
    get, path = "/api/v1/changes", tag = "feedback", security(("key" = ["read"])), params(ChangesQuery),
    responses((status = 200, body = Page<Change>))
)]
pub(super) async fn list(State(app): State<App>, Asked(asked): Asked<ChangesQuery>) -> Result<Json<Page<Change>>> {
    let limit = limit(asked.limit)?;
    let below = cursor(asked.cursor.as_deref())?.map(ChangeId);
    let state = asked.state.map(ChangeState::as_str);
    let rows = feedback_changes::all(&mut app.engine.db.reader(), state, below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), Change::from)))
}

async fn shown(app: &App, id: i64) -> Result<Json<Change>> {
    let change = feedback_changes::get(&mut app.engine.db.reader(), ChangeId(id)).await?;
    Ok(Json(change.ok_or_else(WebError::not_found)?.into()))
}

/// What would change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewChange {
    /// In a few words.
    #[schema(min_length = 1, max_length = 200, example = "We open on Sundays")]
    title: String,
    #[serde(default)]
    #[schema(max_length = 10000)]
    words: String,
    /// The page of an issue, or empty.
    #[serde(default)]
    #[schema(max_length = 500, example = "https://issues.example/7")]
    link: String,
    /// The item that it comes of.
    feedback_id: Option<Ident>,
}

/// Makes a change that is considered
#[utoipa::path(
    post, path = "/api/v1/changes", tag = "feedback", security(("key" = ["reply"])), request_body = NewChange,
    responses(
        (status = 201, body = Change, headers(("Location" = String, description = "Where the change is"))),
        (status = 404, description = "There is no such item", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn add(State(app): State<App>, viewer: Viewer, Given(new): Given<NewChange>) -> Result<Response> {
    let form = ChangeForm { title: new.title, words: new.words, link: new.link };
    let item = new.feedback_id.map(|id| FeedbackId(id.0));
    let (id, _) = desk::make(&app.engine, viewer.user.id, &form, item).await?;
    let place = format!("/api/v1/changes/{id}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], shown(&app, id.0).await?).into_response())
}

/// Shows a change
#[utoipa::path(
    get, path = "/api/v1/changes/{id}", tag = "feedback", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The change")),
    responses((status = 200, body = Change))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Change>> {
    shown(&app, id).await
}

/// Other words for a change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeWords {
    #[schema(min_length = 1, max_length = 200, example = "We open on Sundays")]
    title: String,
    #[serde(default)]
    #[schema(max_length = 10000)]
    words: String,
    /// The page of an issue, or empty.
    #[serde(default)]
    #[schema(max_length = 500, example = "https://issues.example/7")]
    link: String,
    /// As the change was read before: if it is not that any more, nothing is changed.
    version: Option<i64>,
}

/// Gives a change other words
#[utoipa::path(
    put, path = "/api/v1/changes/{id}", tag = "feedback", security(("key" = ["reply"])), request_body = ChangeWords,
    params(("id" = Ident, Path, description = "The change")),
    responses((status = 200, body = Change))
)]
pub(super) async fn change(
    State(app): State<App>,
    Id(id): Id,
    Given(words): Given<ChangeWords>,
) -> Result<Json<Change>> {
    let form = ChangeForm { title: words.title, words: words.words, link: words.link };
    desk::reword(&app.engine, ChangeId(id), &form, words.version).await?;
    shown(&app, id).await
}

/// Takes a change back that was made by mistake
///
/// One that was moved, or that several items belong to, is none: decline it.
#[utoipa::path(
    delete, path = "/api/v1/changes/{id}", tag = "feedback", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The change")),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<StatusCode> {
    desk::undo(&app.engine, viewer.user.id, &Undo::Made(ChangeId(id))).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where a change is to go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveTo {
    state: ChangeState,
    /// What everybody may be told of why. What is declined needs it.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

/// Moves a change
#[utoipa::path(
    post, path = "/api/v1/changes/{id}/move", tag = "feedback", security(("key" = ["reply"])), request_body = MoveTo,
    params(("id" = Ident, Path, description = "The change")),
    responses((status = 200, body = Change))
)]
pub(super) async fn move_to(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<MoveTo>,
) -> Result<Json<Change>> {
    desk::move_to(&app.engine, viewer.user.id, ChangeId(id), body.state.as_str(), &body.reason).await?;
    shown(&app, id).await
}

/// One move of a change.
#[derive(Serialize, ToSchema)]
pub(super) struct Move {
    id: Ident,
    /// Null: it began so.
    from: Option<String>,
    to: String,
    reason: String,
    by: Ident,
    at: i64,
    undone_at: Option<i64>,
}

impl From<feedback_changes::Move> for Move {
    fn from(moved: feedback_changes::Move) -> Self {
        Self {
            id: Ident(moved.id),
            from: moved.state_before,
            to: moved.state,
            reason: moved.reason,
            by: moved.by_user.into(),
            at: moved.at,
            undone_at: moved.undone_at,
        }
    }
}

/// Moves that are told at once: nobody moves a change more often.
const MOVES: i64 = 1_000;

/// Lists the moves of a change
///
/// The newest first, with those that were undone.
#[utoipa::path(
    get, path = "/api/v1/changes/{id}/moves", tag = "feedback", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The change")),
    responses((status = 200, body = Page<Move>))
)]
pub(super) async fn moves(State(app): State<App>, Id(id): Id) -> Result<Json<Page<Move>>> {
    let mut db = app.engine.db.reader();
    feedback_changes::get(&mut db, ChangeId(id)).await?.ok_or_else(WebError::not_found)?;
    let moves = feedback_changes::moves(&mut db, ChangeId(id), MOVES).await?;
    Ok(Json(Page::whole(moves.into_iter().map(Move::from).collect())))
}
