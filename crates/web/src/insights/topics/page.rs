//! All topics of a language in some weeks: a sentence, the river, and each topic.

use super::{PATH, href, in_weeks, words};
use crate::{
    App, Result, Viewer,
    access::form::Mistakes,
    export::{Along, Names},
    figures::words as figures,
    inbox::{Known, flash, times},
    insights::{
        asked::Asked,
        labels,
        overview::spans,
        picture::{self, Picture},
        words::number,
    },
    layout::{Nav, Shell},
    listen::message_href,
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
};
use std::collections::{BTreeMap, BTreeSet};
use tertulia_engine::topics::{self as desk, Shown};
use tertulia_store::reading::Message;

/// Topics that are shown with their messages; and that are drawn.
const CARDS: usize = 20;
const DRAWN: usize = 8;

/// What all others are called together.
const REST: &str = "all other topics";

/// A message that is typical of a topic.
pub(super) struct Typical {
    pub href: String,
    pub words: String,
    pub beside: String,
}

struct Card {
    id: i64,
    href: String,
    name: String,
    words: String,
    amount: String,
    event: Option<String>,
    voices: Option<String>,
    people_href: String,
    messages_href: String,
    typical: Vec<Typical>,
    /// With it those begin that the picture shows as one.
    begins_rest: bool,
}

/// A week in the table: what it is called, and of each topic that is drawn how much was said.
struct WeekLine {
    name: String,
    href: String,
    messages: Vec<Cell>,
}

struct Cell {
    messages: String,
    /// Where they stand; nowhere where there are none.
    href: String,
    /// All others have no page of their own: it leads to all topics of that week.
    is_rest: bool,
}

#[derive(Template)]
#[template(path = "insights/topics/page.html")]
struct TopicsPage {
    shell: Shell,
    along: Along,
    asked: Asked,
    mistakes: Mistakes,
    period: String,
    spans: Vec<(&'static str, String, bool, i64)>,
    languages: Vec<(String, String)>,
    language: String,
    headline: String,
    /// That the language that was asked for has none.
    instead: Option<String>,
    rests_on: String,
    /// Why there are none; empty where there are.
    lacking: String,
    river: Option<Picture>,
    /// What the columns are called, and where each stands.
    drawn: Vec<(String, String)>,
    weeks: Vec<WeekLine>,
    cards: Vec<Card>,
    /// Smaller ones, and hidden ones: address, name, how many messages.
    others: Vec<(String, String, String)>,
    hidden: Vec<(String, String, String)>,
}

pub(super) fn typical(known: &Known, message: &Message) -> Typical {
    Typical {
        href: message_href(message),
        words: message.snippet.clone(),
        beside: format!(
            "{} · {}",
            times::moment_words(message.at, &known.zone),
            known.channel(message.channel_id).words
        ),
    }
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (filter, mistakes) = asked.filter(&app).await?;
    let known = Known::read(&app, &viewer, &headers).await?;
    let weeks = desk::weeks_of(filter.period);
    let looked = desk::shown(&app.engine, filter.language.as_deref(), weeks).await?;
    let mut shell = app.shell(&viewer, "topics", "Topics", Nav::Insights).await?;
    shell.toast = flash::take(&app, &headers);
    let mut page = TopicsPage {
        shell,
        along: Along::of(&asked.here(PATH), &words::METHODS),
        period: figures::period(filter.period),
        spans: spans(&asked, PATH, mistakes.is_empty()),
        languages: Vec::new(),
        language: String::new(),
        headline: String::new(),
        instead: None,
        rests_on: String::new(),
        lacking: String::new(),
        river: None,
        drawn: Vec::new(),
        weeks: Vec::new(),
        cards: Vec::new(),
        others: Vec::new(),
        hidden: Vec::new(),
        asked,
        mistakes,
    };
    let Some(looked) = looked else {
        page.lacking = words::lacking(&desk::lacking(&app.engine).await?);
        return answer(&headers, page);
    };
    let (hidden, shown): (Vec<&Shown>, Vec<&Shown>) = looked.topics.iter().partition(|topic| topic.is_hidden);
    let named = |(code, messages): &(String, i64)| {
        (code.clone(), format!("{} ({})", labels::words::language(code), number(messages.unsigned_abs())))
    };
    page.languages = looked.languages.iter().map(named).collect();
    page.language.clone_from(&looked.language);
    page.headline = words::headline(&looked, &shown);
    page.instead = words::instead(filter.language.as_deref().unwrap_or_default(), &looked);
    page.rests_on = words::rests_on(&looked);
    let all: i64 = looked.topics.iter().map(|topic| topic.messages).sum();
    let first = shown.iter().take(CARDS).map(|topic| (*topic).clone()).collect();
    let found = desk::behind(&app.engine, first, weeks).await?;
    page.cards = found.iter().map(|found| card(&known, at(&page.asked, &found.topic), found, (all, weeks))).collect();
    if let Some(card) = page.cards.get_mut(DRAWN) {
        card.begins_rest = true;
    }
    let line = |topic: &&Shown| (at(&page.asked, topic), topic.name.clone(), number(topic.messages.unsigned_abs()));
    page.others = shown.iter().skip(CARDS).map(line).collect();
    page.hidden = hidden.iter().map(line).collect();
    draw(&mut page, &shown);
    answer(&headers, page)
}

fn answer(headers: &HeaderMap, page: TopicsPage) -> Result<Response> {
    let status = if page.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(flash::said(headers, (status, Html(page.render()?)).into_response()))
}

/// The page of a topic, in the same weeks.
fn at(asked: &Asked, topic: &Shown) -> String {
    asked.here(&href(topic.id))
}

fn card(known: &Known, href: String, found: &desk::Standing, (all, weeks): (i64, (i64, i64))) -> Card {
    Card {
        id: found.topic.id,
        href,
        name: found.topic.name.clone(),
        words: found.topic.words.join(", "),
        amount: words::amount(&found.topic, found.people),
        event: words::event(&found.topic),
        voices: words::voices(found, all),
        people_href: super::behind("/insights/people", found.topic.id, weeks),
        messages_href: super::behind("/insights/messages", found.topic.id, weeks),
        begins_rest: false,
        typical: found.typical.iter().map(|message| typical(known, message)).collect(),
    }
}

/// A layer of the river: a topic, or all others as one.
struct Layer {
    name: String,
    /// Its page, and its address with the weeks that are shown.
    path: String,
    href: String,
    weeks: BTreeMap<i64, i64>,
}

impl Layer {
    fn messages(&self, week: i64) -> i64 {
        self.weeks.get(&week).copied().unwrap_or(0)
    }

