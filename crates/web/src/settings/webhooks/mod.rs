//! Endpoints: programs elsewhere that are told what happens here. Added, changed, tried out; and the log of what they were
//! told.

mod acts;
mod call;
mod form;
mod log;
mod page;

use crate::{
    App, Result, WebError,
    routes::{Rule, Table},
};
use axum::routing::{get, post};
use tertulia_engine::webhooks::{KINDS, TEST};
use tertulia_model::Permission::Manage;
use tertulia_store::webhooks::{self, Endpoint};

pub(super) fn routes(table: &mut Table) {
    let manage = Rule::Member(Manage);
    table.get("/settings/webhooks", manage, get(page::list));
    table.get("/settings/webhooks/new", manage, get(form::new));
    table.post("/settings/webhooks/new", manage, post(form::add));
    table.get("/settings/webhooks/{id}", manage, get(page::show));
    table.get("/settings/webhooks/{id}/edit", manage, get(form::edit));
    table.post("/settings/webhooks/{id}/edit", manage, post(form::change));
    table.get("/settings/webhooks/{id}/log", manage, get(log::fragment));
    table.get("/settings/webhooks/{id}/log/{call}", manage, get(call::page));
    table.post("/settings/webhooks/{id}/log/{call}/again", manage, post(acts::redeliver));
    table.post("/settings/webhooks/{id}/again", manage, post(acts::redeliver_failed));
    table.post("/settings/webhooks/{id}/test", manage, post(acts::test));
    table.post("/settings/webhooks/{id}/state", manage, post(acts::switch));
    table.post("/settings/webhooks/{id}/secret", manage, post(acts::rotate));
    table.post("/settings/webhooks/{id}/remove", manage, post(acts::remove));
}

/// An endpoint as pages show it.
struct EndpointView {
    id: i64,
    href: String,
    /// What the team calls it; its server where nobody said.
    name: String,
    url: String,
    state_icon: &'static str,
    state: &'static str,
    danger: bool,
    is_on: bool,
    /// Why it is not on, where nobody switched it off.
    reason: Option<String>,
    failing_since: Option<i64>,
}

impl EndpointView {
    fn of(endpoint: &Endpoint) -> Self {
        let (state_icon, state) = match (endpoint.state.as_str(), endpoint.failing_since) {
            ("on", None) => ("check", "on"),
            ("on", Some(_)) => ("refresh-cw", "trying again by itself"),
            ("paused", _) => ("circle-alert", "paused, needs you"),
            ("gone", _) => ("circle-alert", "it wants no more events"),
            _ => ("circle-pause", "off"),
        };
        let is_on = endpoint.state == "on";
        Self {
            id: endpoint.id,
            href: href(endpoint.id),
            name: name(endpoint),
            url: endpoint.url.clone(),
            state_icon,
            state,
            danger: matches!(endpoint.state.as_str(), "paused" | "gone"),
            is_on,
            reason: endpoint.reason.clone(),
            failing_since: endpoint.failing_since.filter(|_| is_on),
        }
    }
}

fn href(id: i64) -> String {
    format!("/settings/webhooks/{id}")
}

fn name(endpoint: &Endpoint) -> String {
    if !endpoint.description.is_empty() {
        return endpoint.description.clone();
    }
    let url = url::Url::parse(&endpoint.url).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| endpoint.url.clone())
}

async fn known(app: &App, id: &str) -> Result<Endpoint> {
    let id = id.parse().map_err(|_| WebError::not_found())?;
    webhooks::get(&mut app.engine.db.reader(), id).await?.ok_or_else(WebError::not_found)
}

/// What an event is called on our pages.
fn event_words(kind: &str) -> &'static str {
    match kind {
        "message.heard" => "Something was said",
        "conversation.opened" => "A conversation opened",
        "conversation.closed" => "A conversation was closed",
        "conversation.merged" => "Two conversations became one",
        "conversation.parted" => "Two conversations were parted again",
        "answer.sent" => "An answer left",
        "answer.failed" => "An answer did not get through",
        "monitor.matched" => "A monitor found something",
        "channel.troubled" => "A channel is in trouble",
        "feedback.created" => "Somebody asks for something new",
        "change.moved" => "A change moved",
        "change.told" => "Somebody was told of a change",
        "change.answered" => "Somebody said whether a change helped",
        "person.erased" => "Somebody was erased",
        "customer.erased" => "A customer was erased",
        TEST => "A test",
        _ => "Something happened",
    }
}

/// The kinds that can be chosen: name, words, what it tells.
fn kinds() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    KINDS.into_iter().map(|(kind, tells)| (kind, event_words(kind), tells))
}
