//! Events that other programs are told of: the endpoints, what is on its way to them, and the log of each attempt. An event
//! is written in the transaction of what it tells, and never holds a word that anybody wrote.

use crate::{Result, Sql, Tx, Value, binds, db::rows_in};
use tertulia_model::{Millis, UserId};

/// An address of another program.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Endpoint {
    pub id: i64,
    pub url: String,
    pub description: String,
    /// The kinds of events that were chosen, with spaces between.
    pub kinds: String,
    /// `on`, `off`, `paused` (it failed for days) or `gone` (it said so itself).
    pub state: String,
    /// Why it is not on, where nobody switched it off.
    pub reason: Option<String>,
    /// Encrypted: the secret and the one before it.
    pub secrets: Vec<u8>,
    /// Until when the one before signs as well.
    pub former_until: Option<Millis>,
    /// Since when no call has gone well.
    pub failing_since: Option<Millis>,
    /// Until when it asked to be left alone.
    pub rest_until: Millis,
    pub created_by: UserId,
    pub created_at: Millis,
    pub updated_at: Millis,
}

const ENDPOINT: &str = "id, url, description, kinds, state, reason, secrets, former_until, failing_since, rest_until, \
                        created_by, created_at, updated_at";

pub async fn add(tx: &mut Tx, endpoint: &Endpoint) -> Result<()> {
    let e = endpoint.clone();
    let sql = format!(
        "INSERT INTO webhook_endpoints ({ENDPOINT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
    );
    let values = binds![
        e.id,
        e.url,
        e.description,
        e.kinds,
        e.state,
        e.reason,
        e.secrets,
        e.former_until,
        e.failing_since,
        e.rest_until,
        e.created_by,
        e.created_at,
        e.updated_at,
    ];
    tx.run(sql, values).await?;
    Ok(())
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Endpoint>> {
    on.row(format!("SELECT {ENDPOINT} FROM webhook_endpoints WHERE id = $1"), binds![id]).await
}

/// As [`get`], before a change: nobody else changes it until the commit.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Endpoint>> {
    let lock = tx.dialect().for_update();
    tx.row(format!("SELECT {ENDPOINT} FROM webhook_endpoints WHERE id = $1 {lock}"), binds![id]).await
}

/// All of them, oldest first.
pub async fn all(on: &mut impl Sql) -> Result<Vec<Endpoint>> {
    on.rows(format!("SELECT {ENDPOINT} FROM webhook_endpoints ORDER BY id"), binds![]).await
}

/// What a person says of it, and its secrets.
pub async fn change(tx: &mut Tx, endpoint: &Endpoint) -> Result<()> {
    let e = endpoint.clone();
    let sql = "UPDATE webhook_endpoints SET url = $2, description = $3, kinds = $4, state = $5, reason = $6, secrets = $7, \
               former_until = $8, failing_since = $9, rest_until = $10, updated_at = $11 WHERE id = $1";
    let values = binds![
        e.id,
        e.url,
        e.description,
        e.kinds,
        e.state,
        e.reason,
        e.secrets,
        e.former_until,
        e.failing_since,
        e.rest_until,
        e.updated_at,
    ];
    tx.run(sql, values).await?;
    Ok(())
}

/// With its log; events that nobody else is told of go along.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<()> {
    let of_calls =
        "DELETE FROM webhook_attempts WHERE call_id IN (SELECT id FROM webhook_calls WHERE endpoint_id = $1)";
    tx.run(of_calls, binds![id]).await?;
    let only_here = "DELETE FROM webhook_events WHERE id IN (SELECT event_id FROM webhook_calls WHERE endpoint_id = $1) \
                     AND NOT EXISTS (SELECT 1 FROM webhook_calls c WHERE c.event_id = webhook_events.id AND c.endpoint_id <> $1)";
    tx.run(only_here, binds![id]).await?;
    tx.run("DELETE FROM webhook_calls WHERE endpoint_id = $1", binds![id]).await?;
    tx.run("DELETE FROM webhook_endpoints WHERE id = $1", binds![id]).await?;
    Ok(())
}

/// The endpoints that are on, and the kinds that each has chosen.
pub async fn listening(on: &mut impl Sql) -> Result<Vec<(i64, String)>> {
    on.rows("SELECT id, kinds FROM webhook_endpoints WHERE state = 'on' ORDER BY id", binds![]).await
}

/// What happened, as it is told.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Event {
    pub id: i64,
    pub kind: String,
    /// JSON, byte for byte as it is signed.
    pub body: String,
}

