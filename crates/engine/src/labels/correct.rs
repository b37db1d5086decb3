//! A member says what a label is. It holds for this message from then on, whatever a model says of it later; it is no part of
//! what is measured, since what somebody happens to come upon is no random sample.

use super::TOPIC;
use crate::{Engine, EngineError, Result, ingest::Tries};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tertulia_analysis::labels::{Kind, Labels, languages};
use tertulia_model::{MessageId, UserId};
use tertulia_store::{
    Tx, changes,
    labels::{self as stored, Correction},
    reading::{self, Message},
    threads,
};

/// What was said, and what held before, as it travels through the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub message: MessageId,
    pub kind: i64,
    /// Of which wording it was said.
    revision: i64,
    /// The correction that was made, and the one that held before.
    made: Option<i64>,
    before: Option<i64>,
    /// In which language the message stood.
    language: String,
}

impl Undo {
    /// Whether it was so already.
    pub fn is_nothing(&self) -> bool {
        self.made.is_none() && self.before.is_none()
    }
}

/// What one kind of label is; `None`: what the model says.
pub type Said = (Kind, Option<u16>);

fn missing() -> EngineError {
    EngineError::missing("This message")
}

fn worded_anew() -> EngineError {
    let words = "This message was worded anew meanwhile. Look at what it says now; nothing was changed.";
    EngineError::Refused(words.to_owned())
}

/// A label of this kind has this value.
pub async fn correct(engine: &Arc<Engine>, by: UserId, message: MessageId, kind: Kind, value: u16) -> Result<Undo> {
    one(correct_all(engine, by, (message, None), &[(kind, Some(value))]).await?)
}

/// What the model says holds again.
pub async fn take_back(engine: &Arc<Engine>, by: UserId, message: MessageId, kind: Kind) -> Result<Undo> {
    one(correct_all(engine, by, (message, None), &[(kind, None)]).await?)
}

fn one(said: Vec<Undo>) -> Result<Undo> {
    said.into_iter().next().ok_or_else(missing)
}

