//! What holds for the whole installation: what the organisation is called, how this place is reached, which programs are
//! told what happens in it.

mod roadmap;
mod trackers;
mod webhooks;

use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    inbox::flash,
    layout::{Nav, Shell},
    routes::{Rule, Table},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use tertulia_engine::{promises, roadmap as public, setup};
use tertulia_model::Permission::Manage;
use tertulia_store::{goals, trackers as callers, webhooks as endpoints};

const UNDO: &str = "undo of a new name";

pub(crate) fn routes(table: &mut Table) {
    let manage = Rule::Member(Manage);
    table.get("/settings", manage, get(page));
    table.post("/settings", manage, post(rename));
    table.post("/settings/undo", manage, post(undo));
    table.post("/settings/time-zone", manage, post(set_time_zone));
    roadmap::routes(table);
    trackers::routes(table);
    webhooks::routes(table);
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Named {
    organisation: String,
}

#[derive(Template)]
#[template(path = "settings/page.html")]
struct SettingsPage {
    shell: Shell,
    form: Named,
    mistakes: Mistakes,
    time_zone: String,
    goal: Option<String>,
    address: String,
    /// How many programs are told what happens, and how many of them need somebody.
    told: usize,
    troubled: usize,
    is_public: bool,
    /// How many trackers call here.
    trackers: usize,
}

async fn page(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response> {
    let form = Named { organisation: app.organisation().await? };
    let page = draw(&app, &viewer, &headers, (form, None), Mistakes::default()).await?;
    Ok(flash::said(&headers, page))
}

/// `zone`: as it was typed, where that is to be put right.
async fn draw(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    (form, zone): (Named, Option<String>),
    mistakes: Mistakes,
) -> Result<Response> {
    let mut shell = app.shell(viewer, "settings", "Settings", Nav::Settings).await?;
    shell.toast = flash::take(app, headers);
    let goal = goals::current(&mut app.engine.db.reader()).await?.map(|goal| goal.sentence);
    let address = app.engine.public_url.clone();
    let programs = endpoints::all(&mut app.engine.db.reader()).await?;
    let troubled = programs.iter().filter(|program| program.reason.is_some()).count();
    let told = programs.len();
    let stands = promises::time_zone(&mut app.engine.db.reader()).await?;
    let time_zone = zone.unwrap_or_else(|| stands.iana_name().unwrap_or("UTC").to_owned());
    let is_public = public::look(&mut app.engine.db.reader()).await?.is_on;
    let trackers = callers::all(&mut app.engine.db.reader()).await?.len();
    let page = SettingsPage { shell, form, mistakes, time_zone, goal, address, told, troubled, is_public, trackers };
    Ok(Html(page.render()?).into_response())
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Zone {
    time_zone: String,
}

async fn set_time_zone(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Fields(form): Fields<Zone>,
) -> Result<Response> {
    match setup::set_time_zone(&app.engine, &form.time_zone).await {
        Ok(()) => Ok(flash::redirect(&app, "/settings", "The time zone is kept.", None)),
        Err(error) => {
            let named = Named { organisation: app.organisation().await? };
            let page = draw(&app, &viewer, &headers, (named, Some(form.time_zone)), Mistakes::of(error)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn rename(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Fields(form): Fields<Named>,
) -> Result<Response> {
    let now = form.organisation.trim().to_owned();
    match setup::rename_organisation(&app.engine, &now).await {
        Ok(before) if before == now => Ok(flash::redirect(&app, "/settings", "Nothing was changed.", None)),
        Ok(before) => {
            let undo_url = format!("/settings/undo?of={}", flash::seal(&app, UNDO, &(before, now)));
            Ok(flash::redirect(&app, "/settings", "The new name is kept.", Some(undo_url)))
        }
        Err(error) => {
            let page = draw(&app, &viewer, &headers, (form, None), Mistakes::of(error)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Undone {
    of: String,
}

/// The name of before, unless somebody has given another one since.
async fn undo(State(app): State<App>, Query(undone): Query<Undone>) -> Result<Response> {
    let sealed: Option<(String, String)> = flash::unseal(&app, UNDO, &undone.of);
    let text = match sealed {
        Some((before, given)) if app.organisation().await? == given => {
            setup::rename_organisation(&app.engine, &before).await?;
            "It has its name of before."
        }
        _ => "It was given another name since, so nothing was changed.",
    };
    Ok(flash::redirect(&app, "/settings", text, None))
}
