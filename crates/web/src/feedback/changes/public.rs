//! What everybody may read of a change: written by a member for the public page, and taken off it again.

use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    feedback::{change_href, known_change, undo::done},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::roadmap::{self as desk, PublicForm};
use tertulia_model::Millis;
use tertulia_store::{
    feedback_changes::Change,
    roadmap::{self, Entry},
};

/// How a change stands on the public page.
pub(super) struct PublicView {
    pub href: String,
    /// The page that everybody reads; none while the roadmap is off.
    pub page: Option<String>,
    /// The public words, where there are some.
    pub title: Option<String>,
    pub is_public: bool,
    pub since: Millis,
}

impl PublicView {
    pub async fn read(app: &App, change: &Change) -> Result<Self> {
        let mut db = app.engine.db.reader();
        let is_on = desk::look(&mut db).await?.is_on;
        let entry = roadmap::get(&mut db, change.id).await?;
        Ok(Self {
            href: format!("{}/public", change_href(change.id)),
            page: is_on.then(|| format!("/roadmap/{}", change.id)),
            is_public: entry.as_ref().is_some_and(|entry| entry.is_public),
            since: entry.as_ref().map_or(0, |entry| entry.published_at),
            title: entry.map(|entry| entry.title),
        })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    title: String,
    words: String,
}

#[derive(Template)]
#[template(path = "feedback/public_form.html")]
struct FormPage {
    shell: Shell,
    action: String,
    back: String,
    typed: Typed,
    /// What stands beside it: the reason, which everybody may be told.
    reason: String,
    is_public: bool,
    is_on: bool,
    mistakes: Mistakes,
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    change: Change,
    typed: Option<Typed>,
    mistakes: Mistakes,
) -> Result<Response> {
    let mut db = app.engine.db.reader();
    let entry = roadmap::get(&mut db, change.id).await?;
    let is_public = entry.as_ref().is_some_and(|entry| entry.is_public);
    // Its words are for the team; nobody publishes them by leaving them where they stand.
    let before = entry.map_or_else(
        || Typed { title: change.title.clone(), words: String::new() },
        |Entry { title, words, .. }| Typed { title, words },
    );
    let status = if mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = FormPage {
        shell: app.shell(viewer, "feedback", "For everybody to read", Nav::Feedback).await?,
        action: format!("{}/public", change_href(change.id)),
        back: change_href(change.id),
        typed: typed.unwrap_or(before),
        reason: change.reason,
        is_public,
        is_on: desk::look(&mut db).await?.is_on,
        mistakes,
    };
    Ok((status, Html(page.render()?)).into_response())
}

pub(super) async fn form(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    draw(&app, &viewer, change, None, Mistakes::default()).await
}

pub(super) async fn publish(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    let form = PublicForm { title: typed.title.clone(), words: typed.words.clone() };
    match desk::publish(&app.engine, viewer.user.id, change.id, &form).await {
        Ok(undo) => {
            let is_on = desk::look(&mut app.engine.db.reader()).await?.is_on;
            let said = if is_on { "Everybody can read it." } else { "It is published once the roadmap is on." };
            // Other words for what stood there already are changed again by hand.
            let undo = Some(undo).filter(|undo| !undo.leaves_it_public());
            Ok(done(&app, &viewer, &change_href(change.id), said, undo))
        }
        Err(error) => draw(&app, &viewer, change, Some(typed), Mistakes::of(error)?).await,
    }
}

pub(super) async fn withdraw(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    let undo = desk::show(&app.engine, viewer.user.id, change.id, false).await?;
    Ok(done(&app, &viewer, &change_href(change.id), "It is off the public page.", Some(undo)))
}
