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
    extract::State,
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use std::collections::HashMap;
use tertulia_model::{MonitorId, Permission};
use tertulia_store::{ledger::DAY, mentions, monitors};

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
    may_work: bool,
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response> {
    let mut db = app.engine.db.reader();
    let mut shell = app.shell(&viewer, "listen", "Monitors", Nav::Listen).await?;
    shell.toast = flash::take(&app, &headers);
    let found: HashMap<MonitorId, i64> =
        mentions::count_each_since(&mut db, app.engine.now() - 7 * DAY).await?.into_iter().collect();
    let mut rows = Vec::new();
    for monitor in monitors::all(&mut db).await? {
        rows.push(Row {
            href: href(monitor.id),
            lately: lately(found.get(&monitor.id).copied().unwrap_or(0)),
            is_paused: monitor.state == "paused",
            looks_back: monitor.state == "live" && monitor.behind.is_some(),
            name: monitor.name,
            query: monitor.query,
        });
    }
    let page = ListPage { shell, rows, may_work: viewer.user.role.may(Permission::Converse) };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

fn lately(found: i64) -> String {
    match found {
        0 => "nothing in the last 7 days".to_owned(),
        found => format!("{} in the last 7 days", thousands(usize::try_from(found).unwrap_or(0))),
    }
}
