//! The patterns of words that the tables are written in, and where they may begin.

use super::words::Word;
use crate::phrases::hash;
use crate::tokens::{KeyedHash, fold};
use std::collections::HashMap;

/// How many words `*` may stand for.
const MOST_BETWEEN: usize = 3;

/// One word of a pattern.
#[derive(Debug, Clone)]
enum Alternative {
    /// As it is written, or with none of its accents; `=né` only as it is written.
    Whole(String, String),
    /// `consult~`
    Begins(String),
    /// `~aré`
    Ends(String),
}

impl Alternative {
    fn of(word: &str) -> Self {
        match (word.strip_prefix('~'), word.strip_suffix('~')) {
            (Some(end), _) => Self::Ends(end.to_owned()),
            (_, Some(beginning)) => Self::Begins(beginning.to_owned()),
            _ => match word.strip_prefix('=') {
                Some(word) => Self::Whole(word.to_owned(), word.to_owned()),
                None => Self::Whole(word.to_owned(), fold(word)),
            },
        }
    }

    /// The words that it may be, if it is a whole one.
    fn wholes(&self) -> Option<[&str; 2]> {
        match self {
            Self::Whole(exact, bare) => Some([exact, bare]),
            Self::Begins(_) | Self::Ends(_) => None,
        }
    }

    /// The word, if it is a whole one.
    fn start(&self) -> Option<&str> {
        match self {
            Self::Whole(exact, _) => Some(exact),
            Self::Begins(_) | Self::Ends(_) => None,
        }
    }

    fn fits(&self, word: &str) -> bool {
        match self {
            // A word with accents is not the one without: "llamó" is no "llamo".
            Self::Whole(exact, bare) => word == exact || word == bare,
            Self::Begins(beginning) => word.starts_with(beginning.as_str()),
            Self::Ends(end) => word.strip_suffix(end.as_str()).is_some_and(|stem| stem.chars().nth(1).is_some()),
        }
    }
}

#[derive(Debug)]
enum Atom {
    Any(Vec<Alternative>),
    /// `*`: up to three words.
    Between,
    /// `$`: nothing more, or punctuation.
    Edge,
}

/// Words that follow each other: `i'll|we'll be * back $`.
#[derive(Debug)]
pub(super) struct Pattern(Vec<Atom>);

impl Pattern {
    /// Reads patterns with commas between. `@i` and `@we` stand for verbs.
    pub fn list(text: &str, verbs: (&str, &str)) -> Vec<Self> {
        let atom = |word: &str| match word {
            "*" => Atom::Between,
            "$" => Atom::Edge,
            words => {
                let expanded = words.split('|').flat_map(|word| match word {
                    "@i" => verbs.0.split_whitespace().collect(),
                    "@we" => verbs.1.split_whitespace().collect(),
                    word => vec![word],
                });
                Atom::Any(expanded.map(Alternative::of).collect())
            }
        };
        let patterns = text.split(',').map(str::trim).filter(|pattern| !pattern.is_empty());
        patterns.map(|pattern| Self(pattern.split_whitespace().map(atom).collect())).collect()
    }

    /// How it may begin, in one or two words: who looks for these first need not look at other sentences. Where any words may
    /// follow the first, what comes after them tells more; where endings do, the first has to do. Nothing where it begins
    /// with an ending.
    pub fn beginnings(&self) -> Vec<String> {
        // None where one of them is no whole word.
        let wholes = |words: &[Alternative]| -> Option<Vec<String>> {
            words.iter().map(|word| word.start().map(str::to_owned)).collect()
        };
        let (first, second) = match &self.0[..] {
            [Atom::Any(first), Atom::Any(second), ..] => {
                let with = |one: String, second: &[String]| second.iter().map(|two| format!("{one} {two}")).collect();
                let pairs = |(first, second): (Vec<String>, Vec<String>)| {
                    first.into_iter().flat_map(|one| -> Vec<String> { with(one, &second) }).collect()
                };
                (first, wholes(first).zip(wholes(second)).map(pairs))
            }
            [Atom::Any(first), Atom::Between, Atom::Any(words), ..] => (first, wholes(words)),
            [Atom::Any(first), ..] => (first, None),
            _ => return Vec::new(),
        };
        second.unwrap_or_else(|| first.iter().filter_map(Alternative::start).map(str::to_owned).collect())
    }

