//! Customers who were not heard yet and are invited: draws, and each one drawn. How one stands whose sending is under way follows
//! the delivery, in the same transaction ([`follow`]). Who a customer is by now follows from handles alone, so merges move nothing here.

use crate::{
    Result, Sql, Tx, Value, binds,
    customers::Handle,
    db::{rows_in, rows_in_with},
    erasing::Counts,
};
use tertulia_model::{ChannelId, ConversationId, DeliveryId, DeliveryState, MessageId, Millis, PersonId, UserId};

/// One draw.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Round {
    pub id: i64,
    pub attribute: String,
    /// What the attribute was called then.
    pub title: String,
    /// How many were to be drawn.
    pub asked: i64,
    pub seed: i64,
    /// Whoever was invited within so many days was left out.
    pub rest_days: i64,
    pub drawn_by: UserId,
    pub drawn_at: Millis,
}

/// One part of the customers, as it stood when it was drawn.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Part {
    pub place: i64,
    /// None where it was not known of them.
    pub part_key: Option<String>,
    pub name: String,
    pub customers: i64,
    pub heard: i64,
    pub reachable: i64,
    pub drawn: i64,
}

/// One customer who was drawn.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Invitation {
    pub id: i64,
    pub round_id: i64,
    pub customer_id: i64,
    /// Of the part that they were drawn from.
    pub place: i64,
    pub language: String,
    /// `draft`, `queued`, `unknown`, `failed`, `sent`, `skipped` or `unsent`.
    pub state: String,
    /// Why it could not be sent.
    pub reason: Option<String>,
    /// In place of the text, for this one.
    pub words: Option<String>,
    /// The same before the last [`put`].
    pub words_before: Option<String>,
    pub delivery_id: Option<DeliveryId>,
    pub by_user: Option<UserId>,
    pub acted_at: Option<Millis>,
    pub sent_at: Option<Millis>,
    pub version: i64,
}

const ROUND: &str = "id, attribute, title, asked, seed, rest_days, drawn_by, drawn_at";
const COLUMNS: &str = "id, round_id, customer_id, place, language, state, reason, words, words_before, delivery_id, by_user, \
                       acted_at, sent_at, version";

