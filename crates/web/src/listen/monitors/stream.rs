//! A monitor's stream: what it found, newest first, under the picture of how much that was.

use super::{
    asked::{Asked, SPANS, clocks, today},
    form::known,
    href,
    notice::{self, NoticeView},
    volume::{Picture, picture},
};
use crate::{
    App, Result, Viewer,
    inbox::{flash, times},
    layout::{Nav, Shell},
    listen::{
        cards::{self, Card},
        languages,
    },
};
use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use std::collections::HashMap;
use tertulia_analysis::query;
use tertulia_model::{ChannelId, MessageId, Millis, Permission};
use tertulia_store::{
    Sql,
    channels::{self, Channel},
    mentions::{self, Mention},
    monitors::Monitor,
    mutes, people, reading,
};

/// Mentions on a page.
const PAGE: i64 = 30;

/// A mention as a card, and what can be done with it.
struct Found {
    card: Card,
    message: MessageId,
    /// What a member made of it, in words.
    decided: Option<&'static str>,
    state: String,
    has_author: bool,
}

impl StreamPage {
    fn stop_action(&self) -> String {
        format!("{}/notice/stop", self.href)
    }
}

struct MuteView {
    words: String,
    again: &'static str,
    action: String,
}

#[derive(Template)]
#[template(path = "listen/monitor.html")]
struct StreamPage {
    shell: Shell,
    name: String,
    query: String,
    href: String,
    is_paused: bool,
    /// Why it may show less than fits: it was paused before it had looked at all that was heard.
    is_held_up: bool,
    progress: ProgressPart,
    spans: Vec<(String, String, bool, u32)>,
    parted: Vec<(String, String, bool, u32)>,
    states: Vec<(String, String, bool, u32)>,
    /// What the stream is narrowed to, with the address that lets go of it.
    narrowed: Vec<(String, String)>,
    picture: Picture,
    found: Vec<Found>,
    older: Option<String>,
    news: String,
    mutes: Vec<MuteView>,
    notice: NoticeView,
    /// Whether other programs are told.
    programs: NoticeView,
    may_work: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Response> {
    let monitor = known(&app, &id).await?;
    let (asked, zone) = (Asked::of(raw.as_deref()), times::zone(&headers));
    let begins = |day: i64| times::day_begins(day, &zone);
    let (now, mut db) = (app.engine.now(), app.engine.db.reader());
    let mut shell = app.shell(&viewer, "listen", monitor.name.clone(), Nav::Listen).await?;
    shell.toast = flash::take(&app, &headers);
    let channels: HashMap<ChannelId, Channel> =
        channels::all_ever(&mut db).await?.into_iter().map(|channel| (channel.id, channel)).collect();
    let at = (monitor.id, monitor.version);
    let day = today(now, &zone);
    let pictured = asked.picture(day, begins);
    let mut volume = Vec::new();
    for (since, until, offset) in clocks(pictured.since.unwrap_or(now), now, &zone) {
        let part = mentions::Asked { since: Some(since), until, ..pictured.clone() };
        volume.extend(mentions::volume(&mut db, at, &part, offset).await?);
    }
    // By when it was found: what was held up is news too, wherever its date puts it. Asked before the page, so that what
    // comes in between is seen twice and not never.
    let newest = mentions::newest(&mut db, at).await?;
    let below = asked.below.unwrap_or(i64::MAX);
    let mut page = mentions::page(&mut db, at, &asked.stream(begins), below, PAGE + 1).await?;
    let more = page.len() > PAGE as usize;
    // Where that is all there is, what is found in the past from now on stands below it: the page can tell of that, too.
    let is_whole = asked.below.is_none() && asked.stream(begins) == mentions::Asked::default();
    let is_all = !more && is_whole;
    let shown = if is_all { format!("&shown={}", page.len()) } else { String::new() };
    page.truncate(PAGE as usize);
    let older = more
        .then(|| page.last().map(|m| Asked { below: Some(m.place), ..asked.clone() }.address(monitor.id)))
        .flatten();
    // Whoever looks at one day or at the noise alone has not seen what is new; and while it looks back, what an older
    // wording found and this one does, too, is still to come into the stream.
    if is_whole && monitor.behind.is_none() {
        tertulia_engine::monitors::note_seen(&app.engine, monitor.id, viewer.user.id, newest).await?;
    }
    let rendered = StreamPage {
        name: monitor.name.clone(),
        query: monitor.query.clone(),
        href: href(monitor.id),
        is_paused: monitor.state == "paused",
        is_held_up: monitor.state == "paused" && monitor.behind.is_some(),
        progress: ProgressPart::of(&mut db, &monitor, &zone).await?,
        spans: spans(&monitor, &asked),
        parted: parted(&monitor, &asked),
        states: states(&monitor, &asked),
        narrowed: narrowed(&monitor, &asked, &channels, begins, now, &zone),
        picture: picture(monitor.id, &asked, day, &volume, &channels),
        found: found(&app, &monitor, &shell.organisation, &channels, &page).await?,
        older,
        news: format!("{}/news?after={newest}{shown}", href(monitor.id)),
        mutes: muted(&app, &monitor).await?,
        notice: notice::view(&app, viewer.user.id, &monitor).await?,
        programs: notice::view(&app, tertulia_engine::monitors::ENDPOINTS, &monitor).await?,
        may_work: viewer.user.role.may(Permission::Converse),
        shell,
    };
    Ok(flash::said(&headers, Html(rendered.render()?).into_response()))
}

async fn found(
    app: &App,
    monitor: &Monitor,
    organisation: &str,
    channels: &HashMap<ChannelId, Channel>,
    page: &[Mention],
) -> Result<Vec<Found>> {
    let ids: Vec<MessageId> = page.iter().map(|mention| mention.message_id).collect();
    let messages: HashMap<MessageId, reading::Message> =
        reading::by_ids(&mut app.engine.db.reader(), &ids).await?.into_iter().map(|m| (m.id, m)).collect();
    // One that is saved can be read; should a newer program have saved it, the cards mark nothing.
    let query = query::parse(&monitor.query)
        .unwrap_or_else(|_| query::parse("").unwrap_or_else(|_| unreachable!("the empty query is one")));
    let one = |mention: &Mention| {
        let message = messages.get(&mention.message_id)?;
        Some(Found {
            card: cards::card(app, channels, organisation, &query, message),
            message: message.id,
            decided: match mention.state.as_str() {
                "listened" => Some("listened"),
                "noise" => Some("noise"),
                _ => None,
            },
            state: mention.state.clone(),
            has_author: message.person_id.is_some(),
        })
    };
    Ok(page.iter().filter_map(one).collect())
}

fn spans(monitor: &Monitor, asked: &Asked) -> Vec<(String, String, bool, u32)> {
    let words = |days: i64| if days == 365 { "a year".to_owned() } else { format!("{days} days") };
    let one = |days: i64| {
        let address = Asked { span: days, ..asked.first_page() }.address(monitor.id);
        (words(days), address, asked.span == days, 0)
    };
    SPANS.map(one).into()
}

fn parted(monitor: &Monitor, asked: &Asked) -> Vec<(String, String, bool, u32)> {
    [("by channel", false), ("by language", true)]
        .map(|(words, by_language)| {
            let address = Asked { by_language, ..asked.first_page() }.address(monitor.id);
            (words.to_owned(), address, asked.by_language == by_language, 0)
        })
        .into()
}

fn states(monitor: &Monitor, asked: &Asked) -> Vec<(String, String, bool, u32)> {
    [("All but noise", None), ("New", Some("new")), ("Listened to", Some("listened")), ("Noise", Some("noise"))]
        .map(|(words, state)| {
            let state = state.map(str::to_owned);
            let current = asked.state == state;
            (words.to_owned(), Asked { state, ..asked.first_page() }.address(monitor.id), current, 0)
        })
        .into()
}

fn narrowed(
    monitor: &Monitor,
    asked: &Asked,
    channels: &HashMap<ChannelId, Channel>,
    begins: impl Fn(i64) -> Millis,
    now: Millis,
    zone: &jiff::tz::TimeZone,
) -> Vec<(String, String)> {
    let mut narrowed = Vec::new();
    if let Some(day) = asked.day {
        let words = |day: i64| times::day_words(begins(day), now, zone);
        let last = day + asked.over - 1;
        let words = if last == day { words(day) } else { format!("{} to {}", words(day), words(last)) };
        narrowed.push((words, Asked { day: None, ..asked.first_page() }.address(monitor.id)));
    }
    if let Some(channel) = asked.channel {
        let name = channels.get(&channel).map_or("a channel that is gone", |channel| &channel.name).to_owned();
        narrowed.push((name, Asked { channel: None, ..asked.first_page() }.address(monitor.id)));
    }
    if let Some(language) = &asked.language {
        let without = Asked { language: None, ..asked.first_page() };
        narrowed.push((languages::name(language).to_owned(), without.address(monitor.id)));
    }
    narrowed
}

async fn muted(app: &App, monitor: &Monitor) -> Result<Vec<MuteView>> {
    let mut db = app.engine.db.reader();
    let mut views = Vec::new();
    for mute in mutes::of_monitor(&mut db, monitor.id).await? {
        let words = match mute.kind.as_str() {
            "person" => match people::get(&mut db, tertulia_model::PersonId(mute.subject_id)).await? {
                Some(person) => person.name,
                None => "somebody who is gone".to_owned(),
            },
            "part" => match mutes::size_of_part(&mut db, mute.id).await? {
                1 => "one message that turned out to belong to a longer thread".to_owned(),
                n => format!("{n} messages that turned out to belong to a longer thread"),
            },
            _ => "a thread".to_owned(),
        };
        // One that a program asked for holds in every monitor, and so does taking it back.
        let (words, again) = match mute.monitor_id {
            0 => (format!("{words}, in every monitor"), "Show again in every monitor"),
            _ => (words, "Show again"),
        };
        views.push(MuteView { words, again, action: format!("{}/unmute/{}", href(monitor.id), mute.id) });
    }
    Ok(views)
}

/// How far a monitor has looked at what was stored before it; nothing once it is through.
#[derive(Template)]
#[template(path = "listen/progress.html")]
struct ProgressPart {
    href: String,
    is_looking: bool,
    words: String,
    value: i64,
    max: i64,
}

impl ProgressPart {
    /// The monitor's number, for the live stream.
    fn monitor(&self) -> &str {
        self.href.rsplit('/').next().unwrap_or_default()
    }

