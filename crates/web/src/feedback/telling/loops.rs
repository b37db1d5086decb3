//! What is owed, and how long it took from what was first asked to what was told: with everybody behind it.

use super::{
    page::{loop_words, typed_days},
    words::{Line, line},
};
use crate::{
    App, Result, Viewer,
    access::form::Fields,
    feedback::{change_href, cut, known_change},
    inbox::{Known, flash},
    layout::{Nav, Shell},
    listen::languages::choices as language_choices,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::telling as desk;
use tertulia_model::{ChangeId, Permission};
use tertulia_store::{loops, tellings};

const PAGE: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// Where the page before ended.
    below: String,
}

#[derive(Template)]
#[template(path = "feedback/telling/debts.html")]
struct DebtsPage {
    shell: Shell,
    lines: Vec<Line>,
    older: Option<String>,
}

pub(super) async fn debts(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let mut rows = tellings::debts(&mut app.engine.db.reader(), shown.below.parse().ok(), PAGE + 1).await?;
    let older = cut(&mut rows, PAGE).map(|last| format!("/feedback/debts?below={}", last.id));
    let known = Known::read(&app, &viewer, &headers).await?;
    let mut shell = app.shell(&viewer, "feedback", "Owed", Nav::Feedback).await?;
    shell.toast = flash::take(&app, &headers);
    let page = DebtsPage { shell, lines: rows.into_iter().map(|row| line(&known, row)).collect(), older };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

#[derive(Template)]
#[template(path = "feedback/telling/loop.html")]
struct LoopPage {
    shell: Shell,
    /// The change, and where it is; none: of all.
    change: Option<(String, String)>,
    words: Option<String>,
    lines: Vec<Line>,
    older: Option<String>,
    days: i64,
    language: String,
    languages: Vec<(String, String)>,
    may_manage: bool,
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    shown: &Shown,
    change: Option<(ChangeId, String)>,
) -> Result<Response> {
    let mut db = app.engine.db.reader();
    let of = change.as_ref().map(|(id, _)| *id);
    let below = shown.below.split_once('_').and_then(|(took, id)| Some((took.parse().ok()?, id.parse().ok()?)));
    let mut rows = loops::behind(&mut db, of, below, PAGE + 1).await?;
    let address = of.map_or_else(|| "/feedback/loop".to_owned(), |id| format!("{}/loop", change_href(id)));
    let older = cut(&mut rows, PAGE).map(|last| format!("{address}?below={}_{}", last.took.unwrap_or(0), last.id));
    let known = Known::read(app, viewer, headers).await?;
    let mut shell = app.shell(viewer, "feedback", "Loop time", Nav::Feedback).await?;
    shell.toast = flash::take(app, headers);
    let page = LoopPage {
        shell,
        change: change.map(|(id, title)| (title, change_href(id))),
        words: loop_words(loops::times(&mut db, of).await?),
        lines: rows.into_iter().map(|row| line(&known, row)).collect(),
        older,
        days: desk::ask_days(&mut db).await?,
        language: desk::own_language(&mut db).await?,
        languages: language_choices().into_iter().filter(|(code, _)| !code.is_empty() && code != "und").collect(),
        may_manage: viewer.user.role.may(Permission::Manage),
    };
    Ok(flash::said(headers, Html(page.render()?).into_response()))
}

pub(super) async fn of_all(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    draw(&app, &viewer, &headers, &shown, None).await
}

pub(super) async fn of_change(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    draw(&app, &viewer, &headers, &shown, Some((change.id, change.title))).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chosen {
    days: String,
    language: String,
}

pub(super) async fn set_days(State(app): State<App>, Fields(chosen): Fields<Chosen>) -> Result<Response> {
    let days = typed_days(&chosen.days)?.unwrap_or(0);
    desk::set_ask_days(&app.engine, days).await?;
    Ok(flash::redirect(&app, "/feedback/loop", "The days are kept.", None))
}

pub(super) async fn set_language(State(app): State<App>, Fields(chosen): Fields<Chosen>) -> Result<Response> {
    desk::set_own_language(&app.engine, &chosen.language).await?;
    Ok(flash::redirect(&app, "/feedback/loop", "The language is kept.", None))
}
