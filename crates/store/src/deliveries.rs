//! Deliveries: each sending of one of our messages, and what became of it.

use crate::{Result, Sql, StoreError, Tx, article_uses, binds, invitations, tellings};
use tertulia_model::{
    ChannelId, ConversationId, DeliveryId, DeliveryState, IdentityId, MessageId, Millis, Outgoing, UserId,
};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
struct DeliveryRow {
    id: DeliveryId,
    message_id: MessageId,
    conversation_id: ConversationId,
    channel_id: ChannelId,
    state: String,
    reason: Option<String>,
    attempts: i64,
    in_flight: bool,
    idempotency_key: String,
    outgoing: String,
    created_at: Millis,
    updated_at: Millis,
    left_by: Option<UserId>,
    left_at: Option<Millis>,
    arrived_at: Option<Millis>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    pub id: DeliveryId,
    pub message_id: MessageId,
    pub conversation_id: ConversationId,
    pub channel_id: ChannelId,
    pub state: DeliveryState,
    /// Why it is in that state, in words for the person who wrote it.
    pub reason: Option<String>,
    pub attempts: i64,
    /// An attempt began and its end was never noted: it may have gone out.
    pub in_flight: bool,
    pub idempotency_key: String,
    pub outgoing: Outgoing,
    /// When it was queued, the last time: a person may send it again, or it goes on another way.
    pub created_at: Millis,
    pub updated_at: Millis,
    /// Who decided that it stays as it is though it did not get through, and when.
    pub left_by: Option<UserId>,
    pub left_at: Option<Millis>,
    /// When the channel said that it reached its reader's device, where the channel says so.
    pub arrived_at: Option<Millis>,
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = StoreError;

    fn try_from(row: DeliveryRow) -> Result<Self> {
        let broken = |what: &str| StoreError::Broken(format!("the {what} of delivery {} cannot be read", row.id));
        Ok(Self {
            state: DeliveryState::parse(&row.state).ok_or_else(|| broken("state"))?,
            outgoing: serde_json::from_str(&row.outgoing).map_err(|_| broken("message"))?,
            id: row.id,
            message_id: row.message_id,
            conversation_id: row.conversation_id,
            channel_id: row.channel_id,
            reason: row.reason,
            attempts: row.attempts,
            in_flight: row.in_flight,
            idempotency_key: row.idempotency_key,
            created_at: row.created_at,
            updated_at: row.updated_at,
            left_by: row.left_by,
            left_at: row.left_at,
            arrived_at: row.arrived_at,
        })
    }
}

const COLUMNS: &str = "id, message_id, conversation_id, channel_id, state, reason, attempts, in_flight, idempotency_key, outgoing, created_at, updated_at, left_by, left_at, arrived_at";