    /// How much was said in a week, and where that stands.
    fn cell(&self, language: &str, week: i64) -> Cell {
        let messages = self.messages(week);
        let is_rest = self.path == PATH;
        let language = if is_rest { language } else { "" };
        let href = if messages > 0 { in_weeks(&self.path, language, (week, week)) } else { String::new() };
        Cell { messages: number(messages.unsigned_abs()), href, is_rest }
    }
}

/// The river and its table: the largest topics by name, all others as one.
fn draw(page: &mut TopicsPage, shown: &[&Shown]) {
    let weeks: BTreeSet<i64> = shown.iter().flat_map(|topic| topic.weeks.iter().map(|(week, _)| *week)).collect();
    let (Some(first), Some(last)) = (weeks.first().copied(), weeks.last().copied()) else { return };
    let mut drawn: Vec<Layer> = Vec::new();
    // A layer is known by its name: two that are called the same are two.
    let mut names = Names::default();
    names.only(REST);
    for topic in shown.iter().take(DRAWN) {
        let name = names.only(&topic.name);
        let weeks = topic.weeks.iter().copied().collect();
        drawn.push(Layer { name, path: href(topic.id), href: at(&page.asked, topic), weeks });
    }
    let mut rest: BTreeMap<i64, i64> = BTreeMap::new();
    for (week, messages) in shown.iter().skip(DRAWN).flat_map(|topic| &topic.weeks) {
        *rest.entry(*week).or_default() += messages;
    }
    if !rest.is_empty() {
        let href = format!("{}#rest", page.asked.here(PATH));
        drawn.push(Layer { name: REST.to_owned(), path: PATH.to_owned(), href, weeks: rest });
    }
    page.drawn = drawn.iter().map(|layer| (layer.name.clone(), layer.href.clone())).collect();
    let language = page.language.clone();
    let line = |week: i64| WeekLine {
        name: words::week(week),
        href: in_weeks(PATH, &language, (week, week)),
        messages: drawn.iter().map(|layer| layer.cell(&language, week)).collect(),
    };
    page.weeks = (first..=last).rev().map(line).collect();
    if first < last {
        let points = |layer: &Layer| {
            (first..=last).map(|week| (desk::begin_of(week) as f64, layer.messages(week) as f64)).collect()
        };
        let mut label = "Messages of each topic, week by week; the last week may not be over".to_owned();
        if drawn.iter().any(|layer| layer.name == REST) {
            label.push_str("; all other topics open the list of all topics of a week");
        }
        let line =
            |layer: &Layer| picture::Line { name: layer.name.clone(), points: points(layer), href: layer.href.clone() };
        page.river = Some(picture::river(label, drawn.iter().map(line).collect()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_others_open_is_told_from_what_a_topic_opens() {
        let layer = |path: &str| Layer {
            name: "tea".to_owned(),
            path: path.to_owned(),
            href: String::new(),
            weeks: [(2_968, 12)].into(),
        };
        let one = layer("/insights/topics/7").cell("en", 2_968);
        assert!(!one.is_rest && one.href.starts_with("/insights/topics/7?from=") && !one.href.contains("language"));
        let rest = layer(PATH).cell("en", 2_968);
        assert!(rest.is_rest && rest.href.starts_with("/insights/topics?from=") && rest.href.contains("language=en"));
        assert_eq!((rest.messages.as_str(), layer(PATH).cell("en", 2_967).href.as_str()), ("12", ""));
    }
}
