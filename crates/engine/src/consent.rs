//! Whether somebody wants to hear from us: what they said by the channel's own means, and what a member noted for them.

use crate::{
    Engine, EngineError, Result,
    ingest::{Event, Wish},
    outbound::Way,
    worker::{self, Done},
};
use serde_json::json;
use std::sync::Arc;
use tertulia_model::{ChannelId, ChannelState, JobId, MessageId, Outgoing, PersonId, UserId, Visibility};
use tertulia_store::{
    Sql, Tx, changes,
    channels::{self, Channel},
    consents::{self, Consent, Subject},
    errands, jobs, people,
};

/// The longest record of what somebody wrote.
const LONGEST_WORDS: usize = 1_000;

/// Notes what somebody said by the channel's own means (STOP, START); false where this event was heard before.
pub(crate) async fn note(engine: &Engine, tx: &mut Tx, channel: &Channel, event: &Event, wish: &Wish) -> Result<bool> {
    let people = crate::people::resolve(engine, tx, [&wish.author]).await?;
    let (identity, _) = people.get(&wish.author).ok_or_else(|| EngineError::missing("This person"))?;
    let words: String = wish.words.chars().take(LONGEST_WORDS).collect();
    let noted = consents::Wish {
        subject: Subject::Identity(identity),
        channel: Some(channel.id),
        allowed: wish.allowed,
        words: &words,
        by: None,
        event: Some(event.key),
        at: event.received_at,
    };
    if !consents::note(tx, engine.next_id(), &noted).await? {
        return Ok(false);
    }
    if let Some(answer) = &wish.answer {
        let task = json!({ "to": wish.author.handle, "text": answer });
        let id = errands::put(tx, engine.next_id(), channel.id, &format!("answer {}", event.name.external_id), &task)
            .await?;
        jobs::add(tx, JobId(engine.next_id()), worker::ANSWER, id, engine.now()).await?;
    }
    Ok(true)
}

/// Sends the one answer that a wish asks for ("You are off the list"). It is taken from the table before it leaves: once
/// too few does no harm that a second one would not do.
pub(crate) async fn answer(engine: &Arc<Engine>, id: i64) -> Result<Done> {
    let Some(errand) = errands::get(&mut engine.db.reader(), id).await? else { return Ok(Done::Finished) };
    let channel = channels::get(&mut engine.db.reader(), errand.channel_id).await?;
    let mut tx = engine.db.begin_bulk().await?;
    errands::finish(&mut tx, &errand).await?;
    tx.commit().await?;
    let Some(channel) = channel.filter(|c| c.state != ChannelState::Deleted) else { return Ok(Done::Finished) };
    let text = |name: &str| errand.task[name].as_str().unwrap_or_default().to_owned();
    let connector = engine.connector(&channel)?;
    let message = MessageId(engine.next_id());
    let outgoing = Outgoing {
        message,
        external_id: connector.choose_external_id(&channel.settings, &message.to_string()),
        idempotency_key: message.to_string(),
        to_handle: text("to"),
        from_address: Some(channel.account.clone()),
        from_name: None,
        recipients: Vec::new(),
        subject: None,
        text: text("text"),
        references: Vec::new(),
        reply_token: None,
        attachments: Vec::new(),
        forwards: None,
        by_machine: true,
        visibility: Visibility::Private,
    };
    let context = engine.kept_context(&channel)?;
    if let Err(error) = connector.send(&context, &outgoing).await {
        tracing::warn!(channel = %channel.id, %error, "the answer to a STOP or HELP could not be sent");
    }
    Ok(Done::Finished)
}

/// The wish that forbids to write to one of these handles on a channel, if there is one.
pub(crate) async fn refusal(
    engine: &Engine,
    on: &mut impl Sql,
    channel: &Channel,
    handles: Vec<String>,
) -> Result<Option<Consent>> {
    // What was said to somebody has been said: to write it down is to write to nobody.
    if engine.registry.is_written_down(&channel.connector) {
        return Ok(None);
    }
    for identity in people::with_handles(on, handles).await? {
        let kind = engine.registry.of_space(&identity.space);
        if kind.is_none_or(|kind| kind.spec().name != channel.connector) {
            continue;
        }
        if let Some(refused) = consents::refusal(on, identity.id, identity.person_id, channel.id).await? {
            return Ok(Some(refused));
        }
    }
    Ok(None)
}

/// Whom a message goes to, by their handles.
pub(crate) fn handles(outgoing: &Outgoing) -> Vec<String> {
    let mut handles: Vec<String> = outgoing.recipients.iter().map(|r| r.address.to_lowercase()).collect();
    if handles.is_empty() {
        handles.push(outgoing.to_handle.clone());
    }
    handles
}

/// In words for whoever wanted to write.
pub(crate) fn words(refused: &Consent) -> String {
    match refused.by_user {
        None => "They asked not to be written to here (STOP). They can take that back themselves by START.".to_owned(),
        Some(_) => {
            "It is noted that this person does not want to be written to here. Change that on their page first, \
                    if they do want it."
                .to_owned()
        }
    }
}

/// Why whoever would be answered in this way must not be written to; none where nothing forbids it.
pub async fn against(engine: &Engine, way: &Way) -> Result<Option<String>> {
    let mut db = engine.db.reader();
    let Some(channel) = channels::get(&mut db, way.channel).await? else { return Ok(None) };
    let mut handles: Vec<String> = way.reply.iter().map(|r| r.address.to_lowercase()).collect();
    if handles.is_empty() {
        handles.push(way.to_handle.clone());
    }
    Ok(refusal(engine, &mut db, &channel, handles).await?.map(|refused| words(&refused)))
}

/// A member notes what a person wants: on one channel, or on all of them.
pub async fn set(
    engine: &Arc<Engine>,
    person: PersonId,
    channel: Option<ChannelId>,
    allowed: bool,
    why: &str,
    by: UserId,
) -> Result<()> {
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    people::get(&mut tx, person).await?.ok_or_else(|| EngineError::missing("This person"))?;
    let why: String = why.trim().chars().take(LONGEST_WORDS).collect();
    let wish = consents::Wish {
        subject: Subject::Person(person),
        channel,
        allowed: Some(allowed),
        words: &why,
        by: Some(by),
        event: None,
        at: now,
    };
    consents::note(&mut tx, engine.next_id(), &wish).await?;
    let noted = changes::note(&mut tx, &[("person", person.0)], now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