pub async fn add(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    let outgoing = serde_json::to_string(&delivery.outgoing).map_err(|error| StoreError::Broken(error.to_string()))?;
    let d = delivery.clone();
    let sql = format!(
        "INSERT INTO deliveries ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    );
    let values = binds![
        d.id,
        d.message_id,
        d.conversation_id,
        d.channel_id,
        d.state.as_str(),
        d.reason,
        d.attempts,
        d.in_flight,
        d.idempotency_key,
        outgoing,
        d.created_at,
        d.updated_at,
        d.left_by,
        d.left_at,
        d.arrived_at,
    ];
    tx.run(sql, values).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: DeliveryId) -> Result<Option<Delivery>> {
    let row: Option<DeliveryRow> =
        on.row(format!("SELECT {COLUMNS} FROM deliveries WHERE id = $1"), binds![id]).await?;
    row.map(Delivery::try_from).transpose()
}

/// As it stays until the transaction ends.
pub async fn get_to_change(tx: &mut Tx, id: DeliveryId) -> Result<Option<Delivery>> {
    let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE id = $1 {}", tx.dialect().for_update());
    let row: Option<DeliveryRow> = tx.row(sql, binds![id]).await?;
    row.map(Delivery::try_from).transpose()
}

pub async fn by_key(on: &mut impl Sql, idempotency_key: &str) -> Result<Option<Delivery>> {
    let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE idempotency_key = $1");
    let row: Option<DeliveryRow> = on.row(sql, binds![idempotency_key]).await?;
    row.map(Delivery::try_from).transpose()
}

/// The keys of the newest deliveries of a conversation, those taken back among them.
pub async fn newest_keys(on: &mut impl Sql, conversation: ConversationId, limit: i64) -> Result<Vec<String>> {
    let sql = "SELECT idempotency_key FROM deliveries WHERE conversation_id = $1 ORDER BY id DESC LIMIT $2";
    let keys: Vec<(String,)> = on.rows(sql, binds![conversation, limit]).await?;
    Ok(keys.into_iter().map(|(key,)| key).collect())
}

pub async fn of_message(on: &mut impl Sql, message: MessageId) -> Result<Option<Delivery>> {
    let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE message_id = $1");
    let row: Option<DeliveryRow> = on.row(sql, binds![message]).await?;
    row.map(Delivery::try_from).transpose()
}

/// Moves a delivery on, if it still stands in one of `from`; false where something else came before.
pub async fn set_state(
    tx: &mut Tx,
    id: DeliveryId,
    from: &[DeliveryState],
    to: DeliveryState,
    reason: Option<&str>,
    now: Millis,
) -> Result<bool> {
    if from.is_empty() {
        return Ok(false);
    }
    let from: Vec<String> = from.iter().map(|state| format!("'{}'", state.as_str())).collect();
    let sql = format!(
        "UPDATE deliveries SET state = $2, reason = $3, updated_at = $4, in_flight = FALSE, left_by = NULL, left_at = NULL \
         WHERE id = $1 AND state IN ({})",
        from.join(", ")
    );
    let changed = tx.run(sql, binds![id, to.as_str(), reason, now]).await? == 1;
    if changed {
        tellings::follow(tx, id, to, now).await?;
        invitations::follow(tx, id, to, now).await?;
        article_uses::follow_delivery(tx, id).await?;
    }
    Ok(changed)
}

/// Queues one again that ended in one of `from`; false where something else came before. How long it has been tried
/// counts from now.
pub async fn queue_again(tx: &mut Tx, id: DeliveryId, from: &[DeliveryState], now: Millis) -> Result<bool> {
    let queued = set_state(tx, id, from, DeliveryState::Queued, None, now).await?;
    if queued {
        tx.run("UPDATE deliveries SET created_at = $2 WHERE id = $1", binds![id, now]).await?;
    }
    Ok(queued)
}

/// Whether an earlier message of the same conversation is being sent, or is to be sent now, or waits in this line itself:
/// its job was put off because of `behind`. One that was put off for another reason holds nobody up.
pub async fn is_behind(on: &mut impl Sql, delivery: &Delivery, behind: &str, now: Millis) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM deliveries d JOIN jobs j ON j.kind = 'send' AND j.subject = d.id \
               WHERE d.conversation_id = $1 AND d.id < $2 AND d.state = 'queued' \
               AND (j.run_at <= $3 OR j.lease_until > $3 OR j.last_error = $4)";
    Ok(on.number(sql, binds![delivery.conversation_id, delivery.id, now, behind]).await? > 0)
}

/// Notes that an attempt begins, after `attempts` earlier ones: after a crash it tells that the message may have gone
/// out. False where somebody else began it, or it is not to be sent any more.
pub async fn note_attempt(tx: &mut Tx, id: DeliveryId, attempts: i64, now: Millis) -> Result<bool> {
    let sql = "UPDATE deliveries SET attempts = attempts + 1, in_flight = TRUE, updated_at = $3 \
               WHERE id = $1 AND attempts = $2 AND state = 'queued'";
    Ok(tx.run(sql, binds![id, attempts, now]).await? == 1)
}

/// What is queued on a channel may have gone out already: the database was restored from a backup.
pub async fn doubt_queued(tx: &mut Tx, channel: ChannelId, now: Millis) -> Result<u64> {
    let sql = "UPDATE deliveries SET in_flight = TRUE, updated_at = $2 WHERE channel_id = $1 AND state = 'queued'";
    tx.run(sql, binds![channel, now]).await
}

/// Notes why a queued delivery still waits.
pub async fn note_waiting(tx: &mut Tx, id: DeliveryId, reason: &str, now: Millis) -> Result<()> {
    tx.run(
        "UPDATE deliveries SET reason = $2, in_flight = FALSE, updated_at = $3 WHERE id = $1 AND state = 'queued'",
        binds![id, reason, now],
    )
    .await?;
    Ok(())
}

