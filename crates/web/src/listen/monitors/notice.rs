//! How the reader is told of a monitor: a number beside Listen, and a mail now and then; and whether other programs are.

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
use tertulia_engine::{
    monitors::{self, ENDPOINTS, NoticeForm, Often},
    outbound,
};
use tertulia_model::UserId;
use tertulia_store::monitors::{self as stored, Monitor};

/// What the form shows.
pub(super) struct NoticeView {
    pub is_told: bool,
    /// It is about mails, and nothing is connected that could send one.
    pub cannot_mail: bool,
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
    let is_mail = user != ENDPOINTS;
    let often = [
        ("never", if is_mail { "no mail" } else { "not at all" }),
        ("soon", "at once, at most once a minute"),
        ("hourly", "at most once an hour"),
        ("daily", "once a day, at the hour given as “until”"),
    ];
    let often = often.into_iter().filter(|(value, _)| !is_mail || *value != "soon");
    Ok(NoticeView {
        cannot_mail: is_mail && outbound::mail_channel(&app.engine).await?.is_none(),
        is_told: notice.is_some() && (is_mail || form.mail != Often::Never),
        mail: match form.mail {
            Often::Never => "never",
            Often::Soon => "soon",
            Often::Hourly => "hourly",
            Often::Daily => "daily",
        },
        often: often.map(|(value, words)| (value.to_owned(), words.to_owned())).collect(),
        hours: (0..24).map(|hour| (hour.to_string(), format!("{hour:02}:00"))).collect(),
        quiet_from: form.quiet_from.to_string(),
        quiet_until: form.quiet_until.to_string(),
        most: form.most,
    })
}

/// Either form; on one page each field has a name of its own.
#[derive(serde::Deserialize)]
pub(super) struct Typed {
    #[serde(alias = "programs_mail")]
    mail: String,
    #[serde(alias = "programs_quiet_from")]
    quiet_from: String,
    #[serde(alias = "programs_quiet_until")]
    quiet_until: String,
    #[serde(alias = "programs_most")]
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
    let form = typed.read(&headers);
    monitors::set_notice(&app.engine, monitor.id, viewer.user.id, &form).await?;
    let words = if form.mail != Often::Never && outbound::mail_channel(&app.engine).await?.is_none() {
        "You are told of what comes from now on, but only beside Listen: no mailbox is connected that could send a mail, or it is paused."
    } else {
        "You are told of what comes from now on."
    };
    Ok(flash::redirect(&app, &href(monitor.id), words, None))
}

impl Typed {
    fn read(&self, headers: &HeaderMap) -> NoticeForm {
        NoticeForm {
            mail: match self.mail.as_str() {
                "soon" => Often::Soon,
                "hourly" => Often::Hourly,
                "daily" => Often::Daily,
                _ => Often::Never,
            },
            quiet_from: self.quiet_from.parse().unwrap_or(-1),
            quiet_until: self.quiet_until.parse().unwrap_or(-1),
            zone: times::zone(headers).iana_name().unwrap_or("UTC").to_owned(),
            most: self.most.trim().parse().unwrap_or(0),
        }
    }
}

/// Whether, and how often, other programs are told.
pub(super) async fn set_for_programs(
    State(app): State<App>,
    _: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let monitor = known(&app, &id).await?;
    let form = typed.read(&headers);
    let words = if form.mail == Often::Never {
        monitors::stop_notice(&app.engine, monitor.id, ENDPOINTS).await?;
        "No program is told of this monitor."
    } else {
        monitors::set_notice(&app.engine, monitor.id, ENDPOINTS, &form).await?;
        "Programs that want to know are told of what comes from now on."
    };
    Ok(flash::redirect(&app, &href(monitor.id), words, None))
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
