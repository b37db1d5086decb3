//! The start page: the goal, and what waits.

use crate::{
    App, Result, Viewer,
    layout::{Nav, Shell},
    routes::{Rule, Table},
};
use askama::Template;
use axum::{extract::State, response::Html, routing::get};
use tertulia_model::Permission::Read;

pub(crate) fn routes(table: &mut Table) {
    table.get("/", Rule::Member(Read), get(page));
}

#[derive(Template)]
#[template(path = "start/page.html")]
struct StartPage {
    shell: Shell,
}

async fn page(State(app): State<App>, viewer: Viewer) -> Result<Html<String>> {
    let shell = app.shell(&viewer, "start", "Start", Nav::Start).await?;
    Ok(Html(StartPage { shell }.render()?))
}
