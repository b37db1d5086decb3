//! Where channels, visitors and the demo come to the one way in ([`ingest`]). Once [`submit`] has answered, everything
//! in the batch is durable: stored, known before, or set aside with its reason; only then the cursor has moved.

use crate::{
    Engine, Result,
    errands::{self, Left},
    ingest::{self, Item, Prepared, Taken},
    ledger, monitors, storing,
};
use serde_json::json;
use std::{collections::BTreeMap, io, sync::Arc};
use tertulia_connector::Connector;
use tertulia_model::{Batch, QuarantineId, RawContent, RawItem, Unheard};
use tertulia_store::{
    Urgency,
    channels::{self, Channel},
    ledger::Kind,
    quarantine::Quarantined,
};
use tokio::task::JoinHandle;

/// In the hint of what was set aside without its bytes: there is nothing to try again.
pub(crate) const UNFETCHED: &str = "unfetched";

/// Items of one write transaction while nobody works: large, since each commit waits for the disk.
const BULK_PIECE: usize = 5_000;
/// Items of one write transaction while people work: small, so that their own writes pass quickly.
const POLITE_PIECE: usize = 16;

/// Bytes of one piece while nobody works: a few large mails are as much as thousands of small ones.
const BULK_BYTES: u64 = 32 << 20;
/// The same while people work.
const POLITE_BYTES: u64 = 1 << 20;

/// How much goes into one write transaction: so many items, or so many bytes; always one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PieceSize {
    pub items: usize,
    pub bytes: u64,
}

impl PieceSize {
    /// Of what comes in, and is labelled: a bigger model takes up to seconds each, and a piece holds up who erases or makes a copy.
    pub fn now(engine: &Engine) -> Self {
        if engine.models.has_bigger() { Self::POLITE } else { Self::of_rows(engine) }
    }

    /// Of what is stored already.
    pub fn of_rows(engine: &Engine) -> Self {
        if engine.bus.somebody_works(engine.now()) {
            Self::POLITE
        } else {
            Self { items: BULK_PIECE, bytes: BULK_BYTES }
        }
    }

    const POLITE: Self = Self { items: POLITE_PIECE, bytes: POLITE_BYTES };

    /// Whether there is room for another item.
    pub fn has_room(&self, items: usize, bytes: u64) -> bool {
        items == 0 || items < self.items && bytes < self.bytes
    }
}

/// Takes a batch in. Items that cannot be understood or stored go to quarantine and hold up nothing.
pub async fn submit(
    engine: &Arc<Engine>,
    channel: &Channel,
    connector: &Arc<dyn Connector>,
    mut batch: Batch,
) -> Result<Taken> {
    let _storing = engine.storing.read().await;
    let mut taken = Taken::default();
    let left = Left::of(&mut batch);
    let mut left_out = BTreeMap::new();
    let mut items = batch.items;
    if batch.only_watched {
        (items, left_out) = monitors::watched(engine, channel, connector, items).await?;
    }
    if connector.completes()
        && !items.is_empty()
        && let Ok(context) = engine.kept_context(channel)
    {
        connector.complete(&context, &mut items).await;
    }
    if !batch.skipped.is_empty() {
        let aside = without_bytes(engine, channel, batch.skipped, batch.history)?;
        taken.add(ingest::write(engine, channel, aside, (batch.history, Urgency::Bulk)).await?);
    }
    let history = batch.history;
    // What a channel fetches of the past waits for what is said now. What a person hands in, or another program, does not.
    let is_behind = history && connector.spec().pulls;
    let first = PieceSize::now(engine);
    // The first is small, so that the writer need not wait long for something to write.
    let mut ready =
        understand_next(engine, channel, connector, &mut items, history, PieceSize { items: first.items / 4, ..first });
    while let Some(piece) = ready {
        let prepared = piece.await.map_err(io::Error::other)??;
        // While this piece is being written the next one is understood.
        ready = understand_next(engine, channel, connector, &mut items, history, PieceSize::now(engine));
        let urgency = if is_behind { storing::urgency_of_the_past(engine) } else { Urgency::Bulk };
        taken.add(ingest::write(engine, channel, prepared, (history, urgency)).await?);
    }
    finish(engine, channel, &batch.unheard, left_out, &left, batch.next.as_ref()).await?;
    Ok(taken)
}

