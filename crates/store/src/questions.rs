//! What they ask, the same questions together, and how many people ask each.

use crate::{
    Result, Sql, Tx, Value, article_uses, binds,
    db::{rows_in, rows_in_with},
};
use tertulia_model::{ConversationId, MessageId, Millis, PersonId, UserId};

/// A message that asks something.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Question {
    pub message_id: MessageId,
    pub group_id: i64,
    pub words: String,
    pub asked_at: Millis,
}

/// Questions that are the same.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Group {
    pub id: i64,
    pub language: String,
    /// `open`, `known` (an article speaks of it) or `none` (a member says that it asks nothing).
    pub state: String,
    /// The one that speaks of it; where it is open, one that would if it were not archived.
    pub article_id: Option<i64>,
    /// As it was counted last.
    pub people: i64,
    /// The member who says how it stands; none where only the words do.
    pub said_by: Option<UserId>,
    pub said_at: Option<Millis>,
    pub version: i64,
}

const GROUP: &str = "id, language, state, article_id, people, said_by, said_at, version";

/// A message that may ask something.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Heard {
    pub id: MessageId,
    pub at: Millis,
}

/// What was said to us in conversations, by its id: above one, up to another.
pub async fn heard(on: &mut impl Sql, above: MessageId, until: MessageId, limit: i64) -> Result<Vec<Heard>> {
    let sql = "SELECT id, at FROM messages WHERE id > $1 AND id <= $2 AND direction = 'theirs' \
               AND state = 'shown' AND conversation_id IS NOT NULL ORDER BY id LIMIT $3";
    on.rows(sql, binds![above, until, limit]).await
}

pub async fn add_group(tx: &mut Tx, group: &Group) -> Result<()> {
    let g = group.clone();
    let sql = format!("INSERT INTO question_groups ({GROUP}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    tx.run(sql, binds![g.id, g.language, g.state, g.article_id, g.people, g.said_by, g.said_at, g.version]).await?;
    Ok(())
}

/// How it stands; its version rises. How many ask is left to [`recount`].
pub async fn put_group(tx: &mut Tx, group: &Group) -> Result<()> {
    let g = group.clone();
    let sql = "UPDATE question_groups SET state = $2, article_id = $3, said_by = $4, said_at = $5, version = version + 1 \
               WHERE id = $1";
    tx.run(sql, binds![g.id, g.state, g.article_id, g.said_by, g.said_at]).await?;
    Ok(())
}

pub async fn group(on: &mut impl Sql, id: i64) -> Result<Option<Group>> {
    on.row(format!("SELECT {GROUP} FROM question_groups WHERE id = $1"), binds![id]).await
}

/// As [`group`], before a change: nobody else changes it until the commit.
pub async fn group_to_change(tx: &mut Tx, id: i64) -> Result<Option<Group>> {
    let lock = tx.dialect().for_update();
    tx.row(format!("SELECT {GROUP} FROM question_groups WHERE id = $1 {lock}"), binds![id]).await
}

/// Puts a question to its group, with the terms by which others find it, if any are to.
pub async fn add(tx: &mut Tx, question: &Question, terms: &[String]) -> Result<()> {
    let q = question.clone();
    let sql = "INSERT INTO questions (message_id, group_id, words, asked_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (message_id) DO NOTHING";
    tx.run(sql, binds![q.message_id, q.group_id, q.words, q.asked_at]).await?;
    let values = terms.iter().flat_map(|term| binds![term, q.message_id]).collect();
    let tail = "ON CONFLICT (term, message_id) DO NOTHING";
    tx.insert_many("INSERT INTO question_terms (term, message_id)", 2, tail, values).await?;
    Ok(())
}

/// In how many of the questions that are compared each of these terms stands.
pub async fn frequencies(on: &mut impl Sql, terms: &[String]) -> Result<Vec<(String, i64)>> {
    let terms: Vec<Value> = terms.iter().map(Value::from).collect();
    let sql = "SELECT term, COUNT(*) FROM question_terms WHERE term IN ({list}) GROUP BY term";
    let mut found: Vec<(String, i64)> = rows_in(on, sql, &terms).await?;
    found.sort();
    found.dedup();
    Ok(found)
}

/// Which questions hold these terms; at most `limit` rows of each piece that is asked at once.
pub async fn holding(on: &mut impl Sql, terms: &[String], limit: i64) -> Result<Vec<(String, MessageId)>> {
    let terms: Vec<Value> = terms.iter().map(Value::from).collect();
    let sql = "SELECT term, message_id FROM question_terms WHERE term IN ({list}) LIMIT $1";
    rows_in_with(on, sql, &[limit.into()], &terms).await
}

/// These questions, in the order of their messages.
pub async fn some(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<Question>> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT message_id, group_id, words, asked_at FROM questions WHERE message_id IN ({list})";
    let mut found: Vec<Question> = rows_in(on, sql, &ids).await?;
    found.sort_by_key(|question| question.message_id);
    found.dedup_by_key(|question| question.message_id);
    Ok(found)
}

/// How many questions of a group are compared with new ones.
pub async fn count_compared(on: &mut impl Sql, group: i64, most: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM questions q WHERE q.group_id = $1 AND EXISTS \
               (SELECT 1 FROM question_terms t WHERE t.message_id = q.message_id) LIMIT $2) AS counted";
    on.number(sql, binds![group, most]).await
}

/// A question, who asked it and where.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Asked {
    pub message_id: MessageId,
    pub group_id: i64,
    pub words: String,
    pub asked_at: Millis,
    pub conversation_id: Option<ConversationId>,
    pub person_id: Option<PersonId>,
    pub person_name: Option<String>,
}

