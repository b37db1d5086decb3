//! Whoever asked for a change and is told what became of it, or asked whether it helped: one row for a person and a change.
//! How one stands whose sending is under way follows the delivery, in the same transaction ([`follow`]).

use crate::{
    Result, Sql, Tx, Value, binds,
    db::{rows_in, rows_in_with},
};
use tertulia_model::{
    ChangeId, ChannelId, ConversationId, DeliveryId, DeliveryState, MessageId, Millis, PersonId, UserId,
};

/// What became of a change is told, by the name of its state; once it is done it is asked whether it helped.
pub const DONE: &str = "done";
pub const DECLINED: &str = "declined";
pub const HELPED: &str = "helped";

/// One person and one change.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Telling {
    pub id: i64,
    pub change_id: ChangeId,
    /// [`DONE`], [`DECLINED`] or [`HELPED`].
    pub kind: String,
    pub person_id: PersonId,
    /// False where another one of the same person counts.
    pub stands: bool,
    /// What they said, which is answered.
    pub message_id: Option<MessageId>,
    pub language: String,
    /// `draft`, `queued`, `unknown`, `failed`, `told`, `by_hand`, `skipped` or `owed`.
    pub state: String,
    /// Why it is owed.
    pub reason: Option<String>,
    /// In place of the text, for this one.
    pub words: Option<String>,
    pub note: Option<String>,
    /// Both as they were before the last [`put`], as long as it answers the same message.
    pub words_before: Option<String>,
    pub note_before: Option<String>,
    pub asked_at: Millis,
    pub delivery_id: Option<DeliveryId>,
    pub by_user: Option<UserId>,
    pub acted_at: Option<Millis>,
    pub told_at: Option<Millis>,
    pub took: Option<Millis>,
    /// `helped`, `not` or `unclear`.
    pub answer: Option<String>,
    pub answer_message_id: Option<MessageId>,
    pub answered_by: Option<UserId>,
    pub answered_at: Option<Millis>,
    pub version: i64,
}

const COLUMNS: &str = "id, change_id, kind, person_id, stands, message_id, language, state, reason, words, note, words_before, \
    note_before, asked_at, delivery_id, by_user, acted_at, told_at, took, answer, answer_message_id, answered_by, answered_at, version";

/// Adds those that are not there. What was owed is a draft where it can be told by now, or owed for the reason it is owed
/// for now. A draft whose message is no private one by which they still ask answers the one that is by now. Gives how many
/// were added or became something else.
pub async fn add(tx: &mut Tx, tellings: &[Telling]) -> Result<u64> {
    let row = |t: &Telling| {
        let t = t.clone();
        binds![t.id, t.change_id, t.kind, t.person_id, true, t.message_id, t.language, t.state, t.reason, t.asked_at]
    };
    let head =
        "INSERT INTO tellings (id, change_id, kind, person_id, stands, message_id, language, state, reason, asked_at)";
    let tail = "ON CONFLICT (change_id, kind, person_id) WHERE stands = TRUE DO UPDATE SET message_id = excluded.message_id, \
                language = excluded.language, state = excluded.state, reason = excluded.reason, words = NULL, \
                words_before = NULL, note_before = NULL, asked_at = excluded.asked_at, version = tellings.version + 1 \
                WHERE (tellings.state = 'owed' AND (excluded.state = 'draft' \
                OR COALESCE(tellings.reason, '') <> COALESCE(excluded.reason, ''))) \
                OR (tellings.state = 'draft' AND tellings.kind <> 'helped' \
                AND COALESCE(tellings.message_id, 0) <> COALESCE(excluded.message_id, 0) AND NOT EXISTS \
                (SELECT 1 FROM feedback_evidence e JOIN feedback_items i ON i.id = e.item_id JOIN messages n ON n.id = e.message_id \
                WHERE e.message_id = tellings.message_id AND e.person_id = tellings.person_id AND e.asks = TRUE \
                AND i.change_id = tellings.change_id AND i.merged_into IS NULL AND n.state = 'shown' \
                AND n.visibility <> 'public'))";
    tx.insert_many(head, 10, tail, tellings.iter().flat_map(row).collect()).await
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Telling>> {
    on.row(format!("SELECT {COLUMNS} FROM tellings WHERE id = $1"), binds![id]).await
}

/// As it stays until the transaction ends. Its delivery is to be held before it, where it has one.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Telling>> {
    let sql = format!("SELECT {COLUMNS} FROM tellings WHERE id = $1 {}", tx.dialect().for_update());
    tx.row(sql, binds![id]).await
}

