//! Know-how: short articles, each version of them, and in which languages there is one about the same.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in};
use tertulia_model::{Millis, UserId};

/// An article in one language. `topic_id` is the same for all languages of it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Article {
    pub id: i64,
    pub topic_id: i64,
    pub language: String,
    pub title: String,
    pub body: String,
    pub link: Option<String>,
    /// Words of it that say something.
    pub length: i64,
    /// Rises with each change of its words.
    pub version: i64,
    pub archived_at: Option<Millis>,
    pub archived_by: Option<UserId>,
    pub created_by: UserId,
    pub created_at: Millis,
    pub changed_by: UserId,
    pub changed_at: Millis,
}

/// How an article stood.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Version {
    pub version: i64,
    pub language: String,
    pub title: String,
    pub body: String,
    pub link: Option<String>,
    pub by_user: UserId,
    pub at: Millis,
}

const COLUMNS: &str = "id, topic_id, language, title, body, link, length, version, archived_at, archived_by, created_by, \
    created_at, changed_by, changed_at";

/// A new article; what stands in it is its first version.
pub async fn add(tx: &mut Tx, article: &Article) -> Result<()> {
    let a = article.clone();
    let sql = format!(
        "INSERT INTO articles ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    );
    let values = binds![
        a.id,
        a.topic_id,
        a.language,
        a.title,
        a.body,
        a.link,
        a.length,
        a.version,
        a.archived_at,
        a.archived_by,
        a.created_by,
        a.created_at,
        a.changed_by,
        a.changed_at
    ];
    tx.run(sql, values).await?;
    note_version(tx, article).await
}

async fn note_version(tx: &mut Tx, article: &Article) -> Result<()> {
    let a = article.clone();
    let sql = "INSERT INTO article_versions (article_id, version, language, title, body, link, by_user, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = binds![a.id, a.version, a.language, a.title, a.body, a.link, a.changed_by, a.changed_at];
    tx.run(sql, values).await?;
    Ok(())
}

/// Its words as they are now, under the version that the caller gave it.
pub async fn reword(tx: &mut Tx, article: &Article) -> Result<()> {
    let a = article.clone();
    let sql = "UPDATE articles SET language = $2, title = $3, body = $4, link = $5, length = $6, version = $7, \
               changed_by = $8, changed_at = $9 WHERE id = $1";
    let values = binds![a.id, a.language, a.title, a.body, a.link, a.length, a.version, a.changed_by, a.changed_at];
    tx.run(sql, values).await?;
    note_version(tx, article).await
}

/// It is archived, or brought back.
pub async fn put_away(tx: &mut Tx, id: i64, by: Option<(UserId, Millis)>) -> Result<()> {
    let (by, at) = (by.map(|(by, _)| by), by.map(|(_, at)| at));
    tx.run("UPDATE articles SET archived_by = $2, archived_at = $3 WHERE id = $1", binds![id, by, at]).await?;
    Ok(())
}

/// Takes a new article away, as if it had never been.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<()> {
    for sql in [
        "DELETE FROM article_terms WHERE article_id = $1",
        "DELETE FROM article_versions WHERE article_id = $1",
        "DELETE FROM articles WHERE id = $1",
    ] {
        tx.run(sql, binds![id]).await?;
    }
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Article>> {
    on.row(format!("SELECT {COLUMNS} FROM articles WHERE id = $1"), binds![id]).await
}

/// As [`get`], before a change: nobody else changes it until the commit.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Article>> {
    let lock = tx.dialect().for_update();
    tx.row(format!("SELECT {COLUMNS} FROM articles WHERE id = $1 {lock}"), binds![id]).await
}

/// These articles, in the order of their ids.
pub async fn some(on: &mut impl Sql, ids: &[i64]) -> Result<Vec<Article>> {
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("SELECT {COLUMNS} FROM articles WHERE id IN ({{list}})");
    let mut found: Vec<Article> = rows_in(on, &sql, &ids).await?;
    found.sort_by_key(|article| article.id);
    found.dedup_by_key(|article| article.id);
    Ok(found)
}

/// All languages of these topics, archived ones as well.
pub async fn of_topics(on: &mut impl Sql, topics: &[i64]) -> Result<Vec<Article>> {
    let topics: Vec<Value> = topics.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("SELECT {COLUMNS} FROM articles WHERE topic_id IN ({{list}})");
    let mut found: Vec<Article> = rows_in(on, &sql, &topics).await?;
    found.sort_by_key(|article| (article.topic_id, article.id));
    found.dedup_by_key(|article| article.id);
    Ok(found)
}

/// The newest topics first, the languages of one beside each other; below a place (topic and id).
pub async fn list(on: &mut impl Sql, is_archived: bool, below: Option<(i64, i64)>, limit: i64) -> Result<Vec<Article>> {
    let is = if is_archived { "IS NOT NULL" } else { "IS NULL" };
    let (topic, id) = below.unwrap_or((i64::MAX, i64::MAX));
    let sql = format!(
        "SELECT {COLUMNS} FROM articles WHERE archived_at {is} AND (topic_id, id) < ($1, $2) \
         ORDER BY topic_id DESC, id DESC LIMIT $3"
    );
    on.rows(sql, binds![topic, id, limit]).await
}

/// How many there are that are not archived.
pub async fn count(on: &mut impl Sql) -> Result<i64> {
    on.number("SELECT COUNT(*) FROM articles WHERE archived_at IS NULL", binds![]).await
}

/// How it stood at each of its versions, the newest first.
pub async fn versions(on: &mut impl Sql, id: i64, limit: i64) -> Result<Vec<Version>> {
    let sql = "SELECT version, language, title, body, link, by_user, at FROM article_versions WHERE article_id = $1 \
               ORDER BY version DESC LIMIT $2";
    on.rows(sql, binds![id, limit]).await
}

/// How it stood at one of them.
pub async fn version(on: &mut impl Sql, id: i64, version: i64) -> Result<Option<Version>> {
    let sql = "SELECT version, language, title, body, link, by_user, at FROM article_versions WHERE article_id = $1 \
               AND version = $2";
    on.row(sql, binds![id, version]).await
}

/// Forgets how it stood at an earlier version; false where it did not, or stands so now.
pub async fn forget_version(tx: &mut Tx, id: i64, version: i64) -> Result<bool> {
    let sql = "DELETE FROM article_versions WHERE article_id = $1 AND version = $2 AND version <> \
               (SELECT a.version FROM articles a WHERE a.id = $1)";
    Ok(tx.run(sql, binds![id, version]).await? == 1)
}
