//! All goals, the one that is due first first.

use super::card::{self, Card};
use crate::{
    App, Result, Viewer,
    inbox::{Known, flash, times},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::{goals, promises};
use tertulia_model::Permission;

#[derive(Template)]
#[template(path = "goals/list.html")]
struct GoalsPage {
    shell: Shell,
    goals: Vec<Card>,
    given_up: Vec<Card>,
    may_manage: bool,
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response> {
    let known = Known::read(&app, &viewer, &headers).await?;
    let zone = promises::time_zone(&mut app.engine.db.reader()).await?;
    let today = times::today(app.engine.now(), &zone);
    let mut cards = Vec::new();
    let (all, counted) = goals::all(&app.engine).await?;
    for stands in &all {
        cards.push(card::card(&app, &known, today, (stands, &counted)).await?);
    }
    let (given_up, goals) = cards.into_iter().partition(|card: &Card| card.is_given_up);
    let mut shell = app.shell(&viewer, "goals", "Goals", Nav::Figures).await?;
    shell.toast = flash::take(&app, &headers);
    let may_manage = viewer.user.role.may(Permission::Manage);
    let page = GoalsPage { shell, goals, given_up, may_manage };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}
