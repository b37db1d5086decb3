//! Channels: configured accounts of connectors, their cursor, their lease and how they fare.

use crate::{Result, Sql, StoreError, Tx, binds, messages::flags};
use std::collections::BTreeMap;
use tertulia_model::{ChannelId, ChannelState, Millis};

#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
struct ChannelRow {
    id: ChannelId,
    connector: String,
    account: String,
    name: String,
    state: String,
    settings: String,
    secrets: Option<Vec<u8>>,
    caught_up: bool,
    failures: i64,
    last_error: Option<String>,
    last_pull_at: Option<Millis>,
    last_heard_at: Option<Millis>,
    created_at: Millis,
    day_cap: Option<i64>,
    keep_days: Option<i64>,
    pull_after: Millis,
    send_after: Millis,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    pub id: ChannelId,
    pub connector: String,
    /// What the connector calls the account; events dedupe on it, not on this row.
    pub account: String,
    /// What the team calls it.
    pub name: String,
    pub state: ChannelState,
    pub settings: serde_json::Value,
    /// The secret settings, encrypted.
    pub secrets: Option<Vec<u8>>,
    /// Whether the history that was asked for has been read.
    pub caught_up: bool,
    /// Failed pulls in a row.
    pub failures: i64,
    pub last_error: Option<String>,
    pub last_pull_at: Option<Millis>,
    pub last_heard_at: Option<Millis>,
    pub created_at: Millis,
    /// How many live messages a day it may bring; none: any number.
    pub day_cap: Option<i64>,
    /// For how many days its messages are kept; none: for good.
    pub keep_days: Option<i64>,
    /// Its service asked for a pause: it is not asked for news before, and nothing is sent before.
    pub pull_after: Millis,
    pub send_after: Millis,
}

impl TryFrom<ChannelRow> for Channel {
    type Error = StoreError;

    fn try_from(row: ChannelRow) -> Result<Self> {
        let broken = |what: &str| StoreError::Broken(format!("the {what} of channel {} cannot be read", row.id));
        Ok(Self {
            state: ChannelState::parse(&row.state).ok_or_else(|| broken("state"))?,
            settings: serde_json::from_str(&row.settings).map_err(|_| broken("settings"))?,
            id: row.id,
            connector: row.connector,
            account: row.account,
            name: row.name,
            secrets: row.secrets,
            caught_up: row.caught_up,
            failures: row.failures,
            last_error: row.last_error,
            last_pull_at: row.last_pull_at,
            last_heard_at: row.last_heard_at,
            created_at: row.created_at,
            day_cap: row.day_cap,
            keep_days: row.keep_days,
            pull_after: row.pull_after,
            send_after: row.send_after,
        })
    }
}

const COLUMNS: &str = "id, connector, account, name, state, settings, secrets, caught_up, failures, last_error, last_pull_at, last_heard_at, created_at, day_cap, keep_days, pull_after, send_after";

pub async fn add(tx: &mut Tx, channel: &Channel) -> Result<()> {
    let sql = "INSERT INTO channels (id, connector, account, name, state, settings, secrets, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let c = channel.clone();
    let values =
        binds![c.id, c.connector, c.account, c.name, c.state.as_str(), c.settings.to_string(), c.secrets, c.created_at];
    tx.run(sql, values).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: ChannelId) -> Result<Option<Channel>> {
    let row: Option<ChannelRow> = on.row(format!("SELECT {COLUMNS} FROM channels WHERE id = $1"), binds![id]).await?;
    row.map(Channel::try_from).transpose()
}

/// All channels that were not deleted, oldest first.
pub async fn all(on: &mut impl Sql) -> Result<Vec<Channel>> {
    let sql = format!("SELECT {COLUMNS} FROM channels WHERE state <> 'deleted' ORDER BY id");
    on.rows::<ChannelRow>(sql, binds![]).await?.into_iter().map(Channel::try_from).collect()
}

/// All channels, the deleted ones too: messages go on naming theirs.
pub async fn all_ever(on: &mut impl Sql) -> Result<Vec<Channel>> {
    let sql = format!("SELECT {COLUMNS} FROM channels ORDER BY id");
    on.rows::<ChannelRow>(sql, binds![]).await?.into_iter().map(Channel::try_from).collect()
}

/// What a screen calls a channel by.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Named {
    pub id: ChannelId,
    pub connector: String,
    pub name: String,
    pub is_deleted: bool,
}

