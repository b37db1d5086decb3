//! Identities that may be of one person: by what they are found, and what was found. Suggestions stand between identities, so
//! that they hold whoever these are part of.

use crate::{
    Result, Sql, Tx, Value, binds,
    db::rows_in,
    people::{COLUMNS, Identity},
};
use tertulia_model::{IdentityId, Millis, PersonId};

/// Two identities that may be of one person.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Suggestion {
    /// The lower id of both.
    pub first_id: IdentityId,
    pub second_id: IdentityId,
    /// 0 to 1.
    pub probability: f64,
    /// JSON.
    pub reasons: String,
    pub found_at: Millis,
}

/// A suggestion between two persons who stand by themselves.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Found {
    pub first_id: IdentityId,
    pub second_id: IdentityId,
    pub probability: f64,
    pub reasons: String,
    pub person_id: PersonId,
    pub name: String,
    pub handle: String,
    pub other_person_id: PersonId,
    pub other_name: String,
    pub other_handle: String,
    pub space: String,
    pub other_space: String,
    /// One of both typed an address that nobody confirmed.
    pub is_claimed: bool,
}

/// Identities whose keys of this version were not noted yet, so many at most.
pub async fn unkeyed(on: &mut impl Sql, version: i64, limit: i64) -> Result<Vec<Identity>> {
    let sql = format!("SELECT {COLUMNS} FROM identities WHERE keys_version < $1 ORDER BY keys_version, id LIMIT $2");
    on.rows(sql, binds![version, limit]).await
}

/// Whether there are any.
pub async fn any_unkeyed(on: &mut impl Sql, version: i64) -> Result<bool> {
    Ok(!unkeyed(on, version, 1).await?.is_empty())
}

/// Notes by what an identity is found from now on. What was suggested of it before goes: it is looked at anew.
pub async fn keep_keys(tx: &mut Tx, identity: IdentityId, version: i64, keys: &[i64]) -> Result<()> {
    tx.run("DELETE FROM identity_keys WHERE identity_id = $1", binds![identity]).await?;
    tx.run("DELETE FROM identity_suggestions WHERE first_id = $1 OR second_id = $1", binds![identity]).await?;
    let values = keys.iter().flat_map(|key| binds![*key, identity]).collect();
    let tail = "ON CONFLICT (key_hash, identity_id) DO NOTHING";
    tx.insert_many("INSERT INTO identity_keys (key_hash, identity_id)", 2, tail, values).await?;
    tx.run("UPDATE identities SET keys_version = $2 WHERE id = $1", binds![identity, version]).await?;
    Ok(())
}

/// Those who have a key, so many at most.
pub async fn having(on: &mut impl Sql, key: i64, limit: i64) -> Result<Vec<IdentityId>> {
    let sql = "SELECT identity_id FROM identity_keys WHERE key_hash = $1 LIMIT $2";
    Ok(on.rows::<(IdentityId,)>(sql, binds![key, limit]).await?.into_iter().map(|(id,)| id).collect())
}

pub async fn identities(on: &mut impl Sql, ids: &[IdentityId]) -> Result<Vec<Identity>> {
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("SELECT {COLUMNS} FROM identities WHERE id IN ({{list}})");
    let mut found: Vec<Identity> = rows_in(on, &sql, &ids).await?;
    found.sort_by_key(|identity| identity.id);
    found.dedup_by_key(|identity| identity.id);
    Ok(found)
}

/// The newest identities below one, the newest first.
pub async fn newest(on: &mut impl Sql, below: IdentityId, limit: i64) -> Result<Vec<Identity>> {
    let sql = format!("SELECT {COLUMNS} FROM identities WHERE id < $1 ORDER BY id DESC LIMIT $2");
    on.rows(sql, binds![below, limit]).await
}

/// All suggestions in the order of their identities, those after a pair.
pub async fn after(
    on: &mut impl Sql,
    (first, second): (IdentityId, IdentityId),
    limit: i64,
) -> Result<Vec<Suggestion>> {
    let sql = "SELECT first_id, second_id, probability, reasons, found_at FROM identity_suggestions \
               WHERE first_id > $1 OR (first_id = $1 AND second_id > $2) ORDER BY first_id, second_id LIMIT $3";
    on.rows(sql, binds![first, second, limit]).await
}

pub async fn remove(tx: &mut Tx, first: IdentityId, second: IdentityId) -> Result<()> {
    let sql = "DELETE FROM identity_suggestions WHERE first_id = $1 AND second_id = $2";
    tx.run(sql, binds![first, second]).await?;
    Ok(())
}

pub async fn put(tx: &mut Tx, suggestion: &Suggestion) -> Result<()> {
    let s = suggestion.clone();
    let sql = "INSERT INTO identity_suggestions (first_id, second_id, probability, reasons, found_at) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (first_id, second_id) DO UPDATE SET \
               probability = excluded.probability, reasons = excluded.reasons, found_at = excluded.found_at";
    tx.run(sql, binds![s.first_id, s.second_id, s.probability, s.reasons, s.found_at]).await?;
    Ok(())
}

