//! All monitors: what each looks for, how much it found lately.

use super::href;
use crate::{
    App, Result, Viewer,
    inbox::flash,
    layout::{Nav, Shell},
    listen::thousands,
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use std::collections::HashMap;
use tertulia_analysis::tokens::fold;
use tertulia_model::{MonitorId, Permission};
use tertulia_store::{
    ledger::DAY,
    mentions,
    monitors::{self, Monitor},
};

/// Monitors on one page.
const PAGE: usize = 60;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// Part of a name or of what is looked for.
    q: String,
    /// How many stand before this page.
    after: usize,
}

pub(super) struct Row {
    pub name: String,
    pub query: String,
    pub href: String,
    /// "12 in the last 7 days".
    pub lately: String,
    pub is_paused: bool,
    pub looks_back: bool,
}

#[derive(Template)]
#[template(path = "listen/monitors.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<Row>,
    /// What the list was searched for.
    query: String,
    /// Whether it has more monitors than one sees at a glance, so that a search helps.
    is_long: bool,
    older: Option<String>,
    may_work: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response> {
    let mut db = app.engine.db.reader();
    let mut shell = app.shell(&viewer, "listen", "Monitors", Nav::Listen).await?;
    shell.toast = flash::take(&app, &headers);
    let query = wanted.q.trim().to_owned();
    let mut all = monitors::all(&mut db).await?;
    let is_long = all.len() > PAGE / 4;
    let asked = fold(&query);
    all.retain(|monitor| [&monitor.name, &monitor.query].iter().any(|text| fold(text).contains(&asked)));
    let more = wanted.after.saturating_add(PAGE);
    let older = (all.len() > more).then(|| {
        let pairs = [("after", more.to_string()), ("q", query.clone())];
        let said = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("/listen/monitors?{said}")
    });
    let shown: Vec<Monitor> = all.into_iter().skip(wanted.after).take(PAGE).collect();
    let ids: Vec<MonitorId> = shown.iter().map(|monitor| monitor.id).collect();
    let since = app.engine.now() - 7 * DAY;
    let found = mentions::count_each_since(&mut db, &ids, since).await?.into_iter().collect();
    let rows = shown.into_iter().map(|monitor| row(monitor, &found)).collect();
    let may_work = viewer.user.role.may(Permission::Converse);
    let page = ListPage { shell, rows, query, is_long, older, may_work };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

fn row(monitor: Monitor, found: &HashMap<MonitorId, i64>) -> Row {
    Row {
        href: href(monitor.id),
        lately: lately(found.get(&monitor.id).copied().unwrap_or(0)),
        is_paused: monitor.state == "paused",
        looks_back: monitor.state == "live" && monitor.behind.is_some(),
        name: monitor.name,
        query: monitor.query,
    }
}

fn lately(found: i64) -> String {
    match found {
        0 => "nothing in the last 7 days".to_owned(),
        found => format!("{} in the last 7 days", thousands(usize::try_from(found).unwrap_or(0))),
    }
}
