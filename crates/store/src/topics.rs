//! What people talk about: topics as they are known from week to week, what became of them, and what people decided. Which
//! messages are of them stands in [`crate::topic_messages`].

use crate::{Result, Sql, Tx, Value, binds};
use tertulia_model::{Millis, UserId};

/// A topic of one language. Words, label and profile are JSON, which whoever finds topics writes and reads.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Topic {
    pub id: i64,
    pub language: String,
    /// From which one a person split it; none: it was found.
    pub part_of: Option<i64>,
    pub label: String,
    pub words: String,
    pub profile: String,
    pub first_week: i64,
    pub last_week: i64,
    pub weeks_quiet: i64,
    pub forgotten_week: Option<i64>,
}

const TOPIC: &str = "id, language, part_of, label, words, profile, first_week, last_week, weeks_quiet, forgotten_week";

/// These take the place of what stood under their ids.
pub async fn put(tx: &mut Tx, topics: &[Topic]) -> Result<()> {
    let row = |t: &Topic| {
        binds![
            t.id,
            &t.language,
            t.part_of,
            &t.label,
            &t.words,
            &t.profile,
            t.first_week,
            t.last_week,
            t.weeks_quiet,
            t.forgotten_week
        ]
    };
    let tail = "ON CONFLICT (id) DO UPDATE SET label = excluded.label, words = excluded.words, \
                profile = excluded.profile, last_week = excluded.last_week, weeks_quiet = excluded.weeks_quiet, \
                forgotten_week = excluded.forgotten_week";
    tx.insert_many(&format!("INSERT INTO topics ({TOPIC})"), 10, tail, topics.iter().flat_map(row).collect()).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Topic>> {
    on.row(format!("SELECT {TOPIC} FROM topics WHERE id = $1"), binds![id]).await
}

/// All of a language, also those that nobody looks for any more, by their ids.
pub async fn of_language(on: &mut impl Sql, language: &str) -> Result<Vec<Topic>> {
    on.rows(format!("SELECT {TOPIC} FROM topics WHERE language = $1 ORDER BY id"), binds![language]).await
}

/// Whether any topic is known: else no message need wait to be placed.
pub async fn any(on: &mut impl Sql) -> Result<bool> {
    Ok(on.number("SELECT COUNT(*) FROM (SELECT 1 AS one FROM topics LIMIT 1) AS found", binds![]).await? > 0)
}

/// What became of a topic in a week, and how much was said of it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Week {
    pub topic_id: i64,
    pub week: i64,
    pub messages: i64,
    pub people: i64,
    pub event: Option<String>,
    pub event_of: Option<i64>,
}

/// The weeks of all topics of a language, from one to another, by topic and week.
pub async fn weeks(on: &mut impl Sql, language: &str, (first, last): (i64, i64)) -> Result<Vec<Week>> {
    let sql = "SELECT w.topic_id, w.week, w.messages, w.people, w.event, w.event_of FROM topics t \
               JOIN topic_weeks w ON w.topic_id = t.id WHERE t.language = $1 AND w.week >= $2 AND w.week <= $3 \
               ORDER BY w.topic_id, w.week";
    on.rows(sql, binds![language, first, last]).await
}

/// What became of topics in a week; how much was said of them is to be counted.
pub async fn note_events(tx: &mut Tx, week: i64, events: &[(i64, &str, Option<i64>)]) -> Result<()> {
    let row = |(topic, event, of): &(i64, &str, Option<i64>)| binds![*topic, week, 0, 0, *event, *of, 1];
    let head = "INSERT INTO topic_weeks (topic_id, week, messages, people, event, event_of, stale)";
    let tail = "ON CONFLICT (topic_id, week) DO UPDATE SET event = excluded.event, event_of = excluded.event_of, \
                stale = topic_weeks.stale + 1";
    tx.insert_many(head, 7, tail, events.iter().flat_map(row).collect()).await?;
    Ok(())
}

/// Weeks of topics that are to be counted: topic, week, and what [`recounted`] asks for.
pub async fn to_count(on: &mut impl Sql, limit: i64) -> Result<Vec<(i64, i64, i64)>> {
    let sql = "SELECT topic_id, week, stale FROM topic_weeks WHERE stale > 0 ORDER BY stale, topic_id, week LIMIT $1";
    on.rows(sql, binds![limit]).await
}

/// So much was said of a topic in a week, unless something changed since that was counted.
pub async fn recounted(
    tx: &mut Tx,
    (topic, week, stale): (i64, i64, i64),
    (messages, people): (i64, i64),
) -> Result<()> {
    let sql =
        "UPDATE topic_weeks SET messages = $4, people = $5, stale = 0 WHERE topic_id = $1 AND week = $2 AND stale = $3";
    tx.run(sql, binds![topic, week, stale, messages, people]).await?;
    Ok(())
}

/// The weeks of a language from one on are counted anew: who is one person may have become known otherwise.
pub async fn count_again(tx: &mut Tx, language: &str, first: i64) -> Result<()> {
    let sql = "UPDATE topic_weeks SET stale = stale + 1 WHERE stale = 0 AND week >= $2 AND topic_id IN \
               (SELECT id FROM topics WHERE language = $1)";
    tx.run(sql, binds![language, first]).await?;
    Ok(())
}

