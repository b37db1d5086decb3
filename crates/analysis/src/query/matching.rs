//! The one matcher: it decides, whatever an index said. A query by itself and a set of monitors hand it their hits.

use super::phrase::{Hits, Places, Scan, near};
use super::{Document, Has, Node, Query, channel_key};
use crate::marks;
use std::cell::OnceCell;
use tertulia_model::Extent;

pub(super) fn matches(query: &Query, document: &Document<'_>) -> bool {
    let Some(root) = &query.root else { return true };
    let facts = Facts::of(document);
    Matcher { facts: &facts, evidence: Alone { query, document, words: OnceCell::new(), author: OnceCell::new() } }
        .fulfils(root)
}

/// What was found of a query's words in one document.
pub(crate) trait Evidence {
    /// Whether the texts were read already, so that asking for words costs nothing.
    const READ: bool;
    fn words(&self) -> &impl Hits;
    fn author(&self) -> &impl Hits;
}

/// A query by itself: the texts are read once, and only if a word is asked for.
struct Alone<'a> {
    query: &'a Query,
    document: &'a Document<'a>,
    words: OnceCell<Scan>,
    author: OnceCell<Scan>,
}

impl Evidence for Alone<'_> {
    const READ: bool = false;

    fn words(&self) -> &impl Hits {
        self.words.get_or_init(|| Scan::over(&self.query.words, self.document.texts))
    }

    fn author(&self) -> &impl Hits {
        self.author.get_or_init(|| Scan::over(&self.query.author, self.document.author))
    }
}

/// What costs something to find out about a document, found out once, whoever asks.
pub(crate) struct Facts<'a> {
    document: &'a Document<'a>,
    channels: OnceCell<Vec<String>>,
    has_link: OnceCell<bool>,
    asks: OnceCell<bool>,
}

impl<'a> Facts<'a> {
    pub(crate) fn of(document: &'a Document<'a>) -> Self {
        Self { document, channels: OnceCell::new(), has_link: OnceCell::new(), asks: OnceCell::new() }
    }

    /// The channel's names as they are compared.
    pub(crate) fn channels(&self) -> &[String] {
        self.channels.get_or_init(|| self.document.channel.iter().map(|name| channel_key(name)).collect())
    }

    fn has(&self, what: Has) -> bool {
        let texts = self.document.texts;
        match what {
            Has::Link => *self.has_link.get_or_init(|| texts.iter().any(|text| marks::has_link(text))),
            Has::Question => *self.asks.get_or_init(|| marks::has_question_in(texts)),
            Has::Image => self.document.has_image,
            Has::Attachment => self.document.has_attachment,
        }
    }
}

pub(crate) struct Matcher<'a, E> {
    pub facts: &'a Facts<'a>,
    pub evidence: E,
}

impl<E: Evidence> Matcher<'_, E> {
    pub(crate) fn fulfils(&self, node: &Node) -> bool {
        let document = self.facts.document;
        match node {
            Node::All(children) if E::READ => children.iter().all(|child| self.fulfils(child)),
            Node::All(children) => {
                let fulfils = |reads: bool| {
                    children.iter().filter(|child| reads_text(child) == reads).all(|child| self.fulfils(child))
                };
                fulfils(false) && fulfils(true)
            }
            Node::Any(children) => children.iter().any(|child| self.fulfils(child)),
            Node::Not(child) => !self.fulfils(child),
            Node::Phrase(phrase) => phrase.is_in(self.evidence.words()),
            Node::Near(sides, between) => near(sides, *between, self.evidence.words()).next().is_some(),
            Node::Channel(value) => self.facts.channels().iter().any(|name| **name == *value.folded),
            Node::Language(code) => document.language.eq_ignore_ascii_case(code),
            Node::From(author) => author.is_in(self.evidence.author()),
            Node::Has(has) => self.facts.has(*has),
            Node::In(thread) => document.thread == *thread,
            Node::Reach(bound, people) => bound.holds(document.reach, *people),
            Node::Since(day) => document.at >= day.edge,
            Node::Until(day) => document.at < day.edge,
        }
    }
}

/// Whether deciding the node costs a walk over the text.
fn reads_text(node: &Node) -> bool {
    match node {
        Node::All(children) | Node::Any(children) => children.iter().any(reads_text),
        Node::Not(child) => reads_text(child),
        Node::Phrase(_) | Node::Near(..) | Node::Has(Has::Link | Has::Question) => true,
        _ => false,
    }
}

/// Nobody looks at more marks of one phrase than this, and a text of nothing but the word must not cost its square.
const MOST_MARKS: usize = 5_000;

pub(super) fn highlights(query: &Query, text: &str) -> Vec<Extent> {
    let Some(root) = &query.root else { return Vec::new() };
    let mut found = Vec::new();
    collect(root, &Places::over(&query.words, text), &mut found);
    found.sort_by_key(|extent| (extent.start, extent.end));
    let mut merged: Vec<Extent> = Vec::with_capacity(found.len());
    for extent in found {
        match merged.last_mut() {
            Some(last) if extent.start < last.end => last.end = last.end.max(extent.end),
            _ => merged.push(extent),
        }
    }
    merged
}

fn collect(node: &Node, places: &Places, found: &mut Vec<Extent>) {
    let extent = |phrase, start| {
        let bytes = places.bytes(phrase, start);
        bytes.map(|bytes| Extent { start: bytes.start, end: bytes.end })
    };
    match node {
        Node::All(children) | Node::Any(children) => children.iter().for_each(|child| collect(child, places, found)),
        Node::Phrase(phrase) => {
            found.extend(phrase.starts(places).take(MOST_MARKS).filter_map(|start| extent(phrase, start)));
        }
        Node::Near(sides, between) => {
            for (left, right) in near(sides, *between, places).take(MOST_MARKS) {
                found.extend(extent(&sides[0], left));
                found.extend(extent(&sides[1], right));
            }
        }
        _ => {}
    }
}