/// An event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Call {
    pub id: i64,
    pub endpoint_id: i64,
    pub event_id: i64,
    pub kind: String,
    /// `waiting`, `done` or `failed`.
    pub state: String,
    pub attempts: i64,
    /// Those of its attempts that failed by themselves.
    pub failures: i64,
    pub due_at: Millis,
    /// When it is given up.
    pub until_at: Millis,
    pub created_at: Millis,
    pub settled_at: Option<Millis>,
    /// What the last attempt was answered, and why it did not go well.
    pub status: Option<i64>,
    pub error: Option<String>,
}

const CALL: &str = "id, endpoint_id, event_id, kind, state, attempts, failures, due_at, until_at, created_at, settled_at, status, error";

/// Notes what happened and whom it is to be told.
pub async fn note(tx: &mut Tx, events: &[Event], calls: &[Call]) -> Result<()> {
    let values = events.iter().flat_map(|e| binds![e.id, &e.kind, &e.body]).collect();
    tx.insert_many("INSERT INTO webhook_events (id, kind, body)", 3, "", values).await?;
    let row = |c: &Call| {
        binds![
            c.id,
            c.endpoint_id,
            c.event_id,
            &c.kind,
            &c.state,
            c.attempts,
            c.failures,
            c.due_at,
            c.until_at,
            c.created_at,
            c.settled_at,
            c.status,
            c.error.clone(),
        ]
    };
    let values = calls.iter().flat_map(row).collect();
    tx.insert_many(&format!("INSERT INTO webhook_calls ({CALL})"), 13, "", values).await?;
    Ok(())
}

/// The endpoints that something is due for and that nobody calls just now.
pub async fn due(on: &mut impl Sql, now: Millis) -> Result<Vec<i64>> {
    let sql = "SELECT e.id FROM webhook_endpoints e WHERE e.rest_until <= $1 AND e.lease_until <= $1 AND EXISTS \
               (SELECT 1 FROM webhook_calls c WHERE c.endpoint_id = e.id AND c.state = 'waiting' AND c.due_at <= $1) ORDER BY e.id";
    Ok(on.rows::<(i64,)>(sql, binds![now]).await?.into_iter().map(|(id,)| id).collect())
}

/// Takes (or keeps) an endpoint for oneself; false where another node has it.
pub async fn lease(tx: &mut Tx, id: i64, owner: &str, now: Millis, until: Millis) -> Result<bool> {
    let sql = "UPDATE webhook_endpoints SET lease_owner = $2, lease_until = $4 \
               WHERE id = $1 AND (lease_owner IS NULL OR lease_owner = $2 OR lease_until <= $3)";
    Ok(tx.run(sql, binds![id, owner, now, until]).await? == 1)
}

pub async fn release(tx: &mut Tx, id: i64, owner: &str) -> Result<()> {
    let sql = "UPDATE webhook_endpoints SET lease_owner = NULL, lease_until = 0 WHERE id = $1 AND lease_owner = $2";
    tx.run(sql, binds![id, owner]).await?;
    Ok(())
}

/// Frees the endpoints of nodes that have ended: those whose names begin with `owner`.
pub async fn release_all(tx: &mut Tx, owner: &str) -> Result<u64> {
    let sql = "UPDATE webhook_endpoints SET lease_owner = NULL, lease_until = 0 \
               WHERE SUBSTR(lease_owner, 1, LENGTH(CAST($1 AS TEXT))) = CAST($1 AS TEXT)";
    tx.run(sql, binds![owner]).await
}

/// What is due for an endpoint, what waits longest first.
pub async fn due_calls(on: &mut impl Sql, endpoint: i64, now: Millis, limit: i64) -> Result<Vec<Call>> {
    let sql = format!(
        "SELECT {CALL} FROM webhook_calls WHERE endpoint_id = $1 AND state = 'waiting' AND due_at <= $2 \
         ORDER BY due_at, id LIMIT $3"
    );
    on.rows(sql, binds![endpoint, now, limit]).await
}

/// How many calls wait for an endpoint; more than `most` are only said to be more.
pub async fn count_waiting_up_to(on: &mut impl Sql, endpoint: i64, most: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM webhook_calls WHERE endpoint_id = $1 AND state = 'waiting' LIMIT $2) AS counted";
    on.number(sql, binds![endpoint, most]).await
}

pub async fn event(on: &mut impl Sql, id: i64) -> Result<Option<Event>> {
    on.row("SELECT id, kind, body FROM webhook_events WHERE id = $1", binds![id]).await
}

