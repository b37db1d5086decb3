//! An invitation on its way: sent as any answer is, by the one way out, and never twice.

use super::{
    Look, acts, changed,
    look::{look, look_at},
    missing,
};
use crate::{
    Engine, EngineError, Result,
    outbound::{self, Drafted, Files, ReplyForm, Way},
    people,
};
use std::sync::Arc;
use tertulia_analysis::saved;
use tertulia_model::{Author, ConversationId, DeliveryState, UserId};
use tertulia_store::{
    Tx,
    deliveries::{self, Delivery},
    invitations::{self, Invitation},
};

/// What was looked at and is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendForm {
    pub invitation: i64,
    /// As [`Look::seen`] was.
    pub seen: String,
    pub words: String,
    /// Chosen when the draft was drawn: the same form twice is one message.
    pub key: String,
}

/// What a message that is an invitation was looked at as.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Invites {
    pub invitation: i64,
    pub conversation: ConversationId,
    pub way: Way,
    pub seen: String,
}

/// Sends one. Whoever cannot be written to stands as that from then on, with the reason.
pub async fn send(engine: &Arc<Engine>, user: UserId, form: SendForm) -> Result<Delivery> {
    if let Some(delivery) = deliveries::by_key(&mut engine.db.reader(), &form.key).await?
        && delivery.state != DeliveryState::Withdrawn
    {
        return Ok(delivery);
    }
    let mut db = engine.db.reader();
    let Look { trouble, way, seen, customer, .. } = look(engine, &mut db, user, form.invitation).await?;
    if let Some(trouble) = trouble {
        if trouble.reason().is_some() {
            acts::set_aside(engine, user, form.invitation).await?;
        }
        return Err(EngineError::Refused(trouble.words()));
    }
    let Some(way) = way.filter(|_| seen == form.seen) else { return Err(changed()) };
    let text = form.words.replace("\r\n", "\n").trim().to_owned();
    if let Some(raw) = saved::raw(&text) {
        return Err(EngineError::invalid("words", format!("{raw} was not filled in. Write what is meant there.")));
    }
    let held = match customer.person_id {
        Some(person) => invitations::last_held(&mut db, form.invitation, person).await?,
        None => None,
    };
    let conversation = held.unwrap_or_else(|| ConversationId(engine.next_id()));
    let reply = ReplyForm {
        conversation,
        channel: way.channel,
        text,
        recipients: Vec::new(),
        subject: None,
        from_address: None,
        idempotency_key: form.key,
        seen: None,
        shown: Vec::new(),
        even_if_unseen: false,
        close: false,
        files: Files::none(),
        articles: Vec::new(),
        forwards: None,
    };
    let invites = Invites { invitation: form.invitation, conversation, way, seen: form.seen };
    outbound::queue_drafted(engine, user, reply, Drafted::Invitation(invites)).await
}

/// In the transaction that sends it: it is what was looked at. Whoever has that address is a person from then on, if they were none.
pub(crate) async fn as_seen(
    engine: &Engine,
    tx: &mut Tx,
    user: UserId,
    invites: &Invites,
    way: &Way,
) -> Result<Invitation> {
    let invitation = invitations::get_to_change(tx, invites.invitation).await?.ok_or_else(missing)?;
    let now = look_at(engine, tx, user, invitation).await?;
    if let Some(trouble) = now.trouble {
        return Err(EngineError::Refused(trouble.words()));
    }
    let Some(to) = now.to.filter(|_| now.seen == invites.seen && now.way.as_ref() == Some(way)) else {
        return Err(changed());
    };
    let name = Some(now.customer.name).filter(|name| !name.trim().is_empty());
    let author = Author { space: to.space, handle: to.handle, display_name: name, claimed_mail: None };
    let resolved = people::resolve(engine, tx, [&author]).await?;
    let (_, person) = resolved.get(&author).ok_or_else(missing)?;
    if invitations::has_written(tx, person).await? {
        let words = "Somebody has written to you by that address already. Say first whether they are this customer.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    people::suggest_if_news(engine, tx).await?;
    outbound::begin(engine, tx, (invites.conversation, person), way).await?;
    Ok(now.invitation)
}

/// It is on its way. Its words are those of the message from then on.
pub(crate) async fn sent(
    engine: &Engine,
    tx: &mut Tx,
    invitation: Invitation,
    by: UserId,
    delivery: &Delivery,
) -> Result<()> {
    let sent = Invitation {
        state: "queued".to_owned(),
        reason: None,
        words: None,
        delivery_id: Some(delivery.id),
        by_user: Some(by),
        acted_at: Some(engine.now()),
        ..invitation
    };
    Ok(invitations::put(tx, &sent).await?)
}

/// The sending was taken back before it left: it is a draft again, in the words that were to go. False where it is none, or has gone
/// another way since: then the words are their writer's.
pub(crate) async fn taken_back(tx: &mut Tx, delivery: &Delivery) -> Result<bool> {
    let Some(invitation) = invitations::by_delivery(tx, delivery.id).await? else { return Ok(false) };
    if invitation.delivery_id != Some(delivery.id) || invitation.state != "queued" {
        return Ok(false);
    }
    invitations::put(tx, &drafted(invitation, delivery)).await?;
    Ok(true)
}

/// In the words that were to go.
pub(super) fn drafted(invitation: Invitation, delivery: &Delivery) -> Invitation {
    Invitation {
        state: "draft".to_owned(),
        reason: None,
        words: Some(delivery.outgoing.text.clone()).filter(|words| !words.is_empty()),
        delivery_id: None,
        by_user: None,
        acted_at: None,
        sent_at: None,
        ..invitation
    }
}

/// A sending that failed, or may have, goes again only while its invitation waits for just that.
pub(crate) async fn may_go_again(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    match invitations::by_delivery(tx, delivery.id).await? {
        None => Ok(()),
        Some(one) if one.delivery_id == Some(delivery.id) && matches!(one.state.as_str(), "failed" | "unknown") => {
            Ok(())
        }
        Some(_) => {
            let words = "They were invited another way since, or are not to be invited. Nothing was sent.";
            Err(EngineError::Refused(words.to_owned()))
        }
    }
}

/// What did not get through is written again where it was written: as a draft of the draw. False where it is no invitation.
pub(crate) async fn written_anew(tx: &mut Tx, delivery: &Delivery) -> Result<bool> {
    let Some(invitation) = invitations::by_delivery(tx, delivery.id).await? else { return Ok(false) };
    may_go_again(tx, delivery).await?;
    invitations::put(tx, &drafted(invitation, delivery)).await?;
    Ok(true)
}
