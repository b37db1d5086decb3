//! Items that could not be understood, kept with their bytes and the reason until a person decides.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{BlobRange, ChannelId, Millis, QuarantineId, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Quarantined {
    pub id: QuarantineId,
    pub channel_id: ChannelId,
    pub item_key: String,
    pub reason: String,
    /// JSON: what the connector needs to try again.
    pub hint: String,
    pub blob: String,
    pub byte_offset: i64,
    pub size: i64,
    pub received_at: Millis,
    /// It was there before its channel was connected: tried again it still is no news.
    pub history: bool,
    /// `waiting`, `replayed` or `discarded`.
    pub state: String,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Millis>,
}

impl Quarantined {
    pub fn content(&self) -> BlobRange {
        BlobRange {
            blob: self.blob.clone(),
            offset: self.byte_offset.cast_unsigned(),
            length: self.size.cast_unsigned(),
        }
    }
}

const COLUMNS: &str = "id, channel_id, item_key, reason, hint, blob, byte_offset, size, received_at, history, state, decided_by, decided_at";

/// What is to be kept because something in it could not be stored must be storable itself: PostgreSQL's text has no place
/// for this character.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Sets items aside. One that is there already (the channel was read again) is not doubled, and a decision stands.
pub async fn add(tx: &mut Tx, items: &[Quarantined]) -> Result<u64> {
    let row = |q: &Quarantined| {
        let q = q.clone();
        binds![
            q.id,
            q.channel_id,
            storable(&q.item_key),
            storable(&q.reason),
            q.hint,
            q.blob,
            q.byte_offset,
            q.size,
            q.received_at,
            q.history,
            q.state,
            q.decided_by,
            q.decided_at,
        ]
    };
    let tail = "ON CONFLICT (channel_id, item_key) DO NOTHING";
    let head = format!("INSERT INTO quarantine ({COLUMNS})");
    tx.insert_many(&head, 13, tail, items.iter().flat_map(row).collect()).await
}

pub async fn get(on: &mut impl Sql, id: QuarantineId) -> Result<Option<Quarantined>> {
    on.row(format!("SELECT {COLUMNS} FROM quarantine WHERE id = $1"), binds![id]).await
}

/// Items that wait for a decision, newest first; `before` pages on.
pub async fn waiting(on: &mut impl Sql, before: Option<QuarantineId>, limit: i64) -> Result<Vec<Quarantined>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM quarantine WHERE state = 'waiting' AND (CAST($1 AS BIGINT) IS NULL OR id < $1) ORDER BY id DESC LIMIT $2"
    );
    on.rows(sql, binds![before, limit]).await
}

/// Waiting items of one channel, or set aside for one reason, or both; newest first.
pub async fn narrowed(
    on: &mut impl Sql,
    channel: Option<ChannelId>,
    reason: Option<&str>,
    before: Option<QuarantineId>,
    limit: i64,
) -> Result<Vec<Quarantined>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM quarantine WHERE state = 'waiting' AND (CAST($1 AS BIGINT) IS NULL OR channel_id = $1) \
         AND (CAST($2 AS TEXT) IS NULL OR reason = $2) AND (CAST($3 AS BIGINT) IS NULL OR id < $3) ORDER BY id DESC LIMIT $4"
    );
    on.rows(sql, binds![channel, reason, before, limit]).await
}

/// Why items wait, with how many for each reason, the commonest first.
pub async fn reasons(on: &mut impl Sql, channel: Option<ChannelId>, limit: i64) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT reason, COUNT(*) FROM quarantine WHERE state = 'waiting' \
               AND (CAST($1 AS BIGINT) IS NULL OR channel_id = $1) GROUP BY reason ORDER BY 2 DESC, 1 LIMIT $2";
    on.rows(sql, binds![channel, limit]).await
}

/// How many items wait; more than `most` are only said to be more: each page tells it, and a million take long to count.
pub async fn count_waiting_up_to(on: &mut impl Sql, most: i64) -> Result<i64> {
    on.number(COUNTING_WAITING, binds![most]).await
}

/// Up to `$1`.
pub(crate) const COUNTING_WAITING: &str =
    "SELECT COUNT(*) FROM (SELECT 1 AS one FROM quarantine WHERE state = 'waiting' LIMIT $1) AS counted";

pub async fn decide(tx: &mut Tx, id: QuarantineId, state: &str, by: Option<UserId>, now: Millis) -> Result<()> {
    tx.run(
        "UPDATE quarantine SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1",
        binds![id, state, by, now],
    )
    .await?;
    Ok(())
}

/// A replay failed again; the new reason stands.
pub async fn set_reason(tx: &mut Tx, id: QuarantineId, reason: &str) -> Result<()> {
    tx.run("UPDATE quarantine SET reason = $2 WHERE id = $1", binds![id, storable(reason)]).await?;
    Ok(())
}
