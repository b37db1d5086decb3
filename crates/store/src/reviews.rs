//! What became of what was suggested: by this it is known how often a suggestion is right here.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{Millis, PersonId, UserId};

/// Those suggestions between two persons that a decision about them decides.
const BETWEEN: &str = "SELECT s.first_id, s.second_id, s.probability FROM identities i \
    JOIN identity_suggestions s ON s.first_id = i.id JOIN identities j ON j.id = s.second_id \
    WHERE (i.person_id = $1 AND j.person_id = $2) OR (i.person_id = $2 AND j.person_id = $1)";

/// What was decided about two persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// None where they became one by themselves: that says nothing yet.
    pub is_same: Option<bool>,
    /// By what they are one from now on.
    pub merge: Option<i64>,
    pub by: UserId,
    pub at: Millis,
}

/// Notes a decision about two persons, who stand by themselves as yet. It counts once, by the most probable of what is
/// suggested of them; of the same two the last decision counts, with the probability that was shown first. By what merge they
/// were one stays known where this decision makes none, so that undoing that one still finds them.
pub async fn note(tx: &mut Tx, (a, b): (PersonId, PersonId), decision: Decision) -> Result<()> {
    let sql = format!(
        "INSERT INTO reviewed_pairs (first_id, second_id, probability, is_same, merge_id, by_user, at) \
         SELECT f.first_id, f.second_id, f.probability, CAST($3 AS BOOLEAN), CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT) \
         FROM ({BETWEEN} ORDER BY s.probability DESC, s.first_id, s.second_id LIMIT 1) f WHERE TRUE \
         ON CONFLICT (first_id, second_id) DO UPDATE SET is_same = excluded.is_same, \
         merge_id = COALESCE(excluded.merge_id, reviewed_pairs.merge_id), \
         by_user = excluded.by_user, at = excluded.at"
    );
    tx.run(sql, binds![a, b, decision.is_same, decision.merge, decision.by, decision.at]).await?;
    Ok(())
}

/// A merge was undone, so it was wrong, whoever made it.
pub async fn was_wrong(tx: &mut Tx, merge: i64, (by, now): (UserId, Millis)) -> Result<()> {
    let sql = "UPDATE reviewed_pairs SET is_same = FALSE, by_user = $2, at = $3 WHERE merge_id = $1";
    tx.run(sql, binds![merge, by, now]).await?;
    Ok(())
}

/// It is open again whether two persons are one. Where a merge of them stands, that one says what holds.
pub async fn take_back(tx: &mut Tx, (a, b): (PersonId, PersonId)) -> Result<()> {
    const THEIRS: &str = "EXISTS (SELECT 1 FROM identities i JOIN identities j ON j.id = reviewed_pairs.second_id \
        WHERE i.id = reviewed_pairs.first_id \
        AND ((i.person_id = $1 AND j.person_id = $2) OR (i.person_id = $2 AND j.person_id = $1)))";
    const STANDS: &str = "FROM person_merges m WHERE m.id = reviewed_pairs.merge_id AND m.undone_at IS NULL";
    let sql = format!("DELETE FROM reviewed_pairs WHERE {THEIRS} AND NOT EXISTS (SELECT 1 {STANDS})");
    tx.run(sql, binds![a, b]).await?;
    let sql = format!(
        "UPDATE reviewed_pairs SET is_same = (SELECT CASE WHEN m.is_automatic THEN NULL ELSE TRUE END {STANDS}) \
         WHERE {THEIRS} AND EXISTS (SELECT 1 {STANDS})"
    );
    tx.run(sql, binds![a, b]).await?;
    Ok(())
}

/// Whether it was decided of something of two persons that it is not of one.
pub async fn were_told_apart(on: &mut impl Sql, (a, b): (PersonId, PersonId)) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM identities i JOIN reviewed_pairs r ON r.first_id = i.id OR r.second_id = i.id \
               JOIN identities j ON j.id = CASE WHEN r.first_id = i.id THEN r.second_id ELSE r.first_id END \
               WHERE i.person_id = $1 AND j.person_id = $2 AND r.is_same = FALSE";
    Ok(on.number(sql, binds![a, b]).await? > 0)
}

/// How many pairs were decided, and how many of them are one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Counted {
    pub reviewed: i64,
    pub same: i64,
}

/// Of those that were at least so probable when they were decided.
pub async fn counted(on: &mut impl Sql, at_least: f64) -> Result<Counted> {
    let sql = "SELECT COUNT(*) AS reviewed, COUNT(CASE WHEN is_same THEN 1 END) AS same FROM reviewed_pairs \
               WHERE probability >= $1 AND is_same IS NOT NULL";
    Ok(on.row(sql, binds![at_least]).await?.unwrap_or(Counted { reviewed: 0, same: 0 }))
}