/// Keeps a draw, with all who were drawn.
pub async fn add(tx: &mut Tx, round: &Round, parts: &[Part], drawn: &[Invitation]) -> Result<()> {
    let r = round.clone();
    let sql = format!("INSERT INTO invitation_rounds ({ROUND}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    let values = binds![r.id, r.attribute, r.title, r.asked, r.seed, r.rest_days, r.drawn_by, r.drawn_at];
    tx.run(sql, values).await?;
    let row = |p: &Part| {
        let p = p.clone();
        binds![round.id, p.place, p.part_key, p.name, p.customers, p.heard, p.reachable, p.drawn]
    };
    let head = "INSERT INTO invitation_parts (round_id, place, part_key, name, customers, heard, reachable, drawn)";
    tx.insert_many(head, 8, "", parts.iter().flat_map(row).collect()).await?;
    let row = |i: &Invitation| binds![i.id, i.round_id, i.customer_id, i.place, i.language.clone(), i.state.clone()];
    let head = "INSERT INTO invitations (id, round_id, customer_id, place, language, state)";
    tx.insert_many(head, 6, "", drawn.iter().flat_map(row).collect()).await?;
    Ok(())
}

pub async fn round(on: &mut impl Sql, id: i64) -> Result<Option<Round>> {
    on.row(format!("SELECT {ROUND} FROM invitation_rounds WHERE id = $1"), binds![id]).await
}

/// Draws below an id, the newest first.
pub async fn rounds(on: &mut impl Sql, below: Option<i64>, limit: i64) -> Result<Vec<Round>> {
    let sql = format!("SELECT {ROUND} FROM invitation_rounds WHERE id < $1 ORDER BY id DESC LIMIT $2");
    on.rows(sql, binds![below.unwrap_or(i64::MAX), limit]).await
}

pub async fn parts(on: &mut impl Sql, round: i64) -> Result<Vec<Part>> {
    let sql = "SELECT place, part_key, name, customers, heard, reachable, drawn FROM invitation_parts \
               WHERE round_id = $1 ORDER BY place";
    on.rows(sql, binds![round]).await
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Invitation>> {
    on.row(format!("SELECT {COLUMNS} FROM invitations WHERE id = $1"), binds![id]).await
}

/// As it stays until the transaction ends. Its delivery is to be held before it, where it has one.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Invitation>> {
    let sql = format!("SELECT {COLUMNS} FROM invitations WHERE id = $1 {}", tx.dialect().for_update());
    tx.row(sql, binds![id]).await
}

/// The one that a delivery is, or was, a sending of; as it stays until the transaction ends.
pub async fn by_delivery(tx: &mut Tx, delivery: DeliveryId) -> Result<Option<Invitation>> {
    match of_delivery(tx, delivery).await? {
        Some(id) => get_to_change(tx, id).await,
        None => Ok(None),
    }
}

/// Which one a delivery is, or was, a sending of.
pub async fn of_delivery(on: &mut impl Sql, delivery: DeliveryId) -> Result<Option<i64>> {
    let sql = "SELECT invitation_id FROM invitation_deliveries WHERE delivery_id = $1";
    Ok(on.row::<(i64,)>(sql, binds![delivery]).await?.map(|(id,)| id))
}

/// How it stands by what a person did; its version rises. What it said before stays beside it, for whoever undoes that.
pub async fn put(tx: &mut Tx, invitation: &Invitation) -> Result<()> {
    let i = invitation.clone();
    let sql = "UPDATE invitations SET state = $2, reason = $3, words_before = words, words = $4, delivery_id = $5, by_user = $6, \
               acted_at = $7, sent_at = $8, version = version + 1 WHERE id = $1";
    tx.run(sql, binds![i.id, i.state, i.reason, i.words, i.delivery_id, i.by_user, i.acted_at, i.sent_at]).await?;
    if let Some(delivery) = i.delivery_id {
        let sql = "INSERT INTO invitation_deliveries (delivery_id, invitation_id) VALUES ($1, $2) \
                   ON CONFLICT (delivery_id) DO NOTHING";
        tx.run(sql, binds![delivery, i.id]).await?;
    }
    Ok(())
}

/// Its delivery came to another state. One that is written anew does not follow it.
pub(crate) async fn follow(tx: &mut Tx, delivery: DeliveryId, state: DeliveryState, now: Millis) -> Result<()> {
    let (becomes, reason, sent_at) = match state {
        DeliveryState::Queued => ("queued", None, None),
        DeliveryState::Sent => ("sent", None, Some(now)),
        DeliveryState::Failed => ("failed", None, None),
        DeliveryState::Unknown => ("unknown", None, None),
        DeliveryState::Withdrawn => ("unsent", Some("withdrawn"), None),
    };
    let sql = "UPDATE invitations SET state = $2, reason = $3, version = version + 1, \
               sent_at = CASE WHEN CAST($4 AS BIGINT) IS NULL THEN NULL ELSE COALESCE(sent_at, CAST($4 AS BIGINT)) END \
               WHERE delivery_id = $1 AND state IN ('queued', 'unknown', 'failed', 'sent')";
    tx.run(sql, binds![delivery, becomes, reason, sent_at]).await?;
    Ok(())
}

/// The conversation that an invitation last began, where it still is the person's.
pub async fn last_held(on: &mut impl Sql, id: i64, person: PersonId) -> Result<Option<ConversationId>> {
    let sql = "SELECT c.id FROM invitation_deliveries s JOIN deliveries d ON d.id = s.delivery_id \
               JOIN conversations c ON c.id = d.conversation_id WHERE s.invitation_id = $1 AND c.person_id = $2 \
               ORDER BY d.id DESC LIMIT 1";
    Ok(on.row::<(ConversationId,)>(sql, binds![id, person]).await?.map(|(id,)| id))
}

/// When the last of those is due that wait to leave on a channel for the first time; what is tried again holds nobody up.
pub async fn last_due(on: &mut impl Sql, channel: ChannelId) -> Result<Option<Millis>> {
    let sql = "SELECT MAX(j.run_at) FROM jobs j JOIN deliveries d ON d.id = j.subject \
               JOIN invitations i ON i.delivery_id = d.id \
               WHERE j.kind = 'send' AND j.channel_id = $1 AND d.attempts = 0 AND d.state = 'queued'";
    Ok(on.row::<(Option<Millis>,)>(sql, binds![channel]).await?.and_then(|(at,)| at))
}

/// A customer who may be invited: in which list they stand, and how it is known who they are.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Candidate {
    pub id: i64,
    pub list: String,
    pub person_id: Option<PersonId>,
    pub tie: String,
}

