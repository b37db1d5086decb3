//! How the reader is told of a monitor: a number beside Listen, and a mail now and then.

use super::{form::known, href};
use crate::{
    App, MOST_UNSEEN, Result, Viewer,
    inbox::{flash, times},
    layout::count_words,
};
use axum::{
    Form,
    extract::{Path, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::monitors::{self, NoticeForm, Often};
use tertulia_model::UserId;
use tertulia_store::monitors::{self as stored, Monitor};

/// What the form shows.
pub(super) struct NoticeView {
    pub is_told: bool,
    pub mail: &'static str,
    pub often: Vec<(String, String)>,
    pub hours: Vec<(String, String)>,
    pub quiet_from: String,
    pub quiet_until: String,
    pub most: i64,
}

pub(super) async fn view(app: &App, user: UserId, monitor: &Monitor) -> Result<NoticeView> {
    let notice = stored::notice(&mut app.engine.db.reader(), monitor.id, user).await?;
    let form: NoticeForm =
        notice.as_ref().and_then(|notice| serde_json::from_str(&notice.form).ok()).unwrap_or_default();
    let often = [("never", "no mail"), ("hourly", "at most once an hour"), ("daily", "once a day")];
    Ok(NoticeView {
        is_told: notice.is_some(),
        mail: match form.mail {
            Often::Never => "never",
            Often::Hourly => "hourly",
            Often::Daily => "daily",
        },
        often: often.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec(),
        hours: (0..24).map(|hour| (hour.to_string(), format!("{hour:02}:00"))).collect(),
        quiet_from: form.quiet_from.to_string(),
        quiet_until: form.quiet_until.to_string(),
        most: form.most,
    })
}

#[derive(serde::Deserialize)]
pub(super) struct Typed {
    mail: String,
    quiet_from: String,
    quiet_until: String,
    most: String,
}

pub(super) async fn set(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let monitor = known(&app, &id).await?;
    let form = NoticeForm {
        mail: match typed.mail.as_str() {
            "hourly" => Often::Hourly,
            "daily" => Often::Daily,
            _ => Often::Never,
        },
        quiet_from: typed.quiet_from.parse().unwrap_or(-1),
        quiet_until: typed.quiet_until.parse().unwrap_or(-1),
        zone: times::zone(&headers).iana_name().unwrap_or("UTC").to_owned(),
        most: typed.most.trim().parse().unwrap_or(0),
    };
    monitors::set_notice(&app.engine, monitor.id, viewer.user.id, &form).await?;
    Ok(flash::redirect(&app, &href(monitor.id), "You are told of what comes from now on.", None))
}

pub(super) async fn stop(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response> {
    let monitor = known(&app, &id).await?;
    monitors::stop_notice(&app.engine, monitor.id, viewer.user.id).await?;
    Ok(flash::redirect(&app, &href(monitor.id), "You are no longer told of this monitor.", None))
}

/// The number beside Listen.
pub(super) async fn unseen(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let count = monitors::unseen(&app.engine, viewer.user.id, MOST_UNSEEN).await?;
    let words = if count > 0 {
        format!("{}<span class=\"unseen\"> new in your monitors</span>", count_words(&count.unsigned_abs()))
    } else {
        String::new()
    };
    Ok(Html(words).into_response())
}
