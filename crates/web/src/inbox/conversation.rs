//! One conversation: what was said, the answer being written, and who it is with.

use super::{
    composer::{Drawn, composer},
    flash, id,
    list::{Known, ListView, Show, list_view, whose},
    person::{PersonView, person_view},
    times,
};
use crate::{
    App, Result, Viewer, WebError,
    components::{ComposerView, DraftFileView, MessageView},
    layout::{Nav, Shell},
    live,
    messages::message_views,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::{desk, ingest::bare_subject};
use tertulia_model::{ChannelState, ConversationId, MessageId, Permission};
use tertulia_store::{
    channels,
    conversations::{self, Conversation},
    people,
    reading::{self, Message},
};

const PAGE: i64 = 50;
/// What a live conversation shows at most, however much came since its page was drawn.
const LIVE_PAGE: i64 = 200;

/// Which part of a conversation is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Part {
    /// Only what stands before this place.
    before: String,
    /// Up to this message, wherever it stands.
    at: String,
    /// From this place on, for a live conversation.
    from: String,
    /// What the reader had read when the page was drawn.
    mark: String,
}

/// How a conversation's page is drawn.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    pub drawn: Drawn,
    pub part: Part,
}

/// A message, and what stands between it and the one before.
pub(crate) struct Entry {
    pub day: Option<String>,
    /// The first that the reader has not seen.
    pub is_first_new: bool,
    pub message: MessageView,
}

/// The line above a conversation: who, how it stands, what can be done.
pub(crate) struct HeadView {
    pub id: String,
    pub query: String,
    pub person: String,
    pub person_href: Option<String>,
    pub standing: String,
    pub state: String,
    pub members: Vec<MemberChoice>,
    pub nobody: bool,
    pub may_converse: bool,
    pub today: String,
}

pub(crate) struct MemberChoice {
    pub id: String,
    pub name: String,
    pub is_chosen: bool,
    pub is_me: bool,
}

/// Another conversation that may be the same.
pub(crate) struct Proposal {
    pub id: String,
    pub name: String,
    pub words: String,
}

#[derive(Template)]
#[template(path = "inbox/conversation.html")]
struct ConversationPage {
    shell: Shell,
    token: String,
    list: ListView,
    id: String,
    head: HeadView,
    entries: Vec<Entry>,
    earlier: Option<String>,
    /// Whether this is an earlier part, without the newest words and without the composer.
    is_earlier_part: bool,
    live_src: String,
    here: String,
    proposals: Vec<Proposal>,
    composer: Option<ComposerView>,
    /// Why nothing can answer, and what to do.
    unanswerable: Option<(&'static str, &'static str)>,
    person: Option<PersonView>,
}

pub(crate) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(conversation): Path<String>,
    Query(show): Query<Show>,
    Query(part): Query<Part>,
) -> Result<Response> {
    let held = get(&app, id(&conversation)?).await?;
    let page = draw(&app, &viewer, &headers, held, &show, Opened { part, ..Opened::default() }).await?;
    Ok(flash::said(&headers, page))
}

async fn get(app: &App, id: ConversationId) -> Result<Conversation> {
    conversations::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)
}

