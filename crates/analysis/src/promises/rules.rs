//! What makes a sentence a promise, in one language.

use super::{
    Sign,
    dates::{self, Days},
    languages::Table,
    sentences::Sentence,
    words::{self, Pattern, Word, any, stands},
};
use jiff::{Zoned, civil::Date};

/// Within so many words after it a commitment is denied.
const DENIED_WITHIN: usize = 3;
/// Within so many words after asking or looking, "if" means "whether".
const WHETHER_WITHIN: usize = 4;

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
    elides: bool,
    verb_last: bool,
    signs: [(Sign, Vec<Pattern>); 3],
    adverbs: Vec<Pattern>,
    no_acts: Vec<Pattern>,
    denials: Vec<Pattern>,
    harmless: Vec<Pattern>,
    conditions: Vec<Pattern>,
    whether: Vec<Pattern>,
    blocks: Vec<Pattern>,
    breaks: Vec<Pattern>,
    days: Days,
}

impl Rules {
    pub fn of(table: &'static Table) -> Self {
        let list = |text: &str| Pattern::list(text, (table.verbs_i, table.verbs_we));
        Self {
            code: table.code,
            elides: table.elides,
            verb_last: table.verb_last,
            signs: [
                (Sign::Phrase, list(table.phrases)),
                (Sign::Future, list(table.future)),
                (Sign::Dated, list(table.dated)),
            ],
            adverbs: list(table.adverbs),
            no_acts: list(table.no_acts),
            denials: list(table.denials),
            harmless: list(table.harmless),
            conditions: list(table.conditions),
            whether: list(table.whether),
            blocks: list(table.blocks),
            breaks: list(table.breaks),
            days: Days::of(table),
        }
    }

    /// How what is promised may begin, and by which sign.
    pub fn beginnings(&self) -> impl Iterator<Item = (Sign, String)> + '_ {
        let of = |(sign, patterns): &(Sign, Vec<Pattern>)| -> Vec<(Sign, String)> {
            patterns.iter().flat_map(Pattern::beginnings).map(|words| (*sign, words)).collect()
        };
        self.signs.iter().flat_map(of)
    }

    /// What a sentence means.
    pub fn recognise(&self, sentence: &Sentence, text: &str, sent: &Zoned) -> Meaning {
        if sentence.asks {
            return Meaning::Nothing;
        }
        let mut words = words::of(sentence, text, self.elides);
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
    fn pass_over(&self, words: &mut [Word]) {
        for at in 0..words.len() {
            if let Some(end) = any(&self.harmless, words, at) {
                words[at..end].fill(Word::Mark(' '));
            }
        }
    }

    /// What stands on either side of a semicolon, a dash or a "but" is said by itself.
    fn groups<'a>(&self, words: &'a [Word]) -> Vec<&'a [Word]> {
        let mut groups = Vec::new();
        let mut start = 0;
        for at in 0..words.len() {
            let breaks = matches!(words[at], Word::Mark(';' | '–' | '—')) || any(&self.breaks, words, at).is_some();
            if breaks {
                groups.push(&words[start..at]);
                start = at;
            }
        }
        groups.push(&words[start..]);
        groups
    }

    fn promise(&self, words: &[Word], sent: &Zoned) -> Meaning {
        let begins = |at: &usize| self.signs.iter().any(|(_, patterns)| any(patterns, words, *at).is_some());
        if (0..words.len()).all(|at| !begins(&at)) {
            return Meaning::Nothing;
        }
        if stands(&self.blocks, words) || self.is_conditional(words) {
            return Meaning::TakenBack;
        }
        let days = self.days.named(words, sent);
        let mut meaning = Meaning::Nothing;
        for (sign, patterns) in &self.signs {
            for at in 0..words.len() {
                let Some(end) = any(patterns, words, at) else { continue };
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

    fn is_conditional(&self, words: &[Word]) -> bool {
        (0..words.len()).any(|at| {
            any(&self.conditions, words, at).is_some()
                && !(at.saturating_sub(WHETHER_WITHIN)..at).any(|before| any(&self.whether, words, before).is_some())
        })
    }

    fn is_denied(&self, words: &[Word], start: usize, end: usize) -> bool {
        let clause = words[..start].iter().rposition(Word::is_mark).map_or(0, |mark| mark + 1);
        let rest = words[end..].iter().position(Word::is_mark).map_or(words.len(), |mark| end + mark);
        let last = if self.verb_last { rest } else { rest.min(end + DENIED_WITHIN) };
        stands(&self.denials, &words[clause..last])
    }

    /// Whether something is done: "I'll be honest" does nothing.
    fn is_act(&self, words: &[Word], start: usize, end: usize) -> bool {
        let mut next = end;
        while let Some(after) = any(&self.adverbs, words, next) {
            next = after;
        }
        let clause = words[end..].iter().position(Word::is_mark).map_or(words.len(), |mark| end + mark);
        let last = if self.verb_last { clause } else { next + 1 };
        !(start..last.max(end)).any(|at| any(&self.no_acts, words, at).is_some())
    }
}
