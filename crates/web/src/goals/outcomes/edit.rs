//! An outcome under another name, counted in another way, or no longer.

use super::{href, known};
use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    inbox::flash,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_engine::goals::outcomes::{self as desk, OutcomeForm};
use tertulia_store::outcomes::Outcome;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    name: String,
    unit: String,
    /// `latest`, else added up.
    how: String,
    /// `yes`: nothing new is to be measured by it.
    archived: String,
}

impl Typed {
    fn of(outcome: &Outcome) -> Self {
        Self {
            name: outcome.name.clone(),
            unit: outcome.unit.clone(),
            how: if outcome.adds_up { "total" } else { "latest" }.to_owned(),
            archived: if outcome.archived_at.is_some() { "yes" } else { "" }.to_owned(),
        }
    }
}

#[derive(Template)]
#[template(path = "goals/outcome_edit.html")]
struct EditPage {
    shell: Shell,
    href: String,
    typed: Typed,
    hows: Vec<(String, String)>,
    mistakes: Mistakes,
}

/// How values of several days become one.
pub(super) fn hows() -> Vec<(String, String)> {
    let how = |name: &str, words: &str| (name.to_owned(), words.to_owned());
    vec![how("total", "They are added up: visits, orders"), how("latest", "The latest holds: a count of members")]
}

async fn draw(app: &App, viewer: &Viewer, outcome: &Outcome, (typed, mistakes): (Typed, Mistakes)) -> Result<Response> {
    let page = EditPage {
        shell: app.shell(viewer, "outcome-form", outcome.name.clone(), Nav::Figures).await?,
        href: href(outcome.id),
        typed,
        hows: hows(),
        mistakes,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let outcome = known(&app, &id).await?;
    draw(&app, &viewer, &outcome, (Typed::of(&outcome), Mistakes::default())).await
}

pub(super) async fn save(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    let outcome = known(&app, &id).await?;
    let form = OutcomeForm {
        name: typed.name.clone(),
        unit: typed.unit.clone(),
        adds_up: typed.how != "latest",
        is_archived: typed.archived == "yes",
    };
    match desk::change(&app.engine, outcome.id, &form).await {
        Ok(()) => Ok(flash::redirect(&app, &href(outcome.id), "The outcome is changed.", None)),
        Err(error) => draw(&app, &viewer, &outcome, (typed, Mistakes::of(error)?)).await,
    }
}
