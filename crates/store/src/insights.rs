//! What insights are made of: messages without their words, as the columns in memory hold them; what is known of persons,
//! and how the customers are made up.

use crate::{
    Record, Result, Sql, Value, binds,
    db::rows_in_with,
    messages::flags,
    segments::{self, Rule},
};
use tertulia_model::{ChannelId, MonitorId, PersonId};

/// A message as the columns hold it: said by a person, passed on to nobody, and still there or let go only since its days were
/// over.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Said {
    pub place: i64,
    pub channel_id: ChannelId,
    /// None also where another message carries its id with other words: one of the two may be forged.
    pub person_id: Option<PersonId>,
    pub is_theirs: bool,
    pub is_public: bool,
    /// Its words, and all that was made of them, were let go since its days were over.
    pub is_aged: bool,
    /// What was let go said that it was promotion or spam.
    pub was_noise: bool,
    pub language: String,
    /// What models make of it, as `analysis::labels` numbers it; none where they say nothing.
    pub sentiment: Option<i64>,
    pub sentiment_sure: Option<i64>,
    pub noise: Option<i64>,
    pub noise_sure: Option<i64>,
    pub substance: Option<i64>,
    pub substance_sure: Option<i64>,
    pub acts: Option<i64>,
}

/// $1 is FORWARD, $2 is AGED, $3 is NOISE, $4 is DOUBTFUL.
const SAID: &str = "SELECT m.place, m.channel_id, CASE WHEN m.flags & $4 = 0 THEN m.person_id END AS person_id, \
                    m.direction = 'theirs' AS is_theirs, m.visibility = 'public' AS is_public, \
                    m.flags & $2 <> 0 AS is_aged, m.flags & $3 <> 0 AS was_noise, m.language, CAST(l.sentiment AS BIGINT) AS sentiment, \
                    CAST(l.sentiment_sure AS BIGINT) AS sentiment_sure, CAST(l.noise AS BIGINT) AS noise, \
                    CAST(l.noise_sure AS BIGINT) AS noise_sure, CAST(l.substance AS BIGINT) AS substance, \
                    CAST(l.substance_sure AS BIGINT) AS substance_sure, CAST(l.acts AS BIGINT) AS acts \
                    FROM messages m LEFT JOIN labels l ON l.message_id = m.id";
const COUNTS: &str = "m.auto = 'person' AND (m.state = 'shown' OR m.flags & $2 <> 0) AND m.flags & $1 = 0";

fn fixed() -> [Value; 4] {
    [flags::FORWARD, flags::AGED, flags::NOISE, flags::DOUBTFUL].map(Value::from)
}

/// The messages from one place up to another, both with it, in their order; of at most `limit` places, and the place from which
/// to go on, where there may be more.
pub async fn said(on: &mut impl Sql, (first, last): (i64, i64), limit: i64) -> Result<(Vec<Said>, Option<i64>)> {
    // Where they end is asked first, and of nothing but places: of how many messages count a database without statistics has no
    // idea, and sorts all that come after for each page.
    let sql = "SELECT MAX(place), COUNT(*) FROM (SELECT place FROM messages WHERE place >= $1 ORDER BY place LIMIT $2) AS above";
    let (end, many): (Option<i64>, i64) = on.row(sql, binds![first, limit]).await?.unwrap_or_default();
    let Some(end) = end else { return Ok((Vec::new(), None)) };
    let sql = format!("{SAID} WHERE m.place >= $5 AND m.place <= $6 AND {COUNTS} ORDER BY m.place");
    let mut values = Vec::from(fixed());
    values.extend(binds![first, end.min(last)]);
    let said = on.rows(sql, values).await?;
    Ok((said, (many == limit && end < last).then_some(end + 1)))
}

/// All that these persons said, in no order.
pub async fn said_by(on: &mut impl Sql, persons: &[PersonId]) -> Result<Vec<Said>> {
    let ids: Vec<Value> = persons.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("{SAID} WHERE m.person_id IN ({{list}}) AND {COUNTS}");
    once_each(rows_in_with(on, &sql, &fixed(), &ids).await?)
}

/// The messages at these places, in no order.
pub async fn said_at(on: &mut impl Sql, places: &[i64]) -> Result<Vec<Said>> {
    let values: Vec<Value> = places.iter().map(|place| Value::from(*place)).collect();
    let sql = format!("{SAID} WHERE m.place IN ({{list}}) AND {COUNTS}");
    once_each(rows_in_with(on, &sql, &fixed(), &values).await?)
}

