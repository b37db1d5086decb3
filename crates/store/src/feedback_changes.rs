//! What is done about what people ask for: changes, each considering, planned, done or declined, and how they came there.

use crate::{Result, Sql, Tx, binds, telling_texts};
use tertulia_model::{ChangeId, Millis, UserId};

/// Something that may be changed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Change {
    pub id: ChangeId,
    pub title: String,
    pub words: String,
    /// `considering`, `planned`, `done` or `declined`.
    pub state: String,
    /// What everybody may be told of why it stands so.
    pub reason: String,
    /// Where it is worked on.
    pub link: Option<String>,
    /// How many people ask for one of its items, each once.
    pub askers: i64,
    pub version: i64,
    pub created_by: UserId,
    pub created_at: Millis,
    pub moved_at: Millis,
}

const COLUMNS: &str = "id, title, words, state, reason, link, askers, version, created_by, created_at, moved_at";

/// A new change, which no item belongs to yet.
pub async fn add(tx: &mut Tx, change: &Change) -> Result<()> {
    let c = change.clone();
    let sql = "INSERT INTO feedback_changes (id, title, words, state, reason, link, created_by, created_at, moved_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = binds![c.id, c.title, c.words, c.state, c.reason, c.link, c.created_by, c.created_at, c.moved_at];
    tx.run(sql, values).await?;
    Ok(())
}

/// Its words and how it stands; its version rises.
pub async fn put(tx: &mut Tx, change: &Change) -> Result<()> {
    let c = change.clone();
    let sql = "UPDATE feedback_changes SET title = $2, words = $3, state = $4, reason = $5, link = $6, moved_at = $7, \
               version = version + 1 WHERE id = $1";
    tx.run(sql, binds![c.id, c.title, c.words, c.state, c.reason, c.link, c.moved_at]).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: ChangeId) -> Result<Option<Change>> {
    on.row(format!("SELECT {COLUMNS} FROM feedback_changes WHERE id = $1"), binds![id]).await
}

/// As it stays until the transaction ends.
pub async fn get_to_change(tx: &mut Tx, id: ChangeId) -> Result<Option<Change>> {
    let sql = format!("SELECT {COLUMNS} FROM feedback_changes WHERE id = $1 {}", tx.dialect().for_update());
    tx.row(sql, binds![id]).await
}

/// Takes a change away with its moves, as if it had never been; items that were merged away let go of it.
pub async fn remove(tx: &mut Tx, id: ChangeId) -> Result<()> {
    for sql in [
        "UPDATE feedback_items SET change_id = NULL, version = version + 1 WHERE change_id = $1",
        "DELETE FROM feedback_moves WHERE change_id = $1",
        "DELETE FROM roadmap_entries WHERE change_id = $1",
        "DELETE FROM roadmap_voices WHERE change_id = $1",
        "DELETE FROM tracker_notes WHERE change_id = $1",
        "DELETE FROM feedback_changes WHERE id = $1",
    ] {
        tx.run(sql, binds![id]).await?;
    }
    telling_texts::forget_change(tx, id).await
}

/// Changes in a state, the most asked for first, and of those the newest; below (askers, id) of the row before.
pub async fn list(on: &mut impl Sql, state: &str, below: Option<(i64, ChangeId)>, limit: i64) -> Result<Vec<Change>> {
    let (askers, id) = below.unwrap_or((i64::MAX, ChangeId(i64::MAX)));
    let sql = format!(
        "SELECT {COLUMNS} FROM feedback_changes WHERE state = $1 AND (askers, id) < ($2, $3) \
         ORDER BY askers DESC, id DESC LIMIT $4"
    );
    on.rows(sql, binds![state, askers, id, limit]).await
}

/// All changes below an id, the newest first; of one state, where it is named.
pub async fn all(on: &mut impl Sql, state: Option<&str>, below: Option<ChangeId>, limit: i64) -> Result<Vec<Change>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM feedback_changes WHERE (CAST($1 AS BIGINT) IS NULL OR id < $1) \
         AND (CAST($2 AS TEXT) IS NULL OR state = $2) ORDER BY id DESC LIMIT $3"
    );
    on.rows(sql, binds![below, state, limit]).await
}

/// One move of a change.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Move {
    pub id: i64,
    pub change_id: ChangeId,
    /// None: it began so.
    pub state_before: Option<String>,
    pub reason_before: String,
    pub state: String,
    pub reason: String,
    pub by_user: UserId,
    pub at: Millis,
    pub undone_at: Option<Millis>,
}

const MOVE: &str = "id, change_id, state_before, reason_before, state, reason, by_user, at, undone_at";

pub async fn add_move(tx: &mut Tx, moved: &Move) -> Result<()> {
    let m = moved.clone();
    let sql = "INSERT INTO feedback_moves (id, change_id, state_before, reason_before, state, reason, by_user, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = binds![m.id, m.change_id, m.state_before, m.reason_before, m.state, m.reason, m.by_user, m.at];
    tx.run(sql, values).await?;
    Ok(())
}

/// The moves of a change, the newest first; those that were undone as well.
pub async fn moves(on: &mut impl Sql, change: ChangeId, limit: i64) -> Result<Vec<Move>> {
    let sql = format!("SELECT {MOVE} FROM feedback_moves WHERE change_id = $1 ORDER BY id DESC LIMIT $2");
    on.rows(sql, binds![change, limit]).await
}

/// The newest move that stands.
pub async fn last_move(on: &mut impl Sql, change: ChangeId) -> Result<Option<Move>> {
    let sql = format!(
        "SELECT {MOVE} FROM feedback_moves WHERE change_id = $1 AND undone_at IS NULL ORDER BY id DESC LIMIT 1"
    );
    on.row(sql, binds![change]).await
}

/// A move is undone, and stays on the record as such.
pub async fn undo_move(tx: &mut Tx, id: i64, by: UserId, now: Millis) -> Result<()> {
    tx.run("UPDATE feedback_moves SET undone_at = $2, undone_by = $3 WHERE id = $1", binds![id, now, by]).await?;
    Ok(())
}

/// Counts anew how many people ask for a change, each once whatever they asked for of it.
/// It is held first, as an item is.
pub async fn recount(tx: &mut Tx, id: ChangeId) -> Result<()> {
    get_to_change(tx, id).await?;
    let sql = "UPDATE feedback_changes SET askers = (SELECT COUNT(DISTINCT e.person_id) FROM feedback_items i \
               JOIN feedback_evidence e ON e.item_id = i.id AND e.asks = TRUE \
               WHERE i.change_id = $1 AND i.merged_into IS NULL) WHERE id = $1";
    tx.run(sql, binds![id]).await?;
    Ok(())
}
