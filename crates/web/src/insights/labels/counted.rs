//! The messages that people read and that a figure of a kind of label rests on: what people say of each, and what the machine says.

use super::{href, kind as kind_of, words};
use crate::{
    App, Result, Viewer,
    inbox::{Known, times, whose},
    layout::{Nav, Shell},
    listen::message_href,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use tertulia_analysis::labels::Kind;
use tertulia_engine::{
    EngineError,
    labels::{self as desk, Counted, Meant},
};
use tertulia_model::{ChannelId, MessageId};
use tertulia_store::reading::{self, Message};

const PAGE: usize = 40;

/// Which of them are meant.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub channel: String,
    pub language: String,
    /// What people say, and what the machine says: as programs call it.
    pub held: String,
    pub guess: String,
    /// `yes`: only those of which the two differ.
    pub wrong: String,
    /// Where the page begins.
    pub skip: String,
}

impl Asked {
    /// Where these stand.
    pub fn address(&self, kind: Kind) -> String {
        let said = [
            ("channel", &self.channel),
            ("language", &self.language),
            ("held", &self.held),
            ("guess", &self.guess),
            ("wrong", &self.wrong),
            ("skip", &self.skip),
        ];
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        let text = text.extend_pairs(said.iter().filter(|(_, value)| !value.is_empty())).finish();
        let path = format!("{}/messages", href(kind));
        if text.is_empty() { path } else { format!("{path}?{text}") }
    }

    pub fn of_cell(channel: ChannelId, language: &str) -> Self {
        Self { channel: channel.to_string(), language: language.to_owned(), ..Self::default() }
    }

    pub fn of_pair(kind: Kind, held: u16, guess: u16) -> Self {
        Self { held: kind.word(held), guess: kind.word(guess), ..Self::default() }
    }

    fn meant(&self, kind: Kind) -> Result<Meant> {
        let wrong = |field: &str, words: &str| EngineError::invalid(field, words);
        let value = |field: &str, word: &String| match word.is_empty() {
            true => Ok(None),
            false => kind.value(word).map(Some).ok_or_else(|| wrong(field, "There is no such value.")),
        };
        let channel = match self.channel.is_empty() {
            true => None,
            false => Some(ChannelId(self.channel.parse().map_err(|_| wrong("channel", "There is no such channel."))?)),
        };
        Ok(Meant {
            channel,
            language: Some(self.language.clone()).filter(|language| !language.is_empty()),
            held: value("held", &self.held)?,
            guess: value("guess", &self.guess)?,
            wrong: self.wrong == "yes",
        })
    }
}

struct Line {
    /// Where it stands among others; nowhere where it is gone.
    href: String,
    name: String,
    words: String,
    said: String,
    is_wrong: bool,
    beside: String,
    labels_href: String,
}

#[derive(Template)]
#[template(path = "insights/labels/counted.html")]
struct CountedPage {
    shell: Shell,
    back: String,
    title: &'static str,
    sentence: String,
    /// What the page keeps to, each with the address that lets go of it.
    narrowed: Vec<(String, String)>,
    lines: Vec<Line>,
    more: Option<String>,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(kind): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let kind = kind_of(&kind)?;
    let meant = asked.meant(kind)?;
    let known = Known::read(&app, &viewer, &headers).await?;
    let all = desk::counted(&app.engine, kind, &meant).await?;
    let skip = asked.skip.parse::<usize>().unwrap_or(0).min(all.len());
    let shown = &all[skip..all.len().min(skip.saturating_add(PAGE))];
    let ids: Vec<MessageId> = shown.iter().map(|one| one.message).collect();
    let messages = reading::by_ids(&mut app.engine.db.reader(), &ids).await?;
    let found = |one: &Counted| messages.iter().find(|message| message.id == one.message && message.state == "shown");
    let next = skip + shown.len();
    let page = CountedPage {
        shell: app.shell(&viewer, "trust in a label", words::title(kind), Nav::Insights).await?,
        back: href(kind),
        title: words::title(kind),
        sentence: words::read_messages(all.len()),
        narrowed: narrowed(&known, kind, &asked, &meant),
        lines: shown.iter().map(|one| line(&known, kind, one, found(one))).collect(),
        more: (next < all.len()).then(|| Asked { skip: next.to_string(), ..asked.clone() }.address(kind)),
    };
    Ok(Html(page.render()?).into_response())
}

fn narrowed(known: &Known, kind: Kind, asked: &Asked, meant: &Meant) -> Vec<(String, String)> {
    let first = Asked { skip: String::new(), ..asked.clone() };
    let mut found = Vec::new();
    if let Some(language) = &meant.language {
        let without = Asked { language: String::new(), ..first.clone() };
        found.push((words::language(language), without.address(kind)));
    }
    if let Some(channel) = meant.channel {
        let without = Asked { channel: String::new(), ..first.clone() };
        found.push((known.channel(channel).words, without.address(kind)));
    }
    if let Some(held) = meant.held {
        let without = Asked { held: String::new(), ..first.clone() };
        found.push((format!("people say: {}", words::value(kind, held)), without.address(kind)));
    }
    if let Some(guess) = meant.guess {
        let without = Asked { guess: String::new(), ..first.clone() };
        found.push((format!("the machine says: {}", words::value(kind, guess)), without.address(kind)));
    }
    if meant.wrong {
        let without = Asked { wrong: String::new(), ..first };
        found.push(("where the machine is wrong".to_owned(), without.address(kind)));
    }
    found
}

fn line(known: &Known, kind: Kind, one: &Counted, message: Option<&Message>) -> Line {
    let (held, guess) = (words::value(kind, one.held), words::value(kind, one.guess));
    let channel = known.channel(one.channel).words;
    Line {
        href: message.map(message_href).unwrap_or_default(),
        name: message
            .map_or_else(|| "A message that is gone".to_owned(), |message| whose(message.person_name.as_deref())),
        words: message.map(|message| message.snippet.clone()).unwrap_or_default(),
        said: format!("People say: {held}. The machine says: {guess}."),
        is_wrong: one.held != one.guess,
        beside: message.map_or_else(
            || channel.clone(),
            |message| format!("{} · {channel}", times::moment_words(message.at, &known.zone)),
        ),
        labels_href: message.map(|message| format!("/messages/{}/labels", message.id)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_meant_and_is_read_again() {
        let cell = Asked::of_cell(ChannelId(4), "hi-Latn");
        assert_eq!(cell.address(Kind::Question), "/insights/labels/question/messages?channel=4&language=hi-Latn");
        let meant = cell.meant(Kind::Question).unwrap();
        assert_eq!((meant.channel, meant.language.as_deref()), (Some(ChannelId(4)), Some("hi-Latn")));
        let (yes, _) = (Kind::Question.value("yes").unwrap(), ());
        let pair = Asked::of_pair(Kind::Question, yes, yes);
        assert_eq!(pair.address(Kind::Question), "/insights/labels/question/messages?held=yes&guess=yes");
        assert_eq!(pair.meant(Kind::Question).unwrap().held, Some(yes));
        assert_eq!(Asked::default().address(Kind::Noise), "/insights/labels/noise/messages");
        for odd in [Asked { held: "<b>".into(), ..Asked::default() }, Asked { channel: "x".into(), ..Asked::default() }]
        {
            assert!(odd.meant(Kind::Question).is_err());
        }
    }
}
