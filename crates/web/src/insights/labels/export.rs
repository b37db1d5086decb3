//! How often labels are wrong, to take along: of all kinds, or of one.

use super::{kind as kind_of, page::rests_on, words};
use crate::{
    App, Result, Viewer,
    api::labels as shapes,
    export::{self, Export, Format, Names, Row},
    inbox::Known,
};
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use std::collections::HashMap;
use tertulia_analysis::labels::Kind;
use tertulia_engine::labels::{self as desk, Measured, Rate};
use tertulia_store::labels as stored;

pub(super) async fn all(State(app): State<App>, format: Format) -> Result<Response> {
    let name = "labels".to_owned();
    if format == Format::Json {
        return Ok(export::json(&name, &shapes::all_kinds(&app).await?));
    }
    let mut measured = Vec::new();
    for kind in Kind::ALL {
        measured.push(desk::measured_lately(&app.engine, kind).await?);
    }
    let known = measured.iter().filter(|one| one.error.is_some()).count();
    let sentence = match known {
        0 => "How often labels are wrong was not measured yet.".to_owned(),
        n => format!("How often they are wrong was measured of {n} of {} kinds of labels.", measured.len()),
    };
    let mut export = Export::new(name, "Trust in the labels", sentence, &words::METHODS);
    let mut db = app.engine.db.reader();
    let corrected: HashMap<i64, i64> = stored::count_corrected(&mut db).await?.into_iter().collect();
    let holds = desk::version(&app.engine, &mut db).await?;
    export.section("label", "How often labels are wrong", ("", "Label"));
    for one in &measured {
        overall(&mut export, one, holds);
        let times = corrected.get(&one.kind.code()).copied().unwrap_or(0);
        export.count(about(one.kind), "corrected where they were come upon", times.unsigned_abs());
    }
    export.answer(format)
}

fn about(kind: Kind) -> (&'static str, &'static str) {
    (kind.as_str(), words::title(kind))
}

fn between(row: &mut Row, rate: Rate) -> &mut Row {
    row.between(rate.low, rate.high)
}

fn overall(export: &mut Export, measured: &Measured, holds: i64) {
    let about = about(measured.kind);
    let error = export.share(about, "error", measured.error.map(|error| error.share));
    error.n(measured.n as u64).note(rests_on(measured));
    if let Some(rate) = measured.error {
        between(error, rate);
        export.share(about, "share of messages that it is of", measured.covers).n(measured.whole);
    }
    if let Some(agreement) = measured.agreement {
        let alpha = export.number(about, "alpha of readers", agreement.alpha);
        alpha.between(agreement.between.0, agreement.between.1).n(measured.read_twice as u64);
    }
    let version = measured.kind.model_version(holds);
    if version > 0 {
        export.count(about, "version of the model", version.unsigned_abs());
    }
}

pub(super) async fn one(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(kind): Path<String>,
    format: Format,
) -> Result<Response> {
    let kind = kind_of(&kind)?;
    let measured = desk::measured(&app.engine, kind).await?;
    let name = format!("label-{}", kind.as_str());
    if format == Format::Json {
        return Ok(export::json(&name, &shapes::measured_of(&measured)));
    }
    let sentence = match measured.error {
        Some(error) => format!("{} of messages are labelled otherwise than people do.", words::rate(error)),
        None => "How often it is wrong was not measured yet.".to_owned(),
    };
    let title = format!("Trust in a label: {}", words::title(kind));
    let mut export = Export::new(name, title, sentence, &words::METHODS);
    export.about("what it is", words::sentence(kind));
    export.section("label", "How often it is wrong", ("", "Label"));
    let holds = desk::version(&app.engine, &mut app.engine.db.reader()).await?;
    overall(&mut export, &measured, holds);
    for (figure, many) in [
        ("wait for two readers", measured.waiting),
        ("readers differ", measured.differing),
        ("could not be told", measured.untold),
    ] {
        export.count(about(kind), figure, many as u64);
    }
    cells(&mut export, &measured, &Known::read(&app, &viewer, &headers).await?);
    export.section("taken for", "What is taken for what", ("", "People say"));
    for (held, guess, times) in &measured.confusion {
        let figure = format!("the machine: {}", words::value(kind, *guess));
        export.row(("", &words::value(kind, *held)), figure, export::Unit::Count, *times as f64);
    }
    export.answer(format)
}

fn cells(export: &mut Export, measured: &Measured, known: &Known) {
    export.section("cell", "By language and channel", ("Channel", "Language"));
    let (mut names, mut channels) = (Names::default(), HashMap::new());
    for cell in &measured.cells {
        let channel: &String =
            channels.entry(cell.channel).or_insert_with(|| names.only(&known.channel(cell.channel).words));
        let language = words::language(&cell.language);
        let about = (channel.as_str(), language.as_str());
        export.count(about, "read", cell.n as u64);
        export.count(about, "wrong", cell.wrong as u64);
        let borrows = words::borrows(cell, |loan| {
            format!("{} on {}", words::language(&loan.language), known.channel(loan.channel).words)
        });
        between(export.share(about, "error", cell.error.share), cell.error).n(cell.n as u64).note(borrows);
    }
}