pub async fn call(on: &mut impl Sql, id: i64) -> Result<Option<Call>> {
    on.row(format!("SELECT {CALL} FROM webhook_calls WHERE id = $1"), binds![id]).await
}

/// What was and is to be told to an endpoint, the newest first, in one state or in all, below an id.
pub async fn calls(
    on: &mut impl Sql,
    endpoint: i64,
    state: Option<&str>,
    below: Option<i64>,
    limit: i64,
) -> Result<Vec<Call>> {
    let mut values = binds![endpoint, below.unwrap_or(i64::MAX), limit];
    let mut of_state = "";
    if let Some(state) = state {
        values.push(state.into());
        of_state = "AND state = $4";
    }
    let sql = format!(
        "SELECT {CALL} FROM webhook_calls WHERE endpoint_id = $1 AND id < $2 {of_state} ORDER BY id DESC LIMIT $3"
    );
    on.rows(sql, values).await
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Attempt {
    pub id: i64,
    pub call_id: i64,
    pub at: Millis,
    /// Milliseconds.
    pub took: i64,
    /// None where no answer came.
    pub status: Option<i64>,
    /// How the answer began.
    pub answer: String,
    /// Why it did not go well, in our words.
    pub error: Option<String>,
}

const ATTEMPT: &str = "id, call_id, at, took, status, answer, error";

/// The attempts of a call, the newest first.
pub async fn attempts(on: &mut impl Sql, call: i64) -> Result<Vec<Attempt>> {
    on.rows(format!("SELECT {ATTEMPT} FROM webhook_attempts WHERE call_id = $1 ORDER BY id DESC"), binds![call]).await
}

/// What is to become of a call after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Done,
    /// It failed by itself.
    Again(Millis),
    /// The receiver named the time: that is none of its tries.
    Later(Millis),
    GivenUp,
}

/// Notes an attempt and what comes next; false where the call is gone, or was decided about meanwhile.
pub async fn note_attempt(tx: &mut Tx, attempt: &Attempt, next: Next, now: Millis) -> Result<bool> {
    let (state, due, settled) = match next {
        Next::Done => ("done", None, Some(now)),
        Next::Again(at) | Next::Later(at) => ("waiting", Some(at), None),
        Next::GivenUp => ("failed", None, Some(now)),
    };
    let a = attempt.clone();
    let sql = "UPDATE webhook_calls SET state = $2, due_at = COALESCE($3, due_at), settled_at = $4, status = $5, error = $6, \
               attempts = attempts + 1, failures = failures + $7 WHERE id = $1 AND state = 'waiting'";
    let failed = i64::from(matches!(next, Next::Again(_)));
    let waited = tx.run(sql, binds![a.call_id, state, due, settled, a.status, a.error.clone(), failed]).await? == 1;
    let sql = format!(
        "INSERT INTO webhook_attempts ({ATTEMPT}) SELECT $1, $2, $3, $4, $5, $6, $7 \
         WHERE EXISTS (SELECT 1 FROM webhook_calls WHERE id = $2)"
    );
    tx.run(sql, binds![a.id, a.call_id, a.at, a.took, a.status, a.answer, a.error]).await?;
    Ok(waited)
}

/// A call went well: whatever went wrong before is over.
pub async fn note_well(tx: &mut Tx, endpoint: i64) -> Result<()> {
    let sql = "UPDATE webhook_endpoints SET failing_since = NULL, rest_until = 0 \
               WHERE id = $1 AND (failing_since IS NOT NULL OR rest_until > 0)";
    tx.run(sql, binds![endpoint]).await?;
    Ok(())
}

/// How long nothing may be heard of an endpoint before trouble is a new trouble; longer than any wait between two tries.
const NEW_TROUBLE: Millis = 12 * 3_600_000;

/// A call went wrong; the endpoint is left alone until then. Gives since when it goes wrong.
pub async fn note_trouble(tx: &mut Tx, endpoint: i64, rest_until: Millis, now: Millis) -> Result<Option<Millis>> {
    let sql = "UPDATE webhook_endpoints SET \
               failing_since = CASE WHEN failing_since IS NULL OR failed_at < $4 THEN $3 ELSE failing_since END, failed_at = $3, \
               rest_until = CASE WHEN rest_until > $2 THEN rest_until ELSE $2 END WHERE id = $1 RETURNING failing_since";
    Ok(tx.row::<(Millis,)>(sql, binds![endpoint, rest_until, now, now - NEW_TROUBLE]).await?.map(|(since,)| since))
}

