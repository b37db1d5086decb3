//! Drawing a sample, and leaving one.

use super::{Undoing, done, href, kind as kind_of, parts};
use crate::{
    App, Result, Viewer,
    access::form::{Fields, Mistakes},
    inbox::{flash, id},
};
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde::Deserialize;
use tertulia_analysis::labels::Kind;
use tertulia_engine::labels as desk;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    each: String,
}

pub(super) async fn draw(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(kind): Path<String>,
    Fields(wanted): Fields<Wanted>,
) -> Result<Response> {
    let kind = kind_of(&kind)?;
    // What is no number is refused as a number that is too small.
    let each = wanted.each.trim().parse().unwrap_or(0);
    match desk::draw(&app.engine, viewer.user.id, kind, each).await {
        Ok((sample, undo)) => {
            let to = format!("/insights/labels/read?sample={sample}");
            Ok(done(&app, &viewer, &to, "Drawn. Say of each message what it is.", Undoing::Sample(undo)))
        }
        Err(error) => {
            let mistakes = Mistakes::of(error)?;
            parts::drawn(&app, &viewer, &headers, kind, (wanted.each, mistakes)).await
        }
    }
}

/// The page of the kind that a sample is of.
async fn home(app: &App, sample: i64) -> Result<String> {
    let kind = Kind::of_code(desk::outlook(&app.engine, sample).await?.sample.kind);
    Ok(kind.map_or_else(|| "/insights/labels".to_owned(), href))
}

pub(super) async fn end(State(app): State<App>, viewer: Viewer, Path(sample): Path<String>) -> Result<Response> {
    let sample: i64 = id(&sample)?;
    let undo = desk::end(&app.engine, sample).await?;
    let to = home(&app, sample).await?;
    Ok(done(&app, &viewer, &to, "Ended. What was read counts.", Undoing::Sample(undo)))
}

pub(super) async fn go_on(State(app): State<App>, Path(sample): Path<String>) -> Result<Response> {
    let sample: i64 = id(&sample)?;
    desk::take_up(&app.engine, sample).await?;
    Ok(flash::redirect(&app, &home(&app, sample).await?, "It is gone on with.", None))
}
