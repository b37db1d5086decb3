//! Reading messages for a screen: a conversation, a thread, a person's timeline.

use crate::{
    Result, Sql, Value, binds,
    db::{rows_in, rows_in_with},
    messages::flags,
};
use tertulia_model::{
    AttachmentId, BlobRange, ChannelId, ConversationId, IdentityId, MessageId, Millis, PersonId, ThreadId, UserId,
};

/// A message with the words of the revision that is shown.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Message {
    pub id: MessageId,
    pub place: i64,
    pub source: String,
    pub external_id: String,
    pub channel_id: ChannelId,
    pub thread_id: ThreadId,
    pub parent_id: Option<MessageId>,
    pub conversation_id: Option<ConversationId>,
    pub identity_id: Option<IdentityId>,
    pub person_id: Option<PersonId>,
    pub person_name: Option<String>,
    pub handle: Option<String>,
    pub direction: String,
    pub state: String,
    pub visibility: String,
    pub auto: String,
    pub revision: i64,
    pub at: Millis,
    pub stated_at: Option<Millis>,
    pub heard_at: Millis,
    pub language: String,
    pub flags: i64,
    pub sent_by: Option<UserId>,
    pub reach: Option<i64>,
    pub subject: Option<String>,
    /// Empty for a tombstone.
    pub text: String,
    pub has_html: bool,
    pub parts: String,
    pub envelope: String,
    pub snippet: String,
}

impl Message {
    /// Whether it passes another message on to somebody.
    pub fn is_forward(&self) -> bool {
        self.flags & flags::FORWARD != 0
    }

    /// When it could first be read: later than it was written where it was held up, or its writer's clock is slow.
    pub fn came_at(&self) -> Millis {
        if self.flags & flags::HISTORY == 0 { self.at.max(self.heard_at) } else { self.at }
    }

    /// Whether a person said it to us, and it still stands.
    pub fn is_said_to_us(&self) -> bool {
        self.auto == "person" && self.state == "shown" && self.direction == "theirs"
    }

    /// Whether whoever wrote it for us can have read the other. Who answered by this program had, if it was heard by
    /// then, whatever dates they bear: ids are given as messages come. A colleague who answered in their own mail program
    /// had, if it was in the mailbox by then.
    fn answers(&self, theirs: &Self) -> bool {
        self.is_answer_of_ours()
            && if theirs.flags & flags::HISTORY != 0 {
                self.place > theirs.place
            } else if self.sent_by.is_some() {
                self.id > theirs.id
            } else {
                self.at >= theirs.came_at() || self.parent_id == Some(theirs.id)
            }
    }

    /// Whether with it we said something to the people of its conversation.
    pub fn is_answer_of_ours(&self) -> bool {
        self.direction == "ours" && self.state == "shown" && !self.is_forward()
    }
}

/// When the oldest of theirs came that nobody has answered.
pub fn unanswered_since(messages: &[Message]) -> Option<Millis> {
    let unanswered = |m: &&Message| m.is_said_to_us() && !messages.iter().any(|ours| ours.answers(m));
    messages.iter().filter(unanswered).map(Message::came_at).min()
}

const SELECT: &str = "SELECT m.id, m.place, m.source, m.external_id, m.channel_id, m.thread_id, \
    CASE WHEN m.parent_rank > 0 THEN m.parent_id END AS parent_id, m.conversation_id, \
    m.identity_id, m.person_id, p.name AS person_name, i.handle AS handle, m.direction, m.state, m.visibility, m.auto, m.revision, \
    m.at, m.stated_at, m.heard_at, m.language, m.flags, m.sent_by, m.reach, b.subject, COALESCE(b.text, '') AS text, \
    b.html IS NOT NULL AS has_html, COALESCE(b.parts, '{}') AS parts, COALESCE(b.envelope, '{}') AS envelope, COALESCE(b.snippet, '') AS snippet \
    FROM messages m LEFT JOIN bodies b ON b.message_id = m.id AND b.revision = m.revision \
    LEFT JOIN persons p ON p.id = m.person_id LEFT JOIN identities i ON i.id = m.identity_id";

