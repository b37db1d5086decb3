//! Mentions: the messages that a monitor's query fits, by the monitor and the message's place.

use crate::{Result, Sql, Tx, Value, binds};
use tertulia_model::{ChannelId, MessageId, Millis, MonitorId, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Mention {
    pub monitor_id: MonitorId,
    pub place: i64,
    pub message_id: MessageId,
    /// The wording of the query that it fits.
    pub version: i64,
    /// The wording of the message that fits it.
    pub revision: i64,
    pub at: Millis,
    pub channel_id: ChannelId,
    pub language: String,
    /// `new`, `listened` or `noise`.
    pub state: String,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Millis>,
    /// The change with which it was found as it came, in the order of commits; 0 where it was found in the stored past.
    pub found: i64,
}

const COLUMNS: &str =
    "monitor_id, place, message_id, version, revision, at, channel_id, language, state, decided_by, decided_at, found";

/// Notes what matches; of a mention that was known it stays what a member decided, and when it was found.
pub async fn put(tx: &mut Tx, mentions: &[Mention]) -> Result<()> {
    let row = |m: &Mention| {
        binds![
            m.monitor_id,
            m.place,
            m.message_id,
            m.version,
            m.revision,
            m.at,
            m.channel_id,
            &m.language,
            &m.state,
            m.decided_by,
            m.decided_at,
            m.found,
        ]
    };
    let tail = "ON CONFLICT (monitor_id, place) DO UPDATE SET version = excluded.version, revision = excluded.revision, \
                channel_id = excluded.channel_id, language = excluded.language";
    let values = mentions.iter().flat_map(row).collect();
    tx.insert_many(&format!("INSERT INTO mentions ({COLUMNS})"), 12, tail, values).await?;
    Ok(())
}

/// These messages match these monitors no more.
pub async fn take_back(tx: &mut Tx, gone: &[(MonitorId, i64)]) -> Result<()> {
    for (monitor, place) in gone {
        tx.run("DELETE FROM mentions WHERE monitor_id = $1 AND place = $2", binds![*monitor, *place]).await?;
    }
    Ok(())
}

/// Which monitors these messages match so far: monitor, place, message.
pub async fn of_messages(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<(MonitorId, i64, MessageId)>> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT monitor_id, place, message_id FROM mentions WHERE message_id IN ({list})";
    crate::db::rows_in(on, sql, &ids).await
}

/// What an older wording of a query found and the present one does not; so many at a time, and how many they were. What
/// came or was edited just now is left to those who look at it (`to_match`): it may fit, and members decided of it.
pub async fn forget_outdated(tx: &mut Tx, monitor: MonitorId, version: i64, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM mentions WHERE monitor_id = $1 AND place IN \
               (SELECT n.place FROM mentions n WHERE n.monitor_id = $1 AND n.version < $2 AND NOT EXISTS \
               (SELECT 1 FROM to_match t WHERE t.message_id = n.message_id AND t.uses = 0) LIMIT $3)";
    tx.run(sql, binds![monitor, version, limit]).await
}

/// What a page of a monitor's stream asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    pub channel: Option<ChannelId>,
    pub language: Option<String>,
    pub since: Option<Millis>,
    pub until: Option<Millis>,
    /// `new`, `listened`, `noise`; none for all but noise.
    pub state: Option<String>,
}

/// A condition of a monitor's stream: its mutes and what was marked as noise left out.
fn conditions(version: i64, asked: &Asked, values: &mut Vec<Value>) -> String {
    let mut bind = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let mut all = vec![format!("n.version = {}", bind(version.into()))];
    match &asked.state {
        Some(state) => all.push(format!("n.state = {}", bind(state.into()))),
        None => all.push("n.state <> 'noise'".to_owned()),
    }
    if let Some(channel) = asked.channel {
        all.push(format!("n.channel_id = {}", bind(channel.into())));
    }
    if let Some(language) = &asked.language {
        all.push(format!("n.language = {}", bind(language.into())));
    }
    if let Some(since) = asked.since {
        all.push(format!("n.at >= {}", bind(since.into())));
    }
    if let Some(until) = asked.until {
        all.push(format!("n.at < {}", bind(until.into())));
    }
    if asked.state.as_deref() != Some("noise") {
        all.push(UNMUTED.to_owned());
    }
    all.join(" AND ")
}

/// Neither its author nor its thread is muted, here or everywhere, nor itself with what was a thread once.
pub(crate) const UNMUTED: &str = "NOT EXISTS (SELECT 1 FROM mutes u JOIN messages m ON m.id = n.message_id \
                       WHERE u.monitor_id IN (0, n.monitor_id) AND ((u.kind = 'person' AND u.subject_id = m.person_id) \
                       OR (u.kind = 'thread' AND u.subject_id = m.thread_id) OR (u.kind = 'part' AND EXISTS \
                       (SELECT 1 FROM muted_messages p WHERE p.mute_id = u.id AND p.message_id = m.id))))";

/// A page of a monitor's stream, newest first, below a place.
pub async fn page(
    on: &mut impl Sql,
    (monitor, version): (MonitorId, i64),
    asked: &Asked,
    below: i64,
    limit: i64,
) -> Result<Vec<Mention>> {
    let mut values = binds![monitor, below, limit];
    let conditions = conditions(version, asked, &mut values);
    let columns = COLUMNS.split(", ").map(|column| format!("n.{column}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT {columns} FROM mentions n WHERE n.monitor_id = $1 AND n.place < $2 AND {conditions} \
         ORDER BY n.place DESC LIMIT $3"
    );
    on.rows(sql, values).await
}

/// How many mentions a monitor has on each day, channel and language.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Volume {
    /// Days since 1970-01-01 of the clock that is `offset` before UTC.
    pub day: i64,
    pub channel_id: ChannelId,
    pub language: String,
    pub times: i64,
}

