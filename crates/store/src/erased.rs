//! Whom and what was erased at somebody's wish, as keyed hashes by which it is known again, and the reports of it.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in};
use tertulia_model::{Millis, UserId};

/// What a hash stands for, and since when.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Erased {
    pub key_hash: Vec<u8>,
    /// `identity` or `message`; or a wish not to be written to that outlives them: `stop`, or `stop noted` by a member.
    pub kind: String,
    pub at: Millis,
}

/// Whether anybody was ever erased here.
pub async fn any(on: &mut impl Sql) -> Result<bool> {
    Ok(on.number("SELECT COUNT(*) FROM (SELECT 1 AS one FROM erased LIMIT 1) AS found", binds![]).await? > 0)
}

/// Those among these hashes that were erased.
pub async fn among(on: &mut impl Sql, hashes: Vec<Vec<u8>>) -> Result<Vec<Erased>> {
    let hashes: Vec<Value> = hashes.into_iter().map(Value::from).collect();
    rows_in(on, "SELECT key_hash, kind, at FROM erased WHERE key_hash IN ({list})", &hashes).await
}

/// Keeps hashes of what is erased; one that was erased before is so from now on.
pub async fn remember(tx: &mut Tx, erased: &[Erased]) -> Result<()> {
    let values = erased.iter().flat_map(|e| binds![e.key_hash.clone(), &e.kind, e.at]).collect();
    let tail = "ON CONFLICT (key_hash) DO UPDATE SET at = excluded.at";
    tx.insert_many("INSERT INTO erased (key_hash, kind, at)", 3, tail, values).await?;
    Ok(())
}

/// Lets hashes go that do not hold any more.
pub async fn forget(tx: &mut Tx, hashes: Vec<Vec<u8>>) -> Result<()> {
    let hashes: Vec<Value> = hashes.into_iter().map(Value::from).collect();
    tx.run_in("DELETE FROM erased WHERE key_hash IN ({list})", &hashes).await?;
    Ok(())
}

/// The report of one erasure.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Report {
    pub id: i64,
    pub at: Millis,
    pub by_user: UserId,
    /// JSON.
    pub report: String,
}

/// Keeps a report, or its newer wording.
pub async fn report(tx: &mut Tx, report: &Report) -> Result<()> {
    let sql = "INSERT INTO erasures (id, at, by_user, report) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (id) DO UPDATE SET report = excluded.report";
    tx.run(sql, binds![report.id, report.at, report.by_user, &report.report]).await?;
    Ok(())
}

pub async fn get_report(on: &mut impl Sql, id: i64) -> Result<Option<Report>> {
    on.row("SELECT id, at, by_user, report FROM erasures WHERE id = $1", binds![id]).await
}
