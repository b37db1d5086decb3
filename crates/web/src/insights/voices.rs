//! Voices: each question as messages have it, as people have it, and as everybody is made up; who is heard, and who speaks.

use super::{
    asked::{Asked, questions},
    behind,
    corrected::{self, Trust},
    export::METHODS,
    overview::{Choices, overview_of, spans},
    picture::{self, Picture},
    words::{self, number},
};
use crate::{
    App, Result, Viewer,
    access::form::Mistakes,
    export::Along,
    figures::words::{self as figures, share},
    inbox::Known,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::insights::{
    asked::{Filter, Question},
    overview::{self, Coverage, Overview, Speaking},
    voices::{self, Answer},
};
use tertulia_voices::{
    estimate::{Estimate, Refusal},
    misclassification::{Corrected, Uncorrected},
};

/// One way to read a question.
struct Reading {
    name: &'static str,
    share: String,
    interval: String,
    n: String,
    /// Without what the labels get wrong.
    corrected: String,
    /// What weighting costs, or why nothing is said.
    note: String,
}

/// One question in the table.
struct Line {
    name: String,
    href: String,
    /// What is behind it.
    messages_href: String,
    people_href: String,
    is_current: bool,
    /// Each with on how many it rests.
    by_messages: (String, String),
    by_people: (String, String),
    weighted: (String, String),
    /// The last of these of which anything can be said, without what the labels get wrong.
    corrected: String,
}

/// The question at hand.
struct Chosen {
    name: String,
    sentence: String,
    definition: &'static str,
    readings: Vec<Reading>,
    /// What is known of its labels' error; none where it is asked of no label.
    trust: Option<Trust>,
    /// A share without their errors stands beside the one that is read.
    is_corrected: bool,
    manski: Option<String>,
    without_loudest: Option<String>,
    weighted_to: Option<String>,
    notes: Vec<String>,
    people_href: String,
    messages_href: String,
}

struct PartLine {
    name: String,
    href: String,
    amount: String,
    share: String,
    heard: String,
    heard_share: String,
    messages: String,
    message_share: String,
    index: String,
    is_thin: bool,
}

/// One attribute.
struct Covering {
    attribute: String,
    title: String,
    sentence: String,
    linked: String,
    basis: String,
    picture: Picture,
    parts: Vec<PartLine>,
    is_counted: bool,
    invite_href: String,
}

struct ChannelLine {
    name: String,
    href: String,
    people: String,
    messages: String,
    top_1: String,
    top_10: String,
    rest: String,
    gini: String,
    effective: String,
}

#[derive(Template)]
#[template(path = "insights/voices.html")]
struct VoicesPage {
    shell: Shell,
    asked: Asked,
    mistakes: Mistakes,
    period: String,
    spans: Vec<(&'static str, String, bool, i64)>,
    choices: Choices,
    headline: String,
    rests_on: String,
    narrowed: Vec<(String, String)>,
    is_empty: bool,
    has_population: bool,
    /// Whether anything is known of what was said: labels, or a monitor.
    has_answers: bool,
    chosen: Option<Chosen>,
    shares: Picture,
    lines: Vec<Line>,
    coverage: Vec<Covering>,
    speaking: String,
    curve: Picture,
    channels: Vec<ChannelLine>,
    along: Along,
    may_manage: bool,
}

const PATH: &str = "/insights/voices";

/// All that the page and its exports say.
pub(super) struct Found {
    pub overview: Overview,
    /// Each with what its question is called.
    pub answers: Vec<(Answer, String)>,
    /// Each with what its channel is called.
    pub voices: Vec<(Speaking, String)>,
}

pub(super) async fn find(app: &App, known: &Known, filter: &Filter) -> Result<Found> {
    let (overview, voices) = overview_of(app, known, filter).await?;
    let all = questions(app).await?;
    let named: Vec<Question> = all.iter().map(|(question, _)| *question).collect();
    let answers = voices::answers(&app.engine, filter, &named).await?;
    let answers = answers.into_iter().zip(all).map(|(answer, (_, name))| (answer, name)).collect();
    Ok(Found { overview, answers, voices })
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (filter, mistakes) = asked.filter(&app).await?;
    let known = Known::read(&app, &viewer, &headers).await?;
    let found = find(&app, &known, &filter).await?;
    let at_hand = asked.question().or_else(|| first_with_people(&found.answers));
    let answered = |(answer, _): &&(Answer, String)| Some(answer.question) == at_hand;
    let page = VoicesPage {
        shell: app.shell(&viewer, "insights", "Voices", Nav::Insights).await?,
        period: figures::period(filter.period),
        spans: spans(&asked, PATH, mistakes.is_empty()),
        choices: Choices::read(&app, &known).await?,
        headline: words::headline(&found.overview),
        rests_on: words::rests_on(&found.overview),
        narrowed: behind::filters(&app, &known, &asked, PATH).await?,
        is_empty: found.overview.messages == 0,
        has_population: found.overview.is_made_up,
        has_answers: found.answers.iter().any(|(answer, _)| answer.people > 0),
        chosen: found.answers.iter().find(answered).map(|(answer, name)| chosen(&asked, answer, name)),
        shares: picture::shares(&asked, &found.answers),
        lines: found.answers.iter().map(|(answer, name)| line(&asked, answer, name, at_hand)).collect(),
        coverage: found.overview.coverage.iter().map(|of| covering(&asked, of)).collect(),
        speaking: found.voices.first().map(|(all, _)| words::speaking(all)).unwrap_or_default(),
        curve: picture::curve(&asked, &found.voices),
        channels: found.voices.iter().map(|(voices, name)| channel_line(&asked, voices, name)).collect(),
        along: Along::of(&asked.here(PATH), &METHODS),
        may_manage: known.may_manage,
        asked,
        mistakes,
    };
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page.render()?)).into_response())
}

