//! What models and people make of messages: labels, and where a person said that one is wrong.

use crate::{
    Result, Sql, Tx, Value, binds,
    db::{rows_in, rows_in_with},
    monitors, topic_messages,
};
use std::collections::BTreeSet;
use tertulia_model::{ChannelId, MessageId, Millis, UserId};

/// What the models make of one wording of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Labelled {
    pub message_id: MessageId,
    pub revision: i64,
    pub version: i64,
    /// As `analysis::labels::Labels::to_row` gives them.
    pub values: [Option<i64>; 10],
}

#[derive(sqlx::FromRow)]
struct Row {
    message_id: MessageId,
    revision: i64,
    version: i64,
    language: Option<i64>,
    language_sure: Option<i64>,
    sentiment: Option<i64>,
    sentiment_sure: Option<i64>,
    noise: Option<i64>,
    noise_sure: Option<i64>,
    substance: Option<i64>,
    substance_sure: Option<i64>,
    acts: Option<i64>,
    acts_sure: Option<i64>,
}

impl From<Row> for Labelled {
    fn from(row: Row) -> Self {
        let values = [
            row.language,
            row.language_sure,
            row.sentiment,
            row.sentiment_sure,
            row.noise,
            row.noise_sure,
            row.substance,
            row.substance_sure,
            row.acts,
            row.acts_sure,
        ];
        Self { message_id: row.message_id, revision: row.revision, version: row.version, values }
    }
}

const VALUES: [&str; 10] = [
    "language",
    "language_sure",
    "sentiment",
    "sentiment_sure",
    "noise",
    "noise_sure",
    "substance",
    "substance_sure",
    "acts",
    "acts_sure",
];

/// The columns of [`Row`], of a table that is called `l`: PostgreSQL tells small numbers from large ones.
fn columns() -> String {
    let values: Vec<String> = VALUES.iter().map(|name| format!("CAST(l.{name} AS BIGINT) AS {name}")).collect();
    format!("l.message_id, l.revision, l.version, {}", values.join(", "))
}

/// These take the place of what stood of their messages.
pub async fn put(tx: &mut Tx, labelled: &[Labelled]) -> Result<()> {
    let row = |one: &Labelled| {
        let mut values = binds![one.message_id, one.revision, one.version];
        values.extend(one.values.map(Value::from));
        values
    };
    let head = format!("INSERT INTO labels (message_id, revision, version, {})", VALUES.join(", "));
    let anew: Vec<String> = VALUES.iter().map(|name| format!("{name} = excluded.{name}")).collect();
    let tail = format!(
        "ON CONFLICT (message_id) DO UPDATE SET revision = excluded.revision, version = excluded.version, {}",
        anew.join(", ")
    );
    tx.insert_many(&head, 13, &tail, labelled.iter().flat_map(row).collect()).await?;
    let ids: Vec<MessageId> = labelled.iter().map(|one| one.message_id).collect();
    touched(tx, &ids).await
}

/// The columns in memory hear of these; what the same transaction added they hear of anyway.
async fn touched(tx: &mut Tx, messages: &[MessageId]) -> Result<()> {
    let ids: Vec<Value> = messages.iter().filter(|id| !tx.news_of(**id)).map(|id| Value::from(*id)).collect();
    let places: Vec<(i64,)> = rows_in(tx, "SELECT place FROM messages WHERE id IN ({list})", &ids).await?;
    places.into_iter().for_each(|(place,)| tx.news().place(place));
    topic_messages::place_later(tx, messages).await
}

/// What the models make of these messages, in the order of their ids.
pub async fn of(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<Labelled>> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("SELECT {} FROM labels l WHERE l.message_id IN ({{list}})", columns());
    let mut found: Vec<Labelled> = rows_in::<Row>(on, &sql, &ids).await?.into_iter().map(Labelled::from).collect();
    found.sort_unstable_by_key(|one| one.message_id);
    found.dedup_by_key(|one| one.message_id);
    Ok(found)
}

/// How many messages were labelled by each version, the newest first.
pub async fn by_version(on: &mut impl Sql) -> Result<Vec<(i64, i64)>> {
    on.rows("SELECT version, COUNT(*) FROM labels GROUP BY version ORDER BY version DESC", binds![]).await
}

