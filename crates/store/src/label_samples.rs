//! Random samples of messages, and what those who read them said: from this alone it is measured how often a label is wrong.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{ChannelId, MessageId, Millis, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Sample {
    pub id: i64,
    pub kind: i64,
    /// How many were asked for of each language on each channel.
    pub each_cell: i64,
    pub seed: i64,
    pub drawn_by: UserId,
    pub drawn_at: Millis,
    pub ended_at: Option<Millis>,
}

/// One message of a sample.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Drawn {
    pub sample_id: i64,
    pub message_id: MessageId,
    pub position: i64,
    pub channel_id: ChannelId,
    pub language: String,
    /// How many messages there were in its cell.
    pub of_cell: i64,
    pub revision: i64,
    /// What holds where readers differed.
    pub settled: Option<i64>,
    pub settled_by: Option<UserId>,
    pub settled_at: Option<Millis>,
}

/// What one reader said of one message.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Reading {
    pub sample_id: i64,
    pub message_id: MessageId,
    pub by_user: UserId,
    /// None: it cannot be told.
    pub value: Option<i64>,
    pub at: Millis,
}

const SAMPLE: &str = "id, CAST(kind AS BIGINT) AS kind, each_cell, seed, drawn_by, drawn_at, ended_at";
const DRAWN: &str = "s.sample_id, s.message_id, s.position, s.channel_id, s.language, s.of_cell, s.revision, \
    CAST(s.settled AS BIGINT) AS settled, s.settled_by, s.settled_at";
const READING: &str = "r.sample_id, r.message_id, r.by_user, CAST(r.value AS BIGINT) AS value, r.at";

pub async fn add(tx: &mut Tx, sample: &Sample, messages: &[Drawn]) -> Result<()> {
    let s = sample;
    let sql =
        "INSERT INTO label_samples (id, kind, each_cell, seed, drawn_by, drawn_at) VALUES ($1, $2, $3, $4, $5, $6)";
    tx.run(sql, binds![s.id, s.kind, s.each_cell, s.seed, s.drawn_by, s.drawn_at]).await?;
    let row = |m: &Drawn| binds![s.id, m.message_id, m.position, m.channel_id, &m.language, m.of_cell, m.revision];
    let head =
        "INSERT INTO label_sample_messages (sample_id, message_id, position, channel_id, language, of_cell, revision)";
    tx.insert_many(head, 7, "", messages.iter().flat_map(row).collect()).await?;
    Ok(())
}

/// All samples, the newest first; each was drawn by hand, so they are few.
pub async fn all(on: &mut impl Sql) -> Result<Vec<Sample>> {
    on.rows(format!("SELECT {SAMPLE} FROM label_samples ORDER BY id DESC LIMIT 1000"), binds![]).await
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Sample>> {
    on.row(format!("SELECT {SAMPLE} FROM label_samples WHERE id = $1"), binds![id]).await
}

/// Nobody is asked to go on with it, or (`None`) they are again.
pub async fn end(tx: &mut Tx, id: i64, at: Option<Millis>) -> Result<()> {
    tx.run("UPDATE label_samples SET ended_at = $2 WHERE id = $1", binds![id, at]).await?;
    Ok(())
}

/// Lets a sample go of which nothing was read; false where something was: then its messages are gone in this transaction, which
/// has to be rolled back.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<bool> {
    // Whoever reads one of them holds it until what they say is there: so these go first, and only then it is looked.
    tx.run("DELETE FROM label_sample_messages WHERE sample_id = $1", binds![id]).await?;
    if tx.number("SELECT COUNT(*) FROM label_readings WHERE sample_id = $1", binds![id]).await? > 0 {
        return Ok(false);
    }
    tx.run("DELETE FROM label_samples WHERE id = $1", binds![id]).await?;
    Ok(true)
}

