//! What people talk about: topics of the messages of one language and one period, found and not given.
//!
//! [`find`] puts messages that use the same words together ([`mixture`](self) of Dirichlet-multinomials), names what it found
//! and remembers its words in a [`Profile`]. [`carry_on`] tells which topics are those of the weeks before. [`apply`] brings in
//! what people decided, and [`assign`] places messages as they come in. `docs/guides/topics.md` says it in plain words.

mod find;
mod join;
mod mixture;
mod naming;
mod profile;
mod shared;
#[cfg(test)]
mod tests;
mod weeks;
mod wishes;
mod words;

pub use find::{Document, Found, Rules, Topic, find};
pub use naming::{MOST_TYPICAL, MOST_WORDS};
pub use profile::{MOST_PROFILE_WORDS, Profile, ProfileWord, Profiles, assign};
pub use shared::{SharedWords, as_written, leave_shared};
pub use weeks::{Event, Known, QUIET_WEEKS, Week, carry_on};
pub use wishes::{Decisions, Shown, Wish, apply};

use serde::{Deserialize, Serialize};

/// Stored beside each message's topic; it rises whenever the same messages would be put together otherwise.
pub const MODEL_VERSION: i64 = 1;

/// A topic that is known from week to week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TopicId(pub i64);

/// Where a message belongs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MessageTopic<T> {
    pub topic: T,
    /// The probability that it is of this topic, and neither of another nor of none, as far as the words tell: 0 to 1.
    pub confidence: f64,
}
