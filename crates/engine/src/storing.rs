//! What a row names in the blob store is there when the row is committed, also where several programs share one database and
//! one folder; what no row needs any more leaves the disk.

use crate::{Engine, EngineError, Result, worker};
use std::{collections::BTreeSet, io};
use tertulia_model::{JobId, Millis};
use tertulia_store::{
    StoreError, Tx, Urgency, jobs,
    trims::{self, Cause},
};

/// In the transaction whose rows are to name these blobs, before it holds anything but the lock of
/// [`threads::place_alone`](tertulia_store::threads::place_alone): until it ends nobody takes them away. Where another
/// program has done so since they were stored (this one does not, see [`Engine`]), they have to be stored anew.
pub(crate) async fn hold(engine: &Engine, tx: &mut Tx, blobs: BTreeSet<&str>) -> Result<()> {
    trims::keep_blobs(tx).await?;
    for blob in blobs {
        if let Err(error) = engine.blobs.size(blob) {
            let is_gone = error.kind() == io::ErrorKind::NotFound;
            return Err(if is_gone { taken_away() } else { error.into() });
        }
    }
    Ok(())
}

/// How urgently what was said long ago is stored: behind all else, but where somebody waits until nothing is being stored,
/// since then nothing is that is said now.
pub(crate) fn urgency_of_the_past(engine: &Engine) -> Urgency {
    if engine.storing.try_read().is_ok() { Urgency::Background } else { Urgency::Bulk }
}

/// Passing: whoever brings the bytes brings them again.
fn taken_away() -> EngineError {
    StoreError::Retry("bytes that no row named yet were taken from the disk".to_owned()).into()
}

/// Has the bytes of these blobs leave the disk that no row needs any more, in the transaction that takes the rows.
pub(crate) async fn let_go(engine: &Engine, tx: &mut Tx, blobs: &[String], at: Millis) -> Result<()> {
    if blobs.is_empty() {
        return Ok(());
    }
    trims::add(tx, blobs, Cause::Unneeded).await?;
    Ok(jobs::add(tx, JobId(engine.next_id()), worker::TRIM, 0, at).await?)
}
