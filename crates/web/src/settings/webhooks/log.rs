//! What an endpoint was told and is to be told, the newest first.

use super::{event_words, href, known};
use crate::{App, Result, Viewer};
use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    response::Html,
};
use tertulia_store::webhooks::{self, Call, Endpoint};

const PAGE: i64 = 30;

/// One thing that was told, or is to be.
pub(super) struct CallView {
    pub href: String,
    pub words: &'static str,
    pub kind: String,
    pub at: i64,
    pub icon: &'static str,
    /// What came of it.
    pub outcome: String,
    pub danger: bool,
    pub why: String,
    /// When it is tried next.
    pub next_at: Option<i64>,
    pub may_again: bool,
}

impl CallView {
    pub fn of(call: &Call) -> Self {
        let tries = match call.attempts {
            0 => "not tried yet".to_owned(),
            1 => "once".to_owned(),
            n => format!("{n} times"),
        };
        let (icon, outcome) = match (call.state.as_str(), call.attempts) {
            ("done", _) => ("circle-check", "taken".to_owned()),
            ("failed", 0) => ("circle-alert", "not told".to_owned()),
            ("failed", _) => ("circle-alert", format!("given up, tried {tries}")),
            (_, 0) => ("hourglass", "on its way".to_owned()),
            _ => ("refresh-cw", format!("tried {tries}")),
        };
        let waits = call.state == "waiting";
        Self {
            href: format!("{}/log/{}", href(call.endpoint_id), call.id),
            words: event_words(&call.kind),
            kind: call.kind.clone(),
            at: call.created_at,
            icon,
            outcome,
            danger: call.state == "failed",
            why: call.error.clone().filter(|_| call.state != "done").unwrap_or_default(),
            next_at: Some(call.due_at).filter(|_| waits && call.attempts > 0),
            may_again: !waits,
        }
    }
}

/// What the address asks for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    state: Option<&'static str>,
    below: Option<i64>,
}

const STATES: [(&str, &str); 3] = [("failed", "Failed"), ("waiting", "Waiting"), ("done", "Taken")];

impl Asked {
    pub fn of(raw: Option<&str>) -> Self {
        let mut asked = Self::default();
        for (name, value) in url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            match &*name {
                "state" => asked.state = STATES.iter().find(|(state, _)| *state == value).map(|(state, _)| *state),
                "below" => asked.below = value.parse().ok(),
                _ => {}
            }
        }
        asked
    }

    pub fn address(&self, path: &str) -> String {
        let state = self.state.map(|state| format!("state={state}"));
        let pairs: Vec<String> = state.into_iter().chain(self.below.map(|below| format!("below={below}"))).collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }

    pub fn filters(&self, path: &str) -> Vec<(String, String, bool, i64)> {
        let of = |state: Option<&'static str>, words: &str| {
            let asked = Self { state, below: None };
            (words.to_owned(), asked.address(path), self.state == state, 0)
        };
        std::iter::once(of(None, "All")).chain(STATES.map(|(state, words)| of(Some(state), words))).collect()
    }
}

#[derive(Template)]
#[template(path = "settings/webhooks/log.html")]
struct Log {
    calls: Vec<CallView>,
    csrf: String,
    older: Option<String>,
    is_narrowed: bool,
}

pub(super) async fn draw(app: &App, viewer: &Viewer, endpoint: &Endpoint, asked: &Asked) -> Result<String> {
    let mut db = app.engine.db.reader();
    let mut calls = webhooks::calls(&mut db, endpoint.id, asked.state, asked.below, PAGE + 1).await?;
    let has_more = calls.len() as i64 > PAGE;
    calls.truncate(PAGE.unsigned_abs() as usize);
    let last = calls.last().filter(|_| has_more);
    let older = last.map(|last| Asked { below: Some(last.id), ..asked.clone() }.address(&href(endpoint.id)));
    let log = Log {
        calls: calls.iter().map(CallView::of).collect(),
        csrf: viewer.csrf.clone(),
        older,
        is_narrowed: asked.state.is_some(),
    };
    Ok(log.render()?)
}

pub(super) async fn fragment(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Html<String>> {
    let endpoint = known(&app, &id).await?;
    Ok(Html(draw(&app, &viewer, &endpoint, &Asked::of(raw.as_deref())).await?))
}
