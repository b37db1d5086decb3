//! A page that opens anywhere: each section a table, a line for each of whom figures are and a column a figure.

use super::{Export, Row, Section, Unit};
use crate::{
    Result,
    figures::words::{chance, share, signed, span},
    listen::thousands,
};
use askama::Template;
use std::collections::BTreeMap;

/// A longer note does not fit in a column beside others: each figure has a line of its own then.
const LONG: usize = 80;
/// More figures are lines as well.
const MOST_COLUMNS: usize = 10;

#[derive(Default)]
struct Cell {
    figure: String,
    value: String,
    n: String,
    note: String,
}

struct Line {
    of: String,
    name: String,
    cells: Vec<Cell>,
}

struct Table {
    title: String,
    of: &'static str,
    name: String,
    figures: Vec<String>,
    lines: Vec<Line>,
    is_long: bool,
}

impl Line {
    /// The figures that there are of it.
    fn said(&self) -> impl ExactSizeIterator<Item = &Cell> {
        self.cells.iter().filter(|cell| !cell.figure.is_empty()).collect::<Vec<_>>().into_iter()
    }
}

#[derive(Template)]
#[template(path = "export/page.html")]
struct ExportPage<'a> {
    title: &'a str,
    sentence: &'a str,
    about: &'a [(&'static str, String)],
    tables: Vec<Table>,
    methods: &'a [String],
}

pub(super) fn render(export: &Export) -> Result<String> {
    let with_rows = export.sections.iter().filter(|section| !section.rows.is_empty());
    let page = ExportPage {
        title: &export.title,
        sentence: &export.sentence,
        about: &export.about,
        tables: with_rows.map(table).collect(),
        methods: &export.methods,
    };
    Ok(page.render()?)
}

fn table(section: &Section) -> Table {
    let mut figures: Vec<&str> = Vec::new();
    let mut column: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &section.rows {
        column.entry(&row.figure).or_insert_with(|| {
            figures.push(&row.figure);
            figures.len() - 1
        });
    }
    let mut lines: Vec<Line> = Vec::new();
    let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in &section.rows {
        let Some(at) = column.get(row.figure.as_str()).copied() else { continue };
        let place = places.entry((&row.of, &row.name)).or_insert(lines.len());
        // The same figure of the same name is of somebody else: nothing is written over.
        if lines.get(*place).is_some_and(|line| !line.cells[at].figure.is_empty()) {
            *place = lines.len();
        }
        if *place == lines.len() {
            let cells = figures.iter().map(|_| Cell::default()).collect();
            lines.push(Line { of: row.of.clone(), name: row.name.clone(), cells });
        }
        lines[*place].cells[at] = cell(row);
    }
    let is_long = figures.len() > MOST_COLUMNS || section.rows.iter().any(|row| row.note.chars().count() > LONG);
    Table {
        is_long,
        title: section.title.clone(),
        of: section.heads.0,
        name: section.heads.1.clone(),
        figures: figures.into_iter().map(str::to_owned).collect(),
        lines,
    }
}

fn cell(row: &Row) -> Cell {
    let words = |value| words(row.unit, value);
    let range = row.low.zip(row.high).map(|(low, high)| format!("{} to {}", words(low), words(high)));
    let value = match (row.value.map(words), range) {
        (Some(value), Some(range)) => format!("{value} ({range})"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) if row.note.is_empty() => "–".to_owned(),
        (None, None) => String::new(),
    };
    let n = row.n.map(|n| format!("n {}", number(n as f64))).unwrap_or_default();
    Cell { figure: row.figure.clone(), value, n, note: row.note.clone() }
}

fn words(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Share => share(value),
        Unit::Points => format!("{} points", signed(value)),
        Unit::Number => format!("{value:.2}"),
        Unit::Chance => chance(value),
        Unit::Count => number(value),
        Unit::Time => span(value),
    }
}

fn number(count: f64) -> String {
    thousands(count.max(0.0).round() as usize)
}
