//! Who asks for a change, person by person, and by what each of them can be answered.

use crate::{Result, Sql, Value, binds, db::rows_in_with, messages::flags};
use tertulia_model::{ChangeId, ChannelId, ConversationId, FeedbackId, MessageId, Millis, PersonId};

/// The next who ask for a change, after one, each once: however many ask, only so many rows are read.
pub async fn after(on: &mut impl Sql, change: ChangeId, after: PersonId, limit: i64) -> Result<Vec<PersonId>> {
    let items = "SELECT id FROM feedback_items WHERE change_id = $1 AND merged_into IS NULL";
    let items: Vec<(FeedbackId,)> = on.rows(items, binds![change]).await?;
    let mut found: Vec<(PersonId,)> = Vec::new();
    for (item,) in items {
        let sql = "SELECT DISTINCT person_id FROM feedback_evidence WHERE item_id = $1 AND asks = TRUE AND person_id > $2 \
                   ORDER BY person_id LIMIT $3";
        found.extend(on.rows::<(PersonId,)>(sql, binds![item, after, limit]).await?);
    }
    found.sort_unstable();
    found.dedup();
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found.into_iter().map(|(person,)| person).collect())
}

/// One who asks, and by what they are answered best.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Asker {
    pub person_id: PersonId,
    /// When they asked first.
    pub asked_at: Millis,
    /// What they said; none where it was only noted on their behalf.
    pub message_id: Option<MessageId>,
    pub channel_id: Option<ChannelId>,
    pub conversation_id: Option<ConversationId>,
    pub state: Option<String>,
    pub language: Option<String>,
}

/// Those of these persons who ask for a change. Of what each said is taken what can be answered (it stands in a conversation,
/// on one of the channels in `sending`), what they themselves are known to have said, what was said in private before what everybody
/// can read, and of that the newest.
pub async fn some(
    on: &mut impl Sql,
    change: ChangeId,
    persons: &[PersonId],
    sending: &[ChannelId],
) -> Result<Vec<Asker>> {
    let channels: Vec<String> = sending.iter().map(|channel| channel.0.to_string()).collect();
    let doubtful = flags::DOUBTFUL;
    // No channel has the id 0.
    let channels = if channels.is_empty() { "0".to_owned() } else { channels.join(", ") };
    let sql = format!(
        "SELECT person_id, asked_at, message_id, channel_id, conversation_id, state, language FROM ( \
         SELECT e.person_id, MIN(e.asked_at) OVER (PARTITION BY e.person_id) AS asked_at, m.id AS message_id, m.channel_id, \
         m.conversation_id, m.state, m.language, ROW_NUMBER() OVER (PARTITION BY e.person_id ORDER BY \
         CASE WHEN m.id IS NULL THEN 2 WHEN m.state = 'shown' AND m.conversation_id IS NOT NULL \
         AND m.channel_id IN ({channels}) THEN 0 ELSE 1 END, \
         CASE WHEN m.auto = 'person' AND (m.flags & {doubtful}) = 0 THEN 0 ELSE 1 END, \
         CASE WHEN m.visibility = 'public' THEN 1 ELSE 0 END, e.asked_at DESC, e.id DESC) AS nth \
         FROM feedback_evidence e JOIN feedback_items i ON i.id = e.item_id \
         LEFT JOIN messages m ON m.id = e.message_id AND m.person_id = e.person_id AND m.direction = 'theirs' \
         WHERE e.person_id IN ({{list}}) AND e.asks = TRUE AND i.change_id = $1 AND i.merged_into IS NULL) AS said WHERE nth = 1"
    );
    let ids: Vec<Value> = persons.iter().map(|id| Value::from(*id)).collect();
    let mut found: Vec<Asker> = rows_in_with(on, &sql, &[change.into()], &ids).await?;
    found.sort_by_key(|asker| asker.person_id);
    Ok(found)
}

/// How many ask for a change and have no draft of this kind, nor anything else of it said to them.
pub async fn count_new(on: &mut impl Sql, change: ChangeId, kind: &str) -> Result<i64> {
    let sql = "SELECT COUNT(DISTINCT e.person_id) FROM feedback_items i \
               JOIN feedback_evidence e ON e.item_id = i.id AND e.asks = TRUE AND e.person_id IS NOT NULL \
               WHERE i.change_id = $1 AND i.merged_into IS NULL AND NOT EXISTS (SELECT 1 FROM tellings t \
               WHERE t.change_id = $1 AND t.kind = $2 AND t.person_id = e.person_id AND t.stands = TRUE)";
    on.number(sql, binds![change, kind]).await
}

/// Whether a person asks for a change by a message, as far as that counts by now.
pub async fn asks_by(on: &mut impl Sql, change: ChangeId, person: PersonId, message: MessageId) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM feedback_evidence e JOIN feedback_items i ON i.id = e.item_id \
               WHERE e.message_id = $3 AND e.person_id = $2 AND e.asks = TRUE AND i.change_id = $1 AND i.merged_into IS NULL";
    Ok(on.number(sql, binds![change, person, message]).await? > 0)
}

/// When a person asked for a change first; none where they do not.
pub async fn first_asked(on: &mut impl Sql, change: ChangeId, person: PersonId) -> Result<Option<Millis>> {
    let sql = "SELECT MIN(e.asked_at) FROM feedback_evidence e JOIN feedback_items i ON i.id = e.item_id \
               WHERE e.person_id = $2 AND e.asks = TRUE AND i.change_id = $1 AND i.merged_into IS NULL";
    Ok(on.row::<(Option<Millis>,)>(sql, binds![change, person]).await?.and_then(|(at,)| at))
}

/// Those of these persons against whom, or one of whose identities, a wish not to be written to was ever noted.
pub async fn with_refusals(on: &mut impl Sql, persons: &[PersonId]) -> Result<Vec<PersonId>> {
    let ids: Vec<Value> = persons.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT c.subject_id FROM consents c WHERE c.subject_kind = 'person' AND c.allowed = FALSE \
               AND c.subject_id IN ({list})";
    let mut found: Vec<(PersonId,)> = rows_in_with(on, sql, &[], &ids).await?;
    let sql = "SELECT i.person_id FROM identities i JOIN consents c ON c.subject_kind = 'identity' AND c.subject_id = i.id \
               WHERE c.allowed = FALSE AND i.person_id IN ({list})";
    found.extend(rows_in_with::<(PersonId,)>(on, sql, &[], &ids).await?);
    found.sort_unstable();
    found.dedup();
    Ok(found.into_iter().map(|(person,)| person).collect())
}