/// Sends it another way: over another channel, with what that channel needs, tried from now on. False, and nothing is done,
/// where it does not wait any more: it was taken back, or its reader was erased.
pub async fn redirect(
    tx: &mut Tx,
    id: DeliveryId,
    channel: ChannelId,
    outgoing: &Outgoing,
    now: Millis,
) -> Result<bool> {
    let text = serde_json::to_string(outgoing).map_err(|error| StoreError::Broken(error.to_string()))?;
    let sql = "UPDATE deliveries SET channel_id = $2, outgoing = $3, attempts = 0, in_flight = FALSE, created_at = $4, updated_at = $4 \
               WHERE id = $1 AND state = 'queued'";
    Ok(tx.run(sql, binds![id, channel, text, now]).await? == 1)
}

/// It reached its reader's device, says the channel: so it was sent, whatever was feared before. False where it was
/// taken back, or never existed.
pub async fn note_arrived(tx: &mut Tx, id: DeliveryId, now: Millis) -> Result<bool> {
    let sql = "UPDATE deliveries SET state = 'sent', reason = NULL, in_flight = FALSE, left_by = NULL, left_at = NULL, \
               updated_at = $2, arrived_at = COALESCE(arrived_at, $2) WHERE id = $1 AND state <> 'withdrawn'";
    let arrived = tx.run(sql, binds![id, now]).await? == 1;
    if arrived {
        tellings::follow(tx, id, DeliveryState::Sent, now).await?;
        invitations::follow(tx, id, DeliveryState::Sent, now).await?;
        article_uses::follow_delivery(tx, id).await?;
    }
    Ok(arrived)
}

/// A member leaves one that did not get through as it is; false where it did, or somebody has left it before.
pub async fn leave(tx: &mut Tx, id: DeliveryId, by: UserId, now: Millis) -> Result<bool> {
    let sql = "UPDATE deliveries SET left_by = $2, left_at = $3 \
               WHERE id = $1 AND state IN ('failed', 'unknown') AND left_at IS NULL";
    Ok(tx.run(sql, binds![id, by, now]).await? == 1)
}

/// It was not to be left after all: somebody has to decide about it again.
pub async fn take_up(tx: &mut Tx, id: DeliveryId) -> Result<bool> {
    let sql = "UPDATE deliveries SET left_by = NULL, left_at = NULL WHERE id = $1 AND left_at IS NOT NULL";
    Ok(tx.run(sql, binds![id]).await? == 1)
}

/// Deliveries that need a person: failed or unknown and not left so, newest first.
pub async fn troubled(on: &mut impl Sql, limit: i64) -> Result<Vec<Delivery>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM deliveries WHERE state IN ('failed', 'unknown') AND left_at IS NULL ORDER BY updated_at DESC LIMIT $1"
    );
    on.rows::<DeliveryRow>(sql, binds![limit]).await?.into_iter().map(Delivery::try_from).collect()
}

/// Queued deliveries in the conversations of a visitor that were tried in vain and whose next try is later than `now`.
/// One that was never tried is left out: it may still be taken back.
pub async fn put_off(on: &mut impl Sql, visitor: IdentityId, now: Millis) -> Result<Vec<Delivery>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM deliveries d WHERE d.state = 'queued' AND d.attempts > 0 AND d.conversation_id IN \
         (SELECT m.conversation_id FROM visitor_log v JOIN messages m ON m.id = v.message_id WHERE v.identity_id = $1) \
         AND EXISTS (SELECT 1 FROM jobs j WHERE j.kind = 'send' AND j.subject = d.id AND j.run_at > $2) ORDER BY d.id"
    );
    on.rows::<DeliveryRow>(sql, binds![visitor, now]).await?.into_iter().map(Delivery::try_from).collect()
}

pub async fn of_conversation(on: &mut impl Sql, conversation: ConversationId) -> Result<Vec<Delivery>> {
    let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE conversation_id = $1 ORDER BY id");
    on.rows::<DeliveryRow>(sql, binds![conversation]).await?.into_iter().map(Delivery::try_from).collect()
}
