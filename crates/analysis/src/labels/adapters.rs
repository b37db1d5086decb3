//! Which model says what. Each model stands in a module of its own and is called here alone; a kind without a model is not
//! labelled.

use super::{
    FINE, Guess, NEGATIVE, NEUTRAL, NO, POSITIVE, PROMOTION, SPAM, SUBSTANTIAL, THIN, YES, languages,
    version::version_of,
};
use crate::{
    acts::{self, Act},
    analyse, language,
    noise::{self, Noise, Place},
    sentiment::{self, Sentiment},
    substance::{self, Substance},
};

/// Of all models in the program: language, sentiment, noise, substance, acts. Whoever changes what a model says raises its version, and
/// everything that was heard is labelled again.
pub const VERSION: i64 = version_of([
    language::MODEL_VERSION,
    sentiment::MODEL_VERSION,
    noise::MODEL_VERSION,
    substance::MODEL_VERSION,
    acts::MODEL_VERSION,
]);

/// A language with how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    /// Of most of it.
    pub code: &'static str,
    /// 0 to 100.
    pub sure: u8,
    is_mixed: bool,
}

impl Told {
    /// As it is labelled: a text in two languages is in several.
    pub fn label(&self) -> Option<Guess> {
        let code = if self.is_mixed { languages::SEVERAL } else { self.code };
        languages::pack(code).map(|value| Guess { value, sure: self.sure })
    }
}

/// In hundredths.
fn percent(share: f64) -> u8 {
    // Within 0 to 100, so that nothing is lost.
    (share.clamp(0.0, 1.0) * 100.0).round() as u8
}

pub(crate) fn tell_language(subject: &str, own: &str) -> Told {
    let told = analyse::language_of_own(subject, own);
    Told { code: told.language, sure: percent(told.confidence.into()), is_mixed: told.also.is_some() }
}

pub(super) fn sentiment(own: &str, language: &str) -> Option<Guess> {
    let said = sentiment::of(own, language);
    let value = match said.value {
        Sentiment::Negative => NEGATIVE,
        Sentiment::Neutral => NEUTRAL,
        Sentiment::Positive => POSITIVE,
    };
    Some(Guess { value, sure: percent(said.confidence.into()) })
}

pub(super) fn noise(own: &str, place: Place) -> Option<Guess> {
    let said = noise::of(own, place);
    let value = match said.value {
        Noise::Fine => FINE,
        Noise::Spam => SPAM,
        Noise::Promotion => PROMOTION,
    };
    Some(Guess { value, sure: percent(said.confidence.into()) })
}

/// None of what holds no word.
pub(super) fn substance(own: &str, language: &str) -> Option<Guess> {
    let said = substance::judge(own, language);
    let value = match said.label {
        Substance::Substantial => SUBSTANTIAL,
        Substance::Thin => THIN,
        Substance::Wordless => return None,
    };
    Some(Guess { value, sure: percent(said.confidence) })
}

/// No rule is surer than this of what it says, and least of all where it found nothing.
const SUREST_RULE: f64 = 0.95;

/// In the order of [`super::Kind::ACTS`]. How sure it is that an act is none is what is left of its confidence.
pub(super) fn acts(subject: &str, own: &str) -> [Option<Guess>; 5] {
    let found = acts::find(own);
    let asks_in_subject = crate::marks::asks_in_subject(subject);
    [Act::Question, Act::Request, Act::Complaint, Act::Thanks, Act::Commitment].map(|act| {
        if act == Act::Question && asks_in_subject {
            return Some(Guess { value: YES, sure: percent(SUREST_RULE) });
        }
        let confidence = found.confidence(act);
        let guess = match found.has(act) {
            true => Guess { value: YES, sure: percent(confidence.min(SUREST_RULE)) },
            false => Guess { value: NO, sure: percent((1.0 - confidence).min(SUREST_RULE)) },
        };
        Some(guess)
    })
}
