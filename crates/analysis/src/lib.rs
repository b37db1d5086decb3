//! Text, pure: words, language, quotes, search queries, snippets. No I/O, no clock, nothing remembered between calls.
//!
//! [`identity`] judges whether two identities may be one person; [`relationship`] how well one is known; [`figures`] says how
//! well an organisation answers. [`labels`] is what the models make of a message, whichever they are.
//!
//! [`analyse()`] is what the engine calls for each message; [`query`] is the language of searches and monitors, and
//! [`monitors`] asks thousands of queries at once.

pub mod acts;
pub mod alike;
pub mod analyse;
pub mod bounds;
pub mod figures;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod identity;
pub mod knowhow;
pub mod labels;
pub mod language;
pub mod linear;
pub mod marks;
pub mod monitors;
pub mod noise;
pub mod others;
mod phrases;
pub mod promises;
pub mod query;
pub mod questions;
pub mod quotes;
pub mod relationship;
pub mod saved;
pub mod sentiment;
pub mod snippet;
pub mod substance;
pub mod tokens;
pub mod topics;
pub mod weighting;

pub use analyse::{Analysis, analyse};
