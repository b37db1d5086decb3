//! What the tracker says of a change's issue, and what a member makes of it.

use crate::{
    App, Result, Viewer,
    feedback::{change_href, known_change, undo::done},
    inbox::flash,
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use tertulia_engine::{EngineError, feedback, trackers as desk};
use tertulia_model::{ChangeId, Millis};
use tertulia_store::trackers;

/// Notes on one page: a tracker says little of one issue.
const NOTES: i64 = 20;
/// Changes that are named where all of them are listed.
const NAMED: i64 = 20;

/// One thing that a tracker said.
pub(super) struct SaidView {
    pub words: &'static str,
    pub at: Millis,
}

#[derive(Default)]
pub(super) struct TrackerView {
    /// Whether somebody is to say if the change is done.
    pub waits: bool,
    pub said: Vec<SaidView>,
}

impl TrackerView {
    pub async fn read(app: &App, change: ChangeId) -> Result<Self> {
        let notes = trackers::notes(&mut app.engine.db.reader(), change, NOTES).await?;
        let said = |note: &trackers::Note| SaidView {
            words: if note.what == "closed" { "The issue was closed" } else { "The issue was opened again" },
            at: note.said_at,
        };
        Ok(Self { waits: notes.iter().any(|note| note.waits), said: notes.iter().map(said).collect() })
    }
}

/// A change of which its tracker says that it is done: what it is called, and where it is.
pub(crate) struct WaitingLine {
    pub title: String,
    pub href: String,
}

/// Those that wait for somebody to say so.
pub(crate) async fn waiting(app: &App) -> Result<Vec<WaitingLine>> {
    let rows = trackers::waiting(&mut app.engine.db.reader(), NAMED).await?;
    Ok(rows.into_iter().map(|row| WaitingLine { title: row.title, href: change_href(row.change_id) }).collect())
}

pub(super) async fn is_done(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    // Why it was planned is no reason for its being done.
    match feedback::move_to(&app.engine, viewer.user.id, change.id, "done", "").await {
        Ok(undo) => Ok(done(&app, &viewer, &change_href(change.id), "It is done now.", Some(undo))),
        Err(EngineError::Refused(why)) => Ok(flash::redirect(&app, &change_href(change.id), &why, None)),
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn not_yet(State(app): State<App>, _: Viewer, Path(id): Path<String>) -> Result<Response> {
    let change = known_change(&app, &id).await?;
    desk::not_yet(&app.engine, change.id).await?;
    let words = "It stays as it is. You are asked again when the tracker says something new.";
    Ok(flash::redirect(&app, &change_href(change.id), words, None))
}
