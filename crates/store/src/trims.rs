//! Blobs that must lose some of their bytes: which ranges of them something still needs, and where those stand afterwards.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in};
use std::collections::BTreeSet;

/// Where ranges of blobs are named: table, its key, columns of revision, blob, offset and length. Each has an index by the
/// blob's name; all that one batch brought stands side by side in it, so that it costs little.
const NAMED: [(&str, &str, &str, &str, &str, &str); 4] = [
    ("bodies", "message_id", "revision", "raw_blob", "raw_offset", "raw_length"),
    ("attachments", "id", "revision", "blob", "byte_offset", "size"),
    ("draft_files", "id", "0", "blob", "byte_offset", "size"),
    ("quarantine", "id", "0", "blob", "byte_offset", "size"),
];

/// Until this transaction ends nobody takes a blob off the disk or points rows to another, whichever program they are: what is
/// seen to be there from here on can be named, and what a row is seen to name is what it names. Before it changes any such
/// row, and after [`threads::place_alone`](crate::threads::place_alone) where it asks for both.
pub async fn keep_blobs(tx: &mut Tx) -> Result<()> {
    lock_blobs(tx, false).await
}

/// For who takes a blob off the disk: until this transaction ends nobody is about to name it.
pub async fn alone_with_blobs(tx: &mut Tx) -> Result<()> {
    lock_blobs(tx, true).await
}

async fn lock_blobs(tx: &mut Tx, alone: bool) -> Result<()> {
    if let Some(lock) = tx.dialect().blobs_lock(alone) {
        tx.run(lock, binds![]).await?;
    }
    Ok(())
}

/// A range of a blob that a stored row refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needed {
    pub blob: String,
    pub first: i64,
    pub many: i64,
    /// `bodies`, `attachments`, `draft_files` or `quarantine`.
    pub table: &'static str,
    /// Of `bodies` the message.
    pub id: i64,
    pub revision: i64,
}

/// Why bytes are to leave the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No row needs them. An import that was stopped and can go on still reads them from its file.
    Unneeded,
    /// Somebody was erased: an import that could go on with its file cannot do so any more.
    Erased,
}

/// Notes that bytes of these blobs are to leave the disk.
pub async fn add(tx: &mut Tx, blobs: &[String], cause: Cause) -> Result<()> {
    // One statement cannot note the same blob twice.
    let once: BTreeSet<&String> = blobs.iter().collect();
    let values = once.into_iter().flat_map(|blob| binds![blob, cause == Cause::Erased]).collect();
    let tail = "ON CONFLICT (blob) DO UPDATE SET erased = trims.erased OR excluded.erased";
    tx.insert_many("INSERT INTO trims (blob, erased)", 2, tail, values).await?;
    Ok(())
}

/// An import that reads its file: a worker may hold a piece of one that was stopped a moment ago, until its job is done.
const READING: &str = "(state IN ('waiting', 'running') OR (state IN ('stopped', 'given_up') AND EXISTS \
                       (SELECT 1 FROM jobs j WHERE j.kind = 'import' AND j.subject = imports.id)))";

/// A list of customers that is being read.
const READING_LIST: &str = "state IN ('waiting', 'running')";

fn can_be_cut() -> String {
    format!(
        "blob NOT IN (SELECT blob FROM imports WHERE {READING}) \
         AND blob NOT IN (SELECT blob FROM customer_runs WHERE {READING_LIST}) AND (erased OR \
         blob NOT IN (SELECT blob FROM imports WHERE state IN ('stopped', 'failed')))"
    )
}

/// Those of them that can be cut now: no import reads them, and none that was stopped or failed could go on with one from
/// which nobody was erased.
pub async fn due(on: &mut impl Sql) -> Result<Vec<String>> {
    let sql = format!("SELECT blob FROM trims WHERE {} ORDER BY blob", can_be_cut());
    Ok(on.rows::<(String,)>(sql, binds![]).await?.into_iter().map(|(blob,)| blob).collect())
}

/// Whether it is one of them.
pub async fn is_due(on: &mut impl Sql, blob: &str) -> Result<bool> {
    Ok(on.number(format!("SELECT COUNT(*) FROM trims WHERE blob = $1 AND {}", can_be_cut()), binds![blob]).await? > 0)
}

/// The blobs that wait for it, those that an import keeps waiting among them.
pub async fn waiting(on: &mut impl Sql) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = on.rows("SELECT blob FROM trims ORDER BY blob", binds![]).await?;
    Ok(rows.into_iter().map(|(blob,)| blob).collect())
}

/// Whether any of them still holds something of somebody who was erased.
pub async fn is_erasing(on: &mut impl Sql) -> Result<bool> {
    Ok(on.number("SELECT COUNT(*) FROM trims WHERE erased", binds![]).await? > 0)
}

