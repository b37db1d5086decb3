//! The first run: what the organisation is called, who owns this place, and the one goal.

use super::{
    enter,
    form::{Fields, Mistakes},
    from_here,
};
use crate::{App, Result, inbox::times, layout::Shell};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use tertulia_engine::setup::{self, FirstRun, GoalForm};

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct WelcomeForm {
    organisation: String,
    name: String,
    mail: String,
    password: String,
    goal: String,
    today: String,
    hoped: String,
    due_on: String,
}

#[derive(Template)]
#[template(path = "access/welcome.html")]
struct WelcomePage {
    shell: Shell,
    form: WelcomeForm,
    mistakes: Mistakes,
}

pub(super) async fn page(State(app): State<App>) -> Result<Response> {
    if !setup::is_new(&app.engine).await? {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    draw(WelcomeForm::default(), Mistakes::default())
}

fn draw(form: WelcomeForm, mistakes: Mistakes) -> Result<Response> {
    let shell = Shell::new("welcome", "Welcome");
    Ok(Html(WelcomePage { shell, form, mistakes }.render()?).into_response())
}

pub(super) async fn finish(
    State(app): State<App>,
    headers: HeaderMap,
    Fields(form): Fields<WelcomeForm>,
) -> Result<Response> {
    from_here(&headers)?;
    if !setup::is_new(&app.engine).await? {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    let zone = times::zone(&headers);
    match setup::first_run(&app.engine, first_run(&form, times::today(app.engine.now(), &zone))).await {
        Ok(owner) => {
            // The organisation's days end where its first owner is, until somebody says otherwise under Settings.
            if let Some(name) = zone.iana_name() {
                setup::set_time_zone(&app.engine, name).await?;
            }
            Ok(enter(&app, &owner, "/"))
        }
        Err(error) => {
            let mut mistakes = Mistakes::of(error)?;
            // A password never goes back into a page, so it has to be typed again whatever the mistake was.
            mistakes.note("password", "Type the password once more; it is not kept in this page.");
            Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(form, mistakes)?).into_response())
        }
    }
}

fn first_run(form: &WelcomeForm, today: Date) -> FirstRun {
    FirstRun {
        organisation: form.organisation.clone(),
        name: form.name.clone(),
        mail: form.mail.clone(),
        password: form.password.clone(),
        goal: GoalForm {
            sentence: form.goal.clone(),
            today: form.today.clone(),
            hoped: form.hoped.clone(),
            due_on: form.due_on.clone(),
            declared_on: today,
            ..GoalForm::default()
        },
    }
}
