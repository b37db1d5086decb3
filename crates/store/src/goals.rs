//! What the organisation hopes to reach, written down before it listens. Each change is a version of its own.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{GoalId, Millis, UserId};

/// One version of a goal.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Goal {
    /// This version.
    pub id: GoalId,
    /// The goal: the id of its first version.
    pub goal_id: GoalId,
    pub sentence: String,
    pub today_value: String,
    pub hoped_value: String,
    /// A day, `2027-03-31`.
    pub due_on: String,
    pub owner_id: Option<UserId>,
    /// The name of a figure, `outcome`, or nothing.
    pub measure: String,
    pub outcome_id: Option<i64>,
    /// Over how many days it is measured.
    pub over_days: i64,
    pub baseline: Option<f64>,
    pub target: Option<f64>,
    /// The target is not to be exceeded.
    pub at_most: bool,
    pub declared_at: Millis,
    pub declared_by: UserId,
    /// Since when it can no longer be changed in place.
    pub frozen_at: Option<Millis>,
    /// It was declared when a channel was live already.
    pub after_listening: bool,
    pub given_up_at: Option<Millis>,
    /// When what its figure came to at its day was measured, and what that was: its value, and on how many cases and people
    /// it rests.
    pub ended_at: Option<Millis>,
    pub ended_value: Option<f64>,
    pub ended_n: i64,
    pub ended_people: i64,
}

const COLUMNS: &str = "id, goal_id, sentence, today_value, hoped_value, due_on, owner_id, measure, outcome_id, over_days, \
                       baseline, target, at_most, declared_at, declared_by, frozen_at, after_listening, given_up_at, \
                       ended_at, ended_value, ended_n, ended_people";

/// A version, new or written over as long as it is not frozen.
pub async fn put(tx: &mut Tx, goal: &Goal) -> Result<()> {
    let sql = format!(
        "INSERT INTO goals ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
         $19, $20, $21, $22) \
         ON CONFLICT (id) DO UPDATE SET sentence = excluded.sentence, today_value = excluded.today_value, \
         hoped_value = excluded.hoped_value, due_on = excluded.due_on, owner_id = excluded.owner_id, \
         measure = excluded.measure, outcome_id = excluded.outcome_id, over_days = excluded.over_days, \
         baseline = excluded.baseline, target = excluded.target, at_most = excluded.at_most, \
         declared_at = excluded.declared_at, declared_by = excluded.declared_by WHERE goals.frozen_at IS NULL"
    );
    let g = goal.clone();
    let values = binds![
        g.id,
        g.goal_id,
        g.sentence,
        g.today_value,
        g.hoped_value,
        g.due_on,
        g.owner_id,
        g.measure,
        g.outcome_id,
        g.over_days,
        g.baseline,
        g.target,
        g.at_most,
        g.declared_at,
        g.declared_by,
        g.frozen_at,
        g.after_listening,
        g.given_up_at,
        g.ended_at,
        g.ended_value,
        g.ended_n,
        g.ended_people,
    ];
    tx.run(sql, values).await?;
    Ok(())
}

/// The version that was declared last of all, of a goal that was not given up.
pub async fn current(on: &mut impl Sql) -> Result<Option<Goal>> {
    let sql = format!("SELECT {COLUMNS} FROM goals WHERE given_up_at IS NULL ORDER BY id DESC LIMIT 1");
    on.row(sql, binds![]).await
}

/// What stands of each goal: its latest version, the goal that was declared first first. They are few.
pub async fn standing(on: &mut impl Sql) -> Result<Vec<Goal>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM goals WHERE id IN (SELECT MAX(id) FROM goals GROUP BY goal_id) ORDER BY goal_id"
    );
    on.rows(sql, binds![]).await
}

/// One version.
pub async fn version(on: &mut impl Sql, id: GoalId) -> Result<Option<Goal>> {
    on.row(format!("SELECT {COLUMNS} FROM goals WHERE id = $1"), binds![id]).await
}

/// All versions of a goal, the latest first.
pub async fn versions(on: &mut impl Sql, goal: GoalId) -> Result<Vec<Goal>> {
    on.rows(format!("SELECT {COLUMNS} FROM goals WHERE goal_id = $1 ORDER BY id DESC"), binds![goal]).await
}

/// Every version of every goal. They are few.
pub async fn all(on: &mut impl Sql) -> Result<Vec<Goal>> {
    on.rows(format!("SELECT {COLUMNS} FROM goals ORDER BY id"), binds![]).await
}

/// What is not frozen yet is from now on.
pub async fn freeze(tx: &mut Tx, now: Millis) -> Result<u64> {
    tx.run("UPDATE goals SET frozen_at = $1 WHERE frozen_at IS NULL", binds![now]).await
}

/// What a version came to at its day: once, and from then on it can no longer be changed.
pub async fn end(tx: &mut Tx, version: GoalId, at: Millis, (value, n, people): (Option<f64>, i64, i64)) -> Result<u64> {
    let sql = "UPDATE goals SET ended_at = $2, ended_value = $3, ended_n = $4, ended_people = $5, \
               frozen_at = COALESCE(frozen_at, $2) WHERE id = $1 AND ended_at IS NULL";
    tx.run(sql, binds![version, at, value, n, people]).await
}

/// A goal is given up, all of its versions, or (`None`) taken up again.
pub async fn give_up(tx: &mut Tx, goal: GoalId, at: Option<Millis>) -> Result<()> {
    tx.run("UPDATE goals SET given_up_at = $2 WHERE goal_id = $1", binds![goal, at]).await?;
    Ok(())
}
