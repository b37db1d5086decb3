//! Which messages are of which topic, which wait to be placed, and what is read of messages to find topics.

use crate::{
    Result, Sql, Tx, Value, binds,
    db::{rows_in, rows_in_with},
    messages::flags,
    topics,
};
use std::collections::{BTreeMap, BTreeSet};
use tertulia_model::{MessageId, PersonId};

/// Where a message belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Placed {
    pub message_id: MessageId,
    /// As it was found.
    pub topic_id: i64,
    /// The part of it that a person split from it, or itself.
    pub unit_id: i64,
    pub week: i64,
    /// By which wording.
    pub revision: i64,
    /// 0 to 100.
    pub sure: i64,
    /// Its rank among the typical ones of its week.
    pub typical: Option<i64>,
}

const PLACED: &str =
    "message_id, topic_id, unit_id, week, revision, CAST(sure AS BIGINT) AS sure, CAST(typical AS BIGINT) AS typical";

/// Messages belong here from now on; the weeks they leave and come to are to be counted.
pub async fn put(tx: &mut Tx, placed: &[Placed]) -> Result<()> {
    let ids: Vec<Value> = placed.iter().map(|one| one.message_id.into()).collect();
    leave(tx, &ids).await?;
    let row = |p: &Placed| binds![p.message_id, p.topic_id, p.unit_id, p.week, p.revision, p.sure, p.typical];
    let head = "INSERT INTO message_topics (message_id, topic_id, unit_id, week, revision, sure, typical)";
    let tail = "ON CONFLICT (message_id) DO UPDATE SET topic_id = excluded.topic_id, unit_id = excluded.unit_id, \
                week = excluded.week, revision = excluded.revision, sure = excluded.sure, typical = excluded.typical";
    tx.insert_many(head, 7, tail, placed.iter().flat_map(row).collect()).await?;
    let weeks: BTreeSet<(i64, i64)> = placed.iter().map(|one| (one.unit_id, one.week)).collect();
    let head = "INSERT INTO topic_weeks (topic_id, week, messages, people, stale)";
    let tail = "ON CONFLICT (topic_id, week) DO UPDATE SET stale = topic_weeks.stale + 1";
    let values = weeks.into_iter().flat_map(|(unit, week)| binds![unit, week, 0, 0, 1]).collect();
    tx.insert_many(head, 5, tail, values).await?;
    Ok(())
}

/// The weeks in which these messages were counted are to be counted anew.
async fn leave(tx: &mut Tx, messages: &[Value]) -> Result<()> {
    let sql = "UPDATE topic_weeks SET stale = stale + 1 WHERE (topic_id, week) IN \
               (SELECT unit_id, week FROM message_topics WHERE message_id IN ({list}))";
    tx.run_in(sql, messages).await?;
    Ok(())
}

/// Messages belong nowhere.
pub async fn take_out(tx: &mut Tx, messages: &[MessageId]) -> Result<()> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    leave(tx, &ids).await?;
    tx.run_in("DELETE FROM message_topics WHERE message_id IN ({list})", &ids).await?;
    Ok(())
}

/// What was made of words goes with them.
pub(crate) async fn forget(tx: &mut Tx, messages: &[Value]) -> Result<()> {
    leave(tx, messages).await?;
    for table in ["message_topics", "to_place"] {
        tx.run_in(&format!("DELETE FROM {table} WHERE message_id IN ({{list}})"), messages).await?;
    }
    Ok(())
}

/// Where these messages belong, by their ids; those that belong nowhere are left out.
pub async fn of(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<Placed>> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("SELECT {PLACED} FROM message_topics WHERE message_id IN ({{list}})");
    let mut found: Vec<Placed> = rows_in(on, &sql, &ids).await?;
    found.sort_unstable_by_key(|one| one.message_id);
    found.dedup_by_key(|one| one.message_id);
    Ok(found)
}

/// The newest messages of some units in these weeks, below one.
pub async fn newest(
    on: &mut impl Sql,
    units: &[i64],
    (first, last): (i64, i64),
    below: Option<MessageId>,
    limit: i64,
) -> Result<Vec<Placed>> {
    let sql = format!(
        "SELECT {PLACED} FROM message_topics WHERE unit_id = $1 AND message_id < $2 AND week >= $3 AND week <= $4 \
         ORDER BY message_id DESC LIMIT $5"
    );
    let below = below.unwrap_or(MessageId(i64::MAX));
    let mut found: Vec<Placed> = Vec::new();
    for unit in units {
        found.extend(on.rows::<Placed>(sql.clone(), binds![*unit, below, first, last, limit]).await?);
    }
    found.sort_unstable_by_key(|one| std::cmp::Reverse(one.message_id));
    found.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(found)
}

/// The messages of a topic, also those of its parts, after one, by their ids.
pub async fn of_topic(on: &mut impl Sql, topic: i64, after: i64, limit: i64) -> Result<Vec<Placed>> {
    let sql = format!(
        "SELECT {PLACED} FROM message_topics WHERE topic_id = $1 AND message_id > $2 ORDER BY message_id LIMIT $3"
    );
    on.rows(sql, binds![topic, after, limit]).await
}