fn once_each(mut found: Vec<Said>) -> Result<Vec<Said>> {
    found.sort_unstable_by_key(|said| said.place);
    found.dedup_by_key(|said| said.place);
    Ok(found)
}

/// What people say against models, of messages from one place to another: place, kind, value.
pub async fn corrected(on: &mut impl Sql, (first, last): (i64, i64)) -> Result<Vec<(i64, i64, i64)>> {
    let sql = "SELECT m.place, CAST(c.kind AS BIGINT), CAST(c.value AS BIGINT) FROM label_corrections c \
               JOIN messages m ON m.id = c.message_id WHERE c.ended_at IS NULL AND m.place >= $1 AND m.place <= $2 \
               ORDER BY m.place, c.kind";
    on.rows(sql, binds![first, last]).await
}

/// The place of the last message; 0 where there is none.
pub async fn last_place(on: &mut impl Sql) -> Result<i64> {
    on.number("SELECT MAX(place) FROM messages", binds![]).await
}

/// What holds of an attribute for one person.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Holds {
    pub person_id: PersonId,
    pub value: String,
    pub folded: String,
    pub number: Option<f64>,
}

/// What holds of an attribute for everybody of whom it is known, by their number; after one. What only lists say of customers
/// who left does not count.
pub async fn holding(on: &mut impl Sql, attribute: &str, after: PersonId, limit: i64) -> Result<Vec<Holds>> {
    let sql = "SELECT v.person_id, v.value, v.folded, v.number FROM person_values v WHERE v.attribute = $1 \
               AND v.person_id > $2 AND (NOT EXISTS (SELECT 1 FROM customers k WHERE k.person_id = v.person_id \
               AND k.left_at IS NOT NULL) OR EXISTS (SELECT 1 FROM customers k JOIN attribute_values o \
               ON o.customer_id = k.id AND o.attribute = $1 WHERE k.person_id = v.person_id AND k.left_at IS NULL) \
               OR EXISTS (SELECT 1 FROM persons p JOIN attribute_values o ON o.person_id = p.id AND o.attribute = $1 \
               WHERE p.id = v.person_id OR p.merged_into = v.person_id)) ORDER BY v.person_id LIMIT $3";
    on.rows(sql, binds![attribute, after, limit]).await
}

/// A customer who stands in a list: whom of those who were heard they are, and what the list says of one attribute.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Customer {
    pub id: i64,
    pub person_id: Option<PersonId>,
    pub value: Option<String>,
    pub folded: Option<String>,
    pub number: Option<f64>,
}

/// The customers who did not leave, with what is known of an attribute, by their number; after one. Where two values are said of
/// one, the newest is the last.
pub async fn customers(on: &mut impl Sql, attribute: &str, after: i64, limit: i64) -> Result<Vec<Customer>> {
    // Whole customers at a time: one may have several values.
    let sql = "SELECT above.id, above.person_id, v.value, v.folded, v.number FROM \
               (SELECT id, person_id FROM customers WHERE left_at IS NULL AND id > $2 ORDER BY id LIMIT $3) AS above \
               LEFT JOIN attribute_values v ON v.customer_id = above.id AND v.attribute = $1 ORDER BY above.id, v.at, v.id";
    on.rows(sql, binds![attribute, after, limit]).await
}

/// The places of what a monitor found by its present wording, without what was marked as noise, from one place up to another.
pub async fn found_by(on: &mut impl Sql, monitor: MonitorId, (first, last): (i64, i64)) -> Result<Vec<i64>> {
    let sql = "SELECT place FROM mentions WHERE monitor_id = $1 AND version = (SELECT version FROM monitors WHERE id = $1) \
               AND place >= $2 AND place <= $3 AND state <> 'noise' ORDER BY place";
    Ok(column(on.rows(sql, binds![monitor, first, last]).await?))
}

fn column<T>(rows: Vec<(T,)>) -> Vec<T>
where
    (T,): Record,
{
    rows.into_iter().map(|(value,)| value).collect()
}

/// Who is in a segment by its rules, by their number; after one.
pub async fn in_segment(on: &mut impl Sql, rules: &[Rule], after: PersonId, limit: i64) -> Result<Vec<PersonId>> {
    let mut values = binds![after, limit];
    let narrow = segments::condition(rules, "p.id", &mut values);
    let sql =
        format!("SELECT p.id FROM persons p WHERE p.merged_into IS NULL AND p.id > $1{narrow} ORDER BY p.id LIMIT $2");
    Ok(column(on.rows(sql, values).await?))
}
