//! What a member does with notes: each says what was done and can be undone.

use super::{Typed, id, page_of};
use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    inbox::{Undoing, flash, undo_url},
    people,
};
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde::Deserialize;
use tertulia_engine::{
    EngineError,
    notes::{self as desk, About, By, Undo},
};
use tertulia_model::{Permission, PersonId};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    pub note: String,
}

pub(super) fn by(viewer: &Viewer) -> By {
    By { user: viewer.user.id, may_manage: viewer.user.role.may(Permission::Manage) }
}

/// Back to where the note stands, or stood.
pub(crate) fn done(app: &App, viewer: &Viewer, to: &str, undo: Undo, text: &str) -> Response {
    let undo = undo_url(app, viewer.user.id, Undoing::Note(undo));
    flash::redirect(app, to, text, undo)
}

/// What was typed, with what is wrong with it: whatever cannot be mended on the same page is an error of its own.
pub(crate) fn came_again(text: String, error: EngineError) -> Result<Typed, WebError> {
    let mistakes = Mistakes::of(error)?;
    let mistake = if mistakes.general.is_empty() { mistakes.at("note") } else { &mistakes.general };
    Ok(Typed { text, mistake: mistake.to_owned() })
}

pub(super) async fn add_of_person(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(person): Path<String>,
    Fields(said): Fields<Said>,
) -> Result<Response> {
    let person: PersonId = crate::inbox::id(&person)?;
    match desk::add(&app.engine, viewer.user.id, About::Person(person), &said.note).await {
        // The newest stands on the page as it opens.
        Ok(undo) => {
            let to = format!("{}#note-{}", page_of(undo.about), undo.note);
            Ok(done(&app, &viewer, &to, undo, "Noted. Only the team sees it."))
        }
        Err(error) => people::draw_again(&app, &viewer, &headers, person, came_again(said.note, error)?).await,
    }
}

pub(super) async fn remove(State(app): State<App>, viewer: Viewer, Path(note): Path<String>) -> Result<Response> {
    let undo = desk::remove(&app.engine, by(&viewer), id(&note)?).await?;
    Ok(done(&app, &viewer, &page_of(undo.about), undo, "The note was taken away."))
}
