//! Whether the scorecard is shown, and in which colour.

use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    inbox::flash,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::figures::{
    self,
    public::{self, Look},
};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    shown: String,
    colour: String,
}

/// What is to be put into another page.
struct Line {
    title: &'static str,
    name: &'static str,
    html: String,
}

#[derive(Template)]
#[template(path = "scorecard/settings.html")]
struct ScorecardSettings {
    shell: Shell,
    is_on: bool,
    address: String,
    typed: Typed,
    badges: Vec<Line>,
    mistakes: Mistakes,
}

async fn draw(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    (typed, mistakes): (Option<Typed>, Mistakes),
) -> Result<Response> {
    let look = public::look(&app.engine).await?;
    let at = format!("{}/scorecard", app.engine.public_url);
    let badge = |figure: figures::Figure| {
        let (title, name) = (figures::title(figure), figure.name());
        let html = format!("<a href=\"{at}\"><img src=\"{at}/{name}/badge.svg\" alt=\"{title}\"></a>");
        Line { title, name, html }
    };
    let mut shell = app.shell(viewer, "scorecard-settings", "The public page", Nav::Figures).await?;
    shell.toast = flash::take(app, headers);
    let page = ScorecardSettings {
        shell,
        is_on: look.is_on,
        typed: typed.unwrap_or_else(|| Typed { shown: String::new(), colour: look.colour.clone() }),
        badges: public::SHOWN.map(badge).into(),
        address: at,
        mistakes,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(flash::said(headers, (status, Html(page.render()?)).into_response()))
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response> {
    draw(&app, &viewer, &headers, (None, Mistakes::default())).await
}

pub(super) async fn save(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let look = Look { is_on: typed.shown == "yes", colour: typed.colour.clone() };
    let said = if look.is_on {
        "Anybody can see it now."
    } else {
        "Nobody is shown it any more; a copy that was kept on its way may be seen for ten minutes."
    };
    match public::set_look(&app.engine, &look).await {
        Ok(()) => Ok(flash::redirect(&app, "/settings/scorecard", said, None)),
        Err(error) => draw(&app, &viewer, &headers, (Some(typed), Mistakes::of(error)?)).await,
    }
}
