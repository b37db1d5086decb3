//! What went to and fro with one person: who spoke when and where, without the words. Whoever writes without end costs no more than
//! others: of each conversation, and of what they said at all, so many of the last messages are looked at.

use crate::{Result, Sql, binds, messages::flags};
use tertulia_model::{ChannelId, ConversationId, Millis, PersonId};

/// One message of a conversation with a person, by them to us or by us; nothing that a program sent, and nothing passed on to
/// others; still there or let go only since its days were over; one of ours only once it was sent. What they said to others in
/// public stays that, though somebody of us opened a conversation from it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Turn {
    pub place: i64,
    pub at: Millis,
    /// `theirs` or `ours`.
    pub direction: String,
    pub conversation_id: ConversationId,
    pub channel_id: ChannelId,
}

/// The turns since a time, of the last so many conversations and so many turns at most, the latest first. Of each conversation
/// no more than that many messages are looked at, whoever sent them.
pub async fn of_person(
    on: &mut impl Sql,
    person: PersonId,
    since: Millis,
    (conversations, turns): (i64, i64),
) -> Result<Vec<Turn>> {
    // In one statement, whose words are always the same: it is made ready once for a connection.
    let sql = "SELECT m.place, m.at, m.direction, m.conversation_id, m.channel_id FROM \
               (SELECT id, (SELECT b.place FROM messages b WHERE b.conversation_id = conversations.id \
               ORDER BY b.place DESC LIMIT 1 OFFSET $4) AS older FROM conversations \
               WHERE person_id = $1 AND last_at >= $2 ORDER BY last_at DESC LIMIT $3) AS last_held \
               CROSS JOIN messages m WHERE m.conversation_id = last_held.id AND m.place > COALESCE(last_held.older, -1) \
               AND (m.state = 'shown' OR m.flags & $6 <> 0) AND m.auto = 'person' AND m.flags & $5 = 0 AND m.at >= $2 \
               AND ((m.direction = 'ours' AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message_id = m.id \
               AND d.state <> 'sent')) OR (m.person_id = $1 AND (m.flags & $7 <> 0 OR m.visibility <> 'public' OR EXISTS \
               (SELECT 1 FROM messages p WHERE p.id = m.parent_id AND m.parent_rank = 1 AND p.direction = 'ours')))) \
               ORDER BY m.place DESC LIMIT $4";
    let bound = binds![person, since, conversations, turns, flags::FORWARD, flags::AGED, flags::ADDRESSED];
    on.rows(sql, bound).await
}

/// When a person last spoke of us to others: the last of their messages in no conversation that one of the monitors found,
/// and that is no noise. Only so many of their last messages to others are looked at.
pub async fn last_mention(on: &mut impl Sql, person: PersonId, to_others: i64) -> Result<Option<Millis>> {
    let sql = "SELECT MAX(last_said.at) FROM (SELECT id, at, direction, state FROM messages \
               WHERE person_id = $1 AND conversation_id IS NULL ORDER BY place DESC LIMIT $2) AS last_said \
               WHERE last_said.direction = 'theirs' AND last_said.state = 'shown' \
               AND EXISTS (SELECT 1 FROM mentions f WHERE f.message_id = last_said.id AND f.state <> 'noise')";
    let found: Option<(Option<Millis>,)> = on.row(sql, binds![person, to_others]).await?;
    Ok(found.and_then(|(at,)| at))
}
