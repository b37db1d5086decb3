//! What everybody may read of changes: the public page, and the changelog.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{ChangeId, Millis, UserId};

/// The public words of a change.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Entry {
    pub change_id: ChangeId,
    pub title: String,
    pub words: String,
    /// Of the words.
    pub language: String,
    /// Whether it stands on the page; else its words are kept for the next time.
    pub is_public: bool,
    pub by_user: UserId,
    /// When it was first published.
    pub published_at: Millis,
    pub updated_at: Millis,
}

const COLUMNS: &str = "change_id, title, words, language, is_public, by_user, published_at, updated_at";

/// The words as they are from now on.
pub async fn put(tx: &mut Tx, entry: &Entry) -> Result<()> {
    let e = entry.clone();
    let sql = format!(
        "INSERT INTO roadmap_entries ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (change_id) DO UPDATE SET title = excluded.title, words = excluded.words, \
         language = excluded.language, is_public = excluded.is_public, by_user = excluded.by_user, \
         updated_at = excluded.updated_at"
    );
    let values =
        binds![e.change_id, e.title, e.words, e.language, e.is_public, e.by_user, e.published_at, e.updated_at];
    tx.run(sql, values).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, change: ChangeId) -> Result<Option<Entry>> {
    on.row(format!("SELECT {COLUMNS} FROM roadmap_entries WHERE change_id = $1"), binds![change]).await
}

/// All entries below a change, the newest first, those off the page as well: for whoever looks through all of them.
pub async fn all(on: &mut impl Sql, below: Option<ChangeId>, limit: i64) -> Result<Vec<Entry>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM roadmap_entries WHERE (CAST($1 AS BIGINT) IS NULL OR change_id < $1) \
         ORDER BY change_id DESC LIMIT $2"
    );
    on.rows(sql, binds![below, limit]).await
}

/// A change as everybody sees it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Shown {
    pub id: ChangeId,
    pub title: String,
    pub words: String,
    pub language: String,
    pub state: String,
    pub reason: String,
    pub askers: i64,
    pub moved_at: Millis,
    pub published_at: Millis,
    pub updated_at: Millis,
}

const SHOWN: &str = "SELECT c.id, r.title, r.words, r.language, c.state, c.reason, c.askers, c.moved_at, r.published_at, \
    r.updated_at FROM feedback_changes c JOIN roadmap_entries r ON r.change_id = c.id AND r.is_public = TRUE";

/// A change that stands on the page.
pub async fn shown(on: &mut impl Sql, change: ChangeId) -> Result<Option<Shown>> {
    on.row(format!("{SHOWN} WHERE c.id = $1"), binds![change]).await
}

/// Those in a state that stand on the page, the latest moved first; below (moved_at, id) of the row before.
pub async fn list(on: &mut impl Sql, state: &str, below: Option<(Millis, ChangeId)>, limit: i64) -> Result<Vec<Shown>> {
    let (at, id) = below.unwrap_or((i64::MAX, ChangeId(i64::MAX)));
    let sql = format!(
        "{SHOWN} WHERE c.state = $1 AND (c.moved_at, c.id) < ($2, $3) ORDER BY c.moved_at DESC, c.id DESC LIMIT $4"
    );
    on.rows(sql, binds![state, at, id, limit]).await
}