/// The one that a delivery is, or was, a sending of; as it stays until the transaction ends.
pub async fn by_delivery(tx: &mut Tx, delivery: DeliveryId) -> Result<Option<Telling>> {
    match of_delivery(tx, delivery).await? {
        Some(id) => get_to_change(tx, id).await,
        None => Ok(None),
    }
}

/// Which telling a delivery is, or was, a sending of.
pub async fn of_delivery(on: &mut impl Sql, delivery: DeliveryId) -> Result<Option<i64>> {
    let sql = "SELECT telling_id FROM telling_deliveries WHERE delivery_id = $1";
    Ok(on.row::<(i64,)>(sql, binds![delivery]).await?.map(|(id,)| id))
}

/// How it stands by what a person did; its version rises. What it said before stays beside it, for whoever undoes that.
pub async fn put(tx: &mut Tx, telling: &Telling) -> Result<()> {
    let t = telling.clone();
    let sql = "UPDATE tellings SET message_id = $2, language = $3, state = $4, reason = $5, words = $6, note = $7, asked_at = $8, \
               delivery_id = $9, by_user = $10, acted_at = $11, told_at = $12, took = $13, answer = $14, \
               answer_message_id = $15, answered_by = $16, answered_at = $17, version = version + 1, note_before = note, \
               words_before = CASE WHEN COALESCE(message_id, 0) = COALESCE($2, 0) THEN words END WHERE id = $1";
    let values = binds![
        t.id,
        t.message_id,
        t.language,
        t.state,
        t.reason,
        t.words,
        t.note,
        t.asked_at,
        t.delivery_id,
        t.by_user,
        t.acted_at,
        t.told_at,
        t.took,
        t.answer,
        t.answer_message_id,
        t.answered_by,
        t.answered_at
    ];
    tx.run(sql, values).await?;
    if let Some(delivery) = t.delivery_id {
        let sql = "INSERT INTO telling_deliveries (delivery_id, telling_id) VALUES ($1, $2) ON CONFLICT (delivery_id) DO NOTHING";
        tx.run(sql, binds![delivery, t.id]).await?;
    }
    settle(tx, t.person_id).await
}

/// Its delivery came to another state. One that was told by hand meanwhile, or is written anew, does not follow it.
pub(crate) async fn follow(tx: &mut Tx, delivery: DeliveryId, state: DeliveryState, now: Millis) -> Result<()> {
    let (becomes, reason, told_at) = match state {
        DeliveryState::Queued => ("queued", None, None),
        DeliveryState::Sent => ("told", None, Some(now)),
        DeliveryState::Failed => ("failed", None, None),
        DeliveryState::Unknown => ("unknown", None, None),
        DeliveryState::Withdrawn => ("owed", Some("withdrawn"), None),
    };
    let told = "CASE WHEN $4 IS NULL THEN NULL ELSE COALESCE(told_at, $4) END".replace("$4", "CAST($4 AS BIGINT)");
    let sql = format!(
        "UPDATE tellings SET state = $2, reason = $3, told_at = {told}, \
         took = CASE WHEN kind <> 'helped' AND {told} >= asked_at THEN {told} - asked_at \
         WHEN kind <> 'helped' AND {told} < asked_at THEN 0 END, version = version + 1 \
         WHERE delivery_id = $1 AND state IN ('queued', 'unknown', 'failed', 'told') RETURNING person_id"
    );
    for (person,) in tx.rows::<(PersonId,)>(sql, binds![delivery, becomes, reason, told_at]).await? {
        settle(tx, person).await?;
    }
    Ok(())
}

/// Of several of one person for one change: which one counts. What was answered goes before all, then what got through,
/// what may have, what failed; of two alike the first.
const RANK: &str = "CASE WHEN answer IS NOT NULL THEN 0 WHEN state IN ('told', 'by_hand') THEN 1 \
    WHEN state IN ('queued', 'unknown') THEN 2 WHEN state = 'failed' THEN 3 WHEN state = 'draft' THEN 4 \
    WHEN state = 'skipped' THEN 5 ELSE 6 END, COALESCE(answered_at, told_at, acted_at, 0), id";

async fn settle(tx: &mut Tx, person: PersonId) -> Result<()> {
    let aside = "SELECT COUNT(*) FROM tellings WHERE person_id = $1 AND stands = FALSE";
    if tx.number(aside, binds![person]).await? == 0 {
        return Ok(());
    }
    rank(tx, person).await
}

