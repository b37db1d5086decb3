//! Trackers of issues that call us, and what they said of the issues that changes link to.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in};
use tertulia_model::{ChangeId, Millis, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Tracker {
    pub id: i64,
    pub title: String,
    /// Encrypted.
    pub secrets: Vec<u8>,
    pub created_by: UserId,
    pub created_at: Millis,
    /// When it last called.
    pub heard_at: Option<Millis>,
}

const TRACKER: &str = "id, title, secrets, created_by, created_at, heard_at";

pub async fn add(tx: &mut Tx, tracker: &Tracker) -> Result<()> {
    let t = tracker.clone();
    let sql = format!("INSERT INTO trackers ({TRACKER}) VALUES ($1, $2, $3, $4, $5, $6)");
    tx.run(sql, binds![t.id, t.title, t.secrets, t.created_by, t.created_at, t.heard_at]).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Tracker>> {
    on.row(format!("SELECT {TRACKER} FROM trackers WHERE id = $1"), binds![id]).await
}

/// All of them, the oldest first.
pub async fn all(on: &mut impl Sql) -> Result<Vec<Tracker>> {
    on.rows(format!("SELECT {TRACKER} FROM trackers ORDER BY id"), binds![]).await
}

/// Takes a tracker away. What it said of changes stays with them. False if it was not there.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<bool> {
    tx.run("DELETE FROM tracker_calls WHERE tracker_id = $1", binds![id]).await?;
    Ok(tx.run("DELETE FROM trackers WHERE id = $1", binds![id]).await? == 1)
}

/// Notes a call by its mark; false if it had come before.
pub async fn note_call(tx: &mut Tx, id: i64, mark: &[u8], now: Millis) -> Result<bool> {
    let sql = "INSERT INTO tracker_calls (tracker_id, mark, at) VALUES ($1, $2, $3) ON CONFLICT (tracker_id, mark) \
               DO NOTHING";
    let is_new = tx.run(sql, binds![id, mark, now]).await? == 1;
    tx.run("UPDATE trackers SET heard_at = $2 WHERE id = $1", binds![id, now]).await?;
    Ok(is_new)
}

/// Forgets the marks of calls before then, at most so many at once. Gives how many.
pub async fn forget_calls(tx: &mut Tx, before: Millis, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM tracker_calls WHERE (tracker_id, mark) IN (SELECT tracker_id, mark FROM tracker_calls \
               WHERE at < $1 ORDER BY at LIMIT $2)";
    tx.run(sql, binds![before, limit]).await
}

/// The changes that link to one of these pages.
pub async fn linked(on: &mut impl Sql, links: &[String], limit: usize) -> Result<Vec<ChangeId>> {
    let links: Vec<Value> = links.iter().map(Value::from).collect();
    let sql = "SELECT id FROM feedback_changes WHERE link IS NOT NULL AND link IN ({list})";
    let mut found: Vec<(ChangeId,)> = rows_in(on, sql, &links).await?;
    found.sort_unstable();
    found.dedup();
    found.truncate(limit);
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// What a tracker said of the issue of a change.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Note {
    pub id: i64,
    pub change_id: ChangeId,
    pub tracker_id: i64,
    /// What the change linked to then.
    pub link: String,
    /// `closed` or `reopened`.
    pub what: String,
    /// By the tracker's clock.
    pub said_at: Millis,
    pub heard_at: Millis,
    /// Whether somebody is still to say what it means for the change.
    pub waits: bool,
}

const NOTE: &str = "id, change_id, tracker_id, link, what, said_at, heard_at, waits";

pub async fn add_note(tx: &mut Tx, note: &Note) -> Result<()> {
    let n = note.clone();
    let sql = format!("INSERT INTO tracker_notes ({NOTE}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    tx.run(sql, binds![n.id, n.change_id, n.tracker_id, n.link, n.what, n.said_at, n.heard_at, n.waits]).await?;
    Ok(())
}

/// What was said of a change, the newest first.
pub async fn notes(on: &mut impl Sql, change: ChangeId, limit: i64) -> Result<Vec<Note>> {
    let sql = format!("SELECT {NOTE} FROM tracker_notes WHERE change_id = $1 ORDER BY id DESC LIMIT $2");
    on.rows(sql, binds![change, limit]).await
}

/// Nobody has to say any more what the notes so far mean for a change. Gives how many waited.
pub async fn settle(tx: &mut Tx, change: ChangeId) -> Result<u64> {
    tx.run("UPDATE tracker_notes SET waits = FALSE WHERE change_id = $1 AND waits = TRUE", binds![change]).await
}

/// A change of which a tracker says that it is done, while nobody here has.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    pub note_id: i64,
    pub change_id: ChangeId,
    pub title: String,
    pub said_at: Millis,
}

/// Those that wait for somebody to say so, the newest first.
pub async fn waiting(on: &mut impl Sql, limit: i64) -> Result<Vec<Waiting>> {
    let sql = "SELECT n.id AS note_id, n.change_id, c.title, n.said_at FROM tracker_notes n \
               JOIN feedback_changes c ON c.id = n.change_id WHERE n.waits = TRUE ORDER BY n.id DESC LIMIT $1";
    on.rows(sql, binds![limit]).await
}
