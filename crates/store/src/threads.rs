//! Threads: who is whose parent, and references to messages that are not here.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in, keys::SourceKey, messages::flags, monitors, mutes};
use tertulia_model::{ConversationId, MessageId, Millis, ThreadId};

/// A message that refers to one which was not there.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Awaiting {
    pub source_key: Vec<u8>,
    pub message_id: MessageId,
    pub rank: i64,
    pub thread_id: ThreadId,
    pub parent_rank: i64,
    pub conversation_id: Option<ConversationId>,
}

/// Where those stand who refer to one message that is not here: in one thread, which one of them tells as well as all.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Sharing {
    pub source_key: Vec<u8>,
    pub thread_id: ThreadId,
    pub conversation_id: Option<ConversationId>,
}

/// From here to the commit nobody else places messages in threads: two who each stored one end of a link would both
/// miss the other's. To be called before anything of the threads is read.
pub async fn place_alone(tx: &mut Tx) -> Result<()> {
    if let Some(lock) = tx.dialect().threading_lock() {
        tx.run(lock, binds![]).await?;
    }
    Ok(())
}

/// The thread of those who share an absent ancestor of these names: one row a name, however many they are. All would be
/// too many: mails that name an ancestor which never comes may be thousands, and each of them asks.
pub async fn sharing(on: &mut impl Sql, keys: &[SourceKey]) -> Result<Vec<Sharing>> {
    let sql = "WITH asked (source_key) AS (VALUES ({rows})) \
               SELECT asked.source_key, m.thread_id, m.conversation_id FROM asked JOIN messages m \
               ON m.id = (SELECT MIN(a.message_id) FROM awaited a WHERE a.source_key = asked.source_key)";
    let mut found: Vec<Sharing> =
        rows_in(on, sql, &keys.iter().map(|key| Value::from(*key)).collect::<Vec<_>>()).await?;
    found.sort_unstable_by(|a, b| a.source_key.cmp(&b.source_key));
    found.dedup_by(|a, b| a.source_key == b.source_key);
    Ok(found)
}

/// All who wait for these keys: asked once a key, when it comes.
pub async fn awaiting(on: &mut impl Sql, keys: &[SourceKey]) -> Result<Vec<Awaiting>> {
    let sql = "SELECT a.source_key, a.message_id, a.rank, m.thread_id, ABS(m.parent_rank) AS parent_rank, m.conversation_id \
               FROM awaited a JOIN messages m ON m.id = a.message_id WHERE a.source_key IN ({list})";
    let mut found: Vec<Awaiting> =
        rows_in(on, sql, &keys.iter().map(|key| Value::from(*key)).collect::<Vec<_>>()).await?;
    found.sort_unstable_by(|a, b| (&a.source_key, a.message_id).cmp(&(&b.source_key, b.message_id)));
    found.dedup_by(|a, b| a.source_key == b.source_key && a.message_id == b.message_id);
    Ok(found)
}

pub async fn await_keys(tx: &mut Tx, awaited: &[(SourceKey, MessageId, i64)]) -> Result<()> {
    let values = awaited.iter().flat_map(|(key, message, rank)| binds![*key, *message, *rank]).collect();
    let head = "INSERT INTO awaited (source_key, message_id, rank)";
    tx.insert_many(head, 3, "ON CONFLICT (source_key, message_id) DO NOTHING", values).await?;
    Ok(())
}

/// These keys have come; nobody waits for them any more.
pub async fn arrived(tx: &mut Tx, keys: &[SourceKey]) -> Result<()> {
    let keys: Vec<Value> = keys.iter().map(|key| Value::from(*key)).collect();
    tx.run_in("DELETE FROM awaited WHERE source_key IN ({list})", &keys).await?;
    Ok(())
}

pub async fn set_parent(tx: &mut Tx, message: MessageId, parent: MessageId, rank: i64) -> Result<()> {
    tx.run("UPDATE messages SET parent_id = $2, parent_rank = $3 WHERE id = $1", binds![message, parent, rank]).await?;
    Ok(())
}

