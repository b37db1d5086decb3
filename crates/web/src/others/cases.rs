//! The messages behind the figures of either side, the latest first.

use super::{href, known, words};
use crate::{
    App, Result, Viewer, WebError,
    figures::{Asked, words::period as period_words},
    inbox::{Known, times, whose},
    layout::{Nav, Shell},
    listen::message_href,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use std::collections::HashMap;
use tertulia_engine::{
    others::{self as desk, Case, Compared, Kind},
    promises,
};
use tertulia_model::MessageId;
use tertulia_store::reading::{self, Message};

const PAGE: usize = 40;

struct Line {
    href: String,
    name: String,
    words: String,
    kind: &'static str,
    outcome: String,
    /// Where the answer is.
    answer: Option<String>,
    channel_icon: String,
    channel: String,
    when: String,
}

#[derive(Template)]
#[template(path = "others/cases.html")]
struct CasesPage {
    shell: Shell,
    back: String,
    name: String,
    title: String,
    period: String,
    sides: Vec<(&'static str, String, bool, i64)>,
    lines: Vec<Line>,
    older: Option<String>,
}

pub(super) async fn theirs(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    page(&app, &viewer, &headers, (&id, "messages"), &asked).await
}

pub(super) async fn ours(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    page(&app, &viewer, &headers, (&id, "beside"), &asked).await
}

async fn page(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    (id, which): (&str, &str),
    asked: &Asked,
) -> Result<Response> {
    let id = known(app, id).await?.other.id;
    let (period, mistakes) = asked.period(app).await?;
    if !mistakes.is_empty() {
        let why = "These days cannot be shown. Choose others on the page before.";
        return Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    let found = desk::compare(&app.engine, id, period).await?;
    let path = format!("{}/{which}", href(id));
    let cases = chosen(&found, which, asked);
    let below: i64 = asked.below.parse().unwrap_or(i64::MAX);
    let from = cases.partition_point(|case| case.key >= below);
    let shown = &cases[from..cases.len().min(from + PAGE)];
    let last = shown.last().filter(|_| cases.len() > from + PAGE);
    let name = found.known.other.name.clone();
    let title =
        if which == "beside" { "Said to you in public".to_owned() } else { format!("Said to {name} in public") };
    let page = CasesPage {
        shell: app.shell(viewer, "other-cases", title.clone(), Nav::Figures).await?,
        back: asked.address(&href(id), &[]),
        name,
        title,
        period: period_words(period),
        sides: [("All", ""), ("Answered", "yes"), ("Not answered", "no")]
            .map(|(words, holds)| (words, asked.with(&path, ("holds", holds)), asked.holds == holds, 0))
            .to_vec(),
        older: last.map(|last| asked.with(&path, ("below", &last.key.to_string()))),
        lines: lines(app, viewer, headers, shown).await?,
    };
    Ok(Html(page.render()?).into_response())
}

/// The cases of a side that are asked for, the latest first.
fn chosen<'a>(found: &'a Compared, which: &str, asked: &Asked) -> Vec<&'a Case> {
    let side = if which == "beside" { &found.ours } else { &found.theirs };
    let takes = |case: &&Case| match asked.holds.as_str() {
        "yes" => case.answer.is_some(),
        "no" => case.answer.is_none(),
        _ => true,
    };
    side.cases.iter().rev().filter(takes).collect()
}

async fn lines(app: &App, viewer: &Viewer, headers: &HeaderMap, cases: &[&Case]) -> Result<Vec<Line>> {
    let mut db = app.engine.db.reader();
    let zone = promises::time_zone(&mut db).await?;
    let known = Known::read(app, viewer, headers).await?;
    let ids: Vec<MessageId> =
        cases.iter().flat_map(|case| [Some(case.message), case.answer.map(|(answer, _)| answer)]).flatten().collect();
    let found = reading::by_ids(&mut db, &ids).await?;
    let messages: HashMap<MessageId, Message> = found.into_iter().map(|message| (message.id, message)).collect();
    let line = |case: &&Case| {
        let said = messages.get(&case.message)?;
        let channel = known.channel(case.channel);
        let subject = said.subject.clone().unwrap_or_default();
        Some(Line {
            href: message_href(said),
            name: whose(said.person_name.as_deref()),
            words: if said.snippet.trim().is_empty() { subject } else { said.snippet.clone() },
            kind: match case.kind {
                Kind::Reply => "In reply",
                Kind::Named => "Addressed",
            },
            outcome: words::outcome(case),
            answer: case.answer.and_then(|(answer, _)| messages.get(&answer)).map(message_href),
            channel_icon: channel.icon,
            channel: channel.words,
            when: times::moment_words(case.at, &zone),
        })
    };
    // What was deleted in this moment is left out.
    Ok(cases.iter().filter_map(line).collect())
}
