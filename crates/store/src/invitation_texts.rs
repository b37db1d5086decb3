//! What those who are invited are told, in each language: written by a person, once for a draw.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{Millis, UserId};

/// A text in one language.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Text {
    pub round_id: i64,
    pub language: String,
    /// Where the channel has one.
    pub subject: String,
    pub words: String,
    pub version: i64,
    pub written_by: UserId,
    pub written_at: Millis,
}

const COLUMNS: &str = "round_id, language, subject, words, version, written_by, written_at";

/// The texts of a draw, by language.
pub async fn of_round(on: &mut impl Sql, round: i64) -> Result<Vec<Text>> {
    on.rows(format!("SELECT {COLUMNS} FROM invitation_texts WHERE round_id = $1 ORDER BY language"), binds![round])
        .await
}

/// Writes a text, in the place of what stood there as `version` (none: nothing); false where something else stands there.
pub async fn put(tx: &mut Tx, text: &Text, version: Option<i64>) -> Result<bool> {
    let t = text.clone();
    let sql = format!(
        "INSERT INTO invitation_texts ({COLUMNS}) VALUES ($1, $2, $3, $4, 0, $5, $6) ON CONFLICT (round_id, language) \
         DO UPDATE SET subject = excluded.subject, words = excluded.words, version = invitation_texts.version + 1, \
         written_by = excluded.written_by, written_at = excluded.written_at \
         WHERE invitation_texts.version = CAST($7 AS BIGINT)"
    );
    let values = binds![t.round_id, t.language, t.subject, t.words, t.written_by, t.written_at, version];
    Ok(tx.run(sql, values).await? == 1)
}

pub async fn remove(tx: &mut Tx, round: i64, language: &str) -> Result<bool> {
    let sql = "DELETE FROM invitation_texts WHERE round_id = $1 AND language = $2";
    Ok(tx.run(sql, binds![round, language]).await? == 1)
}

/// The texts that were written last, for whoever begins another draw: one in each language.
pub async fn newest(on: &mut impl Sql) -> Result<Vec<Text>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM (SELECT {COLUMNS}, ROW_NUMBER() OVER (PARTITION BY language ORDER BY round_id DESC) AS nth \
         FROM invitation_texts) AS ranked WHERE nth = 1 ORDER BY language"
    );
    on.rows(sql, binds![]).await
}

/// Texts of all draws after a place: for whoever looks through all of them.
pub async fn all(on: &mut impl Sql, after: Option<(i64, String)>, limit: i64) -> Result<Vec<Text>> {
    let (round, language) = after.unwrap_or((i64::MIN, String::new()));
    let sql = format!(
        "SELECT {COLUMNS} FROM invitation_texts WHERE (round_id, language) > ($1, $2) ORDER BY round_id, language LIMIT $3"
    );
    on.rows(sql, binds![round, language, limit]).await
}
