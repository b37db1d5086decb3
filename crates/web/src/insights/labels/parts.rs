//! One kind of label: how often it is wrong, for whom and where; what is taken for what; and the samples that were read.

use super::{
    counted::Asked,
    href, kind as kind_of,
    page::{model, rests_on},
    words,
};
use crate::{
    App, Result, Viewer,
    access::form::Mistakes,
    export::Along,
    inbox::{Known, flash, times},
    insights::picture::{self, Mark, Picture},
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use std::collections::BTreeSet;
use tertulia_analysis::labels::Kind;
use tertulia_engine::labels::{self as desk, Measured};
use tertulia_model::Permission;

/// How often it is wrong in one language on one channel.
struct Row {
    language: String,
    channel: String,
    n: usize,
    /// Where these messages stand, and those of them that the model labels otherwise.
    read_href: String,
    wrong: usize,
    wrong_href: String,
    error: String,
    borrows: String,
}

/// What people say a message is, and how often the model says each value of these.
struct Confused {
    held: String,
    /// Each with where these messages stand; nowhere where there are none.
    each: Vec<(usize, String)>,
    right: (usize, String),
}

struct SampleLine {
    id: String,
    words: String,
    read_href: String,
    standing: String,
    done: usize,
    all: usize,
    left_for_me: usize,
    differing: usize,
    is_ended: bool,
}

#[derive(Template)]
#[template(path = "insights/labels/kind.html")]
struct KindPage {
    shell: Shell,
    along: Along,
    href: String,
    title: &'static str,
    sentence: &'static str,
    /// Which model it is by; none where there is no model yet.
    model: Option<String>,
    error: Option<String>,
    rests_on: String,
    waiting: usize,
    differing: usize,
    untold: usize,
    rows: Vec<Row>,
    /// Each language on each channel with its error and its interval.
    picture: Picture,
    /// The values, as the columns of what is taken for what.
    columns: Vec<String>,
    confused: Vec<Confused>,
    samples: Vec<SampleLine>,
    each: String,
    least: i64,
    most: i64,
    mistakes: Mistakes,
    may_work: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(kind): Path<String>,
) -> Result<Response> {
    let page = drawn(&app, &viewer, &headers, kind_of(&kind)?, (String::new(), Mistakes::default())).await?;
    Ok(flash::said(&headers, page))
}

/// The page, with what could not be drawn.
pub(super) async fn drawn(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    kind: Kind,
    (each, mistakes): (String, Mistakes),
) -> Result<Response> {
    let known = Known::read(app, viewer, headers).await?;
    let measured = desk::measured(&app.engine, kind).await?;
    let row = |cell: &desk::Cell| Row {
        language: words::language(&cell.language),
        channel: known.channel(cell.channel).words,
        n: cell.n,
        read_href: Asked::of_cell(cell.channel, &cell.language).address(kind),
        wrong: cell.wrong,
        wrong_href: wrong_href(kind, cell),
        error: words::rate(cell.error),
        borrows: words::borrows(cell, |loan| {
            format!("{} on {}", words::language(&loan.language), known.channel(loan.channel).words)
        }),
    };
    let marks = measured.cells.iter().map(|cell| mark(&known, kind, cell)).collect();
    let (columns, confused) = confusion(kind, &measured);
    let holds = desk::version(&app.engine, &mut app.engine.db.reader()).await?;
    let mut shell = app.shell(viewer, "trust in a label", words::title(kind), Nav::Insights).await?;
    shell.toast = flash::take(app, headers);
    let page = KindPage {
        shell,
        along: Along::of(&format!("{}/label", href(kind)), &words::METHODS),
        href: href(kind),
        title: words::title(kind),
        sentence: words::sentence(kind),
        model: model(kind.model_version(holds)),
        error: measured.error.map(words::rate),
        rests_on: rests_on(&measured),
        waiting: measured.waiting,
        differing: measured.differing,
        untold: measured.untold,
        rows: measured.cells.iter().map(row).collect(),
        picture: picture::errors(words::title(kind), marks),
        columns,
        confused,
        samples: samples(app, &known, viewer, kind).await?,
        each: if each.is_empty() { "20".to_owned() } else { each },
        least: desk::LEAST_EACH,
        most: desk::MOST_EACH,
        may_work: viewer.user.role.may(Permission::Converse),
        mistakes,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

/// Where those messages of a cell stand that the model labels otherwise; nowhere where there are none.
fn wrong_href(kind: Kind, cell: &desk::Cell) -> String {
    let wrong = Asked { wrong: "yes".to_owned(), ..Asked::of_cell(cell.channel, &cell.language) };
    if cell.wrong > 0 { wrong.address(kind) } else { String::new() }
}

fn mark(known: &Known, kind: Kind, cell: &desk::Cell) -> Mark {
    let name = format!("{}, {}", words::language(&cell.language), known.channel(cell.channel).words);
    Mark {
        words: format!("{name}: wrong in {}, {} of {} that were read.", words::rate(cell.error), cell.wrong, cell.n),
        name,
        value: Some(cell.error.share),
        low: Some(cell.error.low),
        high: Some(cell.error.high),
        machine: None,
        href: Asked::of_cell(cell.channel, &cell.language).address(kind),
    }
}

/// What people say against what the model says, for all values that either of them ever says.
fn confusion(kind: Kind, measured: &Measured) -> (Vec<String>, Vec<Confused>) {
    let values: BTreeSet<u16> = measured.confusion.iter().flat_map(|(held, guess, _)| [*held, *guess]).collect();
    let times = |held: u16, guess: u16| {
        let found = measured.confusion.iter().find(|(a, b, _)| (*a, *b) == (held, guess));
        found.map_or(0, |(.., times)| *times)
    };
    let behind = |held: u16, guess: u16| match times(held, guess) {
        0 => (0, String::new()),
        times => (times, Asked::of_pair(kind, held, guess).address(kind)),
    };
    let row = |held: u16| Confused {
        held: words::value(kind, held),
        each: values.iter().map(|guess| behind(held, *guess)).collect(),
        right: behind(held, held),
    };
    (values.iter().map(|value| words::value(kind, *value)).collect(), values.iter().map(|held| row(*held)).collect())
}

async fn samples(app: &App, known: &Known, viewer: &Viewer, kind: Kind) -> Result<Vec<SampleLine>> {
    let mut lines = Vec::new();
    for sample in desk::whole(&app.engine).await?.into_iter().filter(|sample| sample.kind == kind.code()) {
        let outlook = desk::outlook(&app.engine, sample.id).await?;
        let [done, differing, second, first, untold] = outlook.counts();
        let all = outlook.messages.len();
        let standing = match (first + second, differing) {
            (0, 0) if untold > 0 => format!("read by two; {untold} could not be told"),
            (0, 0) => "read by two, and nothing is left".to_owned(),
            (0, _) => "read by two".to_owned(),
            _ => format!("{first} wait for a first reader, {second} for a second"),
        };
        lines.push(SampleLine {
            id: sample.id.to_string(),
            words: format!(
                "Drawn by {}, {}: {all} messages, up to {} of each language on each channel",
                known.member(sample.drawn_by),
                times::full_words(sample.drawn_at, &known.zone),
                sample.each_cell
            ),
            read_href: format!("/insights/labels/read?sample={}", sample.id),
            standing,
            done,
            all,
            left_for_me: outlook.left_for(viewer.user.id).len(),
            differing,
            is_ended: sample.ended_at.is_some(),
        });
    }
    Ok(lines)
}
