//! Declaring a goal, and declaring it anew.

use super::{href, known};
use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    inbox::{flash, times},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::{
    EngineError,
    figures::{self, Figure},
    goals::{self, GoalForm, Measure},
    promises,
};
use tertulia_model::{GoalId, UserId};
use tertulia_store::{goals::Goal, outcomes, users};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    goal: String,
    today: String,
    hoped: String,
    due_on: String,
    measure: String,
    /// `most`, else at least.
    bound: String,
    over_days: String,
    owner: String,
    /// The version that was read.
    version: String,
}

impl Typed {
    fn of(goal: &Goal) -> Self {
        Self {
            goal: goal.sentence.clone(),
            today: goal.today_value.clone(),
            hoped: goal.hoped_value.clone(),
            due_on: goal.due_on.clone(),
            measure: Measure::of_goal(goal).name(),
            bound: if goal.at_most { "most" } else { "least" }.to_owned(),
            over_days: goal.over_days.to_string(),
            owner: goal.owner_id.map(|owner| owner.to_string()).unwrap_or_default(),
            version: goal.id.to_string(),
        }
    }

    async fn form(&self, app: &App) -> Result<GoalForm> {
        // A goal's day is over when it is over where the organisation is.
        let zone = promises::time_zone(&mut app.engine.db.reader()).await?;
        Ok(GoalForm {
            sentence: self.goal.clone(),
            today: self.today.clone(),
            hoped: self.hoped.clone(),
            due_on: self.due_on.clone(),
            declared_on: times::today(app.engine.now(), &zone),
            measure: self.measure.clone(),
            at_most: self.bound == "most",
            over_days: self.over_days.clone(),
            owner: self.owner.parse().ok().map(UserId),
        })
    }
}

type Choices = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "goals/form.html")]
struct FormPage {
    shell: Shell,
    back: String,
    action: String,
    /// What becomes of what stands.
    lead: &'static str,
    form: Typed,
    measures: Choices,
    bounds: Choices,
    owners: Choices,
    mistakes: Mistakes,
}

/// What can be chosen; `kept` is what the goal is measured by now.
async fn measures(app: &App, kept: &str) -> Result<Choices> {
    let mut choices = vec![(Measure::Words.name(), "Words alone: you say yourselves what became of it".to_owned())];
    choices.extend(Figure::ALL.map(|figure| (figure.name().to_owned(), format!("Figure: {}", figures::title(figure)))));
    let outcomes = outcomes::all(&mut app.engine.db.reader()).await?;
    let named = |one: outcomes::Outcome| {
        let name = Measure::Outcome(one.id).name();
        (one.archived_at.is_none() || name == kept).then(|| (name, format!("Outcome: {}", one.name)))
    };
    choices.extend(outcomes.into_iter().filter_map(named));
    Ok(choices)
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    stands: Option<&Goal>,
    (mut form, mistakes): (Typed, Mistakes),
) -> Result<Response> {
    if form.owner.is_empty() {
        form.owner = viewer.user.id.to_string();
    }
    let members = users::names(&mut app.engine.db.reader()).await?;
    let mut owners: Choices = members
        .into_iter()
        .filter(|member| member.disabled_at.is_none() || stands.is_some_and(|goal| goal.owner_id == Some(member.id)))
        .map(|member| (member.id.to_string(), member.name))
        .collect();
    owners.sort_by(|one, other| one.1.cmp(&other.1));
    let title = if stands.is_some() { "Declare it anew" } else { "A new goal" };
    let bound = |name: &str, words: &str| (name.to_owned(), words.to_owned());
    let page = FormPage {
        shell: app.shell(viewer, "goal-form", title, Nav::Figures).await?,
        action: stands.map_or_else(|| "/goals/new".to_owned(), |stands| format!("{}/edit", href(stands.goal_id))),
        back: stands.map_or_else(|| "/goals".to_owned(), |stands| href(stands.goal_id)),
        lead: match stands.map(|stands| stands.frozen_at) {
            None => {
                "One sentence, with today's value and the one you hope for. Once a channel is live it can only be declared anew."
            }
            Some(None) => "No channel is live yet, so this takes the place of what stands.",
            Some(Some(_)) => "What stands stays written, with its date; this becomes a version of its own.",
        },
        measures: measures(app, &stands.map(|goal| Measure::of_goal(goal).name()).unwrap_or_default()).await?,
        form,
        bounds: vec![bound("least", "At least that much"), bound("most", "At most that much")],
        owners,
        mistakes,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

pub(super) async fn new(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    draw(&app, &viewer, None, (Typed::default(), Mistakes::default())).await
}

pub(super) async fn add(State(app): State<App>, viewer: Viewer, Fields(typed): Fields<Typed>) -> Result<Response> {
    match goals::add(&app.engine, viewer.user.id, &typed.form(&app).await?).await {
        Ok(id) => Ok(flash::redirect(&app, &href(id), "The goal is declared.", None)),
        Err(error) => draw(&app, &viewer, None, (typed, Mistakes::of(error)?)).await,
    }
}

/// The form holds the goal as it stands, so that a small change is a small change.
pub(super) async fn edit(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let stands = known(&app, &id).await?;
    draw(&app, &viewer, Some(&stands), (Typed::of(&stands), Mistakes::default())).await
}

pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let stands = known(&app, &id).await?;
    let goal = stands.goal_id;
    let seen = typed.version.parse().ok().map(GoalId);
    match goals::change(&app.engine, viewer.user.id, (goal, seen), &typed.form(&app).await?).await {
        Ok(()) => Ok(flash::redirect(&app, &href(goal), "The goal is declared anew.", None)),
        // What stands by now is named: whoever saves once more puts theirs over it.
        Err(error @ EngineError::Refused(_)) if seen.is_some_and(|seen| seen != stands.id) => {
            let typed = Typed { version: stands.id.to_string(), ..typed };
            let mut mistakes = Mistakes::of(error)?;
            mistakes.general.push_str(" Save once more to put yours over it.");
            draw(&app, &viewer, Some(&stands), (typed, mistakes)).await
        }
        Err(error) => draw(&app, &viewer, Some(&stands), (typed, Mistakes::of(error)?)).await,
    }
}