/// Those who did not leave, by their number; after one.
pub async fn candidates(on: &mut impl Sql, after: i64, limit: i64) -> Result<Vec<Candidate>> {
    let sql = "SELECT id, list, person_id, tie FROM customers WHERE left_at IS NULL AND id > $1 ORDER BY id LIMIT $2";
    on.rows(sql, binds![after, limit]).await
}

/// Whom an invitation waits for, or reached, or may have, since a moment.
pub async fn invited_since(on: &mut impl Sql, since: Millis) -> Result<Vec<i64>> {
    let sql = "SELECT customer_id FROM invitations WHERE state = 'draft' UNION SELECT customer_id FROM invitations \
               WHERE state IN ('queued', 'unknown', 'sent') AND acted_at >= $1 ORDER BY customer_id";
    Ok(on.rows::<(i64,)>(sql, binds![since]).await?.into_iter().map(|(id,)| id).collect())
}

/// Whether another invitation went, or may have gone, to a customer since a moment.
pub async fn invited_beside(on: &mut impl Sql, invitation: &Invitation, since: Millis) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM invitations WHERE customer_id = $1 AND id <> $2 AND state IN ('queued', 'unknown', 'sent') \
               AND acted_at >= $3";
    Ok(on.number(sql, binds![invitation.customer_id, invitation.id, since]).await? > 0)
}

/// Whether a person has ever written anything.
pub async fn has_written(on: &mut impl Sql, person: PersonId) -> Result<bool> {
    let sql = "SELECT id FROM messages WHERE person_id = $1 AND direction = 'theirs' LIMIT 1";
    Ok(on.row::<(MessageId,)>(sql, binds![person]).await?.is_some())
}

/// The handles of a customer that another one of the same list has as well who did not leave.
pub async fn shared(on: &mut impl Sql, customer: i64) -> Result<Vec<Handle>> {
    let sql = "SELECT h.customer_id, h.space, h.handle FROM customer_handles h JOIN customers c ON c.id = h.customer_id \
               WHERE h.customer_id = $1 AND EXISTS (SELECT 1 FROM customer_handles o JOIN customers d ON d.id = o.customer_id \
               WHERE o.space = h.space AND o.handle = h.handle AND d.id <> c.id AND d.list = c.list AND d.left_at IS NULL) \
               ORDER BY h.space, h.handle";
    on.rows(sql, binds![customer]).await
}

/// How many there are of each state.
pub async fn counts(on: &mut impl Sql, round: i64) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT state, COUNT(*) FROM invitations WHERE round_id = $1 GROUP BY state ORDER BY state";
    on.rows(sql, binds![round]).await
}

/// In which languages those write who wait to be invited, and how many in each; the most first.
pub async fn languages(on: &mut impl Sql, round: i64) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT language, COUNT(*) AS many FROM invitations WHERE round_id = $1 AND state = 'draft' \
               GROUP BY language ORDER BY many DESC, language";
    on.rows(sql, binds![round]).await
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub id: i64,
    pub round_id: i64,
    pub customer_id: i64,
    pub customer_name: String,
    pub person_id: Option<PersonId>,
    pub place: i64,
    pub part: String,
    pub language: String,
    pub state: String,
    pub reason: Option<String>,
    pub acted_at: Option<Millis>,
    pub sent_at: Option<Millis>,
    /// Of ours on its way to them, and what there is to say of it.
    pub conversation_id: Option<ConversationId>,
    pub sent_message_id: Option<MessageId>,
    pub sent_reason: Option<String>,
    /// The first thing that they wrote there afterwards.
    pub answer_message_id: Option<MessageId>,
}

/// What the person of the conversation wrote in it after the invitation; what a machine answers is no answer.
const ANSWER: &str = "(SELECT MIN(m.id) FROM messages m WHERE m.conversation_id = d.conversation_id AND m.direction = 'theirs' \
    AND m.auto = 'person' AND m.id > d.message_id AND m.person_id = v.person_id)";
const FROM: &str = "FROM invitations i JOIN customers c ON c.id = i.customer_id \
    JOIN invitation_parts p ON p.round_id = i.round_id AND p.place = i.place \
    LEFT JOIN deliveries d ON d.id = i.delivery_id LEFT JOIN conversations v ON v.id = d.conversation_id";

fn row() -> String {
    format!(
        "SELECT i.id, i.round_id, i.customer_id, c.name AS customer_name, c.person_id, i.place, p.name AS part, i.language, i.state, \
         i.reason, i.acted_at, i.sent_at, d.conversation_id, d.message_id AS sent_message_id, d.reason AS sent_reason, \
         {ANSWER} AS answer_message_id {FROM}"
    )
}

