//! Whether a message contributes something: reasons, experience, detail; or is a "good post!".
//!
//! The score is a documented formula over what one pass over the words counts (`docs/models/substance.md`): what argues
//! (because, however, if), what supports (numbers, names, sources), what proposes, long and different words, several clauses;
//! against it shouting, insults, scorn, feeling or praise alone, repetition and promotion. Such marks of *constructive* comments
//! are those of Kolhatkar & Taboada, "Constructive language in news comments" (2017), and Kolhatkar et al., "Classifying
//! constructive comments" (2020). Each kind of sign saturates, and each different word counts once, so that
//! repeating oneself gains nothing.
//!
//! Measured for English alone (`cargo xtask eval substance`). There are lists for fourteen languages; elsewhere the length,
//! variety and form of the words decide.

mod features;
mod formula;
mod languages;
#[cfg(test)]
mod tests;

use features::Features;
pub use formula::Part;

/// Rises whenever the score of a text may change.
pub const MODEL_VERSION: i64 = 1;

/// From here on a message is substantial.
const SUBSTANTIAL: f64 = 0.5;

/// What a message contributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Substance {
    /// It says or asks something.
    Substantial,
    /// It says that it likes it, or hardly anything.
    Thin,
    /// No word: a picture, a link, nothing.
    Wordless,
}

impl Substance {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Substantial => "substantial",
            Self::Thin => "thin",
            Self::Wordless => "wordless",
        }
    }
}

/// A label with its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    pub label: Substance,
    /// From 0 to 1; 0 where there is no word.
    pub score: f64,
    /// How sure the label is, from ½ to 1: the logistic of the distance from the line. Not a measured share.
    pub confidence: f64,
}

/// Judges a message's own words, in their language (ISO 639-1 or "und"). The first 8,000 bytes are looked at.
///
/// `score = 1 / (1 + e^−z)`, with `z` the sum of [`parts`].
///
/// ```
/// use tertulia_analysis::substance::{Substance, judge};
/// let text = "The new bag has no valve, so after eight days the beans taste of cardboard. Perhaps a jar would help?";
/// assert_eq!(judge(text, "en").label, Substance::Substantial);
/// assert_eq!(judge("Great post!!!", "en").label, Substance::Thin);
/// assert_eq!(judge("👍👍", "und").label, Substance::Wordless);
/// ```
pub fn judge(own: &str, language: &str) -> Judged {
    let features = Features::of(own, language);
    if features.halves == 0 {
        return Judged { label: Substance::Wordless, score: 0.0, confidence: 1.0 };
    }
    let score = 1.0 / (1.0 + (-formula::logit(&features)).exp());
    let label = if score >= SUBSTANTIAL { Substance::Substantial } else { Substance::Thin };
    Judged { label, score, confidence: score.max(1.0 - score) }
}

/// What the score is made of, in logits: for whoever asks why.
pub fn parts(own: &str, language: &str) -> Vec<Part> {
    formula::parts(&Features::of(own, language))
}

/// The languages that have lists of words (ISO 639-1).
pub fn languages() -> impl Iterator<Item = &'static str> {
    languages::codes()
}
