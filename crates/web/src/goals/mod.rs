//! Goals: what we hope to reach, how each stands, and what is seen outside of Tertulia.

mod card;
mod form;
mod list;
mod outcomes;
mod page;
mod picture;
mod words;

pub(crate) use words::start_view;

use crate::{
    App, Result, WebError,
    routes::{Rule, Table},
};
use axum::routing::{get, post};
use tertulia_engine::goals;
use tertulia_model::{
    GoalId,
    Permission::{Manage, Read},
};
use tertulia_store::goals::Goal;

pub(crate) fn routes(table: &mut Table) {
    let (read, manage) = (Rule::Member(Read), Rule::Member(Manage));
    table.get("/goals", read, get(list::page));
    table.get("/goals/new", manage, get(form::new));
    table.post("/goals/new", manage, post(form::add));
    outcomes::routes(table);
    table.get("/goals/{id}", read, get(page::page));
    table.get("/goals/{id}/edit", manage, get(form::edit));
    table.post("/goals/{id}/edit", manage, post(form::change));
    table.post("/goals/{id}/give-up", manage, post(page::give_up));
    table.post("/goals/{id}/take-up", manage, post(page::take_up));
}

/// Where a goal is.
fn href(id: GoalId) -> String {
    format!("/goals/{id}")
}

fn id_of(id: &str) -> Result<GoalId> {
    id.parse().map(GoalId).map_err(|_| WebError::not_found())
}

/// A goal as it was declared last; nothing is counted for it.
async fn known(app: &App, id: &str) -> Result<Goal> {
    Ok(goals::latest(&app.engine, id_of(id)?).await?)
}
