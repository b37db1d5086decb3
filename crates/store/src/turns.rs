//! What went to and fro with one person: who spoke when and where, without the words.

use crate::{Result, Sql, binds, messages::flags};
use tertulia_model::{ChannelId, ConversationId, Millis, PersonId};

/// One message of a conversation with a person, by them or by us; nothing that a program sent, and nothing passed on to
/// others.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Turn {
    pub at: Millis,
    /// `theirs` or `ours`.
    pub direction: String,
    pub conversation_id: ConversationId,
    pub channel_id: ChannelId,
}

/// The turns since a time, of so many conversations and so many turns at most, the latest first.
pub async fn of_person(
    on: &mut impl Sql,
    person: PersonId,
    since: Millis,
    (conversations, turns): (i64, i64),
) -> Result<Vec<Turn>> {
    let sql = "SELECT m.at, m.direction, m.conversation_id, m.channel_id FROM \
               (SELECT id FROM conversations WHERE person_id = $1 AND last_at >= $2 ORDER BY last_at DESC LIMIT $3) c \
               JOIN messages m ON m.conversation_id = c.id \
               WHERE m.state = 'shown' AND m.auto = 'person' AND m.flags & $4 = 0 AND m.at >= $2 \
               AND (m.direction = 'ours' OR m.person_id = $1) ORDER BY m.at DESC, m.id DESC LIMIT $5";
    on.rows(sql, binds![person, since, conversations, flags::FORWARD, turns]).await
}

/// When a person last spoke of us to others: the last of their messages in no conversation that one of the monitors found,
/// and that is no noise. Only the last messages are looked at.
pub async fn last_mention(on: &mut impl Sql, person: PersonId, messages: i64) -> Result<Option<Millis>> {
    let sql = "SELECT MAX(m.at) FROM (SELECT id, at FROM messages WHERE person_id = $1 AND conversation_id IS NULL \
               AND direction = 'theirs' AND state = 'shown' ORDER BY place DESC LIMIT $2) m \
               WHERE EXISTS (SELECT 1 FROM mentions f WHERE f.message_id = m.id AND f.state <> 'noise')";
    let found: Option<(Option<Millis>,)> = on.row(sql, binds![person, messages]).await?;
    Ok(found.and_then(|(at,)| at))
}
