//! Goals: what the organisation hopes to reach, declared before it listens, and what became of it. A goal that is frozen is never
//! changed: a change is a version of its own, with its date, and the one before stays.

mod ending;
mod erasing;
mod form;
mod measure;
pub mod outcomes;

pub(crate) use ending::run;
pub use ending::{Version, versions};
pub(crate) use erasing::named;
pub use form::GoalForm;
pub use measure::{Counted, Measure, Point, Standing, Verdict, all, one, series};

use crate::{Engine, EngineError, Result, ingest::Tries};
use std::sync::Arc;
use tertulia_model::{ChannelState, GoalId, UserId};
use tertulia_store::{
    Tx, changes, channels,
    goals::{self, Goal},
    outcomes as stored, settings, users,
};

/// Goals at a time: more are none.
const MOST: usize = 50;

/// Whether a channel of this kind hears: all but what brings in archives, which hears only what is over.
fn listens(engine: &Engine, connector: &str) -> bool {
    engine.registry.get(connector).is_some_and(|connector| connector.archives().is_none())
}

/// A channel goes live: what was declared until now stands as it is. Whoever declares a goal and whoever starts a channel do
/// so one after the other.
pub(crate) async fn freeze(engine: &Engine, tx: &mut Tx, connector: &str) -> Result<()> {
    if listens(engine, connector) {
        settings::hold(tx, settings::ORGANISATION).await?;
        goals::freeze(tx, engine.now()).await?;
    }
    Ok(())
}

/// Whether a channel is live.
async fn is_listening(engine: &Engine, tx: &mut Tx) -> Result<bool> {
    settings::hold(tx, settings::ORGANISATION).await?;
    let all = channels::all(tx).await?;
    let is_live = |state| !matches!(state, ChannelState::Paused | ChannelState::Deleted);
    Ok(all.iter().any(|channel| is_live(channel.state) && listens(engine, &channel.connector)))
}

fn missing() -> EngineError {
    EngineError::missing("This goal")
}

/// The latest version of a goal, as it was declared.
pub async fn latest(engine: &Engine, goal: GoalId) -> Result<Goal> {
    goals::versions(&mut engine.db.reader(), goal).await?.into_iter().next().ok_or_else(missing)
}

/// A version as it is declared now, and what stands of its goal: who sees to that, and by what it is measured, may stay also
/// where nobody could choose it any more.
async fn declared(
    engine: &Engine,
    tx: &mut Tx,
    by: UserId,
    (stands, form): (Option<&Goal>, &GoalForm),
) -> Result<Goal> {
    let outcome = match form.outcome() {
        Some(id) => stored::get(tx, id).await?,
        None => None,
    };
    let is_kept = |id| stands.is_some_and(|stands| stands.outcome_id == Some(id));
    let outcome = outcome.filter(|outcome| outcome.archived_at.is_none() || is_kept(outcome.id));
    if let Some(owner) = form.owner.filter(|owner| stands.is_none_or(|stands| stands.owner_id != Some(*owner)))
        && users::get(tx, owner).await?.is_none_or(|user| user.disabled_at.is_some())
    {
        return Err(EngineError::invalid("owner", "Choose somebody of your team."));
    }
    let (id, now) = (GoalId(engine.next_id()), engine.now());
    let mut version = form.version(outcome.as_ref())?;
    let after_listening = is_listening(engine, tx).await?;
    version.id = id;
    version.goal_id = stands.map_or(id, |stands| stands.goal_id);
    (version.declared_at, version.declared_by) = (now, by);
    version.owner_id = version.owner_id.or(Some(by));
    version.after_listening = after_listening;
    version.frozen_at = after_listening.then_some(now);
    Ok(version)
}

/// Declares a goal in the first run, within its transaction.
pub(crate) async fn first(engine: &Engine, tx: &mut Tx, by: UserId, form: &GoalForm) -> Result<()> {
    let goal = declared(engine, tx, by, (None, form)).await?;
    goals::put(tx, &goal).await?;
    ending::measure_later(engine, tx, &goal).await
}

/// Declares a goal.
pub async fn add(engine: &Arc<Engine>, by: UserId, form: &GoalForm) -> Result<GoalId> {
    form.check()?;
    let mut tries = Tries::default();
    loop {
        match try_add(engine, by, form).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_add(engine: &Engine, by: UserId, form: &GoalForm) -> Result<GoalId> {
    let mut tx = engine.db.begin().await?;
    let goal = declared(engine, &mut tx, by, (None, form)).await?;
    check_room(&mut tx).await?;
    goals::put(&mut tx, &goal).await?;
    ending::measure_later(engine, &mut tx, &goal).await?;
    finish(engine, tx, goal.id).await?;
    Ok(goal.id)
}

async fn check_room(tx: &mut Tx) -> Result<()> {
    if goals::standing(tx).await?.iter().filter(|goal| goal.given_up_at.is_none()).count() >= MOST {
        return Err(EngineError::Refused(format!("{MOST} goals stand already. Give one up first; it stays written.")));
    }
    Ok(())
}

/// Declares a goal anew. `seen` is the version that whoever does it has read: somebody else may have changed it since.
pub async fn change(
    engine: &Arc<Engine>,
    by: UserId,
    (goal, seen): (GoalId, Option<GoalId>),
    form: &GoalForm,
) -> Result<()> {
    form.check()?;
    let mut tries = Tries::default();
    loop {
        match try_change(engine, by, (goal, seen), form).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_change(
    engine: &Engine,
    by: UserId,
    (goal, seen): (GoalId, Option<GoalId>),
    form: &GoalForm,
) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    settings::hold(&mut tx, settings::ORGANISATION).await?;
    let stands = goals::versions(&mut tx, goal).await?.into_iter().next().ok_or_else(missing)?;
    if seen.is_some_and(|seen| seen != stands.id) {
        let why = format!(
            "Somebody declared this goal anew meanwhile. It now says: “{}”, from {} to {} by {}. Nothing was changed.",
            stands.sentence, stands.today_value, stands.hoped_value, stands.due_on
        );
        return Err(EngineError::Refused(why));
    }
    if stands.given_up_at.is_some() {
        return Err(EngineError::Refused("This goal was given up. Take it up again first.".to_owned()));
    }
    let mut version = declared(engine, &mut tx, by, (Some(&stands), form)).await?;
    if stands.frozen_at.is_none() {
        version.id = stands.id;
    }
    goals::put(&mut tx, &version).await?;
    ending::measure_later(engine, &mut tx, &version).await?;
    finish(engine, tx, goal).await
}

/// A goal is given up, or taken up again; it stays written.
pub async fn give_up(engine: &Arc<Engine>, goal: GoalId, is_given_up: bool) -> Result<()> {
    let mut tries = Tries::default();
    loop {
        match try_give_up(engine, goal, is_given_up).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_give_up(engine: &Engine, goal: GoalId, is_given_up: bool) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    settings::hold(&mut tx, settings::ORGANISATION).await?;
    let stands = goals::versions(&mut tx, goal).await?.into_iter().next().ok_or_else(missing)?;
    if stands.given_up_at.is_some() != is_given_up {
        if !is_given_up {
            check_room(&mut tx).await?;
            ending::measure_later(engine, &mut tx, &stands).await?;
        }
        goals::give_up(&mut tx, goal, is_given_up.then(|| engine.now())).await?;
    }
    finish(engine, tx, goal).await
}

async fn finish(engine: &Engine, mut tx: Tx, goal: GoalId) -> Result<()> {
    let noted = changes::note(&mut tx, &[("goal", goal.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