/// Last, and at once: what could not be stored is fetched again, and must not be counted twice; so the cursor moves with
/// the counts.
async fn finish(
    engine: &Arc<Engine>,
    channel: &Channel,
    unheard: &Unheard,
    left_out: BTreeMap<(Kind, String), u64>,
    left: &Left,
    next: Option<&serde_json::Value>,
) -> Result<()> {
    let is_all_heard = left_out.is_empty() && *unheard == Unheard::default();
    if is_all_heard && left.is_empty() && next.is_none() {
        return Ok(());
    }
    let mut tx = engine.db.begin_bulk().await?;
    if !is_all_heard {
        ledger::note_unheard(engine, &mut tx, channel.id, unheard, left_out).await?;
    }
    if !left.is_empty() {
        errands::note(engine, &mut tx, channel.id, left).await?;
    }
    if let Some(next) = next {
        channels::save_cursor(&mut tx, channel.id, next).await?;
    }
    tx.commit().await?;
    if !left.is_empty() {
        engine.bell.ring();
    }
    Ok(())
}

/// What the channel showed and could not give: a person is told, and looks for it at its source.
fn without_bytes(
    engine: &Engine,
    channel: &Channel,
    skipped: Vec<(String, String)>,
    history: bool,
) -> Result<Prepared> {
    let nothing = engine.blobs.put(&[])?;
    let aside = |(key, reason): (String, String)| Quarantined {
        id: QuarantineId(engine.next_id()),
        channel_id: channel.id,
        item_key: key,
        reason,
        hint: json!({ UNFETCHED: true }).to_string(),
        blob: nothing.blob.clone(),
        byte_offset: 0,
        size: 0,
        received_at: engine.now(),
        history,
        state: "waiting".to_owned(),
        decided_by: None,
        decided_at: None,
    };
    let mut prepared = Prepared::default();
    prepared.set_aside(skipped.into_iter().map(aside).collect());
    Ok(prepared)
}

/// Makes the next piece durable as it came and understands it, in a task of its own. None where nothing is left.
fn understand_next(
    engine: &Arc<Engine>,
    channel: &Channel,
    connector: &Arc<dyn Connector>,
    items: &mut Vec<RawItem>,
    history: bool,
    most: PieceSize,
) -> Option<JoinHandle<Result<Prepared>>> {
    if items.is_empty() {
        return None;
    }
    let (mut taken, mut bytes) = (0, 0);
    while taken < items.len() && most.has_room(taken, bytes) {
        bytes += size(&items[taken]);
        taken += 1;
    }
    let rest = items.split_off(taken);
    let piece = std::mem::replace(items, rest);
    let (engine, channel, connector) = (engine.clone(), channel.clone(), connector.clone());
    Some(tokio::spawn(async move {
        let stored = store_raw(&engine, piece).await?;
        ingest::prepare(&engine, &channel, &connector, stored, history).await
    }))
}

fn size(item: &RawItem) -> u64 {
    match &item.content {
        RawContent::Memory(bytes) => bytes.len() as u64,
        RawContent::Stored(range) => range.length,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_ends_with_its_items_or_its_bytes_and_holds_at_least_one() {
        let piece = PieceSize { items: 3, bytes: 100 };
        assert!(piece.has_room(0, 0) && piece.has_room(2, 99));
        assert!(!piece.has_room(3, 5) && !piece.has_room(1, 100));
        let first = PieceSize { items: 0, bytes: 0 };
        assert!(first.has_room(0, 0) && !first.has_room(1, 1), "nothing would ever be taken");
    }
}
