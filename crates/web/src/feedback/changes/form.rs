//! A new change, or other words for one.

use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    feedback::{change_href, href, known, known_change, undo::done},
    inbox::{flash, id as id_of},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::feedback::{self, ChangeForm};
use tertulia_model::{ChangeId, FeedbackId};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    title: String,
    words: String,
    link: String,
    /// The item that it comes of.
    item: String,
    /// How it stood when the words were typed.
    version: Option<i64>,
}

impl Typed {
    fn form(&self) -> ChangeForm {
        ChangeForm { title: self.title.clone(), words: self.words.clone(), link: self.link.clone() }
    }
}

#[derive(Template)]
#[template(path = "feedback/change_form.html")]
struct FormPage {
    shell: Shell,
    heading: &'static str,
    action: String,
    back: String,
    typed: Typed,
    mistakes: Mistakes,
    is_new: bool,
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    (change, typed): (Option<ChangeId>, Typed),
    mistakes: Mistakes,
    status: StatusCode,
) -> Result<Response> {
    let heading = if change.is_some() { "Change the words" } else { "A new change" };
    let back = match (change, typed.item.as_str()) {
        (Some(change), _) => change_href(change),
        (None, "") => "/feedback/changes".to_owned(),
        (None, item) => href(id_of(item)?),
    };
    let page = FormPage {
        shell: app.shell(viewer, "feedback", heading, Nav::Feedback).await?,
        heading,
        action: change.map_or_else(|| "/feedback/changes/new".to_owned(), |id| format!("{}/edit", change_href(id))),
        back,
        is_new: change.is_none(),
        typed,
        mistakes,
    };
    Ok((status, Html(page.render()?)).into_response())
}

pub(super) async fn new(State(app): State<App>, viewer: Viewer, Query(mut typed): Query<Typed>) -> Result<Response> {
    if !typed.item.is_empty() {
        let item = known(&app, &typed.item).await?;
        if typed.title.is_empty() {
            typed.title = item.title;
        }
    }
    draw(&app, &viewer, (None, typed), Mistakes::default(), StatusCode::OK).await
}

pub(super) async fn add(State(app): State<App>, viewer: Viewer, Fields(typed): Fields<Typed>) -> Result<Response> {
    let item: Option<FeedbackId> = if typed.item.is_empty() { None } else { Some(id_of(&typed.item)?) };
    match feedback::make(&app.engine, viewer.user.id, &typed.form(), item).await {
        Ok((id, undo)) => Ok(done(&app, &viewer, &change_href(id), "The change is considered.", Some(undo))),
        Err(error) => {
            let mistakes = Mistakes::of(error)?;
            draw(&app, &viewer, (None, typed), mistakes, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

pub(super) async fn edit(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    let typed = Typed {
        title: change.title,
        words: change.words,
        link: change.link.unwrap_or_default(),
        item: String::new(),
        version: Some(change.version),
    };
    draw(&app, &viewer, (Some(change.id), typed), Mistakes::default(), StatusCode::OK).await
}

pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    match feedback::reword(&app.engine, change.id, &typed.form(), typed.version).await {
        Ok(()) => Ok(flash::redirect(&app, &change_href(change.id), "The words are changed.", None)),
        Err(error) => {
            let mistakes = Mistakes::of(error)?;
            draw(&app, &viewer, (Some(change.id), typed), mistakes, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}
