//! Reading a sample: one message at a time, without what the machine says of it.

use super::{Undoing, done, href, words};
use crate::{
    App, Result, Viewer, WebError,
    access::form::Fields,
    inbox::{Known, flash, id},
    layout::{Nav, Shell},
    messages::split_words,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use std::collections::BTreeMap;
use tertulia_analysis::labels::{Kind, languages};
use tertulia_engine::labels::{self as desk, Outlook};
use tertulia_model::{MessageId, UserId};
use tertulia_store::{label_samples::Drawn, reading};

/// Languages that have a key of their own: those of which most messages were drawn.
const WITH_KEYS: usize = 8;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    sample: String,
    /// Messages to leave for later, with commas between.
    skip: String,
    /// Whether it is about those in which readers differ.
    differing: String,
}

/// A message to be read.
struct Shown {
    id: String,
    channel: String,
    subject: Option<String>,
    text: String,
    /// What stands around the own words.
    quoted: Option<String>,
    /// What each reader said: only where they differ, and are to talk.
    said: Vec<(String, String)>,
}

/// A button with its key.
struct Choice {
    key: usize,
    value: String,
    words: String,
}

#[derive(Template)]
#[template(path = "insights/labels/read.html")]
struct ReadPage {
    shell: Shell,
    sample: String,
    title: &'static str,
    question: &'static str,
    back: String,
    shown: Option<Shown>,
    choices: Vec<Choice>,
    /// The other values, where there are too many for keys.
    others: Vec<(String, String)>,
    /// Where a reading, or what was settled, goes.
    act: &'static str,
    skip_href: String,
    mine: usize,
    all: usize,
    differing: usize,
    waiting_for_others: usize,
    is_about_differing: bool,
    is_ended: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let sample = match asked.sample.as_str() {
        "" => going_on(&app, viewer.user.id).await?.ok_or_else(nothing_drawn)?,
        sample => id(sample)?,
    };
    let outlook = desk::outlook(&app.engine, sample).await?;
    let kind = Kind::of_code(outlook.sample.kind).ok_or_else(WebError::not_found)?;
    let is_about_differing = asked.differing == "yes";
    let known = Known::read(&app, &viewer, &headers).await?;
    let skipped: Vec<&str> = asked.skip.split(',').filter(|id| !id.is_empty()).collect();
    let next = next(&outlook, viewer.user.id, &skipped, is_about_differing);
    let shown = match next {
        Some(drawn) => shown(&app, &known, (kind, &outlook), drawn, is_about_differing).await?,
        None => None,
    };
    let (choices, others) = choices(kind, &outlook);
    let [_, differing, waiting, first] = outlook.counts();
    let mut shell = app.shell(&viewer, "reading a sample", words::question(kind), Nav::Insights).await?;
    shell.toast = flash::take(&app, &headers);
    let page = ReadPage {
        shell,
        sample: sample.to_string(),
        title: words::title(kind),
        question: words::question(kind),
        back: href(kind),
        skip_href: skip_href(sample, &asked, shown.as_ref()),
        shown,
        choices,
        others,
        act: if is_about_differing { "settle" } else { "read" },
        mine: read_by(&outlook, viewer.user.id),
        all: outlook.messages.len(),
        differing,
        waiting_for_others: waiting + first,
        is_about_differing,
        is_ended: outlook.sample.ended_at.is_some(),
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

fn nothing_drawn() -> WebError {
    WebError::new(StatusCode::NOT_FOUND, "No sample waits for you. Draw one under Trust in the labels.")
}

/// The newest sample that has something left for this reader.
async fn going_on(app: &App, reader: UserId) -> Result<Option<i64>> {
    for sample in desk::whole(&app.engine).await?.into_iter().filter(|sample| sample.ended_at.is_none()) {
        if desk::next(&app.engine, reader, sample.id).await?.is_some() {
            return Ok(Some(sample.id));
        }
    }
    Ok(None)
}

fn read_by(outlook: &Outlook, reader: UserId) -> usize {
    outlook.messages.iter().filter(|(_, said)| said.iter().any(|reading| reading.by_user == reader)).count()
}

/// What is shown next: what was skipped comes last.
fn next<'a>(outlook: &'a Outlook, reader: UserId, skipped: &[&str], differing: bool) -> Option<&'a Drawn> {
    let all: Vec<&Drawn> =
        if differing { outlook.differing().map(|(drawn, _)| drawn).collect() } else { outlook.left_for(reader) };
    let is_skipped = |drawn: &Drawn| skipped.contains(&drawn.message_id.to_string().as_str());
    all.iter().find(|drawn| !is_skipped(drawn)).or(all.first()).copied()
}

