//! Monitors: saved queries, and how far each has looked at the stored past. What matched stands in [`crate::mentions`].

use crate::{Result, Sql, Tx, Value, binds, db::rows_in};
use tertulia_model::{MessageId, Millis, MonitorId, PersonId, ThreadId, UserId};

/// What a query asks for besides words, as bits: which monitors are to look again when something else than the words
/// of a message has changed.
pub mod uses {
    pub const AUTHOR: i64 = 1;
    pub const THREAD: i64 = 2;
    pub const LANGUAGE: i64 = 4;
    pub const CHANNEL: i64 = 8;
    /// Whatever the query asks for.
    pub const ANY: i64 = 0;
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Monitor {
    pub id: MonitorId,
    pub name: String,
    pub query: String,
    pub uses: i64,
    /// Counts how often it began to look at the stored past: with another wording, or after a pause.
    pub version: i64,
    /// `live` or `paused`.
    pub state: String,
    /// The place below which the stored past is still to be looked at; none once it was.
    pub behind: Option<i64>,
    /// Where that began, for the progress.
    pub behind_from: Option<i64>,
    /// How many stored messages the present wording has looked at.
    pub looked_at: i64,
    pub created_by: UserId,
    pub created_at: Millis,
    pub updated_at: Millis,
}

const COLUMNS: &str =
    "id, name, query, uses, version, state, behind, behind_from, looked_at, created_by, created_at, updated_at";

pub async fn add(tx: &mut Tx, monitor: &Monitor) -> Result<()> {
    let m = monitor.clone();
    let sql = format!("INSERT INTO monitors ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    let values = binds![
        m.id,
        m.name,
        m.query,
        m.uses,
        m.version,
        m.state,
        m.behind,
        m.behind_from,
        m.looked_at,
        m.created_by,
        m.created_at,
        m.updated_at,
    ];
    tx.run(sql, values).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: MonitorId) -> Result<Option<Monitor>> {
    on.row(format!("SELECT {COLUMNS} FROM monitors WHERE id = $1"), binds![id]).await
}

/// The same, which nobody else changes until this transaction ends.
pub async fn get_to_change(tx: &mut Tx, id: MonitorId) -> Result<Option<Monitor>> {
    let sql = format!("SELECT {COLUMNS} FROM monitors WHERE id = $1 {}", tx.dialect().for_update());
    tx.row(sql, binds![id]).await
}

/// All of them, by name.
pub async fn all(on: &mut impl Sql) -> Result<Vec<Monitor>> {
    on.rows(format!("SELECT {COLUMNS} FROM monitors ORDER BY LOWER(name), id"), binds![]).await
}

/// A page of them, those that were saved last first, below one.
pub async fn page(on: &mut impl Sql, below: Option<MonitorId>, limit: i64) -> Result<Vec<Monitor>> {
    let sql = format!("SELECT {COLUMNS} FROM monitors WHERE id < $1 ORDER BY id DESC LIMIT $2");
    on.rows(sql, binds![below.unwrap_or(MonitorId(i64::MAX)), limit]).await
}

/// A new name, wording or state. `behind` is where the new wording has to begin with the stored past.
pub async fn change(tx: &mut Tx, monitor: &Monitor) -> Result<()> {
    let m = monitor.clone();
    let sql = "UPDATE monitors SET name = $2, query = $3, uses = $4, version = $5, state = $6, behind = $7, \
               behind_from = $8, looked_at = $9, updated_at = $10 WHERE id = $1";
    let values =
        binds![m.id, m.name, m.query, m.uses, m.version, m.state, m.behind, m.behind_from, m.looked_at, m.updated_at,];
    tx.run(sql, values).await?;
    Ok(())
}

/// The same query in other words, since what it asks for is called something else: what it found stays.
pub async fn reword(tx: &mut Tx, id: MonitorId, name: &str, query: &str) -> Result<()> {
    let sql = "UPDATE monitors SET name = $2, query = $3, updated_at = (SELECT MAX(updated_at) + 1 FROM monitors) WHERE id = $1";
    tx.run(sql, binds![id, name, query]).await?;
    Ok(())
}

/// The stored past was looked at down to `behind` (none: all of it), if the wording is still that of `version`; false
/// where it changed meanwhile.
pub async fn note_looked(
    tx: &mut Tx,
    id: MonitorId,
    version: i64,
    behind: Option<i64>,
    looked_at: i64,
) -> Result<bool> {
    let sql = "UPDATE monitors SET behind = $3, looked_at = looked_at + $4 WHERE id = $1 AND version = $2";
    Ok(tx.run(sql, binds![id, version, behind, looked_at]).await? == 1)
}

/// Removes a monitor with all it found. The messages stay.
pub async fn remove(tx: &mut Tx, id: MonitorId) -> Result<()> {
    let sql = "DELETE FROM muted_messages WHERE mute_id IN (SELECT id FROM mutes WHERE monitor_id = $1)";
    tx.run(sql, binds![id]).await?;
    for table in ["mentions", "monitor_notices", "mutes"] {
        tx.run(format!("DELETE FROM {table} WHERE monitor_id = $1"), binds![id]).await?;
    }
    tx.run("DELETE FROM monitors WHERE id = $1", binds![id]).await?;
    Ok(())
}

/// Whether any monitor is live that uses one of these: else no other change of a message need wait for them.
pub async fn any(on: &mut impl Sql, uses: i64) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM monitors WHERE state = 'live' AND (uses & $1) <> 0 LIMIT 1) AS found";
    Ok(on.number(sql, binds![uses]).await? > 0)
}

