//! How often each n-gram stands in a language's texts, word boundaries included, and what that says of the next letter.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use tertulia_analysis::language::learning::{BOUNDARY, LONGEST, Window, context, ending, length};

/// Numbers of n-grams are spread well enough by one multiplication. Nothing depends on the order of such a table.
#[derive(Default)]
pub struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0 ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        let spread = (number ^ number >> 31).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = spread ^ spread >> 32;
    }
}

pub type Table<V> = HashMap<u64, V, BuildHasherDefault<Spread>>;

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    times: f64,
    /// How many different letters follow it.
    followers: u32,
}

/// Taken from each count for what was not seen (absolute discounting, Ney, Essen and Kneser 1994).
const DISCOUNT: f64 = 0.75;
/// Every letter was seen this often, and there are so many of them.
const UNSEEN: f64 = 0.5;
const LETTERS: f64 = 500.0;

#[derive(Default)]
pub struct Counts {
    grams: Table<Count>,
    /// Letters and ends of words.
    pub total: f64,
}

/// With a boundary before so many letters.
fn begun(letters: u64, size: usize) -> u64 {
    letters | BOUNDARY << (12 * size)
}

/// With a boundary behind.
fn ended(letters: u64) -> u64 {
    letters << 12 | BOUNDARY
}

impl Counts {
    /// From n-grams of letters that know no boundaries. How often one begins or ends a word follows from them: what is not
    /// preceded (or followed) by a letter is preceded (or followed) by a boundary.
    pub fn of_grams(grams: &[(u64, f64)]) -> Self {
        let mut counts: Table<f64> = Table::default();
        let mut add = |gram: u64, times: f64| *counts.entry(gram).or_default() += times;
        let mut words = 0.0;
        for &(letters, times) in grams {
            let size = length(letters);
            add(letters, times);
            if size == 1 {
                words += times;
            }
            if size < LONGEST {
                add(begun(letters, size), times);
                add(ended(letters), times);
            }
            if size + 1 < LONGEST {
                add(ended(begun(letters, size)), times);
            }
            if size == 1 {
                continue;
            }
            let (first, last) = (context(letters), ending(letters, size - 1));
            add(begun(last, size - 1), -times);
            add(ended(first), -times);
            if size == 2 {
                // Each letter that another follows does not end a word.
                words -= times;
            }
            if size < LONGEST {
                add(ended(begun(last, size - 1)), -times);
                add(ended(begun(first, size - 1)), -times);
            }
            if size > 2 {
                add(ended(begun(context(last), size - 2)), times);
            }
        }
        counts.insert(BOUNDARY, words);
        Self::of(counts)
    }

    /// From words, each given by the codes of its letters.
    pub fn of_words<'a>(words: impl Iterator<Item = &'a [u64]>) -> Self {
        let mut counts: Table<f64> = Table::default();
        for word in words {
            let mut window = Window::START;
            for code in word.iter().copied().chain([BOUNDARY]) {
                window = window.with(code);
                for gram in (1..=LONGEST).map_while(|length| window.gram(length)) {
                    *counts.entry(gram).or_default() += 1.0;
                }
            }
        }
        Self::of(counts)
    }

    fn of(counts: Table<f64>) -> Self {
        let mut grams: Table<Count> = Table::default();
        let mut total = 0.0;
        // Whole numbers, whose sum is the same in any order.
        for (gram, times) in counts.into_iter().filter(|(_, times)| *times > 0.25) {
            grams.entry(gram).or_default().times = times;
            match length(gram) {
                1 => total += times,
                _ => grams.entry(context(gram)).or_default().followers += 1,
            }
        }
        Self { grams, total }
    }

    /// The probability of an n-gram's last letter after those before it: interpolated, so never 0.
    pub fn probability(&self, of: u64) -> f64 {
        let times = |gram: u64| self.grams.get(&gram).map_or(0.0, |count| count.times);
        let size = length(of);
        let mut probability = (times(ending(of, 1)) + UNSEEN) / (self.total + UNSEEN * LETTERS);
        for gram in (2..=size).map(|length| ending(of, length)) {
            let Some(before) = self.grams.get(&context(gram)) else { break };
            if before.followers == 0 || before.times <= 0.0 {
                break;
            }
            let backed = DISCOUNT * f64::from(before.followers) * probability;
            probability = ((times(gram) - DISCOUNT).max(0.0) + backed) / before.times;
        }
        probability.clamp(1e-12, 1.0)
    }

    /// The share of all letters at which an n-gram ends.
    pub fn share(&self, gram: u64) -> f64 {
        self.grams.get(&gram).map_or(0.0, |count| count.times) / self.total.max(1.0)
    }

    pub fn grams(&self) -> impl Iterator<Item = u64> {
        self.grams.keys().copied()
    }
}

/// What a language is made of: texts of several kinds, each with its weight.
pub struct Mixture {
    pub parts: Vec<(f64, Counts)>,
}

impl Mixture {
    pub fn probability(&self, gram: u64) -> f64 {
        self.parts.iter().map(|(weight, counts)| weight * counts.probability(gram)).sum()
    }

    pub fn share(&self, gram: u64) -> f64 {
        self.parts.iter().map(|(weight, counts)| weight * counts.share(gram)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_analysis::language::learning::gram;

    fn codes(word: &str) -> Vec<u64> {
        word.chars().map(|c| u64::from(u32::from(c))).collect()
    }

    #[test]
    fn boundaries_that_n_grams_of_letters_lack_are_found_again() {
        let words: Vec<Vec<u64>> = ["a", "on", "one", "ones", "bones", "bonesetter", "no", "one"].map(codes).to_vec();
        let mut grams: std::collections::BTreeMap<u64, f64> = Default::default();
        for word in &words {
            for length in 1..=LONGEST {
                for codes in word.windows(length) {
                    *grams.entry(gram(codes)).or_default() += 1.0;
                }
            }
        }
        let grams: Vec<(u64, f64)> = grams.into_iter().collect();
        let (found, known) = (Counts::of_grams(&grams), Counts::of_words(words.iter().map(Vec::as_slice)));
        assert!((found.total - known.total).abs() < 1e-9);
        for gram in known.grams() {
            assert!((found.share(gram) - known.share(gram)).abs() < 1e-9, "{gram:x}");
            assert!((found.probability(gram) - known.probability(gram)).abs() < 1e-9, "{gram:x}");
        }
    }

    #[test]
    fn probabilities_of_all_that_may_follow_add_up_to_one() {
        let words: Vec<Vec<u64>> = ["kaffee", "kanne", "tasse", "tee"].map(codes).to_vec();
        let counts = Counts::of_words(words.iter().map(Vec::as_slice));
        for before in ["k", "ka", "ee", "zz"] {
            let letters = counts.grams().filter(|gram| length(*gram) == 1).collect::<Vec<_>>();
            let chance = |letter: u64| counts.probability(gram(&codes(before)) << 12 | letter);
            let seen: f64 = letters.iter().map(|letter| chance(*letter)).sum();
            let unseen = (LETTERS - letters.len() as f64) * chance(0xFFF);
            assert!((seen + unseen - 1.0).abs() < 1e-9, "{before}: {seen} {unseen}");
        }
    }
}
