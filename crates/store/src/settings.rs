//! Named values of the installation itself.

use crate::{Result, Sql, Tx, binds, db::text};

/// The organisation's name; absent before the first run is finished.
pub const ORGANISATION: &str = "organisation";
/// The highest id that this installation ever made.
pub const HIGHEST_ID: &str = "highest_id";
/// A check that the secrets key on disk is the one that this database was written with.
pub const SECRETS_CHECK: &str = "secrets_check";

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
