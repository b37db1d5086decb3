//! Which model says what. Each model stands in a module of its own and is called here alone; a kind without a model is not
//! labelled.

use super::{Guess, NO, YES, version_of};
use crate::{analyse, marks};

/// Of all models: language, sentiment, noise, substance, acts. Who changes what a model says raises its version here, and
/// everything that was heard is labelled again.
pub const VERSION: i64 = version_of([1, 0, 0, 0, 1]);

/// A language with how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub code: &'static str,
    /// 0 to 100.
    pub sure: u8,
}

/// How sure a model is that does not say.
const UNMEASURED: u8 = 50;

/// ADAPTER: `language::detect`, which says no confidence. To be `language::detected` (mixed: `mul`; romanised Hindi: `hi-Latn`).
pub(crate) fn tell_language(subject: &str, own: &str) -> Told {
    let code = analyse::language_of_own(subject, own);
    Told { code, sure: if code == super::languages::UNKNOWN { 0 } else { UNMEASURED } }
}

/// ADAPTER: to be `sentiment`.
pub(super) fn sentiment(_own: &str, _language: &str) -> Option<Guess> {
    None
}

/// ADAPTER: to be `noise`.
pub(super) fn noise(_own: &str) -> Option<Guess> {
    None
}

/// ADAPTER: to be `substance`.
pub(super) fn substance(_own: &str) -> Option<Guess> {
    None
}

/// ADAPTER: a question by its mark. To be `acts`: question, request, complaint, thanks, commitment.
pub(super) fn acts(subject: &str, own: &str, _language: &str) -> [Option<Guess>; 5] {
    let asks = marks::asks_in_subject(subject) || marks::has_question(own);
    [Some(Guess { value: if asks { YES } else { NO }, sure: UNMEASURED }), None, None, None, None]
}
