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

/// Conversations that are asked for at once.
const TOGETHER: usize = 10;

/// The turns since a time, of the last so many conversations and so many turns at most, the latest first. Of each conversation
/// no more than that many messages are looked at, whoever sent them.
pub async fn of_person(
    on: &mut impl Sql,
    person: PersonId,
    since: Millis,
    (conversations, turns): (i64, i64),
) -> Result<Vec<Turn>> {
    let sql = "SELECT id FROM conversations WHERE person_id = $1 AND last_at >= $2 ORDER BY last_at DESC LIMIT $3";
    let held: Vec<(ConversationId,)> = on.rows(sql, binds![person, since, conversations]).await?;
    let most = usize::try_from(turns).unwrap_or_default();
    let mut found: Vec<Turn> = Vec::new();
    for piece in held.chunks(TOGETHER) {
        // What is older than all that is needed is not read.
        let after = found.get(most.wrapping_sub(1)).map_or(i64::MIN, |last| last.place);
        let mut values = binds![person, since, flags::FORWARD, turns, after, flags::ADDRESSED, flags::AGED];
        let each: Vec<String> = piece
            .iter()
            .map(|(conversation,)| {
                values.push((*conversation).into());
                last_of(values.len())
            })
            .collect();
        found.extend(on.rows::<Turn>(each.join(" UNION ALL "), values).await?);
        found.sort_unstable_by_key(|turn| std::cmp::Reverse(turn.place));
        found.truncate(most);
    }
    Ok(found)
}

/// The last messages of the conversation whose id is the `n`th value, and of these what are turns.
fn last_of(n: usize) -> String {
    format!(
        "SELECT place, at, direction, conversation_id, channel_id FROM \
         (SELECT id, place, at, direction, conversation_id, channel_id, state, auto, flags, person_id, visibility, parent_id, \
         parent_rank FROM messages WHERE conversation_id = ${n} AND place > $5 ORDER BY place DESC LIMIT $4) AS last_{n} \
         WHERE (state = 'shown' OR flags & $7 <> 0) AND auto = 'person' AND flags & $3 = 0 AND at >= $2 \
         AND ((direction = 'ours' AND NOT EXISTS (SELECT 1 FROM deliveries d \
         WHERE d.message_id = last_{n}.id AND d.state <> 'sent')) \
         OR (person_id = $1 AND (flags & $6 <> 0 OR visibility <> 'public' OR EXISTS \
         (SELECT 1 FROM messages p WHERE p.id = last_{n}.parent_id AND last_{n}.parent_rank = 1 AND p.direction = 'ours'))))"
    )
}

/// When a person last spoke of us to others: the last of their messages in no conversation that one of the monitors found,
/// and that is no noise. Only so many of their last messages are looked at, and of these the last so many to others.
pub async fn last_mention(
    on: &mut impl Sql,
    person: PersonId,
    (messages, to_others): (i64, i64),
) -> Result<Option<Millis>> {
    let sql = "SELECT MAX(m.at) FROM (SELECT id, at FROM (SELECT id, at, place, conversation_id, direction, state FROM messages \
               WHERE person_id = $1 ORDER BY place DESC LIMIT $2) AS last_said WHERE conversation_id IS NULL \
               AND direction = 'theirs' AND state = 'shown' ORDER BY place DESC LIMIT $3) AS m \
               WHERE EXISTS (SELECT 1 FROM mentions f WHERE f.message_id = m.id AND f.state <> 'noise')";
    let found: Option<(Option<Millis>,)> = on.row(sql, binds![person, messages, to_others]).await?;
    Ok(found.and_then(|(at,)| at))
}
