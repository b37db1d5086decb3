//! Who and what is behind a figure: the people, the loudest first, and their messages, the newest first.

use super::{
    asked::{Asked, named},
    topics,
    words::{self, number},
};
use crate::{
    App, Result, Viewer, WebError,
    figures::words as figures,
    inbox::{Known, times, whose},
    layout::{Nav, Shell},
    listen::{languages, message_href},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use tertulia_engine::insights::{
    self,
    asked::{Filter, Question},
    population, voices,
};
use tertulia_model::Mode;
use tertulia_store::{attributes, people as stored, reading, segments};

const PAGE: usize = 40;

struct Line {
    href: String,
    name: String,
    /// First words of a message; of a person none.
    words: String,
    beside: String,
}

#[derive(Template)]
#[template(path = "insights/behind.html")]
struct BehindPage {
    shell: Shell,
    /// Where the figures are, and what that page is called.
    back: (String, &'static str),
    title: &'static str,
    sentence: String,
    period: String,
    /// Only these, and the address of all.
    narrowed: Vec<(String, String)>,
    lines: Vec<Line>,
    other: (String, &'static str),
    more: Option<String>,
}

async fn asked_for(app: &App, asked: &Asked) -> Result<Filter> {
    let (filter, mistakes) = asked.filter(app).await?;
    if mistakes.is_empty() {
        return Ok(filter);
    }
    let why = "These days cannot be shown. Choose others under Insights.";
    Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, why))
}

/// What the list keeps to, each with the address that lets go of it.
async fn narrowed(app: &App, known: &Known, asked: &Asked, path: &str) -> Result<Vec<(String, String)>> {
    let mut found = filters(app, known, asked, path).await?;
    if let Some(question) = asked.question_behind() {
        let words = named(app, question).await?.unwrap_or_else(|| "a question that is gone".to_owned());
        found.insert(0, (words, asked.with(path, &[("question", ""), ("survey", "")])));
    }
    Ok(found)
}

/// Whose and which messages a page keeps to, each with the address that lets go of it.
pub(super) async fn filters(app: &App, known: &Known, asked: &Asked, path: &str) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    if let Ok(channel) = asked.channel.parse() {
        found.push((known.channel(channel).words, asked.with(path, &[("channel", "")])));
    }
    if !asked.language.is_empty() {
        found.push((languages::name(&asked.language).to_owned(), asked.with(path, &[("language", "")])));
    }
    if !asked.part.is_empty() {
        let all = attributes::all(&mut app.engine.db.reader()).await?;
        let attribute = all.into_iter().find(|one| one.name == asked.attribute);
        let title = attribute.as_ref().map(|one| one.title.clone()).unwrap_or_default();
        let part = match &attribute {
            Some(attribute) => part_name(app, attribute, &asked.part).await?,
            None => None,
        };
        let let_go = asked.with(path, &[("attribute", ""), ("part", "")]);
        found.push((format!("{title}: {}", part.as_deref().unwrap_or(&asked.part)), let_go));
    }
    if let Some(mode) = Mode::parse(&asked.mode) {
        found.push((words::said_as(mode).to_owned(), asked.with(path, &[("mode", "")])));
    }
    if let Ok(segment) = asked.segment.parse() {
        let name = segments::get(&mut app.engine.db.reader(), segment).await?.map(|segment| segment.name);
        found.push((name.unwrap_or_else(|| "a segment that is gone".to_owned()), asked.with(path, &[("segment", "")])));
    }
    Ok(found)
}

/// What a part is called.
async fn part_name(app: &App, attribute: &attributes::Attribute, key: &str) -> Result<Option<String>> {
    let view = insights::view(&app.engine).await?;
    let roll = insights::roll(&app.engine, &view, attribute).await?;
    let named =
        |roll: &population::Roll| roll.parts().iter().find(|part| part.key == key).map(|part| part.name.clone());
    Ok(roll.as_deref().and_then(named))
}