/// What is asked in a group, the newest first; below a place (when it was asked, and the message).
pub async fn of_group(on: &mut impl Sql, group: i64, below: Option<(Millis, i64)>, limit: i64) -> Result<Vec<Asked>> {
    let (at, message) = below.unwrap_or((i64::MAX, i64::MAX));
    let sql = "SELECT q.message_id, q.group_id, q.words, q.asked_at, m.conversation_id, m.person_id, \
               p.name AS person_name FROM questions q LEFT JOIN messages m ON m.id = q.message_id \
               LEFT JOIN persons p ON p.id = m.person_id WHERE q.group_id = $1 \
               AND (q.asked_at, q.message_id) < ($2, $3) ORDER BY q.asked_at DESC, q.message_id DESC LIMIT $4";
    on.rows(sql, binds![group, at, message, limit]).await
}

/// Groups in a state that somebody asks, the most asked first; below a place (people and id).
pub async fn groups(on: &mut impl Sql, state: &str, below: Option<(i64, i64)>, limit: i64) -> Result<Vec<Group>> {
    let (people, id) = below.unwrap_or((i64::MAX, i64::MAX));
    let sql = format!(
        "SELECT {GROUP} FROM question_groups WHERE state = $1 AND (people, id) < ($2, $3) AND people > 0 \
         ORDER BY people DESC, id DESC LIMIT $4"
    );
    on.rows(sql, binds![state, people, id, limit]).await
}

/// An article is archived, or is there again: what rests on it is open, or known once more.
pub async fn follow_article(tx: &mut Tx, article: i64, is_archived: bool) -> Result<()> {
    let (from, to) = if is_archived { ("known", "open") } else { ("open", "known") };
    let sql = "UPDATE question_groups SET state = $3, version = version + 1 WHERE article_id = $1 AND state = $2";
    tx.run(sql, binds![article, from, to]).await?;
    Ok(())
}

/// Counts anew who asks in these groups, each person once; whoever got an answer with an article since is not counted. A group
/// without a question goes, whatever was said of it: nobody would find it again.
pub async fn recount(tx: &mut Tx, groups: &[i64]) -> Result<()> {
    let mut groups = groups.to_vec();
    groups.sort_unstable();
    groups.dedup();
    let got_through = article_uses::GOT_THROUGH;
    let count = format!(
        "UPDATE question_groups SET people = (SELECT COUNT(DISTINCT m.person_id) FROM questions q \
         JOIN messages m ON m.id = q.message_id WHERE q.group_id = $1 AND NOT EXISTS (SELECT 1 FROM article_uses u \
         WHERE u.conversation_id = m.conversation_id AND u.used_at >= q.asked_at AND {got_through})) WHERE id = $1"
    );
    for group in groups {
        // Held before it is counted: what is counted while waiting for another is how it stood before that one.
        group_to_change(tx, group).await?;
        tx.run(count.as_str(), binds![group]).await?;
        let sql = "DELETE FROM question_groups WHERE id = $1 AND NOT EXISTS \
                   (SELECT 1 FROM questions q WHERE q.group_id = $1)";
        tx.run(sql, binds![group]).await?;
    }
    Ok(())
}

/// The same where these conversations ask something: an answer in them got an article, or lost one.
pub(crate) async fn recount_in(tx: &mut Tx, conversations: &[ConversationId]) -> Result<()> {
    let mut groups = Vec::new();
    for conversation in conversations {
        groups.extend(groups_of_conversation(tx, *conversation).await?);
    }
    recount(tx, &groups).await
}

/// The same where somebody asks something, who became part of another or was parted.
pub(crate) async fn recount_person(tx: &mut Tx, person: PersonId) -> Result<()> {
    let sql = "SELECT DISTINCT q.group_id FROM questions q WHERE q.message_id IN \
               (SELECT id FROM messages WHERE person_id = $1)";
    let found: Vec<(i64,)> = tx.rows(sql, binds![person]).await?;
    recount(tx, &found.into_iter().map(|(group,)| group).collect::<Vec<_>>()).await
}

/// The groups in which something was asked in a conversation.
pub async fn groups_of_conversation(on: &mut impl Sql, conversation: ConversationId) -> Result<Vec<i64>> {
    let sql = "SELECT DISTINCT q.group_id FROM questions q WHERE q.message_id IN \
               (SELECT id FROM messages WHERE conversation_id = $1)";
    let found: Vec<(i64,)> = on.rows(sql, binds![conversation]).await?;
    Ok(found.into_iter().map(|(group,)| group).collect())
}

/// Lets go what was asked before a moment. Gives the groups to be counted anew; none when there is no more.
pub async fn forget_before(tx: &mut Tx, moment: Millis, limit: i64) -> Result<Vec<i64>> {
    let sql = "SELECT message_id, group_id FROM questions WHERE asked_at < $1 ORDER BY asked_at LIMIT $2";
    let old: Vec<(MessageId, i64)> = tx.rows(sql, binds![moment, limit]).await?;
    let messages: Vec<MessageId> = old.iter().map(|(message, _)| *message).collect();
    remove(tx, &messages).await?;
    Ok(old.into_iter().map(|(_, group)| group).collect())
}

async fn remove(tx: &mut Tx, messages: &[MessageId]) -> Result<()> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    for table in ["question_terms", "questions"] {
        tx.run_in(&format!("DELETE FROM {table} WHERE message_id IN ({{list}})"), &ids).await?;
    }
    Ok(())
}

/// These messages do not say any more what they asked: it goes, and who asks is counted anew.
pub async fn forget(tx: &mut Tx, messages: &[MessageId]) -> Result<()> {
    let groups: Vec<i64> = some(tx, messages).await?.into_iter().map(|question| question.group_id).collect();
    if groups.is_empty() {
        return Ok(());
    }
    remove(tx, messages).await?;
    recount(tx, &groups).await
}
