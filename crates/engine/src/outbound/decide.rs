//! What a person decides about a delivery.

use super::{deliver, singly, waiting};
use crate::{
    Engine, EngineError, Result,
    ingest::Tries,
    webhooks::{self, Event},
    wording::{Envelope, Standing},
    worker,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tertulia_model::{
    AttachmentId, ChannelState, ConversationId, DeliveryId, DeliveryState, JobId, MessageId, Millis, UserId,
};
use tertulia_store::{
    Tx, article_uses, changes, channels,
    conversations::{self, Conversation},
    deliveries::{self, Delivery},
    drafts, endings, identity_questions, jobs, messages,
    reading::{self, Message},
    threads,
};

async fn get(engine: &Engine, id: DeliveryId) -> Result<Delivery> {
    deliveries::get(&mut engine.db.reader(), id).await?.ok_or_else(|| EngineError::missing("This message"))
}

/// Takes a reply or a forward back while it has not left; its words are a draft of whoever wrote them again, above what
/// they may have begun to write since.
pub async fn undo_reply(engine: &Arc<Engine>, by: UserId, id: DeliveryId) -> Result<()> {
    let mut tries = Tries::default();
    loop {
        match try_undo(engine, by, id).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_undo(engine: &Engine, by: UserId, id: DeliveryId) -> Result<()> {
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    // Who merges conversations or hears of bounces takes the conversation first and then the delivery: they wait here
    // for us or we for them. What is read from here on is where a merge has put it.
    threads::place_alone(&mut tx).await?;
    let free = jobs::withdraw(&mut tx, worker::SEND, id.0, now).await?;
    let late = || EngineError::Refused("It has already left.".to_owned());
    let delivery = deliveries::get_to_change(&mut tx, id).await?.ok_or_else(|| EngineError::missing("This message"))?;
    // Before the delivery is withdrawn, which its draft would follow.
    let is_drafted = singly::taken_back(&mut tx, &delivery).await?;
    // An attempt whose end nobody knows may have gone out.
    if !free
        || delivery.in_flight
        || !deliveries::set_state(&mut tx, id, &[DeliveryState::Queued], DeliveryState::Withdrawn, None, now).await?
    {
        return Err(late());
    }
    let message = reading::message(&mut tx, delivery.message_id).await?.ok_or_else(late)?;
    let put = articles_in(&mut tx, message.id).await?;
    messages::remove(&mut tx, message.id, message.place).await?;
    // The link in what asks somebody whether another is them is theirs alone: it goes into no other message.
    if !is_drafted && !identity_questions::is_asked_by(&mut tx, id).await? {
        back_to_draft(engine, &mut tx, message.sent_by.unwrap_or(by), &delivery, put).await?;
    }
    if delivery.outgoing.forwards.is_none() {
        stand_as_before(engine, &mut tx, &delivery, &message).await?;
    }
    let noted = changes::note(&mut tx, &[("conversation", delivery.conversation_id.0)], now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.bell.ring();
    Ok(())
}

/// Which an answer held, by their ids.
async fn articles_in(tx: &mut Tx, message: MessageId) -> Result<Vec<String>> {
    let used = article_uses::of_messages(tx, &[message]).await?;
    Ok(used.iter().map(|used| used.article_id.to_string()).collect())
}

/// `articles`: those that it held.
async fn back_to_draft(
    engine: &Engine,
    tx: &mut Tx,
    user: UserId,
    delivery: &Delivery,
    mut articles: Vec<String>,
) -> Result<()> {
    let now = engine.now();
    let outgoing = &delivery.outgoing;
    let forwards = outgoing.forwards.as_ref().map(|forwarded| forwarded.message);
    let key = drafts::Key { user, conversation: delivery.conversation_id, forwards };
    for file in &outgoing.attachments {
        let draft = drafts::DraftFile {
            id: AttachmentId(engine.next_id()),
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            content: file.content.clone(),
        };
        drafts::add_file(tx, key, &draft, now).await?;
    }
    let begun = drafts::get(tx, key).await?.map(|draft| draft.form);
    for other in begun.as_deref().map(articles_of).unwrap_or_default() {
        if !articles.contains(&other) {
            articles.push(other);
        }
    }
    let begun = begun.as_deref().and_then(text_of);
    let text = begun.map_or_else(|| outgoing.text.clone(), |begun| format!("{}\n\n{begun}", outgoing.text));
    let form = serde_json::json!({
        "text": text, "channel": delivery.channel_id, "subject": outgoing.subject, "from": outgoing.from_address,
        "recipients": outgoing.recipients, "articles": articles.join(" "),
    });
    Ok(drafts::save(tx, key, &form.to_string(), now).await?)
}

/// An answer was taken back: its conversation stands again as it stood before, unless something came between.
async fn stand_as_before(engine: &Engine, tx: &mut Tx, delivery: &Delivery, answer: &Message) -> Result<()> {
    let Some(mut conversation) = conversations::one_to_change(tx, delivery.conversation_id).await? else {
        return Ok(());
    };
    let stood = conversation.state.clone();
    let ended = conversation.ended();
    let newest = reading::newest_said(tx, delivery.conversation_id).await?;
    if let Some(newest) = newest.first() {
        conversation.last_place = newest.place;
    }
    let unanswered = reading::unanswered_since(&newest);
    let before = Envelope::parse(&answer.envelope).before;
    // Unless something came meanwhile, it goes back to where it stood in the list.
    if let Some(last_at) = before.as_ref().and_then(|before| before.last_at)
        && conversation.last_at == last_at.max(answer.at)
    {
        conversation.last_at = last_at;
    }
    if !newest.iter().any(|m| m.is_answer_of_ours() && m.place > answer.place) {
        let before = before.unwrap_or_else(|| Standing {
            state: "open".to_owned(),
            snoozed_until: None,
            waiting_since: unanswered,
            last_at: None,
            woken: false,
            outcome: None,
            became: conversation.state.clone(),
        });
        restore(&mut conversation, before, unanswered);
    }
    if let Some(at) = conversation.snoozed_until {
        jobs::add(tx, JobId(engine.next_id()), worker::WAKE, conversation.id.0, at).await?;
    }
    // Nothing ended with it, also where they wrote meanwhile and it is open.
    if conversation.ended().is_none_or(|stands| stands.at != answer.at) {
        endings::take_back(tx, conversation.id, answer.at).await?;
    }
    let moved = Event::of_move(Some(&stood), &conversation).or_else(|| Event::of_ending(ended.as_ref(), &conversation));
    conversations::put(tx, &[conversation]).await?;
    webhooks::tell(engine, tx, moved.as_slice()).await
}

fn restore(conversation: &mut Conversation, before: Standing, unanswered: Option<Millis>) {
    // Where it was pending because of another answer, and that was taken back too, they wait.
    let waits_after_all = before.state == "pending" && before.waiting_since.is_none() && unanswered.is_some();
    let waiting_since = if waits_after_all { unanswered } else { before.waiting_since };
    if conversation.state == before.became && !waits_after_all {
        conversation.state = before.state;
        conversation.snoozed_until = before.snoozed_until;
        conversation.woken = before.woken;
        conversation.waiting_since = waiting_since;
        conversation.end(before.outcome);
    } else if waiting_since.is_some() || waits_after_all {
        // They wrote again, or a colleague put it away as answered: it is not.
        "open".clone_into(&mut conversation.state);
        conversation.snoozed_until = None;
        conversation.waiting_since = [waiting_since, conversation.waiting_since].into_iter().flatten().min();
    }
}

/// A kept draft with other words.
pub(crate) fn with_text(form: &str, text: &str) -> String {
    let form: serde_json::Value = serde_json::from_str(form).unwrap_or_default();
    let mut form = form.as_object().cloned().unwrap_or_default();
    form.insert("text".to_owned(), text.into());
    serde_json::Value::Object(form).to_string()
}

/// What a kept draft says, if it says anything.
pub(crate) fn text_of(form: &str) -> Option<String> {
    let form: serde_json::Value = serde_json::from_str(form).ok()?;
    form.get("text")?.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// The articles that were put into a kept draft, by their ids.
fn articles_of(form: &str) -> Vec<String> {
    let form: serde_json::Value = serde_json::from_str(form).unwrap_or_default();
    form["articles"].as_str().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

/// Sends a failed or doubtful one again: a person says so, knowing that a doubtful one may arrive twice.
pub async fn send_again(engine: &Arc<Engine>, id: DeliveryId) -> Result<()> {
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    let delivery = deliveries::get_to_change(&mut tx, id).await?.ok_or_else(|| EngineError::missing("This message"))?;
    still_says_something(&mut tx, &delivery).await?;
    singly::may_go_again(&mut tx, &delivery).await?;
    let channel = channels::get(&mut tx, delivery.channel_id).await?;
    if channel.is_none_or(|channel| channel.state == ChannelState::Deleted) {
        let gone =
            "Its channel was deleted, so it cannot go that way again. Nothing was changed. Answer by another way.";
        return Err(EngineError::Refused(gone.to_owned()));
    }
    let from = [DeliveryState::Failed, DeliveryState::Unknown];
    if !deliveries::queue_again(&mut tx, id, &from, now).await? {
        return Err(EngineError::Refused("This message is on its way or has arrived.".to_owned()));
    }
    waiting::wait_no_more(&mut tx, &delivery).await?;
    jobs::add_for(&mut tx, JobId(engine.next_id()), (worker::SEND, delivery.channel_id), id.0, now).await?;
    tell(engine, tx, &delivery).await?;
    engine.bell.ring();
    Ok(())
}

/// What did not get through stays so: a person says that nothing is to be done about it.
pub async fn leave(engine: &Arc<Engine>, by: UserId, id: DeliveryId) -> Result<()> {
    let delivery = get(engine, id).await?;
    let mut tx = engine.db.begin().await?;
    if !deliveries::leave(&mut tx, id, by, engine.now()).await? {
        return Err(settled());
    }
    tell(engine, tx, &delivery).await
}

/// Undoes [`leave`].
pub async fn undo_leave(engine: &Arc<Engine>, id: DeliveryId) -> Result<()> {
    let delivery = get(engine, id).await?;
    let mut tx = engine.db.begin().await?;
    if !deliveries::take_up(&mut tx, id).await? {
        return Err(settled());
    }
    tell(engine, tx, &delivery).await
}

/// What was not delivered is a draft again, of whoever says so, to be put right; what went wrong stays to be seen.
pub async fn write_again(engine: &Arc<Engine>, by: UserId, id: DeliveryId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    // A merge takes the conversation along: from here on it stays where it is.
    threads::place_alone(&mut tx).await?;
    let delivery = deliveries::get_to_change(&mut tx, id).await?.ok_or_else(|| EngineError::missing("This message"))?;
    still_says_something(&mut tx, &delivery).await?;
    if identity_questions::is_asked_by(&mut tx, id).await? {
        let asks = "This asks whether another is them, by a link that is theirs alone. Nothing was changed. Ask them anew \
            where both stand side by side.";
        return Err(EngineError::Refused(asks.to_owned()));
    }
    if delivery.state != DeliveryState::Failed || !deliveries::leave(&mut tx, id, by, engine.now()).await? {
        return Err(settled());
    }
    if !singly::written_anew(&mut tx, &delivery).await? {
        let held = articles_in(&mut tx, delivery.message_id).await?;
        back_to_draft(engine, &mut tx, by, &delivery, held).await?;
    }
    tell(engine, tx, &delivery).await
}

/// Of one whose words were erased, or removed after their days, there is nothing left to send.
async fn still_says_something(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    let message = reading::message(tx, delivery.message_id).await?;
    if message.is_some_and(|message| message.state == "shown") {
        return Ok(());
    }
    let gone = "Its words are not here any more: they were erased, or removed after their days. Nothing was changed.";
    Err(EngineError::Refused(gone.to_owned()))
}

fn settled() -> EngineError {
    EngineError::Refused("Somebody has decided about this message meanwhile. Nothing was changed.".to_owned())
}

async fn tell(engine: &Engine, mut tx: Tx, delivery: &Delivery) -> Result<()> {
    let noted = changes::note(&mut tx, &[("conversation", delivery.conversation_id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// A message that a person said did arrive, as it was doubted before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    delivery: DeliveryId,
    reason: Option<String>,
}

/// A person has seen that a doubtful one did arrive. [`doubt_again`] undoes it.
pub async fn consider_sent(engine: &Arc<Engine>, id: DeliveryId) -> Result<Doubt> {
    let delivery = get(engine, id).await?;
    if delivery.state != DeliveryState::Unknown {
        return Err(EngineError::Refused("There is no doubt about this message any more.".to_owned()));
    }
    deliver::settle(engine, &delivery, DeliveryState::Sent, None).await?;
    Ok(Doubt { delivery: id, reason: delivery.reason })
}

/// It is not known after all whether it arrived. Gives its conversation.
pub async fn doubt_again(engine: &Arc<Engine>, doubt: &Doubt) -> Result<ConversationId> {
    let mut tx = engine.db.begin().await?;
    let delivery =
        deliveries::get(&mut tx, doubt.delivery).await?.ok_or_else(|| EngineError::missing("This message"))?;
    still_says_something(&mut tx, &delivery).await?;
    let sent = [DeliveryState::Sent];
    let reason = doubt.reason.as_deref();
    if !deliveries::set_state(&mut tx, doubt.delivery, &sent, DeliveryState::Unknown, reason, engine.now()).await? {
        return Err(settled());
    }
    tell(engine, tx, &delivery).await?;
    Ok(delivery.conversation_id)
}
