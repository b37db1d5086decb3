//! The words of the full-text index, in the one shape that both databases hold.
//!
//! A term is whatever stands between spaces, in lower-case ASCII; nothing else in it means anything to either database.

use std::collections::HashSet;

/// PostgreSQL refuses lexemes over 2,046 bytes, and nobody searches for them. A longer term is cut, in the index and in
/// the question, so it is still found.
const LONGEST_TERM: usize = 250;
/// PostgreSQL holds at most 1 MB of lexemes a row.
const MOST_BYTES: usize = 400_000;

/// The terms in a text that is to be indexed: each once, as many as fit.
pub(crate) fn to_index(text: &str) -> String {
    let mut seen = HashSet::new();
    let mut joined = String::with_capacity(text.len().min(MOST_BYTES));
    for term in split(text).filter(|term| seen.insert(term.clone())) {
        if joined.len() + 1 + term.len() > MOST_BYTES {
            break;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&term);
    }
    joined
}

/// The terms as the index holds them.
pub(crate) fn split(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| c == ' ' || c.is_ascii_control())
        .filter(|term| !term.is_empty())
        .map(|term| term[..term.floor_char_boundary(LONGEST_TERM)].to_ascii_lowercase())
}
