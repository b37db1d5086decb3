//! Saved replies: those of the key's member, and the team's.

use super::{
    extract::{Asked, Given, Id, cursor, invalid, limit},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, Viewer};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::saved_replies::{self as desk, Form};
use tertulia_store::saved_replies::{SavedReply as Stored, TEAM};
use utoipa::{IntoParams, ToSchema};

/// A reply that is kept to be written again.
#[derive(Serialize, ToSchema)]
pub(super) struct SavedReply {
    id: Ident,
    /// By which it is found.
    title: String,
    /// With places such as `{first name|there}` in it.
    body: String,
    /// Whether it is the team's; else it is the member's own.
    of_team: bool,
    /// Rises with each change.
    version: i64,
    changed_by: Ident,
    changed_at: i64,
}

impl From<Stored> for SavedReply {
    fn from(reply: Stored) -> Self {
        Self {
            id: Ident(reply.id),
            title: reply.title,
            body: reply.body,
            of_team: reply.owner_id == TEAM,
            version: reply.version,
            changed_by: reply.changed_by.into(),
            changed_at: reply.changed_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SavedRepliesQuery {
    /// Words that all stand in it.
    #[param(max_length = 200, example = "greeting")]
    q: Option<String>,
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

const LONGEST_SEARCH: usize = 200;

/// Lists saved replies
///
/// The newest first: the member's own, and the team's.
#[utoipa::path(
    get, path = "/api/v1/saved-replies", tag = "saved replies", security(("key" = ["read"])), params(SavedRepliesQuery),
    responses((status = 200, body = Page<SavedReply>))
)]
pub(super) async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Asked(asked): Asked<SavedRepliesQuery>,
) -> Result<Json<Page<SavedReply>>> {
    let (limit, below) = (limit(asked.limit)?, cursor(asked.cursor.as_deref())?);
    let q = asked.q.unwrap_or_default();
    if q.chars().count() > LONGEST_SEARCH {
        return Err(invalid("q", format!("Give at most {LONGEST_SEARCH} characters.")));
    }
    let rows = desk::find(&mut app.engine.db.reader(), viewer.user.id, &q, below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), SavedReply::from)))
}

async fn shown(app: &App, viewer: &Viewer, id: i64) -> Result<Json<SavedReply>> {
    Ok(Json(desk::get(&mut app.engine.db.reader(), viewer.user.id, id).await?.into()))
}

/// A reply to be kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSavedReply {
    #[schema(min_length = 1, max_length = 120, example = "Greeting")]
    title: String,
    /// Filled in are `{first name}`, `{name}`, `{member}`, `{organisation}`, `{day}` and `{date}`; what follows a `|` stands
    /// there where it is not known.
    #[schema(min_length = 1, max_length = 4000, example = "Hello {first name|there},\n\nthank you for writing.")]
    body: String,
    /// For all of the team.
    #[serde(default)]
    of_team: bool,
}

/// Keeps a reply
#[utoipa::path(
    post, path = "/api/v1/saved-replies", tag = "saved replies", security(("key" = ["reply"])),
    request_body = NewSavedReply,
    responses((status = 201, body = SavedReply, headers(("Location" = String, description = "Where it is"))))
)]
pub(super) async fn add(State(app): State<App>, viewer: Viewer, Given(new): Given<NewSavedReply>) -> Result<Response> {
    let form = Form { title: new.title, body: new.body, of_team: new.of_team };
    let (id, _) = desk::add(&app.engine, viewer.user.id, &form).await?;
    let place = format!("/api/v1/saved-replies/{id}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], shown(&app, &viewer, id).await?).into_response())
}

/// Shows a saved reply
#[utoipa::path(
    get, path = "/api/v1/saved-replies/{id}", tag = "saved replies", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The saved reply")),
    responses((status = 200, body = SavedReply))
)]
pub(super) async fn one(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<SavedReply>> {
    shown(&app, &viewer, id).await
}

/// Other words for a saved reply.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedReplyWords {
    #[schema(min_length = 1, max_length = 120, example = "Greeting")]
    title: String,
    #[schema(min_length = 1, max_length = 4000, example = "Hello {first name|there},")]
    body: String,
    #[serde(default)]
    of_team: bool,
    /// As it was read before: if it is not that any more, nothing is changed.
    version: Option<i64>,
}

/// Changes a saved reply
#[utoipa::path(
    put, path = "/api/v1/saved-replies/{id}", tag = "saved replies", security(("key" = ["reply"])),
    request_body = SavedReplyWords,
    params(("id" = Ident, Path, description = "The saved reply")),
    responses((status = 200, body = SavedReply))
)]
pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(words): Given<SavedReplyWords>,
) -> Result<Json<SavedReply>> {
    let form = Form { title: words.title, body: words.body, of_team: words.of_team };
    desk::change(&app.engine, viewer.user.id, id, &form, words.version).await?;
    shown(&app, &viewer, id).await
}

/// Removes a saved reply
#[utoipa::path(
    delete, path = "/api/v1/saved-replies/{id}", tag = "saved replies", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The saved reply")),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<StatusCode> {
    desk::remove(&app.engine, viewer.user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
