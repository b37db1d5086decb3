//! What everybody may read of changes: whether the page is there, and what stands on it.

use super::{
    extract::{Given, Id},
    ident::Ident,
    shapes::Problem,
};
use crate::{App, Result, Viewer, WebError};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tertulia_engine::roadmap::{self as desk, PublicForm};
use tertulia_model::ChangeId;
use tertulia_store::{feedback_changes, roadmap};
use utoipa::ToSchema;

/// The public roadmap as a whole.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Look {
    /// Whether everybody can read it. Else there is nothing at its address.
    is_on: bool,
    /// It stands behind the organisation's name.
    #[schema(pattern = "^#[0-9a-fA-F]{6}$", example = "#a8432a")]
    colour: String,
    /// Whether it says exactly how many people asked; else about how many.
    exact: bool,
    /// What stands above it.
    #[schema(max_length = 600)]
    introduction: String,
}

async fn shown(app: &App) -> Result<Json<Look>> {
    let look = desk::look(&mut app.engine.db.reader()).await?;
    let (colour, introduction) = (look.colour, look.introduction);
    Ok(Json(Look { is_on: look.is_on, colour, exact: look.exact, introduction }))
}

/// Shows how the public roadmap is set
#[utoipa::path(
    get, path = "/api/v1/roadmap", tag = "feedback", security(("key" = ["read"])),
    responses((status = 200, body = Look))
)]
pub(super) async fn look(State(app): State<App>) -> Result<Json<Look>> {
    shown(&app).await
}

/// Sets the public roadmap, on or off
#[utoipa::path(
    put, path = "/api/v1/roadmap", tag = "feedback", security(("key" = ["manage"])), request_body = Look,
    responses((status = 200, body = Look))
)]
pub(super) async fn set(State(app): State<App>, Given(look): Given<Look>) -> Result<Json<Look>> {
    let (colour, introduction) = (look.colour, look.introduction);
    let wanted = desk::Look { is_on: look.is_on, colour, exact: look.exact, introduction };
    desk::set_look(&app.engine, &wanted).await?;
    shown(&app).await
}

/// What everybody may read of a change.
#[derive(Serialize, ToSchema)]
pub(super) struct Public {
    change_id: Ident,
    /// Whether it stands on the page; else its words are kept for the next time.
    is_public: bool,
    /// Empty where none were written yet.
    title: String,
    words: String,
    /// Of the words; `und` where it is not known.
    #[schema(example = "en")]
    language: String,
    published_at: Option<i64>,
    updated_at: Option<i64>,
    /// The page that everybody reads, once the roadmap is on.
    page: String,
}

async fn public_of(app: &App, id: ChangeId) -> Result<Json<Public>> {
    let mut db = app.engine.db.reader();
    feedback_changes::get(&mut db, id).await?.ok_or_else(WebError::not_found)?;
    let entry = roadmap::get(&mut db, id).await?;
    Ok(Json(Public {
        change_id: id.into(),
        is_public: entry.as_ref().is_some_and(|entry| entry.is_public),
        published_at: entry.as_ref().map(|entry| entry.published_at),
        updated_at: entry.as_ref().map(|entry| entry.updated_at),
        language: entry.as_ref().map_or("und", |entry| entry.language.as_str()).to_owned(),
        page: format!("{}/roadmap/{id}", app.engine.public_url),
        title: entry.as_ref().map(|entry| entry.title.clone()).unwrap_or_default(),
        words: entry.map(|entry| entry.words).unwrap_or_default(),
    }))
}

/// Shows what everybody may read of a change
#[utoipa::path(
    get, path = "/api/v1/changes/{id}/public", tag = "feedback", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The change")),
    responses((status = 200, body = Public))
)]
pub(super) async fn public(State(app): State<App>, Id(id): Id) -> Result<Json<Public>> {
    public_of(&app, ChangeId(id)).await
}

/// What everybody is to read. Nothing of what somebody said in confidence belongs here.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PublicWords {
    #[schema(min_length = 1, max_length = 200, example = "We open on Sundays")]
    title: String,
    #[serde(default)]
    #[schema(max_length = 4000)]
    words: String,
}

/// Publishes a change, or gives it other words on the page
#[utoipa::path(
    put, path = "/api/v1/changes/{id}/public", tag = "feedback", security(("key" = ["reply"])), request_body = PublicWords,
    params(("id" = Ident, Path, description = "The change")),
    responses((status = 200, body = Public))
)]
pub(super) async fn publish(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(words): Given<PublicWords>,
) -> Result<Json<Public>> {
    let form = PublicForm { title: words.title, words: words.words };
    desk::publish(&app.engine, viewer.user.id, ChangeId(id), &form).await?;
    public_of(&app, ChangeId(id)).await
}

/// Takes a change off the page
///
/// Its words are kept for the next time. One that is not there stays so.
#[utoipa::path(
    delete, path = "/api/v1/changes/{id}/public", tag = "feedback", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The change")),
    responses(
        (status = 204, description = "It is not on the page"),
        (status = 404, description = "There is no such change", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn withdraw(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<StatusCode> {
    let id = ChangeId(id);
    if public_of(&app, id).await?.is_public {
        desk::show(&app.engine, viewer.user.id, id, false).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
