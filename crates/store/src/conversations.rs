//! Conversations: what the team holds. Writing; the lists are in [`crate::listing`].

use crate::{Result, Sql, Tx, Value, binds, db::rows_in, notes};
use serde::{Deserialize, Serialize};
use tertulia_model::{ChannelId, ConversationId, Millis, PersonId, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, Serialize, Deserialize)]
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
    /// How it ended, who said so and when, while it is closed: `answered`, `listened` or `passed_on`.
    #[serde(default)]
    pub outcome: Option<String>,
    #[serde(default)]
    pub outcome_by: Option<UserId>,
    #[serde(default)]
    pub outcome_at: Option<Millis>,
}

/// How a conversation ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub outcome: String,
    pub by: UserId,
    pub at: Millis,
}

impl Conversation {
    pub fn ended(&self) -> Option<Outcome> {
        let closed = self.outcome.clone().filter(|_| self.state == "closed")?;
        Some(Outcome { outcome: closed, by: self.outcome_by?, at: self.outcome_at? })
    }

    pub fn end(&mut self, outcome: Option<Outcome>) {
        self.outcome_by = outcome.as_ref().map(|outcome| outcome.by);
        self.outcome_at = outcome.as_ref().map(|outcome| outcome.at);
        self.outcome = outcome.map(|outcome| outcome.outcome);
    }
}

const COLUMNS: &str = "id, subject, person_id, channel_id, state, assignee_id, snoozed_until, waiting_since, last_at, last_place, last_theirs_place, news, woken, snippet, created_at, version, outcome, outcome_by, outcome_at";

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

/// Writes conversations as given, new or known, each once; the version rises by one. What is not closed has not ended.
pub async fn put(tx: &mut Tx, conversations: &[Conversation]) -> Result<()> {
    let row = |c: &Conversation| {
        let mut c = c.clone();
        let ended = c.ended();
        c.end(ended);
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
            c.outcome,
            c.outcome_by,
            c.outcome_at,
        ]
    };
    let tail = "ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, person_id = excluded.person_id, \
        channel_id = excluded.channel_id, state = excluded.state, assignee_id = excluded.assignee_id, \
        snoozed_until = excluded.snoozed_until, waiting_since = excluded.waiting_since, last_at = excluded.last_at, \
        last_place = excluded.last_place, last_theirs_place = excluded.last_theirs_place, news = excluded.news, woken = excluded.woken, snippet = excluded.snippet, \
        version = excluded.version, outcome = excluded.outcome, outcome_by = excluded.outcome_by, outcome_at = excluded.outcome_at";
    let head = format!("INSERT INTO conversations ({COLUMNS})");
    tx.insert_many(&head, 19, tail, conversations.iter().flat_map(row).collect()).await?;
    Ok(())
}

/// The conversations of a person, the latest first, so many at most.
pub async fn of_person(on: &mut impl Sql, person: PersonId, limit: i64) -> Result<Vec<ConversationId>> {
    let sql = "SELECT id FROM conversations WHERE person_id = $1 ORDER BY last_at DESC, id DESC LIMIT $2";
    Ok(on.rows::<(ConversationId,)>(sql, binds![person, limit]).await?.into_iter().map(|(id,)| id).collect())
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

/// Reads are found by their members, who are few: no index is kept for what is asked this rarely.
const OF_CONVERSATION: &str = "user_id IN (SELECT id FROM users) AND conversation_id = $1";

/// Who has seen a conversation, up to which of its news.
pub async fn readers(on: &mut impl Sql, id: ConversationId) -> Result<Vec<(UserId, i64)>> {
    on.rows(format!("SELECT user_id, seen FROM reads WHERE {OF_CONVERSATION} ORDER BY user_id"), binds![id]).await
}

/// Up to which of its news a member has seen a conversation; 0 where they never opened it.
pub async fn seen(on: &mut impl Sql, user: UserId, conversation: ConversationId) -> Result<i64> {
    on.number("SELECT seen FROM reads WHERE user_id = $1 AND conversation_id = $2", binds![user, conversation]).await
}

/// The news of a conversation and up to which of them a member has seen it; none where there is no such conversation.
pub async fn news(on: &mut impl Sql, user: UserId, conversation: ConversationId) -> Result<Option<(i64, i64)>> {
    let sql = "SELECT c.news, COALESCE(r.seen, 0) FROM conversations c \
               LEFT JOIN reads r ON r.conversation_id = c.id AND r.user_id = $1 WHERE c.id = $2";
    on.row(sql, binds![user, conversation]).await
}

/// Removes a conversation whose messages have moved, with what was kept about it.
pub async fn remove(tx: &mut Tx, id: ConversationId) -> Result<()> {
    tx.run(format!("DELETE FROM reads WHERE {OF_CONVERSATION}"), binds![id]).await?;
    tx.run("DELETE FROM drafts WHERE conversation_id = $1", binds![id]).await?;
    tx.run("DELETE FROM merge_proposals WHERE (first_id = $1 OR second_id = $1) AND decision IS NULL", binds![id])
        .await?;
    tx.run("DELETE FROM conversations WHERE id = $1", binds![id]).await?;
    Ok(())
}

/// What the team put beside the messages of a conversation goes where these have gone; nowhere, it goes with it.
pub async fn leave(tx: &mut Tx, from: ConversationId, into: Option<ConversationId>) -> Result<()> {
    let Some(into) = into else {
        notes::forget_in(tx, &[from]).await?;
        tx.run("DELETE FROM conversation_endings WHERE conversation_id = $1", binds![from]).await?;
        return Ok(());
    };
    for table in ["notes", "conversation_endings"] {
        let sql = format!("UPDATE {table} SET conversation_id = $2, written_in = $2 WHERE conversation_id = $1");
        tx.run(sql, binds![from, into]).await?;
    }
    Ok(())
}
