//! Trackers of issues that may call: added with a secret that is shown once, and removed.

use crate::{
    App, Result, Viewer, WebError,
    access::form::{Fields, Mistakes},
    inbox::flash,
    layout::{Nav, Shell},
    routes::{Rule, Table},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use tertulia_engine::trackers as desk;
use tertulia_model::{Millis, Permission::Manage};
use tertulia_store::trackers;

pub(super) fn routes(table: &mut Table) {
    table.get("/settings/trackers", Rule::Member(Manage), get(list));
    table.post("/settings/trackers", Rule::Member(Manage), post(add));
    table.post("/settings/trackers/{id}/remove", Rule::Member(Manage), post(remove));
}

struct TrackerView {
    title: String,
    address: String,
    href: String,
    heard_at: Option<Millis>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    title: String,
}

#[derive(Template)]
#[template(path = "settings/trackers/list.html")]
struct ListPage {
    shell: Shell,
    all: Vec<TrackerView>,
    typed: Typed,
    mistakes: Mistakes,
}

/// Shown once after it was made.
#[derive(Template)]
#[template(path = "settings/trackers/secret.html")]
struct SecretPage {
    shell: Shell,
    title: String,
    address: String,
    secret: String,
}

async fn draw(app: &App, viewer: &Viewer, headers: &HeaderMap, typed: Typed, mistakes: Mistakes) -> Result<Response> {
    let mut shell = app.shell(viewer, "trackers", "Trackers of issues", Nav::Settings).await?;
    shell.toast = flash::take(app, headers);
    let view = |tracker: trackers::Tracker| TrackerView {
        title: tracker.title,
        address: desk::address(&app.engine, tracker.id),
        href: format!("/settings/trackers/{}", tracker.id),
        heard_at: tracker.heard_at,
    };
    let all = trackers::all(&mut app.engine.db.reader()).await?.into_iter().map(view).collect();
    let status = if mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(ListPage { shell, all, typed, mistakes }.render()?)).into_response())
}

async fn list(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response> {
    let page = draw(&app, &viewer, &headers, Typed::default(), Mistakes::default()).await?;
    Ok(flash::said(&headers, page))
}

async fn add(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Fields(typed): Fields<Typed>,
) -> Result<Response> {
    match desk::add(&app.engine, &typed.title, viewer.user.id).await {
        Ok(new) => {
            let page = SecretPage {
                shell: app.shell(&viewer, "tracker-secret", "The secret", Nav::Settings).await?,
                title: typed.title,
                address: desk::address(&app.engine, new.id),
                secret: new.secret.reveal().to_owned(),
            };
            Ok(Html(page.render()?).into_response())
        }
        Err(error) => draw(&app, &viewer, &headers, typed, Mistakes::of(error)?).await,
    }
}

async fn remove(State(app): State<App>, _: Viewer, Path(id): Path<String>) -> Result<Response> {
    desk::remove(&app.engine, id.parse().map_err(|_| WebError::not_found())?).await?;
    Ok(flash::redirect(&app, "/settings/trackers", "It is removed. What it said of changes stays.", None))
}
