//! What figures are made of: who spoke when in which conversation, without the words; how conversations ended; what was
//! promised, and who was told what became of what they asked.

use crate::{Result, Sql, Value, binds, db::rows_in_with, keys, loops::GOT_THROUGH, messages::flags};
use tertulia_model::{ChangeId, ChannelId, ConversationId, Millis, PersonId};

/// One message that counts: said by a person, in a conversation, passed on to nobody, and still there or let go only since
/// its days were over; one of ours only once it was sent.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Said {
    pub conversation_id: ConversationId,
    pub place: i64,
    pub at: Millis,
    pub is_theirs: bool,
    pub person_id: Option<PersonId>,
    pub channel_id: ChannelId,
    pub language: String,
}

/// That a member ended a conversation as just listened to, and nobody took that back by opening it by hand: it stands so, or
/// they wrote again.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Listened {
    pub conversation_id: ConversationId,
    pub place: i64,
    pub at: Millis,
    pub channel_id: ChannelId,
}

/// Who was told what became of what they asked, and how long that took since they first asked.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Told {
    pub id: i64,
    pub change_id: ChangeId,
    pub person_id: PersonId,
    /// None where they were told another way, and had asked another way.
    pub conversation_id: Option<ConversationId>,
    pub channel_id: Option<ChannelId>,
    pub language: String,
    pub at: Millis,
    pub took: Millis,
}

/// A promise that came due, or that is due on no day and was settled.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Promised {
    pub id: i64,
    pub conversation_id: ConversationId,
    pub person_id: Option<PersonId>,
    pub channel_id: ChannelId,
    pub language: String,
    /// `open`, `kept` or `broken`.
    pub state: String,
    pub at: Millis,
}

/// The conversations in which anything was written from a moment up to another, in the order of their ids.
pub async fn conversations_in(on: &mut impl Sql, from: Millis, until: Millis) -> Result<Vec<ConversationId>> {
    let sql = "SELECT DISTINCT conversation_id FROM messages WHERE place >= $1 AND place < $2 \
               AND conversation_id IS NOT NULL ORDER BY conversation_id";
    let found: Vec<(ConversationId,)> = on.rows(sql, binds![keys::place_at(from), keys::place_until(until)]).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// What is said by a person and counts; $1 is FORWARD, $2 is AGED.
const SAID: &str = "m.auto = 'person' AND (m.state = 'shown' OR m.flags & $2 <> 0) AND m.flags & $1 = 0";

fn fixed() -> [Value; 2] {
    [flags::FORWARD, flags::AGED].map(Value::from)
}

/// All that counts in these conversations: one after the other, in the order in which it was said.
pub async fn said_in(on: &mut impl Sql, conversations: &[ConversationId]) -> Result<Vec<Said>> {
    let sql = format!(
        "SELECT m.conversation_id, m.place, m.at, m.direction = 'theirs' AS is_theirs, m.person_id, m.channel_id, \
         m.language FROM messages m WHERE m.conversation_id IN ({{list}}) AND {SAID} \
         AND (m.direction = 'theirs' OR NOT EXISTS (SELECT 1 FROM deliveries d \
         WHERE d.message_id = m.id AND d.state <> 'sent')) ORDER BY m.conversation_id, m.place"
    );
    rows_in_with(on, &sql, &fixed(), &ids(conversations)).await
}

/// What a message of theirs is worth, as far as models or people said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Weighed {
    pub place: i64,
    /// As `analysis::labels` numbers it; none where nobody said.
    pub substance: Option<i64>,
    pub noise: Option<i64>,
    /// What was let go said that it was promotion or spam.
    pub was_noise: bool,
}

