//! Two items that ask for the same: how they would be one, and that they become so.

use super::{askers_words, href, known, known_change, title_words, undo::done};
use crate::{
    App, Result, Viewer,
    inbox::id as id_of,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::feedback;
use tertulia_model::FeedbackId;

#[derive(Template)]
#[template(path = "feedback/merge.html")]
struct MergePage {
    shell: Shell,
    /// The one that goes, and the one that stays: where it is, its title, what is asked, who asks.
    from: (String, String, String, String),
    into: (String, String, String, String),
    askers: String,
    change: Option<String>,
    action: String,
    /// The same the other way round.
    other_way: String,
}

pub(super) async fn preview(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, other)): Path<(String, String)>,
) -> Result<Response> {
    let (from, into) = (known(&app, &id).await?, known(&app, &other).await?);
    let seen = feedback::preview(&app.engine, from.id, into.id).await?;
    let side = |item: &tertulia_store::feedback::Item| {
        (href(item.id), title_words(&item.title), item.asked.clone(), askers_words(item.askers))
    };
    let change = match seen.change {
        Some(change) => Some(known_change(&app, &change.to_string()).await?.title),
        None => None,
    };
    let page = MergePage {
        shell: app.shell(&viewer, "feedback", "Make two items one", Nav::Feedback).await?,
        from: side(&seen.from),
        into: side(&seen.into),
        askers: askers_words(seen.askers),
        change,
        action: format!("{}/merge/{}", href(seen.from.id), seen.into.id),
        other_way: format!("{}/merge/{}", href(seen.into.id), seen.from.id),
    };
    Ok(Html(page.render()?).into_response())
}

pub(super) async fn merge(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, other)): Path<(String, String)>,
) -> Result<Response> {
    let (from, into) = (known(&app, &id).await?, known(&app, &other).await?);
    let undo = feedback::merge(&app.engine, viewer.user.id, from.id, into.id).await?;
    Ok(done(&app, &viewer, &href(into.id), "The two are one now, with everybody who asks.", Some(undo)))
}

pub(super) async fn part(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, part)): Path<(String, String)>,
) -> Result<Response> {
    known(&app, &id).await?;
    let part: FeedbackId = id_of(&part)?;
    feedback::part(&app.engine, part).await?;
    Ok(done(&app, &viewer, &href(part), "They are two items again. This is the one that had been merged.", None))
}
