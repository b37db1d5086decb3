//! What the team notes for itself, and who is named there.

use super::{
    extract::{Asked, Given, Id, cursor, limit},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, Viewer, WebError};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tertulia_engine::notes::{self as desk, About, By};
use tertulia_model::{ConversationId, Permission, PersonId};
use tertulia_store::{conversations, notes, person_merges};
use utoipa::{IntoParams, ToSchema};

/// What only the team sees. It is sent to nobody.
#[derive(Serialize, ToSchema)]
pub(super) struct Note {
    id: Ident,
    /// Where it stands; absent where it is of a person.
    conversation_id: Option<Ident>,
    /// Of whom it is, where it stands in no conversation.
    person_id: Option<Ident>,
    /// In it, `@` and a member's name tell that member.
    text: String,
    written_by: Ident,
    written_at: i64,
    changed_at: Option<i64>,
}

impl From<notes::Note> for Note {
    fn from(note: notes::Note) -> Self {
        Self {
            id: Ident(note.id),
            conversation_id: note.conversation_id.map(Ident::from),
            person_id: note.person_id.map(Ident::from),
            text: note.text,
            written_by: note.written_by.into(),
            written_at: note.written_at,
            changed_at: note.changed_at,
        }
    }
}

/// A note that names the key's member.
#[derive(Serialize, ToSchema)]
pub(super) struct NamedIn {
    #[serde(flatten)]
    note: Note,
    /// When they had it on a screen, or said so here.
    seen_at: Option<i64>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct NotesQuery {
    /// Where the page before ended (`next`).
    cursor: Option<String>,
    /// How many, 1 to 100; 50 if it is left out.
    limit: Option<i64>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteText {
    #[schema(
        min_length = 1,
        max_length = 4000,
        pattern = r"\S",
        example = "She pays in cash. @Jo, please keep a bag."
    )]
    text: String,
}

/// What the field is called here.
fn text_field(error: tertulia_engine::EngineError) -> WebError {
    match error {
        tertulia_engine::EngineError::Invalid(errors) => {
            let words = errors.first().map_or_else(String::new, |error| error.message.clone());
            super::extract::invalid("text", words)
        }
        other => other.into(),
    }
}

async fn shown(app: &App, id: i64) -> Result<Json<Note>> {
    Ok(Json(desk::get(&app.engine, id).await?.0.into()))
}

fn by(viewer: &Viewer) -> By {
    By { user: viewer.user.id, may_manage: viewer.user.role.may(Permission::Manage) }
}

/// Lists the notes in a conversation
///
/// What the team wrote there for itself, the newest first.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/notes", tag = "private notes", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The conversation"), NotesQuery),
    responses((status = 200, body = Page<Note>))
)]
pub(super) async fn of_conversation(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<NotesQuery>,
) -> Result<Json<Page<Note>>> {
    let (limit, below) = (limit(asked.limit)?, cursor(asked.cursor.as_deref())?);
    let mut db = app.engine.db.reader();
    let id = conversations::get(&mut db, ConversationId(id)).await?.ok_or_else(WebError::not_found)?.id;
    let between = (i64::MIN, below.unwrap_or(i64::MAX));
    let rows = notes::of_conversation(&mut db, id, between, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.place.to_string(), Note::from)))
}

/// Lists the notes of a person
///
/// Those that stand in no conversation, the newest first.
#[utoipa::path(
    get, path = "/api/v1/people/{id}/notes", tag = "private notes", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The person"), NotesQuery),
    responses((status = 200, body = Page<Note>))
)]
pub(super) async fn of_person(
    State(app): State<App>,
    Id(id): Id,
    Asked(asked): Asked<NotesQuery>,
) -> Result<Json<Page<Note>>> {
    let (limit, below) = (limit(asked.limit)?, cursor(asked.cursor.as_deref())?);
    let mut db = app.engine.db.reader();
    let id = person_merges::standing_for(&mut db, PersonId(id)).await?.ok_or_else(WebError::not_found)?.id;
    let rows = notes::of_person(&mut db, id, below, limit + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id.to_string(), Note::from)))
}

async fn add(app: &App, viewer: &Viewer, about: About, text: &str) -> Result<(StatusCode, Json<Note>)> {
    let undo = desk::add(&app.engine, viewer.user.id, about, text).await.map_err(text_field)?;
    Ok((StatusCode::CREATED, shown(app, undo.note).await?))
}

/// Adds a note to a conversation
///
/// Only the team sees it. Whom it names by `@` is told.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/notes", tag = "private notes", security(("key" = ["reply"])), request_body = NoteText,
    params(("id" = Ident, Path, description = "The conversation")),
    responses((status = 201, body = Note))
)]
pub(super) async fn add_to_conversation(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<NoteText>,
) -> Result<(StatusCode, Json<Note>)> {
    add(&app, &viewer, About::Conversation(ConversationId(id)), &body.text).await
}

/// Adds a note of a person
#[utoipa::path(
    post, path = "/api/v1/people/{id}/notes", tag = "private notes", security(("key" = ["reply"])), request_body = NoteText,
    params(("id" = Ident, Path, description = "The person")),
    responses((status = 201, body = Note))
)]
pub(super) async fn add_of_person(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<NoteText>,
) -> Result<(StatusCode, Json<Note>)> {
    add(&app, &viewer, About::Person(PersonId(id)), &body.text).await
}

/// Shows a note
#[utoipa::path(
    get, path = "/api/v1/notes/{id}", tag = "private notes", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The note")),
    responses((status = 200, body = Note))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Note>> {
    shown(&app, id).await
}

/// Changes a note
///
/// Only whoever wrote it can.
#[utoipa::path(
    put, path = "/api/v1/notes/{id}", tag = "private notes", security(("key" = ["reply"])), request_body = NoteText,
    params(("id" = Ident, Path, description = "The note")),
    responses((status = 200, body = Note))
)]
pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<NoteText>,
) -> Result<Json<Note>> {
    desk::reword(&app.engine, by(&viewer), id, &body.text).await.map_err(text_field)?;
    shown(&app, id).await
}

/// Takes a note away
///
/// Whoever wrote it can, and an owner of the team.
#[utoipa::path(
    delete, path = "/api/v1/notes/{id}", tag = "private notes", security(("key" = ["reply"])),
    params(("id" = Ident, Path, description = "The note")),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<StatusCode> {
    desk::remove(&app.engine, by(&viewer), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the notes that name the key's member
///
/// The newest first.
#[utoipa::path(
    get, path = "/api/v1/notes/mentions", tag = "private notes", security(("key" = ["read"])), params(NotesQuery),
    responses((status = 200, body = Page<NamedIn>))
)]
pub(super) async fn mentions(
    State(app): State<App>,
    viewer: Viewer,
    Asked(asked): Asked<NotesQuery>,
) -> Result<Json<Page<NamedIn>>> {
    let (limit, below) = (limit(asked.limit)?, cursor(asked.cursor.as_deref())?);
    let rows = notes::mentions(&mut app.engine.db.reader(), viewer.user.id, below, limit + 1).await?;
    let told = |row: notes::Mention| NamedIn { note: row.note.into(), seen_at: row.seen_at };
    Ok(Json(Page::of(rows, limit, |row| row.note.id.to_string(), told)))
}

/// Notes that the key's member has seen all notes that name them
#[utoipa::path(
    post, path = "/api/v1/notes/mentions/seen", tag = "private notes", security(("key" = ["reply"])),
    responses((status = 204, description = "They have seen them"))
)]
pub(super) async fn see(State(app): State<App>, viewer: Viewer) -> Result<StatusCode> {
    desk::see_all(&app.engine, viewer.user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
