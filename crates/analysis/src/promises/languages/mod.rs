//! The tables. Patterns stand with commas between them, as [`super::patterns::Pattern`] reads them.

mod de;
mod en;
mod es;
mod fr;
mod it;
mod pt;

use super::dates::{Unit, When};
use crate::tokens::fold;

/// How promises are made in one language.
pub(super) struct Table {
    /// ISO 639-1.
    pub code: &'static str,
    /// Whether an apostrophe ends a word.
    pub elides: bool,
    /// Whether what is done, and its denial, may stand at the end of the clause.
    pub verb_last: bool,
    /// What somebody does who promises, for `@i` and `@we`.
    pub verbs_i: &'static str,
    pub verbs_we: &'static str,
    /// What promises by itself.
    pub phrases: &'static str,
    /// What shall be done by us, whatever it is, but for `no_acts`.
    pub future: &'static str,
    pub adverbs: &'static str,
    pub no_acts: &'static str,
    /// What promises where a day is named.
    pub dated: &'static str,
    pub denials: &'static str,
    /// What looks like a denial, a condition or a verb, and is none.
    pub harmless: &'static str,
    /// What makes it depend on something, unless one of `whether` stands shortly before.
    pub conditions: &'static str,
    pub whether: &'static str,
    /// Others' words, habits, guesses, what is over.
    pub blocks: &'static str,
    /// After which something else begins.
    pub breaks: &'static str,
    pub times: &'static [(&'static str, When)],
    pub within: &'static str,
    /// From one on.
    pub numbers: &'static [&'static str],
    pub units: &'static [(&'static str, Unit)],
    /// From Monday on.
    pub weekdays: [&'static str; 7],
    pub months: [&'static str; 12],
    pub of: &'static str,
    pub day_of: &'static str,
    /// Whether a bare number is a day only as "3rd".
    pub needs_ordinal: bool,
    /// Whether some write the month first.
    pub month_first: bool,
}

pub(super) static ALL: [&Table; 6] = [&en::TABLE, &es::TABLE, &fr::TABLE, &de::TABLE, &pt::TABLE, &it::TABLE];

/// Whether a word names a month in one of the languages.
pub(super) fn is_month(word: &str) -> bool {
    let word = fold(word.trim_matches(|c: char| !c.is_alphabetic()));
    let mut names = ALL.iter().flat_map(|table| table.months).flat_map(|names| names.split([',', '|']));
    !word.is_empty() && names.any(|name| fold(name.trim()) == word)
}
