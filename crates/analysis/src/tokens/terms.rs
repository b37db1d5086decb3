//! What a message gives the full-text index.

use super::hash::hash;
use super::{MOST_TOKENS, Token, walk};
use std::ops::ControlFlow;

/// The different tokens of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexTerms {
    /// Each once, in the order first seen, joined by one space: for an index whose tokenizer splits at spaces only.
    /// Besides the tokens of [`super::for_each_token`] it holds the last character of each run of an unspaced script,
    /// so that every such character begins a term and a prefix search finds it.
    pub terms: String,
    /// Whether there were more than [`MOST_TOKENS`] and the rest was not read.
    pub cut: bool,
}

/// Collects the terms of `texts` (subject, body).
///
/// ```
/// let terms = tertulia_analysis::tokens::index_terms(&["Beans!", "The beans, the BEANS"]);
/// assert_eq!(terms.terms, "beans the");
/// assert!(!terms.cut);
/// ```
pub fn index_terms(texts: &[&str]) -> IndexTerms {
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    let mut terms = UniqueTerms::for_bytes(bytes);
    let mut read = 0;
    let mut cut = false;
    for text in texts {
        let flow = walk(text, 0, &mut |token: Token<'_>| {
            if read == MOST_TOKENS {
                cut = true;
                return ControlFlow::Break(());
            }
            read += 1;
            terms.add(token.folded);
            ControlFlow::Continue(())
        });
        if flow.is_break() {
            break;
        }
    }
    IndexTerms { terms: terms.joined, cut }
}

/// A set of words kept in one string: an open-addressing table of (hash, offset), one allocation for all words.
struct UniqueTerms {
    joined: String,
    /// The upper half the hash, the lower half the offset + 1; 0 is free.
    slots: Vec<u64>,
    used: usize,
}

impl UniqueTerms {
    fn for_bytes(bytes: usize) -> Self {
        let slots = (bytes / 6).clamp(64, 4096).next_power_of_two();
        Self { joined: String::with_capacity(bytes.min(8192)), slots: vec![0; slots], used: 0 }
    }

    fn add(&mut self, word: &str) {
        let hash = hash(word.as_bytes()) as u32;
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while let Some(&entry) = self.slots.get(slot)
            && entry != 0
        {
            if (entry >> 32) as u32 == hash && self.word_is(entry as u32 as usize - 1, word) {
                return;
            }
            slot = (slot + 1) & mask;
        }
        if !self.joined.is_empty() {
            self.joined.push(' ');
        }
        self.slots[slot] = (u64::from(hash) << 32) | (self.joined.len() as u64 + 1);
        self.joined.push_str(word);
        self.used += 1;
        if self.used * 2 > self.slots.len() {
            self.grow();
        }
    }

    fn word_is(&self, offset: usize, word: &str) -> bool {
        let rest = &self.joined.as_bytes()[offset..];
        rest.starts_with(word.as_bytes()) && matches!(rest.get(word.len()), None | Some(b' '))
    }

    fn grow(&mut self) {
        let mut slots = vec![0; self.slots.len() * 4];
        let mask = slots.len() - 1;
        for entry in self.slots.iter().copied().filter(|entry| *entry != 0) {
            let mut slot = (entry >> 32) as usize & mask;
            while slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = entry;
        }
        self.slots = slots;
    }
}
