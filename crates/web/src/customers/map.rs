//! The step between a file and its list: what its columns mean, and how the first rows would be taken.

use super::number_ways;
use crate::{
    App, Result, Viewer, WebError,
    access::form::Mistakes,
    import::{Ticket, receive},
    layout::{Nav, Shell, size_words},
};
use askama::Template;
use axum::{
    extract::{Multipart, Query, RawForm, State, multipart::MultipartRejection},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use std::collections::{BTreeMap, HashMap};
use tertulia_connector::times::TimeFormat;
use tertulia_engine::{
    EngineError,
    amounts::Written,
    customers::{self as desk, Look, Mapping, Means, New, values::Kind},
};
use tertulia_model::BlobRange;
use tertulia_store::attributes;

pub(crate) const MOST_BYTES: usize = desk::MOST_BYTES as usize;
/// Rows of the preview.
const ROWS: usize = 8;

pub(super) async fn upload(
    State(app): State<App>,
    _: Viewer,
    parts: std::result::Result<Multipart, MultipartRejection>,
) -> Result<Redirect> {
    let ticket = receive(&app.engine, parts, false).await?;
    let sealed = ticket.seal(&app.engine.vault);
    // What cannot be read is said here, and not on the next page.
    desk::look(&app.engine, &ticket.blob).await?;
    Ok(Redirect::to(&format!("/customers/lists/map?file={sealed}")))
}

async fn open(app: &App, sealed: &str) -> Result<(Ticket, Look)> {
    let gone =
        || WebError::new(StatusCode::NOT_FOUND, "This file is not here (any more). Nothing was taken; send it again.");
    let ticket = Ticket::open(sealed, &app.engine.vault).ok_or_else(gone)?;
    app.engine.blobs.size(&ticket.blob).map_err(|_| gone())?;
    let look = desk::look(&app.engine, &ticket.blob).await?;
    Ok((ticket, look))
}

/// A column, and what it is taken for.
struct Column {
    key: String,
    title: String,
    chosen: String,
}

#[derive(Template)]
#[template(path = "customers/map.html")]
struct MapPage {
    shell: Shell,
    ticket: String,
    file: String,
    size: String,
    list: String,
    columns: Vec<Column>,
    meanings: Vec<(String, String)>,
    dates: Vec<(String, String)>,
    chosen_dates: String,
    numbers: Vec<(String, String)>,
    chosen_numbers: String,
    country: String,
    missing: String,
    rows: Rows,
    mistakes: Mistakes,
}

#[derive(Template)]
#[template(path = "customers/preview.html")]
struct Rows {
    rows: desk::Preview,
    unreadable: usize,
}

/// What somebody chose.
struct Chosen {
    ticket: Ticket,
    look: Look,
    mapping: Mapping,
    list: String,
    missing: String,
}

/// What a column may mean: keys and words.
async fn meanings(app: &App) -> Result<Vec<(String, String)>> {
    let fixed = [
        ("", "leave it out"),
        ("name", "Name"),
        ("id", "Their number"),
        ("mail", "E-mail address"),
        ("phone", "Telephone number"),
        ("organisation", "Organisation"),
    ];
    let mut all: Vec<(String, String)> = fixed.map(|(key, words)| (key.to_owned(), words.to_owned())).to_vec();
    for attribute in attributes::all(&mut app.engine.db.reader()).await? {
        all.push((format!("attribute:{}", attribute.name), attribute.title));
    }
    for connector in app.engine.registry.all() {
        let spec = connector.spec();
        if spec.pulls && spec.sends && !spec.hosts_visitors && !app.engine.registry.writes_to_addresses(&spec.name) {
            all.push((format!("handle:{}", spec.name), format!("Account on {}", spec.title)));
        }
    }
    let new =
        [(Kind::Choice, "a few words"), (Kind::Text, "any words"), (Kind::Number, "a number"), (Kind::Date, "a day")];
    all.extend(new.map(|(kind, words)| (format!("new:{}", kind.as_str()), format!("Something else: {words}"))));
    Ok(all)
}

fn dates() -> [(TimeFormat, &'static str, &'static str); 4] {
    [
        (TimeFormat::Auto, "auto", "as they look (03/04 is the third of April)"),
        (TimeFormat::Iso, "iso", "2025-12-31"),
        (TimeFormat::DayMonthYear, "day_month_year", "31/12/2025"),
        (TimeFormat::MonthDayYear, "month_day_year", "12/31/2025"),
    ]
}

impl Chosen {
    /// As the file suggests.
    async fn begun(app: &App, sealed: &str) -> Result<Self> {
        let (ticket, look) = open(app, sealed).await?;
        let stem = ticket.name.rsplit_once('.').map_or(ticket.name.as_str(), |(stem, _)| stem);
        let list = look.list.clone().unwrap_or_else(|| stem.chars().take(80).collect());
        Ok(Self { mapping: look.mapping.clone(), list, missing: "keep".to_owned(), ticket, look })
    }

    /// As the form says.
    async fn typed(app: &App, body: &[u8]) -> Result<Self> {
        let typed: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
        let given = |name: &str| typed.get(name).map(|value| value.trim()).unwrap_or_default();
        let (ticket, look) = open(app, given("file")).await?;
        let means =
            |(n, column): (usize, &String)| Some((column.clone(), desk::meaning_of(given(&format!("column-{n}")))?));
        let columns: BTreeMap<String, Means> = look.columns.iter().enumerate().filter_map(means).collect();
        let wanted = given("dates");
        let dates = dates().into_iter().find(|(_, name, _)| *name == wanted).map_or(TimeFormat::Auto, |(one, ..)| one);
        let country = given("country").trim_start_matches(['+', '0']).to_owned();
        let mapping = Mapping { columns, dates, country, numbers: Written::named(given("numbers")) };
        Ok(Self { mapping, list: given("list").to_owned(), missing: given("missing").to_owned(), ticket, look })
    }

    async fn rows(&self, app: &App) -> Result<Rows> {
        if !self.mapping.knows_again() {
            return Ok(Rows { rows: Vec::new(), unreadable: 0 });
        }
        let rows = desk::preview(&app.engine, &self.ticket.blob, &self.mapping, ROWS).await?;
        Ok(Rows { unreadable: rows.iter().filter(|(_, row)| row.is_err()).count(), rows })
    }

    async fn page(self, app: &App, viewer: &Viewer, mistakes: Mistakes) -> Result<MapPage> {
        let column = |(n, title): (usize, &String)| Column {
            key: format!("column-{n}"),
            title: title.clone(),
            chosen: self.mapping.columns.get(title).map(desk::key_of).unwrap_or_default(),
        };
        let chosen = dates().into_iter().find(|(format, ..)| *format == self.mapping.dates);
        Ok(MapPage {
            shell: app.shell(viewer, "customers", "A list of customers", Nav::People).await?,
            ticket: self.ticket.seal(&app.engine.vault),
            size: size_words(self.ticket.size),
            columns: self.look.columns.iter().enumerate().map(column).collect(),
            meanings: meanings(app).await?,
            dates: dates().map(|(_, name, words)| (name.to_owned(), words.to_owned())).to_vec(),
            chosen_dates: chosen.map(|(_, name, _)| name.to_owned()).unwrap_or_default(),
            numbers: number_ways(),
            chosen_numbers: self.mapping.numbers.as_str().to_owned(),
            country: self.mapping.country.clone(),
            rows: self.rows(app).await?,
            file: self.ticket.name,
            list: self.list,
            missing: self.missing,
            mistakes,
        })
    }
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Wanted {
    file: String,
}

pub(super) async fn show(State(app): State<App>, viewer: Viewer, Query(wanted): Query<Wanted>) -> Result<Response> {
    let page = Chosen::begun(&app, &wanted.file).await?.page(&app, &viewer, Mistakes::default()).await?;
    Ok(Html(page.render()?).into_response())
}

/// The first rows once more, as the form now says; without a script the whole page.
pub(super) async fn preview(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    RawForm(body): RawForm,
) -> Result<Response> {
    let chosen = Chosen::typed(&app, &body).await?;
    if headers.contains_key("hx-request") {
        return Ok(Html(chosen.rows(&app).await?.render()?).into_response());
    }
    Ok(Html(chosen.page(&app, &viewer, Mistakes::default()).await?.render()?).into_response())
}

pub(super) async fn start(State(app): State<App>, viewer: Viewer, RawForm(body): RawForm) -> Result<Response> {
    let chosen = Chosen::typed(&app, &body).await?;
    let new = New {
        list: chosen.list.clone(),
        name: chosen.ticket.name.clone(),
        blob: BlobRange { blob: chosen.ticket.blob.clone(), offset: 0, length: chosen.ticket.size },
        mapping: chosen.mapping.clone(),
        missing: chosen.missing.clone(),
        by: viewer.user.id,
    };
    let mistakes = match desk::start(&app.engine, new).await {
        Ok(id) => return Ok(Redirect::to(&format!("/customers/lists/{id}")).into_response()),
        Err(error @ (EngineError::Invalid(_) | EngineError::Refused(_))) => Mistakes::of(error)?,
        Err(other) => return Err(other.into()),
    };
    let page = chosen.page(&app, &viewer, mistakes).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}
