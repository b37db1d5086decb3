//! A member says what a label is. It holds for this message from then on, whatever a model says of it later; it is no part of
//! what is measured, since what somebody happens to come upon is no random sample.

use super::TOPIC;
use crate::{Engine, EngineError, Result, ingest::Tries};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tertulia_analysis::labels::{Kind, Labels};
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
    /// The correction that was made, and the one that held before.
    made: Option<i64>,
    before: Option<i64>,
    /// In which language the message stood.
    language: String,
}

fn missing() -> EngineError {
    EngineError::missing("This message")
}

/// A label of this kind has this value.
pub async fn correct(engine: &Arc<Engine>, by: UserId, message: MessageId, kind: Kind, value: u16) -> Result<Undo> {
    if !kind.has(value) {
        return Err(EngineError::invalid("value", "Choose one of the values that are offered."));
    }
    change(engine, Some((by, value)), message, kind).await
}

/// What the model says holds again.
pub async fn take_back(engine: &Arc<Engine>, message: MessageId, kind: Kind) -> Result<Undo> {
    change(engine, None, message, kind).await
}

async fn change(engine: &Arc<Engine>, said: Option<(UserId, u16)>, message: MessageId, kind: Kind) -> Result<Undo> {
    let mut tries = Tries::default();
    loop {
        match try_change(engine, said, message, kind).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_change(engine: &Engine, said: Option<(UserId, u16)>, id: MessageId, kind: Kind) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    // Nobody is erased between being read here and being noted.
    threads::place_alone(&mut tx).await?;
    let message = labelled(&mut tx, id).await?;
    let stands = stored::standing_to_change(&mut tx, id, kind.code()).await?;
    let guess = guess(&mut tx, id, kind).await?;
    let before = stands.as_ref().map(|one| one.id);
    let mut undo = Undo { message: id, kind: kind.code(), made: None, before, language: message.language.clone() };
    let holds = stands.as_ref().map_or(guess, |one| u16::try_from(one.value).ok());
    let value = said.map_or(guess, |(_, value)| Some(value));
    if said.is_none() && before.is_none() || said.is_some() && value == holds {
        undo.before = None;
        return Ok(undo);
    }
    match said {
        Some((by_user, value)) => {
            let (new, at) = (engine.next_id(), engine.now());
            let correction = Correction {
                id: new,
                message_id: id,
                kind: kind.code(),
                value: i64::from(value),
                by_user,
                at,
                ended_at: None,
            };
            stored::correct(&mut tx, &correction).await?;
            undo.made = Some(new);
        }
        None => {
            for stood in before {
                stored::end(&mut tx, stood, Some(engine.now())).await?;
            }
        }
    }
    if let (Kind::Language, Some(value)) = (kind, value) {
        stored::set_language(&mut tx, id, &kind.word(value)).await?;
    }
    tell(engine, tx, &message).await?;
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

/// As it stood before, where nobody said anything of it since.
pub async fn undo(engine: &Arc<Engine>, undo: &Undo) -> Result<MessageId> {
    let mut tries = Tries::default();
    loop {
        match try_undo(engine, undo).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done.map(|()| undo.message),
        }
    }
}

async fn try_undo(engine: &Engine, undo: &Undo) -> Result<()> {
    if undo.made.is_none() && undo.before.is_none() {
        return Ok(());
    }
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    let message = labelled(&mut tx, undo.message).await?;
    let stands = stored::standing_to_change(&mut tx, undo.message, undo.kind).await?;
    if stands.map(|one| one.id) != undo.made {
        let words = "Something else was said of this label since, so there is nothing to undo.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    if let Some(made) = undo.made {
        stored::end(&mut tx, made, Some(engine.now())).await?;
    }
    if let Some(before) = undo.before {
        if stored::correction(&mut tx, before).await?.is_none() {
            return Err(missing());
        }
        stored::end(&mut tx, before, None).await?;
    }
    if undo.kind == Kind::Language.code() {
        stored::set_language(&mut tx, undo.message, &undo.language).await?;
    }
    tell(engine, tx, &message).await
}
