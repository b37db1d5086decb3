//! What a page says, to take along: as a table for a spreadsheet, for a program, and as a page of its own that opens without the
//! program. Each says how it was found.

mod names;
mod page;

pub(crate) use names::Names;

use crate::{Result, WebError, customers::cell};
use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tertulia_engine::figures::Period;

/// As what it is taken along: the ending of the address says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Json,
    Html,
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Html => "html",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Html => "text/html; charset=utf-8",
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Format {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, WebError> {
        let ending = parts.uri.path().rsplit('.').next();
        let known = [Self::Csv, Self::Json, Self::Html].into_iter().find(|one| ending == Some(one.ending()));
        known.ok_or_else(WebError::not_found)
    }
}

/// Where a page is taken along from, and how what it says was found.
pub(crate) struct Along {
    pub csv: String,
    pub json: String,
    pub html: String,
    pub methods: &'static [&'static str],
}

impl Along {
    /// Of the address of a view: the same view with an ending.
    pub fn of(address: &str, methods: &'static [&'static str]) -> Self {
        let (path, asked) = address.split_once('?').map_or((address, None), |(path, asked)| (path, Some(asked)));
        let to = |format: Format| {
            let asked = asked.map(|asked| format!("?{asked}")).unwrap_or_default();
            format!("{path}.{}{asked}", format.ending())
        };
        Self { csv: to(Format::Csv), json: to(Format::Json), html: to(Format::Html), methods }
    }
}

/// What a value is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A part of one.
    Share,
    /// A share less another.
    Points,
    Number,
    /// How likely chance alone makes as much of a difference.
    Chance,
    Count,
    /// Milliseconds.
    Time,
}

/// A figure: of what, of whom, its value with its interval, and on how many it rests.
#[derive(Debug)]
pub(crate) struct Row {
    of: String,
    name: String,
    figure: String,
    unit: Unit,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    n: Option<u64>,
    note: String,
}

impl Row {
    pub fn between(&mut self, low: f64, high: f64) -> &mut Self {
        (self.low, self.high) = (Some(low), Some(high));
        self
    }

    pub fn n(&mut self, n: u64) -> &mut Self {
        self.n = Some(n);
        self
    }

    pub fn note(&mut self, words: impl Into<String>) -> &mut Self {
        self.note = words.into();
        self
    }
}

/// Figures that stand in one table.
#[derive(Debug)]
struct Section {
    /// What it is called in the spreadsheet.
    key: &'static str,
    title: String,
    /// What stands above the first two columns of its table; where the first is empty, `of` is not shown in it.
    heads: (&'static str, String),
    rows: Vec<Row>,
}

/// What a page says.
#[derive(Debug)]
pub(crate) struct Export {
    /// What its file is called, without the ending.
    file: String,
    title: String,
    /// What it comes to.
    sentence: String,
    /// Days, filters, and whatever else holds of all of it.
    about: Vec<(&'static str, String)>,
    sections: Vec<Section>,
    methods: Vec<String>,
}

impl Export {
    pub fn new(file: String, title: impl Into<String>, sentence: String, methods: &[&str]) -> Self {
        Self {
            file,
            title: title.into(),
            sentence,
            about: Vec::new(),
            sections: Vec::new(),
            methods: methods.iter().map(|words| (*words).to_owned()).collect(),
        }
    }

    pub fn about(&mut self, what: &'static str, words: impl Into<String>) {
        self.about.push((what, words.into()));
    }

    pub fn method(&mut self, words: String) {
        self.methods.push(words);
    }

    /// What follows stands in a table of its own.
    pub fn section(&mut self, key: &'static str, title: impl Into<String>, (of, name): (&'static str, &str)) {
        let heads = (of, name.to_owned());
        self.sections.push(Section { key, title: title.into(), heads, rows: Vec::new() });
    }

    pub fn row(
        &mut self,
        (of, name): (&str, &str),
        figure: impl Into<String>,
        unit: Unit,
        value: impl Into<Option<f64>>,
    ) -> &mut Row {
        if self.sections.is_empty() {
            self.section("figure", self.title.clone(), ("", ""));
        }
        let at = self.sections.len() - 1;
        let rows = &mut self.sections[at].rows;
        rows.push(Row {
            of: of.to_owned(),
            name: name.to_owned(),
            figure: figure.into(),
            unit,
            value: value.into(),
            low: None,
            high: None,
            n: None,
            note: String::new(),
        });
        let at = rows.len() - 1;
        &mut rows[at]
    }

    pub fn share(&mut self, about: (&str, &str), figure: &str, value: impl Into<Option<f64>>) -> &mut Row {
        self.row(about, figure, Unit::Share, value)
    }

    pub fn number(&mut self, about: (&str, &str), figure: &str, value: impl Into<Option<f64>>) -> &mut Row {
        self.row(about, figure, Unit::Number, value)
    }

    pub fn count(&mut self, about: (&str, &str), figure: &str, value: u64) -> &mut Row {
        self.row(about, figure, Unit::Count, value as f64)
    }

    /// What is no number.
    pub fn words(&mut self, about: (&str, &str), figure: &str, words: impl Into<String>) {
        self.row(about, figure, Unit::Count, None).note(words);
    }

    /// The answer as a table or as a page.
    pub fn answer(&self, format: Format) -> Result<Response> {
        let body = match format {
            Format::Html => page::render(self)?,
            _ => self.csv(),
        };
        Ok(file(body, &self.file, format))
    }

    /// A row a figure, under one head: what a spreadsheet filters and a program reads alike.
    fn csv(&self) -> String {
        let mut table = String::from("section,of,name,figure,value,low,high,n,note\r\n");
        let mut row = |section: &str, one: &Row| {
            let number = |value: Option<f64>| match (value, one.unit) {
                (None, _) => String::new(),
                (Some(value), Unit::Count | Unit::Time) => format!("{value:.0}"),
                // However small, it is not none.
                (Some(value), Unit::Chance) if value > 0.0 && value < 0.001 => format!("{value:.3e}"),
                (Some(value), _) => format!("{value:.6}"),
            };
            let words = [section, &one.of, &one.name, &one.figure].map(cell).join(",");
            let numbers = [one.value, one.low, one.high].map(number).join(",");
            let n = one.n.map(|n| n.to_string()).unwrap_or_default();
            table.push_str(&format!("{words},{numbers},{n},{}\r\n", cell(&one.note)));
        };
        let said = |name: &str, figure: &str, note: &str| Row {
            of: String::new(),
            name: name.to_owned(),
            figure: figure.to_owned(),
            unit: Unit::Count,
            value: None,
            low: None,
            high: None,
            n: None,
            note: note.to_owned(),
        };
        row("page", &said(&self.title, "", &self.sentence));
        for section in &self.sections {
            section.rows.iter().for_each(|one| row(section.key, one));
        }
        self.about.iter().for_each(|(what, words)| row("method", &said("", what, words)));
        self.methods.iter().for_each(|words| row("method", &said("", "note", words)));
        table
    }
}

/// "voices-2026-11-01-2026-11-30"
pub(crate) fn of_days(what: &str, period: Period) -> String {
    format!("{what}-{}-{}", period.first(), period.last())
}

/// The answer for a program, in the shape of the API.
pub(crate) fn json(name: &str, body: &impl Serialize) -> Response {
    file(Json(body), name, Format::Json)
}

fn file(body: impl IntoResponse, name: &str, format: Format) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.kind()));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.{}\"", format.ending())) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

#[cfg(test)]
mod tests;
