//! What was said in a conversation, in its order: a part of it, or what is new.

use super::{asked::Asked, forward, known::Known, times};
use crate::{App, Result, components::MessageView, feedback, messages::message_views};
use askama::Template;
use axum::{extract::Query, response::Html};
use serde::Deserialize;
use tertulia_engine::{desk, ingest::bare_subject};
use tertulia_model::{ConversationId, MessageId};
use tertulia_store::reading::{self, Message};

pub(super) const PAGE: i64 = 50;
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
    /// The news that the reader had seen when the page was drawn.
    mark: String,
}

impl Part {
    /// The place before which the asked part ends; none for the newest part.
    pub async fn ends_before(&self, app: &App, conversation: ConversationId) -> Result<Option<i64>> {
        let Ok(message) = self.at.parse::<i64>() else { return Ok(self.before.parse().ok()) };
        let mut db = app.engine.db.reader();
        let found = reading::message(&mut db, MessageId(message)).await?;
        let Some(found) = found.filter(|m| m.conversation_id == Some(conversation)) else { return Ok(None) };
        let newest = reading::conversation(&mut db, conversation, None, PAGE).await?;
        let is_shown = newest.last().is_none_or(|oldest| oldest.place <= found.place);
        Ok((!is_shown).then_some(found.place.saturating_add(1)))
    }
}

/// A message, and what stands between it and the one before.
pub(crate) struct Entry {
    pub day: Option<String>,
    /// The first that the reader has not seen.
    pub is_first_new: bool,
    pub message: MessageView,
}

/// A subject is said above the conversation, and above a message only where it changes.
pub(super) async fn entries(asked: &Asked, known: &Known, messages: &[Message], mark: i64) -> Result<Vec<Entry>> {
    let mut views = message_views(&asked.app, known, messages).await?;
    forward::tie(asked, known, messages, &mut views).await?;
    feedback::tie(&asked.app, known.may_converse, messages, &mut views).await?;
    let now = asked.app.engine.now();
    let mut last_day = String::new();
    // To who never had it open, all of it is new, and a line above the first says nothing.
    let mut is_new_said = mark == 0;
    let mut entries = Vec::with_capacity(views.len());
    let mut last_subject = bare_subject(&asked.held.subject).to_owned();
    for (message, mut view) in messages.iter().zip(views) {
        let bare = view.subject.as_deref().map(|subject| bare_subject(subject).to_owned());
        if bare.as_ref().is_none_or(|bare| *bare == last_subject) {
            view.subject = None;
        } else {
            last_subject = bare.unwrap_or_default();
        }
        let day = times::day_words(message.at, now, &known.zone);
        let is_new = message.id.0 > mark && message.direction == "theirs" && message.auto == "person";
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

#[derive(Template)]
#[template(path = "inbox/entries.html")]
struct Entries {
    entries: Vec<Entry>,
    token: String,
}

/// What a live conversation shows now.
pub(crate) async fn messages(asked: Asked, Query(part): Query<Part>) -> Result<Html<String>> {
    let known = asked.known().await?;
    let (app, id) = (&asked.app, asked.held.id);
    let from = part.from.parse::<i64>().ok();
    let limit = if from.is_some() { LIVE_PAGE } else { PAGE };
    let mut messages = reading::conversation(&mut app.engine.db.reader(), id, None, limit).await?;
    messages.retain(|message| from.is_none_or(|from| message.place >= from));
    messages.reverse();
    // Pages in the background fetch nothing: who fetches this looks at it.
    desk::mark_read(&app.engine, asked.viewer.user.id, id).await?;
    let mark = part.mark.parse().unwrap_or_default();
    let entries = entries(&asked, &known, &messages, mark).await?;
    Ok(Html(Entries { entries, token: asked.viewer.csrf }.render()?))
}
