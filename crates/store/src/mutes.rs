//! Mutes: whose words, or which thread's, monitors do not show.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{IdentityId, Millis, MonitorId, PersonId, ThreadId, UserId};

/// Whose words, or which thread's, a monitor does not show.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Mute {
    pub id: i64,
    /// 0: none of the monitors.
    pub monitor_id: i64,
    /// `person`, `thread`, `aside` (of somebody who is part of another muted one), or `part`: the messages of a thread that was muted and became part of a larger one.
    pub kind: String,
    /// The person or the thread; of a part its own number.
    pub subject_id: i64,
    pub created_by: UserId,
    pub created_at: Millis,
}

const COLUMNS: &str = "id, monitor_id, kind, subject_id, created_by, created_at";

/// Gives the number by which it is taken back: that of the mute that stood there before, if one did.
pub async fn add(tx: &mut Tx, mute: &Mute) -> Result<i64> {
    let m = mute.clone();
    let sql = "INSERT INTO mutes (id, monitor_id, kind, subject_id, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (monitor_id, kind, subject_id) DO UPDATE SET kind = excluded.kind RETURNING id";
    tx.number(sql, binds![m.id, m.monitor_id, m.kind, m.subject_id, m.created_by, m.created_at]).await
}

/// Shown again: of a person also what was muted of those who are part of them, so that it does not come back when these are
/// parted.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<()> {
    let sql = "DELETE FROM mutes WHERE kind = 'aside' AND EXISTS (SELECT 1 FROM mutes shown JOIN persons x \
               ON x.merged_into = shown.subject_id JOIN person_merges m ON m.from_id = x.id AND m.undone_at IS NULL \
               JOIN person_merge_parts p ON p.merge_id = m.id AND p.kind = 'mute' WHERE shown.id = $1 \
               AND shown.kind = 'person' AND shown.monitor_id = mutes.monitor_id AND p.part_id = mutes.id)";
    tx.run(sql, binds![id]).await?;
    tx.run("DELETE FROM muted_messages WHERE mute_id = $1", binds![id]).await?;
    tx.run("DELETE FROM mutes WHERE id = $1", binds![id]).await?;
    Ok(())
}

/// What this monitor does not show, what none shows among it, the newest first.
pub async fn of_monitor(on: &mut impl Sql, monitor: MonitorId) -> Result<Vec<Mute>> {
    let sql = format!("SELECT {COLUMNS} FROM mutes WHERE monitor_id IN (0, $1) AND kind <> 'aside' ORDER BY id DESC");
    on.rows(sql, binds![monitor]).await
}

/// Threads are compared up to this many messages; beyond it both count as large.
const MOST_COMPARED: i64 = 10_000;

/// Before a thread takes in another. Who muted a few messages did not mute the many that they turn out to belong to: a mute
/// goes on to the whole where its side is at least as large as the other or both sides were muted, and else it stays with
/// the messages that it covered.
pub(crate) async fn thread_joins(tx: &mut Tx, from: ThreadId, into: ThreadId) -> Result<()> {
    let lock = tx.dialect().for_update();
    let sql =
        format!("SELECT {COLUMNS} FROM mutes WHERE kind = 'thread' AND subject_id IN ($1, $2) ORDER BY id {lock}");
    let muted: Vec<Mute> = tx.rows(sql, binds![from, into]).await?;
    if muted.is_empty() {
        return Ok(());
    }
    let (of_from, of_into) = (size(tx, from).await?, size(tx, into).await?);
    for mute in &muted {
        let is_from = mute.subject_id == from.0;
        let (own, other) = if is_from { (of_from, of_into) } else { (of_into, of_from) };
        let is_twice = muted.iter().any(|o| o.monitor_id == mute.monitor_id && o.subject_id != mute.subject_id);
        match (is_twice, own < other) {
            (true, _) if is_from => remove(tx, mute.id).await?,
            (false, true) => keep_with_its_messages(tx, mute).await?,
            _ => drop(tx.run("UPDATE mutes SET subject_id = $2 WHERE id = $1", binds![mute.id, into]).await?),
        }
    }
    Ok(())
}

/// Before an identity comes to another person: where it was all that a muted one had, they are that other, who is muted.
pub(crate) async fn person_joins(tx: &mut Tx, from: PersonId, identity: IdentityId, into: PersonId) -> Result<()> {
    let more =
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM identities WHERE person_id = $1 AND id <> $2 LIMIT 1) AS more";
    if tx.number(more, binds![from, identity]).await? > 0 {
        return Ok(());
    }
    let sql = "UPDATE mutes SET subject_id = $2 WHERE kind = 'person' AND subject_id = $1 AND NOT EXISTS (SELECT 1 FROM \
               mutes o WHERE o.monitor_id = mutes.monitor_id AND o.kind = 'person' AND o.subject_id = $2)";
    tx.run(sql, binds![from, into]).await?;
    tx.run("DELETE FROM mutes WHERE kind = 'person' AND subject_id = $1", binds![from]).await?;
    Ok(())
}

async fn size(tx: &mut Tx, thread: ThreadId) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM messages WHERE thread_id = $1 LIMIT $2) AS counted";
    tx.number(sql, binds![thread, MOST_COMPARED]).await
}

async fn keep_with_its_messages(tx: &mut Tx, mute: &Mute) -> Result<()> {
    let sql = "INSERT INTO muted_messages (mute_id, message_id) SELECT $1, id FROM messages WHERE thread_id = $2";
    tx.run(sql, binds![mute.id, mute.subject_id]).await?;
    tx.run("UPDATE mutes SET kind = 'part', subject_id = id WHERE id = $1", binds![mute.id]).await?;
    Ok(())
}

/// How many messages a part holds.
pub async fn size_of_part(on: &mut impl Sql, mute: i64) -> Result<i64> {
    on.number("SELECT COUNT(*) FROM muted_messages WHERE mute_id = $1", binds![mute]).await
}
