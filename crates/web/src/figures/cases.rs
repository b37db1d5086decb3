//! The conversations behind a figure, the latest first.

use super::{
    asked::Asked,
    page::{self, Card},
    words,
};
use crate::{
    App, Result, Viewer, WebError,
    inbox::{Known, times, whose},
    layout::{Nav, Shell},
    listen::languages,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use jiff::tz::TimeZone;
use tertulia_engine::{
    figures::{self, Case, Figure, Report},
    promises,
};
use tertulia_store::{listing, people};

const PAGE: usize = 40;

struct Line {
    href: String,
    name: String,
    words: String,
    outcome: String,
    channel_icon: String,
    channel: String,
    when: String,
}

#[derive(Template)]
#[template(path = "figures/cases.html")]
struct CasesPage {
    shell: Shell,
    back: String,
    period: String,
    card: Card,
    sides: Vec<(&'static str, String, bool, i64)>,
    /// Only these, and the address of all.
    narrowed: Vec<(String, String)>,
    lines: Vec<Line>,
    older: Option<String>,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let figure = Figure::named(&name).ok_or_else(WebError::not_found)?;
    let (period, mistakes) = asked.period(&app).await?;
    if !mistakes.is_empty() {
        let why = "These days cannot be shown. Choose others under Figures.";
        return Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    let mut report = figures::report(&app.engine, period).await?;
    let segment = match asked.segment() {
        Some(segment) => Some(only_of(&app, &mut report, segment).await?),
        None => None,
    };
    let path = format!("/figures/{name}");
    let mut cases: Vec<&Case> = report.cases(figure).into_iter().filter(|case| asked.takes(figure, case)).collect();
    cases.sort_unstable_by_key(|case| std::cmp::Reverse(case.key));
    let below: i64 = asked.below.parse().unwrap_or(i64::MAX);
    let from = cases.partition_point(|case| case.key >= below);
    let shown = &cases[from..cases.len().min(from + PAGE)];
    let last = shown.last().filter(|_| cases.len() > from + PAGE);
    let known = Known::read(&app, &viewer, &headers).await?;
    let zone = promises::time_zone(&mut app.engine.db.reader()).await?;
    let mut lines = Vec::new();
    for case in shown {
        lines.push(line(&app, &known, &zone, (figure, case)).await?);
    }
    let mut narrowed = Vec::new();
    if let Ok(channel) = asked.channel.parse() {
        narrowed.push((known.channel(channel).words, asked.with(&path, ("channel", ""))));
    }
    if !asked.language.is_empty() {
        narrowed.push((languages::name(&asked.language).to_owned(), asked.with(&path, ("language", ""))));
    }
    if let Some(words) = segment {
        narrowed.push((words, asked.with(&path, ("segment", ""))));
    }
    let page = CasesPage {
        shell: app.shell(&viewer, "figures", figures::title(figure), Nav::Figures).await?,
        back: asked.address("/figures", &[]),
        period: words::period(period),
        card: page::card(&asked, &report, figure),
        sides: sides(figure, &asked, &path),
        narrowed,
        older: last.map(|last| asked.with(&path, ("below", &last.key.to_string()))),
        lines,
    };
    Ok(Html(page.render()?).into_response())
}

/// Leaves what is about people of a segment, or of none; and says whose it is.
async fn only_of(app: &App, report: &mut Report, segment: Option<i64>) -> Result<String> {
    let segmented = figures::segmented(&app.engine, report).await?;
    report.keep(|case| segmented.narrow(case, segment));
    let Some(segment) = segment else { return Ok("people in no segment".to_owned()) };
    Ok(segmented.name(segment).unwrap_or("a segment that is gone").to_owned())
}

fn sides(figure: Figure, asked: &Asked, path: &str) -> Vec<(&'static str, String, bool, i64)> {
    let Some((yes, no)) = words::sides(figure) else { return Vec::new() };
    let one = |words, holds: &str| (words, asked.with(path, ("holds", holds)), asked.holds == holds, 0);
    vec![one("All", ""), one(yes, "yes"), one(no, "no")]
}

async fn line(app: &App, known: &Known, zone: &TimeZone, (figure, case): (Figure, &Case)) -> Result<Line> {
    let mut db = app.engine.db.reader();
    let row = match case.conversation {
        Some(id) => listing::inbox_row(&mut db, known.viewer, id).await?,
        None => None,
    };
    // Who was told is not always whose conversation it is.
    let told = match (case.change, case.people.first()) {
        (Some(_), Some(person)) => people::get(&mut db, *person).await?.map(|person| person.name),
        _ => None,
    };
    let href = match (case.change, case.conversation) {
        (Some(change), _) => format!("/feedback/changes/{change}/loop"),
        (None, Some(conversation)) => format!("/inbox/{conversation}"),
        (None, None) => String::new(),
    };
    let words = row.as_ref().map(|row| if row.snippet.trim().is_empty() { &row.subject } else { &row.snippet });
    let channel = case.channel.map(|channel| known.channel(channel));
    let (channel_icon, channel) = match channel {
        Some(channel) => (channel.icon, channel.words),
        None => ("users".to_owned(), "another way".to_owned()),
    };
    Ok(Line {
        href,
        name: whose(told.as_deref().or(row.as_ref().and_then(|row| row.person_name.as_deref()))),
        words: words.cloned().unwrap_or_default(),
        outcome: words::outcome(figure, case),
        channel_icon,
        channel,
        when: times::moment_words(case.at, zone),
    })
}
