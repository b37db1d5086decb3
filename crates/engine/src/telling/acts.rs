//! What a person says of one telling besides sending it: other words, not to be told, told by hand, owed, a draft anew. Each can
//! be undone while nothing else happened to it.

use super::{
    MOST_NOTE, MOST_WORDS, Trouble, change_of, changed, finish, help,
    look::look_at,
    missing, prepare,
    sending::{drafted, still_failed},
};
use crate::{
    Engine, EngineError, Result,
    ingest::Tries,
    webhooks::{self, Event},
};
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, sync::Arc};
use tertulia_model::{ChangeId, DeliveryId, DeliveryState, MessageId, Millis, UserId};
use tertulia_store::{
    Tx, askers,
    deliveries::{self, Delivery},
    tellings::{self, HELPED, Telling},
    threads,
};

/// How a telling stood before something was said of it, and its version after that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub telling: i64,
    pub change: ChangeId,
    version: i64,
    before: Stood,
}

/// All but what anybody wrote: that goes through no browser, and stays beside the telling ([`tellings::put`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stood {
    state: String,
    reason: Option<String>,
    message: Option<MessageId>,
    delivery: Option<DeliveryId>,
    by: Option<UserId>,
    acted_at: Option<Millis>,
    told_at: Option<Millis>,
    took: Option<Millis>,
    answer: Option<String>,
    answer_message: Option<MessageId>,
    answered_by: Option<UserId>,
    answered_at: Option<Millis>,
}

impl From<&Telling> for Stood {
    fn from(t: &Telling) -> Self {
        Self {
            state: t.state.clone(),
            reason: t.reason.clone(),
            message: t.message_id,
            delivery: t.delivery_id,
            by: t.by_user,
            acted_at: t.acted_at,
            told_at: t.told_at,
            took: t.took,
            answer: t.answer.clone(),
            answer_message: t.answer_message_id,
            answered_by: t.answered_by,
            answered_at: t.answered_at,
        }
    }
}

/// A telling and its delivery, both held: the place first, then the delivery, then the telling, as everybody does.
pub(super) struct Held {
    pub telling: Telling,
    pub delivery: Option<Delivery>,
}

pub(super) async fn hold(tx: &mut Tx, id: i64) -> Result<Held> {
    // Nobody is merged, parted or erased meanwhile.
    threads::place_alone(tx).await?;
    let known = tellings::get(tx, id).await?.ok_or_else(missing)?;
    let delivery = match known.delivery_id {
        Some(delivery) => deliveries::get_to_change(tx, delivery).await?,
        None => None,
    };
    let telling = tellings::get_to_change(tx, id).await?.ok_or_else(missing)?;
    if telling.delivery_id != known.delivery_id {
        return Err(changed());
    }
    Ok(Held { telling, delivery })
}

