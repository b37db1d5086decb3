//! Replies that are kept to be written again: a member's own, and the team's.

use crate::{Result, Sql, Tx, Value, binds, like};
use tertulia_model::{Millis, UserId};

/// Whose the team's are.
pub const TEAM: UserId = UserId(0);

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SavedReply {
    pub id: i64,
    /// A member, or [`TEAM`].
    pub owner_id: UserId,
    pub title: String,
    pub body: String,
    /// Both, folded: what [`list`] searches in.
    pub folded: String,
    pub version: i64,
    pub removed_at: Option<Millis>,
    pub changed_by: UserId,
    pub changed_at: Millis,
    /// As it stood before the last change of its words, for as long as that can be undone.
    pub title_before: Option<String>,
    pub body_before: Option<String>,
    pub owner_before: Option<UserId>,
}

const COLUMNS: &str = "id, owner_id, title, body, folded, version, removed_at, changed_by, changed_at, title_before, body_before, \
    owner_before";

pub async fn add(tx: &mut Tx, reply: &SavedReply) -> Result<()> {
    let r = reply.clone();
    let sql =
        format!("INSERT INTO saved_replies ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    let values = binds![
        r.id,
        r.owner_id,
        r.title,
        r.body,
        r.folded,
        r.version,
        r.removed_at,
        r.changed_by,
        r.changed_at,
        r.title_before,
        r.body_before,
        r.owner_before
    ];
    tx.run(sql, values).await?;
    Ok(())
}

/// As it is now; its version rises.
pub async fn put(tx: &mut Tx, reply: &SavedReply) -> Result<()> {
    let r = reply.clone();
    let sql = "UPDATE saved_replies SET owner_id = $2, title = $3, body = $4, folded = $5, removed_at = $6, \
               changed_by = $7, changed_at = $8, title_before = $9, body_before = $10, owner_before = $11, \
               version = version + 1 WHERE id = $1";
    let values = binds![
        r.id,
        r.owner_id,
        r.title,
        r.body,
        r.folded,
        r.removed_at,
        r.changed_by,
        r.changed_at,
        r.title_before,
        r.body_before,
        r.owner_before
    ];
    tx.run(sql, values).await?;
    Ok(())
}

/// Also one that was removed.
pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<SavedReply>> {
    on.row(format!("SELECT {COLUMNS} FROM saved_replies WHERE id = $1"), binds![id]).await
}

/// As [`get`], before a change: nobody else changes it until the commit.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<SavedReply>> {
    let lock = tx.dialect().for_update();
    tx.row(format!("SELECT {COLUMNS} FROM saved_replies WHERE id = $1 {lock}"), binds![id]).await
}

/// A member's own and the team's that hold all of these words (folded), the newest first; below an id.
pub async fn list(
    on: &mut impl Sql,
    member: UserId,
    words: &[&str],
    below: Option<i64>,
    limit: i64,
) -> Result<Vec<SavedReply>> {
    let mut values = binds![TEAM, member, below.unwrap_or(i64::MAX)];
    let mut sql =
        format!("SELECT {COLUMNS} FROM saved_replies WHERE owner_id IN ($1, $2) AND removed_at IS NULL AND id < $3");
    for word in words {
        values.push(Value::from(like::anywhere(word.chars().take(like::LONGEST))));
        sql.push_str(&format!(" AND folded LIKE ${} ESCAPE '!'", values.len()));
    }
    values.push(limit.into());
    sql.push_str(&format!(" ORDER BY id DESC LIMIT ${}", values.len()));
    on.rows(sql, values).await
}

/// How many a member, or the team, has.
pub async fn count(on: &mut impl Sql, owner: UserId) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM saved_replies WHERE owner_id = $1 AND removed_at IS NULL";
    on.number(sql, binds![owner]).await
}

/// Everybody's that were not removed, below an id, the newest first: for whoever looks through all of them.
pub async fn all(on: &mut impl Sql, below: Option<i64>, limit: i64) -> Result<Vec<SavedReply>> {
    let sql =
        format!("SELECT {COLUMNS} FROM saved_replies WHERE id < $1 AND removed_at IS NULL ORDER BY id DESC LIMIT $2");
    on.rows(sql, binds![below.unwrap_or(i64::MAX), limit]).await
}

/// Forgets for good what was removed, and how replies read before they were changed, before `until`.
pub async fn forget_removed(tx: &mut Tx, until: Millis) -> Result<()> {
    tx.run("DELETE FROM saved_replies WHERE removed_at < $1", binds![until]).await?;
    let sql = "UPDATE saved_replies SET title_before = NULL, body_before = NULL, owner_before = NULL \
               WHERE title_before IS NOT NULL AND changed_at < $1";
    tx.run(sql, binds![until]).await?;
    Ok(())
}

/// How many replies [`forget_removed`] has not done with.
pub async fn count_removed(on: &mut impl Sql) -> Result<i64> {
    let sql = "SELECT (SELECT COUNT(*) FROM saved_replies WHERE removed_at IS NOT NULL) \
               + (SELECT COUNT(*) FROM saved_replies WHERE title_before IS NOT NULL AND removed_at IS NULL)";
    on.number(sql, binds![]).await
}