/// Draws a conversation's page; with it on the screen it has been read.
pub(crate) async fn draw(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    held: Conversation,
    show: &Show,
    opened: Opened,
) -> Result<Response> {
    let me = viewer.user.id;
    let mut db = app.engine.db.reader();
    let before = before_place(app, held.id, &opened.part).await?;
    let mark = conversations::read_place(&mut db, me, held.id).await?;
    if before.is_none() {
        desk::mark_read(&app.engine, me, held.id).await?;
    }
    // After it was read, so that the count beside "Inbox" and the sequence to resume from know of it.
    let known = Known::read(app, viewer, headers).await?;
    let person = person_view(app, &known, held.person_id, held.id).await?;
    let name = person.as_ref().map_or_else(|| whose(None), |person| person.name.clone());
    let mut shell = app.shell(viewer, "conversation", name.clone(), Nav::Inbox).await?;
    shell.toast = flash::take(app, headers);
    let mut messages = reading::conversation(&mut db, held.id, before, PAGE + 1).await?;
    let has_earlier = messages.len() as i64 > PAGE;
    messages.truncate(PAGE.unsigned_abs() as usize);
    messages.reverse();
    let first = messages.first().map_or(0, |m| m.place);
    let newest = messages.last().map_or(0, |m| m.place);
    let query = show.query();
    let mut drawn = opened.drawn;
    (drawn.seen, drawn.query) = (newest, query.clone());
    let composer =
        if known.may_converse && before.is_none() { composer(app, viewer, held.id, &name, drawn).await? } else { None };
    let more = query.replacen('?', "&", 1);
    let page = ConversationPage {
        token: shell.csrf.clone(),
        shell,
        list: list_view(app, &known, show, Some(held.id)).await?,
        id: held.id.to_string(),
        earlier: has_earlier.then(|| format!("/inbox/{}?before={first}{more}", held.id)),
        is_earlier_part: before.is_some(),
        live_src: format!("/inbox/{}/messages?from={first}&mark={mark}", held.id),
        here: live::here::words(app, &known, held.id),
        proposals: if known.may_converse { proposals(app, held.id).await? } else { Vec::new() },
        unanswerable: if composer.is_none() && before.is_none() {
            Some(why_not(app, &known, &held).await?)
        } else {
            None
        },
        composer,
        person,
        entries: entries(app, &known, &messages, &held.subject, mark).await?,
        head: head_view(app, &known, &held, name, &query),
    };
    Ok(Html(page.render()?).into_response())
}

/// The place before which the asked part ends; none for the newest part.
async fn before_place(app: &App, conversation: ConversationId, part: &Part) -> Result<Option<i64>> {
    if let Ok(message) = part.at.parse::<i64>() {
        let mut db = app.engine.db.reader();
        let found = reading::message(&mut db, MessageId(message)).await?;
        let Some(found) = found.filter(|m| m.conversation_id == Some(conversation)) else { return Ok(None) };
        let newest = reading::conversation(&mut db, conversation, None, PAGE).await?;
        let is_shown = newest.last().is_none_or(|oldest| oldest.place <= found.place);
        return Ok((!is_shown).then_some(found.place.saturating_add(1)));
    }
    Ok(part.before.parse().ok())
}

/// A subject is said above the conversation, and above a message only where it changes.
async fn entries(app: &App, known: &Known, messages: &[Message], subject: &str, mark: i64) -> Result<Vec<Entry>> {
    let views = message_views(app, known, messages).await?;
    let now = app.engine.now();
    let mut last_day = String::new();
    // To who never had it open, all of it is new, and a line above the first says nothing.
    let mut is_new_said = mark == 0;
    let mut entries = Vec::with_capacity(views.len());
    let mut last_subject = bare_subject(subject).to_owned();
    for (message, mut view) in messages.iter().zip(views) {
        let bare = view.subject.as_deref().map(|subject| bare_subject(subject).to_owned());
        if bare.as_ref().is_none_or(|bare| *bare == last_subject) {
            view.subject = None;
        } else {
            last_subject = bare.unwrap_or_default();
        }
        let day = times::day_words(message.at, now, &known.zone);
        let is_new = message.place > mark && message.direction == "theirs";
        entries.push(Entry {
            is_first_new: is_new && !is_new_said,
            day: (day != last_day).then(|| day.clone()),
            message: view,
        });
        is_new_said |= is_new;
        last_day = day;
    }
    Ok(entries)
}

fn head_view(app: &App, known: &Known, held: &Conversation, person: String, query: &str) -> HeadView {
    let mut standing = Vec::new();
    let subject = held.subject.trim();
    if !subject.is_empty() {
        standing.push(subject.to_owned());
    }
    let state = match (held.state.as_str(), held.snoozed_until) {
        ("snoozed", Some(until)) => format!("snoozed until {}", times::moment_words(until, &known.zone)),
        (state, _) => state.to_owned(),
    };
    standing.push(match held.assignee_id {
        Some(member) => format!("{state}, with {}", known.member(member)),
        None => state,
    });
    let mut members: Vec<MemberChoice> = known
        .members
        .values()
        .filter(|user| user.disabled_at.is_none() && user.role.may(Permission::Converse))
        .map(|user| MemberChoice {
            id: user.id.to_string(),
            name: user.name.clone(),
            is_chosen: held.assignee_id == Some(user.id),
            is_me: user.id == known.viewer,
        })
        .collect();
    members.sort_by(|a, b| b.is_me.cmp(&a.is_me).then_with(|| a.name.cmp(&b.name)));
    HeadView {
        id: held.id.to_string(),
        query: query.to_owned(),
        person,
        person_href: held.person_id.map(|person| format!("/people/{person}")),
        standing: standing.join(" · "),
        state: held.state.clone(),
        members,
        nobody: held.assignee_id.is_none(),
        may_converse: known.may_converse,
        today: times::in_zone(app.engine.now(), &known.zone).map_or_else(String::new, |now| now.date().to_string()),
    }
}