/// Those of a draw in one of these states, after an id.
pub async fn list(on: &mut impl Sql, round: i64, states: &[&str], after: i64, limit: i64) -> Result<Vec<Row>> {
    let states: Vec<Value> = states.iter().map(|state| Value::from(*state)).collect();
    let sql = format!("{} WHERE i.round_id = $1 AND i.state IN ({{list}}) AND i.id > $2 ORDER BY i.id LIMIT $3", row());
    let fixed = binds![round, after, limit];
    rows_in_with(on, &sql, &fixed, &states).await
}

/// Those of a draw who answered, after an id.
pub async fn answered(on: &mut impl Sql, round: i64, after: i64, limit: i64) -> Result<Vec<Row>> {
    let sql = format!(
        "{} WHERE i.round_id = $1 AND i.delivery_id IS NOT NULL AND {ANSWER} IS NOT NULL AND i.id > $2 ORDER BY i.id LIMIT $3",
        row()
    );
    on.rows(sql, binds![round, after, limit]).await
}

/// One, as lists show it.
pub async fn shown(on: &mut impl Sql, id: i64) -> Result<Option<Row>> {
    on.row(format!("{} WHERE i.id = $1", row()), binds![id]).await
}

/// Of each part by its place: to how many an invitation went or may have gone, and how many of these answered.
pub async fn answers(on: &mut impl Sql, round: i64) -> Result<Vec<(i64, i64, i64)>> {
    let sql = format!(
        "SELECT place, COUNT(*), COUNT(answer) FROM (SELECT i.place, {ANSWER} AS answer {FROM} \
         WHERE i.round_id = $1 AND i.state IN ('sent', 'unknown')) AS one GROUP BY place ORDER BY place"
    );
    on.rows(sql, binds![round]).await
}

/// The next draft after one, or the last one before it.
pub async fn beside(on: &mut impl Sql, invitation: &Invitation, back: bool) -> Result<Option<i64>> {
    let (way, order) = if back { ("<", "DESC") } else { (">", "ASC") };
    let sql = format!(
        "SELECT id FROM invitations WHERE round_id = $1 AND state = 'draft' AND id {way} $2 ORDER BY id {order} LIMIT 1"
    );
    let found: Option<(i64,)> = on.row(sql, binds![invitation.round_id, invitation.id]).await?;
    Ok(found.map(|(id,)| id))
}

/// How many drafts stand before one.
pub async fn count_before(on: &mut impl Sql, invitation: &Invitation) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM invitations WHERE round_id = $1 AND state = 'draft' AND id < $2";
    on.number(sql, binds![invitation.round_id, invitation.id]).await
}

/// All that customers were invited by, the newest first.
pub async fn of_customers(on: &mut impl Sql, customers: &[i64]) -> Result<Vec<Invitation>> {
    let ids: Vec<Value> = customers.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("SELECT {COLUMNS} FROM invitations WHERE customer_id IN ({{list}})");
    let mut found: Vec<Invitation> = rows_in(on, &sql, &ids).await?;
    found.sort_by_key(|invitation| std::cmp::Reverse(invitation.id));
    found.dedup_by_key(|invitation| invitation.id);
    Ok(found)
}

/// Those by which these messages of ours invited somebody: (message, invitation).
pub async fn sent_by(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<(MessageId, i64)>> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT d.message_id, i.id FROM deliveries d JOIN invitations i ON i.delivery_id = d.id \
               WHERE d.message_id IN ({list})";
    let mut found: Vec<(MessageId, i64)> = rows_in(on, sql, &ids).await?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Takes all that these customers were invited by. That so many were drawn stays.
pub(crate) async fn forget_customers(tx: &mut Tx, customers: &[i64], counts: &mut Counts) -> Result<()> {
    let ids: Vec<Value> = customers.iter().map(|id| Value::from(*id)).collect();
    let sql = "DELETE FROM invitation_deliveries WHERE invitation_id IN \
               (SELECT id FROM invitations WHERE customer_id IN ({list}))";
    *counts.entry("invitation_deliveries".to_owned()).or_default() += tx.run_in(sql, &ids).await?;
    let gone = tx.run_in("DELETE FROM invitations WHERE customer_id IN ({list})", &ids).await?;
    *counts.entry("invitations".to_owned()).or_default() += gone;
    Ok(())
}
