//! Whose words, or which thread's, monitors do not show.

use super::{
    extract::{Given, Id, Ids},
    ident::Ident,
    monitors::known,
    shapes::Page,
};
use crate::{App, Result, Viewer, WebError};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tertulia_engine::monitors as desk;
use tertulia_model::{MessageId, MonitorId};
use tertulia_store::mutes;
use utoipa::ToSchema;

/// What is muted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum MuteKind {
    /// Whoever wrote the message.
    Person,
    /// The thread that it stands in.
    Thread,
}

/// A mute.
#[derive(Serialize, ToSchema)]
pub(super) struct Mute {
    id: Ident,
    /// `person`, `thread`, or `part`: the messages of a muted thread that became part of a larger one.
    kind: String,
    /// The person's or the thread's id; of a part the mute's own.
    subject_id: Ident,
    /// Whether it holds for every monitor.
    everywhere: bool,
    created_by: Ident,
    created_at: i64,
}

impl Mute {
    fn of(mute: mutes::Mute) -> Self {
        Self {
            id: Ident(mute.id),
            kind: mute.kind,
            subject_id: Ident(mute.subject_id),
            everywhere: mute.monitor_id == 0,
            created_by: mute.created_by.into(),
            created_at: mute.created_at,
        }
    }
}

/// Lists a monitor's mutes
///
/// With those that hold for every monitor, the newest first.
#[utoipa::path(
    get, path = "/api/v1/monitors/{id}/mutes", tag = "monitors", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The monitor")),
    responses((status = 200, body = Page<Mute>))
)]
pub(super) async fn list(State(app): State<App>, Id(id): Id) -> Result<Json<Page<Mute>>> {
    let monitor = known(&app, id).await?;
    let mutes = mutes::of_monitor(&mut app.engine.db.reader(), monitor.id).await?;
    Ok(Json(Page::whole(mutes.into_iter().map(Mute::of).collect())))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMute {
    /// A message of the author or the thread.
    message_id: Ident,
    kind: MuteKind,
    /// Whether it is to hold for every monitor.
    #[serde(default)]
    everywhere: bool,
}

/// Mutes an author or a thread
#[utoipa::path(
    post, path = "/api/v1/monitors/{id}/mutes", tag = "monitors", security(("key" = ["listen"])), request_body = NewMute,
    params(("id" = Ident, Path, description = "The monitor")),
    responses((status = 201, description = "It is muted; one that was muted before stays as it is", body = Page<Mute>))
)]
pub(super) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(mute): Given<NewMute>,
) -> Result<(StatusCode, Json<Page<Mute>>)> {
    let monitor = known(&app, id).await?;
    let kind = match mute.kind {
        MuteKind::Person => "person",
        MuteKind::Thread => "thread",
    };
    let of = (!mute.everywhere).then_some(monitor.id);
    desk::mute(&app.engine, of, MessageId(mute.message_id.0), kind, viewer.user.id).await?;
    let mutes = mutes::of_monitor(&mut app.engine.db.reader(), monitor.id).await?;
    Ok((StatusCode::CREATED, Json(Page::whole(mutes.into_iter().map(Mute::of).collect()))))
}

/// Shows an author or a thread again
#[utoipa::path(
    delete, path = "/api/v1/monitors/{id}/mutes/{mute}", tag = "monitors", security(("key" = ["listen"])),
    params(("id" = Ident, Path, description = "The monitor"), ("mute" = Ident, Path, description = "The mute")),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn remove(State(app): State<App>, Ids(id, mute): Ids) -> Result<StatusCode> {
    let mutes = mutes::of_monitor(&mut app.engine.db.reader(), MonitorId(id)).await?;
    if !mutes.iter().any(|known| known.id == mute) {
        return Err(WebError::not_found());
    }
    desk::unmute(&app.engine, mute).await?;
    Ok(StatusCode::NO_CONTENT)
}
