//! Brings what stands in SQLite's write-ahead log into the database file.
//!
//! SQLite by itself does this in the commit that finds the log long, and whoever commits then waits for all of it. Here
//! a connection of its own does it beside the writers (a passive checkpoint, <https://www.sqlite.org/wal.html>). The log
//! begins anew only after all of it was brought over and nothing was written meanwhile; where that does not come about by
//! itself and the log is long, the rest, which is little, is brought over with the writers' door closed.
//!
//! When writing rests, the writer's page cache is given back too. SQLite 3.51 looks at each page of it in nearly every
//! commit: a B-tree that puts its pages in order borrows the number of the lock page, 262,145 (`balance_nonroot`), and the
//! cache then believes to hold pages beyond the database's end, which `pager_end_transaction` has it look for. Thousands of
//! pages that nothing has touched for a while cost the next person's commit tens of milliseconds.

use crate::gate::{Urgency, WriteGate};
use sqlx::{Row, SqlitePool};
use std::{
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::{sync::Notify, task::JoinHandle};

/// How long after a write the log is looked at while nobody works: pages that are written again and again meanwhile are
/// brought over once.
const AFTER: Duration = Duration::from_millis(1_500);
/// The same while people write: the disk takes a little at a time, and no commit waits long behind it.
const AFTER_PEOPLE: Duration = Duration::from_millis(250);
/// How long nothing is written before the writer's page cache is given back.
const REST: Duration = Duration::from_secs(2);
/// Below this many pages the log may stay as it is.
const SHORT: i64 = 1_000;
/// Above this many pages (80 MB) the door is closed for it.
const LONG: i64 = 20_000;
/// How often it is tried with the door open.
const TRIES: usize = 4;

/// Keeps the log short until it is told to end, or dropped.
pub struct LogKeeper {
    pool: SqlitePool,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl LogKeeper {
    /// `pool` is a connection of its own for the log, `writer` the one that everybody writes on.
    pub(crate) fn start(pool: SqlitePool, writer: SqlitePool, gate: &Arc<WriteGate>) -> Self {
        let task = tokio::spawn(keep(pool.clone(), writer, gate.wrote.clone(), Arc::downgrade(gate)));
        Self { pool, task: Mutex::new(Some(task)) }
    }

    pub(crate) async fn end(&self) {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            task.abort();
            let _ = task.await;
        }
        self.pool.close().await;
    }
}

impl Drop for LogKeeper {
    fn drop(&mut self) {
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

async fn keep(pool: SqlitePool, writer: SqlitePool, wrote: Arc<Notify>, gate: Weak<WriteGate>) {
    let mut people = 0;
    loop {
        if tokio::time::timeout(REST, wrote.notified()).await.is_err() {
            let Some(gate) = gate.upgrade() else { return };
            give_back(&writer, &gate).await;
            drop(gate);
            wrote.notified().await;
        }
        let Some(gate) = gate.upgrade() else { return };
        let passed = gate.passed_by_people();
        tokio::time::sleep(if passed == people { AFTER } else { AFTER_PEOPLE }).await;
        people = passed;
        // A checkpoint that fails is tried again after the next write: until then nothing is lost but room on the disk.
        let Some(mut pages) = checkpoint(&pool).await else { continue };
        let mut whole = pages < SHORT;
        for _ in 0..TRIES {
            if whole {
                break;
            }
            // The one before took a while, and much was written; each is shorter than the one before it.
            let before = gate.commits();
            pages = checkpoint(&pool).await.unwrap_or(pages);
            whole = gate.commits() == before;
        }
        if !whole && pages > LONG {
            let _door = gate.pass(Urgency::Bulk).await;
            checkpoint(&pool).await;
        }
    }
}

/// Frees the pages that the writer keeps in memory. Where that fails they stay, which costs time and nothing else.
async fn give_back(writer: &SqlitePool, gate: &Arc<WriteGate>) {
    let _door = gate.pass(Urgency::Bulk).await;
    if let Err(error) = sqlx::query("PRAGMA shrink_memory").execute(writer).await {
        tracing::debug!(%error, "the writer keeps its memory");
    }
}

/// Brings over what no reader needs in the log any more; gives how many pages the log held.
async fn checkpoint(pool: &SqlitePool) -> Option<i64> {
    let row = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(pool).await.ok()?;
    row.try_get(1).ok()
}
