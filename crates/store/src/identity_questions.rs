//! Whether another identity is theirs as well, as people are asked it themselves, and what they answered.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{DeliveryId, IdentityId, Millis, PersonId, UserId};

/// One question to whoever writes as `asked_id`.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Question {
    pub id: i64,
    pub asked_id: IdentityId,
    pub other_id: IdentityId,
    /// Of the message that asks: its delivery's idempotency key.
    pub sent_key: String,
    /// Of what stands in the link.
    pub token_hash: Vec<u8>,
    pub by_user: UserId,
    pub asked_at: Millis,
    /// `yes` or `no`.
    pub answer: Option<String>,
    pub answered_at: Option<Millis>,
}

const COLUMNS: &str = "id, asked_id, other_id, sent_key, token_hash, by_user, asked_at, answer, answered_at";

/// A question as it stands, with who is asked and what became of the message.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Asked {
    pub id: i64,
    pub asked_id: IdentityId,
    /// Whose identity that is by now.
    pub person_id: PersonId,
    pub space: String,
    pub handle: String,
    pub asked_at: Millis,
    pub answer: Option<String>,
    pub answered_at: Option<Millis>,
    /// Of its delivery; none before there is one.
    pub state: Option<String>,
}

const ASKED: &str = "SELECT q.id, q.asked_id, i.person_id, i.space, i.handle, q.asked_at, q.answer, q.answered_at, d.state \
    FROM identities i JOIN identity_questions q ON q.asked_id = i.id \
    LEFT JOIN deliveries d ON d.idempotency_key = q.sent_key";

/// It did not stay unsent, or is about to leave (it was made after $2).
const LEFT: &str = "(d.state IN ('queued', 'sent', 'unknown') OR (d.state IS NULL AND q.asked_at > $2))";

pub async fn add(tx: &mut Tx, question: &Question) -> Result<()> {
    let q = question.clone();
    let sql = format!("INSERT INTO identity_questions ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    let values =
        binds![q.id, q.asked_id, q.other_id, q.sent_key, q.token_hash, q.by_user, q.asked_at, q.answer, q.answered_at];
    tx.run(sql, values).await?;
    Ok(())
}

/// Takes back one that could not be sent.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<()> {
    tx.run("DELETE FROM identity_questions WHERE id = $1", binds![id]).await?;
    Ok(())
}

/// The question of a link.
pub async fn by_token(on: &mut impl Sql, hash: &[u8]) -> Result<Option<Question>> {
    on.row(format!("SELECT {COLUMNS} FROM identity_questions WHERE token_hash = $1"), binds![hash]).await
}

/// Notes what they said; false where they had said something before.
pub async fn answer(tx: &mut Tx, id: i64, answer: &str, now: Millis) -> Result<bool> {
    let sql = "UPDATE identity_questions SET answer = $2, answered_at = $3 WHERE id = $1 AND answer IS NULL";
    Ok(tx.run(sql, binds![id, answer, now]).await? == 1)
}

/// What was asked of two persons, the latest first.
pub async fn between(on: &mut impl Sql, (one, other): (PersonId, PersonId)) -> Result<Vec<Asked>> {
    let sql = format!(
        "{ASKED} JOIN identities j ON j.id = q.other_id WHERE i.person_id IN ($1, $2) AND j.person_id IN ($1, $2) \
         AND i.person_id <> j.person_id ORDER BY q.id DESC"
    );
    on.rows(sql, binds![one, other]).await
}

/// What a person was asked, the oldest first.
pub async fn of_person(on: &mut impl Sql, person: PersonId) -> Result<Vec<Asked>> {
    on.rows(format!("{ASKED} WHERE i.person_id = $1 ORDER BY q.id"), binds![person]).await
}

/// How often somebody was asked since then; what was not sent, and was made before `pending`, does not count.
pub async fn asked_since(on: &mut impl Sql, person: PersonId, (since, pending): (Millis, Millis)) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) FROM identities i JOIN identity_questions q ON q.asked_id = i.id \
         LEFT JOIN deliveries d ON d.idempotency_key = q.sent_key \
         WHERE i.person_id = $1 AND q.asked_at > $3 AND {LEFT}"
    );
    on.number(sql, binds![person, pending, since]).await
}

/// Whether a delivery asks it.
pub async fn is_asked_by(on: &mut impl Sql, delivery: DeliveryId) -> Result<bool> {
    let sql =
        "SELECT COUNT(*) FROM deliveries d JOIN identity_questions q ON q.sent_key = d.idempotency_key WHERE d.id = $1";
    Ok(on.number(sql, binds![delivery]).await? > 0)
}
