//! What the organisation hopes to reach, and how far it is.

use super::{
    extract::{Given, Id, invalid},
    ident::Ident,
    shapes::Page,
};
use crate::{App, Result, Viewer, WebError};
use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tertulia_engine::{
    EngineError,
    goals::{self, GoalForm, Standing, Version},
    promises,
};
use tertulia_model::{GoalId, UserId};
use tertulia_store::goals as stored;
use utoipa::ToSchema;

/// A goal as it stands.
#[derive(Serialize, ToSchema)]
pub(super) struct Goal {
    id: Ident,
    /// What was declared last.
    declared: Declared,
    /// `running` until its day is over, then `met`, `missed` or `unknown`.
    verdict: String,
    /// What was measured over `over_days` up to its day, or up to today; absent where nothing says it, and where it was given
    /// up. What a figure came to when the day was over stays.
    value: Option<f64>,
    /// How many cases or values that rests on.
    n: usize,
    /// How many people, where it is measured by a figure.
    people: usize,
    /// The first and the last day that were measured.
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: String,
    given_up_at: Option<i64>,
}

/// One version of a goal.
#[derive(Serialize, ToSchema)]
pub(super) struct Declared {
    version: Ident,
    sentence: String,
    /// Where it stood, and what is hoped for, as it was written.
    today: String,
    hoped: String,
    #[schema(format = Date)]
    due_on: String,
    owner_id: Option<Ident>,
    /// The name of a figure, `outcome-` and an id, or empty: words alone.
    measure: String,
    over_days: i64,
    /// In the unit of the measure: milliseconds, a share of 0 to 1, a number.
    baseline: Option<f64>,
    target: Option<f64>,
    /// The target is not to be exceeded; else it is to be reached.
    at_most: bool,
    declared_at: i64,
    declared_by: Ident,
    /// Since when it can only be declared anew.
    frozen_at: Option<i64>,
    /// A channel was live already.
    after_listening: bool,
}

impl From<stored::Goal> for Declared {
    fn from(goal: stored::Goal) -> Self {
        Self {
            measure: goals::Measure::of_goal(&goal).name(),
            version: Ident(goal.id.0),
            sentence: goal.sentence,
            today: goal.today_value,
            hoped: goal.hoped_value,
            due_on: goal.due_on,
            owner_id: goal.owner_id.map(Ident::from),
            over_days: goal.over_days,
            baseline: goal.baseline,
            target: goal.target,
            at_most: goal.at_most,
            declared_at: goal.declared_at,
            declared_by: goal.declared_by.into(),
            frozen_at: goal.frozen_at,
            after_listening: goal.after_listening,
        }
    }
}

impl From<Standing> for Goal {
    fn from(stands: Standing) -> Self {
        Self {
            id: Ident(stands.goal.goal_id.0),
            verdict: stands.verdict.as_str().to_owned(),
            value: stands.value,
            n: stands.n,
            people: stands.people,
            from: stands.first.to_string(),
            until: stands.last.to_string(),
            given_up_at: stands.goal.given_up_at,
            declared: stands.goal.into(),
        }
    }
}

/// One version of a goal, and what became of it.
#[derive(Serialize, ToSchema)]
pub(super) struct GoalVersion {
    #[serde(flatten)]
    declared: Declared,
    /// `running` until its day is over, then `met`, `missed` or `unknown`; absent where another took its place before.
    verdict: Option<String>,
    /// What was measured at its day.
    value: Option<f64>,
    /// How many cases or values that rests on.
    n: usize,
    /// When its figure was measured.
    ended_at: Option<i64>,
}

impl From<Version> for GoalVersion {
    fn from(version: Version) -> Self {
        Self {
            verdict: version.verdict.map(|verdict| verdict.as_str().to_owned()),
            value: version.value,
            n: version.n,
            ended_at: version.goal.ended_at,
            declared: version.goal.into(),
        }
    }
}

/// A goal as it is written down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewGoal {
    /// What should be better, in one sentence.
    #[schema(min_length = 1, max_length = 500, example = "Everybody who writes to us has an answer within a day")]
    sentence: String,
    /// Where it stands: a number in the unit of the measure (percent, hours), or words such as "nobody knows".
    #[schema(min_length = 1, max_length = 500, example = "about half")]
    today: String,
    /// What is hoped for; with a measure a number in its unit.
    #[schema(min_length = 1, max_length = 500, example = "90")]
    hoped: String,
    /// By which day; one that is still to come.
    #[schema(format = Date, example = "2099-03-31")]
    due_on: String,
    /// The name of a figure, `outcome-` and an id, or empty: words alone.
    #[serde(default)]
    measure: String,
    /// What is hoped for is not to be exceeded.
    #[serde(default)]
    at_most: bool,
    /// Measured over so many days, the last of which is its day; 30 if it is left out.
    #[serde(default, deserialize_with = "super::extract::maybe_whole")]
    #[schema(minimum = 1, maximum = 366)]
    over_days: Option<i64>,
    /// Who sees to it; the key's member if it is left out.
    owner_id: Option<Ident>,
    /// The version that was read: refused where somebody declared it anew since.
    version: Option<Ident>,
}

