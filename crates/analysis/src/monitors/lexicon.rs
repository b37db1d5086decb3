//! All that a set of monitors looks for in one place of a message, found by a few looks into a table for each token,
//! however many monitors there are.

use crate::query::phrase::Needle;
use crate::tokens::KeyedHash;
use std::collections::HashMap;

/// Longer beginnings are told apart by their first bytes before they are looked up.
const LEADS: usize = 4_096;

type Numbers = HashMap<Box<str>, u32, KeyedHash>;

#[derive(Debug)]
pub(super) struct Lexicon {
    whole: Numbers,
    beginnings: Numbers,
    /// By the first byte, the lengths (one bit each) of the beginnings that are shorter than three bytes.
    short: [u64; 256],
    /// By a hash of the first bytes, the lengths of the others.
    long: Vec<u64>,
}

impl Default for Lexicon {
    fn default() -> Self {
        Self { whole: Numbers::default(), beginnings: Numbers::default(), short: [0; 256], long: vec![0; LEADS] }
    }
}

impl Lexicon {
    pub(super) fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.beginnings.is_empty()
    }

    pub(super) fn number(&self, needle: &Needle) -> Option<u32> {
        let numbers = if needle.prefix { &self.beginnings } else { &self.whole };
        numbers.get(needle.term.as_str()).copied()
    }

    pub(super) fn add(&mut self, needle: &Needle, number: u32) {
        let numbers = if needle.prefix { &mut self.beginnings } else { &mut self.whole };
        numbers.insert(needle.term.as_str().into(), number);
        if needle.prefix {
            note_length(&mut self.short, &mut self.long, &needle.term);
        }
    }

    pub(super) fn remove(&mut self, needle: &Needle) {
        if !needle.prefix {
            self.whole.remove(needle.term.as_str());
            return;
        }
        self.beginnings.remove(needle.term.as_str());
        self.short.fill(0);
        self.long.fill(0);
        for term in self.beginnings.keys() {
            note_length(&mut self.short, &mut self.long, term);
        }
    }

    /// Calls `found` with the number of each needle that the token fulfils.
    #[inline]
    pub(super) fn try_token(&self, folded: &str, mut found: impl FnMut(u32)) {
        if let Some(number) = self.whole.get(folded) {
            found(*number);
        }
        let mut lengths = match folded.as_bytes() {
            [] => 0,
            [first, second, third, ..] => self.short[usize::from(*first)] | self.long[lead(*first, *second, *third)],
            [first, ..] => self.short[usize::from(*first)],
        };
        while lengths != 0 {
            let length = lengths.trailing_zeros() as usize + 1;
            lengths &= lengths - 1;
            // A length past the end or inside a character is none of this token's.
            let Some(beginning) = folded.get(..length) else { continue };
            if let Some(number) = self.beginnings.get(beginning) {
                found(*number);
            }
        }
    }
}

fn note_length(short: &mut [u64; 256], long: &mut [u64], term: &str) {
    let bytes = term.as_bytes();
    match bytes {
        [] => {}
        [first, second, third, ..] => long[lead(*first, *second, *third)] |= length_bit(bytes.len()),
        [first, ..] => short[usize::from(*first)] |= length_bit(bytes.len()),
    }
}

/// No token, and so no beginning of one, is longer than 64 bytes.
fn length_bit(length: usize) -> u64 {
    1 << (length - 1).min(63)
}

fn lead(first: u8, second: u8, third: u8) -> usize {
    let bytes = u32::from_le_bytes([first, second, third, 0]);
    (bytes.wrapping_mul(0x9e37_79b1) >> (32 - LEADS.ilog2())) as usize
}
