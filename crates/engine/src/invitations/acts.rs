//! What a person says of one invitation besides sending it: other words, not to be invited, a draft anew. Each can be undone while
//! nothing else happened to it.

use super::{MOST_WORDS, Trouble, changed, finish, look::look_at, missing, sending::drafted};
use crate::{Engine, EngineError, Result, ingest::Tries};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tertulia_model::{DeliveryId, DeliveryState, Millis, UserId};
use tertulia_store::{
    Tx,
    deliveries::{self, Delivery},
    invitations::{self, Invitation},
    threads,
};

/// How an invitation stood before something was said of it, and its version after that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub invitation: i64,
    pub round: i64,
    version: i64,
    before: Stood,
}

/// All but what anybody wrote: that goes through no browser, and stays beside the invitation ([`invitations::put`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stood {
    state: String,
    reason: Option<String>,
    delivery: Option<DeliveryId>,
    by: Option<UserId>,
    acted_at: Option<Millis>,
    sent_at: Option<Millis>,
}

impl From<&Invitation> for Stood {
    fn from(one: &Invitation) -> Self {
        Self {
            state: one.state.clone(),
            reason: one.reason.clone(),
            delivery: one.delivery_id,
            by: one.by_user,
            acted_at: one.acted_at,
            sent_at: one.sent_at,
        }
    }
}

/// What is said of one.
enum Act<'a> {
    Keep { words: Option<String>, version: Option<i64> },
    Skip { by: UserId },
    SetAside { by: UserId },
    DraftAgain { by: UserId },
    Undo(&'a Undo),
}

async fn act(engine: &Arc<Engine>, id: i64, act: &Act<'_>) -> Result<Undo> {
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
    // The place first, then the delivery, then the invitation, as everybody does.
    threads::place_alone(&mut tx).await?;
    let known = invitations::get(&mut tx, id).await?.ok_or_else(missing)?;
    let delivery = match known.delivery_id {
        Some(delivery) => deliveries::get_to_change(&mut tx, delivery).await?,
        None => None,
    };
    let one = invitations::get_to_change(&mut tx, id).await?.ok_or_else(missing)?;
    if one.delivery_id != known.delivery_id {
        return Err(changed());
    }
    let before = Stood::from(&one);
    let after = match act {
        Act::Keep { words, version } => kept(one, words.clone(), *version)?,
        Act::Skip { by } => skipped(engine, one, delivery.as_ref(), *by)?,
        Act::SetAside { by } => aside(engine, &mut tx, one, *by).await?,
        Act::DraftAgain { by } => drafted_again(engine, &mut tx, one, delivery, *by).await?,
        Act::Undo(undo) => undone(&mut tx, one, undo).await?,
    };
    invitations::put(&mut tx, &after).await?;
    let version = invitations::get(&mut tx, id).await?.map_or(0, |one| one.version);
    finish(engine, tx, after.round_id).await?;
    Ok(Undo { invitation: id, round: after.round_id, version, before })
}

/// Keeps other words for this one; with none it says what the text says. `version`: how it stood when they were typed.
pub async fn keep_words(engine: &Arc<Engine>, id: i64, words: &str, version: Option<i64>) -> Result<Undo> {
    let words = words.replace("\r\n", "\n").trim().to_owned();
    if words.chars().count() > MOST_WORDS {
        return Err(EngineError::invalid("words", format!("Keep it below {MOST_WORDS} characters.")));
    }
    act(engine, id, &Act::Keep { words: (!words.is_empty()).then_some(words), version }).await
}

fn kept(one: Invitation, words: Option<String>, version: Option<i64>) -> Result<Invitation> {
    if one.state != "draft" || version.is_some_and(|version| version != one.version) {
        return Err(changed());
    }
    Ok(Invitation { words, ..one })
}

/// This one is not invited.
pub async fn skip(engine: &Arc<Engine>, by: UserId, id: i64) -> Result<Undo> {
    act(engine, id, &Act::Skip { by }).await
}

