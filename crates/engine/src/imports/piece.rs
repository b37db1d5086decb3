//! One piece of an archive: what is understood and written together.

use crate::{Engine, EngineError, Result, ingest::Item, intake::PieceSize};
use std::{collections::BTreeMap, io, sync::Arc};
use tertulia_connector::archive::{ArchiveItem, ArchiveReader};
use tertulia_model::{BlobRange, Millis, QuarantineId, RawContent, RawItem};
use tertulia_store::{imports::ImportRun, quarantine::Quarantined};

/// So many parts that say nothing are as much as one item: they cost no more than being passed.
const PASSED_FOR_ONE: usize = 10;

/// A piece of the file: its items, the parts that are none, and where the next piece starts.
pub(super) struct Piece {
    pub items: Vec<Item>,
    pub troubles: Vec<Quarantined>,
    pub passed_over: BTreeMap<String, usize>,
    pub next_offset: u64,
    pub last: bool,
}

/// What was read and has no place in the blob store yet.
struct Read {
    at: ArchiveItem,
    /// Why it is no item.
    trouble: Option<String>,
}

/// Reads until there is no more room in the piece, or in the file.
pub(super) fn next_piece(
    engine: &Engine,
    run: &ImportRun,
    reader: &mut dyn ArchiveReader,
    most: PieceSize,
) -> Result<Piece> {
    let mut read: Vec<Read> = Vec::with_capacity(most.items);
    let mut piece = Piece {
        items: Vec::new(),
        troubles: Vec::new(),
        passed_over: BTreeMap::new(),
        next_offset: run.position.cast_unsigned(),
        last: false,
    };
    let (mut bytes, mut passed) = (0, 0);
    while most.has_room(read.len() + passed / PASSED_FOR_ONE, bytes) {
        match reader.next_item() {
            None => {
                piece.last = true;
                break;
            }
            Some(Ok(at)) => {
                piece.next_offset = at.next_offset;
                bytes += at.content.as_ref().map_or(at.length, |content| content.len() as u64);
                read.push(Read { at, trouble: None });
            }
            Some(Err(trouble)) if reader.failed() => return Err(EngineError::Refused(trouble.reason)),
            Some(Err(trouble)) => {
                piece.next_offset = trouble.at.next_offset;
                if trouble.passed_over {
                    passed += 1;
                    *piece.passed_over.entry(trouble.reason).or_default() += 1;
                } else {
                    bytes += trouble.at.content.as_ref().map_or(0, |content| content.len() as u64);
                    read.push(Read { at: trouble.at, trouble: Some(trouble.reason) });
                }
            }
        }
    }
    place(engine, run, reader.hint(), read, &mut piece)?;
    Ok(piece)
}

/// Gives everything its range: of the file, or of a blob of the piece's own for those that bring their bytes.
fn place(
    engine: &Engine,
    run: &ImportRun,
    hint: Arc<serde_json::Value>,
    read: Vec<Read>,
    piece: &mut Piece,
) -> Result<()> {
    let received_at = engine.now();
    let own = read.iter().filter_map(|read| read.at.content.as_deref());
    let mut ranges = engine.blobs.put_all(own)?.into_iter();
    let mut file = engine.blobs.reader(&run.blob)?;
    for Read { at, trouble } in read {
        let key = item_key(run, at.offset);
        let (range, bytes) = match at.content {
            Some(content) => {
                let range = ranges.next().ok_or_else(|| io::Error::other("an item has no place in its blob"))?;
                (range, Some(content))
            }
            None => (BlobRange { blob: run.blob.clone(), offset: at.offset, length: at.length }, None),
        };
        match trouble {
            Some(reason) => piece.troubles.push(aside(engine, run, key, reason, &hint, range, received_at)),
            None => {
                let bytes = match bytes {
                    Some(bytes) => bytes,
                    None => file.read(at.offset, at.length)?,
                };
                let content = RawContent::Stored(range.clone());
                let raw = RawItem { key, content, received_at, hint: hint.clone() };
                piece.items.push(Item { raw, range, bytes: Some(bytes) });
            }
        }
    }
    Ok(())
}

/// Names a part of a file by the file itself, so that importing it again sets nothing aside twice.
fn item_key(run: &ImportRun, offset: u64) -> String {
    format!("{}:{offset}", &run.blob[..run.blob.len().min(24)])
}

fn aside(
    engine: &Engine,
    run: &ImportRun,
    item_key: String,
    reason: String,
    hint: &serde_json::Value,
    range: BlobRange,
    received_at: Millis,
) -> Quarantined {
    Quarantined {
        id: QuarantineId(engine.next_id()),
        channel_id: run.channel_id,
        item_key,
        reason,
        hint: hint.to_string(),
        blob: range.blob,
        byte_offset: range.offset.cast_signed(),
        size: range.length.cast_signed(),
        received_at,
        history: true,
        state: "waiting".to_owned(),
        decided_by: None,
        decided_at: None,
    }
}
