//! The one goal: how it stands, and declaring it anew.

use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    components::GoalView,
    inbox::times,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use tertulia_engine::setup;
use tertulia_store::goals::{self, Goal};

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct GoalForm {
    goal: String,
    today: String,
    hoped: String,
    due_on: String,
}

#[derive(Template)]
#[template(path = "start/goal.html")]
struct GoalPage {
    shell: Shell,
    form: GoalForm,
    mistakes: Mistakes,
}

pub(super) fn view(goal: Goal, today: Date, may_change: bool) -> GoalView {
    GoalView {
        by: by(&goal.due_on, today),
        sentence: goal.sentence,
        today: goal.today_value,
        hoped_for: goal.hoped_value,
        edit_href: may_change.then(|| "/goal".to_owned()),
    }
}

/// "31 March 2027, in 130 days".
fn by(due_on: &str, today: Date) -> String {
    let Ok(due) = due_on.parse::<Date>() else { return due_on.to_owned() };
    let day = due.strftime("%-d %B %Y");
    match (due - today).get_days() {
        0 => format!("{day}, today"),
        1 => format!("{day}, tomorrow"),
        days @ 2.. => format!("{day}, in {days} days"),
        _ => format!("{day}; that day has passed"),
    }
}

/// The form holds the goal as it stands, so that a small change is a small change.
pub(super) async fn page(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let standing = goals::current(&mut app.engine.db.reader()).await?;
    let form = standing.map_or_else(GoalForm::default, |goal| GoalForm {
        goal: goal.sentence,
        today: goal.today_value,
        hoped: goal.hoped_value,
        due_on: goal.due_on,
    });
    draw(&app, &viewer, form, Mistakes::default()).await
}

async fn draw(app: &App, viewer: &Viewer, form: GoalForm, mistakes: Mistakes) -> Result<Response> {
    let shell = app.shell(viewer, "goal", "Our goal", Nav::Start).await?;
    Ok(Html(GoalPage { shell, form, mistakes }.render()?).into_response())
}

pub(super) async fn declare(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Fields(form): Fields<GoalForm>,
) -> Result<Response> {
    let declared = setup::GoalForm {
        sentence: form.goal.clone(),
        today: form.today.clone(),
        hoped: form.hoped.clone(),
        due_on: form.due_on.clone(),
        declared_on: times::today(app.engine.now(), &times::zone(&headers)),
    };
    match setup::declare_goal(&app.engine, declared, viewer.user.id).await {
        Ok(()) => Ok(Redirect::to("/").into_response()),
        Err(error) => {
            let page = draw(&app, &viewer, form, Mistakes::of(error)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_day_of_a_goal_says_how_far_it_is() {
        let by = |due_on| super::by(due_on, jiff::civil::date(2026, 11, 21));
        assert_eq!(by("2027-03-31"), "31 March 2027, in 130 days");
        assert_eq!(by("2026-11-22"), "22 November 2026, tomorrow");
        assert_eq!(by("2026-11-21"), "21 November 2026, today");
        assert_eq!(by("2026-11-20"), "20 November 2026; that day has passed");
        assert_eq!(by("2027-02-31"), "2027-02-31");
    }
}