async fn rank(tx: &mut Tx, person: PersonId) -> Result<()> {
    let first = format!(
        "SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY change_id, kind ORDER BY {RANK}) AS nth FROM tellings \
         WHERE person_id = $1) AS ranked WHERE nth = 1"
    );
    for (stands, is_first) in [("FALSE", "NOT IN"), ("TRUE", "IN")] {
        let sql = format!(
            "UPDATE tellings SET stands = {stands}, version = version + 1 WHERE person_id = $1 AND stands <> {stands} \
             AND id {is_first} ({first})"
        );
        tx.run(sql, binds![person]).await?;
    }
    Ok(())
}

/// Moves those of a person that `which` tells (of `$1`) to another.
async fn move_to(tx: &mut Tx, (from, to): (PersonId, PersonId), which: &str, more: Vec<Value>) -> Result<()> {
    let sql = format!(
        "UPDATE tellings SET stands = FALSE, person_id = $2, version = version + 1 WHERE person_id = $1 AND {which}"
    );
    let mut values = binds![from, to];
    values.extend(more);
    if tx.run(sql, values).await? > 0 {
        rank(tx, from).await?;
        rank(tx, to).await?;
    }
    Ok(())
}

/// A person becomes part of another, with all they were told.
pub(crate) async fn join_persons(tx: &mut Tx, from: PersonId, into: PersonId) -> Result<()> {
    move_to(tx, (from, into), "TRUE", binds![]).await
}

/// They are two again: what answers a message goes with it, as it has gone already, and what answers none with what their
/// merge took along.
pub(crate) async fn part_persons(tx: &mut Tx, merge: i64, from: PersonId, held: PersonId) -> Result<()> {
    let which = "(message_id IN (SELECT id FROM messages WHERE person_id = $2) OR (message_id IS NULL AND id IN \
                 (SELECT part_id FROM person_merge_parts WHERE merge_id = $3 AND kind = 'telling')))";
    move_to(tx, (held, from), which, binds![merge]).await
}

/// An identity of `before` turns out to be another person's: what answers what it said goes along, and so does all of one
/// who is nobody without it.
pub(crate) async fn follow_identity(
    tx: &mut Tx,
    before: PersonId,
    identity: tertulia_model::IdentityId,
    person: PersonId,
) -> Result<()> {
    let which = "(EXISTS (SELECT 1 FROM messages m WHERE m.id = tellings.message_id AND m.identity_id = $3) \
                 OR (message_id IS NULL AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.person_id = $1 AND i.id <> $3)))";
    move_to(tx, (before, person), which, binds![identity]).await
}

/// Takes all that a person was told. Gives how many rows went.
pub async fn forget_person(tx: &mut Tx, person: PersonId) -> Result<u64> {
    let theirs = "SELECT id FROM tellings WHERE person_id = $1";
    tx.run(format!("DELETE FROM telling_deliveries WHERE telling_id IN ({theirs})"), binds![person]).await?;
    tx.run("DELETE FROM tellings WHERE person_id = $1", binds![person]).await
}

/// The words of these messages are gone: whatever quotes them here goes as well, and nothing is left to answer. That
/// somebody was told, and whether it helped, stays.
pub(crate) async fn forget_words(tx: &mut Tx, messages: &[Value]) -> Result<()> {
    let sql = "UPDATE tellings SET words = NULL, note = NULL, words_before = NULL, note_before = NULL, \
               reason = CASE WHEN state = 'draft' THEN 'deleted' ELSE reason END, \
               state = CASE WHEN state = 'draft' THEN 'owed' ELSE state END, version = version + 1 \
               WHERE message_id IN ({list})";
    tx.run_in(sql, messages).await?;
    Ok(())
}

/// Drafts, and what is owed, of who does not ask for the change any more, or is asked whether it helped and was not told after
/// all, up to a number; they are in nobody's way.
pub async fn stale(on: &mut impl Sql, change: ChangeId, limit: i64) -> Result<Vec<i64>> {
    let sql = format!("SELECT t.id FROM tellings t WHERE {STALE} ORDER BY t.id LIMIT $2");
    Ok(on.rows::<(i64,)>(sql, binds![change, limit]).await?.into_iter().map(|(id,)| id).collect())
}