/// The newest messages of a topic, also those of its parts.
pub async fn newest_of_topic(on: &mut impl Sql, topic: i64, limit: i64) -> Result<Vec<Placed>> {
    let sql = format!("SELECT {PLACED} FROM message_topics WHERE topic_id = $1 ORDER BY message_id DESC LIMIT $2");
    on.rows(sql, binds![topic, limit]).await
}

/// The typical messages of each of some units, so many of each, those of the last of these weeks first.
pub async fn typical(
    on: &mut impl Sql,
    units: &[i64],
    weeks: (i64, i64),
    limit: i64,
) -> Result<BTreeMap<i64, Vec<Placed>>> {
    of_each(on, units, weeks, limit, ("AND typical IS NOT NULL", "week DESC, message_topics.typical")).await
}

/// The newest messages of each of some units, so many of each.
pub async fn newest_of_each(
    on: &mut impl Sql,
    units: &[i64],
    weeks: (i64, i64),
    limit: i64,
) -> Result<BTreeMap<i64, Vec<Placed>>> {
    of_each(on, units, weeks, limit, ("", "message_id DESC")).await
}

async fn of_each(
    on: &mut impl Sql,
    units: &[i64],
    (first, last): (i64, i64),
    limit: i64,
    (which, order): (&str, &str),
) -> Result<BTreeMap<i64, Vec<Placed>>> {
    let ids: Vec<Value> = units.iter().map(|id| Value::from(*id)).collect();
    let sql = format!(
        "SELECT {PLACED} FROM (SELECT message_topics.*, ROW_NUMBER() OVER (PARTITION BY unit_id ORDER BY {order}) AS rank \
         FROM message_topics WHERE week >= $1 AND week <= $2 {which} AND unit_id IN ({{list}})) AS last_of_unit WHERE rank <= $3 \
         ORDER BY unit_id, rank"
    );
    let found: Vec<Placed> = rows_in_with(on, &sql, &[first.into(), last.into(), limit.into()], &ids).await?;
    let mut of_unit: BTreeMap<i64, Vec<Placed>> = BTreeMap::new();
    found.into_iter().for_each(|one| of_unit.entry(one.unit_id).or_default().push(one));
    Ok(of_unit)
}

/// How many messages are of these units in these weeks, and of how many people.
pub async fn count(on: &mut impl Sql, units: &[i64], (first, last): (i64, i64)) -> Result<(i64, i64)> {
    let ids: Vec<Value> = units.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT COUNT(*), COUNT(DISTINCT m.person_id) FROM message_topics t JOIN messages m ON m.id = t.message_id \
               WHERE t.week >= $1 AND t.week <= $2 AND t.unit_id IN ({list})";
    let found: Vec<(i64, i64)> = rows_in_with(on, sql, &[first.into(), last.into()], &ids).await?;
    Ok(found.into_iter().fold((0, 0), |(a, b), (messages, people)| (a + messages, b + people)))
}

/// How many messages of each of these units in these weeks each person wrote whom somebody knows: unit, person, messages.
pub async fn voices(on: &mut impl Sql, units: &[i64], (first, last): (i64, i64)) -> Result<Vec<(i64, PersonId, i64)>> {
    let ids: Vec<Value> = units.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT t.unit_id, m.person_id, COUNT(*) FROM message_topics t JOIN messages m ON m.id = t.message_id \
               WHERE t.week >= $1 AND t.week <= $2 AND m.person_id IS NOT NULL AND t.unit_id IN ({list}) \
               GROUP BY t.unit_id, m.person_id ORDER BY t.unit_id, m.person_id";
    rows_in_with(on, sql, &[first.into(), last.into()], &ids).await
}

/// Where the messages of these units in these weeks stand, in their order.
pub async fn places(on: &mut impl Sql, units: &[i64], (first, last): (i64, i64)) -> Result<Vec<i64>> {
    let ids: Vec<Value> = units.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT m.place FROM message_topics t JOIN messages m ON m.id = t.message_id \
               WHERE t.week >= $1 AND t.week <= $2 AND t.unit_id IN ({list})";
    let found: Vec<(i64,)> = rows_in_with(on, sql, &[first.into(), last.into()], &ids).await?;
    let mut places: Vec<i64> = found.into_iter().map(|(place,)| place).collect();
    places.sort_unstable();
    Ok(places)
}

/// These are looked at again soon: they came, or something is known of them otherwise.
pub(crate) async fn place_later(tx: &mut Tx, messages: &[MessageId]) -> Result<()> {
    if messages.is_empty() || !topics::any(tx).await? {
        return Ok(());
    }
    let values = messages.iter().map(|id| Value::from(*id)).collect();
    tx.insert_many("INSERT INTO to_place (message_id)", 1, "ON CONFLICT (message_id) DO NOTHING", values).await?;
    Ok(())
}

pub async fn any_waiting(on: &mut impl Sql) -> Result<bool> {
    Ok(on.number("SELECT COUNT(*) FROM (SELECT 1 AS one FROM to_place LIMIT 1) AS waiting", binds![]).await? > 0)
}

