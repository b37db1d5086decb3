//! What is kept of messages beyond what a screen shows: every wording as it came, with its files; and what is being written
//! in conversations.

use crate::{Result, Sql, Value, db::rows_in};
use tertulia_model::{AttachmentId, BlobRange, ConversationId, MessageId, Millis};

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

/// What is being written in these conversations (JSON), also what was thrown away a moment ago, with its files.
pub async fn drafts(on: &mut impl Sql, held: &[ConversationId]) -> Result<(Vec<(ConversationId, String)>, Vec<File>)> {
    let held: Vec<Value> = held.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT conversation_id, form FROM drafts WHERE conversation_id IN ({list})";
    let mut drafts: Vec<(ConversationId, String)> = rows_in(on, sql, &held).await?;
    let sql = "SELECT id, conversation_id AS belongs_to, name, blob, byte_offset, size FROM draft_files WHERE conversation_id IN ({list})";
    let mut files: Vec<File> = rows_in(on, sql, &held).await?;
    drafts.sort();
    drafts.dedup();
    files.sort();
    files.dedup();
    Ok((drafts, files))
}

fn values(messages: &[MessageId]) -> Vec<Value> {
    messages.iter().map(|id| Value::from(*id)).collect()
}
