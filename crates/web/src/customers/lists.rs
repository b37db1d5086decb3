//! Lists of customers under way and read: how far, what changed, and which rows were not taken.

use super::{PAGE, cut, words::many};
use crate::{
    App, Result, Viewer, WebError,
    layout::{Nav, Shell, size_words},
    listen::thousands,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use tertulia_engine::customers as desk;
use tertulia_store::customer_runs::{self, Run};

/// Rows that were not taken, on the page; all of them are in the file.
const SHOWN: i64 = 20;
/// Of these, in one question.
const PIECE: i64 = 1_000;

/// A list as it stands.
struct RunView {
    id: i64,
    list: String,
    file: String,
    size: String,
    started_at: i64,
    state: &'static str,
    icon: &'static str,
    failed: bool,
    is_under_way: bool,
    read: i64,
    bytes: i64,
    words: String,
    /// "12 new, 3 changed, 1,200 as before"
    came: String,
    added: String,
    changed: String,
    same: String,
    wrong: String,
    has_wrong: bool,
    gone: String,
    leaves: bool,
    trouble: Option<String>,
}

impl RunView {
    fn of(run: Run) -> Self {
        let (icon, state) = match run.state.as_str() {
            "waiting" => ("hourglass", "starts in a moment"),
            "running" => ("refresh-cw", "being read"),
            "done" => ("circle-check", "read"),
            "stopped" => ("circle-pause", "stopped"),
            _ => ("circle-alert", "did not work"),
        };
        let number = |n: i64| thousands(usize::try_from(n).unwrap_or(0));
        let came =
            format!("{} new, {} changed, {} as before", number(run.added), number(run.changed), number(run.same));
        Self {
            id: run.id,
            size: size_words(run.size.unsigned_abs()),
            started_at: run.created_at,
            state,
            icon,
            failed: run.state == "failed",
            is_under_way: matches!(run.state.as_str(), "waiting" | "running"),
            read: run.read_bytes,
            bytes: run.size.max(1),
            words: many(run.position, "row read", "rows read"),
            came,
            added: number(run.added),
            changed: number(run.changed),
            same: number(run.same),
            wrong: number(run.wrong),
            has_wrong: run.wrong > 0,
            gone: number(run.gone),
            leaves: run.missing == "leave",
            trouble: run.error,
            list: run.list,
            file: run.name,
        }
    }
}

#[derive(Template)]
#[template(path = "customers/lists.html")]
struct ListsPage {
    shell: Shell,
    body: Rows,
    older: Option<String>,
}

#[derive(Template)]
#[template(path = "customers/lists_rows.html")]
struct Rows {
    runs: Vec<RunView>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Part {
    below: Option<i64>,
}

async fn runs(app: &App, below: Option<i64>) -> Result<(Vec<RunView>, bool)> {
    let mut runs = customer_runs::all(&mut app.engine.db.reader(), below, PAGE + 1).await?;
    let has_more = cut(&mut runs);
    Ok((runs.into_iter().map(RunView::of).collect(), has_more))
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, Query(part): Query<Part>) -> Result<Html<String>> {
    let (runs, has_more) = runs(&app, part.below).await?;
    let older = runs.last().filter(|_| has_more).map(|last| format!("/customers/lists?below={}", last.id));
    let shell = app.shell(&viewer, "customers", "Customer lists", Nav::People).await?;
    Ok(Html(ListsPage { shell, body: Rows { runs }, older }.render()?))
}

pub(super) async fn rows(State(app): State<App>, _: Viewer) -> Result<Html<String>> {
    Ok(Html(Rows { runs: runs(&app, None).await?.0 }.render()?))
}

#[derive(Template)]
#[template(path = "customers/report.html")]
struct ReportPage {
    shell: Shell,
    body: Report,
}

#[derive(Template)]
#[template(path = "customers/report_rows.html")]
struct Report {
    run: RunView,
    wrong: Vec<(i64, String)>,
    csrf: String,
}

async fn one(app: &App, viewer: &Viewer, id: i64) -> Result<Report> {
    let mut db = app.engine.db.reader();
    let run = customer_runs::get(&mut db, id).await?.ok_or_else(WebError::not_found)?;
    let wrong = customer_runs::wrong(&mut db, id, 0, SHOWN).await?;
    Ok(Report { run: RunView::of(run), wrong, csrf: viewer.csrf.clone() })
}

pub(super) async fn report(State(app): State<App>, viewer: Viewer, Path(id): Path<i64>) -> Result<Html<String>> {
    let body = one(&app, &viewer, id).await?;
    let shell = app.shell(&viewer, "customers", body.run.list.clone(), Nav::People).await?;
    Ok(Html(ReportPage { shell, body }.render()?))
}

pub(super) async fn report_rows(State(app): State<App>, viewer: Viewer, Path(id): Path<i64>) -> Result<Html<String>> {
    Ok(Html(one(&app, &viewer, id).await?.render()?))
}

pub(super) async fn stop(State(app): State<App>, _: Viewer, Path(id): Path<i64>) -> Result<Redirect> {
    desk::stop(&app.engine, id).await?;
    Ok(Redirect::to(&format!("/customers/lists/{id}")))
}

/// The rows that were not taken, as a table: the line of the file, and why.
pub(super) async fn wrong(State(app): State<App>, _: Viewer, Path(id): Path<i64>) -> Result<Response> {
    let mut db = app.engine.db.reader();
    customer_runs::get(&mut db, id).await?.ok_or_else(WebError::not_found)?;
    let mut table = String::from("line,reason\r\n");
    let mut after = 0;
    loop {
        let rows = customer_runs::wrong(&mut db, id, after, PIECE).await?;
        let Some((last, _)) = rows.last() else { break };
        after = *last;
        for (line, reason) in &rows {
            table.push_str(&format!("{line},{}\r\n", cell(reason)));
        }
    }
    let mut response = table.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let named = HeaderValue::from_static("attachment; filename=\"rows-not-taken.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, named);
    Ok(response)
}

/// A cell in quotation marks; spreadsheets run what begins as a formula does, so it begins otherwise. Some split a line at other
/// signs than commas, within quotation marks too, so what follows such a sign does as well.
pub(crate) fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len() + 2);
    let mut is_begun = false;
    for sign in text.chars() {
        if !is_begun && matches!(sign, '=' | '+' | '-' | '@' | '\t' | '\r') {
            cell.push('\'');
        }
        is_begun = match sign {
            ';' | '|' | '\t' | '\r' | '\n' => false,
            // A quotation mark that opens a cell is none of its words.
            ' ' | '"' => is_begun,
            _ => true,
        };
        cell.push(sign);
    }
    format!("\"{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(cell("“Mail”: say \"no\""), "\"“Mail”: say \"\"no\"\"\"");
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        // As a spreadsheet that splits at semicolons would read it.
        assert_eq!(cell("Bern;=1+1; @a; b-c"), "\"Bern;'=1+1; '@a; b-c\"");
        assert_eq!(cell("a\n-1 |+2"), "\"a\n'-1 |'+2\"");
        assert_eq!(cell("a;\"=1+1"), "\"a;\"\"'=1+1\"");
    }
}
