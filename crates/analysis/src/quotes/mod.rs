//! What somebody wrote, apart from what they quoted and from their signature.
//!
//! Nothing is thrown away: each non-blank line is in exactly one part, and what was left out is one tap away. Where a
//! line could be either, it counts as the person's own: words shown twice harm less than words hidden.

mod lines;
mod markers;

use lines::{Line, lines_of};
pub(crate) use markers::is_phone_signature;
use tertulia_model::Extent;

/// The parts of a text, in bytes of it; they never overlap, and stand on characters' boundaries.
///
/// ```
/// let text = "Yes, Friday suits me.\n\nOn Monday, Jo wrote:\n> Friday?\n-- \nSam\n";
/// let parts = tertulia_analysis::quotes::split(text);
/// assert_eq!(parts.own.iter().map(|own| &text[own.start..own.end]).collect::<Vec<_>>(), ["Yes, Friday suits me."]);
/// assert_eq!(parts.quoted.len(), 1);
/// assert!(parts.signature.is_some());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts {
    pub own: Vec<Extent>,
    /// Quotes with the lines that introduce them, forwarded originals, footers that a mailing list added.
    pub quoted: Vec<Extent>,
    pub signature: Option<Extent>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Own,
    Quoted,
    Signature,
    /// What a list added below; part of the signature where it directly follows one.
    Footer,
}

/// Splits a plain-text message into its parts.
pub fn split(text: &str) -> Parts {
    let lines = lines_of(text);
    let mut kinds = classify(&lines);
    let has = |kinds: &[Kind], kind| lines.iter().zip(kinds).any(|(line, k)| !line.is_blank() && *k == kind);
    if !has(&kinds, Kind::Own) && has(&kinds, Kind::Quoted) {
        // A forward without a word of its own: what was forwarded is what they said.
        kinds.iter_mut().filter(|kind| **kind == Kind::Quoted).for_each(|kind| *kind = Kind::Own);
    }
    gather(&lines, &kinds)
}

/// The person's own words, trimmed, parts joined by an empty line.
///
/// ```
/// let text = "> Do you open on Sunday?\nYes, from ten.\n> And on Monday?\nNo.\n";
/// assert_eq!(tertulia_analysis::quotes::own_text(text), "Yes, from ten.\n\nNo.");
/// ```
pub fn own_text(text: &str) -> String {
    join_own(text, &split(text))
}

pub(crate) fn join_own(text: &str, parts: &Parts) -> String {
    let mut joined = String::new();
    for part in parts.own.iter().map(|extent| text[extent.start..extent.end].trim()).filter(|part| !part.is_empty()) {
        if !joined.is_empty() {
            joined.push_str("\n\n");
        }
        joined.push_str(part);
    }
    joined
}

fn classify(lines: &[Line<'_>]) -> Vec<Kind> {
    let mut kinds = vec![Kind::Own; lines.len()];
    let mut at = 0;
    // What a line without a marker is: own text, or the signature or footer that goes on.
    let mut running = Kind::Own;
    let mut has_own = false;
    let last_quote = lines.iter().rposition(Line::is_quote);
    while at < lines.len() {
        let line = &lines[at];
        if line.is_quote() {
            kinds[at] = Kind::Quoted;
            running = Kind::Own;
            at += 1;
            continue;
        }
        if line.is_blank() {
            kinds[at] = running;
            at += 1;
            continue;
        }
        if let Some(after) = quoted_until(lines, at, has_own, last_quote) {
            kinds[at..after].fill(Kind::Quoted);
            running = Kind::Own;
            at = after;
            continue;
        }
        if markers::footer_begins(lines, at) {
            running = Kind::Footer;
        } else if running == Kind::Own && markers::signature_begins(lines, at) {
            running = Kind::Signature;
        }
        kinds[at] = running;
        has_own |= running == Kind::Own;
        at += 1;
    }
    kinds
}

/// Where a quote ends that an attribution or a rule at `at` introduces, if one does: at itself where its lines are
/// marked, at the text's end where they are not.
fn quoted_until(lines: &[Line<'_>], at: usize, has_own: bool, last_quote: Option<usize>) -> Option<usize> {
    let is_marked = |last: usize| lines[last].next_full.is_some_and(|next| lines[next].is_quote());
    if let Some(length) = markers::attribution(lines, at) {
        let after = at + length;
        // Somebody who begins with an attribution and marks quotes further down answers in between.
        let answers_between = !has_own && last_quote.is_some_and(|quote| quote >= after);
        if is_marked(after - 1) || answers_between {
            return Some(after);
        }
        if markers::is_strong(lines, at, length) {
            return Some(lines.len());
        }
    }
    markers::original_begins(lines, at).then(|| if is_marked(at) { at + 1 } else { lines.len() })
}

/// Runs of lines of one kind become extents, without the blank lines around them.
fn gather(lines: &[Line<'_>], kinds: &[Kind]) -> Parts {
    let mut parts = Parts::default();
    let mut before: Option<Kind> = None;
    for (line, kind) in lines.iter().zip(kinds.iter().copied()).filter(|(line, _)| !line.is_blank()) {
        let extent = Extent { start: line.start, end: line.end };
        let joins = before == Some(kind);
        match kind {
            Kind::Own => extend(&mut parts.own, extent, joins),
            Kind::Quoted => extend(&mut parts.quoted, extent, joins),
            Kind::Signature | Kind::Footer => match &mut parts.signature {
                Some(signature) if joins || before == Some(Kind::Signature) => signature.end = extent.end,
                None => parts.signature = Some(extent),
                // One signature is enough; a second, or a footer below a quote, is kept with the quotes.
                Some(_) => {
                    let joins = before == Some(Kind::Quoted);
                    extend(&mut parts.quoted, extent, joins);
                    before = Some(Kind::Quoted);
                    continue;
                }
            },
        }
        before = Some(kind);
    }
    parts
}

fn extend(extents: &mut Vec<Extent>, extent: Extent, joins: bool) {
    match extents.last_mut() {
        Some(last) if joins => last.end = extent.end,
        _ => extents.push(extent),
    }
}