/// Takes those of these that are still so.
pub async fn forget_stale(tx: &mut Tx, change: ChangeId, ids: &[i64]) -> Result<()> {
    for id in ids {
        let sql = format!(
            "DELETE FROM tellings WHERE id = $2 AND id IN (SELECT t.id FROM tellings t WHERE {STALE} AND t.id = $2)"
        );
        tx.run(sql, binds![change, *id]).await?;
    }
    Ok(())
}

const STALE: &str = "t.change_id = $1 AND t.stands = TRUE AND t.state IN ('draft', 'owed') AND (t.kind <> 'helped' AND NOT EXISTS \
    (SELECT 1 FROM feedback_evidence e JOIN feedback_items i ON i.id = e.item_id WHERE e.person_id = t.person_id \
    AND e.asks = TRUE AND i.change_id = $1 AND i.merged_into IS NULL) \
    OR t.kind = 'helped' AND t.answer IS NULL AND NOT EXISTS (SELECT 1 FROM tellings d WHERE d.change_id = $1 \
    AND d.kind = 'done' AND d.person_id = t.person_id AND d.stands = TRUE AND d.told_at IS NOT NULL))";

/// The conversation in which something of a change was last sent to a person, or was to be.
pub async fn last_held(on: &mut impl Sql, change: ChangeId, person: PersonId) -> Result<Option<ConversationId>> {
    let sql = "SELECT c.id FROM tellings t JOIN telling_deliveries s ON s.telling_id = t.id \
               JOIN deliveries d ON d.id = s.delivery_id JOIN conversations c ON c.id = d.conversation_id \
               WHERE t.person_id = $2 AND t.change_id = $1 AND c.person_id = $2 ORDER BY d.id DESC LIMIT 1";
    Ok(on.row::<(ConversationId,)>(sql, binds![change, person]).await?.map(|(id,)| id))
}

/// When the last of those is due that wait to be told on a channel for the first time; what is tried again holds nobody up.
pub async fn last_due(on: &mut impl Sql, channel: ChannelId) -> Result<Option<Millis>> {
    let sql = "SELECT MAX(j.run_at) FROM jobs j JOIN deliveries d ON d.id = j.subject \
               JOIN tellings t ON t.delivery_id = d.id \
               WHERE j.kind = 'send' AND j.channel_id = $1 AND d.attempts = 0 AND d.state = 'queued'";
    Ok(on.row::<(Option<Millis>,)>(sql, binds![channel]).await?.and_then(|(at,)| at))
}

/// Whether a person was told that it is done.
pub async fn is_told(on: &mut impl Sql, change: ChangeId, person: PersonId) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM tellings WHERE change_id = $1 AND kind = 'done' AND person_id = $2 AND stands = TRUE \
               AND told_at IS NOT NULL";
    Ok(on.number(sql, binds![change, person]).await? > 0)
}

/// How many there are of each state.
pub async fn counts(on: &mut impl Sql, change: ChangeId, kind: &str) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT state, COUNT(*) FROM tellings WHERE change_id = $1 AND kind = $2 AND stands = TRUE \
               GROUP BY state ORDER BY state";
    on.rows(sql, binds![change, kind]).await
}

/// In which languages those write who are to be told, and how many in each; the most first.
pub async fn languages(on: &mut impl Sql, change: ChangeId, kind: &str) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT language, COUNT(*) AS many FROM tellings WHERE change_id = $1 AND kind = $2 AND stands = TRUE \
               AND state = 'draft' GROUP BY language ORDER BY many DESC, language";
    on.rows(sql, binds![change, kind]).await
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub id: i64,
    pub change_id: ChangeId,
    pub change_title: String,
    pub kind: String,
    pub person_id: PersonId,
    pub person_name: String,
    pub message_id: Option<MessageId>,
    pub language: String,
    pub state: String,
    pub reason: Option<String>,
    pub note: Option<String>,
    pub asked_at: Millis,
    pub told_at: Option<Millis>,
    pub took: Option<Millis>,
    pub answer: Option<String>,
    /// Of what they said, while it is there.
    pub channel_id: Option<ChannelId>,
    pub conversation_id: Option<ConversationId>,
    pub snippet: Option<String>,
    /// Of ours on its way to them, and what there is to say of it.
    pub sent_message_id: Option<MessageId>,
    pub sent_reason: Option<String>,
}

