//! The page itself, and its live part.

use super::{
    beginnings::{self, Beginning},
    cards::{self, Member, Tried, View},
    trouble::Trouble,
};
use crate::{
    App, Result, Viewer,
    components::GoalView,
    goals::start_view,
    inbox::{Known, flash, times},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::today::{self, Reader};
use tertulia_model::Permission::{Converse, Manage};
use tertulia_store::goals;

#[derive(Template)]
#[template(path = "today/page.html")]
struct TodayPage {
    shell: Shell,
    reader: String,
    goal: Option<GoalView>,
    may_manage: bool,
    /// What to begin with, where nothing is connected yet.
    beginnings: Option<Vec<Beginning>>,
    /// A form stands there as it was filled in: nothing that comes by itself takes it away.
    is_tried: bool,
    /// What was tried with a card that does not stand there any more.
    lost: Option<Tried>,
    stand: Stand,
}

/// What stands in the page's live part.
struct Stand {
    /// "Saturday, 21 November", where the organisation is.
    date: String,
    cards: Vec<View>,
    more: bool,
    overfull: bool,
    may_act: bool,
    /// Nothing is connected: then it is no wonder that nobody waits.
    is_new: bool,
    members: Vec<Member>,
    tomorrow: String,
    csrf: String,
    trouble: Trouble,
}

#[derive(Template)]
#[template(path = "today/cards.html")]
struct Cards {
    stand: Stand,
}

impl Stand {
    async fn read(app: &App, viewer: &Viewer, headers: &HeaderMap, tried: Option<&Tried>) -> Result<Self> {
        let may_act = viewer.user.role.may(Converse);
        let reader = if may_act { Reader::Works(viewer.user.id) } else { Reader::LooksOn };
        let found = today::today(&app.engine, reader).await?;
        let known = Known::read(app, viewer, headers).await?;
        let tomorrow = found.day.date.tomorrow().unwrap_or(found.day.date);
        Ok(Self {
            date: found.day.date.strftime("%A, %-d %B").to_string(),
            more: found.more,
            overfull: found.overfull,
            may_act,
            is_new: beginnings::where_new(app).await?.is_some(),
            members: cards::others(&known),
            tomorrow: tomorrow.to_string(),
            csrf: viewer.csrf.clone(),
            trouble: Trouble::read(app, viewer).await?,
            cards: cards::views(app, &known, found, tried).await?,
        })
    }
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response> {
    draw(&app, &viewer, &headers, None).await
}

/// The page; with a form that was refused it stands there as it was filled in, and why.
pub(super) async fn draw(app: &App, viewer: &Viewer, headers: &HeaderMap, tried: Option<Tried>) -> Result<Response> {
    let mut shell = app.shell(viewer, "today", "Today", Nav::Today).await?;
    shell.toast = flash::take(app, headers);
    let may_manage = viewer.user.role.may(Manage);
    let by_now = times::today(app.engine.now(), &times::zone(headers));
    let standing = goals::current(&mut app.engine.db.reader()).await?;
    let stand = Stand::read(app, viewer, headers, tried.as_ref()).await?;
    let status = if tried.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = TodayPage {
        shell,
        reader: viewer.user.name.clone(),
        goal: standing.map(|goal| start_view(goal, by_now, may_manage)),
        may_manage,
        beginnings: beginnings::where_new(app).await?,
        is_tried: tried.is_some(),
        lost: tried.filter(|_| stand.cards.iter().all(|card| card.tried.is_none())),
        stand,
    };
    Ok(flash::said(headers, (status, Html(page.render()?)).into_response()))
}

pub(super) async fn fragment(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Html<String>> {
    Ok(Html(Cards { stand: Stand::read(&app, &viewer, &headers, None).await? }.render()?))
}