async fn form(app: &App, body: &NewGoal) -> Result<GoalForm> {
    for (field, text) in [("sentence", &body.sentence), ("today", &body.today), ("hoped", &body.hoped)] {
        if text.trim().is_empty() {
            return Err(invalid(field, "Write something."));
        }
    }
    let zone = promises::time_zone(&mut app.engine.db.reader()).await?;
    let today = Timestamp::from_millisecond(app.engine.now()).unwrap_or_default().to_zoned(zone).date();
    Ok(GoalForm {
        sentence: body.sentence.clone(),
        today: body.today.clone(),
        hoped: body.hoped.clone(),
        due_on: body.due_on.clone(),
        declared_on: today,
        measure: body.measure.clone(),
        at_most: body.at_most,
        over_days: body.over_days.map(|days| days.to_string()).unwrap_or_default(),
        owner: body.owner_id.as_ref().map(|owner| UserId(owner.0)),
    })
}

/// What is wrong, by the names that a program gave.
fn wrong(error: EngineError) -> WebError {
    let mut told = WebError::from(error);
    for (field, _) in &mut told.fields {
        match field.as_str() {
            "goal" => "sentence".clone_into(field),
            "owner" => "owner_id".clone_into(field),
            _ => {}
        }
    }
    told
}

async fn shown(app: &App, id: i64) -> Result<Json<Goal>> {
    let (stands, _) = goals::one(&app.engine, GoalId(id)).await?;
    Ok(Json(stands.into()))
}

/// Lists the goals
///
/// Each as it stands, those that were given up last.
#[utoipa::path(
    get, path = "/api/v1/goals", tag = "goals", security(("key" = ["read"])),
    responses((status = 200, body = Page<Goal>))
)]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Page<Goal>>> {
    let (all, _) = goals::all(&app.engine).await?;
    Ok(Json(Page::whole(all.into_iter().map(Goal::from).collect())))
}

/// Shows a goal
#[utoipa::path(
    get, path = "/api/v1/goals/{id}", tag = "goals", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The goal")),
    responses((status = 200, body = Goal))
)]
pub(super) async fn one(State(app): State<App>, Id(id): Id) -> Result<Json<Goal>> {
    shown(&app, id).await
}

/// Lists all that was declared of a goal
///
/// The latest version first, each with what became of it at its day.
#[utoipa::path(
    get, path = "/api/v1/goals/{id}/versions", tag = "goals", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The goal")),
    responses((status = 200, body = Page<GoalVersion>))
)]
pub(super) async fn versions(State(app): State<App>, Id(id): Id) -> Result<Json<Page<GoalVersion>>> {
    let versions = goals::versions(&app.engine, GoalId(id)).await?;
    Ok(Json(Page::whole(versions.into_iter().map(GoalVersion::from).collect())))
}

/// Declares a goal
///
/// Where a channel is live already it is frozen at once, and marked as declared after listening began.
#[utoipa::path(
    post, path = "/api/v1/goals", tag = "goals", security(("key" = ["manage"])), request_body = NewGoal,
    responses((status = 201, body = Goal))
)]
pub(super) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Given(body): Given<NewGoal>,
) -> Result<(StatusCode, Json<Goal>)> {
    let id = goals::add(&app.engine, viewer.user.id, &form(&app, &body).await?).await.map_err(wrong)?;
    Ok((StatusCode::CREATED, shown(&app, id.0).await?))
}

/// Declares a goal anew
///
/// What was frozen stays written; this becomes a version of its own.
#[utoipa::path(
    put, path = "/api/v1/goals/{id}", tag = "goals", security(("key" = ["manage"])), request_body = NewGoal,
    params(("id" = Ident, Path, description = "The goal")),
    responses((status = 200, body = Goal))
)]
pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<NewGoal>,
) -> Result<Json<Goal>> {
    let seen = body.version.as_ref().map(|version| GoalId(version.0));
    goals::change(&app.engine, viewer.user.id, (GoalId(id), seen), &form(&app, &body).await?).await.map_err(wrong)?;
    shown(&app, id).await
}

/// Gives a goal up
///
/// It stays written.
#[utoipa::path(
    post, path = "/api/v1/goals/{id}/give-up", tag = "goals", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The goal")),
    responses((status = 200, body = Goal))
)]
pub(super) async fn give_up(State(app): State<App>, Id(id): Id) -> Result<Json<Goal>> {
    goals::give_up(&app.engine, GoalId(id), true).await?;
    shown(&app, id).await
}

/// Takes a goal up again
#[utoipa::path(
    post, path = "/api/v1/goals/{id}/take-up", tag = "goals", security(("key" = ["manage"])),
    params(("id" = Ident, Path, description = "The goal")),
    responses((status = 200, body = Goal))
)]
pub(super) async fn take_up(State(app): State<App>, Id(id): Id) -> Result<Json<Goal>> {
    goals::give_up(&app.engine, GoalId(id), false).await?;
    shown(&app, id).await
}
