//! The coverage ledger: for each channel and day what was heard and how late, what was seen and not kept, and when the
//! channel was not heard at all. Days are days of UTC, counted since 1970-01-01.

use crate::{Result, Sql, Tx, binds};
use std::collections::{BTreeMap, HashSet};
use tertulia_model::{ChannelId, Gap, Millis};

pub const DAY: Millis = 86_400_000;

/// The day of a moment.
pub fn day_of(at: Millis) -> i64 {
    at.div_euclid(DAY)
}

/// What a piece adds to a day.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Heard {
    pub live: i64,
    pub history: i64,
    /// Of what was heard live and says when it was written: how many, their lags together, and the longest.
    pub lag_times: i64,
    pub lag_total: Millis,
    pub lag_most: Millis,
    pub sampled: Option<f64>,
}

pub async fn note_heard(tx: &mut Tx, channel: ChannelId, day: i64, heard: &Heard) -> Result<()> {
    let sql = "INSERT INTO ledger_days (channel_id, day, heard, history, lag_times, lag_total, lag_most, sampled) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (channel_id, day) DO UPDATE SET \
               heard = ledger_days.heard + excluded.heard, history = ledger_days.history + excluded.history, \
               lag_times = ledger_days.lag_times + excluded.lag_times, \
               lag_total = ledger_days.lag_total + excluded.lag_total, \
               lag_most = CASE WHEN ledger_days.lag_most > excluded.lag_most THEN ledger_days.lag_most ELSE excluded.lag_most END, \
               sampled = CASE WHEN ledger_days.sampled IS NULL OR excluded.sampled < ledger_days.sampled \
               THEN excluded.sampled ELSE ledger_days.sampled END";
    let h = heard;
    let values = binds![channel, day, h.live, h.history, h.lag_times, h.lag_total, h.lag_most, h.sampled];
    tx.run(sql, values).await?;
    Ok(())
}

/// Why something that was seen was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It was no message.
    Passed,
    /// It stands in Quarantine.
    Aside,
    /// No monitor looks for it.
    Unwatched,
    /// It came after the channel's number for the day was reached.
    Over,
    /// Somebody asked to be erased, and it is theirs.
    Erased,
    /// The channel's own count.
    Counted,
    /// A call at the channel's door was refused.
    Refused,
    /// It was kept, for as long as the channel keeps its messages.
    Aged,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Aside => "aside",
            Self::Unwatched => "unwatched",
            Self::Over => "over",
            Self::Erased => "erased",
            Self::Counted => "counted",
            Self::Refused => "refused",
            Self::Aged => "aged",
        }
    }
}

/// Reasons of a day are few; of a channel that makes up ever new ones, those beyond this number are counted together.
const MOST_REASONS: usize = 200;
const LONGEST_REASON: usize = 300;
const OTHER: &str = "other reasons";

pub async fn note_counts(
    tx: &mut Tx,
    channel: ChannelId,
    day: i64,
    counts: &BTreeMap<(Kind, String), u64>,
) -> Result<()> {
    if counts.is_empty() {
        return Ok(());
    }
    let sql = "SELECT kind, reason FROM ledger_counts WHERE channel_id = $1 AND day = $2";
    let there: HashSet<(String, String)> = tx.rows(sql, binds![channel, day]).await?.into_iter().collect();
    let mut rows: BTreeMap<(Kind, &str), i64> = BTreeMap::new();
    for ((kind, reason), times) in counts {
        let reason = &reason[..reason.floor_char_boundary(LONGEST_REASON)];
        let count = rows.entry((*kind, reason)).or_default();
        *count = count.saturating_add(i64::try_from(*times).unwrap_or(i64::MAX));
    }
    // What stands there is counted on under its own name; the room that is left goes to what was seen most often.
    let is_there = |(kind, reason): (Kind, &str)| there.contains(&(kind.as_str().to_owned(), reason.to_owned()));
    let mut new: Vec<(i64, (Kind, &str))> =
        rows.iter().filter(|(key, _)| !is_there(**key)).map(|(key, times)| (*times, *key)).collect();
    new.sort_by_key(|(times, _)| std::cmp::Reverse(*times));
    for (times, key) in new.into_iter().skip(MOST_REASONS.saturating_sub(there.len())) {
        rows.remove(&key);
        let together = rows.entry((key.0, OTHER)).or_default();
        *together = together.saturating_add(times);
    }
    let values = rows.into_iter().flat_map(|((kind, reason), n)| binds![channel, day, kind.as_str(), reason, n]);
    let tail = "ON CONFLICT (channel_id, day, kind, reason) DO UPDATE SET times = ledger_counts.times + excluded.times";
    let head = "INSERT INTO ledger_counts (channel_id, day, kind, reason, times)";
    tx.insert_many(head, 5, tail, values.collect()).await?;
    Ok(())
}

