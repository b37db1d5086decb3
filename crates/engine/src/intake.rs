//! The one way in. Once [`submit`] has answered, everything in the batch is durable: stored, known before, or set aside
//! with its reason; only then may the cursor move.

use crate::{
    Engine, Result,
    ingest::{self, Item, Taken},
};
use std::{io, sync::Arc};
use tertulia_connector::Connector;
use tertulia_model::{Batch, RawContent, RawItem};
use tertulia_store::channels::Channel;

/// Items of one write transaction while nobody works: large, since each commit waits for the disk.
const BULK_PIECE: usize = 2_000;
/// Items of one write transaction while people work: small, so that their own writes pass quickly.
const POLITE_PIECE: usize = 64;

/// Takes a batch in. Items that cannot be understood go to quarantine and hold up nothing.
pub async fn submit(engine: &Arc<Engine>, channel: &Channel, connector: &Arc<dyn Connector>, batch: Batch) -> Result<Taken> {
    let mut taken = Taken::default();
    for (_, reason) in &batch.skipped {
        *taken.reasons.entry(reason.clone()).or_default() += 1;
        taken.skipped += 1;
    }
    let history = batch.history;
    let mut items = batch.items;
    while !items.is_empty() {
        let rest = items.split_off(piece_size(engine).min(items.len()));
        let piece = std::mem::replace(&mut items, rest);
        let stored = store_raw(engine, piece).await?;
        let prepared = ingest::prepare(engine, channel, connector, stored).await?;
        taken.add(ingest::write(engine, channel, prepared, history).await?);
    }
    Ok(taken)
}

/// How many items go into one write transaction just now.
pub fn piece_size(engine: &Engine) -> usize {
    if engine.bus.somebody_works(engine.now()) { POLITE_PIECE } else { BULK_PIECE }
}

/// Puts the raw bytes of a piece into one durable blob; what was streamed to the blob store stays where it is.
async fn store_raw(engine: &Arc<Engine>, items: Vec<RawItem>) -> Result<Vec<Item>> {
    let blobs = engine.blobs.clone();
    let stored = tokio::task::spawn_blocking(move || -> io::Result<Vec<Item>> {
        let in_memory = items.iter().filter_map(|item| match &item.content {
            RawContent::Memory(bytes) => Some(bytes.as_slice()),
            RawContent::Stored(_) => None,
        });
        let mut ranges = blobs.put_all(in_memory)?.into_iter();
        let mut out = Vec::with_capacity(items.len());
        for mut item in items {
            let content = std::mem::replace(&mut item.content, RawContent::Memory(Vec::new()));
            let (range, bytes) = match content {
                RawContent::Stored(range) => (range, None),
                RawContent::Memory(bytes) => {
                    let range = ranges.next().ok_or_else(|| io::Error::other("a raw item has no place in its blob"))?;
                    (range, Some(bytes))
                }
            };
            out.push(Item { raw: item, range, bytes });
        }
        Ok(out)
    });
    Ok(stored.await.map_err(io::Error::other)??)
}
