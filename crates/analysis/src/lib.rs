//! Text, pure: words, language, quotes, search queries, snippets. No I/O, no clock, nothing remembered between calls.
//!
//! [`analyse()`] is what the engine calls for each message; [`query`] is the language of searches and monitors, and
//! [`monitors`] asks thousands of queries at once.

pub mod analyse;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod language;
pub mod marks;
pub mod monitors;
pub mod query;
pub mod quotes;
pub mod snippet;
pub mod tokens;

pub use analyse::{Analysis, analyse};
