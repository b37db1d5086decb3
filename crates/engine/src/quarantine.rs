//! What could not be understood: looked at, tried again, or let go.

use crate::{Engine, EngineError, Result, ingest, intake};
use std::{path::PathBuf, sync::Arc};
use tertulia_model::{BlobRange, QuarantineId, RawContent, RawItem, UserId};
use tertulia_store::{
    Urgency, changes, channels,
    quarantine::{self, Quarantined},
};

async fn get(engine: &Engine, id: QuarantineId) -> Result<Quarantined> {
    let item = quarantine::get(&mut engine.db.reader(), id).await?.filter(|item| item.state == "waiting");
    item.ok_or_else(|| EngineError::missing("This item"))
}

/// The item's bytes, as they came.
pub async fn bytes(engine: &Engine, id: QuarantineId) -> Result<Vec<u8>> {
    let (item, blobs) = (get(engine, id).await?, engine.blobs.clone());
    let read = tokio::task::spawn_blocking(move || blobs.read(&item.content()));
    Ok(read.await.map_err(std::io::Error::other)??)
}

/// How an item begins, and whether that is all of it: for looking at it without reading what may be very large.
pub async fn beginning(engine: &Engine, id: QuarantineId, most: u64) -> Result<(Quarantined, Vec<u8>, bool)> {
    let (item, blobs) = (get(engine, id).await?, engine.blobs.clone());
    let mut range = item.content();
    let whole = range.length <= most;
    range.length = range.length.min(most);
    let read = tokio::task::spawn_blocking(move || blobs.read(&range));
    Ok((item, read.await.map_err(std::io::Error::other)??, whole))
}

/// Where an item's bytes stand, for handing them out piece by piece.
pub async fn place(engine: &Engine, id: QuarantineId) -> Result<(PathBuf, BlobRange)> {
    let range = get(engine, id).await?.content();
    Ok((engine.blobs.path(&range.blob)?, range))
}

/// What trying many again came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Replayed {
    pub read: usize,
    /// Still not understood.
    pub left: usize,
}

/// Items tried again by one press of a button: somebody waits for the answer.
const REPLAYED_AT_ONCE: i64 = 500;

/// Tries all again that were set aside for one reason, the newest first, up to 500 of them.
pub async fn replay_all(engine: &Arc<Engine>, reason: &str, by: UserId) -> Result<Replayed> {
    let items = quarantine::narrowed(&mut engine.db.reader(), None, Some(reason), None, REPLAYED_AT_ONCE).await?;
    let mut replayed = Replayed::default();
    for item in items {
        match replay(engine, item.id, by).await {
            Ok(()) => replayed.read += 1,
            // Decided by somebody else meanwhile, or not understood again: the others still can be.
            Err(EngineError::Refused(_) | EngineError::NotFound(_)) => replayed.left += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(replayed)
}

/// Tries an item again, as after an update that understands more. If it fails again, the new reason stands.
pub async fn replay(engine: &Arc<Engine>, id: QuarantineId, by: UserId) -> Result<()> {
    let _storing = engine.storing.read().await;
    let item = get(engine, id).await?;
    let channel = channels::get(&mut engine.db.reader(), item.channel_id)
        .await?
        .ok_or_else(|| EngineError::missing("The channel"))?;
    let connector = engine.connector(&channel)?;
    let hint: serde_json::Value = serde_json::from_str(&item.hint).unwrap_or_default();
    if hint.get(intake::UNFETCHED).is_some() {
        return Err(EngineError::Refused(format!(
            "It never came here, so there is nothing to read again. {}",
            item.reason
        )));
    }
    let raw = RawItem {
        key: item.item_key.clone(),
        content: RawContent::Stored(item.content()),
        received_at: item.received_at,
        hint: hint.into(),
    };
    let again = ingest::Item { raw, range: item.content(), bytes: None };
    let mut prepared = ingest::prepare(engine, &channel, &connector, vec![again], item.history).await?;
    if let Some(reason) = prepared.take_reason() {
        return failed_again(engine, id, &reason, format!("It still cannot be read: {reason}")).await;
    }
    // All of it or nothing: to be set aside a second time is not to be replayed.
    match ingest::write_whole(engine, &channel, &prepared, (item.history, Urgency::Bulk)).await {
        Err(error) if error.is_of_the_row() => {
            let told = format!("It still cannot be stored: {}", ingest::hindrance(&error));
            failed_again(engine, id, &ingest::why_refused(&error), told).await
        }
        written => {
            written?;
            decide(engine, id, "replayed", by).await
        }
    }
}

/// The item stays where it is, with the new reason; whoever tried is told in a sentence of its own.
async fn failed_again(engine: &Engine, id: QuarantineId, reason: &str, told: String) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    quarantine::set_reason(&mut tx, id, reason).await?;
    tx.commit().await?;
    Err(EngineError::Refused(told))
}

/// Lets an item go. Its bytes go with the raw items.
pub async fn discard(engine: &Arc<Engine>, id: QuarantineId, by: UserId) -> Result<()> {
    get(engine, id).await?;
    decide(engine, id, "discarded", by).await
}

/// Takes a decision to discard back.
pub async fn restore(engine: &Arc<Engine>, id: QuarantineId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let item = quarantine::get(&mut tx, id).await?.ok_or_else(|| EngineError::missing("This item"))?;
    if item.state != "discarded" {
        return Err(EngineError::Refused("This item was not discarded, so there is nothing to undo.".to_owned()));
    }
    quarantine::decide(&mut tx, id, "waiting", None, engine.now()).await?;
    let noted = changes::note(&mut tx, &[("quarantine", id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

async fn decide(engine: &Arc<Engine>, id: QuarantineId, state: &str, by: UserId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    quarantine::decide(&mut tx, id, state, Some(by), engine.now()).await?;
    let noted = changes::note(&mut tx, &[("quarantine", id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
