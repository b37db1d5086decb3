//! What a picture is drawn from (`ui/src/charts`): it stands in an attribute of its figure, and in words in the table below.

use super::{
    asked::Asked,
    words::{self, number},
};
use crate::figures::words::share;
use serde::Serialize;
use tertulia_engine::insights::{
    overview::{Coverage, Covered, Speaking},
    voices::Answer,
};

/// Lines of one picture; the rest stands in the table.
const MOST_LINES: usize = 5;

#[derive(Serialize)]
pub(super) struct Picture {
    kind: &'static str,
    label: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    marks: Vec<Mark>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Mark {
    name: String,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    words: String,
    href: String,
}

#[derive(Serialize)]
struct Line {
    name: String,
    points: Vec<(f64, f64)>,
    #[serde(skip_serializing_if = "String::is_empty")]
    href: String,
}

impl Picture {
    /// As it stands in the attribute.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn label(&self) -> &str {
        &self.label
    }
}

/// "0.4 (0.2 to 0.7)"
pub(super) fn index(part: &Covered) -> String {
    part.index.map_or_else(|| "–".to_owned(), |(at, low, high)| format!("{at:.2} ({low:.2} to {high:.2})"))
}

/// Each part of everybody beside its share: at 1 it is heard as it should be.
pub(super) fn parity(asked: &Asked, of: &Coverage) -> Picture {
    let mark = |part: &Covered| Mark {
        name: part.name.clone(),
        value: part.index.map(|(at, ..)| at),
        low: part.index.map(|(_, low, _)| low),
        high: part.index.map(|(_, _, high)| high),
        words: format!(
            "{}: {} of everybody, {} of those you heard ({} people, {} messages). Index {}.",
            part.name,
            share(part.share),
            share(part.heard_share),
            number(part.heard),
            number(part.messages),
            index(part)
        ),
        href: asked.with("/insights/people", &[("attribute", &of.attribute), ("part", &part.key)]),
    };
    Picture {
        kind: "parity",
        label: format!(
            "{}: how much each part is heard beside its share of everybody; the line at 1 is their part",
            of.title
        ),
        marks: of.parts.iter().map(mark).collect(),
        lines: Vec::new(),
    }
}

/// A dot and its interval for each question of which something can be said.
pub(super) fn shares(asked: &Asked, answers: &[(Answer, String)]) -> Picture {
    let mark = |(answer, name): &(Answer, String)| {
        // Where too little is known to weigh them, each person's voice still says what those who were heard say.
        let weighted = answer.weighted.as_ref().and_then(|weighted| weighted.as_ref().ok());
        let said = weighted.or(answer.by_person.as_ref().ok());
        let of = if weighted.is_some() || answer.weighted.is_none() { "" } else { " of those who were heard" };
        let told = said.map_or_else(|| "too little is known".to_owned(), |said| words::estimate(said) + of);
        Mark {
            name: name.clone(),
            value: said.map(|said| said.share),
            low: said.map(|said| said.low),
            high: said.map(|said| said.high),
            words: format!("{name}: {told}. Rests on {} people.", number(said.map_or(answer.people, |said| said.n))),
            href: asked.with("/insights/voices", &[("question", &answer.question.name())]),
        }
    };
    Picture {
        kind: "shares",
        label: "What people say: each question with its share and its interval".to_owned(),
        marks: answers.iter().map(mark).collect(),
        lines: Vec::new(),
    }
}

/// How few write how much: on all channels, and on the first few.
pub(super) fn curve(voices: &[(Speaking, String)]) -> Picture {
    let line = |(voices, name): &(Speaking, String)| Line {
        name: name.clone(),
        points: voices.curve.clone(),
        href: String::new(),
    };
    Picture {
        kind: "curve",
        label: "How much of all messages the quietest part of the people wrote".to_owned(),
        marks: Vec::new(),
        lines: voices.iter().take(MOST_LINES).map(line).collect(),
    }
}

/// How much was said of each topic, week by week: each with its name, its address and, of each week's first moment, how many
/// messages.
pub(super) fn river(label: String, topics: Vec<(String, String, Vec<(f64, f64)>)>) -> Picture {
    let line = |(name, href, points)| Line { name, points, href };
    Picture { kind: "river", label, marks: Vec::new(), lines: topics.into_iter().map(line).collect() }
}
