//! The step between a file and its import: what its columns mean, who we are in it, and how the first rows would come in.

use super::{
    saved::{Asked, NAME, Offer},
    ticket::Ticket,
};
use crate::{
    App, Result, Viewer, WebError,
    layout::{Nav, Shell, size_words},
};
use askama::Template;
use axum::{
    extract::{Query, RawForm, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde_json::Value;
use std::collections::HashMap;
use tertulia_connector::archive::{Look, PreviewRow};
use tertulia_engine::{
    EngineError,
    imports::{self, NewImport},
    mappings::{self, Naming},
};
use tertulia_model::{BlobRange, ImportId, MappingId, UserId};

/// Rows of the preview.
const ROWS: usize = 8;
/// Columns that most files have; the others are folded away.
const USUAL: [&str; 7] = ["text", "author", "author_name", "time", "subject", "id", "parent"];
/// Before the names of fields that choose a column.
pub(super) const PREFIX: &str = "column-";

/// A field of a message, and the column it comes from.
pub(super) struct ColumnField {
    key: String,
    title: String,
    chosen: String,
    mistake: String,
}

#[derive(Template)]
#[template(path = "import/map.html")]
pub(super) struct MapPage {
    shell: Shell,
    ticket: String,
    file: String,
    size: String,
    format: String,
    note: String,
    needs_mapping: bool,
    columns: Vec<(String, String)>,
    usual: Vec<ColumnField>,
    more: Vec<ColumnField>,
    more_open: bool,
    archive: String,
    ours: String,
    public: bool,
    zone: String,
    zones: Vec<String>,
    times: Vec<(String, String)>,
    time_format: String,
    mistakes: Vec<(String, String)>,
    wrong: String,
    rows: Rows,
    offer: Offer,
}

impl MapPage {
    fn mistake(&self, field: &str) -> &str {
        self.mistakes.iter().find(|(name, _)| name == field).map_or("", |(_, message)| message.as_str())
    }
}

/// The first rows as they would be taken.
#[derive(Template)]
#[template(path = "import/preview.html")]
pub(super) struct Rows {
    pub(super) rows: Vec<std::result::Result<PreviewRow, String>>,
    has_subjects: bool,
    unreadable: usize,
}

/// A file that was looked at, and what somebody chose for it.
pub(super) struct Chosen {
    ticket: Ticket,
    pub(super) look: Look,
    pub(super) mapping: Value,
    pub(super) mistakes: Vec<(String, String)>,
    /// The saved mapping that this began with.
    pub(super) saved: Option<MappingId>,
    /// What the form says of keeping the mapping under a name.
    pub(super) asked: Asked,
}

fn open(app: &App, sealed: &str) -> Result<(Ticket, Look)> {
    let gone = || {
        WebError::new(
            StatusCode::NOT_FOUND,
            "This upload is not here (any more). Nothing was imported; send the file again.",
        )
    };
    let ticket = Ticket::open(sealed, &app.engine.vault).ok_or_else(gone)?;
    if app.engine.blobs.size(&ticket.blob).is_err() {
        return Err(gone());
    }
    let look = imports::look(&app.engine, &ticket.name, &ticket.blob)?;
    Ok((ticket, look))
}

impl Chosen {
    /// What an upload is.
    pub(super) fn look(app: &App, sealed: &str) -> Result<Look> {
        open(app, sealed).map(|(_, look)| look)
    }

    /// Starts the import that was chosen; the saved mapping that it began with is noted as used.
    pub(super) async fn start(&self, app: &App, by: UserId) -> std::result::Result<ImportId, EngineError> {
        let new = NewImport {
            name: self.ticket.name.clone(),
            format: self.look.format.clone(),
            mapping: self.mapping.clone(),
            blob: BlobRange { blob: self.ticket.blob.clone(), offset: 0, length: self.ticket.size },
            by: Some(by),
        };
        let id = imports::start(&app.engine, new).await?;
        if let Some(saved) = self.saved {
            mappings::note_use(&app.engine, saved).await?;
        }
        Ok(id)
    }

    /// Keeps what was chosen under a name.
    pub(super) async fn save(
        &self,
        app: &App,
        by: UserId,
        (name, replace): (&str, bool),
    ) -> std::result::Result<Naming, EngineError> {
        mappings::save(&app.engine, name, &self.mapping, &self.look.columns, replace, by).await
    }

    /// What the archive is called need be known only for an import.
    pub(super) fn without_name(mut self) -> Self {
        self.mistakes.retain(|(field, _)| field != "source");
        self
    }

    /// As the saved mapping says that was chosen (`Some(Some)`); as the file itself suggests, where none is wanted
    /// (`Some(None)`); else as a mapping that was made for just such a file, if there is one.
    pub(super) async fn begun(app: &App, sealed: &str, wanted: Option<Option<MappingId>>) -> Result<Self> {
        let (ticket, look) = open(app, sealed)?;
        let saved = match wanted {
            Some(None) => None,
            Some(Some(id)) => Some(mappings::get(&app.engine, id).await?),
            None => mappings::made_for(&app.engine, &look).await?,
        };
        let mut mapping = look.mapping.clone();
        let mut mistakes = Vec::new();
        if let (Some(saved), Some(mapping)) = (&saved, mapping.as_object_mut()) {
            mapping.extend(saved.mapping.as_object().cloned().unwrap_or_default());
            for field in imports::mapping_fields(&app.engine)? {
                let column = mapping.get(&field.name).and_then(Value::as_str).unwrap_or_default();
                if !column.is_empty() && !look.columns.iter().any(|known| known == column) {
                    let gone =
                        format!("“{column}”, as the saved mapping has it, is no column of this file. Choose another.");
                    mistakes.push((field.name.clone(), gone));
                    mapping.insert(field.name, Value::Null);
                }
            }
        }
        if text(&mapping, "source").is_empty() {
            let name = ticket.name.rsplit_once('.').map_or(ticket.name.as_str(), |(stem, _)| stem);
            mapping["source"] = name.chars().take(80).collect::<String>().into();
        }
        let asked =
            Asked { name: saved.as_ref().map(|saved| saved.name.clone()).unwrap_or_default(), ..Asked::default() };
        Ok(Self { ticket, look, mapping, mistakes, saved: saved.map(|saved| saved.id), asked })
    }

    /// As the form says.
    pub(super) fn typed(app: &App, body: &[u8]) -> Result<Self> {
        let typed: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
        let given = |name: &str| typed.get(name).map(|value| value.trim()).unwrap_or_default();
        let (ticket, look) = open(app, given("file"))?;
        let mut mapping = look.mapping.clone();
        let mut mistakes = Vec::new();
        let mut wrong = |name: &str, message: &str| mistakes.push((name.to_owned(), message.to_owned()));
        if look.needs_mapping {
            for field in imports::mapping_fields(&app.engine)? {
                let column = given(&format!("{PREFIX}{}", field.name));
                if field.name == "thread" && column != text(&mapping, "thread") {
                    mapping["thread_is_first_message"] = false.into();
                }
                if !column.is_empty() && !look.columns.iter().any(|known| known == column) {
                    wrong(&field.name, "The file has no such column. Choose one of the list.");
                } else {
                    mapping[&field.name] = if column.is_empty() { Value::Null } else { column.into() };
                }
            }
            if text(&mapping, "text").is_empty() && text(&mapping, "html").is_empty() {
                wrong("text", "Choose the column that holds what was said.");
            }
            mapping["time_format"] = if given("time_format").is_empty() { "auto" } else { given("time_format") }.into();
            if !time_formats().iter().any(|(value, _)| *value == text(&mapping, "time_format")) {
                wrong("time_format", "Choose one of these.");
                mapping["time_format"] = "auto".into();
            }
        }
        let zone = if given("time_zone").is_empty() { "UTC" } else { given("time_zone") };
        if jiff::tz::TimeZone::get(zone).is_err() {
            wrong("time_zone", "This is no time zone that is known here. Write it as Europe/Madrid, or UTC.");
        }
        mapping["time_zone"] = zone.into();
        let source = given("source");
        match source.chars().count() {
            0 => wrong("source", "Give the archive a name, so that you find it again."),
            1..=80 => {}
            _ => wrong("source", "This name is too long: at most 80 characters."),
        }
        mapping["source"] = source.into();
        let ours = given("our_accounts").split([',', ';', '\n']).map(str::trim).filter(|account| !account.is_empty());
        mapping["our_accounts"] = ours.map(Value::from).collect();
        mapping["visibility"] = if given("public") == "yes" { "public" } else { "private" }.into();
        let saved = given("saved").parse().ok();
        let asked = Asked { name: given(NAME).to_owned(), replace: given("replace") == "yes", ..Asked::default() };
        Ok(Self { ticket, look, mapping, mistakes, saved, asked })
    }

    pub(super) async fn rows(&self, app: &App) -> Result<Rows> {
        // A zone or a column that is marked as wrong already would only be told again by every row.
        let rows = if self.mistakes.iter().any(|(field, _)| field != "source" && field != NAME) {
            Vec::new()
        } else {
            imports::preview(&app.engine, &self.ticket.blob, &self.look.format, &self.mapping, ROWS).await?
        };
        let has_subjects = rows.iter().flatten().any(|row| row.subject.is_some());
        let unreadable = rows.iter().filter(|row| row.is_err()).count();
        Ok(Rows { has_subjects, unreadable, rows })
    }

    pub(super) async fn page(self, app: &App, viewer: &Viewer, wrong: Option<String>) -> Result<MapPage> {
        let offer = Offer::of(app, &self).await?;
        let mistake = |field: &str| self.mistakes.iter().find(|(name, _)| name == field).map(|(_, m)| m.clone());
        let field = |field: tertulia_connector::archive::MappingField| ColumnField {
            chosen: text(&self.mapping, &field.name).to_owned(),
            mistake: mistake(&field.name).unwrap_or_default(),
            key: format!("{PREFIX}{}", field.name),
            title: field.title,
        };
        let all: Vec<ColumnField> = imports::mapping_fields(&app.engine)?.into_iter().map(field).collect();
        let usual = |field: &ColumnField| USUAL.iter().any(|name| field.key.strip_prefix(PREFIX) == Some(name));
        let (mut usual, more): (Vec<_>, Vec<_>) = all.into_iter().partition(usual);
        usual.sort_by_key(|field| USUAL.iter().position(|name| field.key.strip_prefix(PREFIX) == Some(name)));
        let columns = self.look.columns.iter().map(|name| (name.clone(), name.clone()));
        let ours = self.mapping["our_accounts"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(MapPage {
            shell: app.shell(viewer, "import", "Import", Nav::Import).await?,
            ticket: self.ticket.seal(&app.engine.vault),
            file: self.ticket.name.clone(),
            size: size_words(self.ticket.size),
            format: self.look.title.clone(),
            note: self.look.note.clone(),
            needs_mapping: self.look.needs_mapping,
            columns: std::iter::once((String::new(), "not in this file".to_owned())).chain(columns).collect(),
            more_open: more.iter().any(|field| !field.mistake.is_empty()),
            usual,
            more,
            archive: text(&self.mapping, "source").to_owned(),
            ours: ours.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
            public: text(&self.mapping, "visibility") == "public",
            zone: text(&self.mapping, "time_zone").to_owned(),
            zones: jiff::tz::db().available().map(|zone| zone.to_string()).filter(|zone| zone.contains('/')).collect(),
            times: time_formats().map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec(),
            time_format: text(&self.mapping, "time_format").to_owned(),
            rows: self.rows(app).await?,
            mistakes: self.mistakes,
            wrong: wrong.unwrap_or_default(),
            offer,
        })
    }
}

pub(super) fn text<'a>(mapping: &'a Value, name: &str) -> &'a str {
    mapping.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn time_formats() -> [(&'static str, &'static str); 7] {
    [
        ("auto", "as it looks (03/04 is the third of April)"),
        ("iso", "2005-12-31 23:59"),
        ("day_month_year", "31/12/2005 23:59"),
        ("month_day_year", "12/31/2005 11:59 PM"),
        ("rfc2822", "Sat, 31 Dec 2005 23:59:00 +0100"),
        ("unix_seconds", "seconds since 1970"),
        ("unix_millis", "milliseconds since 1970"),
    ]
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(super) struct Wanted {
    file: String,
    /// The id of a saved mapping; `none` for what the file itself suggests.
    mapping: Option<String>,
}

pub(super) async fn show(State(app): State<App>, viewer: Viewer, Query(wanted): Query<Wanted>) -> Result<Response> {
    let mapping = wanted.mapping.map(|id| id.parse().ok());
    let page = Chosen::begun(&app, &wanted.file, mapping).await?.page(&app, &viewer, None).await?;
    Ok(Html(page.render()?).into_response())
}

/// The first rows once more, as the form now says; without a script the whole page.
pub(super) async fn preview(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    RawForm(body): RawForm,
) -> Result<Response> {
    let chosen = Chosen::typed(&app, &body)?;
    if headers.contains_key("hx-request") {
        return Ok(Html(chosen.rows(&app).await?.render()?).into_response());
    }
    Ok(Html(chosen.page(&app, &viewer, None).await?.render()?).into_response())
}

pub(super) async fn start(State(app): State<App>, viewer: Viewer, RawForm(body): RawForm) -> Result<Response> {
    let chosen = Chosen::typed(&app, &body)?;
    let wrong = if chosen.mistakes.is_empty() {
        match chosen.start(&app, viewer.user.id).await {
            Ok(id) => return Ok(Redirect::to(&format!("/import/{id}")).into_response()),
            Err(error @ (EngineError::Invalid(_) | EngineError::Refused(_))) => error.to_string(),
            Err(other) => return Err(other.into()),
        }
    } else {
        "Nothing was imported yet. Mend what is marked, then start again.".to_owned()
    };
    let page = chosen.page(&app, &viewer, Some(wrong)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}