fn first_with_people(answers: &[(Answer, String)]) -> Option<Question> {
    let with = answers.iter().find(|(answer, _)| answer.people > 0);
    with.or(answers.first()).map(|(answer, _)| answer.question)
}

fn reading(name: &'static str, said: &Result<Estimate, Refusal>, corrected: String) -> Reading {
    match said {
        Ok(said) => Reading {
            name,
            share: share(said.share),
            interval: format!("{} to {}", share(said.low), share(said.high)),
            n: number(said.n),
            corrected,
            note: format!(
                "as sure as {} drawn by lot; design effect {:.2}",
                number(said.effective_n.round() as u64),
                said.deff
            ),
        },
        Err(refused) => Reading {
            name,
            share: "–".to_owned(),
            interval: "–".to_owned(),
            n: number(refused.n),
            corrected,
            note: words::refusal(refused),
        },
    }
}

fn chosen(asked: &Asked, answer: &Answer, name: &str) -> Chosen {
    let known = answer.corrected.as_ref();
    let told = |said: Option<&Result<Corrected, Uncorrected>>| said.map_or_else(|| "–".to_owned(), corrected::short);
    let mut readings = vec![Reading {
        name: "By messages, as they come",
        share: answer.raw.map_or_else(|| "–".to_owned(), share),
        interval: "–".to_owned(),
        n: format!("{} messages", number(answer.judged)),
        corrected: told(known.filter(|_| answer.judged > 0).map(|known| &known.by_message)),
        note: "whoever writes more counts more".to_owned(),
    }];
    let by_person = told(known.and_then(|known| known.by_person.as_ref()));
    readings.push(reading("One person, one voice", &answer.by_person, by_person));
    if let Some(weighted) = &answer.weighted {
        let corrected = told(known.and_then(|known| known.weighted.as_ref()));
        readings.push(reading("As everybody is made up", weighted, corrected));
    }
    let weighted = answer.weighted.as_ref().and_then(|said| said.as_ref().ok());
    let manski = weighted.filter(|said| said.unlinked.people > 0).map(|said| {
        format!(
            "{} of those you heard ({}) can be linked to nobody you know. Whatever they think, the share lies between {} and {}.",
            number(said.unlinked.people),
            share(said.unlinked.share),
            share(said.manski.0),
            share(said.manski.1)
        )
    });
    Chosen {
        name: name.to_owned(),
        sentence: words::answer(answer, name),
        definition: words::definition(answer.question),
        readings,
        trust: corrected::trust(answer),
        is_corrected: corrected::at_hand(answer).is_some_and(|(_, said)| said.is_ok()),
        manski,
        without_loudest: words::without_loudest(answer),
        weighted_to: words::weighted_to(answer),
        notes: weighted.map(|said| said.notes.iter().map(ToString::to_string).collect()).unwrap_or_default(),
        people_href: asked.of_question("/insights/people", answer.question),
        messages_href: asked.of_question("/insights/messages", answer.question),
    }
}

fn line(asked: &Asked, answer: &Answer, name: &str, at_hand: Option<Question>) -> Line {
    let told = |said: &Result<Estimate, Refusal>| match said {
        Ok(said) => (words::estimate(said), number(said.n)),
        Err(refused) => (figures::TOO_FEW.to_owned(), number(refused.n)),
    };
    let none = || "–".to_owned();
    let at = |path: &str| asked.of_question(path, answer.question);
    Line {
        name: name.to_owned(),
        href: at(PATH),
        messages_href: at("/insights/messages"),
        people_href: at("/insights/people"),
        is_current: Some(answer.question) == at_hand,
        by_messages: (answer.raw.map_or_else(none, share), number(answer.judged)),
        by_people: told(&answer.by_person),
        weighted: answer.weighted.as_ref().map_or_else(|| (none(), none()), told),
        corrected: corrected::at_hand(answer).map_or_else(none, |(_, said)| corrected::short(said)),
    }
}

fn covering(asked: &Asked, of: &Coverage) -> Covering {
    let is_counted = of.basis == tertulia_engine::insights::population::Basis::Customers;
    let line = |part: &overview::Covered| PartLine {
        name: part.name.clone(),
        href: picture::in_part(asked, of, part),
        amount: if is_counted { number(part.amount as u64) } else { format!("{}", part.amount) },
        share: share(part.share),
        heard: number(part.heard),
        heard_share: share(part.heard_share),
        messages: number(part.messages),
        message_share: share(part.message_share),
        index: picture::index(part),
        is_thin: part.thin,
    };
    Covering {
        attribute: of.attribute.clone(),
        title: of.title.clone(),
        sentence: words::coverage(of),
        linked: words::linked(of),
        basis: words::basis(&of.basis),
        picture: picture::parity(asked, of),
        parts: of.parts.iter().map(line).collect(),
        invite_href: super::inviting::plan_href(&of.attribute),
        is_counted,
    }
}

fn channel_line(asked: &Asked, voices: &Speaking, name: &str) -> ChannelLine {
    let c = &voices.concentration;
    ChannelLine {
        name: name.to_owned(),
        href: picture::wrote(asked, voices),
        people: number(c.people),
        messages: number(c.messages),
        top_1: share(c.top_1),
        top_10: share(c.top_10),
        rest: share(c.one_nine_ninety.2),
        gini: format!("{:.2}", c.gini),
        effective: number(c.effective_voices.round() as u64),
    }
}
