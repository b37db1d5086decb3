//! Two items that ask for the same become one with all their askers, and are parted again.

use super::{Undo, finish, held, items::join_held, no_item};
use crate::{Engine, EngineError, Result, ingest::Tries};
use std::sync::Arc;
use tertulia_model::{ChangeId, FeedbackId, UserId};
use tertulia_store::{
    Tx, evidence,
    feedback::{self, Item},
};

/// How two items would be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub from: Item,
    pub into: Item,
    /// Rows of evidence that go along.
    pub moves: i64,
    /// Who asks for either, each person once.
    pub askers: i64,
    /// The change that the one that stays is joined to by it.
    pub change: Option<ChangeId>,
}

/// Looks at both as they stand, in an order that nobody waits for in a ring.
async fn both(tx: &mut Tx, from: FeedbackId, into: FeedbackId) -> Result<(Item, Item)> {
    if from == into {
        return Err(EngineError::Refused("An item cannot be merged with itself.".to_owned()));
    }
    let found = feedback::get_to_change(tx, &[from, into]).await?;
    let one = |id: FeedbackId| found.iter().find(|item| item.id == id).cloned().ok_or_else(no_item);
    let (from, into) = (one(from)?, one(into)?);
    if from.merged_into.is_some() || into.merged_into.is_some() {
        let words = "One of these two is part of another item already. Nothing was changed; look at that one.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    if from.change_id.is_some() && into.change_id.is_some() && from.change_id != into.change_id {
        let words = "These two belong to two different changes. Take one of them off its change first.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    Ok((from, into))
}

/// Shows how they would be one. Nothing is changed.
pub async fn preview(engine: &Engine, from: FeedbackId, into: FeedbackId) -> Result<Preview> {
    let mut tx = engine.db.begin().await?;
    let (from, into) = both(&mut tx, from, into).await?;
    let moves = evidence::count(&mut tx, from.id).await?;
    let askers = evidence::askers_of(&mut tx, &[from.id, into.id]).await?;
    let change = if into.change_id.is_none() { from.change_id } else { None };
    tx.roll_back().await?;
    Ok(Preview { from, into, moves, askers, change })
}

/// `from` becomes part of `into`, which keeps its words.
pub async fn merge(engine: &Arc<Engine>, by: UserId, from: FeedbackId, into: FeedbackId) -> Result<Undo> {
    let mut tries = Tries::default();
    loop {
        match try_merge(engine, by, from, into).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_merge(engine: &Engine, by: UserId, from: FeedbackId, into: FeedbackId) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let (from, into) = both(&mut tx, from, into).await?;
    let gives = from.change_id.is_some() && into.change_id.is_none();
    if gives {
        join_held(&mut tx, &into, from.change_id).await?;
    }
    feedback::merge(&mut tx, (from.id, into.id), gives, (by, engine.now())).await?;
    let change = from.change_id.or(into.change_id);
    finish(engine, tx, &[from.id, into.id], change.as_slice()).await?;
    Ok(Undo::Merged { from: from.id, into: into.id })
}

/// `from` is an item of its own again. Gives the one it had been part of.
pub async fn part(engine: &Arc<Engine>, from: FeedbackId) -> Result<FeedbackId> {
    let mut tries = Tries::default();
    loop {
        match try_part(engine, from, None).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

/// `meant`: the item into which it had been merged, where only that merge is meant.
pub(super) async fn try_part(engine: &Engine, from: FeedbackId, meant: Option<FeedbackId>) -> Result<FeedbackId> {
    let apart = || EngineError::Refused("These two are apart already.".to_owned());
    let mut tx = engine.db.begin().await?;
    let root = held(&mut tx, from).await?;
    let item = feedback::get_to_change(&mut tx, &[from]).await?.pop().ok_or_else(no_item)?;
    let into = item.merged_into.filter(|into| meant.is_none_or(|meant| meant == *into)).ok_or_else(apart)?;
    let parts = feedback::parts(&mut tx, root.id, i64::MAX).await?;
    let gave = parts.iter().any(|part| part.id == from && part.gave_change);
    // What it gave it takes along, unless the one it was merged into has found another since, or went on itself.
    if gave && into == root.id && root.change_id == item.change_id {
        join_held(&mut tx, &root, None).await?;
    }
    feedback::part(&mut tx, from).await?.ok_or_else(apart)?;
    let changes: Vec<ChangeId> = item.change_id.into_iter().chain(root.change_id).collect();
    finish(engine, tx, &[from, root.id], &changes).await?;
    Ok(root.id)
}
