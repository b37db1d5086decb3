//! One thing that an endpoint was told: what it was, and each attempt with how the answer began.

use super::{EndpointView, known, log::CallView};
use crate::{
    App, Result, Viewer, WebError,
    inbox::flash,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use tertulia_store::webhooks;

struct AttemptView {
    at: i64,
    took: String,
    words: String,
    danger: bool,
    answer: String,
}

impl AttemptView {
    fn of(attempt: webhooks::Attempt) -> Self {
        let took = match attempt.took {
            ..1_000 => format!("{} ms", attempt.took),
            took => format!("{}.{} s", took / 1_000, took % 1_000 / 100),
        };
        let well = || format!("It took it ({}).", attempt.status.unwrap_or_default());
        Self {
            at: attempt.at,
            took,
            danger: attempt.error.is_some(),
            words: attempt.error.clone().unwrap_or_else(well),
            answer: attempt.answer,
        }
    }
}

#[derive(Template)]
#[template(path = "settings/webhooks/call.html")]
struct CallPage {
    shell: Shell,
    endpoint: EndpointView,
    call: CallView,
    event: String,
    body: String,
    attempts: Vec<AttemptView>,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path((id, call)): Path<(String, String)>,
) -> Result<Response> {
    let endpoint = known(&app, &id).await?;
    let call: i64 = call.parse().map_err(|_| WebError::not_found())?;
    let mut db = app.engine.db.reader();
    let call = webhooks::call(&mut db, call).await?.filter(|call| call.endpoint_id == endpoint.id);
    let call = call.ok_or_else(WebError::not_found)?;
    let event = webhooks::event(&mut db, call.event_id).await?.ok_or_else(WebError::not_found)?;
    let body: serde_json::Value = serde_json::from_str(&event.body).unwrap_or_default();
    let attempts = webhooks::attempts(&mut db, call.id).await?;
    let view = CallView::of(&call);
    let mut shell = app.shell(&viewer, "webhook-call", view.words, Nav::Settings).await?;
    shell.toast = flash::take(&app, &headers);
    let page = CallPage {
        shell,
        endpoint: EndpointView::of(&endpoint),
        call: view,
        event: format!("evt_{}", event.id),
        body: serde_json::to_string_pretty(&body).unwrap_or(event.body),
        attempts: attempts.into_iter().map(AttemptView::of).collect(),
    };
    Ok(flash::said(&headers, Html(page.render()?).into_response()))
}
