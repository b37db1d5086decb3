//! Articles that answers of ours held, and what members say came of each.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in, questions};
use tertulia_model::{ConversationId, DeliveryId, MessageId, Millis, PersonId, UserId};

/// An article in an answer.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Use {
    pub id: i64,
    pub article_id: i64,
    pub message_id: MessageId,
    pub conversation_id: ConversationId,
    pub used_by: UserId,
    pub used_at: Millis,
    /// `helped`, `not` or `unclear`; none while nobody has said.
    pub helped: Option<String>,
    pub said_by: Option<UserId>,
    pub said_at: Option<Millis>,
}

const COLUMNS: &str = "id, article_id, message_id, conversation_id, used_by, used_at, helped, said_by, said_at";

/// Of a use `u`: that nobody knows its answer not to have got through.
pub(crate) const GOT_THROUGH: &str = "NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message_id = u.message_id \
    AND d.state IN ('failed', 'withdrawn'))";

/// Of how many answers a count is made.
pub const MOST_COUNTED: i64 = 10_000;

pub async fn add(tx: &mut Tx, uses: &[Use]) -> Result<()> {
    let row = |u: &Use| {
        binds![
            u.id,
            u.article_id,
            u.message_id,
            u.conversation_id,
            u.used_by,
            u.used_at,
            u.helped.clone(),
            u.said_by,
            u.said_at
        ]
    };
    let values = uses.iter().flat_map(row).collect();
    tx.insert_many(&format!("INSERT INTO article_uses ({COLUMNS})"), 9, "", values).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Use>> {
    on.row(format!("SELECT {COLUMNS} FROM article_uses WHERE id = $1"), binds![id]).await
}

/// As [`get`], before a change: nobody else changes it until the commit.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Use>> {
    let lock = tx.dialect().for_update();
    tx.row(format!("SELECT {COLUMNS} FROM article_uses WHERE id = $1 {lock}"), binds![id]).await
}

/// What a member says came of it, or that nobody says anything any more.
pub async fn say(tx: &mut Tx, id: i64, said: Option<(&str, UserId, Millis)>) -> Result<()> {
    let (helped, by, at) = (said.map(|(helped, ..)| helped), said.map(|(_, by, _)| by), said.map(|(.., at)| at));
    let sql = "UPDATE article_uses SET helped = $2, said_by = $3, said_at = $4 WHERE id = $1";
    tx.run(sql, binds![id, helped, by, at]).await?;
    Ok(())
}

/// Those in these messages.
pub async fn of_messages(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<Use>> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("SELECT {COLUMNS} FROM article_uses WHERE message_id IN ({{list}})");
    let mut found: Vec<Use> = rows_in(on, &sql, &ids).await?;
    found.sort_by_key(|one| one.id);
    found.dedup_by_key(|one| one.id);
    Ok(found)
}

/// An answer that held an article, and to whom it went.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Place {
    #[sqlx(flatten)]
    pub used: Use,
    pub person_id: Option<PersonId>,
    pub person_name: Option<String>,
}

/// Where an article was used in answers that got through, the newest first; below an id.
pub async fn of_article(on: &mut impl Sql, article: i64, below: Option<i64>, limit: i64) -> Result<Vec<Place>> {
    let sql = format!(
        "SELECT u.id, u.article_id, u.message_id, u.conversation_id, u.used_by, u.used_at, u.helped, u.said_by, \
         u.said_at, c.person_id, p.name AS person_name FROM article_uses u \
         LEFT JOIN conversations c ON c.id = u.conversation_id LEFT JOIN persons p ON p.id = c.person_id \
         WHERE u.article_id = $1 AND u.id < $2 AND {GOT_THROUGH} ORDER BY u.id DESC LIMIT $3"
    );
    on.rows(sql, binds![article, below.unwrap_or(i64::MAX), limit]).await
}

/// What is said of an article, in how many answers, and to how many people those went.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Count {
    pub helped: Option<String>,
    pub answers: i64,
    pub people: i64,
}

/// What is said of an article, of the newest [`MOST_COUNTED`] answers that held it and got through.
pub async fn counts(on: &mut impl Sql, article: i64) -> Result<Vec<Count>> {
    let sql = format!(
        "SELECT u.helped, COUNT(*) AS answers, COUNT(DISTINCT c.person_id) AS people FROM \
         (SELECT u.conversation_id, u.helped FROM article_uses u WHERE u.article_id = $1 AND {GOT_THROUGH} \
         ORDER BY u.id DESC LIMIT $2) u \
         LEFT JOIN conversations c ON c.id = u.conversation_id GROUP BY u.helped ORDER BY u.helped"
    );
    on.rows(sql, binds![article, MOST_COUNTED]).await
}

/// These messages of ours never were, or their person is erased: whoever they answered asks again.
pub async fn forget(tx: &mut Tx, messages: &[MessageId]) -> Result<u64> {
    let mut answered: Vec<ConversationId> =
        of_messages(tx, messages).await?.into_iter().map(|used| used.conversation_id).collect();
    answered.sort_unstable();
    answered.dedup();
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let gone = tx.run_in("DELETE FROM article_uses WHERE message_id IN ({list})", &ids).await?;
    questions::recount_in(tx, &answered).await?;
    Ok(gone)
}

/// A delivery got through, or did not: who was answered by it asks no more, or asks again.
pub(crate) async fn follow_delivery(tx: &mut Tx, delivery: DeliveryId) -> Result<()> {
    let sql = "SELECT DISTINCT u.conversation_id FROM article_uses u WHERE u.message_id = \
               (SELECT d.message_id FROM deliveries d WHERE d.id = $1)";
    let answered: Vec<(ConversationId,)> = tx.rows(sql, binds![delivery]).await?;
    let answered: Vec<ConversationId> = answered.into_iter().map(|(conversation,)| conversation).collect();
    questions::recount_in(tx, &answered).await
}

/// A copy of one of our messages gives way to the original.
pub(crate) async fn follow_message(tx: &mut Tx, copy: MessageId, original: MessageId) -> Result<()> {
    let sql = "UPDATE article_uses SET message_id = $2 WHERE message_id = $1 AND article_id NOT IN \
               (SELECT o.article_id FROM article_uses o WHERE o.message_id = $2)";
    tx.run(sql, binds![copy, original]).await?;
    forget(tx, &[copy]).await?;
    Ok(())
}
