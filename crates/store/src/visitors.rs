//! What a visitor of a chat is shown, in the order in which it was committed.
//!
//! Neither a message's id nor its place would do to resume from: an answer is written, and gets both, well before it may
//! be shown (it can be taken back, and the visitor may be away), and what the visitor says meanwhile has higher ones. So
//! each identity has a count of its own that is drawn when something is shown or changes, under the lock that puts
//! announcements into the order of their commits: who has seen number 7 has seen all that is below it.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{IdentityId, MessageId, Millis};

/// A message that is to be shown to a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub identity_id: IdentityId,
    pub message_id: MessageId,
    /// The name that the visitor's page knows it by.
    pub shown_id: String,
}

/// One entry as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Entry {
    pub seq: i64,
    pub shown_id: String,
    /// `theirs` or `ours`; empty where the message is no more.
    pub direction: String,
    pub state: String,
    pub text: String,
    pub at: Millis,
    /// The member who wrote it.
    pub author: Option<String>,
    /// For one of ours: what became of it.
    pub delivery: Option<String>,
    /// It went another way than over the chat.
    pub elsewhere: bool,
}

async fn in_commit_order(tx: &mut Tx) -> Result<()> {
    if let Some(lock) = tx.dialect().commit_order_lock() {
        tx.run(lock, binds![]).await?;
    }
    Ok(())
}

/// Adds to what visitors are shown, among the last things of a transaction; what stands there already stays as it is.
pub async fn append(tx: &mut Tx, shown: &[Shown]) -> Result<()> {
    if shown.is_empty() {
        return Ok(());
    }
    in_commit_order(tx).await?;
    for one in shown {
        let sql = "INSERT INTO visitor_log (identity_id, seq, message_id, shown_id) \
                   SELECT CAST($1 AS BIGINT), COALESCE(MAX(seq), 0) + 1, CAST($2 AS BIGINT), CAST($3 AS TEXT) \
                   FROM visitor_log WHERE identity_id = $1 ON CONFLICT (message_id) DO NOTHING";
        tx.run(sql, binds![one.identity_id, one.message_id, &one.shown_id]).await?;
    }
    Ok(())
}

/// Something about a message changed that its visitor is told: it gets the next number. Gives whose it is, if anybody's.
pub async fn touch(tx: &mut Tx, message: MessageId) -> Result<Option<IdentityId>> {
    let whose = "SELECT identity_id FROM visitor_log WHERE message_id = $1";
    let Some((identity,)) = tx.row::<(IdentityId,)>(whose, binds![message]).await? else { return Ok(None) };
    in_commit_order(tx).await?;
    // The highest number may be its own; the next one is higher all the same, so nobody who had that one misses this.
    let sql = "UPDATE visitor_log SET seq = (SELECT MAX(v.seq) + 1 FROM visitor_log v WHERE v.identity_id = $2) \
               WHERE message_id = $1";
    tx.run(sql, binds![message, identity]).await?;
    Ok(Some(identity))
}

/// What is shown to a visitor after number `after`, in order.
pub async fn after(on: &mut impl Sql, identity: IdentityId, after: i64, limit: i64) -> Result<Vec<Entry>> {
    let sql = "SELECT v.seq, v.shown_id, COALESCE(m.direction, '') AS direction, COALESCE(m.state, 'deleted') AS state, \
        COALESCE(b.text, '') AS text, COALESCE(m.at, 0) AS at, u.name AS author, d.state AS delivery, \
        COALESCE(d.channel_id <> m.channel_id, FALSE) AS elsewhere \
        FROM visitor_log v LEFT JOIN messages m ON m.id = v.message_id \
        LEFT JOIN bodies b ON b.message_id = m.id AND b.revision = m.revision \
        LEFT JOIN deliveries d ON d.message_id = v.message_id LEFT JOIN users u ON u.id = m.sent_by \
        WHERE v.identity_id = $1 AND v.seq > $2 ORDER BY v.seq LIMIT $3";
    on.rows(sql, binds![identity, after, limit]).await
}

/// The highest number that a visitor can have seen; 0 before the first.
pub async fn newest(on: &mut impl Sql, identity: IdentityId) -> Result<i64> {
    on.number("SELECT MAX(seq) FROM visitor_log WHERE identity_id = $1", binds![identity]).await
}
