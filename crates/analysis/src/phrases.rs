//! Lists of words and phrases, found in one pass over a text's tokens: what [`crate::acts`] and [`crate::substance`] know
//! of languages stands in such lists.
//!
//! A phrase is the tokens that [`tokens::walk`] makes of it, so that it is found in whatever case and with or without accents; in
//! scripts without spaces it is found wherever its characters stand. A table holds the hash of each beginning of each
//! phrase. Hashes alone are compared: of two words with one hash, which nobody meets by chance, one is taken for the other.

use crate::tokens::{Kind, Token, eights, walk};
use std::ops::ControlFlow;

/// More beginnings are not followed at once.
const MOST_LIVE: usize = 8;
/// Bits of the filter: eight kilobytes.
const FILTER: usize = 1 << 16;
/// The factor of the hash: digits of the golden ratio.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of a token, the same on every machine.
#[inline]
pub(crate) fn hash(word: &str) -> u64 {
    eights(word.as_bytes()).fold(FACTOR ^ word.len() as u64, mix)
}

/// Folded multiplication.
#[inline]
fn mix(state: u64, word: u64) -> u64 {
    let product = u128::from(state ^ word) * u128::from(FACTOR);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Whether a token counts as a word: a tag's words follow it, and the last character of a run is in the pair before.
#[inline]
pub(crate) fn is_word(token: &Token<'_>) -> bool {
    !matches!(token.kind, Kind::Sign | Kind::Tail)
}

/// The beginning of a phrase, or the whole of one.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    key: u64,
    marks: u64,
    goes_on: bool,
}

/// Phrases with a set of marks (bits) each: a hash table of their beginnings, open addressing with linear probing.
#[derive(Debug)]
pub(crate) struct Phrases {
    /// A bit for some of each key's bits: what is not there is nowhere in the table, which is too large for the nearest cache.
    filter: Vec<u64>,
    /// 0 where it is free. They stand apart, since most are looked up in vain.
    keys: Vec<u64>,
    /// Marks, and whether a phrase goes on.
    values: Vec<(u64, bool)>,
}

impl Phrases {
    /// Of lists with commas between the phrases.
    pub(crate) fn of<'a>(lists: impl Iterator<Item = (u64, &'a str)>) -> Self {
        let mut beginnings: Vec<Slot> = Vec::new();
        for (marks, list) in lists {
            for phrase in list.split(',') {
                add(&mut beginnings, marks, phrase);
            }
        }
        beginnings.sort_by_key(|slot| slot.key);
        beginnings.dedup_by(|slot, kept| {
            let is_same = slot.key == kept.key;
            if is_same {
                kept.marks |= slot.marks;
                kept.goes_on |= slot.goes_on;
            }
            is_same
        });
        let size = (beginnings.len() * 3).next_power_of_two().max(8);
        let mut phrases = Self { filter: vec![0; FILTER / 64], keys: vec![0; size], values: vec![(0, false); size] };
        for slot in beginnings {
            let at = phrases.place(slot.key);
            phrases.keys[at] = slot.key;
            phrases.values[at] = (slot.marks, slot.goes_on);
            let (word, bit) = filtered(slot.key);
            phrases.filter[word] |= bit;
        }
        phrases
    }

    /// Where a key stands, or would stand. A third of the table is taken at most, so that a free place comes soon.
    #[inline]
    fn place(&self, key: u64) -> usize {
        let last = self.keys.len() - 1;
        let mut at = (key >> 32) as usize & last;
        while self.keys[at] != key && self.keys[at] != 0 {
            at = (at + 1) & last;
        }
        at
    }

    #[inline]
    fn look_up(&self, key: u64) -> Option<(u64, bool)> {
        let (word, bit) = filtered(key);
        if self.filter[word] & bit == 0 {
            return None;
        }
        let at = self.place(key);
        (self.keys[at] == key).then(|| self.values[at])
    }
}

