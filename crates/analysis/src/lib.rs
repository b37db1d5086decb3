//! Text, pure: words, language, quotes, search queries, snippets. No I/O, no clock, nothing remembered between calls.
//!
//! [`identity`] judges whether two identities may be one person; [`relationship`] how well one is known; [`figures`] says how
//! well an organisation answers.
//!
//! [`analyse()`] is what the engine calls for each message; [`query`] is the language of searches and monitors, and
//! [`monitors`] asks thousands of queries at once.

pub mod alike;
pub mod analyse;
pub mod bounds;
pub mod figures;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod identity;
pub mod knowhow;
pub mod language;
pub mod marks;
pub mod monitors;
pub mod others;
pub mod promises;
pub mod query;
pub mod questions;
pub mod quotes;
pub mod relationship;
pub mod saved;
pub mod snippet;
pub mod tokens;
pub mod topics;
pub mod weighting;

pub use analyse::{Analysis, analyse};
