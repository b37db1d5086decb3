//! A card of what is asked about once a day, as it is now; none where it is over: they were answered, wrote, or are gone.

use super::{
    Card, Key, Why,
    proposals::{OFTEN, SPEAKS},
};
use crate::{Engine, Result, consent, outbound, people};
use std::{collections::HashSet, sync::Arc};
use tertulia_model::{ChannelState, ConversationId, PersonId, UserId};
use tertulia_store::{
    channels::{self, Channel},
    conversations::{self, Conversation},
    keys,
    people::Person,
    person_merges, reading, today,
};

/// So many of the last things that somebody said are looked at for what they said of us.
const LAST_SAID: i64 = 50;

pub(super) async fn card(engine: &Arc<Engine>, member: UserId, key: &Key) -> Result<Option<Card>> {
    match key.kind.as_str() {
        "back" => back(engine, member, key).await,
        "quiet" => quiet(engine, member, key).await,
        "new" => new(engine, key).await,
        _ => Ok(None),
    }
}

async fn back(engine: &Engine, member: UserId, key: &Key) -> Result<Option<Card>> {
    let mut db = engine.db.reader();
    let held = conversations::get(&mut db, ConversationId(key.subject_id)).await?;
    let held = held.filter(|held| held.state == "open" && is_theirs(held, member));
    let Some(held) = held else { return Ok(None) };
    let (Some(since), Some(person)) = (held.waiting_since, held.person_id) else { return Ok(None) };
    if today::answered_since(&mut db, person, key.cause).await? {
        return Ok(None);
    }
    let Some(person) = person_merges::standing_for(&mut db, person).await? else { return Ok(None) };
    let why = Why::Back { since, heard_before: keys::time_of_place(key.cause) };
    Ok(Some(of(key, person, Some(held), why)))
}

/// As the inbox has it: what a member has, and what nobody has.
fn is_theirs(held: &Conversation, member: UserId) -> bool {
    held.assignee_id.is_none_or(|assignee| assignee == member)
}

fn of(key: &Key, person: Person, held: Option<Conversation>, why: Why) -> Card {
    Card {
        key: key.clone(),
        person: Some(person.id),
        name: Some(person.name),
        channel: held.as_ref().map(|held| held.channel_id),
        conversation: held.as_ref().map(|held| held.id),
        message: None,
        words: held.map_or_else(String::new, |held| held.snippet),
        why,
        passed_on: None,
    }
}

async fn quiet(engine: &Engine, member: UserId, key: &Key) -> Result<Option<Card>> {
    let mut db = engine.db.reader();
    let person = person_merges::standing_for(&mut db, PersonId(key.subject_id)).await?;
    let Some(person) = person else { return Ok(None) };
    if !today::is_silent_since(&mut db, person.id, key.cause).await? {
        return Ok(None);
    }
    let last = conversations::of_person(&mut db, person.id, 1).await?;
    let held = conversations::get_many(&mut db, last).await?.pop();
    let Some(held) = held.filter(|held| is_theirs(held, member)) else { return Ok(None) };
    let why = Why::Quiet { last_at: held.last_at, days: people::days_talked(engine, person.id).await? };
    Ok(Some(of(key, person, Some(held), why)))
}

async fn new(engine: &Engine, key: &Key) -> Result<Option<Card>> {
    let mut db = engine.db.reader();
    let person = person_merges::standing_for(&mut db, PersonId(key.subject_id)).await?;
    let Some(person) = person else { return Ok(None) };
    if !today::never_talked(&mut db, person.id).await? {
        return Ok(None);
    }
    let since = engine.now() - SPEAKS;
    let mut said = reading::person(&mut db, person.id, None, LAST_SAID).await?;
    said.retain(|message| message.is_said_to_us() && message.at >= since);
    let ids: Vec<_> = said.iter().map(|message| message.id).collect();
    let found: HashSet<_> = today::found_of(&mut db, &ids).await?.into_iter().collect();
    said.retain(|message| found.contains(&message.id));
    let Some(last) = said.first().filter(|_| said.len() >= OFTEN) else { return Ok(None) };
    let why = Why::New { times: said.len(), last_at: last.at };
    let card = of(key, person, None, why);
    Ok(Some(Card { channel: Some(last.channel_id), message: Some(last.id), words: last.snippet.clone(), ..card }))
}

/// Whether there is a way to reach them, and they have not said that they do not want it.
pub(super) async fn may_be_asked(engine: &Arc<Engine>, card: &Card) -> Result<bool> {
    let mut db = engine.db.reader();
    if let Some(conversation) = card.conversation {
        for way in outbound::ways_to_answer(engine, conversation).await? {
            let channel = channels::get(&mut db, way.channel).await?;
            if way.written_down || !channel.is_some_and(|channel| is_up(&channel)) {
                continue;
            }
            if consent::against(engine, &way).await?.is_none() {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let Some(message) = card.message else { return Ok(false) };
    let Some(message) = reading::message(&mut db, message).await? else { return Ok(false) };
    let Some(channel) = channels::get(&mut db, message.channel_id).await? else { return Ok(false) };
    let can_send = outbound::sends(engine, &channel) && is_up(&channel);
    let Some(handle) = message.handle.filter(|_| can_send) else { return Ok(false) };
    let whom = consent::Whom { handles: vec![handle], answers: None };
    Ok(consent::refusal(engine, &mut db, &channel, whom).await?.is_none())
}

/// Whether something can be sent there, be it that it fails for a while.
fn is_up(channel: &Channel) -> bool {
    matches!(channel.state, ChannelState::Live | ChannelState::Failing)
}
