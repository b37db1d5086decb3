//! Everything the engine wants to know of a message's words, in one pass that touches nothing else.

use crate::{
    labels::{self, Labels, Models, Place},
    language::{self, Detected},
    marks, quotes, snippet, tokens,
};

/// How many characters of a message its row in a list shows.
pub const SNIPPET_CHARS: usize = 160;

/// A shorter text may have its language told by its subject.
const SHORT_BYTES: usize = 40;

/// What a message's words say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Analysis {
    /// ISO 639-1, or "und": of the author's own words.
    pub language: &'static str,
    pub parts: quotes::Parts,
    /// Of the subject and the whole text, quotes and signature included: what was quoted can be searched too.
    pub terms: tokens::IndexTerms,
    /// The first own words.
    pub snippet: String,
    pub has_link: bool,
    /// Whether the author's own words ask something.
    pub has_question: bool,
    /// What the models make of the author's own words.
    pub labels: Labels,
    /// By which version of them.
    pub version: i64,
}

/// Reads a message, written to us alone or where everybody may read it, and labels it by these models.
///
/// ```
/// use tertulia_analysis::{analyse, labels::{Models, Place}};
/// let text = "Where is it?\n\nOn 3 May 2024, Shop wrote:\n> Es ist unterwegs.\n";
/// let analysis = analyse(&Models::default(), Some("Order 17"), text, Place::Private);
/// assert_eq!(analysis.snippet, "Where is it?");
/// assert_eq!(analysis.terms.terms, "order 17 where is it on 3 may 2024 shop wrote es ist unterwegs");
/// assert!(analysis.has_question && !analysis.has_link);
/// ```
pub fn analyse(models: &Models, subject: Option<&str>, text: &str, place: Place) -> Analysis {
    let parts = quotes::split(text);
    let own = quotes::join_own(text, &parts);
    let subject = subject.unwrap_or_default();
    let told = labels::tell_language(subject, &own);
    let (labels, version) = models.label_told(subject, &own, place, &told);
    Analysis {
        language: told.code,
        labels,
        version,
        terms: tokens::index_terms(&[subject, text]),
        snippet: snippet::first_own_words(text, &parts, SNIPPET_CHARS),
        has_link: marks::has_link(subject) || marks::has_link(text),
        has_question: marks::asks_in_subject(subject) || marks::has_question(&own),
        parts,
    }
}

/// The language alone, as [`analyse`] finds it.
///
/// ```
/// use tertulia_analysis::analyse::language_of_words;
/// let text = "Where is it? I have waited for a week.\n\nOn 3 May 2024, Shop wrote:\n> Es ist unterwegs und kommt bald.\n";
/// assert_eq!(language_of_words(None, text), "en");
/// assert_eq!(language_of_words(Some("Wann kommt meine Bestellung?"), "Ja!"), "de");
/// ```
pub fn language_of_words(subject: Option<&str>, text: &str) -> &'static str {
    language_of_own(subject.unwrap_or_default(), &quotes::join_own(text, &quotes::split(text))).language
}

pub(crate) fn language_of_own(subject: &str, own: &str) -> Detected {
    match language::detected(own) {
        // "Ja!" says nothing, but under "Wann kommt meine Bestellung?" it may be read as German.
        found if found.language == "und" && own.len() < SHORT_BYTES && !subject.is_empty() => {
            language::detected(&format!("{subject} {own}"))
        }
        found => found,
    }
}