/// Back to the figures, which are of all parts, or of all sources, beside each other.
fn back(asked: &Asked) -> (String, &'static str) {
    if let (Some(Question::Topic(topic)), true) = (asked.question(), asked.mode.is_empty()) {
        return (asked.with(&topics::href(topic), &[("question", ""), ("attribute", ""), ("part", "")]), "Topic");
    }
    if asked.mode.is_empty() {
        return (asked.with("/insights/voices", &[("attribute", ""), ("part", "")]), "Voices");
    }
    (asked.with("/insights/triangulation", &[("mode", "")]), "Triangulation")
}

/// The days that the list is of.
fn period(asked: &Asked, filter: &Filter) -> String {
    match asked.question_behind() {
        Some(Question::Topic(_)) => topics::whole_weeks(filter.period),
        _ => figures::period(filter.period),
    }
}

const PEOPLE: &str = "/insights/people";
const MESSAGES: &str = "/insights/messages";

pub(super) async fn people(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let filter = asked_for(&app, &asked).await?;
    let known = Known::read(&app, &viewer, &headers).await?;
    let skip: usize = asked.skip.parse().unwrap_or(0);
    let question = asked.question_behind();
    let (found, all) = voices::people(&app.engine, &filter, question, (skip, PAGE)).await?;
    let mut lines = Vec::new();
    for voice in &found {
        let person = stored::get(&mut app.engine.db.reader(), voice.person).await?;
        let messages = figures::counted(voice.messages as usize, "message", "messages");
        lines.push(Line {
            href: format!("/people/{}", voice.person),
            name: whose(person.as_ref().map(|person| person.name.as_str())),
            words: String::new(),
            beside: match question {
                Some(_) => format!("{} of {messages}", number(voice.hits.into())),
                None => messages,
            },
        });
    }
    let more = skip + found.len();
    let page = BehindPage {
        shell: app.shell(&viewer, "insights", "People you heard", Nav::Insights).await?,
        back: back(&asked),
        title: "People you heard",
        sentence: format!("{}, the loudest first.", figures::counted(all as usize, "person", "people")),
        period: period(&asked, &filter),
        narrowed: narrowed(&app, &known, &asked, PEOPLE).await?,
        lines,
        other: (asked.here(MESSAGES), "Show their messages"),
        more: (more < all as usize && !found.is_empty()).then(|| asked.with(PEOPLE, &[("skip", &more.to_string())])),
    };
    Ok(Html(page.render()?).into_response())
}

pub(super) async fn messages(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let filter = asked_for(&app, &asked).await?;
    let known = Known::read(&app, &viewer, &headers).await?;
    let places =
        voices::messages(&app.engine, &filter, asked.question_behind(), asked.below.parse().ok(), PAGE + 1).await?;
    let shown = &places[..places.len().min(PAGE)];
    let found = reading::at_places(&mut app.engine.db.reader(), shown).await?;
    let line = |message: &reading::Message| Line {
        href: message_href(message),
        name: whose(message.person_name.as_deref()),
        words: message.snippet.clone(),
        beside: format!(
            "{} · {}",
            times::moment_words(message.at, &known.zone),
            known.channel(message.channel_id).words
        ),
    };
    let last = shown.last().filter(|_| places.len() > PAGE);
    let page = BehindPage {
        shell: app.shell(&viewer, "insights", "Messages behind it", Nav::Insights).await?,
        back: back(&asked),
        title: "Messages behind it",
        sentence: "The newest first.".to_owned(),
        period: period(&asked, &filter),
        narrowed: narrowed(&app, &known, &asked, MESSAGES).await?,
        lines: found.iter().map(line).collect(),
        other: (asked.here(PEOPLE), "Show the people"),
        more: last.map(|place| asked.with(MESSAGES, &[("below", &place.to_string())])),
    };
    Ok(Html(page.render()?).into_response())
}
