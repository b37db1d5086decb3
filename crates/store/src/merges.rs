//! Conversations that are proposed to be one, became one, and are parted again.

use crate::{
    Result, Sql, Tx, binds,
    conversations::{self, Conversation},
    error::StoreError,
    today_cards,
};
use serde::{Deserialize, Serialize};
use tertulia_model::{AttachmentId, ConversationId, Millis, UserId};

/// Proposes that two conversations are one; once for each pair.
pub async fn propose(tx: &mut Tx, a: ConversationId, b: ConversationId, now: Millis) -> Result<bool> {
    let sql = "INSERT INTO merge_proposals (first_id, second_id, created_at) VALUES ($1, $2, $3) ON CONFLICT (first_id, second_id) DO NOTHING";
    Ok(tx.run(sql, binds![a.min(b), a.max(b), now]).await? == 1)
}

/// The conversations that are proposed to be one with this, undecided, and since when.
pub async fn proposed(on: &mut impl Sql, id: ConversationId) -> Result<Vec<(ConversationId, Millis)>> {
    let sql = "SELECT CASE WHEN first_id = $1 THEN second_id ELSE first_id END AS other, created_at FROM merge_proposals \
               WHERE (first_id = $1 OR second_id = $1) AND decision IS NULL ORDER BY other";
    on.rows(sql, binds![id]).await
}

/// What was decided about a proposal: `merged`, `kept apart`, or nothing yet.
pub async fn decide(tx: &mut Tx, a: ConversationId, b: ConversationId, decision: Option<&str>) -> Result<()> {
    let sql = "UPDATE merge_proposals SET decision = $3 WHERE first_id = $1 AND second_id = $2";
    tx.run(sql, binds![a.min(b), a.max(b), decision]).await?;
    Ok(())
}

/// What stands decided about two conversations.
pub async fn decision(on: &mut impl Sql, a: ConversationId, b: ConversationId) -> Result<Option<String>> {
    let sql = "SELECT decision FROM merge_proposals WHERE first_id = $1 AND second_id = $2";
    let found: Option<(Option<String>,)> = on.row(sql, binds![a.min(b), a.max(b)]).await?;
    Ok(found.and_then(|(decision,)| decision))
}

/// A proposal that was never made.
pub async fn withdraw(tx: &mut Tx, a: ConversationId, b: ConversationId) -> Result<()> {
    let sql = "DELETE FROM merge_proposals WHERE first_id = $1 AND second_id = $2 AND decision IS NULL";
    tx.run(sql, binds![a.min(b), a.max(b)]).await?;
    Ok(())
}

/// How two conversations stood before they became one. It is kept as JSON for as long as they are one: what is added to it,
/// or to [`Conversation`], needs a value for what was kept before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    pub from: Conversation,
    pub into: Conversation,
    /// What came later has a higher id.
    pub moment: i64,
    /// The version of the one that stayed, after the merge.
    pub version: i64,
    /// Who had seen `from`, up to which of its news.
    pub readers: Vec<(UserId, i64)>,
    /// What `from` was proposed to be one with besides, and whether this was proposed of `into` as well.
    pub proposals: Vec<(ConversationId, Millis, bool)>,
    /// Answers that were being written in `from`.
    pub drafts: Vec<MovedDraft>,
    /// What had been decided about the two.
    #[serde(default)]
    pub decision: Option<String>,
}

/// An answer that somebody was writing in a conversation while it became part of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedDraft {
    pub user: UserId,
    /// What stood in the one that goes, and in the one that stays.
    pub from: String,
    pub into: Option<String>,
    /// What stands there instead.
    pub became: String,
    pub files: Vec<AttachmentId>,
}

/// `from` becomes part of `into`: its messages move there, and with them what was being written and proposed. Where it
/// stood before is kept for [`part`].
pub async fn join(tx: &mut Tx, before: &Before, now: Millis) -> Result<()> {
    let (from, into) = (before.from.id, before.into.id);
    let kept = serde_json::to_string(before).map_err(|error| StoreError::Broken(error.to_string()))?;
    let sql = "INSERT INTO merges (from_id, into_id, merged_at, subject, before) VALUES ($1, $2, $3, $4, $5)";
    tx.run(sql, binds![from, into, now, &before.from.subject, kept]).await?;
    let sql =
        "INSERT INTO merged_messages (from_id, message_id) SELECT $1, id FROM messages WHERE conversation_id = $1";
    tx.run(sql, binds![from]).await?;
    move_drafts(tx, from, into).await?;
    for (other, since, known) in &before.proposals {
        if !known {
            propose(tx, into, *other, *since).await?;
        }
    }
    for table in ["deliveries", "promises", "article_uses", "notes", "conversation_endings"] {
        let sql = format!("UPDATE {table} SET conversation_id = $2 WHERE conversation_id = $1");
        tx.run(sql, binds![from, into]).await?;
    }
    today_cards::join_conversations(tx, from, into).await?;
    tx.run("UPDATE messages SET conversation_id = $2 WHERE conversation_id = $1", binds![from, into]).await?;
    decide(tx, from, into, Some("merged")).await
}