/// All of it, or nothing: of which wording it is said (any, where none is named), and what was made of each, in the same order.
pub async fn correct_all(
    engine: &Arc<Engine>,
    by: UserId,
    of: (MessageId, Option<i64>),
    said: &[Said],
) -> Result<Vec<Undo>> {
    if said.iter().any(|(kind, value)| value.is_some_and(|value| !kind.has(value))) {
        return Err(EngineError::invalid("value", "Choose one of the values that are offered."));
    }
    let mut tries = Tries::default();
    loop {
        match try_correct(engine, by, of, said).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_correct(
    engine: &Engine,
    by: UserId,
    (id, revision): (MessageId, Option<i64>),
    said: &[Said],
) -> Result<Vec<Undo>> {
    let mut tx = engine.db.begin().await?;
    // Nobody is erased between being read here and being noted.
    threads::place_alone(&mut tx).await?;
    let message = labelled(&mut tx, id).await?;
    if revision.is_some_and(|revision| revision != message.revision) {
        return Err(worded_anew());
    }
    let mut done = Vec::with_capacity(said.len());
    for one in said {
        done.push(change(engine, &mut tx, by, &message, *one).await?);
    }
    if done.iter().any(|one| !one.is_nothing()) {
        tell(engine, tx, &message).await?;
    }
    Ok(done)
}

async fn change(engine: &Engine, tx: &mut Tx, by_user: UserId, message: &Message, (kind, value): Said) -> Result<Undo> {
    let id = message.id;
    let standing = stored::standing_to_change(tx, id, kind.code()).await?;
    let (revision, language) = (message.revision, message.language.clone());
    let mut undo = Undo { message: id, kind: kind.code(), revision, made: None, before: None, language };
    let holds = match &standing {
        Some(said) => u16::try_from(said.value).ok(),
        // What a message is found by, be it the source's word or the model's.
        None if kind == Kind::Language => kind.value(&message.language),
        None => guess(tx, id, kind).await?,
    };
    let is_so = if value.is_some() { value == holds } else { standing.is_none() };
    if is_so {
        return Ok(undo);
    }
    let stood = (kind == Kind::Language).then(|| match &standing {
        Some(said) => said.stood.clone().unwrap_or_else(|| message.language.clone()),
        None => message.language.clone(),
    });
    undo.before = standing.as_ref().map(|said| said.id);
    match (value, &standing) {
        (Some(value), _) => {
            let (new, at, value) = (engine.next_id(), engine.now(), i64::from(value));
            let kind = kind.code();
            let correction =
                Correction { id: new, message_id: id, kind, value, by_user, at, ended_at: None, stood: stood.clone() };
            stored::correct(tx, &correction).await?;
            undo.made = Some(new);
        }
        (None, Some(said)) => stored::end(tx, said.id, Some(engine.now())).await?,
        (None, None) => {}
    }
    if let Some(stood) = stood {
        // A message stands in one language, also where it is in several.
        let told = value.map(|value| kind.word(value)).filter(|told| told != languages::SEVERAL);
        stored::set_language(tx, id, &told.unwrap_or(stood)).await?;
    }
    Ok(undo)
}

/// Only what others say, and still says something, is labelled.
async fn labelled(tx: &mut Tx, id: MessageId) -> Result<Message> {
    let found = reading::message(tx, id).await?.ok_or_else(missing)?;
    if found.state != "shown" || found.direction != "theirs" {
        let words = "Only what others wrote, and did not take back, has labels. Nothing was changed.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    Ok(found)
}

/// What the model says.
async fn guess(tx: &mut Tx, id: MessageId, kind: Kind) -> Result<Option<u16>> {
    let labelled = stored::of(tx, &[id]).await?;
    Ok(labelled.first().and_then(|one| Labels::of_row(one.values).get(kind)).map(|guess| guess.value))
}

async fn tell(engine: &Engine, mut tx: Tx, message: &Message) -> Result<()> {
    let mut changed = vec![(TOPIC, message.id.0)];
    changed.extend(message.conversation_id.map(|id| ("conversation", id.0)));
    let noted = changes::note(&mut tx, &changed, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.heard.notify_one();
    Ok(())
}

/// As it stood before, where nobody said anything of it since and it was not worded anew.
pub async fn undo(engine: &Arc<Engine>, undo: &Undo) -> Result<MessageId> {
    undo_all(engine, std::slice::from_ref(undo)).await
}

/// All that was said of a message together, or nothing of it.
pub async fn undo_all(engine: &Arc<Engine>, said: &[Undo]) -> Result<MessageId> {
    let message = said.first().map(|one| one.message).ok_or_else(missing)?;
    let mut tries = Tries::default();
    loop {
        match try_undo(engine, message, said).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done.map(|()| message),
        }
    }
}

async fn try_undo(engine: &Engine, id: MessageId, said: &[Undo]) -> Result<()> {
    let said: Vec<&Undo> = said.iter().filter(|one| !one.is_nothing()).collect();
    if said.is_empty() {
        return Ok(());
    }
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    let message = labelled(&mut tx, id).await?;
    // The last first: each is undone only while nothing came after it.
    for one in said.into_iter().rev() {
        if one.message != id || one.revision != message.revision {
            return Err(worded_anew());
        }
        undo_one(engine, &mut tx, one).await?;
    }
    tell(engine, tx, &message).await
}

async fn undo_one(engine: &Engine, tx: &mut Tx, undo: &Undo) -> Result<()> {
    let stands = stored::standing_to_change(tx, undo.message, undo.kind).await?;
    if stands.map(|one| one.id) != undo.made {
        let words = "Something else was said of this label since, so there is nothing to undo.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    if let Some(made) = undo.made {
        stored::end(tx, made, Some(engine.now())).await?;
    }
    if let Some(before) = undo.before {
        if stored::correction(tx, before).await?.is_none() {
            return Err(missing());
        }
        stored::end(tx, before, None).await?;
    }
    if undo.kind == Kind::Language.code() {
        stored::set_language(tx, undo.message, &undo.language).await?;
    }
    Ok(())
}
