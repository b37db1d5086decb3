//! What members are writing, and the files put to it.

use crate::{Result, Sql, Tx, Value, binds};
use tertulia_model::{AttachmentId, BlobRange, ConversationId, MessageId, Millis, UserId};

/// Which draft: a member's answer in a conversation, or their passing on of one of its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub user: UserId,
    pub conversation: ConversationId,
    /// The message that is passed on.
    pub forwards: Option<MessageId>,
}

impl Key {
    pub fn answer(user: UserId, conversation: ConversationId) -> Self {
        Self { user, conversation, forwards: None }
    }

    pub fn forward(user: UserId, conversation: ConversationId, message: MessageId) -> Self {
        Self { user, conversation, forwards: Some(message) }
    }

    /// No draft: the files that a member's programs brought for what they are about to send in a conversation. Beside the
    /// drafts' own, they go wherever those go: with a merge, an erasure, a blob that is cut.
    pub fn brought(user: UserId, conversation: ConversationId) -> Self {
        Self::forward(user, conversation, BROUGHT)
    }

    /// What [`SAME`] asks for.
    fn values(self) -> Vec<Value> {
        binds![self.user, self.conversation, self.forwards.map_or(0, |message| message.0)]
    }

    fn and(self, more: Vec<Value>) -> Vec<Value> {
        let mut values = self.values();
        values.extend(more);
        values
    }
}

/// No message has it.
const BROUGHT: MessageId = MessageId(-1);

/// What the reader, `$1`, has begun to write in a conversation `c` and not sent: 0 for their answer, the message for the
/// passing on of one, none for neither. A form holds its words as `"text":"…"`, whose quotes are escaped within words.
/// Files alone make an answer, but no forward: those of the message come along by themselves.
pub(crate) const BEGUN: &str = "COALESCE(\
    (SELECT MIN(f.forwards) FROM draft_files f \
     WHERE f.user_id = $1 AND f.conversation_id = c.id AND f.forwards = 0 AND f.thrown_at IS NULL), \
    (SELECT MIN(d.forwards) FROM drafts d WHERE d.user_id = $1 AND d.conversation_id = c.id AND d.thrown_at IS NULL \
     AND d.form LIKE '%\"text\":\"%' AND d.form NOT LIKE '%\"text\":\"\"%'))";

/// The conversations in which the reader, `$1`, keeps a draft, be it empty: of one member there are few.
pub(crate) const KEPT_IN: &str = "SELECT conversation_id FROM drafts WHERE user_id = $1 \
    UNION SELECT conversation_id FROM draft_files WHERE user_id = $1";

const SAME: &str = "user_id = $1 AND conversation_id = $2 AND forwards = $3";

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Draft {
    /// JSON of the composer's fields.
    pub form: String,
    pub updated_at: Millis,
}

pub async fn save(tx: &mut Tx, key: Key, form: &str, now: Millis) -> Result<()> {
    let sql = "INSERT INTO drafts (user_id, conversation_id, forwards, form, updated_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (user_id, conversation_id, forwards) \
               DO UPDATE SET form = excluded.form, updated_at = excluded.updated_at, thrown_at = NULL";
    tx.run(sql, key.and(binds![form, now])).await?;
    Ok(())
}

/// Saves a draft in the place of what the writer knew to stand there (`None`: nothing); false where something else stands
/// there by now, which then stays.
pub async fn replace(tx: &mut Tx, key: Key, known: Option<&str>, form: &str, now: Millis) -> Result<bool> {
    let sql = "INSERT INTO drafts (user_id, conversation_id, forwards, form, updated_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (user_id, conversation_id, forwards) \
               DO UPDATE SET form = excluded.form, updated_at = excluded.updated_at, thrown_at = NULL \
               WHERE drafts.thrown_at IS NOT NULL OR drafts.form = $6";
    Ok(tx.run(sql, key.and(binds![form, now, known])).await? == 1)
}

pub async fn get(on: &mut impl Sql, key: Key) -> Result<Option<Draft>> {
    on.row(format!("SELECT form, updated_at FROM drafts WHERE {SAME} AND thrown_at IS NULL"), key.values()).await
}

/// The answers that are being written in a conversation, by member.
pub async fn answers(on: &mut impl Sql, conversation: ConversationId) -> Result<Vec<(UserId, String)>> {
    let sql = "SELECT user_id, form FROM drafts WHERE conversation_id = $1 AND forwards = 0 AND thrown_at IS NULL ORDER BY user_id";
    on.rows(sql, binds![conversation]).await
}

/// Takes a draft away; its files stay.
pub async fn remove(tx: &mut Tx, key: Key) -> Result<()> {
    tx.run(format!("DELETE FROM drafts WHERE {SAME}"), key.values()).await?;
    Ok(())
}

/// Takes a draft's files out of it, in the order in which they came, and the draft away: what it said has become a
/// message. A file that is put to it at the same time is either taken or still there afterwards.
pub async fn take(tx: &mut Tx, key: Key) -> Result<Vec<DraftFile>> {
    remove(tx, key).await?;
    let sql = format!("DELETE FROM draft_files WHERE {SAME} AND thrown_at IS NULL RETURNING {FILE}");
    let mut rows: Vec<FileRow> = tx.rows(sql, key.values()).await?;
    rows.sort_unstable_by_key(|row| row.id);
    Ok(rows.into_iter().map(DraftFile::from).collect())
}

