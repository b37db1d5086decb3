//! Trackers of issues that may call, and what they said of a change's issue.

use super::{
    extract::{Given, Id},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, Viewer, WebError};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::trackers as desk;
use tertulia_model::ChangeId;
use tertulia_store::{feedback_changes, trackers};
use utoipa::ToSchema;

/// A tracker of issues that may call.
#[derive(Serialize, ToSchema)]
pub(super) struct Tracker {
    id: Ident,
    title: String,
    /// Where it calls: `POST`, JSON, signed with its secret.
    address: String,
    created_by: Ident,
    created_at: i64,
    heard_at: Option<i64>,
}

fn tracker(app: &App, known: trackers::Tracker) -> Tracker {
    Tracker {
        id: Ident(known.id),
        address: desk::address(&app.engine, known.id),
        title: known.title,
        created_by: known.created_by.into(),
        created_at: known.created_at,
        heard_at: known.heard_at,
    }
}

/// Lists the trackers that may call
///
/// All of them, the oldest first.
#[utoipa::path(
    get, path = "/api/v1/trackers", tag = "feedback", security(("key" = ["manage"])),
    responses((status = 200, body = Page<Tracker>))
)]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Page<Tracker>>> {
    let all = trackers::all(&mut app.engine.db.reader()).await?;
    Ok(Json(Page::whole(all.into_iter().map(|known| tracker(&app, known)).collect())))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTracker {
    /// What it is called here.
    #[schema(min_length = 1, max_length = 100, example = "The shop's issues")]
    title: String,
}

/// A tracker that was added.
#[derive(Serialize, ToSchema)]
pub(super) struct AddedTracker {
    #[serde(flatten)]
    tracker: Tracker,
    /// Shown this once.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: String,
}

/// Lets a tracker call
#[utoipa::path(
    post, path = "/api/v1/trackers", tag = "feedback", security(("key" = ["manage"])), request_body = NewTracker,
    responses((status = 201, body = AddedTracker, headers(("Location" = String, description = "Where the tracker is"))))
)]
pub(super) async fn add(State(app): State<App>, viewer: Viewer, Given(new): Given<NewTracker>) -> Result<Response> {
    let new = desk::add(&app.engine, &new.title, viewer.user.id).await?;
    let known = trackers::get(&mut app.engine.db.reader(), new.id).await?.ok_or_else(WebError::not_found)?;
    let place = format!("/api/v1/trackers/{}", new.id);
    let added = AddedTracker { tracker: tracker(&app, known), secret: new.secret.reveal().to_owned() };
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(added)).into_response())
}

/// Shows a tracker
#[utoipa::path(
    get, path = "/api/v1/trackers/{id}", tag = "feedback", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The tracker")),
    responses((status = 200, body = Tracker))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Tracker>> {
    let known = trackers::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)?;
    Ok(Json(tracker(&app, known)))
}

/// Turns a tracker's calls away from now on
///
/// What it said of changes stays.
#[utoipa::path(
    delete, path = "/api/v1/trackers/{id}", tag = "feedback", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The tracker")),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove(State(app): State<App>, Id(id): Id) -> Result<StatusCode> {
    desk::remove(&app.engine, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a tracker said of a change's issue.
#[derive(Serialize, ToSchema)]
pub(super) struct TrackerNote {
    id: Ident,
    tracker_id: Ident,
    /// `closed` or `reopened`.
    what: String,
    /// By the tracker's clock.
    said_at: i64,
    heard_at: i64,
    /// Whether somebody is still to say what it means for the change.
    waits: bool,
}

/// Notes that are told at once: a tracker says little of one issue.
const NOTES: i64 = 1_000;

/// Lists what trackers said of a change's issue
///
/// The newest first.
#[utoipa::path(
    get, path = "/api/v1/changes/{id}/tracker-notes", tag = "feedback", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The change")),
    responses((status = 200, body = Page<TrackerNote>))
)]
pub(super) async fn notes(State(app): State<App>, Id(id): Id) -> Result<Json<Page<TrackerNote>>> {
    let mut db = app.engine.db.reader();
    feedback_changes::get(&mut db, ChangeId(id)).await?.ok_or_else(WebError::not_found)?;
    let note = |note: trackers::Note| TrackerNote {
        id: Ident(note.id),
        tracker_id: Ident(note.tracker_id),
        what: note.what,
        said_at: note.said_at,
        heard_at: note.heard_at,
        waits: note.waits,
    };
    let all = trackers::notes(&mut db, ChangeId(id), NOTES).await?;
    Ok(Json(Page::whole(all.into_iter().map(note).collect())))
}

/// Says that a change is not done, though its issue was closed
///
/// Nobody is asked again until a tracker says something new. That it is done is said by moving it.
#[utoipa::path(
    post, path = "/api/v1/changes/{id}/not-yet", tag = "feedback", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The change")),
    responses((status = 204, description = "It stays as it is"))
)]
pub(super) async fn not_yet(State(app): State<App>, Id(id): Id) -> Result<StatusCode> {
    desk::not_yet(&app.engine, ChangeId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
