//! The page: a sentence, a picture, the four sources, how they differ, and who makes the difference.

use super::{
    super::{
        asked::Asked,
        behind,
        overview::spans,
        picture::{self, Picture},
        words as insights,
    },
    Found, PATH,
    choices::Choices,
    find, words,
};
use crate::{
    App, Result, Viewer,
    access::form::Mistakes,
    export::Along,
    figures::words as figures,
    inbox::Known,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::insights::triangulation::{Apart, On, Origin, Source, Triangulation};
use tertulia_model::Mode;
use tertulia_voices::decomposition::{Contribution, Decomposition};

/// Channels that are named; the rest is counted.
const MOST_NAMED: usize = 3;

/// One of the four.
struct Row {
    name: &'static str,
    /// What it is read from.
    origin: String,
    /// "34 % (27 % to 42 %)"
    share: String,
    n: String,
    /// The same as its people were heard.
    as_heard: String,
    /// Why nothing is said, and what would mend it.
    refusal: String,
    note: &'static str,
    answers: String,
    href: String,
    opens: &'static str,
}

/// Two of them.
struct Two {
    sentence: String,
    names: String,
    points: String,
    p: String,
    /// Where who makes the difference stands; empty where nobody knows.
    href: String,
    is_apart: bool,
}

/// What one attribute says of a difference.
struct Driver {
    attribute: String,
    sentence: String,
    most: Option<String>,
    segments: Vec<SegmentLine>,
}

struct SegmentLine {
    name: String,
    first: String,
    second: String,
    first_says: String,
    second_says: String,
    composition: String,
    within: String,
    is_thin: bool,
}

/// The two that are taken apart.
struct Driven {
    first: &'static str,
    second: &'static str,
    by: Vec<Driver>,
}

#[derive(Template)]
#[template(path = "insights/triangulation.html")]
struct TriangulationPage {
    shell: Shell,
    asked: Asked,
    mistakes: Mistakes,
    period: String,
    spans: Vec<(&'static str, String, bool, i64)>,
    choices: Choices,
    question: String,
    name: String,
    narrowed: Vec<(String, String)>,
    headline: String,
    compared_on: &'static str,
    weighted_to: Option<String>,
    definition: &'static str,
    picture: Picture,
    rows: Vec<Row>,
    test: Option<String>,
    pairs: Vec<Two>,
    driven: Option<Driven>,
    /// That nothing can say who makes the difference.
    is_undriven: bool,
    along: Along,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let Found { filter, name, all, mistakes } = find(&app, &asked).await?;
    let known = Known::read(&app, &viewer, &headers).await?;
    let kept = Asked { mode: String::new(), channel: String::new(), language: String::new(), ..asked.clone() };
    let rows: Vec<Row> = all.sources.iter().map(|one| row(&known, &kept, &all, one)).collect();
    let page = TriangulationPage {
        shell: app.shell(&viewer, "insights", "Triangulation", Nav::Insights).await?,
        period: figures::period(filter.period),
        spans: spans(&kept, PATH, mistakes.is_empty()),
        choices: Choices::read(&app, &kept, all.asked.question, &all.sources).await?,
        question: all.asked.question.name(),
        narrowed: behind::filters(&app, &known, &kept, PATH).await?,
        headline: words::headline(&all),
        compared_on: words::compared_on(&all),
        weighted_to: insights::weights(&all.margins, &all.left_out).filter(|_| all.on == On::Weighted),
        definition: insights::definition(all.asked.question),
        picture: picture::sources(&name, all.sources.iter().map(|one| mark(&kept, &all, one)).collect()),
        rows,
        test: all.comparison.as_ref().map(|found| words::test(found, all.readings.len())),
        pairs: pairs(&kept, &all),
        driven: all.apart.as_ref().filter(|apart| !apart.by.is_empty()).map(driven),
        is_undriven: all.comparison.is_some() && all.margins.is_empty(),
        along: Along::of(&kept.here(PATH), &words::METHODS),
        name,
        asked: kept,
        mistakes,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

/// Where what a source rests on can be looked at, and what that opens.
fn behind_it(asked: &Asked, all: &Triangulation, one: &Source) -> (String, &'static str) {
    match &one.origin {
        Origin::Messages { .. } => {
            let question = all.asked.question.name();
            let only = [("question", question.as_str()), ("mode", one.mode.as_str())];
            (asked.with("/insights/messages", &only), "Show the messages")
        }
        Origin::Ballot(ballot) => (format!("/insights/opinions/{}", ballot.ballot.id), "Show the ballot"),
        Origin::Outcomes(part, _) => (format!("/goals/outcomes/{}", part.id), "Show the counts"),
    }
}

fn row(known: &Known, asked: &Asked, all: &Triangulation, one: &Source) -> Row {
    let said = one.on(all.on);
    let (href, opens) = behind_it(asked, all, one);
    let none = || "–".to_owned();
    Row {
        name: insights::source(one.mode),
        origin: origin(known, one),
        share: said.map_or_else(none, insights::estimate),
        n: insights::number(said.map_or_else(|| one.refused(all.on).map_or(0, |refused| refused.n), |said| said.n)),
        as_heard: one.by_person.as_ref().map_or_else(|_| none(), insights::estimate),
        refusal: if said.is_some() { String::new() } else { words::said(one, all.on) },
        note: one.mode.note(),
        answers: words::answers(one),
        href,
        opens,
    }
}

/// What a source is read from: of messages the channels on which they were said.
pub(super) fn origin(known: &Known, one: &Source) -> String {
    let Origin::Messages { channels, .. } = &one.origin else { return words::origin(one).unwrap_or_default() };
    let names: Vec<String> = channels.iter().take(MOST_NAMED).map(|id| known.channel(*id).words).collect();
    match channels.len().saturating_sub(MOST_NAMED) {
        _ if names.is_empty() => "No channel".to_owned(),
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

fn mark(asked: &Asked, all: &Triangulation, one: &Source) -> picture::Mark {
    let said = one.on(all.on);
    let name = insights::source(one.mode).to_owned();
    let rests = said.map_or_else(String::new, |said| format!(" Rests on {} people.", insights::number(said.n)));
    picture::Mark {
        words: format!("{name}: {}{rests} {}.", words::said(one, all.on), one.mode.note()),
        name,
        value: said.map(|said| said.share),
        low: said.map(|said| said.low),
        high: said.map(|said| said.high),
        href: behind_it(asked, all, one).0,
        machine: None,
    }
}

fn pairs(asked: &Asked, all: &Triangulation) -> Vec<Two> {
    let Some(comparison) = &all.comparison else { return Vec::new() };
    let is_of_people = |mode: Mode| {
        let source = all.sources.iter().find(|source| source.mode == mode);
        source.is_some_and(|source| !matches!(source.origin, Origin::Outcomes(..)))
    };
    let one = |pair: &tertulia_voices::difference::Pair| {
        let (first, second) = (all.readings[pair.first].mode, all.readings[pair.second].mode);
        let between = format!("{}-{}", first.as_str(), second.as_str());
        let is_known = !all.margins.is_empty() && is_of_people(first) && is_of_people(second);
        Two {
            sentence: words::difference(all, pair),
            names: format!("{} less {}", insights::source(first), insights::source(second)),
            points: words::in_points(pair.difference, pair.low, pair.high),
            p: figures::chance(pair.p_adjusted),
            href: if is_known {
                format!("{}#driven", asked.with(PATH, &[("between", &between)]))
            } else {
                String::new()
            },
            is_apart: all.apart.as_ref().is_some_and(|apart| (apart.first, apart.second) == (first, second)),
        }
    };
    comparison.pairs.iter().map(one).collect()
}

fn driven(apart: &Apart) -> Driven {
    Driven {
        first: insights::source(apart.first),
        second: insights::source(apart.second),
        by: apart.by.iter().map(|by| driver(apart, by)).collect(),
    }
}

fn driver(apart: &Apart, by: &Decomposition) -> Driver {
    let line = |one: &Contribution| SegmentLine {
        name: words::segment(one).to_owned(),
        first: figures::share(one.parts.0),
        second: figures::share(one.parts.1),
        first_says: words::answer_of(one.answers.0, one.people.0),
        second_says: words::answer_of(one.answers.1, one.people.1),
        composition: words::in_points(one.composition.value, one.composition.low, one.composition.high),
        within: words::in_points(one.within.value, one.within.low, one.within.high),
        is_thin: one.thin,
    };
    Driver {
        attribute: by.attribute.clone(),
        sentence: words::driven(by, apart.first, apart.second),
        most: words::most(by),
        segments: by.segments.iter().map(line).collect(),
    }
}
