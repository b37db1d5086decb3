//! What a sentence does.

use super::languages::{
    ASKS_FIRST, ASKS_NOTHING, ASKS_TOLD, COMMITS, COMMITS_NOTHING, COMPLAINS, COMPLAINS_LIKELY, COMPLAINS_MAYBE,
    COMPLAINS_NOTHING, DATED, DAYS, DENIES, LEADS, PROMISES, THANKS, THANKS_NOTHING, WANTS, WANTS_ANSWER, WANTS_FIRST,
    WANTS_MAYBE, WANTS_NOTHING, WANTS_OR_ASKS,
};
use super::{Act, Acts, LEAST};
use crate::phrases::Found;

/// What tells by itself.
const SURE: f64 = 0.85;
const LIKELY: f64 = 0.65;
/// Two of these tell.
const MAYBE: f64 = 0.35;

/// Within so many words before it a complaint is denied: "not at all broken".
const DENIED_WITHIN: usize = 3;
/// Within so many words after it a commitment is.
const DENIED_AFTER: usize = 3;
/// A shorter question may be no more than an outcry: "Really?".
const QUESTION: usize = 2;

/// The bits that are grammars.
const GRAMMARS: u64 = (1 << (DATED - PROMISES)) - 1;

/// A sentence as it is read.
#[derive(Debug, Default)]
pub(super) struct Sentence {
    /// Where it begins in the text.
    pub start: usize,
    /// How many words were read.
    words: usize,
    /// At which word the sentence and the clause at hand begin, courtesies passed over.
    begin: usize,
    clause: usize,
    /// What was found, where nothing takes it back.
    marks: u64,
    /// In which grammars something may be promised, and may be if a day is named.
    promises: u64,
    dated: u64,
    denied_at: Option<usize>,
    /// Where the last commitment ended.
    committed_at: Option<usize>,
    complaints: f64,
}

impl Sentence {
    /// What stands after a comma may be said by itself.
    pub(super) fn clause_begins(&mut self) {
        self.clause = self.words;
    }

    #[inline]
    pub(super) fn word(&mut self, found: Found, futures: u64) {
        let at = self.words;
        self.words += 1;
        self.promises |= futures;
        if found.marks != 0 {
            self.note(found.marks, at, at + 1 - found.words.min(at + 1));
        }
    }

    /// Takes the marks of a phrase from `start` to the word `at`.
    fn note(&mut self, mut marks: u64, at: usize, start: usize) {
        self.promises |= marks >> PROMISES & GRAMMARS;
        self.dated |= marks >> DATED;
        if start != self.begin {
            marks &= !(ASKS_FIRST | ASKS_NOTHING);
        }
        if start != self.clause {
            marks &= !WANTS_FIRST;
        }
        if marks & LEADS != 0 {
            self.begin = if start == self.begin { at + 1 } else { self.begin };
            self.clause = if start == self.clause { at + 1 } else { self.clause };
        }
        let denied_at = self.denied_at;
        let denied_before = |within: usize| denied_at.is_some_and(|denied| denied < start && denied + within >= start);
        if marks & (COMPLAINS | COMPLAINS_LIKELY | COMPLAINS_MAYBE) != 0 {
            if denied_before(DENIED_WITHIN) {
                marks &= !(COMPLAINS | COMPLAINS_LIKELY | COMPLAINS_MAYBE);
            } else {
                self.complains(marks);
            }
        }
        if marks & THANKS != 0 && denied_before(1) {
            marks |= THANKS_NOTHING;
        }
        if marks & COMMITS != 0 {
            if denied_before(1) {
                marks &= !COMMITS;
            } else {
                self.committed_at = Some(at);
            }
        }
        // "I'll send one, and if you like a second": what depends on something is said by itself.
        if self.committed_at.is_some_and(|committed| committed < self.clause) {
            marks &= !COMMITS_NOTHING;
        }
        if marks & DENIES != 0 {
            self.denied_at = Some(at);
            if self.committed_at.is_some_and(|committed| at <= committed + DENIED_AFTER) {
                self.marks &= !COMMITS;
            }
        }
        self.marks |= marks;
    }

    fn complains(&mut self, marks: u64) {
        let strength = match () {
            () if marks & COMPLAINS != 0 => SURE,
            () if marks & COMPLAINS_LIKELY != 0 => LIKELY,
            () => MAYBE,
        };
        self.complaints = 1.0 - (1.0 - self.complaints) * (1.0 - strength);
    }

    fn has(&self, marks: u64) -> bool {
        self.marks & marks != 0
    }

    /// Adds what the sentence does. `is_promised` looks closer, in some grammars.
    pub(super) fn tell(&self, acts: &mut Acts, has_mark: bool, is_promised: impl FnOnce(u64) -> bool) {
        if self.words == 0 {
            return;
        }
        let asks = self.asks(has_mark);
        acts.add(Act::Question, asks);
        acts.add(Act::Request, self.wants(asks > 0.0));
        // A weak sign here and another elsewhere are none: "a cold morning", "again".
        if !self.has(COMPLAINS_NOTHING) && self.complaints >= LEAST {
            acts.add(Act::Complaint, self.complaints);
        }
        if self.has(THANKS) && !self.has(THANKS_NOTHING) {
            acts.add(Act::Thanks, SURE);
        }
        if !has_mark && self.commits(acts.has(Act::Commitment), is_promised) {
            acts.add(Act::Commitment, SURE);
        }
    }

    /// The grammar of promises is slow and exact: it is asked only where a promise may stand, and once is enough.
    fn commits(&self, has_committed: bool, is_promised: impl FnOnce(u64) -> bool) -> bool {
        let grammars = self.promises | if self.has(DAYS) { self.dated } else { 0 };
        self.has(COMMITS) && !self.has(COMMITS_NOTHING) || !has_committed && grammars != 0 && is_promised(grammars)
    }

    fn asks(&self, has_mark: bool) -> f64 {
        match () {
            () if self.has(ASKS_NOTHING) => 0.0,
            () if has_mark && self.words >= QUESTION => 0.95,
            () if has_mark => LIKELY,
            () if self.has(ASKS_TOLD) => LIKELY + 0.1,
            () if self.has(ASKS_FIRST) && self.words > QUESTION => LIKELY,
            () => 0.0,
        }
    }

    fn wants(&self, asks: bool) -> f64 {
        if self.has(WANTS_NOTHING) {
            return 0.0;
        }
        let may_want = self.has(WANTS_OR_ASKS) && asks && !self.has(WANTS_ANSWER);
        let signs = [
            (self.has(WANTS), SURE),
            (may_want, LIKELY),
            (self.has(WANTS_FIRST), LIKELY),
            (self.has(WANTS_MAYBE), MAYBE),
        ];
        let wrong = signs.iter().filter(|(is, _)| *is).map(|(_, strength)| 1.0 - strength).product::<f64>();
        1.0 - wrong
    }
}
