//! All that a set of monitors looks for in one place of a message, found by a few looks into a table for each token,
//! however many monitors there are.

use crate::query::phrase::Needle;
use crate::tokens::{KeyedHash, eights};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

#[derive(Debug, Default)]
pub(super) struct Lexicon {
    whole: Numbers,
    beginnings: Numbers,
    lengths: Lengths,
}

impl Lexicon {
    pub(super) fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.beginnings.is_empty()
    }

    pub(super) fn number(&self, needle: &Needle) -> Option<u32> {
        let numbers = if needle.prefix { &self.beginnings } else { &self.whole };
        numbers.get(&needle.term)
    }

    pub(super) fn add(&mut self, needle: &Needle, number: u32) {
        if needle.prefix {
            self.beginnings.insert(&needle.term, number);
            self.lengths.add(&needle.term);
        } else {
            self.whole.insert(&needle.term, number);
        }
    }

    pub(super) fn remove(&mut self, needle: &Needle) {
        if needle.prefix {
            self.beginnings.remove(&needle.term);
            self.lengths.remove(&needle.term);
        } else {
            self.whole.remove(&needle.term);
        }
    }

    /// Calls `found` with the number of each needle that the token fulfils.
    #[inline]
    pub(super) fn try_token(&self, folded: &str, mut found: impl FnMut(u32)) {
        if let Some(number) = self.whole.get(folded) {
            found(number);
        }
        let mut lengths = self.lengths.of(folded);
        while lengths != 0 {
            let length = lengths.trailing_zeros() as usize + 1;
            lengths &= lengths - 1;
            // A length past the end or inside a character is none of this token's.
            if let Some(number) = folded.get(..length).and_then(|beginning| self.beginnings.get(beginning)) {
                found(number);
            }
        }
    }
}

/// Terms and their numbers.
#[derive(Debug, Default)]
struct Numbers {
    short: HashMap<Short, u32, KeyedHash>,
    long: HashMap<Box<str>, u32, KeyedHash>,
}

/// A term of at most 24 bytes, filled up with zeros: most are, and so a look-up follows no pointer. No term holds a zero.
#[derive(Debug, PartialEq, Eq)]
struct Short(u64, u64, u64);

impl Short {
    #[inline]
    fn of(term: &str) -> Option<Self> {
        let mut eights = eights(term.as_bytes());
        // In this order, so that none of it goes through memory.
        let (first, second, third) = (eights.next(), eights.next(), eights.next());
        (term.len() <= 24).then(|| Self(first.unwrap_or(0), second.unwrap_or(0), third.unwrap_or(0)))
    }
}

impl Hash for Short {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
        if self.1 != 0 {
            state.write_u64(self.1);
            state.write_u64(self.2);
        }
    }
}

impl Numbers {
    fn is_empty(&self) -> bool {
        self.short.is_empty() && self.long.is_empty()
    }

    #[inline]
    fn get(&self, term: &str) -> Option<u32> {
        match Short::of(term) {
            Some(short) => self.short.get(&short).copied(),
            None => self.long.get(term).copied(),
        }
    }

    fn insert(&mut self, term: &str, number: u32) {
        match Short::of(term) {
            Some(short) => self.short.insert(short, number),
            None => self.long.insert(term.into(), number),
        };
    }

    fn remove(&mut self, term: &str) {
        match Short::of(term) {
            Some(short) => self.short.remove(&short),
            None => self.long.remove(term),
        };
    }
}

/// Which lengths the beginnings have that a token may begin with, by its own first bytes: so that few are looked up.
#[derive(Debug)]
struct Lengths {
    /// One bit for each length, by a hash of the first one, three and six bytes; and how many terms set it.
    masks: Vec<u64>,
    counts: HashMap<(usize, u32), u32>,
}

/// By how many first bytes a beginning is told from others: by as many of them as it has.
const LEADS: [usize; 3] = [6, 3, 1];
const MASKS: usize = 4_096;

impl Default for Lengths {
    fn default() -> Self {
        Self { masks: vec![0; LEADS.len() * MASKS], counts: HashMap::new() }
    }
}

impl Lengths {
    #[inline]
    fn of(&self, token: &str) -> u64 {
        let bytes = token.as_bytes();
        let masks = (0..LEADS.len()).filter_map(|which| slot(bytes, which)).map(|slot| self.masks[slot]);
        masks.fold(0, |all, mask| all | mask)
    }

    fn add(&mut self, term: &str) {
        let Some((slot, bit)) = place(term) else { return };
        *self.counts.entry((slot, bit)).or_default() += 1;
        self.masks[slot] |= 1 << bit;
    }

    fn remove(&mut self, term: &str) {
        let Some((slot, bit)) = place(term) else { return };
        let count = self.counts.entry((slot, bit)).or_default();
        *count = count.saturating_sub(1);
        if *count == 0 {
            self.counts.remove(&(slot, bit));
            self.masks[slot] &= !(1 << bit);
        }
    }
}

/// Where the length of a beginning is noted. No token, and so no beginning of one, is longer than 64 bytes.
fn place(term: &str) -> Option<(usize, u32)> {
    let slot = (0..LEADS.len()).find_map(|which| slot(term.as_bytes(), which))?;
    Some((slot, (term.len() - 1).min(63) as u32))
}

#[inline]
fn slot(bytes: &[u8], which: usize) -> Option<usize> {
    let lead = bytes.get(..LEADS[which])?.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let hash = lead.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - MASKS.ilog2());
    Some(which * MASKS + hash as usize)
}
