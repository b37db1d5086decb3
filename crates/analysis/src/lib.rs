//! Text, pure: words, language, quotes, search queries, snippets. No I/O, no clock, nothing remembered between calls.

pub mod marks;
pub mod query;
pub mod quotes;
pub mod tokens;