/// What is another one whenever a monitor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, sqlx::FromRow)]
pub struct Edition {
    pub count: i64,
    /// When one was changed last.
    pub newest: Millis,
    /// The id of the one that was added last, of those that are there.
    pub last: i64,
}

/// What changes whenever a monitor does: whoever holds them in memory reads them anew.
pub async fn edition(on: &mut impl Sql) -> Result<Edition> {
    let sql =
        "SELECT COUNT(*) AS count, COALESCE(MAX(updated_at), 0) AS newest, COALESCE(MAX(id), 0) AS last FROM monitors";
    Ok(on.row(sql, binds![]).await?.unwrap_or_default())
}

/// Has the monitors look at these messages (again); also where all are paused, since what is gone goes from what they found.
pub async fn match_later(tx: &mut Tx, messages: &[MessageId]) -> Result<()> {
    match_by(tx, messages, uses::ANY).await
}

/// The same, for those monitors only whose query asks for this.
pub(crate) async fn match_by(tx: &mut Tx, messages: &[MessageId], uses: i64) -> Result<()> {
    let known = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM monitors LIMIT 1) AS found";
    if messages.is_empty() || tx.number(known, binds![]).await? == 0 {
        return Ok(());
    }
    let values = messages.iter().flat_map(|id| binds![*id, uses]).collect();
    tx.insert_many("INSERT INTO to_match (message_id, uses)", 2, AGAIN, values).await?;
    Ok(())
}

/// Asked for twice, all that was asked for is done.
const AGAIN: &str = "ON CONFLICT (message_id) DO UPDATE SET uses = \
                     CASE WHEN to_match.uses = 0 OR excluded.uses = 0 THEN 0 ELSE to_match.uses | excluded.uses END";

/// A thread took in another: whoever asked for the one asks for the other now, and the monitors that ask for a thread look
/// at its messages again.
pub async fn thread_joined(tx: &mut Tx, from: ThreadId, into: ThreadId) -> Result<()> {
    let sql = "SELECT id, name, query FROM monitors WHERE (uses & $1) <> 0 ORDER BY id";
    for (id, name, query) in tx.rows::<(MonitorId, String, String)>(sql, binds![uses::THREAD]).await? {
        let renamed = renamed(&query, from, into);
        if renamed != query {
            reword(tx, id, &name, &renamed).await?;
        }
    }
    match_where_later(tx, uses::THREAD, "thread_id = $1", into.into()).await
}