/// A message was worded anew: no sample holds it any more, and what was read was of other words.
pub async fn leave(tx: &mut Tx, message: MessageId) -> Result<()> {
    // In this order: whoever reads it holds the first while they write the second.
    for table in ["label_sample_messages", "label_readings"] {
        tx.run(format!("DELETE FROM {table} WHERE message_id = $1"), binds![message]).await?;
    }
    Ok(())
}

/// The messages of a sample that still have their words, in the order in which they are read.
pub async fn messages(on: &mut impl Sql, sample: i64) -> Result<Vec<Drawn>> {
    let sql = format!("SELECT {DRAWN} FROM label_sample_messages s WHERE s.sample_id = $1 ORDER BY s.position");
    on.rows(sql, binds![sample]).await
}

/// What was read of a sample, message by message.
pub async fn readings(on: &mut impl Sql, sample: i64) -> Result<Vec<Reading>> {
    let sql =
        format!("SELECT {READING} FROM label_readings r WHERE r.sample_id = $1 ORDER BY r.message_id, r.at, r.by_user");
    on.rows(sql, binds![sample]).await
}

/// A reader says this, and no more what they said before.
pub async fn read(tx: &mut Tx, reading: &Reading) -> Result<()> {
    let r = reading;
    let sql = "INSERT INTO label_readings (sample_id, message_id, by_user, value, at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (sample_id, message_id, by_user) DO UPDATE SET value = excluded.value, at = excluded.at";
    tx.run(sql, binds![r.sample_id, r.message_id, r.by_user, r.value, r.at]).await?;
    Ok(())
}

/// A reader takes back what they said.
pub async fn unread(tx: &mut Tx, (sample, message): (i64, MessageId), by: UserId) -> Result<bool> {
    let sql = "DELETE FROM label_readings WHERE sample_id = $1 AND message_id = $2 AND by_user = $3";
    Ok(tx.run(sql, binds![sample, message, by]).await? > 0)
}

/// What holds where readers differed: the value, who says so, and when; none: nothing does yet.
pub async fn settle(
    tx: &mut Tx,
    (sample, message): (i64, MessageId),
    settled: Option<(i64, UserId, Millis)>,
) -> Result<()> {
    let sql = "UPDATE label_sample_messages SET settled = $3, settled_by = $4, settled_at = $5 \
               WHERE sample_id = $1 AND message_id = $2";
    let value = settled.map(|(value, ..)| value);
    let (by, at) = (settled.map(|(_, by, _)| by), settled.map(|(.., at)| at));
    tx.run(sql, binds![sample, message, value, by, at]).await?;
    Ok(())
}

/// A message of a sample, before it is changed: nobody else changes it until the commit.
pub async fn message_to_change(tx: &mut Tx, sample: i64, message: MessageId) -> Result<Option<Drawn>> {
    let lock = tx.dialect().for_update();
    let sql =
        format!("SELECT {DRAWN} FROM label_sample_messages s WHERE s.sample_id = $1 AND s.message_id = $2 {lock}");
    tx.row(sql, binds![sample, message]).await
}

/// All messages of all samples of a kind: what is measured rests on these.
pub async fn drawn_of_kind(on: &mut impl Sql, kind: i64) -> Result<Vec<Drawn>> {
    let sql = format!(
        "SELECT {DRAWN} FROM label_samples p JOIN label_sample_messages s ON s.sample_id = p.id \
         WHERE p.kind = $1 ORDER BY s.sample_id, s.position"
    );
    on.rows(sql, binds![kind]).await
}

/// The same, of what was read.
pub async fn readings_of_kind(on: &mut impl Sql, kind: i64) -> Result<Vec<Reading>> {
    let sql = format!(
        "SELECT {READING} FROM label_samples p JOIN label_readings r ON r.sample_id = p.id \
         WHERE p.kind = $1 ORDER BY r.sample_id, r.message_id, r.at, r.by_user"
    );
    on.rows(sql, binds![kind]).await
}
