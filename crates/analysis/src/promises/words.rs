//! A sentence as words.

use super::patterns::Begins;
use super::sentences::Sentence;
use crate::phrases::hash;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

/// More words of one sentence are not looked at.
const MOST_WORDS: usize = 80;
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word<'a> {
    /// In small letters. A bit is set for each of a grammar's lists of which a pattern may begin here.
    Letters { text: &'a str, begins: u16 },
    /// "3", "3/5", "3.5.", "2026-05-03".
    Number(&'a str),
    /// Punctuation, another's words, or what was looked at and says nothing.
    Mark(char),
}

impl Word<'_> {
    pub fn is_mark(&self) -> bool {
        matches!(self, Self::Mark(_))
    }

    #[inline]
    pub fn begins(&self) -> u16 {
        match self {
            Self::Letters { begins, .. } => *begins,
            Self::Number(_) | Self::Mark(_) => 0,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// With the word's hash.
    Letters(Range<usize>, u64),
    Number(Range<usize>),
    Mark(char),
}

/// The words of a sentence, whatever grammar they are looked at with.
#[derive(Debug, Default)]
pub(super) struct Spelt {
    /// All words and numbers, one behind the other.
    letters: String,
    parts: Vec<Part>,
}

impl Spelt {
    /// In some languages an apostrophe ends a word: "j'", "envoie".
    pub fn of(sentence: &Sentence, text: &str, elides: bool) -> Self {
        let mut spelt = Self { letters: String::with_capacity(sentence.end - sentence.start), parts: Vec::new() };
        let mut chars = text[sentence.start..sentence.end].char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if spelt.parts.len() == MOST_WORDS {
                break;
            }
            let at = at + sentence.start;
            if sentence.quoted.iter().any(|quote| quote.start <= at && at < quote.end) {
                if spelt.parts.last() != Some(&Part::Mark('"')) {
                    spelt.parts.push(Part::Mark('"'));
                }
                continue;
            }
            let start = spelt.letters.len();
            if c.is_ascii_digit() {
                spelt.letters.push(c);
                while let Some((_, next)) = chars.next_if(|(_, c)| c.is_ascii_digit() || matches!(c, '.' | '/' | '-')) {
                    spelt.letters.push(next);
                }
                spelt.parts.push(Part::Number(start..spelt.letters.len()));
            } else if c.is_alphabetic() {
                spelt.letters.push(c);
                while let Some((_, next)) = chars.next_if(|(_, c)| c.is_alphabetic() || is_part(*c)) {
                    spelt.letters.push(if next == '’' { '\'' } else { next });
                    if elides && matches!(next, '\'' | '’') {
                        break;
                    }
                }
                spelt.end_word(start);
            } else if !c.is_whitespace() && !is_hyphen(c, spelt.parts.last(), chars.peek().map(|(_, c)| *c)) {
                spelt.parts.push(Part::Mark(c));
            }
        }
        spelt
    }

    /// Puts the last letters, from there on, in small letters and their normal form.
    fn end_word(&mut self, start: usize) {
        match self.letters[start..].is_ascii() {
            true => self.letters[start..].make_ascii_lowercase(),
            false => {
                let small = self.letters[start..].to_lowercase();
                self.letters.truncate(start);
                self.letters.extend(small.nfc());
            }
        }
        self.parts.push(Part::Letters(start..self.letters.len(), hash(&self.letters[start..])));
    }

    /// With where the patterns of a grammar may begin.
    pub fn words(&self, begins: &Begins) -> Vec<Word<'_>> {
        let word = |part: &Part| match part {
            Part::Letters(range, hash) => {
                let text = &self.letters[range.clone()];
                Word::Letters { text, begins: begins.at(text, *hash) }
            }
            Part::Number(range) => Word::Number(&self.letters[range.clone()]),
            Part::Mark(c) => Word::Mark(*c),
        };
        self.parts.iter().map(word).collect()
    }
}

/// What stands within words beside letters: apostrophes, accents of their own.
fn is_part(c: char) -> bool {
    matches!(c, '\'' | '’') || !c.is_ascii() && unicode_normalization::char::is_combining_mark(c)
}

/// "sexta-feira" is two words.
fn is_hyphen(c: char, before: Option<&Part>, after: Option<char>) -> bool {
    matches!(c, '-' | '‐' | '‑') && matches!(before, Some(Part::Letters(..))) && after.is_some_and(char::is_alphabetic)
}