/// Of what is to be labelled and was labelled by another version than these, which rise: the highest place, the lowest, and how many
/// there are. None where there is none.
pub async fn outdated_between(on: &mut impl Sql, versions: &[i64]) -> Result<Option<(i64, i64, i64)>> {
    // A question for each gap between them: each goes along the index, past nothing but what was labelled otherwise.
    let lower = std::iter::once(-1).chain(versions.iter().copied());
    let upper = versions.iter().copied().chain(std::iter::once(i64::MAX));
    let sql = "SELECT MAX(m.place), MIN(m.place), COUNT(*) FROM labels l JOIN messages m ON m.id = l.message_id \
               WHERE l.version > $1 AND l.version < $2 AND m.direction = 'theirs' AND m.state = 'shown'";
    let mut all: Option<(i64, i64, i64)> = None;
    for (lower, upper) in lower.zip(upper) {
        let found: Option<(Option<i64>, Option<i64>, i64)> = on.row(sql, binds![lower, upper]).await?;
        if let Some((Some(highest), Some(lowest), many)) = found {
            let (above, below, before) = all.unwrap_or((highest, lowest, 0));
            all = Some((highest.max(above), lowest.min(below), many + before));
        }
    }
    Ok(all)
}

/// A message that was labelled by another version or never, with its words.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Outdated {
    pub id: MessageId,
    pub place: i64,
    pub revision: i64,
    /// In which it is stored.
    pub language: String,
    /// `public` or `private`.
    pub visibility: String,
    pub subject: Option<String>,
    pub text: String,
    /// As [`crate::messages::flags`] say it.
    pub flags: i64,
    /// The language as it was labelled before, where it was.
    pub labelled: Option<i64>,
}

/// What was looked at for messages that are to be labelled again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The lowest place that was looked at; none at the end.
    pub lowest: Option<i64>,
    pub many: i64,
    pub old: Vec<Outdated>,
}

/// The next messages of theirs below a place, by falling place: so many that are looked at, up to so many that another version than
/// these labelled, or none did.
pub async fn outdated(on: &mut impl Sql, versions: &[i64], below: i64, (look, most): (i64, usize)) -> Result<Looked> {
    let sql = "SELECT m.place, m.id, COALESCE(l.version, -1) FROM messages m LEFT JOIN labels l ON l.message_id = m.id \
               WHERE m.place < $1 AND m.direction = 'theirs' AND m.state = 'shown' ORDER BY m.place DESC LIMIT $2";
    let mut looked: Vec<(i64, MessageId, i64)> = on.rows(sql, binds![below, look]).await?;
    let is_old = |one: &(i64, MessageId, i64)| !versions.contains(&one.2);
    // Behind the last that is handed over nothing was looked at yet.
    if let Some((last, _)) = looked.iter().enumerate().filter(|(_, one)| is_old(one)).nth(most.max(1) - 1) {
        looked.truncate(last + 1);
    }
    let lowest = looked.last().map(|(place, ..)| *place);
    let old: Vec<Value> = looked.iter().filter(|one| is_old(one)).map(|(_, id, _)| Value::from(*id)).collect();
    let sql = "SELECT m.id, m.place, m.revision, m.language, m.visibility, m.flags, b.subject, b.text, \
               CAST(l.language AS BIGINT) AS labelled FROM messages m JOIN bodies b ON b.message_id = m.id AND b.revision = m.revision \
               LEFT JOIN labels l ON l.message_id = m.id WHERE m.id IN ({list}) AND m.state = 'shown'";
    let mut found: Vec<Outdated> = rows_in(on, sql, &old).await?;
    found.sort_unstable_by_key(|one| std::cmp::Reverse(one.place));
    found.dedup_by_key(|one| one.place);
    Ok(Looked { lowest, many: i64::try_from(looked.len()).unwrap_or(look), old: found })
}

/// How many messages are to be labelled. Reads through all of them.
pub async fn count_to_label(on: &mut impl Sql) -> Result<i64> {
    on.number("SELECT COUNT(*) FROM messages WHERE direction = 'theirs' AND state = 'shown'", binds![]).await
}

