//! Imports under way and done: how far, how fast, what was taken and what not.

use crate::{
    App, Result, Viewer, WebError,
    layout::{Nav, Shell, size_words},
    listen::thousands,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{Html, IntoResponse, Redirect, Response},
};
use std::collections::BTreeMap;
use tertulia_engine::imports as desk;
use tertulia_model::ImportId;
use tertulia_store::{
    channels,
    imports::{self, ImportRun},
};

/// One import as it stands.
pub(super) struct RunView {
    pub id: String,
    pub file: String,
    pub size: String,
    pub channel: String,
    pub started_at: i64,
    pub state: &'static str,
    pub state_icon: &'static str,
    pub failed: bool,
    pub is_given_up: bool,
    pub is_under_way: bool,
    pub may_go_on: bool,
    pub position: i64,
    pub bytes: i64,
    pub words: String,
    pub rest: String,
    pub taken: String,
    pub known: String,
    pub skipped: String,
    pub quarantined: String,
    pub has_quarantined: bool,
    pub reasons: Vec<(String, String)>,
    pub trouble: Option<String>,
}

fn count(number: i64) -> String {
    thousands(usize::try_from(number).unwrap_or(0))
}

/// The hundredth part of the file that the position stands for.
fn percent(run: &ImportRun) -> i64 {
    match (run.state.as_str(), run.size) {
        ("done", _) | (_, ..=0) => 100,
        (_, size) => (run.position.saturating_mul(100) / size).clamp(0, 99),
    }
}

/// Messages a second, over the time that was spent working.
fn rate(run: &ImportRun) -> Option<i64> {
    let seen = run.taken + run.known + run.skipped + run.quarantined;
    (run.worked_ms > 0 && seen > 0).then(|| (seen.saturating_mul(1000) / run.worked_ms).max(1))
}

/// How long the rest takes if it goes on so.
fn rest(run: &ImportRun) -> Option<i64> {
    let left = (run.size - run.position).max(0);
    (run.position > 0 && run.worked_ms > 0).then(|| {
        i64::try_from(i128::from(run.worked_ms) * i128::from(left) / i128::from(run.position)).unwrap_or(i64::MAX)
    })
}

fn duration_words(ms: i64) -> String {
    match ms / 1000 {
        ..5 => "a few seconds left".to_owned(),
        seconds @ ..60 => format!("about {seconds} seconds left"),
        seconds @ ..3600 => match (seconds + 30) / 60 {
            1 => "about a minute left".to_owned(),
            minutes => format!("about {minutes} minutes left"),
        },
        seconds => match (seconds + 1800) / 3600 {
            1 => "about an hour left".to_owned(),
            hours => format!("about {hours} hours left"),
        },
    }
}

fn progress_words(run: &ImportRun) -> (String, String) {
    let mut words = vec![format!("{} %", percent(run))];
    if let Some(rate) = rate(run) {
        words.push(format!("{} messages a second", count(rate)));
    }
    let rest = match run.state.as_str() {
        "running" => rest(run).map(duration_words).unwrap_or_default(),
        _ => String::new(),
    };
    (words.join(", "), rest)
}

impl RunView {
    fn of(run: ImportRun) -> Self {
        let (words, rest) = progress_words(&run);
        let (state_icon, state) = match run.state.as_str() {
            "waiting" => ("hourglass", "starts in a moment"),
            "running" => ("refresh-cw", "being read"),
            "done" => ("circle-check", "done"),
            "stopped" => ("circle-pause", "stopped"),
            "given_up" => ("x", "given up"),
            _ => ("circle-alert", "did not work"),
        };
        let reasons: BTreeMap<String, i64> = serde_json::from_str(&run.reasons).unwrap_or_default();
        let mut reasons: Vec<(String, i64)> = reasons.into_iter().collect();
        reasons.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        Self {
            id: run.id.to_string(),
            size: size_words(run.size.unsigned_abs()),
            channel: run.channel_id.to_string(),
            started_at: run.created_at,
            state,
            state_icon,
            failed: run.state == "failed",
            is_given_up: run.state == "given_up",
            is_under_way: matches!(run.state.as_str(), "waiting" | "running"),
            may_go_on: matches!(run.state.as_str(), "stopped" | "failed"),
            position: if run.state == "done" { run.size } else { run.position.min(run.size) },
            bytes: run.size,
            words,
            rest,
            taken: count(run.taken),
            known: count(run.known),
            skipped: count(run.skipped),
            quarantined: count(run.quarantined),
            has_quarantined: run.quarantined > 0,
            reasons: reasons.into_iter().map(|(reason, times)| (reason, count(times))).collect(),
            trouble: run.error,
            file: run.name,
        }
    }
}

#[derive(Template)]
#[template(path = "import/list.html")]
struct ListPage {
    shell: Shell,
    body: Rows,
    live_src: String,
    older: Option<String>,
}

#[derive(Template)]
#[template(path = "import/rows.html")]
struct Rows {
    runs: Vec<RunView>,
}

/// Imports on a page.
const PAGE: i64 = 50;
/// What a live page shows at most, however much was begun since it was drawn.
const LIVE_PAGE: i64 = 150;

/// Which part of the list: what stands below the page before, down to its own last run where others follow.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Part {
    below: Option<i64>,
    down_to: Option<i64>,
}

