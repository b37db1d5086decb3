//! Blobs lose the bytes that nothing needs any more: what is needed is copied into a new blob, then the rows point there,
//! then the old one is unlinked. A crash in between leaves the blob on the list, and it is done again.

use crate::{Engine, EngineError, Result, worker::Done};
use std::{collections::BTreeMap, io, sync::Arc};
use tertulia_model::{BlobRange, Millis};
use tertulia_store::{
    blobs::BlobStore,
    trims::{self, Needed},
};

const LOOK_AGAIN: Millis = 60_000;

/// What became of the blobs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trimmed {
    pub rewritten: u64,
    pub removed: u64,
    pub bytes: u64,
}

/// Trims all that wait for it, but the files that an import still reads. Nobody may be storing bytes meanwhile that no
/// row refers to yet.
pub async fn trim(engine: &Arc<Engine>) -> Result<Trimmed> {
    let _alone = engine.storing.write().await;
    trim_alone(engine).await
}

/// The job of it; what an import still reads waits for its end.
pub(crate) async fn trim_waiting(engine: &Arc<Engine>) -> Result<Done> {
    trim(engine).await?;
    let is_done = trims::waiting(&mut engine.db.reader()).await?.is_empty();
    Ok(if is_done { Done::Finished } else { Done::PutOff(engine.now() + LOOK_AGAIN) })
}

pub(super) async fn trim_alone(engine: &Arc<Engine>) -> Result<Trimmed> {
    let mut trimmed = Trimmed::default();
    let read = trims::being_read(&mut engine.db.reader()).await?;
    let mut waiting = trims::waiting(&mut engine.db.reader()).await?;
    waiting.retain(|blob| !read.contains(blob));
    let mut of_blob: BTreeMap<String, Vec<Needed>> = waiting.iter().map(|blob| (blob.clone(), Vec::new())).collect();
    for needed in trims::needed(&mut engine.db.reader(), &waiting).await? {
        of_blob.entry(needed.blob.clone()).or_default().push(needed);
    }
    let mut copied = Vec::new();
    for (blob, needed) in of_blob {
        copied.push(copy_what_is_needed(engine, blob, &needed).await?);
    }
    unlink(engine, copied, &mut trimmed).await?;
    Ok(trimmed)
}

/// A blob whose rows point to its copy now.
struct Copied {
    blob: String,
    before: u64,
    after: u64,
    /// All of it is needed, so that it stays as it is.
    unchanged: bool,
    empty: bool,
}

async fn copy_what_is_needed(engine: &Arc<Engine>, blob: String, needed: &[Needed]) -> Result<Copied> {
    let (blobs, name, ranges) = (engine.blobs.clone(), blob.clone(), merged(needed));
    let extents = ranges.clone();
    let copy = move || copied(&blobs, &name, &extents);
    let (before, copy) = tokio::task::spawn_blocking(copy).await.map_err(io::Error::other)??;
    let unchanged = copy.blob == blob;
    let mut tx = engine.db.begin_bulk().await?;
    if !unchanged {
        for one in needed {
            let first = place_of(&ranges, one).ok_or_else(|| EngineError::missing("A range of a blob"))?;
            trims::moved(&mut tx, one, &copy.blob, first).await?;
        }
        trims::file_became(&mut tx, &blob, &copy.blob, copy.length.cast_signed()).await?;
    }
    tx.commit().await?;
    Ok(Copied { blob, before, after: copy.length, unchanged, empty: ranges.is_empty() })
}

/// Takes the old blobs from the disk, once all rows point elsewhere. To ask for those that are still needed looks through
/// every row, so it is asked once for all of them. A row that came meanwhile by another node keeps its blob; the list
/// remembers.
async fn unlink(engine: &Arc<Engine>, copied: Vec<Copied>, trimmed: &mut Trimmed) -> Result<()> {
    let changed: Vec<String> = copied.iter().filter(|one| !one.unchanged).map(|one| one.blob.clone()).collect();
    let needed = trims::needed(&mut engine.db.reader(), &changed).await?;
    let mut done = Vec::new();
    for one in copied {
        if !one.unchanged {
            if needed.iter().any(|needed| needed.blob == one.blob) {
                continue;
            }
            engine.blobs.remove(&one.blob)?;
            let kind = if one.empty { &mut trimmed.removed } else { &mut trimmed.rewritten };
            *kind += 1;
            trimmed.bytes += one.before.saturating_sub(one.after);
        }
        done.push(one.blob);
    }
    let mut tx = engine.db.begin_bulk().await?;
    trims::done(&mut tx, &done).await?;
    tx.commit().await?;
    Ok(())
}

/// How long the blob was, and what is left of it. One that is gone already, after a crash, has nothing left.
fn copied(blobs: &BlobStore, name: &str, ranges: &[(u64, u64)]) -> io::Result<(u64, BlobRange)> {
    match blobs.size(name) {
        Ok(before) => Ok((before, blobs.copy_ranges(name, ranges)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && ranges.is_empty() => Ok((0, blobs.put(&[])?)),
        Err(error) => Err(error),
    }
}

/// The ranges in order, those that meet or overlap as one.
pub(super) fn merged(needed: &[Needed]) -> Vec<(u64, u64)> {
    let mut extents: Vec<(u64, u64)> =
        needed.iter().filter(|n| n.many > 0).map(|n| (n.first.unsigned_abs(), n.many.unsigned_abs())).collect();
    extents.sort_unstable();
    let mut merged: Vec<(u64, u64)> = Vec::with_capacity(extents.len());
    for (first, many) in extents {
        match merged.last_mut() {
            Some((start, length)) if first <= *start + *length => *length = (*length).max(first + many - *start),
            _ => merged.push((first, many)),
        }
    }
    merged
}

/// Where a range stands once the merged ones follow one another.
fn place_of(ranges: &[(u64, u64)], one: &Needed) -> Option<i64> {
    if one.many == 0 {
        return Some(0);
    }
    let mut at = 0;
    for (first, many) in ranges {
        if (*first..first + many).contains(&one.first.unsigned_abs()) {
            return Some((at + one.first.unsigned_abs() - first).cast_signed());
        }
        at += many;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needed(first: i64, many: i64) -> Needed {
        Needed { blob: String::new(), first, many, table: "bodies", id: first, revision: 0 }
    }

    #[test]
    fn ranges_that_meet_are_one_and_each_finds_its_place_in_the_copy() {
        let all = [needed(40, 5), needed(0, 10), needed(10, 5), needed(12, 3), needed(99, 0)];
        let ranges = merged(&all);
        assert_eq!(ranges, [(0, 15), (40, 5)]);
        let places: Vec<_> = all.iter().map(|one| place_of(&ranges, one)).collect();
        assert_eq!(places, [Some(15), Some(0), Some(10), Some(12), Some(0)]);
        assert_eq!(place_of(&ranges, &needed(30, 2)), None);
    }
}
