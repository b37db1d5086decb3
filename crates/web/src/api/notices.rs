//! How the key's member, and other programs, are told what a monitor finds.

use super::{
    extract::{Given, Id, whole},
    ident::Ident,
    monitors::known,
};
use crate::{App, Result, Viewer};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tertulia_engine::{
    monitors::{self as desk, ENDPOINTS, NoticeForm, Often},
    outbound,
};
use tertulia_model::UserId;
use tertulia_store::monitors::{self, Monitor};
use utoipa::ToSchema;

/// How often somebody is told of what a monitor finds, and when not.
#[derive(Serialize, ToSchema)]
pub(super) struct Notice {
    /// Whether they are told at all: a member by the number beside Listen, and by mail as `often` says.
    told: bool,
    /// `never`, `soon` (at most once a minute; for programs alone), `hourly` or `daily` (at the hour `quiet_until`).
    often: String,
    /// Between these hours of the day nobody is told; the same hour twice means none.
    #[schema(minimum = 0, maximum = 23)]
    quiet_from: i8,
    #[schema(minimum = 0, maximum = 23)]
    quiet_until: i8,
    /// Whose hours those are.
    #[schema(example = "Europe/Madrid")]
    zone: String,
    /// How many messages are named at one time; of the others it is said how many they are.
    most: i64,
    /// Why no mail can leave at present; null where one can, and for programs.
    cannot_mail: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoticeBody {
    /// `never` (no mail; for programs, not at all), `soon` (for programs alone), `hourly` or `daily` (at the hour `quiet_until`).
    #[schema(pattern = "^(never|soon|hourly|daily)$", example = "daily")]
    often: String,
    #[serde(default = "usual_from", deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 23)]
    quiet_from: i64,
    #[serde(default = "usual_until", deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 23)]
    quiet_until: i64,
    /// An IANA name.
    #[serde(default = "usual_zone")]
    #[schema(example = "Europe/Madrid")]
    zone: String,
    #[serde(default = "usual_most", deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 100)]
    most: i64,
}

fn usual_from() -> i64 {
    NoticeForm::default().quiet_from.into()
}

fn usual_until() -> i64 {
    NoticeForm::default().quiet_until.into()
}

fn usual_zone() -> String {
    NoticeForm::default().zone
}

fn usual_most() -> i64 {
    NoticeForm::default().most
}

const OFTEN: [(Often, &str); 4] =
    [(Often::Never, "never"), (Often::Soon, "soon"), (Often::Hourly, "hourly"), (Often::Daily, "daily")];

const CANNOT_MAIL: &str = "No mailbox is connected that could send a mail, or it is paused. Connect one, or let it go on: \
                           the next mail then gathers what came meanwhile.";

async fn shown(app: &App, monitor: &Monitor, user: UserId) -> Result<Json<Notice>> {
    let cannot_mail = user != ENDPOINTS && outbound::mail_channel(&app.engine).await?.is_none();
    let stored = monitors::notice(&mut app.engine.db.reader(), monitor.id, user).await?;
    let form: NoticeForm = stored.as_ref().and_then(|n| serde_json::from_str(&n.form).ok()).unwrap_or_default();
    let often = OFTEN.iter().find(|(often, _)| *often == form.mail).map_or("never", |(_, word)| *word);
    Ok(Json(Notice {
        told: stored.is_some(),
        often: often.to_owned(),
        quiet_from: form.quiet_from,
        quiet_until: form.quiet_until,
        zone: form.zone,
        most: form.most,
        cannot_mail: cannot_mail.then(|| CANNOT_MAIL.to_owned()),
    }))
}

async fn set(app: &App, id: i64, user: UserId, body: NoticeBody) -> Result<Json<Notice>> {
    let monitor = known(app, id).await?;
    let often = OFTEN.iter().find(|(_, word)| *word == body.often).map(|(often, _)| *often);
    let often = often.ok_or_else(|| super::extract::invalid("often", "Use never, soon, hourly or daily."))?;
    let form = NoticeForm {
        mail: often,
        // No hour at all is refused as one that is out of the day.
        quiet_from: i8::try_from(body.quiet_from).unwrap_or(-1),
        quiet_until: i8::try_from(body.quiet_until).unwrap_or(-1),
        zone: body.zone,
        most: body.most,
    };
    desk::set_notice(&app.engine, monitor.id, user, &form).await?;
    shown(app, &monitor, user).await
}

async fn stop(app: &App, id: i64, user: UserId) -> Result<StatusCode> {
    let monitor = known(app, id).await?;
    desk::stop_notice(&app.engine, monitor.id, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows how the key's member is told
#[utoipa::path(
    get, path = "/api/v1/monitors/{id}/notice", tag = "monitors", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The monitor")),
    responses((status = 200, body = Notice))
)]
pub(super) async fn mine(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<Json<Notice>> {
    let monitor = known(&app, id).await?;
    shown(&app, &monitor, viewer.user.id).await
}

/// Says how the key's member is told
///
/// Of what is found from now on: by the number beside Listen, and by mail.
#[utoipa::path(
    put, path = "/api/v1/monitors/{id}/notice", tag = "monitors", security(("key" = ["listen"])), request_body = NoticeBody,
    params(("id" = Ident, Path, description = "The monitor")),
    responses((status = 200, body = Notice))
)]
pub(super) async fn set_mine(
    State(app): State<App>,
    viewer: Viewer,
    Id(id): Id,
    Given(body): Given<NoticeBody>,
) -> Result<Json<Notice>> {
    set(&app, id, viewer.user.id, body).await
}

/// Tells the key's member no more
#[utoipa::path(
    delete, path = "/api/v1/monitors/{id}/notice", tag = "monitors", security(("key" = ["listen"])),
    params(("id" = Ident, Path, description = "The monitor")),
    responses((status = 204, description = "They are told no more"))
)]
pub(super) async fn stop_mine(State(app): State<App>, viewer: Viewer, Id(id): Id) -> Result<StatusCode> {
    stop(&app, id, viewer.user.id).await
}

/// Shows how programs are told
#[utoipa::path(
    get, path = "/api/v1/monitors/{id}/webhooks", tag = "monitors", security(("key" = ["read"])),
    params(("id" = Ident, Path, description = "The monitor")),
    responses((status = 200, body = Notice))
)]
pub(super) async fn programs(State(app): State<App>, Id(id): Id) -> Result<Json<Notice>> {
    let monitor = known(&app, id).await?;
    shown(&app, &monitor, ENDPOINTS).await
}

/// Says how programs are told
///
/// Each webhook that chose `monitor.matched` is told of what is found from now on.
#[utoipa::path(
    put, path = "/api/v1/monitors/{id}/webhooks", tag = "monitors", security(("key" = ["listen"])), request_body = NoticeBody,
    params(("id" = Ident, Path, description = "The monitor")),
    responses((status = 200, body = Notice))
)]
pub(super) async fn set_programs(
    State(app): State<App>,
    Id(id): Id,
    Given(body): Given<NoticeBody>,
) -> Result<Json<Notice>> {
    set(&app, id, ENDPOINTS, body).await
}

/// Tells programs no more
#[utoipa::path(
    delete, path = "/api/v1/monitors/{id}/webhooks", tag = "monitors", security(("key" = ["listen"])),
    params(("id" = Ident, Path, description = "The monitor")),
    responses((status = 204, description = "They are told no more"))
)]
pub(super) async fn stop_programs(State(app): State<App>, Id(id): Id) -> Result<StatusCode> {
    stop(&app, id, ENDPOINTS).await
}