/// What was made of all of theirs that counts in these conversations, in the order of their places; what a person says holds against
/// a model. The kinds are those of substance and of noise.
pub async fn weighed_in(
    on: &mut impl Sql,
    conversations: &[ConversationId],
    (substance, noise): (i64, i64),
) -> Result<Vec<Weighed>> {
    let corrected = |kind: &str| {
        format!(
            "(SELECT CAST(c.value AS BIGINT) FROM label_corrections c WHERE c.message_id = m.id AND c.kind = {kind} \
             AND c.ended_at IS NULL)"
        )
    };
    let sql = format!(
        "SELECT m.place, COALESCE({}, CAST(l.substance AS BIGINT)) AS substance, COALESCE({}, CAST(l.noise AS BIGINT)) AS noise, \
         m.flags & $5 <> 0 AS was_noise FROM messages m LEFT JOIN labels l ON l.message_id = m.id \
         WHERE m.conversation_id IN ({{list}}) AND m.direction = 'theirs' AND {SAID} ORDER BY m.place",
        corrected("$3"),
        corrected("$4")
    );
    let [forward, aged] = fixed();
    let bound = [forward, aged, substance.into(), noise.into(), flags::NOISE.into()];
    let mut found: Vec<Weighed> = rows_in_with(on, &sql, &bound, &ids(conversations)).await?;
    // Asked in pieces, each of which is in order.
    found.sort_unstable_by_key(|one| one.place);
    Ok(found)
}

/// Where these conversations ended as just listened to; in no order.
pub async fn listened_in(on: &mut impl Sql, conversations: &[ConversationId]) -> Result<Vec<Listened>> {
    let sql = format!(
        "SELECT e.conversation_id, e.place, e.at, c.channel_id FROM conversation_endings e \
         JOIN conversations c ON c.id = e.conversation_id WHERE e.conversation_id IN ({{list}}) AND e.outcome = 'listened' \
         AND ((c.state = 'closed' AND c.outcome = 'listened' AND c.outcome_at = e.at) OR EXISTS (SELECT 1 FROM messages m \
         WHERE m.conversation_id = e.conversation_id AND m.place > e.place AND m.direction = 'theirs' AND {SAID}))"
    );
    rows_in_with(on, &sql, &fixed(), &ids(conversations)).await
}

fn ids(conversations: &[ConversationId]) -> Vec<Value> {
    conversations.iter().map(|id| Value::from(*id)).collect()
}

/// The conversations that are still at work for us, neither closed nor waiting for them, in the order of their ids. They are
/// few where people work through them.
pub async fn at_work(on: &mut impl Sql) -> Result<Vec<ConversationId>> {
    let sql = "SELECT id FROM conversations WHERE state IN ('open', 'snoozed')";
    let mut found: Vec<(ConversationId,)> = on.rows(sql, binds![]).await?;
    found.sort_unstable();
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Who was told of a change from a moment up to another, of those whose telling stands.
pub async fn told(on: &mut impl Sql, from: Millis, until: Millis) -> Result<Vec<Told>> {
    let sql = format!(
        "SELECT t.id, t.change_id, t.person_id, COALESCE(d.conversation_id, m.conversation_id) AS conversation_id, \
               COALESCE(d.channel_id, m.channel_id) AS channel_id, t.language, t.told_at AS at, t.took FROM tellings t \
               LEFT JOIN deliveries d ON d.id = t.delivery_id LEFT JOIN messages m ON m.id = t.message_id \
               WHERE {GOT_THROUGH} AND t.told_at >= $1 AND t.told_at < $2 ORDER BY t.id"
    );
    on.rows(sql, binds![from, until]).await
}

/// What we promised and what came due from a moment up to another; and what was due on no day and was settled then.
pub async fn promised(on: &mut impl Sql, from: Millis, until: Millis) -> Result<Vec<Promised>> {
    let of = |at: &str, which: &str| {
        format!(
            "SELECT p.id AS id, p.conversation_id, c.person_id, c.channel_id, COALESCE(m.language, 'und') AS language, p.state, \
             p.{at} AS at FROM promises p JOIN conversations c ON c.id = p.conversation_id \
             LEFT JOIN messages m ON m.id = p.message_id WHERE {which}"
        )
    };
    let due = of("due_at", "p.state IN ('open', 'kept', 'broken') AND p.due_order >= $1 AND p.due_order < $2");
    let settled = of(
        "closed_at",
        "p.state IN ('kept', 'broken') AND p.due_order = $3 AND p.closed_at >= $1 AND p.closed_at < $2",
    );
    on.rows(format!("{due} UNION ALL {settled} ORDER BY id"), binds![from, until, i64::MAX]).await
}
