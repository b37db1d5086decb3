//! What is done with an article by one tap, and how it is undone.

use super::{href, known};
use crate::{
    App, Result, Viewer,
    access::form::Fields,
    inbox::{flash, id as id_of},
    undo::{Of, WayBack},
};
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use tertulia_engine::{knowhow, saved_replies};

const UNDO: WayBack = WayBack {
    purpose: "undo of know-how",
    path: "/know-how/undo",
    instead: "Open it under Know-how, and change it there.",
};

#[derive(Serialize, Deserialize)]
pub(super) enum Undoing {
    Article(knowhow::Undo),
    SavedReply(saved_replies::Undo),
    Question(knowhow::Dismissed),
}

/// To a page that says what was done, with the way back.
pub(super) fn done(app: &App, viewer: &Viewer, to: &str, said: &str, undoing: Undoing) -> Response {
    UNDO.done(app, viewer, to, said, undoing)
}

pub(super) async fn undo(State(app): State<App>, viewer: Viewer, Query(of): Query<Of>) -> Result<Response> {
    let back = match UNDO.accept(&app, &viewer, &of)? {
        Undoing::Article(undo) => {
            let article = knowhow::undo(&app.engine, viewer.user.id, &undo).await?;
            article.map_or_else(|| "/know-how".to_owned(), href)
        }
        Undoing::SavedReply(undo) => {
            saved_replies::undo(&app.engine, viewer.user.id, &undo).await?;
            "/know-how/replies".to_owned()
        }
        Undoing::Question(undo) => {
            knowhow::undo_dismiss(&app.engine, &undo).await?;
            format!("/know-how/asked/{}", undo.group)
        }
    };
    Ok(Redirect::to(&back).into_response())
}

pub(super) async fn archive(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let article = known(&app, &id).await?;
    let undo = knowhow::archive(&app.engine, viewer.user.id, article.id).await?;
    let said = "Archived. It is found no more while an answer is written.";
    Ok(done(&app, &viewer, &href(article.id), said, Undoing::Article(undo)))
}

pub(super) async fn bring_back(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let article = known(&app, &id).await?;
    let undo = knowhow::bring_back(&app.engine, article.id).await?;
    Ok(done(&app, &viewer, &href(article.id), "It is found again.", Undoing::Article(undo)))
}

pub(super) async fn put_back(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, version)): Path<(String, String)>,
) -> Result<Response> {
    let article = known(&app, &id).await?;
    let undo = knowhow::put_back(&app.engine, viewer.user.id, article.id, id_of(&version)?).await?;
    Ok(done(&app, &viewer, &href(article.id), "It says that again.", Undoing::Article(undo)))
}

/// Forgets how it stood, for good.
pub(super) async fn forget(State(app): State<App>, Path((id, version)): Path<(String, String)>) -> Result<Response> {
    let article = known(&app, &id).await?;
    knowhow::forget_version(&app.engine, article.id, id_of(&version)?).await?;
    Ok(flash::redirect(&app, &href(article.id), "Forgotten.", None))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    /// One of [`knowhow::VERDICTS`]; empty takes back what was said.
    helped: String,
}

/// Whether an article helped whom it was sent to; back to where they wrote.
pub(super) async fn say(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(said): Fields<Said>,
) -> Result<Response> {
    let helped = Some(said.helped.as_str()).filter(|helped| !helped.is_empty());
    let (used, undo) = knowhow::say(&app.engine, viewer.user.id, id_of(&id)?, helped).await?;
    let words = match helped {
        Some("helped") => "Noted: it helped.",
        Some("not") => "Noted: it did not help.",
        Some(_) => "Noted: it is unclear.",
        None => "Nothing is said of it any more.",
    };
    let to = format!("/inbox/{}?at={}#message-{}", used.conversation_id, used.message_id, used.message_id);
    Ok(done(&app, &viewer, &to, words, Undoing::Article(undo)))
}
