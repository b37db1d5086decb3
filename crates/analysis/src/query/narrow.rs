//! What an index and plain columns can say about a query before its matcher reads a text.

use super::Node;
use super::phrase::{Needle, Phrase};

/// A necessary condition on a document's index terms: who fails it cannot match; who fulfils it may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrow {
    Everything,
    /// This term is there.
    Term(String),
    /// A term is there that begins so.
    Prefix(String),
    All(Vec<Narrow>),
    Any(Vec<Narrow>),
}

/// What a query says of plain columns, as far as every match must fulfil it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounds {
    /// The first millisecond, UTC.
    pub since: Option<i64>,
    /// The first millisecond that is too late.
    pub until: Option<i64>,
    /// ISO 639-1 codes. An empty list means that nothing can match.
    pub languages: Option<Vec<String>>,
    /// Names of connectors or channels as [`super::channel_key`] gives them; one of them must be the channel's.
    pub channels: Option<Vec<String>>,
}

impl Narrow {
    /// Whether a document with these terms (joined by spaces) passes.
    ///
    /// ```
    /// let narrow = tertulia_analysis::query::parse("roast* (beans OR tea)").unwrap().narrow();
    /// assert!(narrow.accepts("roasted beans"));
    /// assert!(!narrow.accepts("roasted milk"));
    /// ```
    pub fn accepts(&self, terms: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Term(term) => terms.split(' ').any(|found| found == term),
            Self::Prefix(start) => terms.split(' ').any(|found| found.starts_with(start.as_str())),
            Self::All(children) => children.iter().all(|child| child.accepts(terms)),
            Self::Any(children) => children.iter().any(|child| child.accepts(terms)),
        }
    }
}

/// `words` are the query's needles by their numbers.
pub(super) fn narrow(node: &Node, words: &[&Needle]) -> Narrow {
    match node {
        Node::All(children) => all(children.iter().map(|child| narrow(child, words))),
        Node::Any(children) => any(children.iter().map(|child| narrow(child, words)).collect()),
        Node::Phrase(phrase) => all(terms(phrase, words)),
        Node::Near(sides, _) => all(sides.iter().flat_map(|side| terms(side, words))),
        _ => Narrow::Everything,
    }
}

fn terms<'a>(phrase: &'a Phrase, words: &'a [&Needle]) -> impl Iterator<Item = Narrow> + 'a {
    phrase.steps().filter_map(|step| words.get(step.number as usize)).map(|needle| {
        let term = needle.term.clone();
        if needle.prefix { Narrow::Prefix(term) } else { Narrow::Term(term) }
    })
}

fn all(children: impl Iterator<Item = Narrow>) -> Narrow {
    let mut kept = Vec::new();
    for child in children {
        match child {
            Narrow::Everything => {}
            Narrow::All(inner) => kept.extend(inner),
            other if kept.contains(&other) => {}
            other => kept.push(other),
        }
    }
    match kept.len() {
        0 => Narrow::Everything,
        1 => kept.remove(0),
        _ => Narrow::All(kept),
    }
}

fn any(children: Vec<Narrow>) -> Narrow {
    if children.contains(&Narrow::Everything) { Narrow::Everything } else { Narrow::Any(children) }
}

pub(super) fn bounds(node: &Node) -> Bounds {
    match node {
        Node::All(children) => children.iter().map(bounds).fold(Bounds::default(), both),
        Node::Any(children) => children.iter().map(bounds).reduce(either).unwrap_or_default(),
        Node::Since(day) => Bounds { since: Some(day.edge), ..Bounds::default() },
        Node::Until(day) => Bounds { until: Some(day.edge), ..Bounds::default() },
        Node::Language(code) => Bounds { languages: Some(vec![code.clone()]), ..Bounds::default() },
        Node::Channel(value) => Bounds { channels: Some(vec![value.folded.to_string()]), ..Bounds::default() },
        _ => Bounds::default(),
    }
}

fn both(one: Bounds, other: Bounds) -> Bounds {
    // One language each, but a channel has two names: `channel:email channel:shop` may both be true.
    let languages = match (one.languages, other.languages) {
        (Some(one), Some(other)) => Some(one.into_iter().filter(|code| other.contains(code)).collect()),
        (one, other) => one.or(other),
    };
    Bounds {
        since: one.since.max(other.since),
        until: [one.until, other.until].into_iter().flatten().min(),
        languages,
        channels: one.channels.or(other.channels),
    }
}

fn either(one: Bounds, other: Bounds) -> Bounds {
    Bounds {
        since: one.since.zip(other.since).map(|(one, other)| one.min(other)),
        until: one.until.zip(other.until).map(|(one, other)| one.max(other)),
        languages: one.languages.zip(other.languages).map(|(one, other)| union(one, other)),
        channels: one.channels.zip(other.channels).map(|(one, other)| union(one, other)),
    }
}

fn union(mut one: Vec<String>, other: Vec<String>) -> Vec<String> {
    for name in other {
        if !one.contains(&name) {
            one.push(name);
        }
    }
    one
}
