//! One conversation: what was said, the answer being written, and who it is with.

use super::{
    asked::Asked,
    composer::{self, Drawn, composer},
    entries::{Beside, Entry, PAGE, Part, entries},
    flash,
    head::{HeadView, head_view},
    known::Known,
    list::{ListView, list_view, whose},
    person::{PersonView, person_view},
};
use crate::{
    App, Result,
    components::{ComposerView, DraftFileView},
    layout::{Nav, Shell},
    live,
    notes::{FormView, Typed, form},
};
use askama::Template;
use axum::{
    extract::Query,
    response::{Html, IntoResponse, Redirect, Response},
};
use tertulia_engine::{desk, notes as desk_of_notes};
use tertulia_model::{ChannelState, ConversationId, Millis};
use tertulia_store::{
    channels,
    conversations::{self, Conversation},
    drafts, merges, people,
    reading::{self, Message},
};

/// How a conversation's page is drawn.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    pub drawn: Drawn,
    pub part: Part,
    /// A note that could not be added.
    pub note: Typed,
}

/// A conversation that became part of this one.
pub(crate) struct Merged {
    pub id: String,
    pub subject: String,
    pub at: Millis,
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
    merged: Vec<Merged>,
    composer: Option<ComposerView>,
    note_form: Option<FormView>,
    /// Why nothing can answer, and what to do.
    unanswerable: Option<(&'static str, &'static str)>,
    person: Option<PersonView>,
}

pub(crate) async fn page(asked: Asked, Query(part): Query<Part>) -> Result<Response> {
    // Who follows an old address to something that is passed on no more finds the conversation.
    if asked.forwards.is_some() && drafts::get(&mut asked.app.engine.db.reader(), asked.draft()).await?.is_none() {
        return Ok(Redirect::to(&asked.plain()).into_response());
    }
    let page = draw(&asked, Opened { part, ..Opened::default() }).await?;
    Ok(flash::said(&asked.headers, page))
}

/// Draws a conversation's page; with it on the screen it has been read.
pub(crate) async fn draw(asked: &Asked, opened: Opened) -> Result<Response> {
    let Asked { app, viewer, held, show, .. } = asked;
    let me = viewer.user.id;
    let mut db = app.engine.db.reader();
    let before = opened.part.ends_before(app, held.id).await?;
    let mark = match before {
        None => desk::mark_read(&app.engine, me, held.id).await?,
        Some(_) => conversations::seen(&mut db, me, held.id).await?,
    };
    // After it was read, so that the count beside "Inbox" and the sequence to resume from know of it; before anything is
    // read, so that what changes meanwhile is told again rather than missed.
    let newest = app.engine.bus.newest();
    let said = async { Ok(reading::conversation(&mut db, held.id, before, PAGE + 1).await?) };
    let (mut messages, known) = tokio::try_join!(said, asked.known())?;
    let has_earlier = messages.len() as i64 > PAGE;
    messages.truncate(PAGE.unsigned_abs() as usize);
    // What is older than the first of them stands with those before it, where there are any.
    let first = messages.last().filter(|_| has_earlier).map_or(0, |m| m.place);
    let is_written = known.may_converse && before.is_none();
    let oldest_first: Vec<Message> = messages.iter().rev().cloned().collect();
    let said = async {
        let beside = Beside::read(app, held.id, (first, before.unwrap_or(i64::MAX))).await?;
        desk_of_notes::see(&app.engine, me, &beside.notes()).await?;
        entries(asked, &known, (&oldest_first, &beside), mark).await
    };
    let mut drawn = opened.drawn;
    drawn.seen = messages.iter().map(|m| m.id).max();
    let answered = messages.iter().filter(|m| m.is_answer_of_ours()).map(|m| m.id.0).max().unwrap_or(0);
    // Whoever was asked once has been told of all that stands here.
    let told = drawn.seen.filter(|_| drawn.is_asked).map_or(0, |id| id.0);
    (drawn.known, drawn.settled) = (mark, answered.max(told));
    // What is put above the rest of a page that stands already shows nobody anew.
    let is_piece = before.is_some() && asked.headers.contains_key("hx-request");
    let with = async {
        let person = if is_piece { None } else { person_view(app, &known, held.person_id, held.id).await? };
        let name = person.as_ref().map_or_else(|| whose(None), |person| person.name.clone());
        let composer = if is_written { composer(asked, &name, &messages, drawn).await? } else { None };
        Ok((person, name, composer))
    };
    let around = async {
        let mut shell = app.shell(viewer, "conversation", "", Nav::Inbox).await?;
        shell.live_after = Some(newest);
        shell.toast = flash::take(app, &asked.headers);
        Ok(shell)
    };
    let other_parts = async {
        let may = known.may_converse;
        let proposals = if may { proposals(app, held.id).await? } else { Vec::new() };
        Ok((proposals, if may { merged(app, held.id).await? } else { Vec::new() }))
    };
    let list = list_view(app, &known, show, Some(held.id));
    // One after the other they would each wait for the ones before.
    let (entries, (person, name, composer), mut shell, (proposals, merged), list) =
        tokio::try_join!(said, with, around, other_parts, list)?;
    shell.title.clone_from(&name);
    let unanswerable =
        if composer.is_none() && before.is_none() { Some(why_not(app, &known, held).await?) } else { None };
    let more = show.more();
    let page = ConversationPage {
        token: shell.csrf.clone(),
        shell,
        list,
        id: held.id.to_string(),
        earlier: has_earlier.then(|| format!("/inbox/{}?before={first}{more}", held.id)),
        is_earlier_part: before.is_some(),
        live_src: format!("/inbox/{}/messages?from={first}&mark={mark}{more}", held.id),
        here: live::here::words(app, &known, held.id),
        proposals,
        merged,
        unanswerable,
        composer,
        note_form: is_written.then(|| form(&known, asked.act_plainly("/notes"), opened.note)),
        person,
        entries,
        head: head_view(asked, &known, name),
    };
    Ok(Html(page.render()?).into_response())
}

/// So many of them are shown, newest first.
const MERGED: i64 = 20;

async fn merged(app: &App, conversation: ConversationId) -> Result<Vec<Merged>> {
    let parts = merges::parts(&mut app.engine.db.reader(), conversation, MERGED).await?;
    let view =
        |part: merges::Merged| Merged { id: part.from_id.to_string(), subject: part.subject, at: part.merged_at };
    Ok(parts.into_iter().map(view).collect())
}

async fn proposals(app: &App, conversation: ConversationId) -> Result<Vec<Proposal>> {
    let mut db = app.engine.db.reader();
    let others = merges::proposed(&mut db, conversation).await?.into_iter().map(|(other, _)| other).collect();
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
#[template(path = "inbox/files.html")]
struct Files {
    files: Vec<DraftFileView>,
}

/// The files put to a draft, as the composer lists them.
pub(crate) async fn draft_files(asked: &Asked) -> Result<Response> {
    let files = composer::draft_files(asked).await?;
    Ok(Html(Files { files }.render()?).into_response())
}