/// What is said of one.
pub(super) enum Act<'a> {
    Keep { words: Option<String>, version: Option<i64> },
    Skip { by: UserId, note: Option<String> },
    ByHand { by: UserId, note: Option<String> },
    Owe { by: UserId },
    DraftAgain,
    Mark { by: UserId, answer: Option<&'static str>, message: Option<MessageId> },
    Undo(&'a Undo),
}

pub(super) async fn act(engine: &Arc<Engine>, id: i64, act: &Act<'_>) -> Result<Undo> {
    let mut tries = Tries::default();
    loop {
        match try_act(engine, id, act).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_act(engine: &Engine, id: i64, act: &Act<'_>) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let held = hold(&mut tx, id).await?;
    let before = Stood::from(&held.telling);
    let mut happened = Vec::new();
    let after = match act {
        Act::Keep { words, version } => kept(held.telling, words.clone(), *version)?,
        Act::Skip { by, note } => skipped(engine, held, *by, note.clone())?,
        Act::ByHand { by, note } => {
            let told = told_by_hand(engine, &mut tx, held, *by, note.clone()).await?;
            happened = help::was_told(engine, &mut tx, &told, None).await?;
            told
        }
        Act::Owe { by } => owed(engine, &mut tx, held.telling, *by).await?,
        Act::DraftAgain => drafted_again(engine, &mut tx, held).await?,
        Act::Mark { by, answer, message } => {
            let marked = help::marked(engine, &mut tx, held.telling, *by, (*answer, *message)).await?;
            let (change, telling, person) = (marked.change_id, marked.id, marked.person_id);
            happened.extend(answer.map(|_| Event::Helped { change, telling, person }));
            marked
        }
        Act::Undo(undo) => undone(&mut tx, held.telling, undo).await?,
    };
    tellings::put(&mut tx, &after).await?;
    let version = tellings::get(&mut tx, id).await?.map_or(0, |telling| telling.version);
    webhooks::tell(engine, &mut tx, &happened).await?;
    finish(engine, tx, after.change_id).await?;
    Ok(Undo { telling: id, change: after.change_id, version, before })
}

fn note_of(typed: &str) -> Result<Option<String>> {
    let note = typed.replace("\r\n", "\n").trim().to_owned();
    if note.chars().count() > MOST_NOTE {
        return Err(EngineError::invalid("note", format!("Keep the note below {MOST_NOTE} characters.")));
    }
    Ok((!note.is_empty()).then_some(note))
}

/// Keeps other words for this one; with none it says what the text says. `version`: how it stood when they were typed.
pub async fn keep_words(engine: &Arc<Engine>, id: i64, words: &str, version: Option<i64>) -> Result<Undo> {
    let words = words.replace("\r\n", "\n").trim().to_owned();
    if words.chars().count() > MOST_WORDS {
        return Err(EngineError::invalid("words", format!("Keep it below {MOST_WORDS} characters.")));
    }
    act(engine, id, &Act::Keep { words: (!words.is_empty()).then_some(words), version }).await
}

fn kept(telling: Telling, words: Option<String>, version: Option<i64>) -> Result<Telling> {
    if telling.state != "draft" || version.is_some_and(|version| version != telling.version) {
        return Err(changed());
    }
    Ok(Telling { words, ..telling })
}

/// This one is not told, and nothing is owed.
pub async fn skip(engine: &Arc<Engine>, by: UserId, id: i64, note: &str) -> Result<Undo> {
    act(engine, id, &Act::Skip { by, note: note_of(note)? }).await
}

fn skipped(engine: &Engine, held: Held, by: UserId, note: Option<String>) -> Result<Telling> {
    let Held { telling, delivery } = held;
    if !matches!(telling.state.as_str(), "draft" | "owed" | "failed") {
        return Err(under_way(&telling));
    }
    still_failed(&telling, delivery.as_ref())?;
    let state = "skipped".to_owned();
    Ok(Telling { state, reason: None, note, by_user: Some(by), acted_at: Some(engine.now()), ..telling })
}

fn under_way(telling: &Telling) -> EngineError {
    let words = match telling.state.as_str() {
        "queued" => "It is on its way to them. Take it back first, or wait until it has arrived.",
        "unknown" => "Nobody knows whether it arrived. Say so in their conversation first, or tell them by hand.",
        "told" | "by_hand" => "They were told already. Nothing was changed.",
        _ => "It is no draft any more. Nothing was changed.",
    };
    EngineError::Refused(words.to_owned())
}

/// Somebody told them another way, or asked them.
pub async fn by_hand(engine: &Arc<Engine>, by: UserId, id: i64, note: &str) -> Result<Undo> {
    act(engine, id, &Act::ByHand { by, note: note_of(note)? }).await
}

async fn told_by_hand(engine: &Engine, tx: &mut Tx, held: Held, by: UserId, note: Option<String>) -> Result<Telling> {
    let Held { telling, delivery } = held;
    if matches!(telling.state.as_str(), "queued" | "told" | "by_hand") {
        return Err(under_way(&telling));
    }
    still_failed(&telling, delivery.as_ref())?;
    let now = engine.now();
    let asked_at = askers::first_asked(tx, telling.change_id, telling.person_id).await?.unwrap_or(telling.asked_at);
    Ok(Telling {
        state: "by_hand".to_owned(),
        reason: None,
        note,
        asked_at,
        by_user: Some(by),
        acted_at: Some(now),
        told_at: Some(now),
        took: (telling.kind != HELPED).then_some((now - asked_at).max(0)),
        ..telling
    })
}

/// It cannot be told by a message: it is owed from now on, for the reason that stands in its way.
pub async fn owe(engine: &Arc<Engine>, by: UserId, id: i64) -> Result<Undo> {
    act(engine, id, &Act::Owe { by }).await
}

async fn owed(engine: &Engine, tx: &mut Tx, telling: Telling, by: UserId) -> Result<Telling> {
    let now = look_at(engine, tx, telling).await?;
    let Some(reason) = now.trouble.as_ref().and_then(Trouble::reason) else {
        let words = "Nothing stands in the way of telling them. Send it, skip it, or tell them by hand.";
        return Err(EngineError::Refused(words.to_owned()));
    };
    let (state, reason) = ("owed".to_owned(), Some(reason.to_owned()));
    Ok(Telling { state, reason, by_user: Some(by), acted_at: Some(engine.now()), ..now.telling })
}

/// A draft anew: what failed in the words that did not get through, all else as it would be prepared now.
pub async fn draft_again(engine: &Arc<Engine>, id: i64) -> Result<Undo> {
    act(engine, id, &Act::DraftAgain).await
}

async fn drafted_again(engine: &Engine, tx: &mut Tx, held: Held) -> Result<Telling> {
    let Held { telling, delivery } = held;
    if !matches!(telling.state.as_str(), "failed" | "skipped" | "owed" | "by_hand") {
        return Err(under_way(&telling));
    }
    still_failed(&telling, delivery.as_ref())?;
    change_of(tx, telling.change_id).await?;
    if let Some(delivery) = delivery.filter(|_| telling.state == "failed") {
        let by = telling.by_user.unwrap_or(UserId(0));
        deliveries::leave(tx, delivery.id, by, engine.now()).await?;
        return drafted(tx, telling, &delivery).await;
    }
    anew(engine, tx, telling).await
}

async fn anew(engine: &Engine, tx: &mut Tx, telling: Telling) -> Result<Telling> {
    let (change, person) = ((telling.change_id, telling.kind.as_str()), telling.person_id);
    let found = prepare::drafts(engine, tx, change, (&[person], &HashSet::from([person]))).await?.pop();
    let bare = Telling {
        words: None,
        note: None,
        delivery_id: None,
        by_user: None,
        acted_at: None,
        told_at: None,
        took: None,
        ..telling
    };
    match found {
        Some(found) => Ok(Telling {
            message_id: found.message_id,
            language: found.language,
            state: found.state,
            reason: found.reason,
            asked_at: found.asked_at,
            ..bare
        }),
        // Whoever was told may have taken back since that they ask; whether it helped can be asked all the same.
        None if bare.kind == HELPED => Ok(Telling { state: "draft".to_owned(), reason: None, ..bare }),
        None => Err(EngineError::Refused("They do not ask for this any more. Nothing was changed.".to_owned())),
    }
}

/// Undoes what was said of a telling, unless something else happened to it since.
pub async fn undo(engine: &Arc<Engine>, undo: &Undo) -> Result<ChangeId> {
    Ok(act(engine, undo.telling, &Act::Undo(undo)).await?.change)
}

async fn undone(tx: &mut Tx, telling: Telling, undo: &Undo) -> Result<Telling> {
    let before = &undo.before;
    if telling.version != undo.version {
        return Err(changed());
    }
    let delivery = match before.delivery {
        Some(id) => deliveries::get_to_change(tx, id).await?,
        None => None,
    };
    let was_left = before.state == "failed" && telling.delivery_id.is_none();
    if let Some(delivery) = delivery.as_ref().filter(|_| was_left) {
        deliveries::take_up(tx, delivery.id).await?;
    }
    let mut back = Telling {
        state: before.state.clone(),
        reason: before.reason.clone(),
        words: telling.words_before.clone(),
        note: telling.note_before.clone(),
        message_id: before.message,
        delivery_id: before.delivery,
        by_user: before.by,
        acted_at: before.acted_at,
        told_at: before.told_at,
        took: before.took,
        answer: before.answer.clone(),
        answer_message_id: before.answer_message,
        answered_by: before.answered_by,
        answered_at: before.answered_at,
        ..telling
    };
    if let Some(delivery) = delivery.filter(|_| matches!(before.state.as_str(), "failed" | "unknown" | "told")) {
        as_delivered(&mut back, &delivery)?;
    }
    Ok(back)
}

/// It stands as its delivery stands by now, whatever became of that meanwhile.
fn as_delivered(telling: &mut Telling, delivery: &Delivery) -> Result<()> {
    let state = match delivery.state {
        DeliveryState::Sent => "told",
        DeliveryState::Failed => "failed",
        DeliveryState::Unknown => "unknown",
        DeliveryState::Queued => "queued",
        DeliveryState::Withdrawn => return Err(changed()),
    };
    if telling.state != state {
        state.clone_into(&mut telling.state);
        telling.told_at = (state == "told").then_some(delivery.updated_at);
        let took = telling.told_at.map(|at| (at - telling.asked_at).max(0));
        telling.took = took.filter(|_| telling.kind != HELPED);
    }
    Ok(())
}
