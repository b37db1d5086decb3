//! How conversations ended: each time one was closed and it was said how.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{ConversationId, Millis, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Ending {
    pub id: i64,
    pub conversation_id: ConversationId,
    /// Which conversation it was: that one may have become part of another.
    pub written_in: ConversationId,
    /// As a message's ([`crate::keys::place`]): between which of them it stands.
    pub place: i64,
    /// `answered`, `listened` or `passed_on`.
    pub outcome: String,
    pub by_user: UserId,
    pub at: Millis,
}

const COLUMNS: &str = "id, conversation_id, written_in, place, outcome, by_user, at";

pub async fn add(tx: &mut Tx, ending: &Ending) -> Result<()> {
    let e = ending.clone();
    let sql = format!("INSERT INTO conversation_endings ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    tx.run(sql, binds![e.id, e.conversation_id, e.written_in, e.place, e.outcome, e.by_user, e.at]).await?;
    Ok(())
}

/// It did not end so: that was taken back.
pub async fn take_back(tx: &mut Tx, conversation: ConversationId, at: Millis) -> Result<()> {
    tx.run("DELETE FROM conversation_endings WHERE conversation_id = $1 AND at = $2", binds![conversation, at]).await?;
    Ok(())
}

/// Those between two places of a conversation, the last of them first, so many at most.
pub async fn of_conversation(
    on: &mut impl Sql,
    conversation: ConversationId,
    (from, below): (i64, i64),
    limit: i64,
) -> Result<Vec<Ending>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM conversation_endings WHERE conversation_id = $1 AND place >= $2 AND place < $3 \
         ORDER BY place DESC LIMIT $4"
    );
    on.rows(sql, binds![conversation, from, below, limit]).await
}
