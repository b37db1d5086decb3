//! A telling on its way: sent as any answer is, by the one way out, and never twice.

use super::{
    Look, changed,
    look::{look, look_at},
    missing,
};
use crate::{
    Engine, EngineError, Result,
    outbound::{self, Drafted, Files, ReplyForm, Way},
};
use std::sync::Arc;
use tertulia_model::{ConversationId, DeliveryState, MessageId, UserId};
use tertulia_store::{
    Sql, Tx, askers,
    deliveries::{self, Delivery},
    reading,
    tellings::{self, Telling},
};

/// What was looked at and is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendForm {
    pub telling: i64,
    /// As [`Look::seen`] was.
    pub seen: String,
    pub words: String,
    /// Chosen when the draft was drawn: the same form twice is one message.
    pub key: String,
    /// What they asked, which was on the screen; none for programs, which are not asked.
    pub asked: Option<MessageId>,
    /// What was on the screen of what came after that.
    pub shown: Vec<MessageId>,
    pub even_if_unseen: bool,
}

/// What a reply that is a telling was looked at as.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tells {
    pub telling: i64,
    /// What it answers; none where they gave a voice and said nothing.
    pub message: Option<MessageId>,
    pub conversation: ConversationId,
    pub way: Way,
    pub seen: String,
}

/// Sends one. Whoever cannot be written to is owed it from then on.
pub async fn send(engine: &Arc<Engine>, user: UserId, form: SendForm) -> Result<Delivery> {
    if let Some(delivery) = deliveries::by_key(&mut engine.db.reader(), &form.key).await?
        && delivery.state != DeliveryState::Withdrawn
    {
        return Ok(delivery);
    }
    let now = look(engine, &mut engine.db.reader(), form.telling).await?;
    let Look { telling, trouble, message, way, .. } = &now;
    if let Some(trouble) = trouble {
        if trouble.reason().is_some() {
            super::owe(engine, user, form.telling).await?;
        }
        return Err(EngineError::Refused(trouble.words()));
    }
    let Some(way) = way.clone().filter(|_| now.seen == form.seen) else { return Err(changed()) };
    let held = match message {
        Some(message) => message.conversation_id.ok_or_else(changed)?,
        None => {
            let before = tellings::last_held(&mut engine.db.reader(), telling.change_id, telling.person_id).await?;
            before.unwrap_or_else(|| ConversationId(engine.next_id()))
        }
    };
    let reply = ReplyForm {
        conversation: held,
        channel: way.channel,
        text: form.words.replace("\r\n", "\n").trim().to_owned(),
        recipients: Vec::new(),
        subject: None,
        from_address: None,
        idempotency_key: form.key,
        seen: form.asked,
        shown: form.shown,
        even_if_unseen: form.even_if_unseen,
        close: false,
        files: Files::none(),
        articles: Vec::new(),
        forwards: None,
    };
    let message = message.as_ref().map(|message| message.id);
    let tells = Tells { telling: form.telling, message, conversation: held, way, seen: form.seen };
    outbound::queue_drafted(engine, user, reply, Drafted::Telling(tells)).await
}

/// In the transaction that sends it: it is what was looked at. Held from here on.
pub(crate) async fn as_seen(engine: &Engine, tx: &mut Tx, tells: &Tells, way: &Way) -> Result<Telling> {
    let telling = tellings::get_to_change(tx, tells.telling).await?.ok_or_else(missing)?;
    let now = look_at(engine, tx, telling).await?;
    if let Some(trouble) = now.trouble {
        return Err(EngineError::Refused(trouble.words()));
    }
    if now.seen != tells.seen || now.way.as_ref() != Some(way) {
        return Err(changed());
    }
    if now.telling.message_id.is_none() {
        outbound::begin(engine, tx, (tells.conversation, now.telling.person_id), &tells.way).await?;
    }
    Ok(now.telling)
}