/// The newest messages of a conversation before `before_place`, newest first; those that wait for their original are left out.
pub async fn conversation(
    on: &mut impl Sql,
    id: ConversationId,
    before_place: Option<i64>,
    limit: i64,
) -> Result<Vec<Message>> {
    let sql = format!(
        "{SELECT} WHERE m.conversation_id = $1 AND m.place < $2 AND m.state <> 'waiting' ORDER BY m.place DESC LIMIT $3"
    );
    on.rows(sql, binds![id, before_place.unwrap_or(i64::MAX), limit]).await
}

/// The newest messages of a conversation that tell how it stands, newest first: what was passed on to somebody else is no
/// part of what is said in it.
pub async fn newest_said(on: &mut impl Sql, id: ConversationId) -> Result<Vec<Message>> {
    const LOOK_BACK: i64 = 50;
    let mut newest = conversation(on, id, None, LOOK_BACK).await?;
    newest.retain(|m| !m.is_forward());
    Ok(newest)
}

/// The messages of a thread, oldest first.
pub async fn thread(on: &mut impl Sql, id: ThreadId, limit: i64) -> Result<Vec<Message>> {
    let sql = format!("{SELECT} WHERE m.thread_id = $1 AND m.state <> 'waiting' ORDER BY m.place LIMIT $2");
    on.rows(sql, binds![id, limit]).await
}

/// What a person said (and what was said to them in the same conversations is not in it), newest first.
pub async fn person(on: &mut impl Sql, id: PersonId, before_place: Option<i64>, limit: i64) -> Result<Vec<Message>> {
    let sql = format!(
        "{SELECT} WHERE m.person_id = $1 AND m.place < $2 AND m.state <> 'waiting' ORDER BY m.place DESC LIMIT $3"
    );
    on.rows(sql, binds![id, before_place.unwrap_or(i64::MAX), limit]).await
}

/// What was said between a person and us, newest first: all they said, and what people of ours said in their conversations. What
/// was passed on to others is not in it.
pub async fn timeline(on: &mut impl Sql, id: PersonId, before_place: Option<i64>, limit: i64) -> Result<Vec<Message>> {
    // Theirs first, and then ours by the conversation: SQLite takes the tables of a CROSS JOIN in the order given.
    let sql = "SELECT id FROM (SELECT id, place FROM (SELECT id, place FROM messages \
               WHERE person_id = $1 AND place < $2 AND state <> 'waiting' ORDER BY place DESC LIMIT $3) AS last_theirs \
               UNION SELECT id, place FROM (SELECT m.id, m.place FROM conversations o CROSS JOIN messages m \
               WHERE o.person_id = $1 AND m.conversation_id = o.id AND m.place < $2 AND m.direction = 'ours' \
               AND m.auto = 'person' AND m.flags & $4 = 0 AND m.state <> 'waiting' ORDER BY m.place DESC LIMIT $3) AS last_ours) \
               AS last_both ORDER BY place DESC LIMIT $3";
    let values = binds![id, before_place.unwrap_or(i64::MAX), limit, flags::FORWARD];
    let found: Vec<(MessageId,)> = on.rows(sql, values).await?;
    let ids: Vec<MessageId> = found.into_iter().map(|(id,)| id).collect();
    let mut found = by_ids(on, &ids).await?;
    found.sort_unstable_by_key(|message| std::cmp::Reverse(message.place));
    Ok(found)
}

/// When a person was first heard.
pub async fn first_heard(on: &mut impl Sql, id: PersonId) -> Result<Option<Millis>> {
    let sql = "SELECT at FROM messages WHERE person_id = $1 AND state = 'shown' ORDER BY place LIMIT 1";
    Ok(on.row::<(Millis,)>(sql, binds![id]).await?.map(|(at,)| at))
}