/// Of these messages those that are still shown in this wording.
pub async fn still(on: &mut impl Sql, messages: &[(MessageId, i64)]) -> Result<Vec<MessageId>> {
    let ids: Vec<Value> = messages.iter().map(|(id, _)| Value::from(*id)).collect();
    let sql = "SELECT id, revision FROM messages WHERE id IN ({list}) AND state = 'shown' AND direction = 'theirs'";
    let mut found: Vec<(MessageId, i64)> = rows_in(on, sql, &ids).await?;
    found.retain(|one| messages.contains(one));
    found.sort_unstable();
    found.dedup();
    Ok(found.into_iter().map(|(id, _)| id).collect())
}

/// Gives a message another language; the monitors that ask for one look at it again.
pub async fn set_language(tx: &mut Tx, message: MessageId, language: &str) -> Result<()> {
    set_languages(tx, &[message], language).await
}

/// As [`set_language`], for many that get the same.
pub async fn set_languages(tx: &mut Tx, messages: &[MessageId], language: &str) -> Result<()> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = "UPDATE messages SET language = $1 WHERE id IN ({list}) RETURNING place";
    let touched: Vec<(i64,)> = rows_in_with(tx, sql, &[Value::from(language)], &ids).await?;
    touched.into_iter().for_each(|(place,)| tx.news().place(place));
    monitors::match_by(tx, messages, monitors::uses::LANGUAGE).await
}

/// What a person said of one kind of label.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Correction {
    pub id: i64,
    pub message_id: MessageId,
    pub kind: i64,
    pub value: i64,
    pub by_user: UserId,
    pub at: Millis,
    /// None while it holds.
    pub ended_at: Option<Millis>,
    /// Of a language: in which one the message stood before anybody said another.
    pub stood: Option<String>,
}

const CORRECTION: &str =
    "id, message_id, CAST(kind AS BIGINT) AS kind, CAST(value AS BIGINT) AS value, by_user, at, ended_at, stood";

/// It holds from now on, and what held before no more.
pub async fn correct(tx: &mut Tx, correction: &Correction) -> Result<()> {
    let c = correction;
    let sql = "UPDATE label_corrections SET ended_at = $3 WHERE message_id = $1 AND kind = $2 AND ended_at IS NULL";
    tx.run(sql, binds![c.message_id, c.kind, c.at]).await?;
    let sql = "INSERT INTO label_corrections (id, message_id, kind, value, by_user, at, stood) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    tx.run(sql, binds![c.id, c.message_id, c.kind, c.value, c.by_user, c.at, c.stood.as_deref()]).await?;
    touched(tx, &[c.message_id]).await
}

/// It ends at a moment, or (`None`) holds again; `Conflict` where another holds by then.
pub async fn end(tx: &mut Tx, correction: i64, at: Option<Millis>) -> Result<()> {
    let sql = "UPDATE label_corrections SET ended_at = $2 WHERE id = $1 RETURNING message_id";
    let of: Vec<(MessageId,)> = tx.rows(sql, binds![correction, at]).await?;
    touched(tx, &of.into_iter().map(|(id,)| id).collect::<Vec<_>>()).await
}

/// A message was worded anew: what was said of its old words holds no more.
pub async fn end_all(tx: &mut Tx, message: MessageId, at: Millis) -> Result<u64> {
    touched(tx, &[message]).await?;
    let sql = "UPDATE label_corrections SET ended_at = $2 WHERE message_id = $1 AND ended_at IS NULL";
    tx.run(sql, binds![message, at]).await
}

/// The one that holds, before it is changed: nobody else changes it until the commit.
pub async fn standing_to_change(tx: &mut Tx, message: MessageId, kind: i64) -> Result<Option<Correction>> {
    let lock = tx.dialect().for_update();
    let sql = format!(
        "SELECT {CORRECTION} FROM label_corrections WHERE message_id = $1 AND kind = $2 AND ended_at IS NULL {lock}"
    );
    tx.row(sql, binds![message, kind]).await
}