fn skipped(engine: &Engine, one: Invitation, delivery: Option<&Delivery>, by: UserId) -> Result<Invitation> {
    if !matches!(one.state.as_str(), "draft" | "unsent" | "failed") {
        return Err(under_way(&one));
    }
    still_failed(&one, delivery)?;
    Ok(Invitation { state: "skipped".to_owned(), by_user: Some(by), acted_at: Some(engine.now()), ..one })
}

fn under_way(one: &Invitation) -> EngineError {
    let words = match one.state.as_str() {
        "queued" => "It is on its way to them. Take it back first, or wait until it has arrived.",
        "unknown" => "Nobody knows whether it arrived. Say so in their conversation first.",
        "sent" => "They were invited already. Nothing was changed.",
        _ => "It is no draft any more. Nothing was changed.",
    };
    EngineError::Refused(words.to_owned())
}

/// What a person says of one needs that nothing gets through meanwhile.
fn still_failed(one: &Invitation, delivery: Option<&Delivery>) -> Result<()> {
    match delivery {
        Some(delivery) if one.state == "failed" && delivery.state != DeliveryState::Failed => Err(changed()),
        _ => Ok(()),
    }
}

/// It cannot be sent: that, and the reason, stands from now on.
pub(super) async fn set_aside(engine: &Arc<Engine>, by: UserId, id: i64) -> Result<Undo> {
    act(engine, id, &Act::SetAside { by }).await
}

async fn aside(engine: &Engine, tx: &mut Tx, one: Invitation, by: UserId) -> Result<Invitation> {
    let now = look_at(engine, tx, by, one).await?;
    let reason = now.trouble.as_ref().and_then(Trouble::reason).ok_or_else(changed)?.to_owned();
    let state = "unsent".to_owned();
    Ok(Invitation { state, reason: Some(reason), by_user: Some(by), acted_at: Some(engine.now()), ..now.invitation })
}

/// A draft anew: what failed in the words that did not get through.
pub async fn draft_again(engine: &Arc<Engine>, by: UserId, id: i64) -> Result<Undo> {
    act(engine, id, &Act::DraftAgain { by }).await
}

async fn drafted_again(
    engine: &Engine,
    tx: &mut Tx,
    one: Invitation,
    delivery: Option<Delivery>,
    by: UserId,
) -> Result<Invitation> {
    if !matches!(one.state.as_str(), "failed" | "skipped" | "unsent") {
        return Err(under_way(&one));
    }
    still_failed(&one, delivery.as_ref())?;
    if let Some(delivery) = delivery.filter(|delivery| delivery.state == DeliveryState::Failed) {
        deliveries::leave(tx, delivery.id, by, engine.now()).await?;
        return Ok(drafted(one, &delivery));
    }
    let state = "draft".to_owned();
    Ok(Invitation { state, reason: None, delivery_id: None, by_user: None, acted_at: None, sent_at: None, ..one })
}

/// Undoes what was said of an invitation, unless something else happened to it since.
pub async fn undo(engine: &Arc<Engine>, undo: &Undo) -> Result<i64> {
    Ok(act(engine, undo.invitation, &Act::Undo(undo)).await?.round)
}

async fn undone(tx: &mut Tx, one: Invitation, undo: &Undo) -> Result<Invitation> {
    if one.version != undo.version {
        return Err(changed());
    }
    let before = &undo.before;
    let delivery = match before.delivery {
        Some(id) => deliveries::get_to_change(tx, id).await?,
        None => None,
    };
    if let Some(delivery) = delivery.as_ref().filter(|_| before.state == "failed" && one.delivery_id.is_none()) {
        deliveries::take_up(tx, delivery.id).await?;
    }
    // Perhaps it got through meanwhile.
    let has_arrived = delivery.filter(|delivery| delivery.state == DeliveryState::Sent).map(|sent| sent.updated_at);
    Ok(Invitation {
        state: if has_arrived.is_some() { "sent".to_owned() } else { before.state.clone() },
        reason: before.reason.clone(),
        words: one.words_before.clone(),
        delivery_id: before.delivery,
        by_user: before.by,
        acted_at: before.acted_at,
        sent_at: has_arrived.or(before.sent_at),
        ..one
    })
}