    async fn of(db: &mut impl Sql, monitor: &Monitor, zone: &jiff::tz::TimeZone) -> Result<Self> {
        let mut part = Self { href: href(monitor.id), is_looking: false, words: String::new(), value: 0, max: 0 };
        let Some(behind) = monitor.behind.filter(|_| monitor.state == "live") else { return Ok(part) };
        part.is_looking = true;
        part.words = "Looking at what was heard before".to_owned();
        // Places are in the order of time, so how far back it came is told by the place itself.
        if let Some(place) = (behind < i64::MAX).then_some(behind) {
            let looked = tertulia_engine::monitors::looked_back(monitor, reading::oldest_place(db).await?);
            (part.value, part.max) = looked.unwrap_or_default();
            let at = tertulia_store::keys::time_of_place(place);
            part.words = format!("Looking at what was heard before: back to {}", times::full_words(at, zone));
        }
        Ok(part)
    }
}

pub(super) async fn progress(
    State(app): State<App>,
    _: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response> {
    let monitor = known(&app, &id).await?;
    let part = ProgressPart::of(&mut app.engine.db.reader(), &monitor, &times::zone(&headers)).await?;
    Ok(Html(part.render()?).into_response())
}

#[derive(Template)]
#[template(path = "listen/news.html")]
struct News {
    href: String,
}

/// Whether the stream has something newer than what the page shows. Nothing at all where not, so that nothing moves.
pub(super) async fn news(
    State(app): State<App>,
    _: Viewer,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Response> {
    let monitor = known(&app, &id).await?;
    let number = |wanted: &str| {
        let mut pairs = url::form_urlencoded::parse(raw.as_deref().unwrap_or_default().as_bytes());
        pairs.find(|(name, _)| name == wanted).and_then(|(_, value)| value.parse::<i64>().ok())
    };
    let (at, mut db) = ((monitor.id, monitor.version), app.engine.db.reader());
    let mut is_news = !mentions::since(&mut db, at, number("after").unwrap_or(0), 1).await?.is_empty();
    if let Some(shown) = number("shown").filter(|shown| !is_news && (0..=PAGE).contains(shown)) {
        let all = mentions::page(&mut db, at, &mentions::Asked::default(), i64::MAX, shown + 1).await?;
        is_news = i64::try_from(all.len()).is_ok_and(|all| all > shown);
    }
    if !is_news {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Html(News { href: href(monitor.id) }.render()?).into_response())
}
