//! All ballots, and a new one.

use super::{href, words};
use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    inbox::flash,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::opinions as desk;
use tertulia_store::opinions as stored;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    question: String,
    statements: String,
}

struct Line {
    href: String,
    question: String,
    words: String,
}

#[derive(Template)]
#[template(path = "insights/opinions.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Line>,
    typed: Typed,
    mistakes: Mistakes,
    may_manage: bool,
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    (typed, mistakes): (Typed, Mistakes),
) -> Result<Response> {
    let mut db = app.engine.db.reader();
    let mut lines = Vec::new();
    for ballot in stored::all(&mut db, None, desk::MOST).await? {
        let size = stored::size(&mut db, ballot.id).await?;
        let count = |n: i64| usize::try_from(n).unwrap_or(0);
        let words = format!(
            "{}, {}",
            words::many(count(size.statements), "statement", "statements"),
            match size.voters {
                0 => "nobody has voted yet".to_owned(),
                voters => words::many(count(voters), "person", "people"),
            }
        );
        lines.push(Line { href: href(ballot.id), question: ballot.question, words });
    }
    let mut shell = app.shell(viewer, "insights", "Opinion groups", Nav::Insights).await?;
    shell.toast = flash::take(app, headers);
    let may_manage = shell.may_manage();
    let page = ListPage { shell, lines, typed, mistakes, may_manage };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(flash::said(headers, (status, Html(page.render()?)).into_response()))
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response> {
    draw(&app, &viewer, &headers, (Typed::default(), Mistakes::default())).await
}

pub(super) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    match desk::add(&app.engine, viewer.user.id, &typed.question, &typed.statements).await {
        Ok(id) => Ok(flash::redirect(&app, &href(id), "The ballot is made. Now bring votes.", None)),
        Err(error) => draw(&app, &viewer, &headers, (typed, Mistakes::of(error)?)).await,
    }
}
