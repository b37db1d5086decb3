//! Short messages as they stand in public places, and monitors such as organisations keep over them.

use crate::words::{SCRIPTS, VOCABULARY, Writer};
use tertulia_analysis::query::{self, Query};
use tertulia_model::{Chance, SeededChance};

/// The script after those of [`Writer`]: no spaces between its words.
const UNSPACED: usize = SCRIPTS.len();
const CHARACTERS: &str = "珈琲茶店東京大阪新宿駅前朝昼夜味香豆深煎浅焙水温冷熱旨苦甘酸値段高安早遅人客席予約電話注文配送返品のはがをにでともへやかな";
const LANGUAGES: [&str; UNSPACED + 1] = ["en", "de", "ru", "el", "ar", "ko", "ja"];
/// Words that stand in every other sentence; and how rare a name is at least.
const COMMON: usize = 50;
const RARE: usize = 300;

pub struct Chatter {
    writer: Writer,
    unspaced: Vec<String>,
    chance: SeededChance,
}

pub struct Message {
    pub text: String,
    pub language: &'static str,
    pub author: String,
    pub reach: i64,
}

/// A monitor, and each word that it looks for.
pub struct Monitor {
    pub query: Query,
    pub words: Vec<String>,
}

impl Chatter {
    pub fn new(seed: u64) -> Self {
        let chance = SeededChance::new(seed);
        let characters: Vec<char> = CHARACTERS.chars().collect();
        let character = || characters[chance.below(characters.len() as u64) as usize];
        let unspaced = (0..VOCABULARY).map(|rank| (0..1 + (rank + 8).ilog2() / 4).map(|_| character()).collect());
        let unspaced = unspaced.collect();
        Self { writer: Writer::new(1, 0, 0), unspaced, chance }
    }

    fn one_in(&self, many: u64) -> bool {
        self.chance.below(many) == 0
    }

    /// Half of all is written in the first script.
    fn script(&self) -> usize {
        let script = self.chance.below(12) as usize;
        script.saturating_sub(5).min(UNSPACED)
    }

    fn word(&self, script: usize, rank: usize) -> &str {
        if script == UNSPACED { &self.unspaced[rank] } else { self.writer.word(script, rank) }
    }

    /// Fifteen to twenty-five words, some of them with a sign, a capital or a comma, and sometimes a link.
    pub fn message(&self) -> Message {
        let script = self.script();
        let mut text = String::with_capacity(200);
        for at in 0..15 + self.chance.below(11) {
            let word = self.word(script, self.writer.rank());
            let is_apart = script != UNSPACED || self.one_in(8);
            match self.chance.below(40) {
                0 => text.push('#'),
                1 => text.push('@'),
                _ => {}
            }
            if at == 0 || self.one_in(12) {
                text.extend(word.chars().next().into_iter().flat_map(char::to_uppercase));
                text.extend(word.chars().skip(1));
            } else {
                text.push_str(word);
            }
            match self.chance.below(10) {
                0 => text.push(','),
                1 => text.push('.'),
                _ => {}
            }
            if is_apart {
                text.push(' ');
            }
        }
        if self.one_in(6) {
            text.push_str(&format!("https://ex.example/{:x}", self.chance.below(1 << 40)));
        }
        let author = self.word(0, RARE + self.chance.below(5_000) as usize).to_owned();
        Message { text, language: LANGUAGES[script], author, reach: 10_i64.pow(self.chance.below(7) as u32) }
    }

    /// One to twelve words: names, beside what, and what is not meant.
    pub fn monitor(&self) -> Monitor {
        let script = self.script();
        let mut writing = Writing { chatter: self, script, words: Vec::new() };
        let terms = 1 + self.chance.below(12) as usize;
        let names = terms.div_ceil(2);
        let (beside, excluded) = ((terms - names).div_ceil(2), (terms - names) / 2);
        let mut text = match self.chance.below(50) {
            // Frequent words side by side, which no single word can stand for.
            0 => writing.phrase(COMMON, COMMON),
            _ => writing.any_of(names, Writing::name),
        };
        if beside > 0 {
            text = format!("({text}) ({})", writing.any_of(beside, Writing::matter));
        }
        for _ in 0..excluded {
            text.push_str(&format!(" -{}", writing.excluded()));
        }
        match self.chance.below(20) {
            0 | 1 => text = format!("({text}) lang:{}", LANGUAGES[script]),
            2 => text = format!("({text}) reach>1k"),
            _ => {}
        }
        let words = writing.words;
        match query::parse(&text) {
            Ok(query) => Monitor { query, words },
            Err(error) => unreachable!("{text}: {error}"),
        }
    }
}

/// A monitor's terms, and their words as they are noted.
struct Writing<'a> {
    chatter: &'a Chatter,
    script: usize,
    words: Vec<String>,
}

impl Writing<'_> {
    /// One of the first `to` words but not of the first `from`, the frequent ones more often.
    fn ranked(&mut self, from: usize, to: usize) -> String {
        let (low, high) = ((from + 1) as f64, to as f64);
        let rank = (low * (high / low).powf(self.chatter.writer.unit())) as usize - 1;
        let word = self.chatter.word(self.script, rank.min(VOCABULARY - 1)).to_owned();
        self.words.push(word.clone());
        word
    }

    fn phrase(&mut self, first: usize, second: usize) -> String {
        let from = |to: usize| if to == COMMON { 0 } else { COMMON };
        format!("\"{} {}\"", self.ranked(from(first), first), self.ranked(from(second), second))
    }

    /// What a brand, a product or a person is called.
    fn name(&mut self) -> String {
        match self.chatter.chance.below(12) {
            0 => format!("#{}", self.ranked(RARE, VOCABULARY)),
            1 => format!("@{}", self.ranked(RARE, VOCABULARY)),
            2 => format!("{}*", self.ranked(RARE, VOCABULARY)),
            3..=5 => self.phrase(VOCABULARY, 3_000),
            6 => format!("{} NEAR/5 {}", self.ranked(RARE, VOCABULARY), self.ranked(0, 3_000)),
            _ => self.ranked(RARE, VOCABULARY),
        }
    }

    /// What is said of it.
    fn matter(&mut self) -> String {
        match self.chatter.chance.below(10) {
            0 => self.phrase(COMMON, 3_000),
            1 => format!("{}*", self.ranked(COMMON, 3_000)),
            2 | 3 => self.ranked(0, COMMON),
            _ => self.ranked(COMMON, 3_000),
        }
    }

    fn excluded(&mut self) -> String {
        match self.chatter.chance.below(4) {
            0 => self.phrase(COMMON, 3_000),
            _ => self.ranked(COMMON, VOCABULARY),
        }
    }

    fn any_of(&mut self, count: usize, one: fn(&mut Self) -> String) -> String {
        (0..count).map(|_| one(self)).collect::<Vec<_>>().join(" OR ")
    }
}