/// The volume of the time from `since` to `until`, in days of a clock that is `offset` milliseconds ahead of UTC.
pub async fn volume(
    on: &mut impl Sql,
    (monitor, version): (MonitorId, i64),
    asked: &Asked,
    offset: Millis,
) -> Result<Vec<Volume>> {
    let mut values = binds![monitor, offset, crate::ledger::DAY];
    let conditions = conditions(version, asked, &mut values);
    let sql = format!(
        "SELECT (n.at + $2) / $3 AS day, n.channel_id, n.language, COUNT(*) AS times FROM mentions n \
         WHERE n.monitor_id = $1 AND {conditions} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    );
    on.rows(sql, values).await
}

/// How many mentions the stream of each of these monitors has had since a moment, those of its present version that are no
/// noise; those that had none are left out.
pub async fn count_each_since(
    on: &mut impl Sql,
    monitors: &[MonitorId],
    since: Millis,
) -> Result<Vec<(MonitorId, i64)>> {
    let ids: Vec<Value> = monitors.iter().map(|id| Value::from(*id)).collect();
    let sql = format!(
        "SELECT n.monitor_id, COUNT(*) FROM monitors o JOIN mentions n ON n.monitor_id = o.id AND n.version = o.version \
         WHERE o.id IN ({{list}}) AND n.at >= $1 AND n.state <> 'noise' AND {UNMUTED} GROUP BY n.monitor_id"
    );
    crate::db::rows_in_with(on, &sql, &[Value::from(since)], &ids).await
}

/// With which change the newest mention was found; 0 where none was found as it came.
pub async fn newest(on: &mut impl Sql, (monitor, version): (MonitorId, i64)) -> Result<i64> {
    let sql = "SELECT found FROM mentions WHERE monitor_id = $1 AND version = $2 ORDER BY found DESC LIMIT 1";
    on.number(sql, binds![monitor, version]).await
}

/// A member decides what a mention is; false where it is none (any more).
pub async fn decide(
    tx: &mut Tx,
    monitor: MonitorId,
    message: MessageId,
    state: &str,
    by: UserId,
    now: Millis,
) -> Result<bool> {
    let sql =
        "UPDATE mentions SET state = $3, decided_by = $4, decided_at = $5 WHERE monitor_id = $1 AND message_id = $2";
    Ok(tx.run(sql, binds![monitor, message, state, by, now]).await? > 0)
}

/// The mentions of a monitor's live stream that were found after a change, in the order in which they were.
pub async fn since(
    on: &mut impl Sql,
    (monitor, version): (MonitorId, i64),
    after: i64,
    limit: i64,
) -> Result<Vec<Mention>> {
    let columns = COLUMNS.split(", ").map(|column| format!("n.{column}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT {columns} FROM mentions n WHERE n.monitor_id = $1 AND n.version = $2 AND n.found > $3 \
         AND n.state <> 'noise' AND {UNMUTED} ORDER BY n.found, n.message_id LIMIT $4"
    );
    on.rows(sql, binds![monitor, version, after, limit]).await
}

/// The same of the present wording, to be told, those that were found last first. Nothing yet where an older wording found something after that change and
/// the look at the past has not said whether it still fits: its number is lower, and would be passed over for good. All
/// in one question, so that nothing moves in between.
pub async fn untold(on: &mut impl Sql, monitor: MonitorId, after: i64, limit: i64) -> Result<Vec<Mention>> {
    let columns = COLUMNS.split(", ").map(|column| format!("n.{column}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT {columns} FROM monitors o JOIN mentions n ON n.monitor_id = o.id AND n.version = o.version \
         WHERE o.id = $1 AND n.found > $2 AND n.state <> 'noise' AND {UNMUTED} AND NOT EXISTS (SELECT 1 FROM mentions w \
         WHERE w.monitor_id = o.id AND w.found > $2 AND w.version < o.version) \
         ORDER BY n.found DESC, n.message_id DESC LIMIT $3"
    );
    on.rows(sql, binds![monitor, after, limit]).await
}

/// The mentions that a program asks for and that were found after a change, or with it and of a later message, in the order in
/// which they were found. Nothing yet where an older wording found something from that change on, as with [`untold`].
/// However few a filter leaves, what was found since is all that is looked at.
pub async fn found_after(
    on: &mut impl Sql,
    (monitor, version): (MonitorId, i64),
    asked: &Asked,
    (found, message): (i64, MessageId),
    limit: i64,
) -> Result<Vec<Mention>> {
    let mut values = binds![monitor, found, message, limit];
    let conditions = conditions(version, asked, &mut values);
    let columns = COLUMNS.split(", ").map(|column| format!("n.{column}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT {columns} FROM monitors o JOIN mentions n ON n.monitor_id = o.id AND n.version = o.version \
         WHERE o.id = $1 AND n.found >= $2 AND n.found > 0 AND (n.found > $2 OR n.message_id > $3) AND {conditions} \
         AND NOT EXISTS (SELECT 1 FROM mentions w WHERE w.monitor_id = o.id AND w.found >= $2 AND w.found > 0 \
         AND w.version < o.version) ORDER BY n.found, n.message_id LIMIT $4"
    );
    on.rows(sql, values).await
}
