//! Undoing what was done with items and changes.

use super::{changes, finish, held, items::join_held, merging, no_item};
use crate::{Engine, EngineError, Result, roadmap};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tertulia_model::{ChangeId, FeedbackId, MessageId, Millis, PersonId, UserId};
use tertulia_store::{
    evidence::{self, Evidence},
    feedback, person_merges, reading,
};

/// What can be undone, as it travels through the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Undo {
    /// An item was made.
    Added(FeedbackId),
    /// Evidence was given.
    Given(i64),
    /// Evidence was taken back.
    Taken(Taken),
    Joined {
        item: FeedbackId,
        before: Option<ChangeId>,
        after: Option<ChangeId>,
    },
    Merged {
        from: FeedbackId,
        into: FeedbackId,
    },
    /// A change was made.
    Made(ChangeId),
    Moved {
        change: ChangeId,
        moved: i64,
    },
    /// A change was put on the public page, or taken off it.
    Shown {
        change: ChangeId,
        before: bool,
    },
}

/// Evidence that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    id: i64,
    given_to: FeedbackId,
    message: Option<MessageId>,
    person: Option<PersonId>,
    asks: bool,
    note: String,
    given_by: UserId,
    given_at: Millis,
    asked_at: Millis,
}

impl Undo {
    /// Whether undoing it would take nothing off the public page.
    pub fn leaves_it_public(&self) -> bool {
        matches!(self, Self::Shown { before: true, .. })
    }

    pub(super) fn taken(evidence: &Evidence) -> Self {
        Self::Taken(Taken {
            id: evidence.id,
            given_to: evidence.given_to,
            message: evidence.message_id,
            person: evidence.person_id,
            asks: evidence.asks,
            note: evidence.note.clone(),
            given_by: evidence.given_by,
            given_at: evidence.given_at,
            asked_at: evidence.asked_at,
        })
    }
}

/// Where it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Back {
    Items,
    Item(FeedbackId),
    Changes,
    Change(ChangeId),
}

/// Undoes it, where nothing came of it since.
pub async fn undo(engine: &Arc<Engine>, by: UserId, undo: &Undo) -> Result<Back> {
    match undo {
        Undo::Added(item) => unadd(engine, *item).await.map(|()| Back::Items),
        Undo::Given(id) => {
            let known = evidence::get(&mut engine.db.reader(), *id).await?.ok_or_else(gone)?;
            super::take_back(engine, *id).await?;
            Ok(Back::Item(known.item_id))
        }
        Undo::Taken(taken) => put_back(engine, taken).await.map(Back::Item),
        Undo::Joined { item, before, after } => unjoin(engine, *item, *before, *after).await.map(Back::Item),
        Undo::Merged { from, into } => merging::try_part(engine, *from, Some(*into)).await.map(Back::Item),
        Undo::Made(change) => Ok(changes::unmake(engine, *change).await?.map_or(Back::Changes, Back::Item)),
        Undo::Moved { change, moved } => {
            changes::unmove(engine, by, *change, *moved).await.map(|()| Back::Change(*change))
        }
        Undo::Shown { change, before } => {
            roadmap::show(engine, by, *change, *before).await.map(|_| Back::Change(*change))
        }
    }
}

fn gone() -> EngineError {
    EngineError::Refused("Something new happened here since, so there is nothing to undo.".to_owned())
}

async fn unadd(engine: &Engine, id: FeedbackId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let item = feedback::get_to_change(&mut tx, &[id]).await?.pop().ok_or_else(no_item)?;
    let is_alone = item.merged_into.is_none() && feedback::parts(&mut tx, id, 1).await?.is_empty();
    if !is_alone || item.change_id.is_some() || evidence::count(&mut tx, id).await? > 1 {
        return Err(gone());
    }
    feedback::remove(&mut tx, id).await?;
    finish(engine, tx, &[id], &[]).await
}

/// Who was erased in the meantime, and what was said and is gone, does not come back by it.
async fn put_back(engine: &Engine, taken: &Taken) -> Result<FeedbackId> {
    let mut tx = engine.db.begin().await?;
    let item = held(&mut tx, taken.given_to).await?;
    let person = match taken.person {
        Some(person) => Some(person_merges::standing_for(&mut tx, person).await?.ok_or_else(gone)?.id),
        None => None,
    };
    let is_said = match taken.message {
        Some(message) => reading::message(&mut tx, message).await?.is_some(),
        None => true,
    };
    if !is_said || evidence::get(&mut tx, taken.id).await?.is_some() {
        return Err(gone());
    }
    let back = Evidence {
        id: taken.id,
        given_to: taken.given_to,
        item_id: item.id,
        message_id: taken.message,
        person_id: person,
        asks: taken.asks,
        note: taken.note.clone(),
        given_by: taken.given_by,
        given_at: taken.given_at,
        asked_at: taken.asked_at,
    };
    evidence::add(&mut tx, &back).await?;
    feedback::recount(&mut tx, &[item.id]).await?;
    finish(engine, tx, &[item.id], item.change_id.as_slice()).await?;
    Ok(item.id)
}

async fn unjoin(
    engine: &Engine,
    id: FeedbackId,
    before: Option<ChangeId>,
    after: Option<ChangeId>,
) -> Result<FeedbackId> {
    let mut tx = engine.db.begin().await?;
    let item = held(&mut tx, id).await?;
    if item.id != id || item.change_id != after {
        return Err(gone());
    }
    join_held(&mut tx, &item, before).await?;
    let changes: Vec<ChangeId> = before.into_iter().chain(after).collect();
    finish(engine, tx, &[id], &changes).await?;
    Ok(id)
}
