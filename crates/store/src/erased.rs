//! Whom and what was erased at somebody's wish, as keyed hashes by which it is known again, and the reports of it.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in};
use tertulia_model::{Millis, UserId};

/// What a hash stands for, and since when.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Erased {
    pub key_hash: Vec<u8>,
    /// `identity`, `customer`, `voter` or `message`; or a wish not to be written to that outlives them: `stop`, or `stop noted` by a member.
    pub kind: String,
    pub at: Millis,
}

/// Whether anybody was ever erased here.
pub async fn any(on: &mut impl Sql) -> Result<bool> {
    Ok(on.number("SELECT COUNT(*) FROM (SELECT 1 AS one FROM erased LIMIT 1) AS found", binds![]).await? > 0)
}

/// Whether anything of one of these kinds is kept.
pub async fn any_of_kinds(on: &mut impl Sql, kinds: &[&str]) -> Result<bool> {
    for kind in kinds {
        let sql = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM erased WHERE kind = $1 LIMIT 1) AS found";
        if on.number(sql, binds![*kind]).await? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
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
    /// What is still to be looked for, encrypted; none once all is done.
    pub sealed: Option<Vec<u8>>,
    /// Blobs that were written anew or deleted meanwhile, and by how much they became smaller.
    pub rewritten: i64,
    pub removed: i64,
    pub bytes_gone: i64,
}

const REPORT: &str = "id, at, by_user, report, sealed, rewritten, removed, bytes_gone";

/// Keeps the report of an erasure that has begun.
pub async fn begin(tx: &mut Tx, report: &Report) -> Result<()> {
    let sql = "INSERT INTO erasures (id, at, by_user, report, sealed) VALUES ($1, $2, $3, $4, $5)";
    tx.run(sql, binds![report.id, report.at, report.by_user, &report.report, report.sealed.clone()]).await?;
    Ok(())
}

/// It went on: what the report says now, and what is still to be looked for.
pub async fn go_on(tx: &mut Tx, id: i64, report: &str, sealed: Option<Vec<u8>>) -> Result<()> {
    tx.run("UPDATE erasures SET report = $2, sealed = $3 WHERE id = $1", binds![id, report, sealed]).await?;
    Ok(())
}

/// A blob was written anew, or deleted, for the erasures that are under way.
pub async fn count_trimmed(tx: &mut Tx, is_removed: bool, bytes: i64) -> Result<()> {
    let column = if is_removed { "removed" } else { "rewritten" };
    let sql =
        format!("UPDATE erasures SET {column} = {column} + 1, bytes_gone = bytes_gone + $1 WHERE sealed IS NOT NULL");
    tx.run(sql, binds![bytes]).await?;
    Ok(())
}

pub async fn get_report(on: &mut impl Sql, id: i64) -> Result<Option<Report>> {
    on.row(format!("SELECT {REPORT} FROM erasures WHERE id = $1"), binds![id]).await
}

/// The reports below an id, the newest first.
pub async fn reports(on: &mut impl Sql, below: Option<i64>, limit: i64) -> Result<Vec<Report>> {
    let sql = format!("SELECT {REPORT} FROM erasures WHERE id < $1 ORDER BY id DESC LIMIT $2");
    on.rows(sql, binds![below.unwrap_or(i64::MAX), limit]).await
}
