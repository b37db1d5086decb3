//! One ballot: its map, what sets each group apart, and what all agree on.

use super::{METHODS, href, known, words};
use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    export::Along,
    figures::words::share,
    inbox::{flash, id as id_of},
    insights::{picture, picture::Picture, words::number},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use std::{cmp::Reverse, collections::BTreeMap};
use tertulia_engine::opinions::{self as desk, Drawn};
use tertulia_store::opinions::{self as stored, Batch};
use tertulia_voices::opinions::{Agreed, Group, Representative, Statement};

/// Statements on the page; all of them are in the exports.
const MOST_LINES: usize = 300;
const MOST_BATCHES: i64 = 100;

/// A statement that speaks for a group.
struct Speaks {
    words: String,
    /// "38 of 41 (93 %) agree"
    here: String,
    /// Of everybody else in a group.
    elsewhere: String,
    is_clear: bool,
}

struct GroupView {
    id: String,
    name: String,
    size: String,
    speaks: Vec<Speaks>,
    /// So small, or so near to all that a small one leaves, that it is not told how it voted.
    is_kept: bool,
}

struct AgreedLine {
    words: String,
    side: &'static str,
    seen: String,
    share: String,
    by_group: String,
}

struct StatementLine {
    words: String,
    seen: String,
    agree: String,
    pass: String,
    disagree: String,
    /// For each group that is told: what stands above the column, and how many agree.
    by_group: Vec<(String, String)>,
    note: String,
}

struct BatchLine {
    name: String,
    words: String,
    at: i64,
    take_back: String,
    is_done: bool,
}

