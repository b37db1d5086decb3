//! What a person decides about a delivery.

use super::deliver;
use crate::{Engine, EngineError, Result, worker};
use std::sync::Arc;
use tertulia_model::{DeliveryId, DeliveryState, JobId, UserId};
use tertulia_store::{
    changes, conversations,
    deliveries::{self, Delivery},
    drafts, jobs, messages, reading,
};

/// How far back it is looked for what waited for the answer that was taken back.
const LOOK_BACK: i64 = 50;

async fn get(engine: &Engine, id: DeliveryId) -> Result<Delivery> {
    deliveries::get(&mut engine.db.reader(), id).await?.ok_or_else(|| EngineError::missing("This message"))
}

/// Takes a reply back while it has not left; its words are a draft of whoever wrote them again, below what they may have
/// begun to write since.
pub async fn undo_reply(engine: &Arc<Engine>, by: UserId, id: DeliveryId) -> Result<()> {
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    let free = jobs::withdraw(&mut tx, worker::SEND, id.0, now).await?;
    let late = || EngineError::Refused("It has already left.".to_owned());
    let delivery = deliveries::get(&mut tx, id).await?.ok_or_else(|| EngineError::missing("This message"))?;
    // An attempt whose end nobody knows may have gone out.
    if !free
        || delivery.in_flight
        || !deliveries::set_state(&mut tx, id, &[DeliveryState::Queued], DeliveryState::Withdrawn, None, now).await?
    {
        return Err(late());
    }
    let message = reading::message(&mut tx, delivery.message_id).await?.ok_or_else(late)?;
    let (place, user) = (message.place, message.sent_by.unwrap_or(by));
    for file in delivery.outgoing.attachments.iter() {
        let draft = drafts::DraftFile {
            id: tertulia_model::AttachmentId(engine.next_id()),
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            content: file.content.clone(),
        };
        drafts::add_file(&mut tx, user, delivery.conversation_id, &draft, now).await?;
    }
    messages::remove(&mut tx, delivery.message_id, place).await?;
    let begun = drafts::get(&mut tx, user, delivery.conversation_id).await?.and_then(|draft| text_of(&draft.form));
    let text =
        begun.map_or_else(|| delivery.outgoing.text.clone(), |begun| format!("{}\n\n{begun}", delivery.outgoing.text));
    let form = serde_json::json!({
        "text": text, "channel": delivery.channel_id, "subject": delivery.outgoing.subject,
        "recipients": delivery.outgoing.recipients,
    });
    drafts::save(&mut tx, user, delivery.conversation_id, &form.to_string(), now).await?;
    if let Some(mut conversation) = conversations::one_to_change(&mut tx, delivery.conversation_id).await? {
        let newest = reading::conversation(&mut tx, delivery.conversation_id, None, LOOK_BACK).await?;
        if let Some(newest) = newest.first() {
            conversation.last_at = newest.at;
            conversation.last_place = newest.place;
        }
        let unanswered = newest.iter().take_while(|m| m.direction == "theirs");
        conversation.waiting_since =
            unanswered.filter(|m| m.auto == "person" && m.state == "shown").last().map(|m| m.at);
        "open".clone_into(&mut conversation.state);
        conversations::put(&mut tx, &[conversation]).await?;
    }
    let noted = changes::note(&mut tx, &[("conversation", delivery.conversation_id.0)], now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// What a kept draft says, if it says anything.
fn text_of(form: &str) -> Option<String> {
    let form: serde_json::Value = serde_json::from_str(form).ok()?;
    form.get("text")?.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// Sends a failed or doubtful one again: a person says so, knowing that a doubtful one may arrive twice.
pub async fn send_again(engine: &Arc<Engine>, id: DeliveryId) -> Result<()> {
    let delivery = get(engine, id).await?;
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    let from = [DeliveryState::Failed, DeliveryState::Unknown];
    if !deliveries::set_state(&mut tx, id, &from, DeliveryState::Queued, None, now).await? {
        return Err(EngineError::Refused("This message is on its way or has arrived.".to_owned()));
    }
    jobs::add(&mut tx, JobId(engine.next_id()), worker::SEND, id.0, now).await?;
    let noted = changes::note(&mut tx, &[("conversation", delivery.conversation_id.0)], now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.bell.ring();
    Ok(())
}

/// A person has seen that a doubtful one did arrive.
pub async fn consider_sent(engine: &Arc<Engine>, id: DeliveryId) -> Result<()> {
    let delivery = get(engine, id).await?;
    if delivery.state != DeliveryState::Unknown {
        return Err(EngineError::Refused("There is no doubt about this message any more.".to_owned()));
    }
    deliver::settle(engine, &delivery, DeliveryState::Sent, None).await
}
