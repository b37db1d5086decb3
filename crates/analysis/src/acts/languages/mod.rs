//! How the acts are done in words: lists of our own writing. All languages stand in one table, since short messages do not tell
//! their language; what means one thing in one language and another in the next is left out, or takes a second word with it.

mod de;
mod en;
mod es;
mod fr;
mod it;
mod more;
mod nl;
mod pt;

use crate::phrases::Phrases;
use crate::promises::{self, Sign};
use crate::questions;
use std::sync::LazyLock;

/// How a question begins that may lack its mark.
pub(super) const ASKS_FIRST: u64 = 1;
/// A question told: "I would like to know whether".
pub(super) const ASKS_TOLD: u64 = 1 << 1;
/// "How are you?"
pub(super) const ASKS_NOTHING: u64 = 1 << 2;
/// Wants something done, by itself.
pub(super) const WANTS: u64 = 1 << 3;
/// Wants something done, if it does not only want to be told: "could you".
pub(super) const WANTS_OR_ASKS: u64 = 1 << 4;
/// "Tell me where": what is wanted is an answer.
pub(super) const WANTS_ANSWER: u64 = 1 << 5;
/// Says what is to be done where it begins a clause: "send me".
pub(super) const WANTS_FIRST: u64 = 1 << 6;
/// "Please": with something else.
pub(super) const WANTS_MAYBE: u64 = 1 << 7;
/// "Yes please", "please do not hesitate".
pub(super) const WANTS_NOTHING: u64 = 1 << 8;
pub(super) const COMPLAINS: u64 = 1 << 9;
/// Says that something is bad.
pub(super) const COMPLAINS_LIKELY: u64 = 1 << 10;
/// What is bad only beside something else that is.
pub(super) const COMPLAINS_MAYBE: u64 = 1 << 11;
/// "Sorry that": our own regret, "no problem".
pub(super) const COMPLAINS_NOTHING: u64 = 1 << 12;
pub(super) const THANKS: u64 = 1 << 13;
/// "Thanks for nothing", "no thanks".
pub(super) const THANKS_NOTHING: u64 = 1 << 14;
/// The writer will do something.
pub(super) const COMMITS: u64 = 1 << 15;
/// If, maybe, whoever else said it.
pub(super) const COMMITS_NOTHING: u64 = 1 << 16;
pub(super) const DENIES: u64 = 1 << 17;
/// Stands before what begins a clause: "please", "and".
pub(super) const LEADS: u64 = 1 << 18;
/// Names a day.
pub(super) const DAYS: u64 = 1 << 19;
/// From here on a bit for each grammar of [`promises`]: there a promise may begin.
pub(super) const PROMISES: u32 = 32;
/// The same, where it is one only with a day.
pub(super) const DATED: u32 = 48;

type Lists = &'static [(u64, &'static str)];

pub(super) static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let (grammars, days) = (promises::beginnings(), promises::days());
    let lists = [en::LISTS, de::LISTS, fr::LISTS, es::LISTS, it::LISTS, pt::LISTS, nl::LISTS, more::LISTS];
    let lists = lists.into_iter().flatten().copied();
    // A single word may begin a statement as well: "puedo".
    let questions =
        questions::BEGINNINGS.into_iter().filter(|phrase| phrase.contains(' ')).map(|phrase| (ASKS_FIRST, phrase));
    let none = questions::NO_QUESTIONS.into_iter().map(|phrase| (ASKS_NOTHING, phrase));
    let first = |sign: Sign| if sign == Sign::Dated { DATED } else { PROMISES };
    let promises = grammars.iter().map(|(grammar, sign, words)| (1 << (first(*sign) + grammar), words.as_str()));
    let days = days.iter().map(|words| (DAYS, words.as_str()));
    let all: Vec<(u64, &str)> = lists.chain(questions).chain(none).chain(promises).chain(days).collect();
    Phrases::of(all.into_iter())
});