/// A query in which `in:` asks for another thread, with quotation marks or without.
fn renamed(query: &str, from: ThreadId, into: ThreadId) -> String {
    let wanted = format!("in:{into}");
    let bare = with_field(query, &format!("in:{from}"), &wanted);
    with_field(&bare, &format!("in:\"{from}\""), &wanted)
}

/// A query in which another field stands in place of `asked`, wherever that is a word of its own.
fn with_field(query: &str, asked: &str, wanted: &str) -> String {
    let (lower, mut renamed, mut done) = (query.to_ascii_lowercase(), String::new(), 0);
    for (at, found) in lower.match_indices(asked) {
        let is_inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric());
        let (before, after) = (query[..at].chars().next_back(), query[at + found.len()..].chars().next());
        if !is_inside(before) && !is_inside(after) {
            renamed.push_str(&query[done..at]);
            renamed.push_str(wanted);
            done = at + found.len();
        }
    }
    renamed + &query[done..]
}

/// A person got another name, or an identity another person.
pub async fn match_person_later(tx: &mut Tx, person: PersonId) -> Result<()> {
    match_where_later(tx, uses::AUTHOR, "person_id = $1", person.into()).await
}

async fn match_where_later(tx: &mut Tx, uses: i64, condition: &str, subject: Value) -> Result<()> {
    if !any(tx, uses).await? {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO to_match (message_id, uses) SELECT id, $2 FROM messages WHERE {condition} AND state = 'shown' {AGAIN}"
    );
    tx.run(sql, vec![subject, uses.into()]).await?;
    Ok(())
}

/// Takes messages that wait for the monitors, the oldest first, with what is asked of whom. Whoever changes such a
/// message in the meantime waits for this transaction and asks anew, so that nothing is looked at before its change; and
/// whoever finds it still waiting leaves it to this transaction.
pub async fn take_waiting(tx: &mut Tx, limit: i64) -> Result<Vec<(MessageId, i64)>> {
    let sql = format!(
        "DELETE FROM to_match WHERE message_id IN (SELECT message_id FROM to_match ORDER BY message_id LIMIT $1 {}) \
         RETURNING message_id, uses",
        tx.dialect().skip_locked()
    );
    tx.rows(sql, binds![limit]).await
}

pub async fn any_waiting(on: &mut impl Sql) -> Result<bool> {
    Ok(on.number("SELECT COUNT(*) FROM (SELECT 1 AS one FROM to_match LIMIT 1) AS waiting", binds![]).await? > 0)
}

/// Which of these messages wait for all monitors: they came, or were edited, just now.
pub async fn waiting(on: &mut impl Sql, messages: &[MessageId]) -> Result<Vec<MessageId>> {
    let ids: Vec<Value> = messages.iter().map(|id| Value::from(*id)).collect();
    let sql = "SELECT message_id FROM to_match WHERE uses = 0 AND message_id IN ({list})";
    Ok(rows_in::<(MessageId,)>(on, sql, &ids).await?.into_iter().map(|(id,)| id).collect())
}

pub async fn count_waiting(on: &mut impl Sql) -> Result<i64> {
    on.number("SELECT COUNT(*) FROM to_match", binds![]).await
}

/// How a member is told, and how far they were.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Notice {
    pub monitor_id: MonitorId,
    pub user_id: UserId,
    /// JSON: how often by mail, quiet hours, how many at a time.
    pub form: String,
    /// Up to which mention (`Mention::found`) they have seen the stream.
    pub seen_to: i64,
    /// Up to which mention they were told by mail, and when that was.
    pub told_to: i64,
    pub told_at: Millis,
}

