//! What a picture is drawn from (`ui/src/charts`): it stands in an attribute of its figure, and in words in the table below.

use super::{
    asked::Asked,
    corrected,
    words::{self, number},
};
use crate::figures::words::share;
use serde::Serialize;
use tertulia_engine::insights::{
    overview::{Coverage, Covered, Speaking},
    voices::Answer,
};
use tertulia_engine::opinions::Drawn;

/// Dots of one picture; of more people every second, third … is drawn.
const MOST_DOTS: usize = 2_000;
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Dots>,
}

#[derive(Serialize)]
pub(super) struct Mark {
    pub name: String,
    pub value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub words: String,
    pub href: String,
    /// As the machine reads it, where the value is without its errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) href: String,
}

/// People who stand together on a map.
#[derive(Serialize)]
struct Dots {
    name: String,
    href: String,
    /// They stand in no group.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    none: bool,
    points: Vec<[f64; 2]>,
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
        href: in_part(asked, of, part),
        machine: None,
    };
    Picture {
        kind: "parity",
        label: format!(
            "{}: how much each part is heard beside its share of everybody; the line at 1 is their part",
            of.title
        ),
        marks: of.parts.iter().map(mark).collect(),
        lines: Vec::new(),
        groups: Vec::new(),
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
        let known = answer.corrected.as_ref();
        let right =
            known.and_then(|known| if weighted.is_some() { known.weighted.as_ref() } else { known.by_person.as_ref() });
        let without = right.and_then(|right| right.as_ref().ok());
        let machine = without.and(said).map(|said| said.share);
        let also = right
            .filter(|_| without.is_some())
            .map_or_else(String::new, |right| format!(" Without the labels’ errors {}.", corrected::short(right)));
        let n = number(said.map_or(answer.people, |said| said.n));
        Mark {
            name: name.clone(),
            value: without.map(|found| found.share).or(said.map(|said| said.share)),
            low: without.map(|found| found.low).or(said.map(|said| said.low)),
            high: without.map(|found| found.high).or(said.map(|said| said.high)),
            words: format!("{name}: {told}.{also} Rests on {n} people."),
            machine,
            href: asked.of_question("/insights/messages", answer.question),
        }
    };
    Picture {
        kind: "shares",
        label: match answers.iter().any(|(answer, _)| corrected::at_hand(answer).is_some_and(|(_, said)| said.is_ok())) {
            true => "What people say: each question with its share and its interval, without the labels’ errors where these were \
                     measured; the open dot is what the machine reads",
            false => "What people say: each question with its share and its interval",
        }
        .to_owned(),
        marks: answers.iter().map(mark).collect(),
        lines: Vec::new(),
        groups: Vec::new(),
    }
}

/// A dot and its interval for each source of a question.
pub(super) fn sources(question: &str, marks: Vec<Mark>) -> Picture {
    let label = format!("{question}: each source with its share and its interval");
    Picture { kind: "shares", label, marks, lines: Vec::new(), groups: Vec::new() }
}

/// A dot and its interval for how often a label is wrong, for each language on each channel.
pub(super) fn errors(label: &str, marks: Vec<Mark>) -> Picture {
    let label = format!("{label}: how often it is wrong, for each language on each channel, with its interval");
    Picture { kind: "shares", label, marks, lines: Vec::new(), groups: Vec::new() }
}

/// Where those who were heard of a part stand: it counts all of them, whatever question is at hand.
pub(super) fn in_part(asked: &Asked, of: &Coverage, part: &Covered) -> String {
    asked.of_all("/insights/people", &[("attribute", &of.attribute), ("part", &part.key)])
}

/// Where those who wrote stand, the loudest first: on a channel, or on all that the page keeps to.
pub(super) fn wrote(asked: &Asked, voices: &Speaking) -> String {
    let channel = voices.channel.map_or_else(|| asked.channel.clone(), |id| id.to_string());
    asked.of_all("/insights/people", &[("channel", &channel)])
}

/// How few write how much: on all channels, and on the first few.
pub(super) fn curve(asked: &Asked, voices: &[(Speaking, String)]) -> Picture {
    let line = |(voices, name): &(Speaking, String)| Line {
        name: name.clone(),
        points: voices.curve.clone(),
        href: wrote(asked, voices),
    };
    Picture {
        kind: "curve",
        label: "How much of all messages the quietest part of the people wrote".to_owned(),
        marks: Vec::new(),
        lines: voices.iter().take(MOST_LINES).map(line).collect(),
        groups: Vec::new(),
    }
}

/// Where people stand: those of each group, and those of none.
pub(super) fn opinions(drawn: &Drawn) -> Picture {
    let each = drawn.map.placed.div_ceil(MOST_DOTS).max(1);
    let of = |group: Option<u32>| -> Vec<[f64; 2]> {
        let there = drawn.map.participants.iter().filter(|one| one.group == group).filter_map(|one| one.position);
        // Three decimals are finer than a dot.
        there.step_by(each).map(|place| place.map(|along| (along * 1_000.0).round() / 1_000.0)).collect()
    };
    let mut groups: Vec<Dots> = drawn
        .map
        .groups
        .iter()
        .map(|group| Dots {
            name: super::opinions::words::group_name(group.number),
            href: format!("#group-{}", group.number),
            none: false,
            points: of(Some(group.number)),
        })
        .collect();
    let none = of(None);
    if !none.is_empty() {
        groups.push(Dots { name: "In no group".to_owned(), href: "#in-no-group".to_owned(), none: true, points: none });
    }
    let left = if each == 1 { String::new() } else { format!(", one dot for {each} people") };
    Picture {
        kind: "opinions",
        label: format!("A map of who answers alike{left}: each group has its own colour and shape"),
        marks: Vec::new(),
        lines: Vec::new(),
        groups,
    }
}

/// How much was said of each topic, week by week: a line's points are each week's first moment and how many messages.
pub(super) fn river(label: String, topics: Vec<Line>) -> Picture {
    Picture { kind: "river", label, marks: Vec::new(), lines: topics, groups: Vec::new() }
}
