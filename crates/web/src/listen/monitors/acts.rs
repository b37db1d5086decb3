//! What is done with a monitor and its mentions, each with a way back where there is one.

use super::{form::known, href};
use crate::{
    App, Result, Viewer, WebError, access,
    inbox::{flash, id as id_of},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    Form,
    extract::{Path, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::monitors;
use tertulia_model::{MessageId, MonitorId};

#[derive(serde::Deserialize)]
pub(super) struct Wanted {
    state: String,
}

/// Back to where the button stood, with what was done and how to undo it.
fn back(app: &App, headers: &HeaderMap, id: MonitorId, said: &str, undo: Option<String>) -> Response {
    let from = access::came_from(headers);
    let to = if from.starts_with(&href(id)) { from } else { href(id) };
    flash::redirect(app, &to, said, undo)
}

pub(super) async fn set_state(
    State(app): State<App>,
    _: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(form): Form<Wanted>,
) -> Result<Response> {
    let monitor = known(&app, &id).await?;
    let paused = form.state == "paused";
    monitors::pause(&app.engine, monitor.id, paused).await?;
    let said = if paused { "The monitor is paused." } else { "The monitor goes on, and looks at what it has missed." };
    Ok(back(&app, &headers, monitor.id, said, None))
}

#[derive(Template)]
#[template(path = "listen/monitor_remove.html")]
struct AskRemove {
    shell: Shell,
    name: String,
    action: String,
    back: String,
}

pub(super) async fn ask_remove(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let monitor = known(&app, &id).await?;
    let page = AskRemove {
        shell: app.shell(&viewer, "listen", "Remove a monitor", Nav::Listen).await?,
        action: format!("{}/remove", href(monitor.id)),
        back: href(monitor.id),
        name: monitor.name,
    };
    Ok(Html(page.render()?).into_response())
}

pub(super) async fn remove(State(app): State<App>, _: Viewer, Path(id): Path<String>) -> Result<Response> {
    let monitor = monitors::remove(&app.engine, known(&app, &id).await?.id).await?;
    let said = format!("“{}” is removed. What it found is still in Listen.", monitor.name);
    Ok(flash::redirect(&app, "/listen/monitors", &said, None))
}

pub(super) async fn decide(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path((id, message)): Path<(String, String)>,
    Form(form): Form<Wanted>,
) -> Result<Response> {
    let (monitor, message) = (known(&app, &id).await?, MessageId(id_of(&message)?));
    monitors::decide(&app.engine, monitor.id, message, &form.state, viewer.user.id).await?;
    let said = match form.state.as_str() {
        "listened" => "Noted: you listened.",
        "noise" => "Marked as noise; it no longer shows or counts here.",
        _ => "It stands as new again.",
    };
    Ok(back(&app, &headers, monitor.id, said, None))
}

#[derive(serde::Deserialize)]
pub(super) struct Mute {
    /// `person` or `thread`.
    kind: String,
}

pub(super) async fn mute(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path((id, message)): Path<(String, String)>,
    Form(form): Form<Mute>,
) -> Result<Response> {
    let (monitor, message) = (known(&app, &id).await?, MessageId(id_of(&message)?));
    let mute = monitors::mute(&app.engine, Some(monitor.id), message, &form.kind, viewer.user.id).await?;
    let said = if form.kind == "thread" { "This thread is muted here." } else { "This author is muted here." };
    let undo = format!("{}/unmute/{mute}", href(monitor.id));
    Ok(back(&app, &headers, monitor.id, said, Some(undo)))
}

pub(super) async fn unmute(
    State(app): State<App>,
    _: Viewer,
    headers: HeaderMap,
    Path((id, mute)): Path<(String, String)>,
) -> Result<Response> {
    let monitor = known(&app, &id).await?;
    let mute: i64 = mute.parse().map_err(|_| WebError::not_found())?;
    monitors::unmute(&app.engine, mute).await?;
    Ok(back(&app, &headers, monitor.id, "Shown again.", None))
}