const NOTICE: &str = "monitor_id, user_id, form, seen_to, told_to, told_at";

/// How a member wants to be told from now on. What was told stays told; unless telling `begins` with it: then they are told
/// of what comes after `told_to`, however long it was that nobody told them.
pub async fn set_notice(tx: &mut Tx, notice: &Notice, begins: bool) -> Result<()> {
    let n = notice.clone();
    let told = if begins { ", told_to = excluded.told_to, told_at = excluded.told_at" } else { "" };
    let sql = format!(
        "INSERT INTO monitor_notices ({NOTICE}) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (monitor_id, user_id) DO UPDATE SET form = excluded.form{told}"
    );
    tx.run(sql, binds![n.monitor_id, n.user_id, n.form, n.seen_to, n.told_to, n.told_at]).await?;
    Ok(())
}

pub async fn remove_notice(tx: &mut Tx, monitor: MonitorId, user: UserId) -> Result<()> {
    tx.run("DELETE FROM monitor_notices WHERE monitor_id = $1 AND user_id = $2", binds![monitor, user]).await?;
    Ok(())
}

pub async fn notice(on: &mut impl Sql, monitor: MonitorId, user: UserId) -> Result<Option<Notice>> {
    let sql = format!("SELECT {NOTICE} FROM monitor_notices WHERE monitor_id = $1 AND user_id = $2");
    on.row(sql, binds![monitor, user]).await
}

pub async fn notices(on: &mut impl Sql) -> Result<Vec<Notice>> {
    on.rows(format!("SELECT {NOTICE} FROM monitor_notices ORDER BY monitor_id, user_id"), binds![]).await
}

/// What one member is told of.
pub async fn notices_of(on: &mut impl Sql, user: UserId) -> Result<Vec<Notice>> {
    on.rows(format!("SELECT {NOTICE} FROM monitor_notices WHERE user_id = $1 ORDER BY monitor_id"), binds![user]).await
}

/// The member looks at the stream; nothing goes back.
pub async fn note_seen(tx: &mut Tx, monitor: MonitorId, user: UserId, seen_to: i64) -> Result<bool> {
    let sql = "UPDATE monitor_notices SET seen_to = $3 WHERE monitor_id = $1 AND user_id = $2 AND seen_to < $3";
    Ok(tx.run(sql, binds![monitor, user, seen_to]).await? == 1)
}

/// They are told up to a mention; false where another node told them first.
pub async fn note_told(tx: &mut Tx, before: &Notice, told_to: i64, told_at: Millis) -> Result<bool> {
    let sql = "UPDATE monitor_notices SET told_to = $3, told_at = $4 \
               WHERE monitor_id = $1 AND user_id = $2 AND told_to = $5 AND told_at = $6";
    let b = before;
    Ok(tx.run(sql, binds![b.monitor_id, b.user_id, told_to, told_at, b.told_to, b.told_at]).await? == 1)
}

/// The monitors of these ids, by id.
pub async fn named(on: &mut impl Sql, ids: &[MonitorId]) -> Result<Vec<Monitor>> {
    let ids: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let mut found: Vec<Monitor> =
        rows_in(on, &format!("SELECT {COLUMNS} FROM monitors WHERE id IN ({{list}})"), &ids).await?;
    found.sort_by_key(|monitor| monitor.id);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_asks_for_the_thread_that_took_the_other_in_and_for_nothing_else_anew() {
        let now = |query: &str| renamed(query, ThreadId(12), ThreadId(99));
        assert_eq!(now("tea (in:12 OR IN:12) -in:123 begin:12 in:7"), "tea (in:99 OR in:99) -in:123 begin:12 in:7");
        assert_eq!(now("\u{130}n in:12"), "\u{130}n in:99");
        assert_eq!(now("IN:\"12\" begin:\"12\""), "in:99 begin:\"12\"");
        assert_eq!(now("12"), "12");
    }
}