async fn move_drafts(tx: &mut Tx, from: ConversationId, into: ConversationId) -> Result<()> {
    // One that was thrown away holds no place against one that is being written.
    let sql = "DELETE FROM drafts WHERE conversation_id = $2 AND thrown_at IS NOT NULL AND EXISTS \
               (SELECT 1 FROM drafts d WHERE d.user_id = drafts.user_id AND d.conversation_id = $1 \
               AND d.forwards = drafts.forwards AND d.thrown_at IS NULL)";
    tx.run(sql, binds![from, into]).await?;
    let sql = "UPDATE drafts SET conversation_id = $2 WHERE conversation_id = $1 AND NOT EXISTS \
               (SELECT 1 FROM drafts d WHERE d.user_id = drafts.user_id AND d.conversation_id = $2 AND d.forwards = drafts.forwards)";
    tx.run(sql, binds![from, into]).await?;
    tx.run("UPDATE draft_files SET conversation_id = $2 WHERE conversation_id = $1", binds![from, into]).await?;
    Ok(())
}

/// The conversation that one which was merged away is part of now, however often that was merged in its turn.
pub async fn merged_into(on: &mut impl Sql, id: ConversationId) -> Result<Option<ConversationId>> {
    let sql = "SELECT into_id FROM merges WHERE from_id = $1";
    let mut last = None;
    // It ends: what is merged away takes nothing in any more.
    while let Some((into,)) = on.row::<(ConversationId,)>(sql, binds![last.unwrap_or(id)]).await? {
        last = Some(into);
    }
    Ok(last)
}

/// A conversation that became part of another.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Merged {
    pub from_id: ConversationId,
    pub subject: String,
    pub merged_at: Millis,
}

/// What became part of a conversation, newest first.
pub async fn parts(on: &mut impl Sql, into: ConversationId, limit: i64) -> Result<Vec<Merged>> {
    let sql = "SELECT from_id, subject, merged_at FROM merges WHERE into_id = $1 ORDER BY merged_at DESC, from_id DESC LIMIT $2";
    on.rows(sql, binds![into, limit]).await
}

/// How it stood before `from` became part of another.
pub async fn before(on: &mut impl Sql, from: ConversationId) -> Result<Option<Before>> {
    let found: Option<(String,)> = on.row("SELECT before FROM merges WHERE from_id = $1", binds![from]).await?;
    let Some((kept,)) = found else { return Ok(None) };
    serde_json::from_str(&kept).map(Some).map_err(|error| StoreError::Broken(error.to_string()))
}

/// The conversation that was merged away is one of its own again: out of `into`, where it is by now, come its messages;
/// whatever came later and answers one of them, or belongs to a thread that is all theirs; and what was being passed on,
/// sent and proposed of them. Its row is for the caller to write.
pub async fn part(tx: &mut Tx, before: &Before, into: ConversationId) -> Result<()> {
    let (from, moment) = (before.from.id, before.moment);
    let sql = "UPDATE messages SET conversation_id = $1 WHERE conversation_id = $2 \
               AND id IN (SELECT message_id FROM merged_messages WHERE from_id = $1)";
    tx.run(sql, binds![from, into]).await?;
    move_answers(tx, from, into, moment).await?;
    let sql = "UPDATE messages SET conversation_id = $1 WHERE conversation_id = $2 AND id > $3 \
               AND thread_id IN (SELECT thread_id FROM messages WHERE conversation_id = $1) \
               AND thread_id NOT IN (SELECT thread_id FROM messages WHERE conversation_id = $2 AND id <= $3)";
    tx.run(sql, binds![from, into, moment]).await?;
    move_answers(tx, from, into, moment).await?;
    for table in ["deliveries", "promises", "article_uses"] {
        let sql = format!(
            "UPDATE {table} SET conversation_id = $1 WHERE conversation_id = $2 \
             AND message_id IN (SELECT id FROM messages WHERE conversation_id = $1)"
        );
        tx.run(sql, binds![from, into]).await?;
    }
    for table in ["drafts", "draft_files"] {
        let sql = format!(
            "UPDATE {table} SET conversation_id = $1 WHERE conversation_id = $2 \
             AND forwards IN (SELECT id FROM messages WHERE conversation_id = $1)"
        );
        tx.run(sql, binds![from, into]).await?;
    }
    written_there_go_back(tx, from, into).await?;
    let on_the_way = on_the_way(tx, before, into).await?;
    for one in &on_the_way {
        let sql = "DELETE FROM merged_messages WHERE from_id = $1 \
                   AND message_id IN (SELECT id FROM messages WHERE conversation_id = $2)";
        tx.run(sql, binds![*one, from]).await?;
    }
    tx.run("DELETE FROM merged_messages WHERE from_id = $1", binds![from]).await?;
    tx.run("DELETE FROM merges WHERE from_id = $1", binds![from]).await?;
    propose_as_before(tx, before, into, &on_the_way).await
}

