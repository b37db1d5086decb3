//! What we said we would do. In each answer of ours the sentences that look like a promise are noted in the transaction that
//! stores it; a member says whether one is, and later what became of it. None is ever taken to be kept by itself.

use crate::{Engine, EngineError, Result, ingest::Tries};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tertulia_analysis::promises::{self as grammar, Candidate};
use tertulia_model::{ConversationId, MessageId, Millis, UserId};
use tertulia_store::{
    Sql, Tx, changes, promises,
    promises::{Listed, Promise},
    reading, settings,
};

/// How much of a sentence is kept.
const MOST_CHARS: usize = 300;
const LONGEST_NOTE: usize = 1_000;
/// A message by hand brings no more than these.
const MOST_IN_MESSAGE: usize = 20;

/// The time zone in which a day ends for the organisation.
pub async fn time_zone(on: &mut impl Sql) -> Result<TimeZone> {
    let named = settings::get(on, settings::TIME_ZONE).await?;
    Ok(named.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC))
}

/// What looks like a promise in an answer that is being sent now.
pub(crate) async fn look(engine: &Engine, text: &str, language: &str) -> Result<Vec<Candidate>> {
    let zone = time_zone(&mut engine.db.reader()).await?;
    Ok(grammar::find(text, language, engine.now(), &zone))
}

/// Notes them beside their message.
pub(crate) async fn suggest(
    engine: &Engine,
    tx: &mut Tx,
    (message, conversation): (MessageId, ConversationId),
    (text, found): (&str, &[Candidate]),
) -> Result<()> {
    let promise = |one: &Candidate| Promise {
        sign: one.sign.as_str().to_owned(),
        due_at: one.due,
        ..new(engine, (message, conversation), &text[one.start..one.end])
    };
    Ok(promises::add(tx, &found.iter().map(promise).collect::<Vec<_>>()).await?)
}

fn new(engine: &Engine, (message_id, conversation_id): (MessageId, ConversationId), words: &str) -> Promise {
    let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    Promise {
        id: engine.next_id(),
        message_id,
        conversation_id,
        words: words.chars().take(MOST_CHARS).collect(),
        due_at: None,
        state: "suggested".to_owned(),
        sign: "hand".to_owned(),
        made_at: engine.now(),
        confirmed_by: None,
        confirmed_at: None,
        closed_by: None,
        closed_at: None,
        note: None,
        version: 0,
    }
}

/// How a promise stood before a change, and its version after it: the change is undone only if nothing came between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub promise: i64,
    pub conversation: ConversationId,
    version: i64,
    /// None where it was put down by hand: undone, it is not there.
    before: Option<Stood>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stood {
    state: String,
    due_at: Option<Millis>,
    confirmed_by: Option<UserId>,
    confirmed_at: Option<Millis>,
    closed_by: Option<UserId>,
    closed_at: Option<Millis>,
    note: Option<String>,
}

/// For which day a promise is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// As it was found, or stands.
    AsItIs,
    On(Date),
    NoDay,
}

impl Due {
    fn resolve(self, engine: &Engine, zone: &TimeZone, stands: Option<Millis>) -> Result<Option<Millis>> {
        match self {
            Self::AsItIs => Ok(stands),
            Self::NoDay => Ok(None),
            Self::On(day) => {
                let now = Timestamp::from_millisecond(engine.now()).unwrap_or_default().to_zoned(zone.clone());
                let end = grammar::end_of(day, zone).filter(|_| day >= now.date());
                end.map(Some).ok_or_else(|| EngineError::invalid("due_on", "Choose a day that is still to come."))
            }
        }
    }
}

pub async fn get(engine: &Engine, id: i64) -> Result<Listed> {
    promises::get(&mut engine.db.reader(), id).await?.ok_or_else(missing)
}

fn missing() -> EngineError {
    EngineError::missing("This promise")
}

/// It is a promise: due on the day it names, or on another.
pub async fn confirm(engine: &Arc<Engine>, id: i64, by: UserId, due: Due) -> Result<Undo> {
    let zone = time_zone(&mut engine.db.reader()).await?;
    change(engine, id, |promise| {
        if matches!(promise.state.as_str(), "kept" | "broken") {
            return Err(closed());
        }
        promise.due_at = due.resolve(engine, &zone, promise.due_at)?;
        if promise.state != "open" {
            (promise.confirmed_by, promise.confirmed_at) = (Some(by), Some(engine.now()));
        }
        "open".clone_into(&mut promise.state);
        (promise.closed_by, promise.closed_at) = (None, None);
        Ok(())
    })
    .await
}

fn closed() -> EngineError {
    EngineError::Refused("It is said already what became of this promise. Open it again first.".to_owned())
}

/// It is none.
pub async fn dismiss(engine: &Arc<Engine>, id: i64, by: UserId) -> Result<Undo> {
    change(engine, id, |promise| {
        if matches!(promise.state.as_str(), "kept" | "broken") {
            return Err(closed());
        }
        close(engine, promise, "dismissed", by);
        Ok(())
    })
    .await
}

fn close(engine: &Engine, promise: &mut Promise, state: &str, by: UserId) {
    state.clone_into(&mut promise.state);
    (promise.closed_by, promise.closed_at) = (Some(by), Some(engine.now()));
}

/// We did what we said.
pub async fn keep(engine: &Arc<Engine>, id: i64, by: UserId, note: Option<&str>) -> Result<Undo> {
    settle(engine, id, by, ("kept", note)).await
}

