//! One kind of label: how often it is wrong, for whom and where; what is taken for what; and the samples that were read.

use super::{
    href, kind as kind_of,
    page::{model, rests_on},
    words,
};
use crate::{
    App, Result, Viewer,
    access::form::Mistakes,
    inbox::{Known, flash, times},
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
    wrong: usize,
    error: String,
    borrows: String,
}

/// What people say a message is, and how often the model says each value of these.
struct Confused {
    held: String,
    each: Vec<usize>,
    right: usize,
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
        wrong: cell.wrong,
        error: words::rate(cell.error),
        borrows: words::borrows(cell, |loan| {
            format!("{} on {}", words::language(&loan.language), known.channel(loan.channel).words)
        }),
    };
    let (columns, confused) = confusion(kind, &measured);
    let holds = desk::version(&app.engine, &mut app.engine.db.reader()).await?;
    let mut shell = app.shell(viewer, "trust in a label", words::title(kind), Nav::Insights).await?;
    shell.toast = flash::take(app, headers);
    let page = KindPage {
        shell,
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

/// What people say against what the model says, for all values that either of them ever says.
fn confusion(kind: Kind, measured: &Measured) -> (Vec<String>, Vec<Confused>) {
    let values: BTreeSet<u16> = measured.confusion.iter().flat_map(|(held, guess, _)| [*held, *guess]).collect();
    let times = |held: u16, guess: u16| {
        let found = measured.confusion.iter().find(|(a, b, _)| (*a, *b) == (held, guess));
        found.map_or(0, |(.., times)| *times)
    };
    let row = |held: u16| Confused {
        held: words::value(kind, held),
        each: values.iter().map(|guess| times(held, *guess)).collect(),
        right: times(held, held),
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