/// One thread turns out to be part of another.
pub async fn join(tx: &mut Tx, from: ThreadId, into: ThreadId) -> Result<u64> {
    mutes::thread_joins(tx, from, into).await?;
    let moved = tx.run("UPDATE messages SET thread_id = $2 WHERE thread_id = $1", binds![from, into]).await?;
    monitors::thread_joined(tx, from, into).await?;
    Ok(moved)
}

/// The conversation in which a thread is talked about; a message that was passed on to somebody stands elsewhere.
pub async fn talk(on: &mut impl Sql, thread: ThreadId) -> Result<Option<ConversationId>> {
    let sql = "SELECT conversation_id FROM messages WHERE thread_id = $1 AND conversation_id IS NOT NULL AND flags & $2 = 0 \
               ORDER BY place LIMIT 1";
    Ok(on.row::<(ConversationId,)>(sql, binds![thread, flags::FORWARD]).await?.map(|(id,)| id))
}

/// A thread comes into a conversation with all its messages that are in none.
pub async fn hold(tx: &mut Tx, thread: ThreadId, conversation: ConversationId) -> Result<u64> {
    let sql = "UPDATE messages SET conversation_id = $2 WHERE thread_id = $1 AND conversation_id IS NULL";
    tx.run(sql, binds![thread, conversation]).await
}

/// A parent is a claim, and claims can close a ring: one forged mail names the other. A ring is cut above its oldest
/// message, which can have answered none of the others; that it claimed to stays noted (a rank below zero), so that in
/// whatever order the messages come the same one is cut. To be called once a message that others may stand below has got
/// a parent.
pub async fn cut_ring(tx: &mut Tx, message: MessageId) -> Result<()> {
    let above = above(tx, message).await?;
    let oldest = above.iter().min_by(|a, b| (a.at, &a.source_key).cmp(&(b.at, &b.source_key))).map(|oldest| oldest.id);
    let cut = match oldest {
        Some(oldest) if above.iter().any(|one| one.id == message) => oldest,
        // Too many to tell whether this ends. Who answers has always answered something older, but for the oldest on a ring.
        Some(_) if above.len() >= HIGHEST && is_older_than_its_parent(tx, message).await? => message,
        _ => return Ok(()),
    };
    tx.run("UPDATE messages SET parent_rank = -ABS(parent_rank) WHERE id = $1", binds![cut]).await?;
    Ok(())
}

/// Before a message gets another parent: the ring that it stands on will be none, so who was cut has its parent again.
pub async fn leave_ring(tx: &mut Tx, message: MessageId) -> Result<()> {
    let ring = above(tx, message).await?;
    if ring.iter().any(|one| one.id == message) {
        let ring: Vec<Value> = ring.iter().map(|one| Value::from(one.id)).collect();
        tx.run_in("UPDATE messages SET parent_rank = ABS(parent_rank) WHERE id IN ({list})", &ring).await?;
    }
    Ok(())
}

async fn is_older_than_its_parent(tx: &mut Tx, message: MessageId) -> Result<bool> {
    let sql = "SELECT m.id FROM messages m JOIN messages p ON p.id = m.parent_id \
               WHERE m.id = $1 AND (m.at, m.source_key) < (p.at, p.source_key)";
    Ok(tx.row::<(MessageId,)>(sql, binds![message]).await?.is_some())
}

/// How far up the claims are followed.
const HIGHEST: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Above {
    pub id: MessageId,
    pub at: Millis,
    pub source_key: Vec<u8>,
}

/// Whom a message stands below by what all of them claim, each once, up to a thousand; itself too where it is on a ring.
pub async fn above(on: &mut impl Sql, message: MessageId) -> Result<Vec<Above>> {
    let sql = "WITH RECURSIVE above (id) AS ( \
               SELECT parent_id FROM messages WHERE id = $1 AND parent_id IS NOT NULL UNION \
               SELECT m.parent_id FROM above JOIN messages m ON m.id = above.id WHERE m.parent_id IS NOT NULL) \
               SELECT m.id, m.at, m.source_key FROM (SELECT id FROM above LIMIT $2) AS near JOIN messages m ON m.id = near.id";
    on.rows(sql, binds![message, i64::try_from(HIGHEST).unwrap_or(i64::MAX)]).await
}
