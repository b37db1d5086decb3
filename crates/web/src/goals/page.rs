//! One goal: how it stands, how it went, and all that was declared of it.

use super::{
    card::{self, Card},
    href, id_of, known, picture, words,
};
use crate::{
    App, Result, Viewer,
    inbox::{Known, flash, times},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::{
    EngineError,
    goals::{self, Measure, Version},
    promises,
};
use tertulia_model::{Millis, Permission};

/// What was declared, and when; and what became of it.
struct Declared {
    sentence: String,
    today: String,
    hoped: String,
    due_on: String,
    declared: &'static str,
    by: String,
    at: Millis,
    became: Option<String>,
}

#[derive(Template)]
#[template(path = "goals/page.html")]
struct GoalPage {
    shell: Shell,
    card: Card,
    /// To the conversations, or the values, behind what was measured.
    behind: Option<(&'static str, String)>,
    versions: Vec<Declared>,
    is_frozen: bool,
    may_manage: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response> {
    let (stands, counted) = goals::one(&app.engine, id_of(&id)?).await?;
    let versions = goals::versions(&app.engine, stands.goal.goal_id).await?;
    let named = Known::read(&app, &viewer, &headers).await?;
    let zone = promises::time_zone(&mut app.engine.db.reader()).await?;
    let today = times::today(app.engine.now(), &zone);
    let what = match stands.measure {
        Measure::Outcome(_) => "Show the values behind it",
        _ => "Show the conversations behind it",
    };
    let behind = picture::behind(stands.measure, stands.first, stands.last).map(|address| (what, address));
    let version = |version: &Version| Declared {
        sentence: version.goal.sentence.clone(),
        today: version.goal.today_value.clone(),
        hoped: version.goal.hoped_value.clone(),
        due_on: version.goal.due_on.clone(),
        declared: words::declared(&version.goal),
        by: named.member(version.goal.declared_by),
        at: version.goal.declared_at,
        became: words::became(version),
    };
    let mut shell = app.shell(&viewer, "goal", stands.goal.sentence.clone(), Nav::Figures).await?;
    shell.toast = flash::take(&app, &headers);
    let page = GoalPage {
        shell,
        card: card::card(&app, &named, today, (&stands, &counted)).await?,
        behind,
        versions: versions.iter().map(version).collect(),
        is_frozen: stands.goal.frozen_at.is_some(),
        may_manage: viewer.user.role.may(Permission::Manage),
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

pub(super) async fn give_up(State(app): State<App>, Path(id): Path<String>) -> Result<Response> {
    let goal = known(&app, &id).await?.goal_id;
    goals::give_up(&app.engine, goal, true).await?;
    let to = href(goal);
    let undo = format!("{to}/take-up");
    Ok(flash::redirect(&app, &to, "Given up. It stays written.", Some(undo)))
}

pub(super) async fn take_up(State(app): State<App>, Path(id): Path<String>) -> Result<Response> {
    let goal = known(&app, &id).await?.goal_id;
    let said = match goals::give_up(&app.engine, goal, false).await {
        Ok(()) => "It is a goal again.".to_owned(),
        Err(EngineError::Refused(why)) => why,
        Err(error) => return Err(error.into()),
    };
    Ok(flash::redirect(&app, &href(goal), &said, None))
}
