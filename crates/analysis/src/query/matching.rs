//! The one matcher: it decides, whatever an index said.

use super::phrase::{Found, Scan};
use super::{Document, Has, Node, Query};
use crate::{marks, tokens::fold};
use std::cell::OnceCell;
use tertulia_model::Extent;

pub(super) fn matches(query: &Query, document: &Document<'_>) -> bool {
    let Some(root) = &query.root else { return true };
    Matcher { query, document, scan: OnceCell::new() }.fulfils(root)
}

struct Matcher<'a> {
    query: &'a Query,
    document: &'a Document<'a>,
    /// The texts are read once, and only if a word is asked for.
    scan: OnceCell<Scan<'a>>,
}

impl Matcher<'_> {
    fn scan(&self) -> &Scan<'_> {
        self.scan.get_or_init(|| Scan::over(&self.query.needles, self.document.texts))
    }

    fn fulfils(&self, node: &Node) -> bool {
        let document = self.document;
        match node {
            Node::All(children) => {
                let fulfils = |reads: bool| {
                    children.iter().filter(|child| reads_text(child) == reads).all(|child| self.fulfils(child))
                };
                fulfils(false) && fulfils(true)
            }
            Node::Any(children) => children.iter().any(|child| self.fulfils(child)),
            Node::Not(child) => !self.fulfils(child),
            Node::Phrase(phrase) => self.scan().has(phrase),
            Node::Near(sides, between) => !self.scan().near(sides, *between).is_empty(),
            Node::Channel(value) => document.channel.iter().any(|name| fold(name.trim()) == value.folded),
            Node::Language(code) => document.language.eq_ignore_ascii_case(code),
            Node::From(author) => Scan::over(&author.needles, document.author).has(&author.phrase),
            Node::Has(Has::Link) => document.texts.iter().any(|text| marks::has_link(text)),
            Node::Has(Has::Question) => marks::has_question_in(document.texts),
            Node::Has(Has::Image) => document.has_image,
            Node::Has(Has::Attachment) => document.has_attachment,
            Node::In(thread) => document.thread == *thread,
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
    let texts = [text];
    let scan = Scan::over(&query.needles, &texts);
    let mut found = Vec::new();
    collect(root, &scan, &mut found);
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

fn collect(node: &Node, scan: &Scan<'_>, found: &mut Vec<Extent>) {
    let extent = |found: Found| Extent { start: found.bytes.start, end: found.bytes.end };
    match node {
        Node::All(children) | Node::Any(children) => children.iter().for_each(|child| collect(child, scan, found)),
        Node::Phrase(phrase) => found.extend(scan.occurrences(phrase).take(MOST_MARKS).map(extent)),
        Node::Near(sides, between) => {
            found.extend(
                scan.near(sides, *between)
                    .into_iter()
                    .take(MOST_MARKS)
                    .flat_map(|(one, other)| [extent(one), extent(other)]),
            );
        }
        _ => {}
    }
}
