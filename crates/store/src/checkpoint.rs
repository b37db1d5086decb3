//! Brings what stands in SQLite's write-ahead log into the database file.
//!
//! SQLite by itself does this in the commit that finds the log long, and whoever commits then waits for all of it. Here
//! a connection of its own does it beside the writers (a passive checkpoint, <https://www.sqlite.org/wal.html>). The log
//! begins anew only after all of it was brought over; so what was written meanwhile is brought over with the writers'
//! door closed, which is little.

use crate::gate::{Urgency, WriteGate};
use sqlx::{Row, SqlitePool};
use std::{
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::task::JoinHandle;

/// How long after a write the log is looked at.
const AFTER: Duration = Duration::from_millis(500);
/// Below this many pages the log may stay: closing the door is not worth it.
const SHORT: i64 = 1_000;

/// Keeps the log short until it is told to end, or dropped.
pub struct LogKeeper {
    pool: SqlitePool,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl LogKeeper {
    pub(crate) fn start(pool: SqlitePool, gate: &Arc<WriteGate>) -> Self {
        let task = tokio::spawn(keep(pool.clone(), gate.wrote.clone(), Arc::downgrade(gate)));
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

async fn keep(pool: SqlitePool, wrote: Arc<tokio::sync::Notify>, gate: Weak<WriteGate>) {
    loop {
        wrote.notified().await;
        tokio::time::sleep(AFTER).await;
        // A checkpoint that fails is tried again after the next write: until then nothing is lost but room on the disk.
        if checkpoint(&pool).await.is_none_or(|pages| pages < SHORT) {
            continue;
        }
        // The first took long, and much was written meanwhile; the second is short; the third is a moment.
        checkpoint(&pool).await;
        let Some(gate) = gate.upgrade() else { return };
        let _door = gate.pass(Urgency::Bulk).await;
        checkpoint(&pool).await;
    }
}

/// Brings over what no reader needs in the log any more; gives how many pages the log held.
async fn checkpoint(pool: &SqlitePool) -> Option<i64> {
    let row = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(pool).await.ok()?;
    row.try_get(1).ok()
}