/// What was written in the one that is parted, or in what had become part of it, and is of no message.
async fn written_there_go_back(tx: &mut Tx, from: ConversationId, into: ConversationId) -> Result<()> {
    let mut theirs = vec![from];
    let mut at = 0;
    // It ends: each became part of one only.
    while let Some(one) = theirs.get(at).copied() {
        let parts: Vec<(ConversationId,)> =
            tx.rows("SELECT from_id FROM merges WHERE into_id = $1", binds![one]).await?;
        theirs.extend(parts.into_iter().map(|(part,)| part));
        at += 1;
    }
    for one in theirs {
        for table in ["notes", "conversation_endings"] {
            let sql = format!("UPDATE {table} SET conversation_id = $1 WHERE conversation_id = $2 AND written_in = $3");
            tx.run(sql, binds![from, into, one]).await?;
        }
    }
    Ok(())
}

/// What it was merged into may have been merged in its turn, with its messages and proposals, until `into` had them: those
/// conversations, in this order.
async fn on_the_way(tx: &mut Tx, before: &Before, into: ConversationId) -> Result<Vec<ConversationId>> {
    let mut links = Vec::new();
    let mut link = Some(before.into.id);
    while let Some(one) = link.filter(|one| *one != into) {
        links.push(one);
        let sql = "SELECT into_id FROM merges WHERE from_id = $1";
        link = tx.row::<(ConversationId,)>(sql, binds![one]).await?.map(|(next,)| next);
    }
    Ok(links)
}

async fn propose_as_before(
    tx: &mut Tx,
    before: &Before,
    into: ConversationId,
    on_the_way: &[ConversationId],
) -> Result<()> {
    let from = before.from.id;
    let others = before.proposals.iter().map(|(other, _, _)| *other).collect();
    let there: Vec<ConversationId> = conversations::get_many(tx, others).await?.into_iter().map(|c| c.id).collect();
    // Also where the other is no conversation now: it is so again when that is parted in its turn.
    decide(tx, from, before.into.id, before.decision.as_deref()).await?;
    let mut proposed_of_its_own: Vec<ConversationId> = Vec::new();
    for link in on_the_way {
        let known = self::before(tx, *link).await?.map(|link| link.proposals).unwrap_or_default();
        proposed_of_its_own.extend(known.into_iter().filter(|(_, _, known)| *known).map(|(other, _, _)| other));
    }
    for (other, since, known) in &before.proposals {
        if there.contains(other) {
            propose(tx, from, *other, *since).await?;
        }
        if !known && !proposed_of_its_own.contains(other) {
            withdraw(tx, into, *other).await?;
        }
    }
    Ok(())
}

/// Whatever answers something in `from` follows it, and what answers that.
async fn move_answers(tx: &mut Tx, from: ConversationId, into: ConversationId, moment: i64) -> Result<()> {
    // A generation each: no index goes by the parent, and a conversation has few messages.
    let sql = "UPDATE messages SET conversation_id = $1 WHERE conversation_id = $2 AND id > $3 \
               AND parent_rank > 0 AND parent_id IN (SELECT id FROM messages WHERE conversation_id = $1)";
    while tx.run(sql, binds![from, into, moment]).await? > 0 {}
    Ok(())
}