fn skip_href(sample: i64, asked: &Asked, shown: Option<&Shown>) -> String {
    const MOST: usize = 40;
    let mut skipped: Vec<&str> = asked.skip.split(',').filter(|id| !id.is_empty()).collect();
    if let Some(shown) = shown {
        skipped.retain(|id| *id != shown.id);
        skipped.push(&shown.id);
    }
    let from = skipped.len().saturating_sub(MOST);
    let differing = if asked.differing == "yes" { "&differing=yes" } else { "" };
    format!("/insights/labels/read?sample={sample}{differing}&skip={}", skipped[from..].join(","))
}

/// None where its words went while the page was made.
async fn shown(
    app: &App,
    known: &Known,
    (kind, outlook): (Kind, &Outlook),
    drawn: &Drawn,
    differs: bool,
) -> Result<Option<Shown>> {
    let found = reading::message(&mut app.engine.db.reader(), drawn.message_id).await?;
    let Some(message) = found.filter(|message| message.state == "shown") else { return Ok(None) };
    let (own, stripped) = split_words(&message);
    let said = outlook.messages.iter().find(|(one, _)| one.message_id == drawn.message_id && differs);
    let said = said.into_iter().flat_map(|(_, readings)| readings).map(|reading| {
        let value = reading.value.and_then(|value| u16::try_from(value).ok());
        let words = value.map_or_else(|| "cannot tell".to_owned(), |value| words::value(kind, value));
        (known.member(reading.by_user), words)
    });
    Ok(Some(Shown {
        id: drawn.message_id.to_string(),
        channel: known.channel(drawn.channel_id).words,
        subject: message.subject.filter(|subject| !subject.trim().is_empty()),
        text: own,
        quoted: Some(stripped).filter(|text| !text.trim().is_empty()),
        said: said.collect(),
    }))
}

/// The values with a key each, and the others.
fn choices(kind: Kind, outlook: &Outlook) -> (Vec<Choice>, Vec<(String, String)>) {
    let all = words::choices(kind);
    if kind != Kind::Language {
        return (keyed(all), Vec::new());
    }
    // By the cells of the whole sample: nothing of it is of the message that is shown.
    let mut many: BTreeMap<&str, usize> = BTreeMap::new();
    for (drawn, _) in outlook.messages.iter().filter(|(drawn, _)| drawn.language != languages::UNKNOWN) {
        *many.entry(&drawn.language).or_default() += 1;
    }
    let mut most: Vec<(usize, &str)> = many.into_iter().map(|(language, times)| (times, language)).collect();
    most.sort_by_key(|(times, language)| (std::cmp::Reverse(*times), *language));
    let with_keys: Vec<&str> = most.iter().take(WITH_KEYS).map(|(_, language)| *language).collect();
    let (first, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|(code, _)| with_keys.contains(&code.as_str()));
    (keyed(first), rest)
}

fn keyed(all: Vec<(String, String)>) -> Vec<Choice> {
    all.into_iter().zip(1..).map(|((value, words), key)| Choice { key, value, words }).collect()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    /// What programs call it; empty: it cannot be told.
    value: String,
}

/// Where the sample goes on, with the message and the value that was said.
async fn asked(
    app: &App,
    (sample, message): (String, String),
    said: &Said,
) -> Result<((i64, MessageId), Kind, Option<u16>)> {
    let (sample, message): (i64, MessageId) = (id(&sample)?, id(&message)?);
    let outlook = desk::outlook(&app.engine, sample).await?;
    let kind = Kind::of_code(outlook.sample.kind).ok_or_else(WebError::not_found)?;
    // What is no value is refused as one that there is not.
    let value = (!said.value.is_empty()).then(|| kind.value(&said.value).unwrap_or(0));
    Ok(((sample, message), kind, value))
}

pub(super) async fn say(
    State(app): State<App>,
    viewer: Viewer,
    Path(at): Path<(String, String)>,
    Fields(said): Fields<Said>,
) -> Result<Response> {
    let (at, kind, value) = asked(&app, at, &said).await?;
    let undo = desk::read(&app.engine, viewer.user.id, at, value).await?;
    let words =
        value.map_or_else(|| "It cannot be told.".to_owned(), |value| format!("{}.", words::value(kind, value)));
    let to = format!("/insights/labels/read?sample={}", at.0);
    Ok(done(&app, &viewer, &to, &words, Undoing::Sample(undo)))
}

pub(super) async fn settle(
    State(app): State<App>,
    viewer: Viewer,
    Path(at): Path<(String, String)>,
    Fields(said): Fields<Said>,
) -> Result<Response> {
    let (at, kind, value) = asked(&app, at, &said).await?;
    let Some(value) = value else {
        let words = "Choose what it is, or leave it for later. Nothing was changed.";
        return Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, words));
    };
    let undo = desk::settle(&app.engine, viewer.user.id, at, Some(value)).await?;
    let words = format!("Settled: {}.", words::value(kind, value));
    let to = format!("/insights/labels/read?sample={}&differing=yes", at.0);
    Ok(done(&app, &viewer, &to, &words, Undoing::Sample(undo)))
}
