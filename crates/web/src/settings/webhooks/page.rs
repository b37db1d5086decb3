//! The list of endpoints, and the page of one.

use super::{EndpointView, event_words, known, log};
use crate::{
    App, Result, Viewer,
    inbox::flash,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use tertulia_store::webhooks;

#[derive(Template)]
#[template(path = "settings/webhooks/list.html")]
struct ListPage {
    shell: Shell,
    endpoints: Vec<EndpointView>,
}

pub(super) async fn list(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Result<Response> {
    let mut shell = app.shell(&viewer, "webhooks", "Programs that are told", Nav::Settings).await?;
    shell.toast = flash::take(&app, &headers);
    let all = webhooks::all(&mut app.engine.db.reader()).await?;
    let page = ListPage { shell, endpoints: all.iter().map(EndpointView::of).collect() };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}

#[derive(Template)]
#[template(path = "settings/webhooks/page.html")]
struct Page {
    shell: Shell,
    endpoint: EndpointView,
    /// What it is told, in words.
    told: Vec<&'static str>,
    /// Until when the secret of before signs as well.
    former_until: Option<i64>,
    live_src: String,
    log: String,
    filters: Vec<(String, String, bool, i64)>,
    spans: Vec<(String, String)>,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Response> {
    let endpoint = known(&app, &id).await?;
    let asked = log::Asked::of(raw.as_deref());
    let view = EndpointView::of(&endpoint);
    let mut shell = app.shell(&viewer, "webhook-log", view.name.clone(), Nav::Settings).await?;
    shell.toast = flash::take(&app, &headers);
    let now = app.engine.now();
    let page = Page {
        told: endpoint.kinds.split(' ').map(event_words).collect(),
        former_until: endpoint.former_until.filter(|until| *until > now),
        live_src: asked.address(&format!("{}/log", view.href)),
        log: log::draw(&app, &viewer, &endpoint, &asked).await?,
        filters: asked.filters(&view.href),
        spans: super::acts::SPANS.map(|(hours, words)| (hours.to_string(), words.to_owned())).to_vec(),
        endpoint: view,
        shell,
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}
