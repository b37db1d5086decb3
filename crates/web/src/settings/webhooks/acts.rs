//! What an owner does with an endpoint besides saying what it is.

use super::{form::SecretPage, href, known};
use crate::{
    App, Result, Viewer, WebError,
    access::form::Fields,
    inbox::flash,
    layout::{Nav, count_words},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::{Html, Response},
};
use serde::Deserialize;
use tertulia_engine::{EngineError, webhooks};

/// How far back what failed is told again: hours, and words.
pub(super) const SPANS: [(i64, &str); 4] =
    [(1, "of the last hour"), (24, "of the last day"), (24 * 7, "of the last week"), (24 * 30, "of the last 30 days")];

/// What cannot be done as things stand is said on the page that it was asked on.
fn said(app: &App, to: &str, done: Result<(), EngineError>, words: &str) -> Result<Response> {
    match done {
        Ok(()) => Ok(flash::redirect(app, to, words, None)),
        Err(EngineError::Refused(why)) => Ok(flash::redirect(app, to, &why, None)),
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn test(State(app): State<App>, _: Viewer, Path(id): Path<String>) -> Result<Response> {
    let endpoint = known(&app, &id).await?;
    webhooks::test(&app.engine, endpoint.id).await?;
    Ok(flash::redirect(&app, &href(endpoint.id), "A test is on its way. What comes of it stands below.", None))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Switched {
    state: String,
}

pub(super) async fn switch(
    State(app): State<App>,
    _: Viewer,
    Path(id): Path<String>,
    Fields(switched): Fields<Switched>,
) -> Result<Response> {
    let endpoint = known(&app, &id).await?;
    let on = switched.state == "on";
    webhooks::switch(&app.engine, endpoint.id, on).await?;
    let words = if on {
        "It is told of what happens from now on."
    } else {
        "It is told nothing more. What happens meanwhile is not kept for it."
    };
    Ok(flash::redirect(&app, &href(endpoint.id), words, None))
}

pub(super) async fn rotate(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>> {
    let endpoint = known(&app, &id).await?;
    let secret = webhooks::rotate(&app.engine, endpoint.id).await?;
    let page = SecretPage {
        shell: app.shell(&viewer, "webhook-secret", "The new secret", Nav::Settings).await?,
        name: super::name(&endpoint),
        href: href(endpoint.id),
        secret: secret.reveal().to_owned(),
        is_another: true,
    };
    Ok(Html(page.render()?))
}

pub(super) async fn remove(State(app): State<App>, _: Viewer, Path(id): Path<String>) -> Result<Response> {
    let endpoint = known(&app, &id).await?;
    webhooks::remove(&app.engine, endpoint.id).await?;
    Ok(flash::redirect(&app, "/settings/webhooks", "It is removed, with its log.", None))
}

pub(super) async fn redeliver(
    State(app): State<App>,
    _: Viewer,
    Path((id, call)): Path<(String, String)>,
) -> Result<Response> {
    let endpoint = known(&app, &id).await?;
    let call: i64 = call.parse().map_err(|_| WebError::not_found())?;
    let done = webhooks::redeliver(&app.engine, endpoint.id, call).await;
    said(&app, &href(endpoint.id), done, "It is told once more, under the same id.")
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Span {
    hours: String,
}

pub(super) async fn redeliver_failed(
    State(app): State<App>,
    _: Viewer,
    Path(id): Path<String>,
    Fields(span): Fields<Span>,
) -> Result<Response> {
    let endpoint = known(&app, &id).await?;
    let hours = SPANS.iter().map(|(hours, _)| *hours).find(|hours| hours.to_string() == span.hours).unwrap_or(1);
    let since = app.engine.now() - hours * 3_600_000;
    match webhooks::redeliver_failed(&app.engine, endpoint.id, since).await {
        Ok(0) => Ok(flash::redirect(&app, &href(endpoint.id), "Nothing failed in that time.", None)),
        Ok(1) => Ok(flash::redirect(&app, &href(endpoint.id), "One event is told once more.", None)),
        Ok(many) => {
            let words = format!("{} events are told once more.", count_words(&many));
            Ok(flash::redirect(&app, &href(endpoint.id), &words, None))
        }
        Err(error) => said(&app, &href(endpoint.id), Err(error), ""),
    }
}
