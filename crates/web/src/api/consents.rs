//! Whether somebody wants to hear from us.

use super::{
    extract::{Given, Id, invalid},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, Viewer, WebError};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tertulia_engine::consent as desk;
use tertulia_model::{ChannelId, PersonId};
use tertulia_store::{channels, consents, person_merges};
use utoipa::ToSchema;

const LONGEST_WORDS: usize = 1_000;

/// What somebody said, or a member noted for them, of being written to. The newest of a channel holds.
#[derive(Serialize, ToSchema)]
pub(super) struct Consent {
    id: Ident,
    /// `person`, or `identity` where it is about one of their handles.
    about: String,
    subject_id: Ident,
    /// Absent: on every channel.
    channel_id: Option<Ident>,
    allowed: bool,
    /// What they wrote, or what the member noted.
    words: String,
    at: i64,
    /// The member who noted it; absent where they said so themselves (STOP, START).
    by: Option<Ident>,
}

impl Consent {
    pub fn of(said: consents::Consent) -> Self {
        Self {
            id: Ident(said.id),
            about: said.subject_kind,
            subject_id: Ident(said.subject_id),
            channel_id: said.channel_id.0.map(Ident::from),
            allowed: said.allowed,
            words: said.words,
            at: said.at,
            by: said.by_user.map(Ident::from),
        }
    }
}

async fn said(app: &App, id: i64) -> Result<Json<Page<Consent>>> {
    let mut db = app.engine.db.reader();
    let person = person_merges::standing_for(&mut db, PersonId(id)).await?.ok_or_else(WebError::not_found)?;
    let said = consents::of_person(&mut db, person.id).await?;
    Ok(Json(Page::whole(said.into_iter().map(Consent::of).collect())))
}

/// Lists a person's consents
///
/// All that was said, the newest first.
#[utoipa::path(
    get, path = "/api/v1/people/{id}/consents", tag = "people", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The person")),
    responses((status = 200, body = Page<Consent>))
)]
pub(super) async fn list(State(app): State<App>, Id(id): Id) -> Result<Json<Page<Consent>>> {
    said(&app, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewConsent {
    /// On which channel; on every one if it is left out.
    channel_id: Option<Ident>,
    allowed: bool,
    /// How the team knows.
    #[serde(default)]
    #[schema(max_length = 1000, example = "Said so on the phone")]
    words: String,
}

/// Notes what a person wants
#[utoipa::path(
    post, path = "/api/v1/people/{id}/consents", tag = "people", security(("key" = ["manage"])), request_body = NewConsent,
    params(("id" = Ident, Path, description = "The person")),
    responses((status = 201, description = "It is noted, and holds from now on", body = Page<Consent>))
)]
pub(super) async fn set(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<NewConsent>,
) -> Result<(StatusCode, Json<Page<Consent>>)> {
    if body.words.chars().count() > LONGEST_WORDS {
        return Err(invalid("words", format!("Keep it below {LONGEST_WORDS} characters.")));
    }
    let channel = body.channel_id.map(|channel| ChannelId(channel.0));
    if let Some(channel) = channel {
        let known = channels::get(&mut app.engine.db.reader(), channel).await?;
        known.ok_or_else(|| WebError::new(StatusCode::NOT_FOUND, "There is no such channel. Nothing was noted."))?;
    }
    desk::set(&app.engine, PersonId(id), channel, body.allowed, &body.words, viewer.user.id).await?;
    Ok((StatusCode::CREATED, said(&app, id).await?))
}
