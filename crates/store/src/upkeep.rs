//! What backup, restore and `doctor` ask of the database as a whole.

use crate::{Db, Dialect, Result, Sql, StoreError, Tx, binds};
use std::path::Path;
use tertulia_model::Millis;

/// Writes a copy of an SQLite database as it is at this moment, while others go on reading and writing.
pub async fn copy_to(db: &Db, path: &Path) -> Result<()> {
    let Db::Sqlite { write, .. } = db else {
        return Err(StoreError::Broken("a PostgreSQL database is copied by pg_dump".to_owned()));
    };
    let path = path.to_str().ok_or_else(|| StoreError::Broken("the copy's path is not plain text".to_owned()))?;
    sqlx::query("VACUUM INTO $1").bind(path).execute(write).await?;
    Ok(())
}

/// One moment of a PostgreSQL database, held until the transaction ends: whoever is told its name (pg_dump) and whoever
/// asks in the transaction see the same, whatever happens meanwhile.
pub async fn hold_moment(db: &Db) -> Result<(Tx, String)> {
    let mut tx = db.begin_bulk().await?;
    if tx.dialect() == Dialect::Sqlite {
        return Err(StoreError::Broken("an SQLite database is copied whole".to_owned()));
    }
    tx.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", binds![]).await?;
    let name = crate::db::text(&mut tx, "SELECT pg_export_snapshot()", binds![]).await?;
    Ok((tx, name.ok_or_else(|| StoreError::missing("the moment's name"))?))
}

/// From this schema on there are lists of customers.
const WITH_CUSTOMERS: i64 = 17;

/// The names of all blobs that something in the database points to, in order; also of an older database, which a backup of it
/// is until it is started.
pub async fn blobs_used(on: &mut impl Sql) -> Result<Vec<String>> {
    let mut sql = "SELECT raw_blob AS blob FROM bodies WHERE raw_blob IS NOT NULL UNION SELECT blob FROM attachments \
                   UNION SELECT blob FROM draft_files UNION SELECT blob FROM quarantine UNION SELECT blob FROM imports"
        .to_owned();
    if schema_version(on).await? >= WITH_CUSTOMERS {
        // A list of customers lets its file go once it was read.
        sql += " UNION SELECT blob FROM customer_runs WHERE state IN ('waiting', 'running')";
    }
    Ok(on.rows::<(String,)>(sql + " ORDER BY 1", binds![]).await?.into_iter().map(|(blob,)| blob).collect())
}

/// Notes that a backup was made in a folder: what is erased later is still in it.
pub async fn note_backup(tx: &mut Tx, folder: &str, at: Millis) -> Result<()> {
    let sql = "INSERT INTO backups (folder, at) VALUES ($1, $2) ON CONFLICT (folder) DO UPDATE SET at = excluded.at";
    tx.run(sql, binds![folder, at]).await?;
    Ok(())
}

/// Folder and time of each backup that was made here, the newest first.
pub async fn backups(on: &mut impl Sql) -> Result<Vec<(String, Millis)>> {
    on.rows("SELECT folder, at FROM backups ORDER BY at DESC, folder", binds![]).await
}

/// How much there is of what people would miss.
pub async fn counts(on: &mut impl Sql) -> Result<Vec<(&'static str, i64)>> {
    let mut counts = Vec::new();
    for table in ["messages", "conversations", "persons", "attachments", "channels", "users", "quarantine", "imports"] {
        counts.push((table, on.number(format!("SELECT COUNT(*) FROM {table}"), binds![]).await?));
    }
    Ok(counts)
}

/// The version of the database's schema; 0 for none.
pub async fn schema_version(on: &mut impl Sql) -> Result<i64> {
    on.number("SELECT MAX(version) FROM migrations", binds![]).await
}

/// What the database finds wrong with its own pages and indexes; PostgreSQL looks after that by itself.
pub async fn damage(on: &mut impl Sql) -> Result<Vec<String>> {
    if on.dialect() == Dialect::Postgres {
        return Ok(Vec::new());
    }
    let found = on.rows::<(String,)>("PRAGMA quick_check(20)", binds![]).await?;
    Ok(found.into_iter().map(|(line,)| line).filter(|line| line != "ok").collect())
}