/// Takes messages that wait to be placed, the oldest first. Whoever changes one meanwhile waits for this transaction.
pub async fn take_waiting(tx: &mut Tx, limit: i64) -> Result<Vec<MessageId>> {
    let sql = format!(
        "DELETE FROM to_place WHERE message_id IN (SELECT message_id FROM to_place ORDER BY message_id LIMIT $1 {}) \
         RETURNING message_id",
        tx.dialect().skip_locked()
    );
    Ok(tx.rows::<(MessageId,)>(sql, binds![limit]).await?.into_iter().map(|(id,)| id).collect())
}

/// A message as topics are found from it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Candidate {
    pub id: MessageId,
    pub place: i64,
    pub revision: i64,
    pub person_id: Option<PersonId>,
    pub language: String,
    pub subject: Option<String>,
    pub text: String,
}

const CANDIDATE: &str = "SELECT m.id, m.place, m.revision, m.person_id, m.language, b.subject, b.text FROM messages m \
    JOIN bodies b ON b.message_id = m.id AND b.revision = m.revision LEFT JOIN labels l ON l.message_id = m.id \
    LEFT JOIN label_corrections c ON c.message_id = m.id AND c.kind = $1 AND c.ended_at IS NULL";

/// Whether topics are found from a message: a person said it, it is still there, and it is no noise by what holds of it.
/// $1 is the kind of label, $2 what is no noise, $3 the mark of what is passed on.
const COUNTS: &str = "m.direction = 'theirs' AND m.state = 'shown' AND m.auto = 'person' AND m.flags & $3 = 0 \
    AND COALESCE(c.value, l.noise, $2) = $2";

/// What of the labels says whether a message is noise.
#[derive(Debug, Clone, Copy)]
pub struct NoNoise {
    /// The kind of label, and its value where it is none.
    pub kind: i64,
    pub value: i64,
}

impl NoNoise {
    fn fixed(self, more: Vec<Value>) -> Vec<Value> {
        let mut values = binds![self.kind, self.value, flags::FORWARD];
        values.extend(more);
        values
    }
}

/// The messages of a language that topics are found from, after one place and before another, in their order.
pub async fn between(
    on: &mut impl Sql,
    no_noise: NoNoise,
    language: &str,
    (after, before): (i64, i64),
    limit: i64,
) -> Result<Vec<Candidate>> {
    let sql = format!(
        "{CANDIDATE} WHERE m.place > $4 AND m.place < $5 AND m.language = $6 AND {COUNTS} ORDER BY m.place LIMIT $7"
    );
    on.rows(sql, no_noise.fixed(binds![after, before, language, limit])).await
}

/// Those of these messages that topics are found from.
pub async fn by_ids(on: &mut impl Sql, no_noise: NoNoise, messages: &[MessageId]) -> Result<Vec<Candidate>> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("{CANDIDATE} WHERE m.id IN ({{list}}) AND {COUNTS}");
    let mut found: Vec<Candidate> = rows_in_with(on, &sql, &no_noise.fixed(Vec::new()), &ids).await?;
    found.sort_unstable_by_key(|one| one.place);
    found.dedup_by_key(|one| one.place);
    Ok(found)
}

/// Of these messages of a language those from which topics are still found, in this wording.
pub async fn still(
    on: &mut impl Sql,
    no_noise: NoNoise,
    language: &str,
    messages: &[(MessageId, i64)],
) -> Result<Vec<MessageId>> {
    let ids: Vec<Value> = messages.iter().map(|(id, _)| Value::from(*id)).collect();
    let sql = format!(
        "SELECT m.id, m.revision FROM messages m LEFT JOIN labels l ON l.message_id = m.id \
         LEFT JOIN label_corrections c ON c.message_id = m.id AND c.kind = $1 AND c.ended_at IS NULL \
         WHERE m.id IN ({{list}}) AND m.language = $4 AND {COUNTS}"
    );
    let mut found: Vec<(MessageId, i64)> = rows_in_with(on, &sql, &no_noise.fixed(binds![language]), &ids).await?;
    found.sort_unstable();
    found.dedup();
    let mut asked = messages.to_vec();
    asked.sort_unstable();
    found.retain(|one| asked.binary_search(one).is_ok());
    Ok(found.into_iter().map(|(id, _)| id).collect())
}

/// How many messages of each language topics could be found from, between two places. Reads through all of them.
pub async fn count_languages(
    on: &mut impl Sql,
    no_noise: NoNoise,
    (after, before): (i64, i64),
) -> Result<Vec<(String, i64)>> {
    let sql = format!(
        "SELECT m.language, COUNT(*) FROM messages m LEFT JOIN labels l ON l.message_id = m.id \
         LEFT JOIN label_corrections c ON c.message_id = m.id AND c.kind = $1 AND c.ended_at IS NULL \
         WHERE m.place > $4 AND m.place < $5 AND {COUNTS} GROUP BY m.language ORDER BY COUNT(*) DESC, m.language"
    );
    on.rows(sql, no_noise.fixed(binds![after, before])).await
}
