//! Who asks for something: what they said, or that somebody noted it on their behalf.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in};
use tertulia_model::{
    ChangeId, ChannelId, ConversationId, FeedbackId, IdentityId, MessageId, Millis, PersonId, UserId,
};

/// One thing by which an item is asked for, or that speaks of it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Evidence {
    pub id: i64,
    /// The item that it was given to, and the one under which it counts.
    pub given_to: FeedbackId,
    pub item_id: FeedbackId,
    /// None: it was noted on somebody's behalf.
    pub message_id: Option<MessageId>,
    pub person_id: Option<PersonId>,
    pub asks: bool,
    pub note: String,
    pub given_by: UserId,
    pub given_at: Millis,
    pub asked_at: Millis,
}

const COLUMNS: &str = "id, given_to, item_id, message_id, person_id, asks, note, given_by, given_at, asked_at";

/// Adds evidence. The caller counts anew.
pub async fn add(tx: &mut Tx, evidence: &Evidence) -> Result<()> {
    let e = evidence.clone();
    let sql = format!("INSERT INTO feedback_evidence ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    let values = binds![
        e.id,
        e.given_to,
        e.item_id,
        e.message_id,
        e.person_id,
        e.asks,
        e.note,
        e.given_by,
        e.given_at,
        e.asked_at
    ];
    tx.run(sql, values).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Evidence>> {
    on.row(format!("SELECT {COLUMNS} FROM feedback_evidence WHERE id = $1"), binds![id]).await
}

/// Takes evidence back. The caller counts anew.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<()> {
    tx.run("DELETE FROM feedback_evidence WHERE id = $1", binds![id]).await?;
    Ok(())
}

/// What an item already has of a message.
pub async fn by_message(on: &mut impl Sql, item: FeedbackId, message: MessageId) -> Result<Option<Evidence>> {
    let sql =
        format!("SELECT {COLUMNS} FROM feedback_evidence WHERE message_id = $1 AND item_id = $2 ORDER BY id LIMIT 1");
    on.row(sql, binds![message, item]).await
}

/// The vote on a person's behalf that an item already has.
pub async fn on_behalf(on: &mut impl Sql, item: FeedbackId, person: PersonId) -> Result<Option<Evidence>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM feedback_evidence WHERE person_id = $1 AND item_id = $2 AND message_id IS NULL \
         ORDER BY id LIMIT 1"
    );
    on.row(sql, binds![person, item]).await
}

/// How many rows of evidence an item has.
pub async fn count(on: &mut impl Sql, item: FeedbackId) -> Result<i64> {
    on.number("SELECT COUNT(*) FROM feedback_evidence WHERE item_id = $1", binds![item]).await
}

/// How many people ask for any of these items, each once.
pub async fn askers_of(on: &mut impl Sql, items: &[FeedbackId]) -> Result<i64> {
    let ids: Vec<Value> = items.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT DISTINCT person_id FROM feedback_evidence WHERE item_id IN ({list}) AND asks = TRUE \
               AND person_id IS NOT NULL";
    let mut found: Vec<(PersonId,)> = rows_in(on, sql, &ids).await?;
    found.sort_unstable();
    found.dedup();
    Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
}

/// Evidence as the item's page shows it: with who it is, and where they said it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub id: i64,
    pub given_to: FeedbackId,
    pub message_id: Option<MessageId>,
    pub person_id: Option<PersonId>,
    pub person_name: Option<String>,
    pub asks: bool,
    pub note: String,
    pub given_by: UserId,
    pub given_at: Millis,
    pub asked_at: Millis,
    /// Of the message, while it is there.
    pub channel_id: Option<ChannelId>,
    pub conversation_id: Option<ConversationId>,
    pub state: Option<String>,
    pub snippet: Option<String>,
}

/// What an item rests on, the newest first. `before` is (asked_at, id) of the row that the page before ended with.
pub async fn of_item(
    on: &mut impl Sql,
    item: FeedbackId,
    before: Option<(Millis, i64)>,
    limit: i64,
) -> Result<Vec<Row>> {
    let (at, id) = before.unwrap_or((i64::MAX, i64::MAX));
    let sql = "SELECT e.id, e.given_to, e.message_id, e.person_id, p.name AS person_name, e.asks, e.note, e.given_by, \
               e.given_at, e.asked_at, m.channel_id, m.conversation_id, m.state, b.snippet FROM feedback_evidence e \
               LEFT JOIN persons p ON p.id = e.person_id LEFT JOIN messages m ON m.id = e.message_id \
               LEFT JOIN bodies b ON b.message_id = m.id AND b.revision = m.revision \
               WHERE e.item_id = $1 AND (e.asked_at, e.id) < ($2, $3) ORDER BY e.asked_at DESC, e.id DESC LIMIT $4";
    on.rows(sql, binds![item, at, id, limit]).await
}

/// Where something stands as evidence: the item that it counts under, as it is called.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Place {
    pub message_id: Option<MessageId>,
    pub item_id: FeedbackId,
    pub title: String,
    pub asks: bool,
    pub note: String,
    pub asked_at: Millis,
    /// What is done about it: the change, as it is called, and how it stands.
    pub change_id: Option<ChangeId>,
    pub change: Option<String>,
    pub state: Option<String>,
}

