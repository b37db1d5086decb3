//! Whether a message speaks well or badly of what it speaks of.
//!
//! One linear model for all languages ([`crate::linear`]), learnt from tweets in English, Arabic, French, German, Hindi in
//! Latin letters, Italian, Portuguese, Spanish and twelve languages of Africa; `docs/models/sentiment.md` says from which,
//! and how good it is. Of a language that it never saw it knows emoji, marks and borrowed words, and its confidence says so.

use crate::linear::{Features, Model};
use std::cell::RefCell;
use std::sync::LazyLock;

/// Of the labels; another one means that the past is to be labelled anew.
pub const MODEL_VERSION: i64 = 1;

static MODEL: LazyLock<Option<Model>> =
    LazyLock::new(|| Model::parse(include_bytes!("../../models/sentiment.bin")).ok());

thread_local! {
    /// Room to work in; nothing in it outlives a call.
    static FEATURES: RefCell<Features> = RefCell::default();
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sentiment {
    Negative,
    /// Neither, or both.
    Neutral,
    Positive,
}

impl Sentiment {
    /// In the order of the model's classes.
    pub const ALL: [Self; 3] = [Self::Negative, Self::Neutral, Self::Positive];

    /// As it is kept and exported.
    pub fn name(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sentiment| sentiment.name() == name)
    }
}

/// A label, and the probability that it is right: calibrated on tweets with as many of each class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Labelled {
    pub value: Sentiment,
    pub confidence: f32,
}

/// The sentiment of a text; of a long one, that of its beginning. `language` (ISO 639-1) is what is known of it: the one
/// model of today reads all languages alike. A text without a word or a sign is neutral, for sure.
///
/// ```
/// use tertulia_analysis::sentiment::{Sentiment, of};
/// assert_eq!(of("I love it, thank you so much!", "en").value, Sentiment::Positive);
/// assert_eq!(of("", "und").value, Sentiment::Neutral);
/// ```
pub fn of(text: &str, _language: &str) -> Labelled {
    let nothing = Labelled { value: Sentiment::Neutral, confidence: 1.0 };
    if text.trim().is_empty() {
        return nothing;
    }
    let Some(model) = &*MODEL else { return nothing };
    let shares = FEATURES.with_borrow_mut(|features| model.probabilities(text, features));
    let labels = Sentiment::ALL.into_iter().zip(shares).map(|(value, confidence)| Labelled { value, confidence });
    // Of two that are as probable, the one that claims less.
    labels
        .max_by(|a, b| {
            let claims_less = |of: &Labelled| of.value == Sentiment::Neutral;
            a.confidence.total_cmp(&b.confidence).then(claims_less(a).cmp(&claims_less(b)))
        })
        .unwrap_or(nothing)
}

#[cfg(test)]
mod tests;