/// We did not.
pub async fn break_it(engine: &Arc<Engine>, id: i64, by: UserId, note: Option<&str>) -> Result<Undo> {
    settle(engine, id, by, ("broken", note)).await
}

async fn settle(engine: &Arc<Engine>, id: i64, by: UserId, (state, note): (&str, Option<&str>)) -> Result<Undo> {
    let note = note.map(str::trim).filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(EngineError::invalid("note", format!("Keep it below {LONGEST_NOTE} characters.")));
    }
    change(engine, id, |promise| {
        if matches!(promise.state.as_str(), "suggested" | "dismissed") {
            let why = "Nobody has confirmed yet that this is a promise. Say so first; nothing was changed.";
            return Err(EngineError::Refused(why.to_owned()));
        }
        close(engine, promise, state, by);
        promise.note = note.map(str::to_owned);
        Ok(())
    })
    .await
}

/// What became of it is not said any more; what was called none is suggested again.
pub async fn reopen(engine: &Arc<Engine>, id: i64) -> Result<Undo> {
    change(engine, id, |promise| {
        let state = if promise.confirmed_at.is_some() { "open" } else { "suggested" };
        state.clone_into(&mut promise.state);
        (promise.closed_by, promise.closed_at, promise.note) = (None, None, None);
        Ok(())
    })
    .await
}

async fn change(engine: &Arc<Engine>, id: i64, act: impl Fn(&mut Promise) -> Result<()>) -> Result<Undo> {
    let mut tries = Tries::default();
    loop {
        match try_change(engine, id, &act).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_change(engine: &Engine, id: i64, act: impl Fn(&mut Promise) -> Result<()>) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let mut promise = promises::get_to_change(&mut tx, id).await?.ok_or_else(missing)?;
    let before = Stood {
        state: promise.state.clone(),
        due_at: promise.due_at,
        confirmed_by: promise.confirmed_by,
        confirmed_at: promise.confirmed_at,
        closed_by: promise.closed_by,
        closed_at: promise.closed_at,
        note: promise.note.clone(),
    };
    act(&mut promise)?;
    promises::put(&mut tx, &promise).await?;
    let (conversation, version) = (promise.conversation_id, promise.version + 1);
    finish(engine, tx, &promise).await?;
    Ok(Undo { promise: id, conversation, version, before: Some(before) })
}

async fn finish(engine: &Engine, mut tx: Tx, promise: &Promise) -> Result<()> {
    let changed = [("promise", promise.id), ("conversation", promise.conversation_id.0)];
    let noted = changes::note(&mut tx, &changed, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// A member puts down what was promised in a message of ours; it is open at once.
pub async fn add(engine: &Arc<Engine>, message: MessageId, by: UserId, words: &str, due: Due) -> Result<Undo> {
    if words.trim().is_empty() {
        return Err(EngineError::invalid("words", "Write what was promised."));
    }
    let mut tries = Tries::default();
    loop {
        match try_add(engine, message, by, words, due).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_add(engine: &Engine, message: MessageId, by: UserId, words: &str, due: Due) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let zone = time_zone(&mut tx).await?;
    let found = reading::message(&mut tx, message).await?.ok_or_else(|| EngineError::missing("This message"))?;
    let conversation = found.conversation_id.filter(|_| found.direction == "ours" && found.state == "shown");
    let Some(conversation) = conversation else {
        let why = "Only what we said ourselves, in a conversation, can be a promise of ours. Nothing was noted.";
        return Err(EngineError::Refused(why.to_owned()));
    };
    if promises::of_messages(&mut tx, &[message]).await?.len() >= MOST_IN_MESSAGE {
        let why = format!("This message holds {MOST_IN_MESSAGE} promises already. Nothing was noted.");
        return Err(EngineError::Refused(why));
    }
    let promise = Promise {
        due_at: due.resolve(engine, &zone, None)?,
        state: "open".to_owned(),
        confirmed_by: Some(by),
        confirmed_at: Some(engine.now()),
        ..new(engine, (message, conversation), words)
    };
    promises::add(&mut tx, std::slice::from_ref(&promise)).await?;
    finish(engine, tx, &promise).await?;
    Ok(Undo { promise: promise.id, conversation, version: 0, before: None })
}

/// Undoes a change, unless the promise has changed since.
pub async fn undo(engine: &Arc<Engine>, undo: &Undo) -> Result<ConversationId> {
    let mut tries = Tries::default();
    loop {
        match try_undo(engine, undo).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_undo(engine: &Engine, undo: &Undo) -> Result<ConversationId> {
    let mut tx = engine.db.begin().await?;
    let mut promise = promises::get_to_change(&mut tx, undo.promise).await?.ok_or_else(missing)?;
    if promise.version != undo.version {
        let why = "Something else was said of this promise since, so there is nothing to undo.";
        return Err(EngineError::Refused(why.to_owned()));
    }
    match &undo.before {
        None => promises::remove(&mut tx, promise.id).await?,
        Some(before) => {
            promise.state.clone_from(&before.state);
            promise.due_at = before.due_at;
            (promise.confirmed_by, promise.confirmed_at) = (before.confirmed_by, before.confirmed_at);
            (promise.closed_by, promise.closed_at) = (before.closed_by, before.closed_at);
            promise.note.clone_from(&before.note);
            promises::put(&mut tx, &promise).await?;
        }
    }
    let conversation = promise.conversation_id;
    finish(engine, tx, &promise).await?;
    Ok(conversation)
}