pub(crate) const PLACE: &str = "SELECT e.message_id, e.item_id, i.title, e.asks, e.note, e.asked_at, i.change_id, c.title AS change, c.state \
    FROM feedback_evidence e JOIN feedback_items i ON i.id = e.item_id \
    LEFT JOIN feedback_changes c ON c.id = i.change_id";

/// Which items these messages are evidence of.
pub async fn of_messages(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<Place>> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let mut found: Vec<Place> = rows_in(on, &format!("{PLACE} WHERE e.message_id IN ({{list}})"), &ids).await?;
    found.sort_by_key(|place| (place.message_id, place.item_id));
    found.dedup_by_key(|place| (place.message_id, place.item_id));
    Ok(found)
}

/// What a person asked for or spoke of, the newest first.
pub async fn of_person(on: &mut impl Sql, person: PersonId, limit: i64) -> Result<Vec<Place>> {
    let sql = format!("{PLACE} WHERE e.person_id = $1 ORDER BY e.asked_at DESC, e.id DESC LIMIT $2");
    on.rows(sql, binds![person, limit]).await
}

/// What a person asked for or (`or_spoke`) also spoke of, each item once, the latest first. An item that they asked for and
/// spoke of later is asked for.
pub async fn items_of_person(on: &mut impl Sql, person: PersonId, or_spoke: bool, limit: i64) -> Result<Vec<Place>> {
    let sql = format!(
        "{PLACE} WHERE e.person_id = $1 AND (e.asks OR $2) AND NOT EXISTS (SELECT 1 FROM feedback_evidence n \
         WHERE n.person_id = $1 AND n.item_id = e.item_id AND (n.asks OR $2) AND ((n.asks AND NOT e.asks) \
         OR (n.asks = e.asks AND (n.asked_at, n.id) > (e.asked_at, e.id)))) ORDER BY e.asked_at DESC, e.id DESC LIMIT $3"
    );
    on.rows(sql, binds![person, or_spoke, limit]).await
}

/// An identity of `before` turns out to be another person's: what it said is theirs, and so is what was noted on behalf of
/// who is nobody without it. Gives the items to be counted anew.
pub async fn follow_identity(
    tx: &mut Tx,
    before: PersonId,
    identity: IdentityId,
    person: PersonId,
) -> Result<Vec<FeedbackId>> {
    let which = "person_id = $1 AND (EXISTS (SELECT 1 FROM messages m WHERE m.id = feedback_evidence.message_id \
                 AND m.identity_id = $2) OR (message_id IS NULL AND NOT EXISTS (SELECT 1 FROM identities i \
                 WHERE i.person_id = $1 AND i.id <> $2)))";
    let sql = format!("SELECT DISTINCT item_id FROM feedback_evidence WHERE {which}");
    let items: Vec<(FeedbackId,)> = tx.rows(sql, binds![before, identity]).await?;
    let sql = format!("UPDATE feedback_evidence SET person_id = $3 WHERE {which}");
    tx.run(sql, binds![before, identity, person]).await?;
    Ok(items.into_iter().map(|(item,)| item).collect())
}

/// A person becomes part of another, and all they asked for with them. Gives the items to be counted anew.
pub(crate) async fn join_persons(tx: &mut Tx, from: PersonId, into: PersonId) -> Result<Vec<FeedbackId>> {
    let sql = "SELECT DISTINCT item_id FROM feedback_evidence WHERE person_id = $1";
    let items: Vec<(FeedbackId,)> = tx.rows(sql, binds![from]).await?;
    tx.run("UPDATE feedback_evidence SET person_id = $2 WHERE person_id = $1", binds![from, into]).await?;
    Ok(items.into_iter().map(|(item,)| item).collect())
}

/// They are two again: what was said goes with its message, which has gone already, and a vote on somebody's behalf with
/// what their merge took along. Gives the items to be counted anew.
pub(crate) async fn part_persons(tx: &mut Tx, merge: i64, from: PersonId, held: PersonId) -> Result<Vec<FeedbackId>> {
    let which = "person_id = $1 AND (message_id IN (SELECT id FROM messages WHERE person_id = $2) OR (message_id IS NULL \
                 AND id IN (SELECT part_id FROM person_merge_parts WHERE merge_id = $3 AND kind = 'vote')))";
    let sql = format!("SELECT DISTINCT item_id FROM feedback_evidence WHERE {which}");
    let items: Vec<(FeedbackId,)> = tx.rows(sql, binds![held, from, merge]).await?;
    let sql = format!("UPDATE feedback_evidence SET person_id = $2 WHERE {which}");
    tx.run(sql, binds![held, from, merge]).await?;
    Ok(items.into_iter().map(|(item,)| item).collect())
}

/// Takes a person out of all evidence, what they said and what was noted on their behalf. Gives how many rows went, and
/// the items to be counted anew.
pub async fn forget_person(tx: &mut Tx, person: PersonId) -> Result<(u64, Vec<FeedbackId>)> {
    let sql = "SELECT DISTINCT item_id FROM feedback_evidence WHERE person_id = $1";
    let items: Vec<(FeedbackId,)> = tx.rows(sql, binds![person]).await?;
    let gone = tx.run("DELETE FROM feedback_evidence WHERE person_id = $1", binds![person]).await?;
    Ok((gone, items.into_iter().map(|(item,)| item).collect()))
}
