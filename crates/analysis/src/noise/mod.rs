//! Whether a message is spam or advertises something of its writer's.
//!
//! A linear model ([`crate::linear`]) for either place where a text may stand, learnt from text messages, from comments and, as
//! what is no noise, from tweets in many languages and from a chat; `docs/models/spam.md` says from which, and how good it is.
//! What it learnt of noise is English: what is advertised in another language it mostly lets through.

use crate::linear::model::Scores;
use crate::linear::{Features, Model};
use std::cell::RefCell;
use std::sync::LazyLock;

/// Of the labels; another one means that the past is to be labelled anew.
pub const MODEL_VERSION: i64 = 2;

static MODEL: LazyLock<Option<Model>> = LazyLock::new(|| Model::parse(include_bytes!("../../models/spam.bin")).ok());

thread_local! {
    /// Room to work in; nothing in it outlives a call.
    static FEATURES: RefCell<Features> = RefCell::default();
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Noise {
    Fine,
    /// Sells, lures or defrauds: prizes, premium numbers, offers to everybody.
    Spam,
    /// People who draw others to what is their own: "check out my channel".
    Promotion,
}

impl Noise {
    /// In the order of the model's classes.
    pub const ALL: [Self; 3] = [Self::Fine, Self::Spam, Self::Promotion];

    /// As it is kept and exported.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Spam => "spam",
            Self::Promotion => "promotion",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|noise| noise.name() == name)
    }
}

/// A label, and how probable it is that the text is noise (where it was called so) or that it is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Labelled {
    pub value: Noise,
    pub confidence: f32,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Everybody may read it: comments, posts, reviews.
    Public,
    /// It was written to us alone: text messages, mails, chats. Who asks us there to look at something of theirs does not
    /// promote, so it is spam or fine.
    Private,
}

/// Whether a text is noise; of a long one, whether its beginning is.
///
/// ```
/// use tertulia_analysis::noise::{Noise, Place, of};
/// let asked = of("Hi, my parcel has not arrived yet. Could you look where it is?", Place::Private);
/// assert_eq!(asked.value, Noise::Fine);
/// ```
pub fn of(text: &str, place: Place) -> Labelled {
    match &*MODEL {
        Some(model) if !text.trim().is_empty() => {
            FEATURES.with_borrow_mut(|features| judge(model, text, place, features))
        }
        _ => Labelled { value: Noise::Fine, confidence: 1.0 },
    }
}

/// What a model says of a text.
pub fn judge(model: &Model, text: &str, place: Place, features: &mut Features) -> Labelled {
    decide(model.scores(text, features), &model.head.thresholds, place)
}

/// Which of a model's scores is the place's: how much rather the text is noise there than not, as the logarithm of the odds.
pub fn lane(place: Place) -> usize {
    match place {
        Place::Private => Noise::Spam as usize,
        Place::Public => Noise::Promotion as usize,
    }
}

/// 1 / (1 + exp(−score))
pub fn share(score: f32) -> f32 {
    1.0 / (1.0 + (-score).exp())
}

/// Noise if that is at least as probable as the threshold of the place asks. In public it is spam if it would rather be noise
/// in private.
pub fn decide(scores: Scores, thresholds: &Scores, place: Place) -> Labelled {
    let lane = lane(place);
    let noise = share(scores[lane]);
    let is_spam = place == Place::Private || scores[Noise::Spam as usize] >= scores[Noise::Promotion as usize];
    match (noise >= thresholds[lane], is_spam) {
        (true, true) => Labelled { value: Noise::Spam, confidence: noise },
        (true, false) => Labelled { value: Noise::Promotion, confidence: noise },
        (false, _) => Labelled { value: Noise::Fine, confidence: 1.0 - noise },
    }
}

#[cfg(test)]
mod tests;
