//! Conversations: what the team holds. Writing; the lists are in [`crate::listing`].

use crate::{Result, Sql, Tx, Value, binds, db::rows_in};
use tertulia_model::{ChannelId, ConversationId, Millis, PersonId, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Conversation {
    pub id: ConversationId,
    pub subject: String,
    pub person_id: Option<PersonId>,
    /// Where the person last wrote.
    pub channel_id: ChannelId,
    /// `open`, `pending`, `snoozed` or `closed`.
    pub state: String,
    pub assignee_id: Option<UserId>,
    pub snoozed_until: Option<Millis>,
    /// When the oldest of their messages came that nobody has answered.
    pub waiting_since: Option<Millis>,
    pub last_at: Millis,
    pub last_place: i64,
    pub last_theirs_place: i64,
    /// The moment in which we heard of the newest thing here that somebody should see. It is made as ids are, so that what
    /// is heard later has a higher one, whatever date its writer gave it.
    pub news: i64,
    /// Its snooze is over, and nothing was done since.
    pub woken: bool,
    /// First words of the last thing they said.
    pub snippet: String,
    pub created_at: Millis,
    /// Rises with each change, so that an undo knows whether something came between.
    pub version: i64,
}

const COLUMNS: &str = "id, subject, person_id, channel_id, state, assignee_id, snoozed_until, waiting_since, last_at, last_place, last_theirs_place, news, woken, snippet, created_at, version";

pub async fn get(on: &mut impl Sql, id: ConversationId) -> Result<Option<Conversation>> {
    on.row(format!("SELECT {COLUMNS} FROM conversations WHERE id = $1"), binds![id]).await
}

pub async fn get_many(on: &mut impl Sql, ids: Vec<ConversationId>) -> Result<Vec<Conversation>> {
    let sql = format!("SELECT {COLUMNS} FROM conversations WHERE id IN ({{list}})");
    let mut found: Vec<Conversation> = rows_in(on, &sql, &ids.into_iter().map(Value::from).collect::<Vec<_>>()).await?;
    found.sort_by_key(|c| c.id);
    found.dedup_by_key(|c| c.id);
    Ok(found)
}

/// Conversations that are about to be changed: nobody else changes them between this look and the commit. They are
/// taken in the order of their ids, so that two writers do not wait for each other.
pub async fn get_to_change(tx: &mut Tx, ids: Vec<ConversationId>) -> Result<Vec<Conversation>> {
    let lock = tx.dialect().for_update();
    let sql = format!("SELECT {COLUMNS} FROM conversations WHERE id IN ({{list}}) ORDER BY id {lock}");
    let mut wanted: Vec<Value> = Vec::with_capacity(ids.len());
    let mut ids = ids;
    ids.sort_unstable();
    ids.dedup();
    wanted.extend(ids.into_iter().map(Value::from));
    let mut found: Vec<Conversation> = rows_in(tx, &sql, &wanted).await?;
    found.sort_by_key(|c| c.id);
    found.dedup_by_key(|c| c.id);
    Ok(found)
}

/// As [`get_to_change`], for those that a member has.
pub async fn held_by_to_change(tx: &mut Tx, member: UserId) -> Result<Vec<Conversation>> {
    let lock = tx.dialect().for_update();
    tx.rows(format!("SELECT {COLUMNS} FROM conversations WHERE assignee_id = $1 ORDER BY id {lock}"), binds![member])
        .await
}

/// As [`get_to_change`], for one.
pub async fn one_to_change(tx: &mut Tx, id: ConversationId) -> Result<Option<Conversation>> {
    Ok(get_to_change(tx, vec![id]).await?.into_iter().next())
}

/// Writes conversations as given, new or known, each once; the version rises by one.
pub async fn put(tx: &mut Tx, conversations: &[Conversation]) -> Result<()> {
    let row = |c: &Conversation| {
        let c = c.clone();
        binds![
            c.id,
            c.subject,
            c.person_id,
            c.channel_id,
            c.state,
            c.assignee_id,
            c.snoozed_until,
            c.waiting_since,
            c.last_at,
            c.last_place,
            c.last_theirs_place,
            c.news,
            c.woken,
            c.snippet,
            c.created_at,
            c.version + 1,
        ]
    };
    let tail = "ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, person_id = excluded.person_id, \
        channel_id = excluded.channel_id, state = excluded.state, assignee_id = excluded.assignee_id, \
        snoozed_until = excluded.snoozed_until, waiting_since = excluded.waiting_since, last_at = excluded.last_at, \
        last_place = excluded.last_place, last_theirs_place = excluded.last_theirs_place, news = excluded.news, woken = excluded.woken, snippet = excluded.snippet, \
        version = excluded.version";
    let head = format!("INSERT INTO conversations ({COLUMNS})");
    tx.insert_many(&head, 16, tail, conversations.iter().flat_map(row).collect()).await?;
    Ok(())
}

/// A member has seen the news of a conversation up to `news`.
pub async fn mark_read(tx: &mut Tx, user: UserId, conversation: ConversationId, news: i64) -> Result<()> {
    let sql = "INSERT INTO reads (user_id, conversation_id, seen) VALUES ($1, $2, $3) ON CONFLICT (user_id, conversation_id) \
               DO UPDATE SET seen = CASE WHEN reads.seen > excluded.seen THEN reads.seen ELSE excluded.seen END";
    tx.run(sql, binds![user, conversation, news]).await?;
    Ok(())
}

/// Forgets that a member has read it, so that it stands out again.
pub async fn mark_unread(tx: &mut Tx, user: UserId, conversation: ConversationId) -> Result<()> {
    tx.run("DELETE FROM reads WHERE user_id = $1 AND conversation_id = $2", binds![user, conversation]).await?;
    Ok(())
}

/// Up to which of its news a member has seen a conversation; 0 where they never opened it.
pub async fn seen(on: &mut impl Sql, user: UserId, conversation: ConversationId) -> Result<i64> {
    on.number("SELECT seen FROM reads WHERE user_id = $1 AND conversation_id = $2", binds![user, conversation]).await
}

/// Proposes that two conversations are one; once for each pair.
pub async fn propose_merge(tx: &mut Tx, a: ConversationId, b: ConversationId, now: Millis) -> Result<bool> {
    let sql = "INSERT INTO merge_proposals (first_id, second_id, created_at) VALUES ($1, $2, $3) ON CONFLICT (first_id, second_id) DO NOTHING";
    Ok(tx.run(sql, binds![a.min(b), a.max(b), now]).await? == 1)
}

/// The conversations that are proposed to be one with this, undecided.
pub async fn merge_proposals(on: &mut impl Sql, id: ConversationId) -> Result<Vec<ConversationId>> {
    let sql = "SELECT CASE WHEN first_id = $1 THEN second_id ELSE first_id END AS other FROM merge_proposals \
               WHERE (first_id = $1 OR second_id = $1) AND decision IS NULL ORDER BY other";
    Ok(on.rows::<(ConversationId,)>(sql, binds![id]).await?.into_iter().map(|(id,)| id).collect())
}

pub async fn decide_merge(tx: &mut Tx, a: ConversationId, b: ConversationId, decision: &str) -> Result<()> {
    let sql = "UPDATE merge_proposals SET decision = $3 WHERE first_id = $1 AND second_id = $2";
    tx.run(sql, binds![a.min(b), a.max(b), decision]).await?;
    Ok(())
}

/// Notes that `from` has become part of `into`, and with it whatever had become part of `from` before.
pub async fn note_merge(tx: &mut Tx, from: ConversationId, into: ConversationId, now: Millis) -> Result<()> {
    tx.run("UPDATE merges SET into_id = $2 WHERE into_id = $1", binds![from, into]).await?;
    tx.run("INSERT INTO merges (from_id, into_id, merged_at) VALUES ($1, $2, $3)", binds![from, into, now]).await?;
    Ok(())
}

/// The conversation that one which was merged away is part of now.
pub async fn merged_into(on: &mut impl Sql, id: ConversationId) -> Result<Option<ConversationId>> {
    let found: Option<(ConversationId,)> = on.row("SELECT into_id FROM merges WHERE from_id = $1", binds![id]).await?;
    Ok(found.map(|(into,)| into))
}

/// All messages of `from` move into `into`, and with them what was being written and proposed there; gives how many.
pub async fn move_messages(tx: &mut Tx, from: ConversationId, into: ConversationId) -> Result<u64> {
    // One that was thrown away holds no place against one that is being written.
    let sql = "DELETE FROM drafts WHERE conversation_id = $2 AND thrown_at IS NOT NULL AND EXISTS \
               (SELECT 1 FROM drafts d WHERE d.user_id = drafts.user_id AND d.conversation_id = $1 \
               AND d.forwards = drafts.forwards AND d.thrown_at IS NULL)";
    tx.run(sql, binds![from, into]).await?;
    let sql = "UPDATE drafts SET conversation_id = $2 WHERE conversation_id = $1 AND NOT EXISTS \
               (SELECT 1 FROM drafts d WHERE d.user_id = drafts.user_id AND d.conversation_id = $2 AND d.forwards = drafts.forwards)";
    tx.run(sql, binds![from, into]).await?;
    tx.run("UPDATE draft_files SET conversation_id = $2 WHERE conversation_id = $1", binds![from, into]).await?;
    let sql = "INSERT INTO merge_proposals (first_id, second_id, created_at) \
               SELECT CASE WHEN other < $2 THEN other ELSE $2 END, CASE WHEN other < $2 THEN $2 ELSE other END, created_at FROM \
               (SELECT CASE WHEN first_id = $1 THEN second_id ELSE first_id END AS other, created_at FROM merge_proposals \
               WHERE (first_id = $1 OR second_id = $1) AND decision IS NULL) AS moved WHERE other <> $2 \
               ON CONFLICT (first_id, second_id) DO NOTHING";
    tx.run(sql, binds![from, into]).await?;
    tx.run("UPDATE deliveries SET conversation_id = $2 WHERE conversation_id = $1", binds![from, into]).await?;
    tx.run("UPDATE messages SET conversation_id = $2 WHERE conversation_id = $1", binds![from, into]).await
}

/// Removes a conversation whose messages have moved, with what was kept about it.
pub async fn remove(tx: &mut Tx, id: ConversationId) -> Result<()> {
    tx.run("DELETE FROM reads WHERE conversation_id = $1", binds![id]).await?;
    tx.run("DELETE FROM drafts WHERE conversation_id = $1", binds![id]).await?;
    tx.run("DELETE FROM merge_proposals WHERE (first_id = $1 OR second_id = $1) AND decision IS NULL", binds![id])
        .await?;
    tx.run("DELETE FROM conversations WHERE id = $1", binds![id]).await?;
    Ok(())
}