/// Notes that something of a span is missing for good.
pub async fn note_lost(tx: &mut Tx, id: i64, channel: ChannelId, gap: &Gap) -> Result<()> {
    let sql =
        "INSERT INTO ledger_gaps (id, channel_id, kind, from_at, until_at, reason) VALUES ($1, $2, 'lost', $3, $4, $5)";
    tx.run(sql, binds![id, channel, gap.from, gap.until.max(gap.from), &gap.reason]).await?;
    Ok(())
}

/// The channel is not heard from now on; a span that is open goes on, with the newest reason.
pub async fn begin_away(tx: &mut Tx, id: i64, channel: ChannelId, reason: &str, now: Millis) -> Result<()> {
    let sql = "UPDATE ledger_gaps SET reason = $2 WHERE channel_id = $1 AND until_at IS NULL";
    if tx.run(sql, binds![channel, reason]).await? == 0 {
        let sql = "INSERT INTO ledger_gaps (id, channel_id, kind, from_at, reason) VALUES ($1, $2, 'away', $3, $4)";
        tx.run(sql, binds![id, channel, now, reason]).await?;
    }
    Ok(())
}

/// The channel was not heard for a time that is over; one that is away already has a span of its own, which goes on.
pub async fn note_away(tx: &mut Tx, id: i64, channel: ChannelId, span: &Gap) -> Result<()> {
    let open = "SELECT COUNT(*) FROM ledger_gaps WHERE channel_id = $1 AND until_at IS NULL";
    if tx.number(open, binds![channel]).await? == 0 {
        let sql = "INSERT INTO ledger_gaps (id, channel_id, kind, from_at, until_at, reason) \
                   VALUES ($1, $2, 'away', $3, $4, $5)";
        tx.run(sql, binds![id, channel, span.from, span.until, &span.reason]).await?;
    }
    Ok(())
}

/// The channel is heard again; false where it was not away.
pub async fn end_away(tx: &mut Tx, channel: ChannelId, now: Millis) -> Result<bool> {
    let sql = "UPDATE ledger_gaps SET until_at = $2 WHERE channel_id = $1 AND until_at IS NULL";
    Ok(tx.run(sql, binds![channel, now]).await? > 0)
}

#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Day {
    pub channel_id: ChannelId,
    pub day: i64,
    pub heard: i64,
    pub history: i64,
    pub lag_times: i64,
    pub lag_total: Millis,
    pub lag_most: Millis,
    pub sampled: Option<f64>,
}

/// What was heard on the days from `from` to `until`, both included.
pub async fn days(on: &mut impl Sql, from: i64, until: i64) -> Result<Vec<Day>> {
    let sql = "SELECT channel_id, day, heard, history, lag_times, lag_total, lag_most, sampled FROM ledger_days \
               WHERE day BETWEEN $1 AND $2 ORDER BY day, channel_id";
    on.rows(sql, binds![from, until]).await
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Count {
    pub channel_id: ChannelId,
    pub day: i64,
    pub kind: String,
    pub reason: String,
    pub times: i64,
}

/// What was seen and not kept on these days.
pub async fn counts(on: &mut impl Sql, from: i64, until: i64) -> Result<Vec<Count>> {
    let sql = "SELECT channel_id, day, kind, reason, times FROM ledger_counts WHERE day BETWEEN $1 AND $2 \
               ORDER BY day, channel_id, kind, times DESC, reason";
    on.rows(sql, binds![from, until]).await
}

/// How many calls at a channel's door were refused on a day, by the reason.
pub async fn refused_on(on: &mut impl Sql, channel: ChannelId, day: i64) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT reason, times FROM ledger_counts WHERE channel_id = $1 AND day = $2 AND kind = 'refused' \
               ORDER BY times DESC, reason";
    on.rows(sql, binds![channel, day]).await
}

/// How many of a channel's live messages a day holds so far.
pub async fn heard_on(on: &mut impl Sql, channel: ChannelId, day: i64) -> Result<i64> {
    on.number("SELECT heard FROM ledger_days WHERE channel_id = $1 AND day = $2", binds![channel, day]).await
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Silence {
    pub channel_id: ChannelId,
    /// `away` or `lost`.
    pub kind: String,
    pub from_at: Millis,
    /// None while it goes on.
    pub until_at: Option<Millis>,
    pub reason: String,
}

/// The spans that touch the time from `from` to `until`, oldest first.
pub async fn gaps(on: &mut impl Sql, from: Millis, until: Millis) -> Result<Vec<Silence>> {
    let sql = "SELECT channel_id, kind, from_at, until_at, reason FROM ledger_gaps \
               WHERE from_at < $2 AND (until_at IS NULL OR until_at >= $1) ORDER BY from_at, id";
    on.rows(sql, binds![from, until]).await
}
