//! One note: where it stands, and the page on which its writer changes it.

use super::{FormView, Typed, acts, came_again, done, form, href, id};
use crate::{
    App, Result, Viewer, WebError,
    access::form::Fields,
    inbox::Known,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use tertulia_engine::notes::{self as desk, About};
use tertulia_store::notes::Note;

#[derive(Template)]
#[template(path = "notes/change.html")]
struct ChangePage {
    shell: Shell,
    back: String,
    form: FormView,
}

/// An address for a note that tells nothing of what it is about.
pub(super) async fn place(State(app): State<App>, _: Viewer, Path(note): Path<String>) -> Result<Response> {
    let (note, about) = desk::get(&app.engine, id(&note)?).await?;
    Ok(Redirect::to(&href(about, note.id)).into_response())
}

async fn known(app: &App, viewer: &Viewer, note: &str) -> Result<(Note, About)> {
    let (note, about) = desk::get(&app.engine, id(note)?).await?;
    if note.written_by != viewer.user.id {
        let words = "Somebody else wrote this note. Write one of your own below it.";
        return Err(WebError::new(StatusCode::FORBIDDEN, words));
    }
    Ok((note, about))
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    (note, about): (Note, About),
    typed: Typed,
) -> Result<Response> {
    let status = if typed.mistake.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let known = Known::read(app, viewer, headers).await?;
    let nav = match about {
        About::Conversation(_) => Nav::Inbox,
        About::Person(_) => Nav::People,
    };
    let page = ChangePage {
        shell: app.shell(viewer, "note", "Change a note", nav).await?,
        back: href(about, note.id),
        form: form(&known, format!("/notes/{}/change", note.id), typed),
    };
    Ok((status, Html(page.render()?)).into_response())
}

pub(super) async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(note): Path<String>,
) -> Result<Response> {
    let found = known(&app, &viewer, &note).await?;
    let typed = Typed { text: found.0.text.clone(), mistake: String::new() };
    draw(&app, &viewer, &headers, found, typed).await
}

pub(super) async fn save(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(note): Path<String>,
    Fields(said): Fields<acts::Said>,
) -> Result<Response> {
    let found = known(&app, &viewer, &note).await?;
    match desk::reword(&app.engine, acts::by(&viewer), found.0.id, &said.note).await {
        Ok(undo) => Ok(done(&app, &viewer, &href(undo.about, undo.note), undo, "The note was changed.")),
        Err(error) => draw(&app, &viewer, &headers, found, came_again(said.note, error)?).await,
    }
}
