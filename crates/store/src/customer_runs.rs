//! Lists of customers on their way in, and what came of each.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{Millis, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Run {
    pub id: i64,
    /// What the list is called: a newer file of the same list brings it up to date.
    pub list: String,
    /// The file's name.
    pub name: String,
    pub blob: String,
    pub size: i64,
    /// JSON.
    pub columns: String,
    pub mapping: String,
    /// What becomes of those of the list who stand in it no more: `keep` or `leave`.
    pub missing: String,
    /// `waiting`, `running`, `done`, `stopped` or `failed`.
    pub state: String,
    /// How many rows were read, and up to which byte of the file.
    pub position: i64,
    pub read_bytes: i64,
    pub added: i64,
    pub changed: i64,
    pub same: i64,
    pub wrong: i64,
    /// Of the list before, who stands in it no more.
    pub gone: i64,
    pub error: Option<String>,
    pub created_by: UserId,
    pub created_at: Millis,
    pub finished_at: Option<Millis>,
}

const COLUMNS: &str = "id, list, name, blob, size, columns, mapping, missing, state, position, read_bytes, added, changed, \
                       same, wrong, gone, error, created_by, created_at, finished_at";

pub async fn add(tx: &mut Tx, run: &Run) -> Result<()> {
    let r = run.clone();
    let sql = "INSERT INTO customer_runs (id, list, name, blob, size, columns, mapping, missing, state, created_by, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let values = binds![
        r.id,
        r.list,
        r.name,
        r.blob,
        r.size,
        r.columns,
        r.mapping,
        r.missing,
        r.state,
        r.created_by,
        r.created_at
    ];
    tx.run(sql, values).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Run>> {
    on.row(format!("SELECT {COLUMNS} FROM customer_runs WHERE id = $1"), binds![id]).await
}

/// As it stays until the transaction ends.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Run>> {
    let sql = format!("SELECT {COLUMNS} FROM customer_runs WHERE id = $1 {}", tx.dialect().for_update());
    tx.row(sql, binds![id]).await
}

/// Runs, the newest first.
pub async fn all(on: &mut impl Sql, below: Option<i64>, limit: i64) -> Result<Vec<Run>> {
    let sql = format!("SELECT {COLUMNS} FROM customer_runs WHERE id < $1 ORDER BY id DESC LIMIT $2");
    on.rows(sql, binds![below.unwrap_or(i64::MAX), limit]).await
}

/// How far it is, with the rows it speaks of. One that was stopped meanwhile stays so.
pub async fn progress(tx: &mut Tx, run: &Run) -> Result<()> {
    let r = run.clone();
    let sql = "UPDATE customer_runs SET state = CASE WHEN state = 'stopped' AND $2 = 'running' THEN state ELSE $2 END, \
               position = $3, read_bytes = $4, added = $5, changed = $6, same = $7, wrong = $8, gone = $9, error = $10, \
               finished_at = $11 WHERE id = $1";
    let values = binds![
        r.id,
        r.state,
        r.position,
        r.read_bytes,
        r.added,
        r.changed,
        r.same,
        r.wrong,
        r.gone,
        r.error,
        r.finished_at
    ];
    tx.run(sql, values).await?;
    Ok(())
}

/// Rows that were not taken: the line at which each begins, why, and of which customer it speaks where that is known.
pub async fn add_wrong(tx: &mut Tx, run: i64, rows: &[(i64, String, Option<i64>)]) -> Result<()> {
    let values = rows.iter().flat_map(|(line, reason, customer)| binds![run, *line, reason, *customer]).collect();
    let tail = "ON CONFLICT (run_id, line) DO NOTHING";
    tx.insert_many("INSERT INTO customer_wrong (run_id, line, reason, customer_id)", 4, tail, values).await?;
    Ok(())
}

/// The rows that were not taken, in the order of the file; after a line.
pub async fn wrong(on: &mut impl Sql, run: i64, after: i64, limit: i64) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT line, reason FROM customer_wrong WHERE run_id = $1 AND line > $2 ORDER BY line LIMIT $3";
    on.rows(sql, binds![run, after, limit]).await
}
