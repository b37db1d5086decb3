//! A table of values, and what became of its rows.

use super::{href, known};
use crate::{
    App, Result, Viewer, WebError,
    access::form::Mistakes,
    inbox::Fields,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::{
    amounts::Written,
    goals::outcomes::{self as desk, Mapping, Report},
};

#[derive(Template)]
#[template(path = "goals/file.html")]
struct FilePage {
    shell: Shell,
    href: String,
    title: String,
    file: String,
    mapping: Mapping,
    mistakes: Mistakes,
    report: Report,
}

impl FilePage {
    fn kind(&self) -> &'static str {
        if self.report.wrong_count == 0 { "good" } else { "warning" }
    }

    fn taken_words(&self) -> String {
        match self.report.taken + self.report.replaced {
            0 => "No new value was taken.".to_owned(),
            1 => "One value was taken.".to_owned(),
            many => format!("{} values were taken.", crate::listen::thousands(many)),
        }
    }
}

pub(super) async fn bring(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    mut fields: Fields,
) -> Result<Response> {
    let outcome = known(&app, &id).await?;
    let upload = fields.files.pop().ok_or_else(|| {
        WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "No file came along. Choose one and send it again.")
    })?;
    let mapping = Mapping {
        day: fields.get("day_column").to_owned(),
        value: fields.get("value_column").to_owned(),
        source: match fields.get("file_source").trim() {
            "" => upload.name.chars().take(100).collect(),
            named => named.to_owned(),
        },
        replace: fields.has("replace"),
        numbers: Written::named(fields.get("numbers")),
    };
    let (status, report, mistakes) =
        match desk::bring(&app.engine, viewer.user.id, outcome.id, (&upload.bytes, &mapping)).await {
            Ok(report) => (StatusCode::OK, report, Mistakes::default()),
            Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, Report::default(), Mistakes::of(error)?),
        };
    let page = FilePage {
        shell: app.shell(&viewer, "outcome-file", format!("{}: a file", outcome.name), Nav::Figures).await?,
        href: href(outcome.id),
        title: outcome.name,
        file: upload.name,
        mapping,
        mistakes,
        report,
    };
    Ok((status, Html(page.render()?)).into_response())
}
