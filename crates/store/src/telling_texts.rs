//! What is said of a change, in each language, and how far its drafts are prepared.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{ChangeId, Millis, PersonId, UserId};

/// A text in one language.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Text {
    pub change_id: ChangeId,
    pub kind: String,
    pub language: String,
    pub words: String,
    pub version: i64,
    pub written_by: UserId,
    pub written_at: Millis,
}

const COLUMNS: &str = "change_id, kind, language, words, version, written_by, written_at";

/// The texts of a change, by language.
pub async fn of_change(on: &mut impl Sql, change: ChangeId, kind: &str) -> Result<Vec<Text>> {
    let sql = format!("SELECT {COLUMNS} FROM telling_texts WHERE change_id = $1 AND kind = $2 ORDER BY language");
    on.rows(sql, binds![change, kind]).await
}

/// Writes a text, in the place of what stood there as `version` (none: nothing); false where something else stands there.
pub async fn put(tx: &mut Tx, text: &Text, version: Option<i64>) -> Result<bool> {
    let t = text.clone();
    let sql = format!(
        "INSERT INTO telling_texts ({COLUMNS}) VALUES ($1, $2, $3, $4, 0, $5, $6) ON CONFLICT (change_id, kind, language) \
         DO UPDATE SET words = excluded.words, version = telling_texts.version + 1, written_by = excluded.written_by, \
         written_at = excluded.written_at WHERE telling_texts.version = CAST($7 AS BIGINT)"
    );
    let values = binds![t.change_id, t.kind, t.language, t.words, t.written_by, t.written_at, version];
    Ok(tx.run(sql, values).await? == 1)
}

pub async fn remove(tx: &mut Tx, change: ChangeId, kind: &str, language: &str) -> Result<bool> {
    let sql = "DELETE FROM telling_texts WHERE change_id = $1 AND kind = $2 AND language = $3";
    Ok(tx.run(sql, binds![change, kind, language]).await? == 1)
}

/// Texts of all changes after a place: for whoever looks through all of them.
pub async fn all(on: &mut impl Sql, after: Option<(ChangeId, String, String)>, limit: i64) -> Result<Vec<Text>> {
    let (change, kind, language) = after.unwrap_or((ChangeId(i64::MIN), String::new(), String::new()));
    let sql = format!(
        "SELECT {COLUMNS} FROM telling_texts WHERE (change_id, kind, language) > ($1, $2, $3) \
         ORDER BY change_id, kind, language LIMIT $4"
    );
    on.rows(sql, binds![change, kind, language, limit]).await
}

/// How far the drafts of a change are.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Round {
    /// While they are being prepared: the asker up to whom they are.
    pub after_person: Option<PersonId>,
    /// How many askers were looked at.
    pub looked: i64,
    pub begun_at: Option<Millis>,
    pub ended_at: Option<Millis>,
    pub ask_days: Option<i64>,
    /// Whoever was told until then is asked at once.
    pub ask_until: Option<Millis>,
}

pub async fn round(on: &mut impl Sql, change: ChangeId) -> Result<Round> {
    let sql =
        "SELECT after_person, looked, begun_at, ended_at, ask_days, ask_until FROM telling_rounds WHERE change_id = $1";
    Ok(on.row(sql, binds![change]).await?.unwrap_or_default())
}

/// Drafts are prepared from the first asker on.
pub async fn begin(tx: &mut Tx, change: ChangeId, now: Millis) -> Result<()> {
    let sql = "INSERT INTO telling_rounds (change_id, after_person, looked, begun_at) VALUES ($1, 0, 0, $2) \
               ON CONFLICT (change_id) DO UPDATE SET after_person = 0, looked = 0, begun_at = excluded.begun_at, ended_at = NULL";
    tx.run(sql, binds![change, now]).await?;
    Ok(())
}

/// They are prepared up to another asker, `more` of them; false where somebody else has come so far, or began anew.
pub async fn step(tx: &mut Tx, change: ChangeId, from: PersonId, to: PersonId, more: i64) -> Result<bool> {
    let sql =
        "UPDATE telling_rounds SET after_person = $3, looked = looked + $4 WHERE change_id = $1 AND after_person = $2";
    Ok(tx.run(sql, binds![change, from, to, more]).await? == 1)
}

/// All are prepared; false where somebody began anew meanwhile.
pub async fn end(tx: &mut Tx, change: ChangeId, from: PersonId, now: Millis) -> Result<bool> {
    let sql = "UPDATE telling_rounds SET after_person = NULL, ended_at = $3 WHERE change_id = $1 AND after_person = $2";
    Ok(tx.run(sql, binds![change, from, now]).await? == 1)
}

/// After how many days they are asked whether it helped: 0 never, none as everywhere.
pub async fn set_ask_days(tx: &mut Tx, change: ChangeId, days: Option<i64>) -> Result<()> {
    let sql = "INSERT INTO telling_rounds (change_id, ask_days) VALUES ($1, $2) \
               ON CONFLICT (change_id) DO UPDATE SET ask_days = excluded.ask_days";
    tx.run(sql, binds![change, days]).await?;
    Ok(())
}

/// Whoever was told until then is asked at once.
pub async fn set_ask_until(tx: &mut Tx, change: ChangeId, until: Millis) -> Result<()> {
    let sql = "INSERT INTO telling_rounds (change_id, ask_until) VALUES ($1, $2) \
               ON CONFLICT (change_id) DO UPDATE SET ask_until = excluded.ask_until";
    tx.run(sql, binds![change, until]).await?;
    Ok(())
}

/// Takes what was written of a change, and how far it was, as if it had never been.
pub(crate) async fn forget_change(tx: &mut Tx, change: ChangeId) -> Result<()> {
    for sql in [
        "DELETE FROM telling_deliveries WHERE telling_id IN (SELECT id FROM tellings WHERE change_id = $1)",
        "DELETE FROM tellings WHERE change_id = $1",
        "DELETE FROM telling_texts WHERE change_id = $1",
        "DELETE FROM telling_rounds WHERE change_id = $1",
    ] {
        tx.run(sql, binds![change]).await?;
    }
    Ok(())
}
