//! Whether somebody wants to hear from us: what they said by the channel's own means, and what a member noted for them.

mod answer;
mod kept;

pub(crate) use answer::answer;
pub use kept::{Kept, kept};
pub(crate) use kept::{outlive, with_kept};

use crate::{
    Engine, EngineError, Result,
    ingest::{Event, Wish},
    outbound::Way,
    wording::Envelope,
};
use std::sync::Arc;
use tertulia_model::{ChannelId, MessageId, Outgoing, PersonId, UserId};
use tertulia_store::{
    Sql, Tx, changes,
    channels::{self, Channel},
    consents::{self, Consent, Subject},
    erased,
    people::{self, Identity},
    person_merges, reading, threads,
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
    if let Some(text) = &wish.answer {
        answer::note(engine, tx, channel, &event.name.external_id, &wish.author.handle, text).await?;
    }
    Ok(true)
}

/// Why somebody must not be written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A wish that holds.
    Wish(Consent),
    /// One that outlived the erasure of whoever had it.
    Kept(Kept),
}

impl Refusal {
    /// In words for whoever wanted to write.
    pub fn words(&self) -> String {
        match self {
            Self::Wish(Consent { by_user: None, .. }) => {
                "They asked not to be written to here (STOP). They can take that back themselves by START.".to_owned()
            }
            Self::Wish(_) => "It is noted that this person does not want to be written to here. Change that on their \
                              page first, if they do want it."
                .to_owned(),
            Self::Kept(kept) => kept.words(),
        }
    }
}

/// Whom a message goes to: by their handles, and by what it answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Whom {
    pub handles: Vec<String>,
    /// Whoever said this is meant, too, if it goes to where they want to be answered: that may be another address than
    /// theirs (Reply-To), of which nobody knows whose it is.
    pub answers: Option<MessageId>,
}

/// What forbids to write to one of these on a channel, if anything does.
pub(crate) async fn refusal(
    engine: &Engine,
    on: &mut impl Sql,
    channel: &Channel,
    whom: Whom,
) -> Result<Option<Refusal>> {
    // What was said to somebody has been said: to write it down is to write to nobody.
    if engine.registry.is_written_down(&channel.connector) {
        return Ok(None);
    }
    let Whom { mut handles, answers } = whom;
    let mut known = people::with_handles(on, handles.clone()).await?;
    known.retain(|identity| {
        engine.registry.of_space(&identity.space).is_some_and(|kind| kind.spec().name == channel.connector)
    });
    if let Some(answered) = answered(on, answers, &handles).await?
        && !known.iter().any(|identity| identity.id == answered.id)
    {
        handles.push(answered.handle.clone());
        known.push(answered);
    }
    for identity in &known {
        if let Some(refused) = consents::refusal(on, identity.id, identity.person_id, channel.id).await? {
            return Ok(Some(Refusal::Wish(refused)));
        }
    }
    for handle in handles {
        let identity = known.iter().find(|identity| identity.handle == handle);
        if let Some(kept) = kept(engine, on, channel, &handle, identity).await? {
            return Ok(Some(Refusal::Kept(kept)));
        }
    }
    Ok(None)
}

/// Who said what is answered, if it goes to them: to where they wrote from, or to where they want their answers.
async fn answered(on: &mut impl Sql, message: Option<MessageId>, handles: &[String]) -> Result<Option<Identity>> {
    let Some(message) = message else { return Ok(None) };
    let Some(said) = reading::message(on, message).await?.filter(|m| m.direction == "theirs") else { return Ok(None) };
    let Some(identity) = said.identity_id else { return Ok(None) };
    let reply_to = Envelope::parse(&said.envelope).reply_to;
    let mut theirs = said.handle.iter().chain(&reply_to);
    if !theirs.any(|own| handles.iter().any(|handle| handle.to_lowercase() == own.to_lowercase())) {
        return Ok(None);
    }
    Ok(people::identity_by_id(on, identity).await?)
}

/// Whether any wish at all outlived an erasure.
pub(crate) async fn any_kept(on: &mut impl Sql) -> Result<bool> {
    Ok(erased::any_of_kinds(on, &[kept::BY_THEM, kept::BY_MEMBER]).await?)
}

/// Whom a message goes to, by their handles.
pub(crate) fn handles(outgoing: &Outgoing) -> Vec<String> {
    let mut handles: Vec<String> = outgoing.recipients.iter().map(|r| r.address.to_lowercase()).collect();
    if handles.is_empty() {
        handles.push(outgoing.to_handle.clone());
    }
    handles
}

/// Why whoever would be answered in this way must not be written to; none where nothing forbids it.
pub async fn against(engine: &Engine, way: &Way) -> Result<Option<String>> {
    against_on(engine, &mut engine.db.reader(), way).await
}

pub(crate) async fn against_on(engine: &Engine, on: &mut impl Sql, way: &Way) -> Result<Option<String>> {
    let Some(channel) = channels::get(on, way.channel).await? else { return Ok(None) };
    let mut handles: Vec<String> = way.reply.iter().map(|r| r.address.to_lowercase()).collect();
    if handles.is_empty() {
        handles.push(way.to_handle.clone());
    }
    let whom = Whom { handles, answers: way.answers };
    Ok(refusal(engine, on, &channel, whom).await?.map(|refused| refused.words()))
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
    // Nobody becomes part of another meanwhile.
    threads::place_alone(&mut tx).await?;
    let person =
        person_merges::standing_for(&mut tx, person).await?.ok_or_else(|| EngineError::missing("This person"))?.id;
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