/// One of them, whether or not it holds.
pub async fn correction(on: &mut impl Sql, id: i64) -> Result<Option<Correction>> {
    on.row(format!("SELECT {CORRECTION} FROM label_corrections WHERE id = $1"), binds![id]).await
}

/// Those that hold of these messages, by message and kind.
pub async fn corrections(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<Correction>> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = format!("SELECT {CORRECTION} FROM label_corrections WHERE message_id IN ({{list}}) AND ended_at IS NULL");
    let mut found: Vec<Correction> = rows_in(on, &sql, &ids).await?;
    found.sort_unstable_by_key(|one| (one.message_id, one.kind));
    found.dedup_by_key(|one| (one.message_id, one.kind));
    Ok(found)
}

/// All that was ever said of a message, the newest first.
pub async fn history(on: &mut impl Sql, message: MessageId) -> Result<Vec<Correction>> {
    let sql = format!("SELECT {CORRECTION} FROM label_corrections WHERE message_id = $1 ORDER BY id DESC");
    on.rows(sql, binds![message]).await
}

/// How many messages are corrected now, of each kind.
pub async fn count_corrected(on: &mut impl Sql) -> Result<Vec<(i64, i64)>> {
    let sql =
        "SELECT CAST(kind AS BIGINT), COUNT(*) FROM label_corrections WHERE ended_at IS NULL GROUP BY kind ORDER BY 1";
    on.rows(sql, binds![]).await
}

/// A copy of a message of ours gives way to it: what a person said of the one is said of the other, where nothing was.
pub(crate) async fn follow_message(tx: &mut Tx, copy: MessageId, original: MessageId) -> Result<()> {
    let sql = "UPDATE label_corrections SET message_id = $2 WHERE message_id = $1 AND kind NOT IN \
               (SELECT o.kind FROM label_corrections o WHERE o.message_id = $2 AND o.ended_at IS NULL)";
    tx.run(sql, binds![copy, original]).await?;
    touched(tx, &[original]).await
}

/// Everything that was said about words goes with them.
pub(crate) async fn forget(tx: &mut Tx, messages: &[Value]) -> Result<()> {
    for table in TABLES {
        tx.run_in(&format!("DELETE FROM {table} WHERE message_id IN ({{list}})"), messages).await?;
    }
    topic_messages::forget(tx, messages).await
}

/// A message leaves its samples before what was read of it goes: whoever reads it holds the first while they write the second.
const TABLES: [&str; 4] = ["labels", "label_corrections", "label_sample_messages", "label_readings"];

/// One message as a sample is drawn from it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Candidate {
    pub id: MessageId,
    pub place: i64,
    pub revision: i64,
    pub channel_id: ChannelId,
    pub language: String,
}

/// The next so many messages below a place, by falling place, that people wrote and that still have their words: the lowest
/// place that was looked at (none at the end), and those of them that were in no sample of this kind.
pub async fn candidates(on: &mut impl Sql, kind: i64, below: i64, look: i64) -> Result<(Option<i64>, Vec<Candidate>)> {
    let sql = "SELECT m.id, m.place, m.revision, m.channel_id, m.language FROM messages m \
               WHERE m.place < $1 AND m.direction = 'theirs' AND m.state = 'shown' AND m.auto = 'person' \
               ORDER BY m.place DESC LIMIT $2";
    let mut found: Vec<Candidate> = on.rows(sql, binds![below, look]).await?;
    let lowest = found.last().map(|one| one.place);
    let ids: Vec<MessageId> = found.iter().map(|one| one.id).collect();
    let known = sampled(on, kind, &ids).await?;
    found.retain(|one| !known.contains(&one.id));
    Ok((lowest, found))
}

/// Those of these messages that are in a sample of a kind.
pub async fn sampled(on: &mut impl Sql, kind: i64, messages: &[MessageId]) -> Result<BTreeSet<MessageId>> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT s.message_id FROM label_sample_messages s JOIN label_samples p ON p.id = s.sample_id \
               WHERE p.kind = $1 AND s.message_id IN ({list})";
    let known: Vec<(MessageId,)> = rows_in_with(on, sql, &[Value::from(kind)], &ids).await?;
    Ok(known.into_iter().map(|(id,)| id).collect())
}