/// Whether something that a person said stands anywhere but in this conversation.
pub async fn is_heard_elsewhere(on: &mut impl Sql, id: PersonId, here: ConversationId) -> Result<bool> {
    let sql = "SELECT id FROM messages WHERE person_id = $1 AND direction = 'theirs' AND state = 'shown' \
               AND (conversation_id IS NULL OR conversation_id <> $2) LIMIT 1";
    Ok(on.row::<(MessageId,)>(sql, binds![id, here]).await?.is_some())
}

pub async fn message(on: &mut impl Sql, id: MessageId) -> Result<Option<Message>> {
    on.row(format!("{SELECT} WHERE m.id = $1"), binds![id]).await
}

/// The place of the oldest message that there is.
pub async fn oldest_place(on: &mut impl Sql) -> Result<Option<i64>> {
    Ok(on.row::<(Option<i64>,)>("SELECT MIN(place) FROM messages", vec![]).await?.and_then(|(place,)| place))
}

/// Messages by id, in no particular order.
pub async fn by_ids(on: &mut impl Sql, ids: &[MessageId]) -> Result<Vec<Message>> {
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let mut found: Vec<Message> = rows_in(on, &format!("{SELECT} WHERE m.id IN ({{list}})"), &ids).await?;
    found.sort_unstable_by_key(|m| m.id);
    found.dedup_by_key(|m| m.id);
    Ok(found)
}

/// Messages by place, in no particular order.
pub async fn at_places(on: &mut impl Sql, places: &[i64]) -> Result<Vec<Message>> {
    let mut found: Vec<Message> = rows_in(
        on,
        &format!("{SELECT} WHERE m.place IN ({{list}})"),
        &places.iter().map(|p| Value::from(*p)).collect::<Vec<_>>(),
    )
    .await?;
    found.sort_unstable_by_key(|m| std::cmp::Reverse(m.place));
    found.dedup_by_key(|m| m.place);
    Ok(found)
}

/// The HTML of the shown revision as it came: whoever shows it sanitises it.
pub async fn html(on: &mut impl Sql, id: MessageId) -> Result<Option<String>> {
    let sql = "SELECT b.html FROM messages m JOIN bodies b ON b.message_id = m.id AND b.revision = m.revision WHERE m.id = $1 AND m.state = 'shown'";
    crate::db::text(on, sql, binds![id]).await
}

/// How many of their messages came after another, but for these, whatever dates they bear: ids are given as messages come.
pub async fn count_theirs_after(
    on: &mut impl Sql,
    id: ConversationId,
    message: MessageId,
    but: &[MessageId],
) -> Result<i64> {
    const AFTER: &str =
        "FROM messages WHERE conversation_id = $1 AND id > $2 AND direction = 'theirs' AND state = 'shown'";
    let all = on.number(format!("SELECT COUNT(*) {AFTER}"), binds![id, message]).await?;
    if all == 0 || but.is_empty() {
        return Ok(all);
    }
    let ids: Vec<Value> = but.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("SELECT id {AFTER} AND id IN ({{list}})");
    let mut known: Vec<(MessageId,)> = rows_in_with(on, &sql, &[id.into(), message.into()], &ids).await?;
    known.sort_unstable();
    known.dedup();
    Ok(all - i64::try_from(known.len()).unwrap_or(i64::MAX))
}

/// When the newest of theirs came to a conversation on one channel: some services let it be answered for so long after it.
pub async fn last_theirs_heard(on: &mut impl Sql, id: ConversationId, channel: ChannelId) -> Result<Option<Millis>> {
    let sql =
        "SELECT MAX(heard_at) FROM messages WHERE conversation_id = $1 AND channel_id = $2 AND direction = 'theirs'";
    Ok(on.row::<(Option<Millis>,)>(sql, binds![id, channel]).await?.and_then(|(at,)| at))
}

