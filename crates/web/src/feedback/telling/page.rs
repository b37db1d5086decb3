//! A change and those who asked for it: what they are told, how far that is, and everybody one by one.

use super::{
    href, page_href,
    words::{Line, line, span},
};
use crate::{
    App, Result, Viewer, WebError,
    access::form::Fields,
    feedback::{change_href, cut, known_change, state_words},
    inbox::{Known, flash},
    layout::{Nav, Shell},
    listen::{languages::name as language_name, thousands},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use std::collections::HashMap;
use tertulia_engine::telling::{self as desk, KINDS, can_be_told, kind_of};
use tertulia_model::{ChangeId, MessageId, Millis, Permission};
use tertulia_store::{
    askers, deliveries,
    feedback_changes::Change,
    loops::{self, Help, Times},
    reading, telling_texts,
    tellings::{self, DECLINED, HELPED},
};

const PAGE: i64 = 50;
/// Answers that are to be understood, on one page.
const ANSWERS: i64 = 20;

/// What lists there are: the name in the address, in words (of who is told, and of who is asked), and the states that it holds.
const LISTS: [(&str, [&str; 2], &[&str]); 5] = [
    ("draft", ["To look at", "To look at"], &["draft"]),
    ("way", ["On their way", "On their way"], &["queued", "unknown"]),
    ("told", ["Told", "Asked"], &["told", "by_hand"]),
    ("owed", ["Owed", "To ask yourself"], &["owed", "failed"]),
    ("skipped", ["Not told", "Not asked"], &["skipped"]),
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    kind: String,
    show: String,
    after: Option<i64>,
}

struct TextView {
    language: String,
    code: String,
    words: String,
    edit_href: String,
}

/// An answer that somebody has to understand.
struct Answered {
    line: Line,
    words: String,
    message: MessageId,
    action: String,
}

#[derive(Template)]
#[template(path = "feedback/telling/page.html")]
struct TellingPage {
    shell: Shell,
    csrf: String,
    id: ChangeId,
    title: String,
    state: &'static str,
    href: String,
    is_helped: bool,
    can_tell: bool,
    is_open: bool,
    /// What there is to say: in words, where, whether it is shown.
    kinds: Vec<(&'static str, String, bool)>,
    /// There are some whom preparing may find a way, or another message, for.
    may_look_again: bool,
    texts: Vec<TextView>,
    /// In which languages those write who wait for their draft, and no text is: words and how many.
    missing: Vec<String>,
    new_text_href: String,
    progress: String,
    /// When it is drawn.
    now: Millis,
    news: i64,
    filters: Vec<(&'static str, String, bool, i64)>,
    lines: Vec<Line>,
    first_href: Option<String>,
    older: Option<String>,
    empty: (&'static str, &'static str),
    loop_words: Option<String>,
    help_words: String,
    help_parts: Option<String>,
    answers: Vec<Answered>,
    days: String,
    default_days: i64,
    may_work: bool,
}

/// The kind of that name; else what is told of the change as it stands.
pub(super) fn known_kind(change: &Change, kind: &str) -> &'static str {
    KINDS.into_iter().find(|known| *known == kind).unwrap_or_else(|| kind_of(&change.state))
}

/// What there is to say of a change: in words, where, and whether that is shown. What it does not stand for any more is left
/// out where nobody was to be told of it.
async fn kinds(app: &App, change: &Change, shown: &str) -> Result<Vec<(&'static str, String, bool)>> {
    let mut db = app.engine.db.reader();
    let now = kind_of(&change.state);
    let mut found = Vec::new();
    for kind in KINDS {
        let is_over = kind != HELPED && kind != now;
        if is_over && kind != shown && tellings::counts(&mut db, change.id, kind).await?.is_empty() {
            continue;
        }
        let words = match (kind, is_over) {
            (HELPED, _) => "Did it help?",
            (_, false) => "What became of it",
            (DECLINED, true) => "When it was declined",
            (_, true) => "When it was done",
        };
        found.push((words, page_href(change.id, kind), kind == shown));
    }
    Ok(found)
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    let now = app.engine.now();
    let kind = known_kind(&change, &shown.kind);
    let list = LISTS.iter().find(|(name, ..)| *name == shown.show).unwrap_or(&LISTS[0]);
    let known = Known::read(&app, &viewer, &headers).await?;
    let mut db = app.engine.db.reader();
    let counts: HashMap<String, i64> = tellings::counts(&mut db, change.id, kind).await?.into_iter().collect();
    let filters = filters(&counts, kind, &page_href(change.id, kind), list.0);
    let after = shown.after.unwrap_or(0);
    let mut rows = tellings::list(&mut db, (change.id, kind), list.2, after, PAGE + 1).await?;
    let older = cut(&mut rows, PAGE)
        .map(|last| with(&page_href(change.id, kind), &format!("show={}&after={}", list.0, last.id)));
    let first_href = rows.first().filter(|_| list.0 == "draft").map(|row| href(row.id));
    let texts = telling_texts::of_change(&mut db, change.id, kind).await?;
    let languages = tellings::languages(&mut db, change.id, kind).await?;
    let missing = missing_words(&languages, &texts);
    let is_told = can_be_told(&change.state) && kind == change.state;
    let news = if is_told { askers::count_new(&mut db, change.id, kind).await? } else { 0 };
    let round = telling_texts::round(&mut db, change.id).await?;
    let help = loops::help(&mut db, change.id).await?;
    let answers = if kind == HELPED { answers(&app, &known, &change).await? } else { Vec::new() };
    let mut shell = app.shell(&viewer, "feedback", "Telling those who asked", Nav::Feedback).await?;
    shell.toast = flash::take(&app, &headers);
    let base = format!("{}/telling", change_href(change.id));
    let page = TellingPage {
        csrf: shell.csrf.clone(),
        id: change.id,
        shell,
        progress: progress_of(&app, &change, now).await?,
        now,
        state: state_words(&change.state),
        can_tell: is_told || kind == HELPED && change.state == "done",
        is_open: !can_be_told(&change.state),
        kinds: kinds(&app, &change, kind).await?,
        may_look_again: news > 0 || ["draft", "owed"].iter().any(|state| counts.contains_key(*state)),
        is_helped: kind == HELPED,
        texts: texts.into_iter().map(|text| text_view(&base, text)).collect(),
        missing,
        new_text_href: format!("{base}/text?kind={kind}"),
        news,
        filters,
        lines: rows.into_iter().map(|row| line(&known, row)).collect(),
        first_href,
        older,
        empty: empty(kind, list.0),
        loop_words: loop_words(loops::times(&mut db, Some(change.id)).await?),
        help_words: help_words(help),
        help_parts: help_parts(help),
        answers,
        days: round.ask_days.map_or_else(String::new, |days| days.to_string()),
        default_days: desk::ask_days(&mut db).await?,
        may_work: viewer.user.role.may(Permission::Converse),
        title: change.title,
        href: base,
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

fn with(address: &str, more: &str) -> String {
    let between = if address.contains('?') { '&' } else { '?' };
    format!("{address}{between}{more}")
}

fn filters(
    counts: &HashMap<String, i64>,
    kind: &str,
    address: &str,
    shown: &str,
) -> Vec<(&'static str, String, bool, i64)> {
    let of = |states: &[&str]| states.iter().filter_map(|state| counts.get(*state)).sum();
    let one = |(name, words, states): &(&'static str, [&'static str; 2], &[&str])| {
        (words[usize::from(kind == HELPED)], with(address, &format!("show={name}")), *name == shown, of(states))
    };
    LISTS.iter().map(one).collect()
}

fn text_view(base: &str, text: telling_texts::Text) -> TextView {
    TextView {
        language: language_name(&text.language).to_owned(),
        edit_href: format!("{base}/text?kind={}&language={}", text.kind, text.language),
        code: text.language,
        words: text.words,
    }
}

/// "5 of them write in Spanish"
fn missing_words(languages: &[(String, i64)], texts: &[telling_texts::Text]) -> Vec<String> {
    let is_missing = |code: &str| code != "und" && !texts.iter().any(|text| text.language == code);
    let words = |(code, many): &(String, i64)| {
        let who = if *many == 1 { "One of them writes".to_owned() } else { format!("{many} of them write") };
        format!("{who} in {}", language_name(code))
    };
    let missing = languages.iter().filter(|(code, _)| !texts.is_empty() && is_missing(code));
    missing.map(words).take(5).collect()
}

fn empty(kind: &str, list: &str) -> (&'static str, &'static str) {
    match (kind, list) {
        (HELPED, "draft") => (
            "Nobody is to be asked now",
            "Whoever was told is asked some days later, by a draft that you look at and send.",
        ),
        (_, "draft") => (
            "No draft waits for you",
            "Have drafts prepared once the text is written. You look at each, and send it or not.",
        ),
        (_, "way") => ("Nothing is on its way", "What you send stands here until it has arrived."),
        (HELPED, "told") => ("Nobody was asked yet", "Whom you asked stands here."),
        (_, "told") => ("Nobody was told yet", "Whoever was told stands here, with how long it took."),
        (HELPED, "owed") => ("Nobody is left", "Whom no message can ask stands here: ask them when you see them."),
        (_, "owed") => ("Nothing is owed", "Whoever could not be told stands here, with the reason."),
        _ => ("Nobody was left out", "Whom you decided not to write to stands here."),
    }
}

pub(super) fn loop_words(times: Times) -> Option<String> {
    let (median, p90) = times.median.zip(times.p90)?;
    let n = times.n;
    Some(match n {
        1 => format!("One person was told, {} after they first asked.", span(median)),
        _ => format!(
            "Half of them were told within {} of first asking, nine of ten within {} ({} people).",
            span(median),
            span(p90),
            thousands(usize::try_from(n).unwrap_or(0))
        ),
    })
}

fn help_words(help: Help) -> String {
    let answered = help.helped + help.not + help.unclear;
    if help.asked == 0 {
        return "Nobody was asked yet.".to_owned();
    }
    let asked = if help.asked == 1 { "one was asked".to_owned() } else { format!("{} were asked", help.asked) };
    if answered == 0 {
        return format!("Nobody has answered yet; {asked}.");
    }
    format!("It helped {} of {answered} who answered; {asked}.", help.helped)
}

fn help_parts(help: Help) -> Option<String> {
    let Help { helped, not, unclear, .. } = help;
    (helped + not + unclear > 0).then(|| {
        format!(
            "It helped {helped}, it did not help {not}, and of {unclear} it is hard to say. A member said so of each."
        )
    })
}

/// Where a change stands with telling, for its own page.
pub(in crate::feedback) struct Summary {
    pub href: String,
    pub words: String,
    pub loop_words: Option<String>,
    pub help_words: Option<String>,
}

pub(in crate::feedback) async fn summary(app: &App, change: &Change) -> Result<Option<Summary>> {
    let mut db = app.engine.db.reader();
    let kind = kind_of(&change.state);
    let counts: HashMap<String, i64> = tellings::counts(&mut db, change.id, kind).await?.into_iter().collect();
    if counts.is_empty() && !can_be_told(&change.state) {
        return Ok(None);
    }
    let of = |states: &[&str]| states.iter().filter_map(|state| counts.get(*state)).sum::<i64>();
    let all: i64 = counts.values().sum();
    let words = if all == 0 {
        "Nobody was told yet, and no draft is prepared.".to_owned()
    } else {
        let parts = [
            (of(&["draft"]), "to look at"),
            (of(&["queued", "unknown"]), "on their way"),
            (of(&["owed", "failed"]), "owed"),
        ];
        let rest: Vec<String> =
            parts.iter().filter(|(many, _)| *many > 0).map(|(many, words)| format!("{many} {words}")).collect();
        let rest = if rest.is_empty() { String::new() } else { format!("; {}", rest.join(", ")) };
        format!("{} of {all} were told{rest}.", of(&["told", "by_hand"]))
    };
    let help = loops::help(&mut db, change.id).await?;
    Ok(Some(Summary {
        href: page_href(change.id, kind),
        words,
        loop_words: loop_words(loops::times(&mut db, Some(change.id)).await?),
        help_words: (help.asked > 0).then(|| help_words(help)),
    }))
}

async fn answers(app: &App, known: &Known, change: &Change) -> Result<Vec<Answered>> {
    let mut db = app.engine.db.reader();
    let mut found = Vec::new();
    for row in loops::to_mark(&mut db, change.id, 0, ANSWERS).await? {
        let sent = match row.sent_message_id {
            Some(message) => deliveries::of_message(&mut db, message).await?,
            None => None,
        };
        let Some(sent) = sent else { continue };
        let next = loops::next_said(&mut db, sent.conversation_id, sent.message_id, row.person_id).await?;
        let Some(message) = next else { continue };
        let said = reading::message(&mut db, message).await?;
        let action = format!("{}/answer", href(row.id));
        let words = said.map(|said| said.snippet).unwrap_or_default();
        found.push(Answered { line: line(known, row), words, message, action });
    }
    Ok(found)
}

#[derive(Template)]
#[template(path = "feedback/telling/progress.html")]
struct Progress {
    is_running: bool,
    /// Where the drafts are that were prepared after the page was drawn.
    ready_href: Option<String>,
    looked: i64,
    of: i64,
    words: String,
}

/// `since`: when the page was drawn that shows it.
async fn progress_of(app: &App, change: &Change, since: Millis) -> Result<String> {
    let round = telling_texts::round(&mut app.engine.db.reader(), change.id).await?;
    let is_running = round.after_person.is_some();
    let count = |n: i64| thousands(usize::try_from(n).unwrap_or(0));
    let words = format!("{} of {} who asked", count(round.looked), count(change.askers));
    let is_ready = !is_running && round.ended_at.is_some_and(|at| at > since);
    let ready_href = is_ready.then(|| page_href(change.id, kind_of(&change.state)));
    Ok(Progress { is_running, ready_href, looked: round.looked, of: change.askers, words }.render()?)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Drawn {
    since: Millis,
}

/// How far drafts are prepared, as the open page asks for it.
pub(super) async fn progress(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(drawn): Query<Drawn>,
) -> Result<Html<String>> {
    let change = known_change(&app, &id).await?;
    Ok(Html(progress_of(&app, &change, drawn.since).await?))
}

pub(super) async fn prepare(State(app): State<App>, Path(id): Path<String>) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    desk::prepare(&app.engine, change.id).await?;
    Ok(flash::redirect(
        &app,
        &page_href(change.id, kind_of(&change.state)),
        "Drafts are being prepared. Nothing is sent by it.",
        None,
    ))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Days {
    days: String,
}

pub(super) async fn set_days(
    State(app): State<App>,
    Path(id): Path<String>,
    Fields(typed): Fields<Days>,
) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    let days = typed_days(&typed.days)?;
    desk::set_ask_days_of(&app.engine, change.id, days).await?;
    Ok(flash::redirect(&app, &page_href(change.id, HELPED), "The days are kept.", None))
}

pub(super) async fn ask_now(State(app): State<App>, Path(id): Path<String>) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    desk::ask_now(&app.engine, change.id).await?;
    let said = "Whoever was told by now gets a draft that asks. Nothing is sent by it.";
    Ok(flash::redirect(&app, &page_href(change.id, HELPED), said, None))
}

/// Days as they were typed; none where the field was left empty.
pub(super) fn typed_days(typed: &str) -> Result<Option<i64>> {
    let wrong = || WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "Write the days as a number. Nothing was changed.");
    match typed.trim() {
        "" => Ok(None),
        days => Ok(Some(days.parse().map_err(|_| wrong())?)),
    }
}