fn add(beginnings: &mut Vec<Slot>, marks: u64, phrase: &str) {
    let mut keys: Vec<u64> = Vec::new();
    let _ = walk(phrase, 0, &mut |token: Token<'_>| {
        if is_word(&token) {
            let word = hash(token.folded);
            keys.push(keys.last().map_or_else(|| key_of(word), |before| longer(*before, word)));
        }
        ControlFlow::Continue(())
    });
    let Some((last, before)) = keys.split_last() else { return };
    beginnings.extend(before.iter().map(|key| Slot { key: *key, marks: 0, goes_on: true }));
    beginnings.push(Slot { key: *last, marks, goes_on: false });
}

/// Where the filter has a key's bit.
#[inline]
fn filtered(key: u64) -> (usize, u64) {
    let at = (key >> 8) as usize % FILTER;
    (at / 64, 1 << (at % 64))
}

/// The key of a phrase of one word; never that of a free slot.
#[inline]
fn key_of(word: u64) -> u64 {
    word | 1
}

#[inline]
fn longer(key: u64, word: u64) -> u64 {
    mix(key, word.rotate_left(32)) | 1
}

/// What ends at a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub marks: u64,
    /// Of the longest phrase that ends here, how many words.
    pub words: usize,
}

/// The phrases that have begun and may go on.
#[derive(Debug, Default)]
pub(crate) struct Matcher {
    live: [(u64, usize); MOST_LIVE],
    count: usize,
}

impl Matcher {
    /// Takes the next word.
    #[inline]
    pub(crate) fn step(&mut self, phrases: &Phrases, word: u64) -> Found {
        let mut found = Found::default();
        let (before, mut count) = (self.count, 0);
        // What goes on is written where something that went on was read: there is never more of it, but for the new one.
        for at in 0..before {
            let (key, words) = self.live[at];
            if self.follow(phrases, longer(key, word), words + 1, count, &mut found) {
                count += 1;
            }
        }
        if self.follow(phrases, key_of(word), 1, count, &mut found) {
            count += 1;
        }
        self.count = count;
        found
    }

    #[inline]
    fn follow(&mut self, phrases: &Phrases, key: u64, words: usize, to: usize, found: &mut Found) -> bool {
        let Some((marks, goes_on)) = phrases.look_up(key) else { return false };
        if marks != 0 {
            found.marks |= marks;
            found.words = found.words.max(words);
        }
        let goes_on = goes_on && to < MOST_LIVE;
        if goes_on {
            self.live[to] = (key, words);
        }
        goes_on
    }

    /// No phrase goes on over this.
    #[inline]
    pub(crate) fn reset(&mut self) {
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrases: &Phrases, text: &str) -> Vec<(u64, usize)> {
        let (mut matcher, mut all) = (Matcher::default(), Vec::new());
        let _ = walk(text, 0, &mut |token: Token<'_>| {
            if is_word(&token) {
                let found = matcher.step(phrases, hash(token.folded));
                all.extend((found.marks != 0).then_some((found.marks, found.words)));
            }
            ControlFlow::Continue(())
        });
        all
    }

    #[test]
    fn words_and_phrases_are_found_in_any_case_and_in_scripts_without_spaces() {
        let lists = [(1, "thank you, Dank, ありがとう"), (2, "thank you for nothing, no thank"), (4, "you")];
        let phrases = Phrases::of(lists.into_iter());
        assert_eq!(found(&phrases, "Thank YOU, dear"), [(5, 2)]);
        assert_eq!(found(&phrases, "no thank you for nothing"), [(2, 2), (5, 2), (2, 4)]);
        assert_eq!(found(&phrases, "vielen DANK"), [(1, 1)]);
        assert_eq!(found(&phrases, "本当にありがとうございます"), [(1, 4)]);
        assert_eq!(found(&phrases, "thanks yours danke"), []);
    }

    #[test]
    fn a_list_of_nothing_finds_nothing() {
        let phrases = Phrases::of([(1, " , ,, !")].into_iter());
        assert_eq!(found(&phrases, "a b c 日本"), []);
    }
}