/// Whether somebody of ours said something after a place to the people of a conversation, and not by this program: who
/// did saw what stood in their own mail program.
pub async fn is_answered_elsewhere(on: &mut impl Sql, id: ConversationId, place: i64) -> Result<bool> {
    let sql = "SELECT id FROM messages WHERE conversation_id = $1 AND place > $2 AND direction = 'ours' \
               AND sent_by IS NULL AND state = 'shown' AND flags & $3 = 0 LIMIT 1";
    Ok(on.row::<(MessageId,)>(sql, binds![id, place, flags::FORWARD]).await?.is_some())
}

/// What a person of a conversation said last.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LastWords {
    pub place: i64,
    pub heard_at: Millis,
    pub snippet: String,
}

pub async fn last_theirs(on: &mut impl Sql, id: ConversationId) -> Result<Option<LastWords>> {
    let sql = "SELECT m.place, m.heard_at, COALESCE(b.snippet, '') AS snippet FROM messages m \
               LEFT JOIN bodies b ON b.message_id = m.id AND b.revision = m.revision \
               WHERE m.conversation_id = $1 AND m.direction = 'theirs' AND m.state = 'shown' AND m.auto = 'person' \
               ORDER BY m.place DESC LIMIT 1";
    on.row(sql, binds![id]).await
}

/// The place of a message that stands in this conversation.
pub async fn place_in(on: &mut impl Sql, id: ConversationId, message: MessageId) -> Result<Option<i64>> {
    let sql = "SELECT place FROM messages WHERE id = $1 AND conversation_id = $2";
    Ok(on.row::<(i64,)>(sql, binds![message, id]).await?.map(|(place,)| place))
}

/// Those of these messages that were passed on to somebody, with the conversations they were passed on from.
pub async fn forwards(on: &mut impl Sql, ids: &[MessageId]) -> Result<Vec<(MessageId, ConversationId)>> {
    let sql = "SELECT id, conversation_id FROM messages WHERE id IN ({list}) AND conversation_id IS NOT NULL AND flags & $1 <> 0";
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let mut found: Vec<(MessageId, ConversationId)> = rows_in_with(on, sql, &[flags::FORWARD.into()], &ids).await?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// One earlier wording of a message.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Revision {
    pub revision: i64,
    pub subject: Option<String>,
    pub text: String,
    pub heard_at: Millis,
}

/// All wordings, oldest first.
pub async fn revisions(on: &mut impl Sql, id: MessageId) -> Result<Vec<Revision>> {
    on.rows("SELECT revision, subject, text, heard_at FROM bodies WHERE message_id = $1 ORDER BY revision", binds![id])
        .await
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Attachment {
    pub id: AttachmentId,
    pub message_id: MessageId,
    pub name: String,
    pub media_type: String,
    pub content_id: Option<String>,
    pub inline: bool,
    pub blob: String,
    pub byte_offset: i64,
    pub size: i64,
}

impl Attachment {
    pub fn content(&self) -> BlobRange {
        BlobRange {
            blob: self.blob.clone(),
            offset: self.byte_offset.cast_unsigned(),
            length: self.size.cast_unsigned(),
        }
    }
}

const ATTACHMENT: &str = "SELECT a.id, a.message_id, a.name, a.media_type, a.content_id, a.inline, a.blob, a.byte_offset, a.size FROM attachments a";

/// The attachments of these messages' shown revisions.
pub async fn attachments(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<Attachment>> {
    let sql = format!(
        "{ATTACHMENT} JOIN messages m ON m.id = a.message_id AND m.revision = a.revision WHERE a.message_id IN ({{list}})"
    );
    let mut found: Vec<Attachment> =
        rows_in(on, &sql, &messages.iter().map(|id| Value::from(*id)).collect::<Vec<_>>()).await?;
    found.sort_unstable_by_key(|a| a.id);
    found.dedup_by_key(|a| a.id);
    Ok(found)
}

pub async fn attachment(on: &mut impl Sql, id: AttachmentId) -> Result<Option<Attachment>> {
    on.row(format!("{ATTACHMENT} WHERE a.id = $1"), binds![id]).await
}
