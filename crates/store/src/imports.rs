//! Imports: each run with its position, so that it goes on after a crash, and its report.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{ChannelId, ImportId, Millis, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ImportRun {
    pub id: ImportId,
    pub channel_id: ChannelId,
    /// The file's name.
    pub name: String,
    pub format: String,
    /// JSON.
    pub mapping: String,
    pub blob: String,
    pub size: i64,
    /// The byte at which the next item starts.
    pub position: i64,
    /// `waiting`, `running`, `done`, `stopped`, `failed` or `given_up`.
    pub state: String,
    pub taken: i64,
    /// Known before, so not stored again.
    pub known: i64,
    pub skipped: i64,
    pub quarantined: i64,
    /// JSON: reason → how often.
    pub reasons: String,
    pub error: Option<String>,
    /// Time spent working, for the rate.
    pub worked_ms: i64,
    pub created_by: Option<UserId>,
    pub created_at: Millis,
    pub finished_at: Option<Millis>,
}

const COLUMNS: &str = "id, channel_id, name, format, mapping, blob, size, position, state, taken, known, skipped, quarantined, reasons, error, worked_ms, created_by, created_at, finished_at";

pub async fn add(tx: &mut Tx, run: &ImportRun) -> Result<()> {
    let r = run.clone();
    let sql = format!(
        "INSERT INTO imports ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"
    );
    let values = binds![
        r.id,
        r.channel_id,
        r.name,
        r.format,
        r.mapping,
        r.blob,
        r.size,
        r.position,
        r.state,
        r.taken,
        r.known,
        r.skipped,
        r.quarantined,
        r.reasons,
        r.error,
        r.worked_ms,
        r.created_by,
        r.created_at,
        r.finished_at,
    ];
    tx.run(sql, values).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: ImportId) -> Result<Option<ImportRun>> {
    on.row(format!("SELECT {COLUMNS} FROM imports WHERE id = $1"), binds![id]).await
}

/// The same, which nobody else changes until this transaction ends.
pub async fn get_to_change(tx: &mut Tx, id: ImportId) -> Result<Option<ImportRun>> {
    let sql = format!("SELECT {COLUMNS} FROM imports WHERE id = $1 {}", tx.dialect().for_update());
    tx.row(sql, binds![id]).await
}

/// Runs before `below`, the newest first.
pub async fn all(on: &mut impl Sql, below: Option<ImportId>, limit: i64) -> Result<Vec<ImportRun>> {
    let below = below.map_or(i64::MAX, |id| id.0);
    on.rows(format!("SELECT {COLUMNS} FROM imports WHERE id < $1 ORDER BY id DESC LIMIT $2"), binds![below, limit])
        .await
}

/// Position and counts, together with the batch they speak of. A run that a person stopped or gave up in the meantime stays
/// so, though the worker believes it is running.
pub async fn progress(tx: &mut Tx, run: &ImportRun) -> Result<()> {
    let r = run.clone();
    let sql = "UPDATE imports SET position = $2, state = CASE WHEN state IN ('stopped', 'given_up') AND $3 = 'running' THEN state ELSE $3 END, taken = $4, known = $5, skipped = $6, quarantined = $7, reasons = $8, error = $9, worked_ms = $10, finished_at = $11 WHERE id = $1";
    let values = binds![
        r.id,
        r.position,
        r.state,
        r.taken,
        r.known,
        r.skipped,
        r.quarantined,
        r.reasons,
        r.error,
        r.worked_ms,
        r.finished_at,
    ];
    tx.run(sql, values).await?;
    Ok(())
}

/// Stops or restarts a run; the worker looks at the state between batches.
pub async fn set_state(tx: &mut Tx, id: ImportId, state: &str) -> Result<()> {
    tx.run("UPDATE imports SET state = $2 WHERE id = $1", binds![id, state]).await?;
    Ok(())
}
