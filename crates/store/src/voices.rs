//! Voices from the public page: who asks for a change there. Until somebody confirmed the address it is nobody's.

use crate::{
    Result, Sql, Tx, Value, binds,
    db::{rows_in, rows_in_with},
};
use tertulia_model::{ChangeId, Millis, PersonId};

/// One address that asks for one change.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Voice {
    pub id: i64,
    pub change_id: ChangeId,
    /// In lower case.
    pub address: String,
    /// What they want to say with it; empty once it went the way of every message.
    pub words: String,
    /// Only the link of this round holds.
    pub round: i64,
    /// When the last link was asked for.
    pub asked_at: Millis,
    pub confirmed_at: Option<Millis>,
    /// What they count by; none where they had asked for it before.
    pub evidence_id: Option<i64>,
}

const COLUMNS: &str = "id, change_id, address, words, round, asked_at, confirmed_at, evidence_id";

/// A new voice, or the one that stands as it is from now on.
pub async fn put(tx: &mut Tx, voice: &Voice) -> Result<()> {
    let v = voice.clone();
    let sql = format!(
        "INSERT INTO roadmap_voices ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET \
         words = excluded.words, round = excluded.round, asked_at = excluded.asked_at, \
         confirmed_at = excluded.confirmed_at, evidence_id = excluded.evidence_id"
    );
    let values = binds![v.id, v.change_id, v.address, v.words, v.round, v.asked_at, v.confirmed_at, v.evidence_id];
    tx.run(sql, values).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Voice>> {
    on.row(format!("SELECT {COLUMNS} FROM roadmap_voices WHERE id = $1"), binds![id]).await
}

/// As it stays until the transaction ends.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Voice>> {
    let lock = tx.dialect().for_update();
    tx.row(format!("SELECT {COLUMNS} FROM roadmap_voices WHERE id = $1 {lock}"), binds![id]).await
}

/// The voice of an address for a change.
pub async fn of(on: &mut impl Sql, change: ChangeId, address: &str) -> Result<Option<Voice>> {
    let sql = format!("SELECT {COLUMNS} FROM roadmap_voices WHERE change_id = $1 AND address = $2");
    on.row(sql, binds![change, address]).await
}

/// How many links an address was to get since then, for whatever change.
pub async fn asked_since(on: &mut impl Sql, address: &str, since: Millis) -> Result<i64> {
    on.number("SELECT COUNT(*) FROM roadmap_voices WHERE address = $1 AND asked_at > $2", binds![address, since]).await
}

/// All voices of these addresses, the oldest first.
pub async fn of_addresses(on: &mut impl Sql, addresses: &[String]) -> Result<Vec<Voice>> {
    let all: Vec<Value> = addresses.iter().map(Value::from).collect();
    let sql = format!("SELECT {COLUMNS} FROM roadmap_voices WHERE address IN ({{list}})");
    let mut found: Vec<Voice> = rows_in(on, &sql, &all).await?;
    found.sort_by_key(|voice| voice.id);
    found.dedup_by_key(|voice| voice.id);
    Ok(found)
}

/// By which confirmed address those of these persons ask for a change who gave a voice to it, or to another whose item is
/// joined to this one by now; and to which. Of several the first.
pub async fn reached(
    on: &mut impl Sql,
    change: ChangeId,
    persons: &[PersonId],
) -> Result<Vec<(PersonId, String, ChangeId)>> {
    let ids: Vec<Value> = persons.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT i.person_id, v.address, v.change_id FROM identities i \
               JOIN roadmap_voices v ON v.address = i.handle AND v.confirmed_at IS NOT NULL \
               WHERE i.space = 'mail' AND i.person_id IN ({list}) AND (v.change_id = $1 OR EXISTS (SELECT 1 \
               FROM feedback_evidence e JOIN feedback_items f ON f.id = e.item_id \
               WHERE e.id = v.evidence_id AND f.change_id = $1)) ORDER BY v.id";
    let mut found: Vec<(PersonId, String, ChangeId)> = rows_in_with(on, sql, &[change.into()], &ids).await?;
    found.sort_by_key(|(person, ..)| *person);
    found.dedup_by_key(|(person, ..)| *person);
    Ok(found)
}

pub async fn remove(tx: &mut Tx, id: i64) -> Result<()> {
    tx.run("DELETE FROM roadmap_voices WHERE id = $1", binds![id]).await?;
    Ok(())
}

/// Takes the voices of these addresses away. Gives how many.
pub async fn forget(tx: &mut Tx, addresses: &[String]) -> Result<u64> {
    let all: Vec<Value> = addresses.iter().map(Value::from).collect();
    tx.run_in("DELETE FROM roadmap_voices WHERE address IN ({list})", &all).await
}

/// Forgets what nobody confirmed and was asked before then, at most so many at once. Gives how many.
pub async fn forget_unconfirmed(tx: &mut Tx, before: Millis, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM roadmap_voices WHERE id IN (SELECT id FROM roadmap_voices WHERE confirmed_at IS NULL \
               AND asked_at < $1 ORDER BY asked_at LIMIT $2)";
    tx.run(sql, binds![before, limit]).await
}
