//! What was said in a conversation, in its order: a part of it, or what is new.

use super::{asked::Asked, forward, known::Known, times};
use crate::{
    App, Result,
    components::MessageView,
    feedback,
    insights::{inviting, labels},
    knowhow,
    messages::message_views,
    notes::{NoteView, note_views},
};
use askama::Template;
use axum::{extract::Query, response::Html};
use serde::Deserialize;
use tertulia_engine::{
    desk::{self, outcome_words},
    ingest::bare_subject,
    notes as desk_of_notes, outbound,
};
use tertulia_model::{ConversationId, MessageId, Millis};
use tertulia_store::{
    endings::{self, Ending},
    notes::{self, Note},
    reading::{self, Message},
};

/// Among these the composer finds its ways.
pub(super) const PAGE: i64 = outbound::LOOK_BACK;
/// So many notes, and endings, stand between the messages of a page at most: the last ones.
const MOST_BESIDE: i64 = 200;
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
    /// Up to this note.
    note: String,
    /// From this place on, for a live conversation.
    from: String,
    /// The news that the reader had seen when the page was drawn.
    mark: String,
}

impl Part {
    /// The place before which the asked part ends; none for the newest part.
    pub async fn ends_before(&self, app: &App, conversation: ConversationId) -> Result<Option<i64>> {
        let mut db = app.engine.db.reader();
        let asked = if let Ok(note) = self.note.parse::<i64>() {
            let found = notes::get(&mut db, note).await?;
            found.filter(|note| note.conversation_id == Some(conversation)).map(|note| note.place)
        } else if let Ok(message) = self.at.parse::<i64>() {
            reading::place_in(&mut db, conversation, MessageId(message)).await?
        } else {
            return Ok(self.before.parse().ok());
        };
        let Some(place) = asked else { return Ok(None) };
        let newest = reading::conversation(&mut db, conversation, None, PAGE + 1).await?;
        // Where these are all messages, what is older than the first of them stands with it.
        let is_whole = newest.len() as i64 <= PAGE;
        let is_shown = is_whole || newest.iter().rev().nth(1).is_none_or(|oldest| oldest.place <= place);
        Ok((!is_shown).then_some(place.saturating_add(1)))
    }
}

/// A message, a note or an ending, and what stands between it and the one before.
pub(crate) struct Entry {
    pub day: Option<String>,
    /// The first that the reader has not seen.
    pub is_first_new: bool,
    /// What it is called on the page.
    pub key: String,
    pub said: Said,
}

pub(crate) enum Said {
    Message(Box<MessageView>),
    Note(NoteView),
    Ended { words: String, at: Millis },
}

/// What the team put beside the messages, in its order.
pub(super) struct Beside {
    notes: Vec<Note>,
    endings: Vec<Ending>,
}

impl Beside {
    /// Between two places of a conversation.
    pub async fn read(app: &App, id: ConversationId, between: (i64, i64)) -> Result<Self> {
        let mut db = app.engine.db.reader();
        let mut notes = notes::of_conversation(&mut db, id, between, MOST_BESIDE).await?;
        let mut endings = endings::of_conversation(&mut db, id, between, MOST_BESIDE).await?;
        notes.reverse();
        endings.reverse();
        Ok(Self { notes, endings })
    }

    pub fn notes(&self) -> Vec<i64> {
        self.notes.iter().map(|note| note.id).collect()
    }

    /// Each with its place and its time.
    fn views(&self, known: &Known) -> Vec<(i64, Millis, String, Said)> {
        let note = |(view, note): (NoteView, &Note)| {
            (note.place, note.written_at, format!("note-{}", note.id), Said::Note(view))
        };
        let ended = |ending: &Ending| {
            let words = format!("closed by {}: {}", known.member(ending.by_user), outcome_words(&ending.outcome));
            (ending.place, ending.at, format!("ended-{}", ending.id), Said::Ended { words, at: ending.at })
        };
        let notes = note_views(known, &self.notes).into_iter().zip(&self.notes).map(note);
        let mut all: Vec<_> = notes.chain(self.endings.iter().map(ended)).collect();
        all.sort_by_key(|(place, ..)| *place);
        all
    }
}

/// A subject is said above the conversation, and above a message only where it changes.
pub(super) async fn entries(
    asked: &Asked,
    known: &Known,
    (messages, beside): (&[Message], &Beside),
    mark: i64,
) -> Result<Vec<Entry>> {
    let mut views = message_views(&asked.app, known, messages).await?;
    forward::tie(asked, known, messages, &mut views).await?;
    feedback::tie(&asked.app, known.may_converse, messages, &mut views).await?;
    knowhow::tie(&asked.app, known, messages, &mut views).await?;
    inviting::tie(&asked.app, messages, &mut views).await?;
    labels::tie(&asked.app, known, messages, &mut views).await?;
    let now = asked.app.engine.now();
    let mut last_day = String::new();
    // To who never had it open, all of it is new, and a line above the first says nothing.
    let mut is_new_said = mark == 0;
    let mut beside = beside.views(known).into_iter().peekable();
    let mut entries = Vec::with_capacity(views.len());
    let mut day_of = |at: Millis| {
        let day = times::day_words(at, now, &known.zone);
        (day != last_day).then(|| last_day.clone_from(&day)).map(|()| day)
    };
    let mut last_subject = bare_subject(&asked.held.subject).to_owned();
    for (message, mut view) in messages.iter().zip(views) {
        let bare = view.subject.as_deref().map(|subject| bare_subject(subject).to_owned());
        if bare.as_ref().is_none_or(|bare| *bare == last_subject) {
            view.subject = None;
        } else {
            last_subject = bare.unwrap_or_default();
        }
        while let Some((_, at, key, said)) = beside.next_if(|(place, ..)| *place < message.place) {
            entries.push(Entry { day: day_of(at), is_first_new: false, key, said });
        }
        let is_new = message.id.0 > mark && message.direction == "theirs" && message.auto == "person";
        entries.push(Entry {
            is_first_new: is_new && !is_new_said,
            day: day_of(message.at),
            key: view.id.clone(),
            said: Said::Message(Box::new(view)),
        });
        is_new_said |= is_new;
    }
    entries.extend(beside.map(|(_, at, key, said)| Entry { day: day_of(at), is_first_new: false, key, said }));
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
    let beside = Beside::read(app, id, (from.unwrap_or(i64::MIN), i64::MAX)).await?;
    desk_of_notes::see(&app.engine, asked.viewer.user.id, &beside.notes()).await?;
    let entries = entries(&asked, &known, (&messages, &beside), mark).await?;
    Ok(Html(Entries { entries, token: asked.viewer.csrf }.render()?))
}