/// The names of all channels, the deleted ones too, in no order.
pub async fn names(on: &mut impl Sql) -> Result<Vec<Named>> {
    on.rows("SELECT id, connector, name, state = 'deleted' AS is_deleted FROM channels", binds![]).await
}

/// The channel of `connector` with this account, a deleted one too.
pub async fn by_account(on: &mut impl Sql, connector: &str, account: &str) -> Result<Option<Channel>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM channels WHERE connector = $1 AND account = $2 ORDER BY CASE WHEN state = 'deleted' THEN 1 ELSE 0 END, id DESC LIMIT 1"
    );
    let row: Option<ChannelRow> = on.row(sql, binds![connector, account]).await?;
    row.map(Channel::try_from).transpose()
}

pub async fn set_state(tx: &mut Tx, id: ChannelId, state: ChannelState, now: Millis) -> Result<()> {
    let deleted_at = (state == ChannelState::Deleted).then_some(now);
    let sql = "UPDATE channels SET state = $2, deleted_at = $3, failures = 0, last_error = NULL WHERE id = $1";
    tx.run(sql, binds![id, state.as_str(), deleted_at]).await?;
    if state == ChannelState::Deleted {
        tx.run("UPDATE channels SET secrets = NULL WHERE id = $1", binds![id]).await?;
    }
    Ok(())
}

/// How much a channel may bring in a day, and for how long it is kept.
pub async fn set_bounds(tx: &mut Tx, id: ChannelId, day_cap: Option<i64>, keep_days: Option<i64>) -> Result<()> {
    tx.run("UPDATE channels SET day_cap = $2, keep_days = $3 WHERE id = $1", binds![id, day_cap, keep_days]).await?;
    Ok(())
}

/// What a pause that a channel's service asked for holds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    Pulling,
    Sending,
    /// It counts both together.
    Both,
}

/// Nothing of it before `until`; a longer pause that was asked for before stands.
pub async fn rest(tx: &mut Tx, id: ChannelId, pause: Pause, until: Millis) -> Result<()> {
    let columns: &[&str] = match pause {
        Pause::Pulling => &["pull_after"],
        Pause::Sending => &["send_after"],
        Pause::Both => &["pull_after", "send_after"],
    };
    for column in columns {
        let sql = format!("UPDATE channels SET {column} = $2 WHERE id = $1 AND {column} < $2");
        tx.run(sql, binds![id, until]).await?;
    }
    Ok(())
}

/// The clock was set back from `seen` to `now`: pauses last as long as they still had to.
pub async fn bring_forward(tx: &mut Tx, seen: Millis, now: Millis) -> Result<()> {
    for column in ["pull_after", "send_after"] {
        let sql = format!(
            "UPDATE channels SET {column} = CASE WHEN {column} > $1 THEN {column} - $1 + $2 ELSE 0 END WHERE {column} > $2"
        );
        tx.run(sql, binds![seen, now]).await?;
    }
    Ok(())
}

/// New settings; `secrets` only where they changed. A pause was asked of the former ones.
pub async fn update(
    tx: &mut Tx,
    id: ChannelId,
    name: &str,
    settings: &serde_json::Value,
    secrets: Option<Vec<u8>>,
) -> Result<()> {
    let sql = "UPDATE channels SET name = $2, settings = $3, secrets = COALESCE($4, secrets), failures = 0, last_error = NULL, pull_after = 0, send_after = 0 WHERE id = $1";
    tx.run(sql, binds![id, name, settings.to_string(), secrets]).await?;
    Ok(())
}

/// The cursor as it was last saved.
pub async fn cursor(on: &mut impl Sql, id: ChannelId) -> Result<Option<serde_json::Value>> {
    let text = crate::db::text(on, "SELECT position FROM channels WHERE id = $1", binds![id]).await?;
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|_| StoreError::Broken(format!("the cursor of channel {id} cannot be read")))
}

/// Saves the cursor; called only once its batch is durable.
pub async fn save_cursor(tx: &mut Tx, id: ChannelId, cursor: &serde_json::Value) -> Result<()> {
    tx.run("UPDATE channels SET position = $2 WHERE id = $1", binds![id, cursor.to_string()]).await?;
    Ok(())
}

