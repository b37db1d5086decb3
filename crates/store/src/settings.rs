//! Named values of the installation itself.

use crate::{Result, Sql, Tx, binds, db::text};

/// The organisation's name; absent before the first run is finished.
pub const ORGANISATION: &str = "organisation";
/// The time zone that the organisation lives by (IANA); UTC where nobody named one.
pub const TIME_ZONE: &str = "time_zone";
/// The highest id that this installation ever made.
pub const HIGHEST_ID: &str = "highest_id";
/// A check that the secrets key on disk is the one that this database was written with.
pub const SECRETS_CHECK: &str = "secrets_check";

/// When a program that hears was last known to run here, on whichever node.
pub const ALIVE: &str = "alive";
/// When it was last looked which blobs nothing names.
pub const SWEPT: &str = "swept";

/// Which owner wants that what is so probable is made one person by itself; empty where nobody does any more.
pub const MERGE_BY_ITSELF: &str = "merge_by_itself";

pub async fn get(on: &mut impl Sql, name: &str) -> Result<Option<String>> {
    text(on, "SELECT value FROM settings WHERE name = $1", binds![name]).await
}

pub async fn set(tx: &mut Tx, name: &str, value: &str) -> Result<()> {
    let sql =
        "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.run(sql, binds![name, value]).await?;
    Ok(())
}

/// Sets a value unless there is one; gives the value that stands.
pub async fn set_once(tx: &mut Tx, name: &str, value: &str) -> Result<String> {
    tx.run("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", binds![name, value])
        .await?;
    Ok(get(tx, name).await?.unwrap_or_default())
}

/// Changes a value that is still as it was read; of several who do so at once, only one does.
pub async fn swap(tx: &mut Tx, name: &str, from: &str, to: &str) -> Result<bool> {
    let sql = "UPDATE settings SET value = $3 WHERE name = $1 AND value = $2";
    Ok(tx.run(sql, binds![name, from, to]).await? == 1)
}
