//! The statements of a ballot: more of them, their words, and whether they count.

use super::{href, known};
use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    inbox::{flash, id as id_of},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::opinions::{self as desk, StatementForm};
use tertulia_store::opinions::{self as stored, Statement};

const PAGE: i64 = 50;

struct Line {
    id: i64,
    key: String,
    text: String,
    language: String,
    is_hidden: bool,
    is_about_people: bool,
    state: &'static str,
    action: String,
}

#[derive(Template)]
#[template(path = "insights/opinion_statements.html")]
struct StatementsPage {
    shell: Shell,
    href: String,
    question: String,
    lines: Vec<Line>,
    more: Option<String>,
    typed: String,
    mistakes: Mistakes,
    may_manage: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// Where the page before ended: position and id.
    after: String,
}

fn line(ballot: i64, one: Statement) -> Line {
    Line {
        state: match (one.is_hidden, one.is_about_people) {
            (true, _) => "taken out",
            (_, true) => "says who people are",
            _ => "",
        },
        action: format!("{}/statements/{}", href(ballot), one.id),
        id: one.id,
        key: one.statement_key,
        text: one.text,
        language: if one.language == "und" { String::new() } else { one.language },
        is_hidden: one.is_hidden,
        is_about_people: one.is_about_people,
    }
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    id: &str,
    (shown, typed, mistakes): (Shown, String, Mistakes),
) -> Result<Response> {
    let ballot = known(app, id).await?;
    let after = shown.after.split_once('_').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    let mut rows = stored::statements(&mut app.engine.db.reader(), ballot.id, after, PAGE + 1).await?;
    let has_more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE.unsigned_abs() as usize);
    let more = rows
        .last()
        .filter(|_| has_more)
        .map(|last| format!("{}/statements?after={}_{}", href(ballot.id), last.position, last.id));
    let mut shell = app.shell(viewer, "insights", format!("{}: statements", ballot.question), Nav::Insights).await?;
    shell.toast = flash::take(app, headers);
    let may_manage = shell.may_manage();
    let page = StatementsPage {
        shell,
        href: href(ballot.id),
        question: ballot.question,
        lines: rows.into_iter().map(|one| line(ballot.id, one)).collect(),
        more,
        typed,
        mistakes,
        may_manage,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(flash::said(headers, (status, Html(page.render()?)).into_response()))
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    draw(&app, &viewer, &headers, &id, (shown, String::new(), Mistakes::default())).await
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    statements: String,
}

pub(super) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let ballot = known(&app, &id).await?;
    let form = |text: &str| StatementForm { text: text.to_owned(), ..StatementForm::default() };
    let lines = typed.statements.lines().filter(|line| !line.trim().is_empty());
    let forms: Vec<StatementForm> = lines.map(form).collect();
    match desk::add_statements(&app.engine, ballot.id, &forms).await {
        Ok(_) => Ok(flash::redirect(&app, &format!("{}/statements", href(ballot.id)), "They are added.", None)),
        Err(error) => {
            let mut mistakes = Mistakes::of(error)?;
            let wrong = mistakes.at("text").to_owned();
            if !wrong.is_empty() {
                mistakes.note("statements", &wrong);
            }
            draw(&app, &viewer, &headers, &id, (Shown::default(), typed.statements, mistakes)).await
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Changed {
    text: String,
    language: String,
    /// `yes`.
    hidden: String,
    about_people: String,
}

pub(super) async fn change(
    State(app): State<App>,
    Path((id, statement)): Path<(String, String)>,
    Fields(typed): Fields<Changed>,
) -> Result<Response, WebError> {
    let ballot = known(&app, &id).await?;
    let form = StatementForm {
        text: typed.text,
        language: typed.language,
        is_hidden: typed.hidden == "yes",
        is_about_people: typed.about_people == "yes",
    };
    desk::change_statement(&app.engine, ballot.id, id_of(&statement)?, &form).await?;
    Ok(flash::redirect(&app, &format!("{}/statements", href(ballot.id)), "The statement is changed.", None))
}
