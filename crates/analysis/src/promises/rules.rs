//! What makes a sentence a promise, in one language.

use super::{
    Sign,
    dates::{self, Days},
    languages::Table,
    patterns::{Begins, List, Pattern},
    words::{Spelt, Word},
};
use jiff::{Zoned, civil::Date};

/// Within so many words after it a commitment is denied.
const DENIED_WITHIN: usize = 3;
/// Within so many words after asking or looking, "if" means "whether".
const WHETHER_WITHIN: usize = 4;

/// The bit of the words with which a day may begin; those of the lists stand above it, first those of the signs.
pub(super) const DAYS: u16 = 1;
const SIGNS: u16 = DAYS << 1 | DAYS << 2 | DAYS << 3;

/// What a sentence means, by one grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Promise(Sign, Option<Date>),
    /// It begins as one does, and is none: "I won't", "if you like".
    TakenBack,
    Nothing,
}

/// A [`Table`], read.
pub(super) struct Rules {
    pub code: &'static str,
    pub elides: bool,
    verb_last: bool,
    signs: [(Sign, List); 3],
    adverbs: List,
    no_acts: List,
    denials: List,
    harmless: List,
    conditions: List,
    whether: List,
    blocks: List,
    breaks: List,
    days: Days,
    begins: Begins,
}

impl Rules {
    pub fn of(table: &'static Table) -> Self {
        let (mut begins, mut bit) = (Begins::default(), DAYS);
        let mut list = |text: &str| {
            bit <<= 1;
            List::of(Pattern::list(text, (table.verbs_i, table.verbs_we)), bit, &mut begins)
        };
        let signs =
            [(Sign::Phrase, list(table.phrases)), (Sign::Future, list(table.future)), (Sign::Dated, list(table.dated))];
        Self {
            code: table.code,
            elides: table.elides,
            verb_last: table.verb_last,
            signs,
            adverbs: list(table.adverbs),
            no_acts: list(table.no_acts),
            denials: list(table.denials),
            harmless: list(table.harmless),
            conditions: list(table.conditions),
            whether: list(table.whether),
            blocks: list(table.blocks),
            breaks: list(table.breaks),
            days: Days::of(table, &mut begins),
            begins,
        }
    }

    /// How what is promised may begin, and by which sign.
    pub fn beginnings(&self) -> impl Iterator<Item = (Sign, String)> + '_ {
        let of = |(sign, list): &(Sign, List)| list.beginnings().map(|words| (*sign, words)).collect::<Vec<_>>();
        self.signs.iter().flat_map(of)
    }

    /// What a sentence that asks nothing means.
    pub fn recognise(&self, spelt: &Spelt, sent: &Zoned) -> Meaning {
        let mut words = spelt.words(&self.begins);
        // Most sentences have nothing of a promise in them.
        if !words.iter().any(|word| word.begins() & SIGNS != 0) {
            return Meaning::Nothing;
        }
        self.pass_over(&mut words);
        let mut meaning = Meaning::Nothing;
        for group in self.groups(&words) {
            match self.promise(group, sent) {
                Meaning::Nothing => {}
                Meaning::TakenBack => meaning = Meaning::TakenBack,
                promise => return promise,
            }
        }
        meaning
    }

    /// What looks like something else and means nothing here is nothing.
    fn pass_over(&self, words: &mut [Word<'_>]) {
        for at in 0..words.len() {
            if let Some(end) = self.harmless.any(words, at) {
                words[at..end].fill(Word::Mark(' '));
            }
        }
    }

    /// What stands on either side of a semicolon, a dash or a "but" is said by itself.
    fn groups<'a, 'b>(&self, words: &'a [Word<'b>]) -> Vec<&'a [Word<'b>]> {
        let mut groups = Vec::new();
        let mut start = 0;
        for at in 0..words.len() {
            let breaks = matches!(words[at], Word::Mark(';' | '–' | '—')) || self.breaks.any(words, at).is_some();
            if breaks {
                groups.push(&words[start..at]);
                start = at;
            }
        }
        groups.push(&words[start..]);
        groups
    }

    fn promise(&self, words: &[Word<'_>], sent: &Zoned) -> Meaning {
        let begins = |at: &usize| self.signs.iter().any(|(_, list)| list.any(words, *at).is_some());
        if (0..words.len()).all(|at| !begins(&at)) {
            return Meaning::Nothing;
        }
        if self.blocks.stands(words) || self.is_conditional(words) {
            return Meaning::TakenBack;
        }
        let days = self.days.named(words, sent);
        let mut meaning = Meaning::Nothing;
        for (sign, list) in &self.signs {
            for at in 0..words.len() {
                let Some(end) = list.any(words, at) else { continue };
                let day = dates::nearest(&days, at);
                if self.is_denied(words, at, end) || *sign == Sign::Future && !self.is_act(words, at, end) {
                    meaning = Meaning::TakenBack;
                } else if *sign != Sign::Dated || day.is_some() {
                    return Meaning::Promise(*sign, day);
                }
            }
        }
        meaning
    }

    fn is_conditional(&self, words: &[Word<'_>]) -> bool {
        (0..words.len()).any(|at| {
            self.conditions.any(words, at).is_some()
                && !(at.saturating_sub(WHETHER_WITHIN)..at).any(|before| self.whether.any(words, before).is_some())
        })
    }

    fn is_denied(&self, words: &[Word<'_>], start: usize, end: usize) -> bool {
        let clause = words[..start].iter().rposition(Word::is_mark).map_or(0, |mark| mark + 1);
        let rest = words[end..].iter().position(Word::is_mark).map_or(words.len(), |mark| end + mark);
        let last = if self.verb_last { rest } else { rest.min(end + DENIED_WITHIN) };
        self.denials.stands(&words[clause..last])
    }

    /// Whether something is done: "I'll be honest" does nothing.
    fn is_act(&self, words: &[Word<'_>], start: usize, end: usize) -> bool {
        let mut next = end;
        while let Some(after) = self.adverbs.any(words, next) {
            next = after;
        }
        let clause = words[end..].iter().position(Word::is_mark).map_or(words.len(), |mark| end + mark);
        let last = if self.verb_last { clause } else { next + 1 };
        !(start..last.max(end)).any(|at| self.no_acts.any(words, at).is_some())
    }
}