    /// Where it ends, if it begins at a word.
    pub fn ends(&self, words: &[Word<'_>], at: usize) -> Option<usize> {
        ends(&self.0, words, at)
    }
}

fn ends(atoms: &[Atom], words: &[Word<'_>], at: usize) -> Option<usize> {
    let Some((atom, rest)) = atoms.split_first() else { return Some(at) };
    match atom {
        Atom::Edge => words.get(at).is_none_or(Word::is_mark).then_some(at),
        Atom::Any(alternatives) => match words.get(at)? {
            Word::Letters { text, .. } if alternatives.iter().any(|one| one.fits(text)) => ends(rest, words, at + 1),
            _ => None,
        },
        Atom::Between => (at..=(at + MOST_BETWEEN).min(words.len()))
            .take_while(|next| words[at..*next].iter().all(|word| !word.is_mark()))
            .find_map(|next| ends(rest, words, next)),
    }
}

/// The first of some patterns that begins at a word; where it ends.
pub(super) fn any(patterns: &[Pattern], words: &[Word<'_>], at: usize) -> Option<usize> {
    patterns.iter().find_map(|pattern| pattern.ends(words, at))
}

/// Patterns that mean the same. Each begins with a word, and no word is looked at where none may begin.
#[derive(Debug)]
pub(super) struct List {
    patterns: Vec<Pattern>,
    bit: u16,
}

impl List {
    /// Of these patterns, with a bit of its own.
    pub fn of(patterns: Vec<Pattern>, bit: u16, begins: &mut Begins) -> Self {
        begins.add(&patterns, bit);
        Self { patterns, bit }
    }

    /// The first pattern that begins at a word; where it ends.
    #[inline]
    pub fn any(&self, words: &[Word<'_>], at: usize) -> Option<usize> {
        let may = words.get(at)?.begins() & self.bit != 0;
        may.then(|| any(&self.patterns, words, at)).flatten()
    }

    /// Whether one of them stands somewhere.
    pub fn stands(&self, words: &[Word<'_>]) -> bool {
        (0..words.len()).any(|at| self.any(words, at).is_some())
    }

    /// How they may begin, in one or two words.
    pub fn beginnings(&self) -> impl Iterator<Item = String> + '_ {
        self.patterns.iter().flat_map(Pattern::beginnings)
    }
}

/// With which words the patterns of a grammar's lists begin.
#[derive(Debug, Default)]
pub(super) struct Begins {
    /// By the hash of the word.
    wholes: HashMap<u64, u16, KeyedHash>,
    parts: Vec<(Alternative, u16)>,
}

impl Begins {
    pub fn add(&mut self, patterns: &[Pattern], bit: u16) {
        let firsts = patterns.iter().filter_map(|pattern| match pattern.0.first() {
            Some(Atom::Any(words)) => Some(words),
            _ => None,
        });
        for word in firsts.flatten() {
            match word.wholes() {
                Some(wholes) => wholes.iter().for_each(|word| *self.wholes.entry(hash(word)).or_default() |= bit),
                None => self.parts.push((word.clone(), bit)),
            }
        }
    }

    /// The bits of the lists of which a pattern may begin with a word.
    #[inline]
    pub fn at(&self, word: &str, hash: u64) -> u16 {
        let wholes = self.wholes.get(&hash).copied().unwrap_or_default();
        let parts = self.parts.iter().filter(|(part, _)| part.fits(word));
        parts.fold(wholes, |bits, (_, bit)| bits | bit)
    }
}
