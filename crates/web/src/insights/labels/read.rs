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
    /// What was left for later, as forms carry it on.
    skip: String,
    skip_href: String,
    mine: usize,
    all: usize,
    differing: usize,
    /// Said where nothing is left for this reader.
    over: (&'static str, String),
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
    let skipped = skipped(&asked.skip);
    let next = next(&outlook, viewer.user.id, &skipped, is_about_differing);
    let shown = match next {
        Some(drawn) => shown(&app, &known, (kind, &outlook), drawn, is_about_differing).await?,
        None => None,
    };
    let (choices, others) = choices(kind, &outlook);
    let [_, differing, waiting, first, _] = outlook.counts();
    let (mine, all) = (read_by(&outlook, viewer.user.id), outlook.messages.len());
    let mut shell = app.shell(&viewer, "reading a sample", words::question(kind), Nav::Insights).await?;
    shell.toast = flash::take(&app, &headers);
    let page = ReadPage {
        shell,
        sample: sample.to_string(),
        title: words::title(kind),
        question: words::question(kind),
        back: href(kind),
        skip_href: href_of(sample, is_about_differing, &later(&skipped, shown.as_ref())),
        skip: skipped.join(","),
        shown,
        choices,
        others,
        act: if is_about_differing { "settle" } else { "read" },
        mine,
        all,
        differing,
        over: over(mine, all, waiting + first),
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

/// Whether they read all of it or others did, and whether anybody else is still to read.
fn over(mine: usize, all: usize, waiting: usize) -> (&'static str, String) {
    let title = if mine == all { "You have read all of it" } else { "Nothing is left for you to read" };
    let rest = match waiting {
        0 => "Nothing waits for another reader. How often the machine is wrong stands under Trust in the labels."
            .to_owned(),
        1 => "1 message waits for another reader, and counts once they have read it.".to_owned(),
        many => format!("{many} messages wait for another reader, and count once they have read them."),
    };
    (title, format!("Thank you. {rest}"))
}

/// What is shown next: what was skipped comes last.
fn next<'a>(outlook: &'a Outlook, reader: UserId, skipped: &[&str], differing: bool) -> Option<&'a Drawn> {
    let all: Vec<&Drawn> =
        if differing { outlook.differing().map(|(drawn, _)| drawn).collect() } else { outlook.left_for(reader) };
    let is_skipped = |drawn: &Drawn| skipped.contains(&drawn.message_id.to_string().as_str());
    // Of what was left for later, what was left first.
    let left_at = |drawn: &&&Drawn| skipped.iter().position(|id| *id == drawn.message_id.to_string());
    all.iter().find(|drawn| !is_skipped(drawn)).or_else(|| all.iter().min_by_key(left_at)).copied()
}

/// The messages that were left for later, the first first.
fn skipped(text: &str) -> Vec<&str> {
    const MOST: usize = 40;
    let is_id = |id: &&str| !id.is_empty() && id.len() <= 20 && id.bytes().all(|byte| byte.is_ascii_digit());
    let all: Vec<&str> = text.split(',').filter(is_id).collect();
    all[all.len().saturating_sub(MOST)..].to_vec()
}

/// With the one that is shown behind all others.
fn later<'a>(skipped: &[&'a str], shown: Option<&'a Shown>) -> Vec<&'a str> {
    let Some(shown) = shown else { return skipped.to_vec() };
    let others = skipped.iter().copied().filter(|id| *id != shown.id);
    others.chain([shown.id.as_str()]).collect()
}

/// Where a sample goes on.
fn href_of(sample: i64, is_about_differing: bool, skipped: &[&str]) -> String {
    let differing = if is_about_differing { "&differing=yes" } else { "" };
    let skip = if skipped.is_empty() { String::new() } else { format!("&skip={}", skipped.join(",")) };
    format!("/insights/labels/read?sample={sample}{differing}{skip}")
}

/// Where it goes on after something was said of one.
fn on_after(at: (i64, MessageId), is_about_differing: bool, said: &Said) -> String {
    let message = at.1.to_string();
    let left: Vec<&str> = skipped(&said.skip).into_iter().filter(|id| *id != message).collect();
    href_of(at.0, is_about_differing, &left)
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
    // "It cannot be told" says it already, and readers have one word for it.
    let all: Vec<_> = words::choices(kind).into_iter().filter(|(code, _)| code != languages::UNKNOWN).collect();
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
    /// Messages that were left for later, with commas between.
    skip: String,
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
    let to = on_after(at, false, &said);
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
    let to = on_after(at, true, &said);
    Ok(done(&app, &viewer, &to, &words, Undoing::Sample(undo)))
}
