//! What could not be understood: looked at, tried again, or let go.

use crate::{Engine, EngineError, Result, imports, ingest};
use std::sync::Arc;
use tertulia_model::{QuarantineId, RawContent, RawItem, UserId};
use tertulia_store::{
    changes, channels,
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

/// Tries an item again, as after an update that understands more. If it fails again, the new reason stands.
pub async fn replay(engine: &Arc<Engine>, id: QuarantineId, by: UserId) -> Result<()> {
    let item = get(engine, id).await?;
    let channel = channels::get(&mut engine.db.reader(), item.channel_id)
        .await?
        .ok_or_else(|| EngineError::missing("The channel"))?;
    let connector = engine.connector(&channel)?;
    let hint: serde_json::Value = serde_json::from_str(&item.hint).unwrap_or_default();
    let raw = RawItem {
        key: item.item_key.clone(),
        content: RawContent::Stored(item.content()),
        received_at: item.received_at,
        hint: hint.into(),
    };
    let again = ingest::Item { raw, range: item.content(), bytes: None };
    let mut prepared = ingest::prepare(engine, &channel, &connector, vec![again]).await?;
    if let Some(reason) = prepared.take_reason() {
        let mut tx = engine.db.begin().await?;
        quarantine::set_reason(&mut tx, id, &reason).await?;
        tx.commit().await?;
        return Err(EngineError::Refused(format!("It still cannot be read: {reason}")));
    }
    // What an archive holds stays history, however late it is understood.
    let history = channel.connector == imports::CONNECTOR;
    ingest::write(engine, &channel, prepared, history).await?;
    decide(engine, id, "replayed", by).await
}

/// Lets an item go. Its bytes go with the raw items.
pub async fn discard(engine: &Arc<Engine>, id: QuarantineId, by: UserId) -> Result<()> {
    get(engine, id).await?;
    decide(engine, id, "discarded", by).await
}

/// Takes a decision to discard back.
pub async fn restore(engine: &Arc<Engine>, id: QuarantineId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
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