/// It is called no more, and why; false where it was not on. What waits for it is given up: see [`give_up`].
pub async fn stop(tx: &mut Tx, endpoint: i64, state: &str, reason: &str, now: Millis) -> Result<bool> {
    let sql = "UPDATE webhook_endpoints SET state = $2, reason = $3, updated_at = $4 WHERE id = $1 AND state = 'on'";
    Ok(tx.run(sql, binds![endpoint, state, reason, now]).await? == 1)
}

/// What waits for an endpoint is not tried any more; how many that were.
pub async fn give_up(tx: &mut Tx, endpoint: i64, why: &str, now: Millis) -> Result<u64> {
    let sql = "UPDATE webhook_calls SET state = 'failed', settled_at = $3, error = $2 \
               WHERE endpoint_id = $1 AND state = 'waiting'";
    tx.run(sql, binds![endpoint, why, now]).await
}

/// Has one be tried anew from now on; false where it is on its way, or gone.
pub async fn redeliver(tx: &mut Tx, call: i64, now: Millis, until: Millis) -> Result<bool> {
    let sql = "UPDATE webhook_calls SET state = 'waiting', attempts = 0, failures = 0, due_at = $2, until_at = $3, settled_at = NULL \
               WHERE id = $1 AND state <> 'waiting'";
    Ok(tx.run(sql, binds![call, now, until]).await? == 1)
}

/// Has all be tried anew that failed of what happened since; how many those are.
pub async fn redeliver_failed(tx: &mut Tx, endpoint: i64, since: Millis, now: Millis, until: Millis) -> Result<u64> {
    let sql = "UPDATE webhook_calls SET state = 'waiting', attempts = 0, failures = 0, due_at = $3, until_at = $4, settled_at = NULL \
               WHERE endpoint_id = $1 AND state = 'failed' AND created_at >= $2";
    tx.run(sql, binds![endpoint, since, now, until]).await
}

/// Forgets what was told, or given up, before a moment; so many at a time. Gives how many those were.
pub async fn forget(tx: &mut Tx, before: Millis, limit: i64) -> Result<u64> {
    let sql = "SELECT id, event_id FROM webhook_calls WHERE settled_at IS NOT NULL AND settled_at < $1 ORDER BY settled_at LIMIT $2";
    let mut old: Vec<(i64, i64)> = tx.rows(sql, binds![before, limit]).await?;
    // What was noted for an endpoint while it was being removed.
    let sql =
        "SELECT id, event_id FROM webhook_calls WHERE endpoint_id NOT IN (SELECT id FROM webhook_endpoints) LIMIT $1";
    old.extend(tx.rows::<(i64, i64)>(sql, binds![limit]).await?);
    old.sort_unstable();
    old.dedup();
    let calls: Vec<Value> = old.iter().map(|(call, _)| Value::from(*call)).collect();
    tx.run_in("DELETE FROM webhook_attempts WHERE call_id IN ({list})", &calls).await?;
    tx.run_in("DELETE FROM webhook_calls WHERE id IN ({list})", &calls).await?;
    let events: Vec<Value> = old.iter().map(|(_, event)| Value::from(*event)).collect();
    let used: Vec<(i64,)> =
        rows_in(tx, "SELECT DISTINCT event_id FROM webhook_calls WHERE event_id IN ({list})", &events).await?;
    let is_used = |event: i64| used.iter().any(|(used,)| *used == event);
    let unused: Vec<Value> =
        old.iter().filter(|(_, event)| !is_used(*event)).map(|(_, event)| Value::from(*event)).collect();
    tx.run_in("DELETE FROM webhook_events WHERE id IN ({list})", &unused).await?;
    Ok(old.len() as u64)
}

/// Forgets what endpoints answered: it may repeat anything of anybody. Gives how many answers those were.
pub async fn forget_answers(tx: &mut Tx) -> Result<u64> {
    tx.run("UPDATE webhook_attempts SET answer = '' WHERE answer <> ''", binds![]).await
}

/// The clock was set back from `seen` to `now`: what waits for a moment waits as long as it still had to.
pub async fn bring_forward(tx: &mut Tx, seen: Millis, now: Millis) -> Result<u64> {
    let step = seen - now;
    let sql = "UPDATE webhook_endpoints SET rest_until = rest_until - $1, lease_until = lease_until - $1 WHERE rest_until > $2 OR lease_until > $2";
    tx.run(sql, binds![step, now]).await?;
    let sql = "UPDATE webhook_calls SET due_at = due_at - $1, until_at = until_at - $1 WHERE state = 'waiting' AND due_at > $2";
    tx.run(sql, binds![step, now]).await
}