#[derive(Template)]
#[template(path = "insights/opinion.html")]
struct OpinionPage {
    shell: Shell,
    along: Along,
    href: String,
    question: String,
    headline: String,
    /// What is agreed on most, and by whom.
    first_agreed: Option<(String, String)>,
    notes: Vec<String>,
    has_votes: bool,
    has_statements: bool,
    explained: String,
    /// Who has a place and no group: how many, and why.
    in_no_group: Option<(String, &'static str)>,
    picture: Picture,
    groups: Vec<GroupView>,
    across: Vec<AgreedLine>,
    over_all: Vec<AgreedLine>,
    few_saw: String,
    group_names: Vec<String>,
    lines: Vec<StatementLine>,
    lines_left: usize,
    batches: Vec<BatchLine>,
    /// Where older ones are.
    older: Option<String>,
    may_manage: bool,
    mistakes: Mistakes,
}

fn speaks(drawn: &Drawn, all: &BTreeMap<u64, String>, (at, one): (usize, &Representative)) -> Speaks {
    let on_map = drawn.map.statements.iter().find(|statement| statement.id == one.statement);
    let others = on_map.into_iter().flat_map(|statement| statement.by_group.iter().enumerate());
    let (taken, seen) = others
        .filter(|(group, _)| *group != at)
        .fold((0, 0), |(taken, seen), (_, tally)| (taken + tally.of(one.side), seen + tally.seen));
    Speaks {
        words: all.get(&one.statement).cloned().unwrap_or_default(),
        here: format!("{} {}", words::part(one.taken, one.seen), words::side(one.side)),
        elsewhere: words::part(taken, seen),
        is_clear: one.is_clear,
    }
}

fn group(drawn: &Drawn, all: &BTreeMap<u64, String>, (at, group): (usize, &Group)) -> GroupView {
    let is_kept = at >= drawn.told();
    GroupView {
        is_kept,
        id: format!("group-{}", group.number),
        name: words::group_name(group.number),
        size: words::many(group.size, "person", "people"),
        speaks: group.speaks.iter().filter(|_| !is_kept).map(|one| speaks(drawn, all, (at, one))).collect(),
    }
}

fn agreed(drawn: &Drawn, all: &BTreeMap<u64, String>, one: &Agreed) -> AgreedLine {
    AgreedLine {
        words: all.get(&one.statement).cloned().unwrap_or_default(),
        side: words::side(one.side),
        seen: words::of(one.tally.of(one.side), one.tally.seen),
        share: share(one.share),
        by_group: words::by_group(drawn, one),
    }
}

fn line(drawn: &Drawn, all: &BTreeMap<u64, String>, one: &Statement) -> StatementLine {
    let tally = one.tally;
    StatementLine {
        words: all.get(&one.id).cloned().unwrap_or_default(),
        seen: number(tally.seen.into()),
        agree: words::part(tally.agree, tally.seen),
        pass: words::part(tally.pass(), tally.seen),
        disagree: words::part(tally.disagree, tally.seen),
        by_group: words::told(drawn, &one.by_group)
            .map(|(name, tally)| (name, words::of(tally.agree, tally.seen)))
            .collect(),
        note: words::note(drawn, one.id, tally),
    }
}

fn few_saw(drawn: &Drawn) -> String {
    let (need, silent) = (drawn.rules.seen, |one: &&Statement| !one.is_silent);
    let few = drawn.map.statements.iter().filter(silent).filter(|one| (one.tally.seen as usize) < need).count();
    if few == 0 {
        return String::new();
    }
    let were = if few == 1 { "was" } else { "were" };
    format!(
        "{} {were} seen by fewer than {need} people: what few have seen is never called agreed, however much those agree.",
        words::capital(&words::many(few, "statement", "statements"))
    )
}

fn batch(id: i64, one: Batch) -> BatchLine {
    let n = |n: i64| number(n.unsigned_abs());
    let words = match one.state.as_str() {
        "done" => format!(
            "{} votes, {} new statements, {} stood already, {} rows left out",
            n(one.votes),
            n(one.statements),
            n(one.known),
            n(one.wrong)
        ),
        "going" => "being taken back; nothing of it counts. If this stays, take it back once more.".to_owned(),
        _ => "not all of it is here yet; nothing of it counts. If this stays, it broke off: take it back, and bring it again."
            .to_owned(),
    };
    BatchLine {
        is_done: one.state == "done",
        take_back: format!("{}/brought/{}/take-back", href(id), one.id),
        name: one.name,
        at: one.at,
        words,
    }
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    (id, below, mistakes): (i64, Option<i64>, Mistakes),
) -> Result<Response> {
    let drawn = desk::draw(&app.engine, id).await?;
    let all = drawn.words();
    let mut lines: Vec<&Statement> = drawn.map.statements.iter().collect();
    lines.sort_by_key(|one| (Reverse(one.tally.seen), one.id));
    let lines_left = lines.len().saturating_sub(MOST_LINES);
    let mut batches = stored::batches(&mut app.engine.db.reader(), id, below, MOST_BATCHES + 1).await?;
    let has_older = batches.len() as i64 > MOST_BATCHES;
    batches.truncate(MOST_BATCHES as usize);
    let last = batches.last().filter(|_| has_older);
    let older = last.map(|last| format!("{}?brought={}#h-brought", href(id), last.id));
    let mut shell = app.shell(viewer, "insights", drawn.ballot.question.clone(), Nav::Insights).await?;
    shell.toast = flash::take(app, headers);
    let may_manage = shell.may_manage();
    let consensus = &drawn.map.consensus;
    let page = OpinionPage {
        shell,
        along: Along::of(&format!("{}/map", href(id)), &METHODS),
        href: href(id),
        question: drawn.ballot.question.clone(),
        headline: words::headline(&drawn),
        first_agreed: words::first_agreed(&drawn),
        notes: words::notes(&drawn),
        has_votes: drawn.map.votes > 0,
        has_statements: !drawn.statements.is_empty(),
        explained: words::explained(&drawn),
        in_no_group: words::in_no_group(&drawn),
        picture: picture::opinions(&drawn),
        groups: drawn.map.groups.iter().enumerate().map(|one| group(&drawn, &all, one)).collect(),
        across: consensus.across_groups.iter().map(|one| agreed(&drawn, &all, one)).collect(),
        over_all: consensus.over_all.iter().map(|one| agreed(&drawn, &all, one)).collect(),
        few_saw: few_saw(&drawn),
        group_names: drawn.map.groups.iter().take(drawn.told()).map(|group| words::group_name(group.number)).collect(),
        lines: lines.into_iter().take(MOST_LINES).map(|one| line(&drawn, &all, one)).collect(),
        lines_left,
        older,
        batches: batches.into_iter().map(|one| batch(id, one)).collect(),
        may_manage,
        mistakes,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(flash::said(headers, (status, Html(page.render()?)).into_response()))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// What was brought last on the page before.
    brought: String,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let ballot = known(&app, &id).await?;
    draw(&app, &viewer, &headers, (ballot.id, shown.brought.parse().ok(), Mistakes::default())).await
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Renamed {
    question: String,
}

pub(super) async fn rename(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Fields(typed): Fields<Renamed>,
) -> Result<Response> {
    let ballot = known(&app, &id).await?;
    match desk::rename(&app.engine, ballot.id, &typed.question).await {
        Ok(()) => Ok(flash::redirect(&app, &href(ballot.id), "Its question is worded anew.", None)),
        Err(error) => draw(&app, &viewer, &headers, (ballot.id, None, Mistakes::of(error)?)).await,
    }
}

pub(super) async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response> {
    let ballot = known(&app, &id).await?;
    match desk::remove(&app.engine, ballot.id).await {
        Ok(()) => Ok(flash::redirect(&app, "/insights/opinions", "The ballot is removed.", None)),
        Err(error) => draw(&app, &viewer, &headers, (ballot.id, None, Mistakes::of(error)?)).await,
    }
}

pub(super) async fn take_back(
    State(app): State<App>,
    Path((id, batch)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let ballot = known(&app, &id).await?;
    desk::take_back(&app.engine, ballot.id, id_of(&batch)?).await?;
    Ok(flash::redirect(&app, &href(ballot.id), "It is taken back. The same file can be brought again.", None))
}
