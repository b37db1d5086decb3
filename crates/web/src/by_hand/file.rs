//! A file that is brought to a channel, and what became of its rows.

use crate::{
    App, Result, Viewer, WebError,
    access::form::Mistakes,
    inbox::{Fields, id, times},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use tertulia_connector::by_hand::{File, Report};
use tertulia_engine::by_hand;
use tertulia_model::{ChannelId, ChannelState};
use tertulia_store::channels;

#[derive(Template)]
#[template(path = "by_hand/report.html")]
struct ReportPage {
    shell: Shell,
    channel: String,
    name: String,
    file: String,
    listen_href: String,
    /// Why nothing of it was taken.
    errors: Vec<String>,
    report: Report,
}

impl ReportPage {
    fn kind(&self) -> &'static str {
        if self.report.set_aside == 0 { "good" } else { "warning" }
    }

    fn taken_words(&self) -> String {
        match self.report.taken {
            0 => "Nothing of it says anything that could be taken.".to_owned(),
            1 => "One message was taken.".to_owned(),
            many => format!("{} messages were taken.", crate::listen::thousands(many)),
        }
    }

    /// Of the rows that were set aside, those that are not named here.
    fn unnamed(&self) -> usize {
        self.report.set_aside - self.report.rows.len()
    }
}

/// Takes the file in; the same file again changes nothing.
pub(super) async fn bring(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(channel): Path<String>,
    mut fields: Fields,
) -> Result<Response> {
    let channel: ChannelId = id(&channel)?;
    let known = channels::get(&mut app.engine.db.reader(), channel).await?;
    let known = known.filter(|c| c.state != ChannelState::Deleted).ok_or_else(WebError::not_found)?;
    let upload = fields.files.pop().ok_or_else(|| {
        WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "No file came along. Choose one and send it again.")
    })?;
    let zone = times::zone(&headers).iana_name().unwrap_or_default().to_owned();
    let file = File { name: upload.name.clone(), bytes: upload.bytes, key: None, zone, at: app.engine.now() };
    let brought = by_hand::bring(&app.engine, viewer.user.id, channel, file).await;
    let (status, report, errors) = match brought {
        Ok(report) => (StatusCode::OK, report, Vec::new()),
        Err(error) => {
            let mistakes = Mistakes::of(error)?;
            let mut errors: Vec<String> = mistakes.fields().iter().map(|(_, message)| message.clone()).collect();
            errors.extend(Some(mistakes.general).filter(|general| !general.is_empty()));
            (StatusCode::UNPROCESSABLE_ENTITY, Report::default(), errors)
        }
    };
    let shell = app.shell(&viewer, "channels", format!("{}: a file", known.name), Nav::Channels).await?;
    let page = ReportPage {
        shell,
        channel: channel.to_string(),
        name: known.name,
        file: upload.name,
        listen_href: format!("/listen?channel={channel}"),
        errors,
        report,
    };
    Ok((status, Html(page.render()?)).into_response())
}