/// It is on its way.
pub(crate) async fn sent(
    engine: &Engine,
    tx: &mut Tx,
    telling: Telling,
    by: UserId,
    delivery: &Delivery,
) -> Result<()> {
    let asked = askers::first_asked(tx, telling.change_id, telling.person_id).await?;
    let sent = Telling {
        state: "queued".to_owned(),
        reason: None,
        words: Some(delivery.outgoing.text.clone()),
        asked_at: asked.unwrap_or(telling.asked_at),
        delivery_id: Some(delivery.id),
        by_user: Some(by),
        acted_at: Some(engine.now()),
        ..telling
    };
    Ok(tellings::put(tx, &sent).await?)
}

/// The sending was taken back before it left: it is a draft again, in the words that were to go. False where it is none of
/// a telling, or the telling has gone another way since: then the words are their writer's.
pub(crate) async fn taken_back(tx: &mut Tx, delivery: &Delivery) -> Result<bool> {
    let Some(telling) = tellings::by_delivery(tx, delivery.id).await? else { return Ok(false) };
    if telling.delivery_id != Some(delivery.id) || telling.state != "queued" {
        return Ok(false);
    }
    let draft = drafted(tx, telling, delivery).await?;
    tellings::put(tx, &draft).await?;
    Ok(true)
}

/// In the words that were to go. Where what they said was deleted since, these went with it, and nothing is left to answer.
pub(super) async fn drafted(tx: &mut Tx, telling: Telling, delivery: &Delivery) -> Result<Telling> {
    let is_shown = match telling.message_id {
        Some(message) => reading::message(tx, message).await?.is_some_and(|said| said.state == "shown"),
        None => true,
    };
    Ok(Telling {
        state: if is_shown { "draft" } else { "owed" }.to_owned(),
        reason: (!is_shown).then(|| "deleted".to_owned()),
        words: is_shown.then(|| delivery.outgoing.text.clone()),
        delivery_id: None,
        by_user: None,
        acted_at: None,
        told_at: None,
        took: None,
        ..telling
    })
}

/// Whether what a queued sending tells still counts: of two who turned out to be one person, one is told.
pub(crate) async fn is_wanted(on: &mut impl Sql, delivery: &Delivery) -> Result<bool> {
    let Some(id) = tellings::of_delivery(on, delivery.id).await? else { return Ok(true) };
    Ok(tellings::get(on, id).await?.is_none_or(|telling| telling.stands))
}

/// A sending that failed, or may have, goes again only while its telling waits for just that: who was told another way since,
/// or is not to be told, is not told after all.
pub(crate) async fn may_go_again(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    match tellings::by_delivery(tx, delivery.id).await? {
        None => Ok(()),
        Some(telling) if waits_for(&telling, delivery) && telling.stands => Ok(()),
        Some(_) => {
            let words = "They were told another way since, or are not to be told. Nothing was sent.";
            Err(EngineError::Refused(words.to_owned()))
        }
    }
}

fn waits_for(telling: &Telling, delivery: &Delivery) -> bool {
    telling.delivery_id == Some(delivery.id) && matches!(telling.state.as_str(), "failed" | "unknown")
}

/// What did not get through is written again where it was written: as a draft of the change. False where it is no telling.
pub(crate) async fn written_anew(tx: &mut Tx, delivery: &Delivery) -> Result<bool> {
    let Some(telling) = tellings::by_delivery(tx, delivery.id).await? else { return Ok(false) };
    may_go_again(tx, delivery).await?;
    let draft = drafted(tx, telling, delivery).await?;
    tellings::put(tx, &draft).await?;
    Ok(true)
}

/// What a person says of a telling needs that nothing gets through meanwhile.
pub(super) fn still_failed(telling: &Telling, delivery: Option<&Delivery>) -> Result<()> {
    let Some(delivery) = delivery else { return Ok(()) };
    match (telling.state.as_str(), delivery.state) {
        ("failed", DeliveryState::Failed) | ("unknown", DeliveryState::Unknown) => Ok(()),
        ("failed" | "unknown", _) => Err(changed()),
        _ => Ok(()),
    }
}