const ROW: &str = "SELECT t.id, t.change_id, c.title AS change_title, t.kind, t.person_id, p.name AS person_name, t.message_id, \
    t.language, t.state, t.reason, t.note, t.asked_at, t.told_at, t.took, t.answer, m.channel_id, m.conversation_id, b.snippet, \
    d.message_id AS sent_message_id, d.reason AS sent_reason FROM tellings t \
    JOIN feedback_changes c ON c.id = t.change_id JOIN persons p ON p.id = t.person_id \
    LEFT JOIN messages m ON m.id = t.message_id LEFT JOIN bodies b ON b.message_id = m.id AND b.revision = m.revision \
    LEFT JOIN deliveries d ON d.id = t.delivery_id";

/// Those of a change in one of these states, after an id.
pub async fn list(
    on: &mut impl Sql,
    (change, kind): (ChangeId, &str),
    states: &[&str],
    after: i64,
    limit: i64,
) -> Result<Vec<Row>> {
    let states: Vec<Value> = states.iter().map(|state| Value::from(*state)).collect();
    let fixed = binds![change, kind, after, limit];
    let sql = format!(
        "{ROW} WHERE t.change_id = $1 AND t.kind = $2 AND t.stands = TRUE AND t.state IN ({{list}}) AND t.id > $3 \
         ORDER BY t.id LIMIT $4"
    );
    rows_in_with(on, &sql, &fixed, &states).await
}

/// The next draft after one, or the last one before it.
pub async fn beside(on: &mut impl Sql, telling: &Telling, back: bool) -> Result<Option<i64>> {
    let (way, order) = if back { ("<", "DESC") } else { (">", "ASC") };
    let sql = format!(
        "SELECT id FROM tellings WHERE change_id = $1 AND kind = $2 AND stands = TRUE AND state = 'draft' AND id {way} $3 \
         ORDER BY id {order} LIMIT 1"
    );
    let found: Option<(i64,)> = on.row(sql, binds![telling.change_id, telling.kind.as_str(), telling.id]).await?;
    Ok(found.map(|(id,)| id))
}

/// How many drafts stand before one.
pub async fn count_before(on: &mut impl Sql, telling: &Telling) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM tellings WHERE change_id = $1 AND kind = $2 AND stands = TRUE AND state = 'draft' AND id < $3";
    on.number(sql, binds![telling.change_id, telling.kind.as_str(), telling.id]).await
}

/// What is owed of all changes that are done or declined to those who ask for them, before an id, the newest first. Of an item
/// that was joined to another change it is owed there.
pub async fn debts(on: &mut impl Sql, before: Option<i64>, limit: i64) -> Result<Vec<Row>> {
    let sql = format!(
        "{ROW} WHERE t.stands = TRUE AND t.kind <> 'helped' AND t.state IN ('owed', 'failed') AND t.id < $1 \
         AND t.kind = c.state AND EXISTS (SELECT 1 FROM feedback_evidence e JOIN feedback_items i ON i.id = e.item_id \
         WHERE e.person_id = t.person_id AND e.asks = TRUE AND i.change_id = t.change_id AND i.merged_into IS NULL) \
         ORDER BY t.id DESC LIMIT $2"
    );
    on.rows(sql, binds![before.unwrap_or(i64::MAX), limit]).await
}

/// All that a person was told, or is owed, also where another one of theirs counts, the newest first.
pub async fn of_person(on: &mut impl Sql, person: PersonId) -> Result<Vec<Telling>> {
    whole_where(on, "t.person_id = $1 ORDER BY t.id DESC", binds![person]).await
}

/// Those by whose words these messages were answered, or which they answer: (message of ours, telling, kind).
pub async fn sent_by(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<(MessageId, i64, String)>> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT d.message_id, t.id, t.kind FROM deliveries d JOIN tellings t ON t.delivery_id = d.id \
               WHERE d.message_id IN ({list})";
    let mut found: Vec<(MessageId, i64, String)> = rows_in(on, sql, &ids).await?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Rows of which `which` holds (of `t`, and what [`Row`] is made of), ended by `tail`.
pub(crate) async fn rows_where(on: &mut impl Sql, which: &str, tail: &str, values: Vec<Value>) -> Result<Vec<Row>> {
    on.rows(format!("{ROW} WHERE {which} {tail}"), values).await
}

/// The same, of tellings alone.
pub(crate) async fn whole_where(on: &mut impl Sql, which: &str, values: Vec<Value>) -> Result<Vec<Telling>> {
    on.rows(format!("SELECT {COLUMNS} FROM tellings t WHERE {which}"), values).await
}