async fn proposals(app: &App, conversation: ConversationId) -> Result<Vec<Proposal>> {
    let mut db = app.engine.db.reader();
    let others = conversations::merge_proposals(&mut db, conversation).await?;
    let mut proposals = Vec::new();
    for other in conversations::get_many(&mut db, others).await? {
        let person = match other.person_id {
            Some(person) => people::get(&mut db, person).await?.map(|person| person.name),
            None => None,
        };
        let words = if other.snippet.trim().is_empty() { other.subject } else { other.snippet };
        proposals.push(Proposal { id: other.id.to_string(), name: whose(person.as_deref()), words });
    }
    Ok(proposals)
}

/// Why there is no composer: what happened and what to do.
async fn why_not(app: &App, known: &Known, held: &Conversation) -> Result<(&'static str, &'static str)> {
    if !known.may_converse {
        return Ok(("You may read here; to answer, ask an owner of the team to make you an agent.", ""));
    }
    let channel = channels::get(&mut app.engine.db.reader(), held.channel_id).await?;
    Ok(match channel.map(|channel| channel.state) {
        Some(ChannelState::Deleted) | None => (
            "The channel this came by was deleted, so nothing can be answered here.",
            "Add it again under Channels, or write to them another way.",
        ),
        Some(_) => (
            "This is history that was brought in from a file: it can be read, not answered.",
            "Connect the mailbox or account that it came from under Channels; what they write there next can be answered.",
        ),
    })
}

#[derive(Template)]
#[template(path = "inbox/entries.html")]
struct Entries {
    entries: Vec<Entry>,
    token: String,
}

/// What a live conversation shows now.
pub(crate) async fn messages(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(conversation): Path<String>,
    Query(part): Query<Part>,
) -> Result<Html<String>> {
    let held = get(&app, id(&conversation)?).await?;
    let known = Known::read(&app, &viewer, &headers).await?;
    let from = part.from.parse::<i64>().ok();
    let limit = if from.is_some() { LIVE_PAGE } else { PAGE };
    let mut messages = reading::conversation(&mut app.engine.db.reader(), held.id, None, limit).await?;
    messages.retain(|message| from.is_none_or(|from| message.place >= from));
    messages.reverse();
    // Pages in the background fetch nothing: who fetches this looks at it.
    desk::mark_read(&app.engine, viewer.user.id, held.id).await?;
    let mark = part.mark.parse().unwrap_or_default();
    let entries = entries(&app, &known, &messages, &held.subject, mark).await?;
    Ok(Html(Entries { entries, token: viewer.csrf }.render()?))
}

#[derive(Template)]
#[template(path = "inbox/head.html")]
struct Head {
    head: HeadView,
    token: String,
}

pub(crate) async fn head(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(conversation): Path<String>,
    Query(show): Query<Show>,
) -> Result<Html<String>> {
    let held = get(&app, id(&conversation)?).await?;
    let known = Known::read(&app, &viewer, &headers).await?;
    let person = match held.person_id {
        Some(person) => people::get(&mut app.engine.db.reader(), person).await?.map(|person| person.name),
        None => None,
    };
    let head = head_view(&app, &known, &held, whose(person.as_deref()), &show.query());
    Ok(Html(Head { head, token: viewer.csrf }.render()?))
}

#[derive(Template)]
#[template(path = "inbox/files.html")]
struct Files {
    files: Vec<DraftFileView>,
}

/// The files put to a draft, as the composer lists them.
pub(crate) async fn draft_files(
    app: &App,
    viewer: &Viewer,
    conversation: ConversationId,
    show: &Show,
) -> Result<Response> {
    let drawn = Drawn { query: show.query(), ..Drawn::default() };
    let composer = composer(app, viewer, conversation, "", drawn).await?;
    let files = composer.map(|composer| composer.files).unwrap_or_default();
    Ok(Html(Files { files }.render()?).into_response())
}
