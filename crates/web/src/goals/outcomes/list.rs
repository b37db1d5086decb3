//! All outcomes, and a new one.

use super::{edit::hows, href};
use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    inbox::flash,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::goals::outcomes::{self as desk, OutcomeForm};
use tertulia_model::Permission;
use tertulia_store::outcomes;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    name: String,
    unit: String,
    /// `latest`, else added up.
    how: String,
}

struct Line {
    href: String,
    title: String,
    words: String,
}

#[derive(Template)]
#[template(path = "goals/outcomes.html")]
struct OutcomesPage {
    shell: Shell,
    lines: Vec<Line>,
    typed: Typed,
    hows: Vec<(String, String)>,
    mistakes: Mistakes,
    may_manage: bool,
}

async fn draw(app: &App, viewer: &Viewer, (typed, mistakes): (Typed, Mistakes)) -> Result<Response> {
    let line = |one: outcomes::Outcome| Line {
        href: href(one.id),
        words: format!(
            "{}{}{}",
            if one.adds_up { "added up over days" } else { "the latest value holds" },
            if one.unit.is_empty() { String::new() } else { format!(", in {}", one.unit) },
            if one.archived_at.is_some() { "; nothing new is measured by it" } else { "" }
        ),
        title: one.name,
    };
    let page = OutcomesPage {
        shell: app.shell(viewer, "outcomes", "Outcomes", Nav::Figures).await?,
        lines: outcomes::all(&mut app.engine.db.reader()).await?.into_iter().map(line).collect(),
        typed,
        hows: hows(),
        mistakes,
        may_manage: viewer.user.role.may(Permission::Manage),
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    draw(&app, &viewer, (Typed::default(), Mistakes::default())).await
}

pub(super) async fn add(State(app): State<App>, viewer: Viewer, Fields(typed): Fields<Typed>) -> Result<Response> {
    let form = OutcomeForm {
        name: typed.name.clone(),
        unit: typed.unit.clone(),
        adds_up: typed.how != "latest",
        is_archived: false,
    };
    match desk::add(&app.engine, viewer.user.id, &form).await {
        Ok(id) => Ok(flash::redirect(&app, &href(id), "Now give it its first values.", None)),
        Err(error) => draw(&app, &viewer, (typed, Mistakes::of(error)?)).await,
    }
}
