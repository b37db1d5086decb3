//! What comes up until none of it is left: who wrote for the first time, and what was promised for today.

use super::{Card, Day, Key, Why};
use crate::{Engine, Result};
use tertulia_model::Millis;
use tertulia_store::today::{self, Due, Waiting, Work};

/// What has waited longest first; what was promised for today has waited since the day began.
pub(super) async fn cards(engine: &Engine, work: Work, (day, until): (&Day, Millis), most: usize) -> Result<Vec<Card>> {
    let mut db = engine.db.reader();
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let wrote = today::first_timers(&mut db, work, (day.number, until), limit).await?;
    let promised = today::due_promises(&mut db, work, (day.number, day.ends), limit).await?;
    let mut cards: Vec<Card> = wrote.into_iter().map(first).chain(promised.into_iter().map(promise)).collect();
    cards.sort_by_key(|card| (waits_since(card, day), card.key.subject_id));
    cards.truncate(most);
    Ok(cards)
}

fn waits_since(card: &Card, day: &Day) -> Millis {
    match card.why {
        Why::Promise { due_at, .. } => due_at.min(day.begins),
        Why::First { since } | Why::Back { since, .. } => since,
        Why::Quiet { last_at, .. } | Why::New { last_at, .. } => last_at,
    }
}

fn first(one: Waiting) -> Card {
    Card {
        key: Key { kind: "first".to_owned(), subject_id: one.conversation_id.0, cause: 0 },
        person: Some(one.person_id),
        name: one.person_name,
        channel: Some(one.channel_id),
        conversation: Some(one.conversation_id),
        message: None,
        words: one.words,
        why: Why::First { since: one.since },
        passed_on: one.passed_by.zip(one.note),
    }
}

fn promise(one: Due) -> Card {
    Card {
        key: Key { kind: "promise".to_owned(), subject_id: one.promise_id, cause: 0 },
        person: one.person_id,
        name: one.person_name,
        channel: one.channel_id,
        conversation: Some(one.conversation_id),
        message: Some(one.message_id),
        words: one.words,
        why: Why::Promise { due_at: one.due_at, by: one.promised_by },
        passed_on: one.passed_by.zip(one.note),
    }
}