/// A pull went well. `heard` says whether it brought anything. One that began before the channel was stopped (a password
/// that was refused while sending) does not set it going again: a person does.
pub async fn note_success(tx: &mut Tx, id: ChannelId, heard: bool, caught_up: bool, now: Millis) -> Result<()> {
    let sql = "UPDATE channels SET failures = 0, last_pull_at = $2, caught_up = caught_up OR $4, \
               last_heard_at = CASE WHEN $3 THEN $2 ELSE last_heard_at END, \
               last_error = CASE WHEN state = 'stopped' THEN last_error ELSE NULL END, \
               state = CASE WHEN state = 'failing' THEN 'live' ELSE state END WHERE id = $1";
    tx.run(sql, binds![id, now, heard, caught_up]).await?;
    Ok(())
}

/// A pull failed; `state` is failing (tried again) or stopped (a person must help). A paused channel stays paused.
pub async fn note_failure(tx: &mut Tx, id: ChannelId, state: ChannelState, reason: &str) -> Result<()> {
    let sql = "UPDATE channels SET failures = failures + 1, last_error = $3, \
               state = CASE WHEN state IN ('live', 'failing', 'stopped') THEN $2 ELSE state END WHERE id = $1";
    tx.run(sql, binds![id, state.as_str(), reason]).await?;
    Ok(())
}

/// Takes (or keeps) the lease of a channel; false where another node holds it.
pub async fn lease(tx: &mut Tx, id: ChannelId, owner: &str, now: Millis, until: Millis) -> Result<bool> {
    let sql = "UPDATE channels SET lease_owner = $2, lease_until = $4 WHERE id = $1 AND (lease_owner IS NULL OR lease_owner = $2 OR lease_until <= $3)";
    Ok(tx.run(sql, binds![id, owner, now, until]).await? == 1)
}

pub async fn release(tx: &mut Tx, id: ChannelId, owner: &str) -> Result<()> {
    tx.run(
        "UPDATE channels SET lease_owner = NULL, lease_until = 0 WHERE id = $1 AND lease_owner = $2",
        binds![id, owner],
    )
    .await?;
    Ok(())
}

/// Frees the channels of nodes that have ended: those whose names begin with `owner`.
pub async fn release_all(tx: &mut Tx, owner: &str) -> Result<u64> {
    let sql = "UPDATE channels SET lease_owner = NULL, lease_until = 0 \
               WHERE SUBSTR(lease_owner, 1, LENGTH(CAST($1 AS TEXT))) = CAST($1 AS TEXT)";
    tx.run(sql, binds![owner]).await
}

/// How many messages came through a channel; more than `most` are only said to be more: counting a million takes too long for a list.
pub async fn count_messages_up_to(on: &mut impl Sql, id: ChannelId, most: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM messages WHERE channel_id = $1 LIMIT $2) AS counted";
    on.number(sql, binds![id, most]).await
}

/// The newest thing that was said on a channel: when it was written, and when we heard it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Newest {
    pub at: Millis,
    pub heard_at: Millis,
    flags: i64,
}

impl Newest {
    /// Whether it was there before the channel was connected.
    pub fn is_history(&self) -> bool {
        self.flags & flags::HISTORY != 0
    }
}

pub async fn newest_message(on: &mut impl Sql, id: ChannelId) -> Result<Option<Newest>> {
    let sql = "SELECT at, heard_at, flags FROM messages WHERE channel_id = $1 AND state = 'shown' ORDER BY place DESC LIMIT 1";
    on.row(sql, binds![id]).await
}

/// What a channel brought that is no message: why, how often, and when last.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PassedOver {
    pub reason: String,
    pub times: i64,
    pub last_at: Millis,
}

/// Counts what was passed over, by its reason; the reasons are few and our own.
pub async fn note_passed_over(tx: &mut Tx, id: ChannelId, times: &BTreeMap<&str, usize>, now: Millis) -> Result<()> {
    let number = |times: usize| i64::try_from(times).unwrap_or(i64::MAX);
    let values = times.iter().flat_map(|(reason, times)| binds![id, *reason, number(*times), now]).collect();
    let tail = "ON CONFLICT (channel_id, reason) DO UPDATE SET times = passed_over.times + excluded.times, \
                last_at = excluded.last_at";
    tx.insert_many("INSERT INTO passed_over (channel_id, reason, times, last_at)", 4, tail, values).await?;
    Ok(())
}

/// What a channel brought that is no message, the latest first.
pub async fn passed_over(on: &mut impl Sql, id: ChannelId) -> Result<Vec<PassedOver>> {
    let sql = "SELECT reason, times, last_at FROM passed_over WHERE channel_id = $1 ORDER BY last_at DESC, reason";
    on.rows(sql, binds![id]).await
}
