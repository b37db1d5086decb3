//! Made-up words in several scripts, used as often as words are: the frequency falls with the rank (Zipf, 1949).

use crate::connector::Line;
use tertulia_model::{Chance, Millis, SeededChance};

/// Syllables of each script; a word is one to four of them.
pub const SCRIPTS: [&[&str]; 6] = [
    &["ca", "fe", "ro", "mi", "len", "tra", "so", "ber", "un", "di", "pla", "ger", "ó", "né", "ste", "qu", "is", "th"],
    &[
        "ko", "mas", "ti", "re", "bow", "ä", "lich", "ung", "ver", "zu", "ste", "hau", "ñe", "pi", "la", "do", "çı",
        "ra",
    ],
    &["ко", "фе", "ра", "ни", "сто", "ва", "ть", "при", "до", "за", "лю", "бо", "же", "мы"],
    &["κα", "φέ", "λο", "γος", "τη", "μα", "πα", "ρα", "συν", "δι", "νο", "στο"],
    &["قه", "وة", "ال", "مر", "حب", "ا", "شك", "را", "كت", "اب", "يو", "من"],
    &["커", "피", "감", "사", "합", "니", "다", "오", "늘", "주", "문", "요"],
];
/// Words of each script's vocabulary.
pub const VOCABULARY: usize = 20_000;
const WORDS: usize = 30;
/// How many threads are still being answered at one time.
const OPEN_THREADS: usize = 5_000;

pub struct Writer {
    chance: SeededChance,
    vocabularies: Vec<Vec<String>>,
    /// Cumulated weights of the ranks.
    weights: Vec<f64>,
    next: usize,
    people: usize,
    begin: Millis,
    /// Of each five threads' beginnings this many speak to us.
    addressed_of_100: u64,
    threads: Vec<(usize, bool)>,
}

impl Writer {
    pub fn new(people: usize, addressed_of_100: u64, begin: Millis) -> Self {
        let chance = SeededChance::new(20_26);
        let vocabulary = |syllables: &&[&str]| {
            (0..VOCABULARY).map(|rank| word(&chance, syllables, 1 + (rank + 1).ilog2().saturating_sub(2) / 4)).collect()
        };
        let vocabularies = SCRIPTS.iter().map(vocabulary).collect();
        let mut sum = 0.0;
        let weights = (1..=VOCABULARY)
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        Self { chance, vocabularies, weights, next: 0, people, begin, addressed_of_100, threads: Vec::new() }
    }

    /// The next message: one in five begins a thread, the others answer in one of those that are open.
    pub fn line(&mut self) -> Line {
        let number = self.next;
        self.next += 1;
        let begins = self.threads.is_empty() || self.chance.below(5) == 0;
        let (parent, addressed_to_us) = if begins {
            let addressed = self.chance.below(100) < self.addressed_of_100;
            if self.threads.len() == OPEN_THREADS {
                let oldest = self.chance.below(OPEN_THREADS as u64) as usize;
                self.threads[oldest] = (number, addressed);
            } else {
                self.threads.push((number, addressed));
            }
            (None, addressed)
        } else {
            let thread = self.chance.below(self.threads.len() as u64) as usize;
            let (last, addressed) = self.threads[thread];
            self.threads[thread].0 = number;
            (Some(last), addressed)
        };
        let fraction = self.unit();
        // A few write much, most write little.
        let author = ((self.people as f64).powf(fraction) as usize).min(self.people - 1);
        let at = self.begin + number as Millis;
        Line { number, parent, author, addressed_to_us, at, words: self.words(WORDS) }
    }

    pub fn words(&self, count: usize) -> String {
        // Half of all is written in Latin letters.
        let script = self.chance.below(10).saturating_sub(4) as usize;
        let vocabulary = &self.vocabularies[script.min(SCRIPTS.len() - 1)];
        let mut text = String::with_capacity(count * 10);
        for n in 0..count {
            if n > 0 {
                text.push(' ');
            }
            text.push_str(&vocabulary[self.rank()]);
        }
        text
    }

    /// A word from the middle of the frequencies, as people search for.
    pub fn searched_word(&self) -> &str {
        let script = self.chance.below(SCRIPTS.len() as u64) as usize;
        &self.vocabularies[script][20 + self.chance.below(2_000) as usize]
    }

    /// A word by its script and its rank, the most frequent first.
    pub fn word(&self, script: usize, rank: usize) -> &str {
        &self.vocabularies[script][rank]
    }

    pub fn rank(&self) -> usize {
        let total = self.weights.last().copied().unwrap_or(1.0);
        let at = self.unit() * total;
        self.weights.partition_point(|weight| *weight < at).min(VOCABULARY - 1)
    }

    pub fn unit(&self) -> f64 {
        self.chance.below(1 << 53) as f64 / (1_u64 << 53) as f64
    }
}

/// Frequent words are short, as everywhere.
fn word(chance: &SeededChance, syllables: &[&str], count: u32) -> String {
    let syllable = |_| syllables[chance.below(syllables.len() as u64) as usize];
    (0..count + 1).map(syllable).collect()
}