const FOUND: &str = "SELECT s.first_id, s.second_id, s.probability, s.reasons, i.person_id, p.name, i.handle, \
    j.person_id AS other_person_id, q.name AS other_name, j.handle AS other_handle, i.space, \
    j.space AS other_space, ((i.claimed_mail IS NOT NULL AND NOT EXISTS (SELECT 1 FROM identities k WHERE k.space = 'mail' \
    AND k.handle = i.claimed_mail AND k.person_id = i.person_id)) OR (j.claimed_mail IS NOT NULL AND NOT EXISTS \
    (SELECT 1 FROM identities k WHERE k.space = 'mail' AND k.handle = j.claimed_mail AND k.person_id = j.person_id))) AS is_claimed \
    FROM identity_suggestions s \
    JOIN identities i ON i.id = s.first_id JOIN identities j ON j.id = s.second_id \
    JOIN persons p ON p.id = i.person_id JOIN persons q ON q.id = j.person_id";

/// They are two persons, and nobody decided that they are not one, of whomever they are part of by now.
const OPEN: &str = "i.person_id <> j.person_id \
    AND NOT EXISTS (SELECT 1 FROM persons a JOIN person_pairs x ON x.first_id = a.id JOIN persons b ON b.id = x.second_id \
    WHERE (a.id = i.person_id OR a.merged_into = i.person_id) AND x.decision = 'apart' \
    AND (b.id = j.person_id OR b.merged_into = j.person_id)) \
    AND NOT EXISTS (SELECT 1 FROM persons a JOIN person_pairs x ON x.second_id = a.id JOIN persons b ON b.id = x.first_id \
    WHERE (a.id = i.person_id OR a.merged_into = i.person_id) AND x.decision = 'apart' \
    AND (b.id = j.person_id OR b.merged_into = j.person_id))";

/// Where a page of suggestions ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Below {
    pub probability: f64,
    pub first: IdentityId,
    pub second: IdentityId,
}

impl Below {
    /// Before the first page.
    pub const NOTHING: Self = Self { probability: 2.0, first: IdentityId(0), second: IdentityId(0) };

    pub fn after(last: &Found) -> Self {
        Self { probability: last.probability, first: last.first_id, second: last.second_id }
    }
}

/// What stands below the end of a page, whose values are the first three.
const BELOW: &str =
    "s.probability <= $1 AND (s.probability < $1 OR s.first_id < $2 OR (s.first_id = $2 AND s.second_id < $3))";
const ORDER: &str = "ORDER BY s.probability DESC, s.first_id DESC, s.second_id DESC LIMIT $4";

/// What is suggested of a person, the most probable first.
pub async fn of_person(on: &mut impl Sql, person: PersonId, below: Option<Below>, limit: i64) -> Result<Vec<Found>> {
    let below = below.unwrap_or(Below::NOTHING);
    // By each side on its own: an index leads to one, and none to both at once.
    let side = |side: &str, other: &str| {
        format!(
            "SELECT s.{side} AS mine, s.{other} AS other FROM identities k JOIN identity_suggestions s ON s.{side} = k.id WHERE k.person_id = $5"
        )
    };
    let sql = format!(
        "{FOUND} WHERE {OPEN} AND {BELOW} AND (s.first_id, s.second_id) IN (SELECT mine, other FROM ({}) AS as_first \
         UNION SELECT other, mine FROM ({}) AS as_second) {ORDER}",
        side("first_id", "second_id"),
        side("second_id", "first_id")
    );
    on.rows(sql, binds![below.probability, below.first, below.second, limit, person]).await
}

/// All that is suggested, the most probable first.
pub async fn all(on: &mut impl Sql, below: Option<Below>, limit: i64) -> Result<Vec<Found>> {
    let below = below.unwrap_or(Below::NOTHING);
    let sql = format!("{FOUND} WHERE {OPEN} AND {BELOW} {ORDER}");
    on.rows(sql, binds![below.probability, below.first, below.second, limit]).await
}

/// Those among the most probable in which both are addresses that were confirmed by their writers.
pub async fn confirmed(on: &mut impl Sql, at_least: f64, below: Option<Below>, limit: i64) -> Result<Vec<Found>> {
    let below = below.unwrap_or(Below::NOTHING);
    let proven = |side: &str| {
        format!(
            "{side}.space = 'mail' AND EXISTS (SELECT 1 FROM asked_mails a WHERE a.address = {side}.handle AND a.confirmed_at IS NOT NULL)"
        )
    };
    let sql = format!(
        "{FOUND} WHERE {OPEN} AND s.probability >= $5 AND {BELOW} AND {} AND {} {ORDER}",
        proven("i"),
        proven("j")
    );
    on.rows(sql, binds![below.probability, below.first, below.second, limit, at_least]).await
}
