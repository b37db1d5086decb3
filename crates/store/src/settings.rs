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

/// The language in which the organisation writes to whoever it has no text for in their own (ISO 639-1); English where nobody
/// named one.
pub const LANGUAGE: &str = "language";
/// Days after which whoever was told of a change is asked whether it helped; 0 never.
pub const ASK_AFTER_DAYS: &str = "ask_after_days";
/// The organisation's colour, `#a8432a`.
pub const COLOUR: &str = "colour";
/// Whether anybody may see how we answer: `on` or not.
pub const SCORECARD: &str = "scorecard";

/// Which owner wants that what is so probable is made one person by itself; empty where nobody does any more.
pub const MERGE_BY_ITSELF: &str = "merge_by_itself";

/// Up to which message it was looked for questions.
pub const QUESTIONS_LOOKED: &str = "questions_looked";
/// How far what was heard before is labelled again by newer models (JSON).
pub const LABELS_AGAIN: &str = "labels_again";
/// Which programs label by which models, and when each of them last said so (JSON).
pub const LABELS_BY: &str = "labels_by";
/// How the public roadmap looks, as JSON; absent before somebody set it up.
pub const ROADMAP: &str = "roadmap";
/// When something of the roadmap changed that no row of a change shows.
pub const ROADMAP_CHANGED: &str = "roadmap_changed";
/// The weight of one asker of each segment, as somebody chose them (JSON); empty where they follow from the list of customers.
pub const SEGMENT_WEIGHTS: &str = "segment_weights";

pub async fn get(on: &mut impl Sql, name: &str) -> Result<Option<String>> {
    text(on, "SELECT value FROM settings WHERE name = $1", binds![name]).await
}

pub async fn set(tx: &mut Tx, name: &str, value: &str) -> Result<()> {
    let sql =
        "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.run(sql, binds![name, value]).await?;
    Ok(())
}

/// Holds a value until the commit: whoever else holds it waits, whether or not it changes.
pub async fn hold(tx: &mut Tx, name: &str) -> Result<()> {
    let lock = tx.dialect().for_update();
    tx.rows::<(String,)>(format!("SELECT value FROM settings WHERE name = $1 {lock}"), binds![name]).await?;
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
