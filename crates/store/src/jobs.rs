//! The job table: work that must be done once, by whoever is there, also after a crash.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{ChannelId, JobId, Millis};

/// So many jobs of one kind about one channel are worked on at once, by all nodes together: a server that does not answer
/// must not keep from working what goes elsewhere, and no mail server bears more sign-ins.
pub const AT_ONE_CHANNEL: i64 = 4;

/// Stands for a channel where jobs are about none and all ask much of this installation itself: few of a kind at once.
pub const IN_TURN: ChannelId = ChannelId(-1);

/// The kinds and channels that have as many as they may; $1 is now.
fn full() -> String {
    format!(
        "SELECT kind, channel_id FROM jobs WHERE channel_id <> 0 AND lease_until > $1 \
         GROUP BY kind, channel_id HAVING COUNT(*) >= {AT_ONE_CHANNEL}"
    )
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Job {
    pub id: JobId,
    /// `send`, `import`, `wake` …
    pub kind: String,
    /// The id of what it is about. One job a kind and subject.
    pub subject: i64,
    pub run_at: Millis,
    pub attempts: i64,
    /// Which claim this is. Who lost the job to a later one says no more about it.
    pub claim: i64,
}

/// Adds a job, or moves the one that stands there to the earlier time. One that is being worked on just now is asked for
/// again (a claim counts as an attempt, so none says so), and whoever finishes it leaves it to be done once more.
pub async fn add(tx: &mut Tx, id: JobId, kind: &str, subject: i64, run_at: Millis) -> Result<()> {
    add_for(tx, id, (kind, ChannelId(0)), subject, run_at).await
}

/// The same, for a job that asks something of a channel's server: not more than [`AT_ONE_CHANNEL`] run at once.
pub async fn add_for(
    tx: &mut Tx,
    id: JobId,
    (kind, channel): (&str, ChannelId),
    subject: i64,
    run_at: Millis,
) -> Result<()> {
    let sql = "INSERT INTO jobs (id, kind, subject, run_at, channel_id) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (kind, subject) DO UPDATE SET channel_id = excluded.channel_id, \
               attempts = CASE WHEN jobs.lease_owner IS NULL THEN jobs.attempts ELSE 0 END, \
               run_at = CASE WHEN jobs.run_at < excluded.run_at THEN jobs.run_at ELSE excluded.run_at END";
    tx.run(sql, binds![id, kind, subject, run_at, channel]).await?;
    Ok(())
}

/// Claims up to `limit` jobs that are due and that nobody holds, until `until`; each claim counts as an attempt. Of one
/// kind, no channel gets more than [`AT_ONE_CHANNEL`].
pub async fn claim(tx: &mut Tx, owner: &str, now: Millis, until: Millis, limit: i64) -> Result<Vec<Job>> {
    let sql = format!(
        "WITH due AS MATERIALIZED \
         (SELECT id, kind, channel_id, run_at FROM jobs \
         WHERE run_at <= $1 AND lease_until <= $1 AND (kind, channel_id) NOT IN ({}) \
         ORDER BY run_at, id LIMIT $4 {}), \
         held AS (SELECT kind, channel_id, COUNT(*) AS places FROM jobs WHERE channel_id <> 0 AND lease_until > $1 \
         GROUP BY kind, channel_id), \
         fair AS (SELECT due.id, due.channel_id, COALESCE(held.places, 0) + ROW_NUMBER() OVER \
         (PARTITION BY due.kind, due.channel_id ORDER BY due.run_at, due.id) AS place \
         FROM due LEFT JOIN held ON held.kind = due.kind AND held.channel_id = due.channel_id) \
         UPDATE jobs SET lease_owner = $2, lease_until = $3, attempts = attempts + 1, claim = claim + 1 \
         WHERE id IN (SELECT id FROM fair WHERE channel_id = 0 OR place <= {AT_ONE_CHANNEL}) \
         RETURNING id, kind, subject, run_at, attempts, claim",
        full(),
        tx.dialect().skip_locked()
    );
    let mut jobs: Vec<Job> = tx.rows(sql, binds![now, owner, until, limit]).await?;
    jobs.sort_by_key(|job| (job.run_at, job.id));
    Ok(jobs)
}

/// Claims the job of this kind about `subject`, if it is due and nobody holds it.
pub async fn claim_one(
    tx: &mut Tx,
    owner: &str,
    (kind, subject): (&str, i64),
    now: Millis,
    until: Millis,
) -> Result<Option<Job>> {
    let sql = "UPDATE jobs SET lease_owner = $1, lease_until = $5, attempts = attempts + 1, claim = claim + 1 \
               WHERE kind = $2 AND subject = $3 AND run_at <= $4 AND lease_until <= $4 \
               RETURNING id, kind, subject, run_at, attempts, claim";
    tx.row(sql, binds![owner, kind, subject, now, until]).await
}

/// When the next job that may be claimed then is due.
pub async fn next_due(on: &mut impl Sql, now: Millis) -> Result<Option<Millis>> {
    let sql = format!(
        "SELECT MIN(CASE WHEN lease_until > $1 THEN lease_until ELSE run_at END) FROM jobs \
         WHERE (kind, channel_id) NOT IN ({})",
        full()
    );
    Ok(on.row::<(Option<Millis>,)>(sql, binds![now]).await?.and_then(|(at,)| at))
}

/// Keeps a claim while the work goes on; false if it was lost to a later one, or the job is gone.
pub async fn keep(tx: &mut Tx, job: &Job, until: Millis) -> Result<bool> {
    let sql = "UPDATE jobs SET lease_until = $3 WHERE id = $1 AND claim = $2 AND lease_owner IS NOT NULL";
    Ok(tx.run(sql, binds![job.id, job.claim, until]).await? == 1)
}

/// The job is done, unless it was asked for again in the meantime: then it is free to be claimed.
pub async fn finish(tx: &mut Tx, job: &Job) -> Result<()> {
    let sql = "DELETE FROM jobs WHERE id = $1 AND claim = $2 AND (attempts > 0 OR lease_owner IS NULL)";
    tx.run(sql, binds![job.id, job.claim]).await?;
    let sql = "UPDATE jobs SET lease_owner = NULL, lease_until = 0 WHERE id = $1 AND claim = $2";
    tx.run(sql, binds![job.id, job.claim]).await?;
    Ok(())
}

/// Removes the job of this kind about `subject`, unless somebody holds it; true if it was there and free.
pub async fn withdraw(tx: &mut Tx, kind: &str, subject: i64, now: Millis) -> Result<bool> {
    let sql = "DELETE FROM jobs WHERE kind = $1 AND subject = $2 AND lease_until <= $3";
    Ok(tx.run(sql, binds![kind, subject, now]).await? == 1)
}

pub async fn retry(tx: &mut Tx, job: &Job, run_at: Millis, error: &str) -> Result<()> {
    let sql = "UPDATE jobs SET run_at = $3, last_error = $4, lease_owner = NULL, lease_until = 0 \
               WHERE id = $1 AND claim = $2";
    tx.run(sql, binds![job.id, job.claim, run_at, error]).await?;
    Ok(())
}

/// It went well and is to run again at `run_at`, or at once where it was asked for again in the meantime.
pub async fn put_off(tx: &mut Tx, job: &Job, run_at: Millis) -> Result<()> {
    let sql = "UPDATE jobs SET run_at = CASE WHEN attempts = 0 THEN run_at ELSE $3 END, attempts = 0, \
               lease_owner = NULL, lease_until = 0 WHERE id = $1 AND claim = $2";
    tx.run(sql, binds![job.id, job.claim, run_at]).await?;
    Ok(())
}

/// Frees what nodes held when they ended: those whose names begin with `owner`.
pub async fn release_all(tx: &mut Tx, owner: &str) -> Result<u64> {
    let sql = "UPDATE jobs SET lease_owner = NULL, lease_until = 0 \
               WHERE SUBSTR(lease_owner, 1, LENGTH(CAST($1 AS TEXT))) = CAST($1 AS TEXT)";
    tx.run(sql, binds![owner]).await
}

/// The clock was set back from `seen` to `now`: what waited for a moment waits as long as it still had to, and what was
/// overdue is due. Jobs of the kind `but` wait for a date that a person chose, so theirs stands.
///
/// One of the kind `undone` that is to run within `undo` from now may have been added after the step, or moved by
/// another node: to take it for overdue would cut the time short in which it can be taken back.
///
/// No claim holds for longer than `held`, as one would that was made before the step by a node that has died since.
pub async fn bring_forward(
    tx: &mut Tx,
    (seen, now): (Millis, Millis),
    but: &str,
    (undone, undo): (&str, Millis),
    held: Millis,
) -> Result<u64> {
    tx.run("UPDATE jobs SET lease_until = $1 WHERE lease_until > $1", binds![now + held]).await?;
    let sql = "UPDATE jobs SET run_at = CASE WHEN run_at > $1 THEN run_at - $1 + $2 ELSE $2 END \
               WHERE run_at > $2 AND kind <> $3 AND (kind <> $4 OR run_at > $5)";
    tx.run(sql, binds![seen, now, but, undone, now + undo]).await
}