/// A week of a language in which topics were looked for.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Run {
    pub language: String,
    pub week: i64,
    pub messages: i64,
    /// How many topics were learnt from; the others were placed by what was learnt.
    pub learnt_from: i64,
    /// How many are of no topic.
    pub of_none: i64,
    pub topics: i64,
    pub at: Millis,
}

const RUN: &str = "language, week, messages, learnt_from, of_none, topics, at";

/// A week was looked at; looked at again, this takes its place.
pub async fn put_run(tx: &mut Tx, run: &Run) -> Result<()> {
    let sql = format!(
        "INSERT INTO topic_runs ({RUN}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (language, week) DO UPDATE SET \
         messages = excluded.messages, learnt_from = excluded.learnt_from, of_none = excluded.of_none, \
         topics = excluded.topics, at = excluded.at"
    );
    let r = run;
    tx.run(sql, binds![&r.language, r.week, r.messages, r.learnt_from, r.of_none, r.topics, r.at]).await?;
    Ok(())
}

/// The weeks of a language that were looked at, from one to another, in their order.
pub async fn runs(on: &mut impl Sql, language: &str, (first, last): (i64, i64)) -> Result<Vec<Run>> {
    let sql = format!("SELECT {RUN} FROM topic_runs WHERE language = $1 AND week >= $2 AND week <= $3 ORDER BY week");
    on.rows(sql, binds![language, first, last]).await
}

/// Each language that was looked at, with its last week and how many messages there were in all, the largest first.
pub async fn languages(on: &mut impl Sql) -> Result<Vec<(String, i64, i64)>> {
    let sql = "SELECT language, MAX(week), CAST(SUM(messages) AS BIGINT) FROM topic_runs GROUP BY language \
               ORDER BY 3 DESC, language";
    on.rows(sql, binds![]).await
}

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Wish {
    pub id: i64,
    /// `merge`, `split`, `rename`, `hide` or `unhide`.
    pub kind: String,
    pub topic_id: i64,
    /// Into which it is merged, or which part was split from it.
    pub other_id: Option<i64>,
    /// Its name from now on.
    pub words: Option<String>,
    pub by_user: UserId,
    pub at: Millis,
    pub undone_by: Option<UserId>,
    pub undone_at: Option<Millis>,
}

const WISH: &str = "w.id, w.kind, w.topic_id, w.other_id, w.words, w.by_user, w.at, w.undone_by, w.undone_at";

/// It holds from now on. After a split all messages of the topic are looked at again.
pub async fn wish(tx: &mut Tx, wish: &Wish) -> Result<()> {
    let looked_to = (wish.kind == "split").then_some(0);
    let sql = "INSERT INTO topic_wishes (id, kind, topic_id, other_id, words, by_user, at, looked_to) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let w = wish;
    tx.run(sql, binds![w.id, &w.kind, w.topic_id, w.other_id, w.words.clone(), w.by_user, w.at, looked_to]).await?;
    Ok(())
}

/// It is taken back, or (`None`) holds again; whether that changed anything.
pub async fn take_back(tx: &mut Tx, id: i64, at: Option<(UserId, Millis)>) -> Result<bool> {
    let sql = "UPDATE topic_wishes SET undone_by = $2, undone_at = $3 WHERE id = $1 AND \
               (undone_at IS NULL) <> (CAST($3 AS BIGINT) IS NULL)";
    let values = binds![id, at.map(|(by, _)| by), at.map(|(_, at)| at)];
    Ok(tx.run(sql, values).await? > 0)
}

pub async fn one_wish(on: &mut impl Sql, id: i64) -> Result<Option<Wish>> {
    on.row(format!("SELECT {WISH} FROM topic_wishes w WHERE w.id = $1"), binds![id]).await
}

/// All that hold, the first decided first.
pub async fn standing(on: &mut impl Sql) -> Result<Vec<Wish>> {
    on.rows(format!("SELECT {WISH} FROM topic_wishes w WHERE w.undone_at IS NULL ORDER BY w.id"), binds![]).await
}

/// All there ever were, the newest first, below one.
pub async fn wishes(on: &mut impl Sql, below: Option<i64>, limit: i64) -> Result<Vec<Wish>> {
    let sql = format!("SELECT {WISH} FROM topic_wishes w WHERE w.id < $1 ORDER BY w.id DESC LIMIT $2");
    on.rows(sql, binds![below.unwrap_or(i64::MAX), limit]).await
}

/// A split after which messages are still to be looked at: its number, the topic, and up to which message they were.
pub async fn to_look(on: &mut impl Sql) -> Result<Option<(i64, i64, i64)>> {
    let sql =
        "SELECT id, topic_id, looked_to FROM topic_wishes WHERE looked_to IS NOT NULL ORDER BY looked_to, id LIMIT 1";
    on.row(sql, binds![]).await
}

/// Messages were looked at from one to another (none: all of them), unless somebody had them looked at anew meanwhile.
pub async fn looked(tx: &mut Tx, wish: i64, (from, to): (i64, Option<i64>)) -> Result<()> {
    let values: Vec<Value> = binds![wish, to, from];
    tx.run("UPDATE topic_wishes SET looked_to = $2 WHERE id = $1 AND looked_to = $3", values).await?;
    Ok(())
}

/// All messages of the topic of a split are looked at again.
pub async fn look_anew(tx: &mut Tx, wish: i64) -> Result<()> {
    tx.run("UPDATE topic_wishes SET looked_to = 0 WHERE id = $1 AND kind = 'split'", binds![wish]).await?;
    Ok(())
}
