//! A goal's day is over: what its figure came to then is kept, since figures go on. Who is answered later, a conversation that is
//! closed, a message whose days are over would else turn a goal that was missed into one that was met, or the other way.

use super::{
    finish,
    measure::{Counted, Measure, Verdict, standing, summed},
    missing,
};
use crate::{
    Engine, Result,
    figures::Period,
    promises,
    worker::{self, Done},
};
use jiff::{civil::Date, tz::TimeZone};
use std::sync::Arc;
use tertulia_model::{GoalId, JobId, Millis};
use tertulia_store::{
    Sql, Tx,
    goals::{self, Goal},
    jobs,
    outcomes::{self, Outcome},
};

/// When the day after a goal's day begins.
fn over_at(goal: &Goal, zone: &TimeZone) -> Option<Millis> {
    let next = goal.due_on.parse::<Date>().ok()?.tomorrow().ok()?;
    next.to_zoned(zone.clone()).ok().map(|begin| begin.timestamp().as_millisecond())
}

fn is_by_figure(goal: &Goal) -> bool {
    matches!(Measure::of_goal(goal), Measure::Figure(_))
}

/// Has it measured when its day is over.
pub(super) async fn measure_later(engine: &Engine, tx: &mut Tx, goal: &Goal) -> Result<()> {
    if goal.ended_at.is_some() || !is_by_figure(goal) {
        return Ok(());
    }
    let zone = promises::time_zone(tx).await?;
    if let Some(at) = over_at(goal, &zone) {
        jobs::add(tx, JobId(engine.next_id()), worker::GOAL, goal.id.0, at).await?;
    }
    Ok(())
}

/// The job of one version.
pub(crate) async fn run(engine: &Arc<Engine>, version: GoalId) -> Result<Done> {
    let mut db = engine.db.reader();
    let Some(goal) = goals::version(&mut db, version).await? else { return Ok(Done::Finished) };
    let zone = promises::time_zone(&mut db).await?;
    let Some(at) = over_at(&goal, &zone) else { return Ok(Done::Finished) };
    let later = goals::versions(&mut db, goal.goal_id).await?.into_iter().rfind(|other| other.id > version);
    let is_replaced = later.is_some_and(|later| later.declared_at < at);
    if is_replaced || goal.given_up_at.is_some() || goal.ended_at.is_some() || !is_by_figure(&goal) {
        return Ok(Done::Finished);
    }
    // It was declared anew with another day while it could still be changed, or the clock was set back.
    if engine.now() < at {
        return Ok(Done::PutOff(at));
    }
    let counted = Counted::of(engine, std::slice::from_ref(&goal)).await?;
    let stands = standing(engine, goal, &counted).await?;
    let rests_on = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let said = (stands.value, rests_on(stands.n), rests_on(stands.people));
    let mut tx = engine.db.begin().await?;
    goals::end(&mut tx, version, engine.now(), said).await?;
    finish(engine, tx, stands.goal.goal_id).await?;
    Ok(Done::Finished)
}

/// A version of a goal, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    pub goal: Goal,
    /// None: another took its place before its day was over.
    pub verdict: Option<Verdict>,
    pub outcome: Option<Outcome>,
    /// What was measured at its day, and on how many cases or values that rests.
    pub value: Option<f64>,
    pub n: usize,
}

/// All versions of a goal, the latest first.
pub async fn versions(engine: &Engine, id: GoalId) -> Result<Vec<Version>> {
    let mut db = engine.db.reader();
    let zone = promises::time_zone(&mut db).await?;
    let all = goals::versions(&mut db, id).await?;
    if all.is_empty() {
        return Err(missing());
    }
    let (mut versions, mut replaced_at) = (Vec::new(), None);
    for goal in all {
        let declared_at = goal.declared_at;
        versions.push(version(&mut db, goal, (&zone, engine.now()), replaced_at).await?);
        replaced_at = Some(declared_at);
    }
    Ok(versions)
}

async fn version(
    on: &mut impl Sql,
    goal: Goal,
    (zone, now): (&TimeZone, Millis),
    replaced_at: Option<Millis>,
) -> Result<Version> {
    let over_at = over_at(&goal, zone);
    let mut version = Version { verdict: None, outcome: None, value: None, n: 0, goal };
    let measure = Measure::of_goal(&version.goal);
    if let Measure::Outcome(id) = measure {
        version.outcome = outcomes::get(on, id).await?;
    }
    if replaced_at.is_some_and(|replaced| over_at.is_none_or(|over| replaced < over)) {
        return Ok(version);
    }
    let is_over = over_at.is_some_and(|over| over <= now);
    if !is_over || matches!(measure, Measure::Figure(_)) && version.goal.ended_at.is_none() {
        version.verdict = Some(Verdict::Running);
        return Ok(version);
    }
    match (measure, &version.outcome, version.goal.due_on.parse::<Date>()) {
        (Measure::Figure(_), ..) => {
            version.value = version.goal.ended_value;
            version.n = usize::try_from(version.goal.ended_n).unwrap_or_default();
        }
        (Measure::Outcome(_), Some(outcome), Ok(due)) => {
            let days = Period::until(due, version.goal.over_days);
            (version.value, version.n) = summed(on, outcome, (days.first(), due)).await?;
        }
        _ => {}
    }
    version.verdict = Some(Verdict::of(&version.goal, version.value));
    Ok(version)
}
