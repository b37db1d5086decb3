//! What is asked again and again without an article, the most people first.

use super::acts::{Undoing, done};
use crate::{
    App, Result, Viewer, WebError,
    access::form::Fields,
    inbox::{flash, id as id_of, whose},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::knowhow::{self, DAYS};
use tertulia_model::{Millis, Permission};
use tertulia_store::questions::{self, Group};

const PAGE: i64 = 20;
/// Askers on the page of one question.
const ASKERS: i64 = 50;

/// Questions that are the same, by the newest of them.
pub(super) struct Line {
    pub id: i64,
    pub words: String,
    pub people: String,
    pub language: String,
}

fn people_words(n: i64) -> String {
    match n {
        0 => "Everybody who asked was answered with an article".to_owned(),
        1 => "Asked by one person".to_owned(),
        n => format!("Asked by {n} people"),
    }
}

/// The groups in a state, each with what was asked last in it; and the last of them, where more follow.
pub(super) async fn lines(
    app: &App,
    state: &str,
    below: Option<(i64, i64)>,
    limit: i64,
) -> Result<(Vec<Line>, Option<Group>)> {
    let mut db = app.engine.db.reader();
    let mut groups = questions::groups(&mut db, state, below, limit + 1).await?;
    let has_more = groups.len() as i64 > limit;
    groups.truncate(limit.unsigned_abs() as usize);
    let mut lines = Vec::new();
    for group in &groups {
        let newest = questions::of_group(&mut db, group.id, None, 1).await?;
        lines.extend(newest.into_iter().map(|one| Line {
            id: group.id,
            words: one.words,
            people: people_words(group.people),
            language: super::language_words(&group.language),
        }));
    }
    Ok((lines, groups.pop().filter(|_| has_more)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// `none`: those that a member said ask nothing; `known`: those that an article speaks of.
    state: String,
    /// Where the page before ended: people and id, or of one question when it was asked and the message.
    below: String,
}

impl Shown {
    fn below(&self) -> Option<(i64, i64)> {
        let (of, id) = self.below.split_once('_')?;
        Some((of.parse().ok()?, id.parse().ok()?))
    }
}

#[derive(Template)]
#[template(path = "knowhow/asked.html")]
struct AskedPage {
    shell: Shell,
    days: i64,
    state: &'static str,
    filters: Vec<(&'static str, String, bool, i64)>,
    lines: Vec<Line>,
    older: Option<String>,
    may_work: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let state = match shown.state.as_str() {
        "none" => "none",
        "known" => "known",
        _ => "open",
    };
    let (lines, last) = lines(&app, state, shown.below(), PAGE).await?;
    let mut shell = app.shell(&viewer, "know-how", "Asked without an article", Nav::KnowHow).await?;
    shell.toast = flash::take(&app, &headers);
    let page = AskedPage {
        shell,
        days: DAYS,
        state,
        filters: vec![
            ("Without an article", "/know-how/asked".to_owned(), state == "open", 0),
            ("An article speaks of it", "/know-how/asked?state=known".to_owned(), state == "known", 0),
            ("Not a question", "/know-how/asked?state=none".to_owned(), state == "none", 0),
        ],
        older: last.map(|last| format!("/know-how/asked?state={state}&below={}_{}", last.people, last.id)),
        lines,
        may_work: viewer.user.role.may(Permission::Converse),
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

/// One who asked.
struct Asker {
    name: String,
    words: String,
    at: Millis,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "knowhow/question.html")]
struct QuestionPage {
    shell: Shell,
    token: String,
    id: i64,
    people: String,
    days: i64,
    state: String,
    article: Option<String>,
    askers: Vec<Asker>,
    older: Option<String>,
    may_work: bool,
}

pub(super) async fn question(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let mut db = app.engine.db.reader();
    let group = questions::group(&mut db, id_of(&id)?).await?.ok_or_else(WebError::not_found)?;
    let mut all = questions::of_group(&mut db, group.id, shown.below(), ASKERS + 1).await?;
    let has_more = all.len() as i64 > ASKERS;
    all.truncate(ASKERS.unsigned_abs() as usize);
    let last = all.last().filter(|_| has_more);
    let older = last.map(|last| format!("/know-how/asked/{}?below={}_{}", group.id, last.asked_at, last.message_id));
    let mut shell = app.shell(&viewer, "know-how", "A question", Nav::KnowHow).await?;
    shell.toast = flash::take(&app, &headers);
    let asker = |one: questions::Asked| Asker {
        name: whose(one.person_name.as_deref()),
        words: one.words,
        at: one.asked_at,
        href: one.conversation_id.map(|at| format!("/inbox/{at}?at={}#message-{}", one.message_id, one.message_id)),
    };
    let page = QuestionPage {
        token: shell.csrf.clone(),
        shell,
        id: group.id,
        people: people_words(group.people),
        days: DAYS,
        article: group.article_id.filter(|_| group.state == "known").map(super::href),
        state: group.state,
        askers: all.into_iter().map(asker).collect(),
        older,
        may_work: viewer.user.role.may(Permission::Converse),
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    /// `yes`: it asks nothing that an article could answer.
    none: String,
}

pub(super) async fn say(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(said): Fields<Said>,
) -> Result<Response> {
    let (group, is_none) = (id_of(&id)?, said.none == "yes");
    let undo = knowhow::dismiss(&app.engine, viewer.user.id, group, is_none).await?;
    let words = if is_none {
        "No question, then. You are not asked about it again."
    } else {
        "It stands among what is asked without an article."
    };
    Ok(done(&app, &viewer, "/know-how/asked", words, Undoing::Question(undo)))
}
