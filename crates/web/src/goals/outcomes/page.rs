//! One outcome: its values, and a form for another.

use super::{href, known};
use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    goals::words,
    inbox::{Known, flash, id as id_of},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tertulia_engine::{
    EngineError,
    goals::outcomes::{self as desk, Entered},
    today::{day_number, day_of_number},
};
use tertulia_model::{Millis, Permission, UserId};
use tertulia_store::outcomes::{self, Entry, Outcome};

const PAGE: i64 = 50;
const UNDO: &str = "undo of a value";

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    day: String,
    value: String,
    source: String,
}

/// A value that an undo puts back, as it was given.
#[derive(Deserialize, Serialize)]
struct Stood {
    outcome: i64,
    id: i64,
    day: i64,
    source: String,
    /// In digits, which lose nothing.
    value: String,
    given_by: i64,
    given_at: Millis,
    /// What took its place, and when.
    instead: Option<(i64, Millis)>,
}

/// Where that is undone.
fn undo_of(app: &App, stood: Entry, instead: Option<&Entry>) -> String {
    let sealed = Stood {
        outcome: stood.outcome_id,
        id: stood.id,
        day: stood.day,
        source: stood.source,
        value: stood.value.to_string(),
        given_by: stood.given_by.0,
        given_at: stood.given_at,
        instead: instead.map(|instead| (instead.id, instead.given_at)),
    };
    format!("{}/undo?of={}", href(sealed.outcome), flash::seal(app, UNDO, &sealed))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// Only the values of these days, both of them with it.
    from: String,
    until: String,
    /// Where the page before ended: day and id.
    below: String,
}

impl Shown {
    fn days(&self) -> Option<(Date, Date)> {
        Some((self.from.parse().ok()?, self.until.parse().ok()?))
    }
}

struct Line {
    day: String,
    value: String,
    source: String,
    by: String,
    remove: String,
}

#[derive(Template)]
#[template(path = "goals/outcome.html")]
struct OutcomePage {
    shell: Shell,
    href: String,
    title: String,
    how: &'static str,
    lines: Vec<Line>,
    /// The days that alone are shown.
    only: Option<String>,
    older: Option<String>,
    typed: Typed,
    numbers: Vec<(String, String)>,
    mistakes: Mistakes,
    may_work: bool,
    may_manage: bool,
}

fn line(outcome: &Outcome, known: &Known, entry: Entry) -> Line {
    let unit = if outcome.unit.is_empty() { String::new() } else { format!(" {}", outcome.unit) };
    Line {
        day: day_of_number(entry.day).to_string(),
        value: format!("{}{unit}", words::number(entry.value)),
        by: known.member(entry.given_by),
        remove: format!("{}/values/{}/remove", href(outcome.id), entry.id),
        source: entry.source,
    }
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    outcome: Outcome,
    (typed, mistakes, shown): (Typed, Mistakes, Shown),
) -> Result<Response> {
    let named = Known::read(app, viewer, headers).await?;
    let days = shown.days();
    let numbers = days.map(|(first, last)| (day_number(first), (day_number(last), i64::MAX)));
    let below = shown.below.split_once('_').and_then(|(day, id)| Some((day.parse().ok()?, id.parse().ok()?)));
    let below = below.or(numbers.map(|(_, last)| last));
    let first = numbers.map(|(first, _)| first);
    let mut rows = outcomes::list(&mut app.engine.db.reader(), outcome.id, first, below, PAGE + 1).await?;
    let has_more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE.unsigned_abs() as usize);
    let kept = days.map(|(first, last)| format!("&from={first}&until={last}")).unwrap_or_default();
    let older = rows.last().filter(|_| has_more);
    let older = older.map(|last| format!("{}?below={}_{}{kept}", href(outcome.id), last.day, last.id));
    let mut shell = app.shell(viewer, "outcome", outcome.name.clone(), Nav::Figures).await?;
    shell.toast = flash::take(app, headers);
    let page = OutcomePage {
        shell,
        href: href(outcome.id),
        title: outcome.name.clone(),
        how: match (outcome.adds_up, outcome.archived_at) {
            (true, None) => "Its values are added up over days.",
            (false, None) => "Its latest value holds.",
            (_, Some(_)) => "Nothing new is measured by it any more.",
        },
        lines: rows.into_iter().map(|entry| line(&outcome, &named, entry)).collect(),
        only: days.map(|(first, last)| words::days(first, last)),
        older,
        typed,
        numbers: crate::customers::number_ways(),
        mistakes,
        may_work: viewer.user.role.may(Permission::Converse),
        may_manage: viewer.user.role.may(Permission::Manage),
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let drawn = (status, Html(page.render()?)).into_response();
    Ok(flash::said(headers, drawn))
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let outcome = known(&app, &id).await?;
    draw(&app, &viewer, &headers, outcome, (Typed::default(), Mistakes::default(), shown)).await
}

pub(super) async fn enter(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let outcome = known(&app, &id).await?;
    let what = (typed.day.as_str(), typed.value.as_str(), typed.source.as_str());
    match desk::enter(&app.engine, viewer.user.id, outcome.id, what).await {
        Ok(entered) => {
            let said = said(&entered);
            let undo = entered.replaced.map(|stood| undo_of(&app, stood, Some(&entered.entry)));
            Ok(flash::redirect(&app, &href(outcome.id), said, undo))
        }
        Err(error) => {
            let mistakes = Mistakes::of(error)?;
            draw(&app, &viewer, &headers, outcome, (typed, mistakes, Shown::default())).await
        }
    }
}

fn said(entered: &Entered) -> &'static str {
    match (&entered.replaced, entered.was_known) {
        (_, true) => "This value stood already.",
        (Some(_), _) => "It took the place of the value that stood for this day.",
        (None, _) => "The value is kept.",
    }
}

pub(super) async fn remove(State(app): State<App>, Path((id, value)): Path<(String, String)>) -> Result<Response> {
    let outcome = known(&app, &id).await?;
    let stood = desk::remove(&app.engine, outcome.id, id_of(&value)?).await?;
    let undo = undo_of(&app, stood, None);
    Ok(flash::redirect(&app, &href(outcome.id), "The value is taken away.", Some(undo)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Of {
    of: String,
}

pub(super) async fn undo(State(app): State<App>, Path(id): Path<String>, Query(of): Query<Of>) -> Result<Response> {
    let outcome = known(&app, &id).await?;
    let sealed: Option<Stood> = flash::unseal(&app, UNDO, &of.of);
    let stood = sealed.filter(|stood| stood.outcome == outcome.id).ok_or_else(WebError::not_found)?;
    let entry = Entry {
        id: stood.id,
        outcome_id: stood.outcome,
        day: stood.day,
        source: stood.source,
        value: stood.value.parse().map_err(|_| WebError::not_found())?,
        given_by: UserId(stood.given_by),
        given_at: stood.given_at,
    };
    let said = match desk::put_back(&app.engine, &entry, stood.instead).await {
        Ok(()) => "It stands again.".to_owned(),
        Err(EngineError::Refused(why)) => why,
        Err(error) => return Err(error.into()),
    };
    Ok(flash::redirect(&app, &href(outcome.id), &said, None))
}
