//! What is kept of messages beyond what a screen shows: every wording as it came, with its files; and what is being written
//! in conversations.

use crate::{Record, Result, Sql, Value, binds, db::rows_in, drafts::Key};
use tertulia_model::{AttachmentId, BlobRange, ConversationId, MessageId, Millis, UserId};

/// One wording of a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct Wording {
    pub message_id: MessageId,
    pub revision: i64,
    pub subject: Option<String>,
    pub text: String,
    pub html: Option<String>,
    pub heard_at: Millis,
    raw_blob: Option<String>,
    raw_offset: Option<i64>,
    raw_length: Option<i64>,
}

impl Wording {
    /// The bytes as they came.
    pub fn original(&self) -> Option<BlobRange> {
        let (offset, length) = self.raw_offset.zip(self.raw_length)?;
        Some(BlobRange { blob: self.raw_blob.clone()?, offset: offset.cast_unsigned(), length: length.cast_unsigned() })
    }
}

/// All wordings of these messages, each message's in order.
pub async fn wordings(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<Wording>> {
    let sql = "SELECT message_id, revision, subject, text, html, heard_at, raw_blob, raw_offset, raw_length FROM bodies \
               WHERE message_id IN ({list})";
    let mut found: Vec<Wording> = rows_in(on, sql, &values(messages)).await?;
    found.sort();
    found.dedup();
    Ok(found)
}

/// A file of a wording, or of what is being written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct File {
    pub id: AttachmentId,
    /// The message or the conversation.
    pub belongs_to: i64,
    pub name: String,
    blob: String,
    byte_offset: i64,
    size: i64,
}

impl File {
    pub fn content(&self) -> BlobRange {
        let (offset, length) = (self.byte_offset.cast_unsigned(), self.size.cast_unsigned());
        BlobRange { blob: self.blob.clone(), offset, length }
    }
}

/// The files of all wordings of these messages.
pub async fn files(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<File>> {
    let sql = "SELECT id, message_id AS belongs_to, name, blob, byte_offset, size FROM attachments WHERE message_id IN ({list})";
    let mut found: Vec<File> = rows_in(on, sql, &values(messages)).await?;
    found.sort();
    found.dedup();
    Ok(found)
}

/// Which drafts are meant, with their files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WhichDrafts {
    /// All that is written in these conversations.
    pub in_conversations: Vec<ConversationId>,
    /// Whatever passes one of these messages on.
    pub passing_on: Vec<MessageId>,
    /// Single ones, wherever they are.
    pub named: Vec<Key>,
}

impl WhichDrafts {
    /// The condition for a single one, and what it asks for.
    pub(crate) const ONE: &str = "user_id = $1 AND conversation_id = $2 AND forwards = $3";

    pub(crate) fn one(key: Key) -> Vec<Value> {
        binds![key.user, key.conversation, key.forwards.map_or(0, |message| message.0)]
    }

    /// The conditions for all that is meant by a list, each with its list.
    pub(crate) fn lists(&self) -> [(&'static str, Vec<Value>); 2] {
        let held = self.in_conversations.iter().map(|id| Value::from(*id)).collect();
        [("conversation_id IN ({list})", held), ("forwards IN ({list})", values(&self.passing_on))]
    }

    async fn rows<T: Record + Ord>(&self, on: &mut impl Sql, select: &str) -> Result<Vec<T>> {
        let mut found: Vec<T> = Vec::new();
        for (condition, list) in self.lists() {
            found.extend(rows_in::<T>(on, &format!("{select} WHERE {condition}"), &list).await?);
        }
        for key in &self.named {
            found.extend(on.rows::<T>(format!("{select} WHERE {}", Self::ONE), Self::one(*key)).await?);
        }
        found.sort();
        Ok(found)
    }
}

/// What is being written (JSON), also what was thrown away a moment ago, with its files.
pub async fn drafts(on: &mut impl Sql, which: &WhichDrafts) -> Result<(Vec<(ConversationId, String)>, Vec<File>)> {
    // With whose it is: two members may write the same.
    let sql = "SELECT conversation_id, user_id, forwards, form FROM drafts";
    let mut drafts: Vec<(ConversationId, UserId, i64, String)> = which.rows(on, sql).await?;
    drafts.dedup();
    let sql = "SELECT id, conversation_id AS belongs_to, name, blob, byte_offset, size FROM draft_files";
    let mut files: Vec<File> = which.rows(on, sql).await?;
    files.dedup();
    Ok((drafts.into_iter().map(|(conversation, _, _, form)| (conversation, form)).collect(), files))
}

/// All that is being written by anybody (JSON), and when that was last changed. It is little: whatever is sent or forgotten
/// is no draft any more.
pub async fn all_drafts(on: &mut impl Sql) -> Result<Vec<(Key, String, Millis)>> {
    let sql = "SELECT user_id, conversation_id, forwards, form, updated_at FROM drafts \
               ORDER BY user_id, conversation_id, forwards";
    let found: Vec<(UserId, ConversationId, i64, String, Millis)> = on.rows(sql, binds![]).await?;
    let key = |user, conversation, forwards| Key {
        user,
        conversation,
        forwards: (forwards != 0).then_some(MessageId(forwards)),
    };
    Ok(found.into_iter().map(|(user, held, of, form, at)| (key(user, held, of), form, at)).collect())
}

fn values(messages: &[MessageId]) -> Vec<Value> {
    messages.iter().map(|id| Value::from(*id)).collect()
}
