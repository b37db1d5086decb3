//! What a message does: it asks, it wants something done, it complains, it thanks, it commits its writer to something (the speech acts
//! that Searle 1976 calls directives, expressives and commissives). A message may do several of these, or none.
//!
//! Each act is told by words and turns of phrase, in lists of our own writing for some thirty languages (`languages/`), by question marks,
//! and for commitments also by the grammar of [`crate::promises`] in its six languages. A denial, a condition or an apology nearby
//! takes them back. Measured on a sample of the demo (`cargo xtask eval acts`, `docs/models/acts.md`).

mod languages;
mod reader;
mod sentence;
#[cfg(test)]
mod tests;

use reader::Reader;

/// Rises whenever the acts of a text may change.
pub const MODEL_VERSION: i64 = 1;

/// How much of a text is looked at.
const MOST_BYTES: usize = 8_000;
/// From here on a message is said to do it.
const LEAST: f64 = 0.5;

/// Something that is done with words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Puts a question to its readers, in earnest or not.
    Question,
    /// Wants its readers to do something other than answer.
    Request,
    /// Says that something went wrong or does not please.
    Complaint,
    Thanks,
    /// Says what its writer is going to do.
    Commitment,
}

impl Act {
    pub const ALL: [Self; 5] = [Self::Question, Self::Request, Self::Complaint, Self::Thanks, Self::Commitment];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Request => "request",
            Self::Complaint => "complaint",
            Self::Thanks => "thanks",
            Self::Commitment => "commitment",
        }
    }
}

/// How sure each act is, from 0 to 1.
///
/// Each sign has a strength of its own, and several add up as if each might be mistaken by itself: `1 − Π(1 − strength)` ("noisy or", Pearl
/// 1988, §4.3.2). The strengths are a reader's estimate of how often such a sign is right, not measured shares.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Acts([f64; 5]);

impl Acts {
    pub fn confidence(&self, act: Act) -> f64 {
        self.0[act as usize]
    }

    pub fn has(&self, act: Act) -> bool {
        self.confidence(act) >= LEAST
    }

    /// The acts that the message does.
    pub fn iter(&self) -> impl Iterator<Item = Act> + '_ {
        Act::ALL.into_iter().filter(|act| self.has(*act))
    }

    fn add(&mut self, act: Act, strength: f64) {
        let confidence = &mut self.0[act as usize];
        *confidence = 1.0 - (1.0 - *confidence) * (1.0 - strength);
    }
}

/// The acts of a message's own words, in whatever language. The first 8,000 bytes are looked at.
///
/// ```
/// use tertulia_analysis::acts::{Act, find};
/// let acts = find("Thanks for the coffee! But the lid is broken. Could you send me a new one?");
/// let found: Vec<Act> = acts.iter().collect();
/// assert_eq!(found, [Act::Question, Act::Request, Act::Complaint, Act::Thanks]);
/// assert!(find("The lid is not broken, no problem.").iter().next().is_none());
/// ```
pub fn find(own: &str) -> Acts {
    Reader::read(&own[..crate::tokens::floor_boundary(own, MOST_BYTES)])
}
