//! Blobs that must lose some of their bytes: which ranges of them something still needs, and where those stand afterwards.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in};

/// Where ranges of blobs are named: table, its key, columns of revision, blob, offset and length. Each has an index by the
/// blob's name; all that one batch brought stands side by side in it, so that it costs little.
const NAMED: [(&str, &str, &str, &str, &str, &str); 4] = [
    ("bodies", "message_id", "revision", "raw_blob", "raw_offset", "raw_length"),
    ("attachments", "id", "revision", "blob", "byte_offset", "size"),
    ("draft_files", "id", "0", "blob", "byte_offset", "size"),
    ("quarantine", "id", "0", "blob", "byte_offset", "size"),
];

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

/// Notes that bytes of these blobs are to leave the disk.
pub async fn add(tx: &mut Tx, blobs: &[String]) -> Result<()> {
    let values = blobs.iter().flat_map(|blob| binds![blob]).collect();
    tx.insert_many("INSERT INTO trims (blob)", 1, "ON CONFLICT (blob) DO NOTHING", values).await?;
    Ok(())
}

/// The blobs that wait for it.
pub async fn waiting(on: &mut impl Sql) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = on.rows("SELECT blob FROM trims ORDER BY blob", binds![]).await?;
    Ok(rows.into_iter().map(|(blob,)| blob).collect())
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

/// The files among these blobs that an import which is not at its end still reads.
pub async fn being_read(on: &mut impl Sql) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT blob FROM imports WHERE state IN ('waiting', 'running')";
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

/// The file of imports becomes what is left of it; one that was stopped is not read on.
pub async fn file_became(tx: &mut Tx, from: &str, to: &str, size: i64) -> Result<()> {
    let sql = "UPDATE imports SET blob = $2, size = $3, error = CASE WHEN state = 'done' THEN error ELSE \
               'Its file was cut: somebody was erased, or its words had been kept for as long as the channel keeps them. What was not read by then was not taken in: upload it again.' END, \
               state = 'done' WHERE blob = $1";
    tx.run(sql, binds![from, to, size]).await?;
    Ok(())
}