pub(super) async fn list(State(app): State<App>, viewer: Viewer, Query(part): Query<Part>) -> Result<Response> {
    let shell = app.shell(&viewer, "import", "Import", Nav::Import).await?;
    let mut runs = imports::all(&mut app.engine.db.reader(), part.below.map(ImportId), PAGE + 1).await?;
    let has_more = runs.len() as i64 > PAGE;
    runs.truncate(PAGE.unsigned_abs() as usize);
    let last = runs.last().filter(|_| has_more).map(|run| run.id);
    let below = part.below.map(|id| format!("below={id}"));
    let down_to = last.map(|id| format!("down_to={id}"));
    let narrowed: Vec<String> = below.into_iter().chain(down_to).collect();
    let page = ListPage {
        live_src: format!("/import/rows?{}", narrowed.join("&")),
        older: last.map(|id| format!("/import?below={id}")),
        body: Rows { runs: runs.into_iter().map(RunView::of).collect() },
        shell,
    };
    Ok(Html(page.render()?).into_response())
}

pub(super) async fn rows(State(app): State<App>, _: Viewer, Query(part): Query<Part>) -> Result<Response> {
    let runs = imports::all(&mut app.engine.db.reader(), part.below.map(ImportId), LIVE_PAGE).await?;
    let shown = runs.into_iter().filter(|run| part.down_to.is_none_or(|last| run.id.0 >= last));
    Ok(Html(Rows { runs: shown.map(RunView::of).collect() }.render()?).into_response())
}

#[derive(Template)]
#[template(path = "import/report.html")]
struct ReportPage {
    shell: Shell,
    file: String,
    id: i64,
    body: Report,
}

#[derive(Template)]
#[template(path = "import/report_rows.html")]
struct Report {
    run: RunView,
    /// For how many days its channel keeps what was said, where that is not for good.
    keep_days: Option<i64>,
    csrf: String,
}

async fn one(app: &App, viewer: &Viewer, id: i64) -> Result<Report> {
    let mut db = app.engine.db.reader();
    let run = imports::get(&mut db, ImportId(id)).await?.ok_or_else(WebError::not_found)?;
    let keep_days = channels::get(&mut db, run.channel_id).await?.and_then(|channel| channel.keep_days);
    Ok(Report { run: RunView::of(run), keep_days, csrf: viewer.csrf.clone() })
}

pub(super) async fn report(State(app): State<App>, viewer: Viewer, Path(id): Path<i64>) -> Result<Response> {
    let body = one(&app, &viewer, id).await?;
    let shell = app.shell(&viewer, "import", body.run.file.clone(), Nav::Import).await?;
    Ok(Html(ReportPage { file: body.run.file.clone(), id, body, shell }.render()?).into_response())
}

pub(super) async fn report_rows(State(app): State<App>, viewer: Viewer, Path(id): Path<i64>) -> Result<Response> {
    Ok(Html(one(&app, &viewer, id).await?.render()?).into_response())
}

pub(super) async fn stop(State(app): State<App>, _: Viewer, Path(id): Path<i64>) -> Result<Redirect> {
    desk::stop(&app.engine, ImportId(id)).await?;
    Ok(Redirect::to(&format!("/import/{id}")))
}

pub(super) async fn go_on(State(app): State<App>, _: Viewer, Path(id): Path<i64>) -> Result<Redirect> {
    desk::go_on(&app.engine, ImportId(id)).await?;
    Ok(Redirect::to(&format!("/import/{id}")))
}

pub(super) async fn give_up(State(app): State<App>, _: Viewer, Path(id): Path<i64>) -> Result<Redirect> {
    desk::give_up(&app.engine, ImportId(id)).await?;
    Ok(Redirect::to(&format!("/import/{id}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_model::ChannelId;

    fn run(state: &str) -> ImportRun {
        ImportRun {
            id: ImportId(1),
            channel_id: ChannelId(2),
            name: "forum.csv".into(),
            format: "csv".into(),
            mapping: "{}".into(),
            blob: String::new(),
            size: 1_000_000,
            position: 250_000,
            state: state.into(),
            taken: 4_000,
            known: 500,
            skipped: 400,
            quarantined: 100,
            reasons: r#"{"no words": 400, "broken": 500}"#.into(),
            error: None,
            worked_ms: 2_000,
            created_by: None,
            created_at: 0,
            finished_at: None,
        }
    }

    #[test]
    fn progress_says_how_far_how_fast_and_how_long_still() {
        assert_eq!(
            progress_words(&run("running")),
            ("25 %, 2,500 messages a second".into(), "about 6 seconds left".into())
        );
        assert_eq!(progress_words(&run("stopped")).1, "");
        assert_eq!(progress_words(&run("done")).0, "100 %, 2,500 messages a second");
        let fresh =
            ImportRun { position: 0, worked_ms: 0, taken: 0, known: 0, skipped: 0, quarantined: 0, ..run("running") };
        assert_eq!(progress_words(&fresh), ("0 %".into(), String::new()));
        assert_eq!(percent(&ImportRun { size: 0, ..run("running") }), 100);
    }

    #[test]
    fn times_that_are_left_are_said_roundly() {
        let said = [0, 42_000, 80_000, 600_000, 3_700_000, 90_000_000].map(duration_words);
        let expected = [
            "a few seconds",
            "about 42 seconds",
            "about a minute",
            "about 10 minutes",
            "about an hour",
            "about 25 hours",
        ];
        assert_eq!(said.to_vec(), expected.map(|words| format!("{words} left")));
    }

    #[test]
    fn the_commonest_reason_stands_first() {
        let view = RunView::of(run("done"));
        assert_eq!(view.reasons, [("broken".to_owned(), "500".to_owned()), ("no words".to_owned(), "400".to_owned())]);
    }
}