/// Throws a draft away with its files. Until something else is written in its place, [`take_up`] brings it back. Gives the
/// blobs that files named which were thrown away before, and are now forgotten.
pub async fn throw_away(tx: &mut Tx, key: Key, now: Millis) -> Result<Vec<String>> {
    let forgotten = forget_files(tx, &format!("{SAME} AND thrown_at IS NOT NULL"), key.values()).await?;
    for table in ["drafts", "draft_files"] {
        let sql = format!("UPDATE {table} SET thrown_at = $4 WHERE {SAME} AND thrown_at IS NULL");
        tx.run(sql, key.and(binds![now])).await?;
    }
    Ok(forgotten)
}

/// Lets files go for good; gives the blobs that they named, which something else may name as well.
async fn forget_files(tx: &mut Tx, which: &str, values: Vec<Value>) -> Result<Vec<String>> {
    let sql = format!("DELETE FROM draft_files WHERE {which} RETURNING blob");
    Ok(tx.rows::<(String,)>(sql, values).await?.into_iter().map(|(blob,)| blob).collect())
}

/// Brings back a draft as it was thrown away at that time; false where another stands in its place or it is gone.
pub async fn take_up(tx: &mut Tx, key: Key, thrown_at: Millis) -> Result<bool> {
    let back = |table| format!("UPDATE {table} SET thrown_at = NULL WHERE {SAME} AND thrown_at = $4");
    let found = tx.run(back("drafts"), key.and(binds![thrown_at])).await? == 1;
    if found {
        tx.run(back("draft_files"), key.and(binds![thrown_at])).await?;
    }
    Ok(found)
}

/// Forgets for good what was thrown away before `until`, whoever wrote it; gives the blobs that its files named.
pub async fn forget_thrown(tx: &mut Tx, until: Millis) -> Result<Vec<String>> {
    tx.run("DELETE FROM drafts WHERE thrown_at < $1", binds![until]).await?;
    forget_files(tx, "thrown_at < $1", binds![until]).await
}

/// How many drafts and files were thrown away and are not forgotten yet: a draft that was begun anew leaves the files of the
/// one before it thrown away.
pub async fn count_thrown(on: &mut impl Sql) -> Result<i64> {
    let sql = "SELECT (SELECT COUNT(*) FROM drafts WHERE thrown_at IS NOT NULL) \
               + (SELECT COUNT(*) FROM draft_files WHERE thrown_at IS NOT NULL)";
    on.number(sql, binds![]).await
}

const FILE: &str = "id, name, media_type, blob, byte_offset, size";

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

impl From<FileRow> for DraftFile {
    fn from(row: FileRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            media_type: row.media_type,
            content: BlobRange {
                blob: row.blob,
                offset: row.byte_offset.cast_unsigned(),
                length: row.size.cast_unsigned(),
            },
        }
    }
}

pub async fn add_file(tx: &mut Tx, key: Key, file: &DraftFile, now: Millis) -> Result<()> {
    let sql = "INSERT INTO draft_files (user_id, conversation_id, forwards, id, name, media_type, blob, byte_offset, size, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let content = &file.content;
    let values = binds![
        file.id,
        &file.name,
        &file.media_type,
        &content.blob,
        content.offset.cast_signed(),
        content.length.cast_signed(),
        now,
    ];
    tx.run(sql, key.and(values)).await?;
    Ok(())
}

/// Takes these files, in this order; one that is not there is left out. For a while they are still known as what was
/// taken ([`named`]), until [`forget_thrown`].
pub async fn take_files(tx: &mut Tx, key: Key, ids: &[AttachmentId], now: Millis) -> Result<Vec<DraftFile>> {
    let sql = format!(
        "UPDATE draft_files SET thrown_at = $4 WHERE {SAME} AND id = $5 AND thrown_at IS NULL RETURNING {FILE}"
    );
    let mut taken = Vec::new();
    for id in ids {
        taken.extend(tx.row::<FileRow>(sql.as_str(), key.and(binds![now, *id])).await?.map(DraftFile::from));
    }
    Ok(taken)
}

/// Those of these files that are known, taken or not.
pub async fn named(on: &mut impl Sql, key: Key, ids: &[AttachmentId]) -> Result<Vec<DraftFile>> {
    let sql = format!("SELECT {FILE} FROM draft_files WHERE {SAME} AND id = $4");
    let mut known = Vec::new();
    for id in ids {
        known.extend(on.row::<FileRow>(sql.as_str(), key.and(binds![*id])).await?.map(DraftFile::from));
    }
    Ok(known)
}

/// Forgets what programs brought before `until` and never sent; gives the blobs that it named.
pub async fn forget_brought(tx: &mut Tx, until: Millis) -> Result<Vec<String>> {
    let which = "forwards = $1 AND thrown_at IS NULL AND created_at < $2";
    forget_files(tx, which, binds![BROUGHT, until]).await
}

/// Puts a file of a draft to another draft of the same member.
pub async fn move_file(tx: &mut Tx, id: AttachmentId, to: Key) -> Result<()> {
    let sql = "UPDATE draft_files SET conversation_id = $2, forwards = $3 WHERE user_id = $1 AND id = $4";
    tx.run(sql, to.and(binds![id])).await?;
    Ok(())
}

pub async fn files(on: &mut impl Sql, key: Key) -> Result<Vec<DraftFile>> {
    let sql = format!("SELECT {FILE} FROM draft_files WHERE {SAME} AND thrown_at IS NULL ORDER BY id");
    let rows: Vec<FileRow> = on.rows(sql, key.values()).await?;
    Ok(rows.into_iter().map(DraftFile::from).collect())
}

/// Takes a file of a member's drafts away for good; gives the blob that it named, where it was there.
pub async fn remove_file(tx: &mut Tx, user: UserId, id: AttachmentId) -> Result<Vec<String>> {
    forget_files(tx, "user_id = $1 AND id = $2", binds![user, id]).await
}
