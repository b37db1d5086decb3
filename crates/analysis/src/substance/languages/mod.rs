//! What the formula knows of languages: lists of our own writing. A word may stand in several lists.

mod de;
mod en;
mod es;
mod fr;
mod it;
mod more;
mod nl;
mod pt;

use crate::phrases::Phrases;
use std::sync::LazyLock;

/// Articles, prepositions, pronouns, auxiliaries: no content by themselves. Whatever stands in another list is none either.
pub(super) const FUNCTION: u64 = 1;
/// Because, therefore.
pub(super) const REASON: u64 = 1 << 1;
/// However, although.
pub(super) const CONTRAST: u64 = 1 << 2;
/// If, unless, whether.
pub(super) const CONDITION: u64 = 1 << 3;
/// May, perhaps, seems.
pub(super) const HEDGE: u64 = 1 << 4;
/// Should, suggest, instead.
pub(super) const PROPOSAL: u64 = 1 << 5;
/// Where something is known from: according to, study, for instance.
pub(super) const EVIDENCE: u64 = 1 << 6;
/// More than, compared with.
pub(super) const COMPARISON: u64 = 1 << 7;
/// When, how long, how much: yesterday, weeks, euros.
pub(super) const DETAIL: u64 = 1 << 8;
pub(super) const FIRST_PERSON: u64 = 1 << 9;
pub(super) const SECOND_PERSON: u64 = 1 << 10;
/// Points at something without naming it: this, it, they.
pub(super) const POINTING: u64 = 1 << 11;
/// Praise, assent, thanks, greetings.
pub(super) const PRAISE: u64 = 1 << 12;
pub(super) const INSULT: u64 = 1 << 13;
/// Feeling alone.
pub(super) const AFFECT: u64 = 1 << 14;
pub(super) const SARCASM: u64 = 1 << 15;
pub(super) const PROMOTION: u64 = 1 << 16;

/// How many kinds of lists there are.
pub(super) const KINDS: usize = 17;

type Lists = &'static [(u64, &'static str)];

const ALL: [(&str, Lists); 14] = [
    ("en", en::LISTS),
    ("de", de::LISTS),
    ("fr", fr::LISTS),
    ("es", es::LISTS),
    ("it", it::LISTS),
    ("pt", pt::LISTS),
    ("nl", nl::LISTS),
    ("sv", more::SWEDISH),
    ("pl", more::POLISH),
    ("tr", more::TURKISH),
    ("ru", more::RUSSIAN),
    ("ar", more::ARABIC),
    ("ja", more::JAPANESE),
    ("zh", more::CHINESE),
];

/// What promotes in any language, for texts whose language is not known.
const ANYWHERE: Lists = &[(
    PROMOTION,
    "link in bio, promo code, discount code, use code, airdrop, giveaway, onlyfans, whatsapp group, telegram group, subscribe, \
     followers, crypto",
)];

static TABLES: LazyLock<Vec<Phrases>> = LazyLock::new(|| {
    let lists = ALL.iter().map(|(_, lists)| *lists).chain([&[][..]]);
    lists.map(|lists| Phrases::of(lists.iter().chain(ANYWHERE).copied())).collect()
});

/// The lists of a language (ISO 639-1); of one without any, what is said anywhere.
pub(super) fn lists(language: &str) -> &'static Phrases {
    let at = ALL.iter().position(|(code, _)| *code == language).unwrap_or(ALL.len());
    &TABLES[at]
}

/// The languages that have lists.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(code, _)| *code)
}
