//! Replies as they are being written, and the files put to them.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{AttachmentId, BlobRange, ConversationId, Millis, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Draft {
    /// JSON of the composer's fields.
    pub form: String,
    pub updated_at: Millis,
}

pub async fn save(tx: &mut Tx, user: UserId, conversation: ConversationId, form: &str, now: Millis) -> Result<()> {
    let sql = "INSERT INTO drafts (user_id, conversation_id, form, updated_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (user_id, conversation_id) DO UPDATE SET form = excluded.form, updated_at = excluded.updated_at";
    tx.run(sql, binds![user, conversation, form, now]).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, user: UserId, conversation: ConversationId) -> Result<Option<Draft>> {
    on.row(
        "SELECT form, updated_at FROM drafts WHERE user_id = $1 AND conversation_id = $2",
        binds![user, conversation],
    )
    .await
}

/// Throws a draft away with its files.
pub async fn discard(tx: &mut Tx, user: UserId, conversation: ConversationId) -> Result<()> {
    tx.run("DELETE FROM drafts WHERE user_id = $1 AND conversation_id = $2", binds![user, conversation]).await?;
    tx.run("DELETE FROM draft_files WHERE user_id = $1 AND conversation_id = $2", binds![user, conversation]).await?;
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
struct FileRow {
    id: AttachmentId,
    name: String,
    media_type: String,
    blob: String,
    byte_offset: i64,
    size: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFile {
    pub id: AttachmentId,
    pub name: String,
    pub media_type: String,
    pub content: BlobRange,
}

pub async fn add_file(
    tx: &mut Tx,
    user: UserId,
    conversation: ConversationId,
    file: &DraftFile,
    now: Millis,
) -> Result<()> {
    let sql = "INSERT INTO draft_files (id, user_id, conversation_id, name, media_type, blob, byte_offset, size, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let content = &file.content;
    let values = binds![
        file.id,
        user,
        conversation,
        &file.name,
        &file.media_type,
        &content.blob,
        content.offset.cast_signed(),
        content.length.cast_signed(),
        now,
    ];
    tx.run(sql, values).await?;
    Ok(())
}

pub async fn files(on: &mut impl Sql, user: UserId, conversation: ConversationId) -> Result<Vec<DraftFile>> {
    let sql = "SELECT id, name, media_type, blob, byte_offset, size FROM draft_files WHERE user_id = $1 AND conversation_id = $2 ORDER BY id";
    let rows: Vec<FileRow> = on.rows(sql, binds![user, conversation]).await?;
    let file = |row: FileRow| DraftFile {
        id: row.id,
        name: row.name,
        media_type: row.media_type,
        content: BlobRange {
            blob: row.blob,
            offset: row.byte_offset.cast_unsigned(),
            length: row.size.cast_unsigned(),
        },
    };
    Ok(rows.into_iter().map(file).collect())
}

pub async fn remove_file(tx: &mut Tx, user: UserId, id: AttachmentId) -> Result<()> {
    tx.run("DELETE FROM draft_files WHERE user_id = $1 AND id = $2", binds![user, id]).await?;
    Ok(())
}
