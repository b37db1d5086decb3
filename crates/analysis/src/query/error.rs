//! What is wrong with a query, told to the person who wrote it.

use super::{MOST_CHARS, MOST_DEPTH};
use std::ops::Range;

/// A query that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} {help}")]
pub struct QueryError {
    /// Bytes of the query's text, to be underlined.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl QueryError {
    pub(super) fn new(at: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at, message: message.into(), help: help.into() }
    }

    pub(super) fn too_long(text: &str) -> Self {
        let start = text.char_indices().nth(MOST_CHARS).map_or(0, |(at, _)| at);
        let help = format!("Keep it below {MOST_CHARS} characters, or make two searches of it.");
        Self::new(start..text.len(), "This search is too long.", help)
    }

    pub(super) fn too_deep(at: Range<usize>) -> Self {
        let help = format!("At most {MOST_DEPTH} levels can be read. Take out parentheses that are not needed.");
        Self::new(at, "The parentheses are nested too deep.", help)
    }
}
