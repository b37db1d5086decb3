//! Blobs lose the bytes that nothing needs any more: what is needed is copied into a new blob, then the rows point there,
//! then the old one is unlinked. A crash in between leaves the blob on the list, and it is done again.

use crate::{Engine, EngineError, Result, worker::Done};
use std::{io, sync::Arc};
use tertulia_model::{BlobRange, Millis};
use tertulia_store::{
    blobs::BlobStore,
    erased,
    trims::{self, Cause, Needed},
};

pub(super) const LOOK_AGAIN: Millis = 60_000;
/// Where all that waits is files of imports that were stopped: whoever goes on with one, or gives it up, asks for this job.
const WHILE_STOPPED: Millis = 3_600_000;
/// A blob to which rows keep coming while it is copied is left for the next time.
const ATTEMPTS: usize = 3;

/// Trims all that wait for it, but the files that an import reads or can go on with. What is taken in meanwhile waits only
/// while the rows of one blob are pointed to its copy.
pub async fn trim(engine: &Arc<Engine>) -> Result<()> {
    for blob in trims::due(&mut engine.db.reader()).await? {
        for _ in 0..ATTEMPTS {
            if trim_one(engine, &blob).await? {
                break;
            }
        }
    }
    Ok(())
}

/// The job of it; what an import still reads waits for its end.
pub(crate) async fn trim_waiting(engine: &Arc<Engine>) -> Result<Done> {
    trim(engine).await?;
    let mut db = engine.db.reader();
    if trims::waiting(&mut db).await?.is_empty() {
        return Ok(Done::Finished);
    }
    let all_stopped = trims::due(&mut db).await?.is_empty() && trims::being_read(&mut db).await?.is_empty();
    Ok(Done::PutOff(engine.now() + if all_stopped { WHILE_STOPPED } else { LOOK_AGAIN }))
}

/// Copies what is needed of a blob, points its rows there and takes it from the disk. False when a row came to it while it
/// was being copied, or another job has just taken it away: then it is done again.
async fn trim_one(engine: &Arc<Engine>, blob: &str) -> Result<bool> {
    let needed = trims::needed(&mut engine.db.reader(), &[blob.to_owned()]).await?;
    let (blobs, name, ranges) = (engine.blobs.clone(), blob.to_owned(), merged(&needed));
    let extents = ranges.clone();
    let copy = move || copied(&blobs, &name, &extents);
    let Some((before, copy)) = tokio::task::spawn_blocking(copy).await.map_err(io::Error::other)?? else {
        // Rows whose blob was lost have nothing on the disk that could go; those of one that was copied point elsewhere by now.
        return leave(engine, blob, &needed).await;
    };
    // Nobody holds bytes now that no row tells of yet.
    let _alone = engine.storing.write().await;
    if copy.blob == blob {
        return leave(engine, blob, &needed).await;
    }
    if !point_to_copy(engine, blob, &needed, &ranges, &copy).await? {
        // Nothing refers to this copy: it goes as other bytes do that nothing needs.
        let mut tx = engine.db.begin_bulk().await?;
        trims::add(&mut tx, &[copy.blob], Cause::Unneeded).await?;
        tx.commit().await?;
        return Ok(false);
    }
    // One that was gone already was counted when it went.
    let went = (before > 0).then(|| (ranges.is_empty(), before.saturating_sub(copy.length)));
    remove(engine, blob, went).await
}

/// Takes a blob off the disk. False where a row of another node names it by now, or an import begins to read it: it stays,
/// and the list remembers. Those who stored the same bytes there, and whose row comes after this, find that they are gone
/// (`storing::hold`) and store them anew.
async fn remove(engine: &Engine, blob: &str, went: Option<(bool, u64)>) -> Result<bool> {
    let mut tx = engine.db.begin_bulk().await?;
    trims::alone_with_blobs(&mut tx).await?;
    if !trims::needed(&mut tx, &[blob.to_owned()]).await?.is_empty() || !trims::is_due(&mut tx, blob).await? {
        return Ok(false);
    }
    engine.blobs.remove(blob)?;
    // Whether all of it went, and by how much it became smaller.
    if let Some((is_removed, bytes)) = went {
        erased::count_trimmed(&mut tx, is_removed, bytes.cast_signed()).await?;
    }
    trims::done(&mut tx, &[blob.to_owned()]).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes a blob off the list of which there is nothing to be taken. False where something else is needed of it by now: whoever
/// let go of a row noted the blob with that, and the note must not get lost.
async fn leave(engine: &Engine, blob: &str, needed: &[Needed]) -> Result<bool> {
    let mut tx = engine.db.begin_bulk().await?;
    // First, since it waits for those who are just noting it.
    trims::done(&mut tx, &[blob.to_owned()]).await?;
    if trims::needed(&mut tx, &[blob.to_owned()]).await? != needed {
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

/// False, and nothing is changed, when something else needs the blob than what was copied, or an import has begun to read
/// it, or goes on with it.
async fn point_to_copy(
    engine: &Arc<Engine>,
    blob: &str,
    needed: &[Needed],
    ranges: &[(u64, u64)],
    copy: &BlobRange,
) -> Result<bool> {
    let mut tx = engine.db.begin_bulk().await?;
    trims::alone_with_blobs(&mut tx).await?;
    let is_due = trims::is_due(&mut tx, blob).await?;
    // Until now nothing referred to the copy, so that another job may have taken it away.
    let is_there = engine.blobs.size(&copy.blob).is_ok();
    if !is_due || !is_there || trims::needed(&mut tx, &[blob.to_owned()]).await? != needed {
        return Ok(false);
    }
    for one in needed {
        let first = place_of(ranges, one).ok_or_else(|| EngineError::missing("A range of a blob"))?;
        trims::moved(&mut tx, one, &copy.blob, first).await?;
    }
    trims::file_became(&mut tx, blob, &copy.blob, copy.length.cast_signed()).await?;
    tx.commit().await?;
    Ok(true)
}

/// How long the blob was, and what is left of it. One that is gone already, after a crash, has nothing left; of one that is
/// gone and still needed there is none to copy.
fn copied(blobs: &BlobStore, name: &str, ranges: &[(u64, u64)]) -> io::Result<Option<(u64, BlobRange)>> {
    let copied = || -> io::Result<(u64, BlobRange)> { Ok((blobs.size(name)?, blobs.copy_ranges(name, ranges)?)) };
    match copied() {
        Err(error) if error.kind() == io::ErrorKind::NotFound && ranges.is_empty() => Ok(Some((0, blobs.put(&[])?))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        copied => copied.map(Some),
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