/// It is done.
pub async fn done(tx: &mut Tx, blobs: &[String]) -> Result<()> {
    let blobs: Vec<Value> = blobs.iter().map(Value::from).collect();
    tx.run_in("DELETE FROM trims WHERE blob IN ({list})", &blobs).await?;
    Ok(())
}

/// The ranges of these blobs that something stored refers to, in order. The file of an import is not among them: once it
/// is read, only what was taken from it is needed.
pub async fn needed(on: &mut impl Sql, blobs: &[String]) -> Result<Vec<Needed>> {
    let blobs: Vec<Value> = blobs.iter().map(Value::from).collect();
    let mut found = Vec::new();
    for (table, key, revision, blob, offset, length) in NAMED {
        let sql =
            format!("SELECT {blob}, {offset}, {length}, {key}, {revision} FROM {table} WHERE {blob} IN ({{list}})");
        type Row = (String, i64, i64, i64, i64);
        let rows: Vec<Row> = rows_in(on, &sql.replace(", 0 FROM", ", CAST(0 AS BIGINT) FROM"), &blobs).await?;
        found.extend(rows.into_iter().map(|(blob, first, many, id, revision)| Needed {
            blob,
            first,
            many,
            table,
            id,
            revision,
        }));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// Those of these blobs that nothing names: no stored row, and no import that its file is still for.
pub async fn unnamed(on: &mut impl Sql, blobs: &[String]) -> Result<Vec<String>> {
    let blobs: Vec<Value> = blobs.iter().map(Value::from).collect();
    let mut sql = format!(
        "WITH asked (blob) AS (VALUES ({{rows}})) SELECT asked.blob FROM asked WHERE NOT EXISTS \
                   (SELECT 1 FROM imports n WHERE n.blob = asked.blob AND n.state NOT IN ('done', 'given_up')) AND NOT EXISTS \
                   (SELECT 1 FROM customer_runs n WHERE n.blob = asked.blob AND {READING_LIST})"
    );
    for (table, _, _, blob, _, _) in NAMED {
        sql.push_str(&format!(" AND NOT EXISTS (SELECT 1 FROM {table} n WHERE n.{blob} = asked.blob)"));
    }
    let found: Vec<(String,)> = rows_in(on, &sql, &blobs).await?;
    let once: BTreeSet<String> = found.into_iter().map(|(blob,)| blob).collect();
    Ok(once.into_iter().collect())
}

/// The files that an import reads just now.
pub async fn being_read(on: &mut impl Sql) -> Result<Vec<String>> {
    let sql =
        format!("SELECT blob FROM imports WHERE {READING} UNION SELECT blob FROM customer_runs WHERE {READING_LIST}");
    Ok(on.rows::<(String,)>(sql, binds![]).await?.into_iter().map(|(blob,)| blob).collect())
}

/// What a row refers to stands elsewhere now.
pub async fn moved(tx: &mut Tx, needed: &Needed, to: &str, first: i64) -> Result<()> {
    let Some((table, key, revision, blob, offset, length)) = NAMED.into_iter().find(|named| named.0 == needed.table)
    else {
        return Ok(());
    };
    let sql = format!(
        "UPDATE {table} SET {blob} = $6, {offset} = $7 \
         WHERE {key} = $1 AND {revision} = $2 AND {blob} = $3 AND {offset} = $4 AND {length} = $5"
    );
    tx.run(sql, binds![needed.id, needed.revision, &needed.blob, needed.first, needed.many, to, first]).await?;
    Ok(())
}

/// A message no longer has its bytes as they came; its words stay.
pub async fn detach(tx: &mut Tx, needed: &Needed) -> Result<()> {
    let sql = "UPDATE bodies SET raw_blob = NULL, raw_offset = NULL, raw_length = NULL WHERE message_id = $1 AND revision = $2";
    tx.run(sql, binds![needed.id, needed.revision]).await?;
    Ok(())
}

/// The file of imports becomes what is left of it; of one that was read to its end the report still says how large it was.
/// One that could have gone on with it is given up.
pub async fn file_became(tx: &mut Tx, from: &str, to: &str, size: i64) -> Result<()> {
    let sql = "UPDATE imports SET blob = $2, size = CASE WHEN state = 'done' THEN size ELSE $3 END, \
               error = CASE WHEN state IN ('done', 'given_up') THEN error ELSE \
               'Its file was cut, since it held words of somebody who was erased. What was not read by then was not taken in.' END, \
               state = CASE WHEN state = 'done' THEN state ELSE 'given_up' END WHERE blob = $1";
    tx.run(sql, binds![from, to, size]).await?;
    Ok(())
}
