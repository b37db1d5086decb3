//! A sentence as words, and the patterns of words that the tables are written in.

use super::sentences::Sentence;
use crate::tokens::fold;
use unicode_normalization::UnicodeNormalization;

/// More words of one sentence are not looked at.
const MOST_WORDS: usize = 80;
/// How many words `*` may stand for.
const MOST_BETWEEN: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// In small letters.
    Letters(String),
    /// "3", "3/5", "3.5.", "2026-05-03".
    Number(String),
    /// Punctuation, another's words, or what was looked at and says nothing.
    Mark(char),
}

impl Word {
    pub fn is_mark(&self) -> bool {
        matches!(self, Self::Mark(_))
    }
}

/// The words of a sentence. In some languages an apostrophe ends one: "j'", "envoie".
pub(super) fn of(sentence: &Sentence, text: &str, elides: bool) -> Vec<Word> {
    let mut words = Vec::new();
    let mut chars = text[sentence.start..sentence.end].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if words.len() == MOST_WORDS {
            break;
        }
        let at = at + sentence.start;
        if sentence.quoted.iter().any(|quote| quote.start <= at && at < quote.end) {
            if words.last() != Some(&Word::Mark('"')) {
                words.push(Word::Mark('"'));
            }
            continue;
        }
        if c.is_ascii_digit() {
            let mut number = String::from(c);
            while let Some((_, next)) = chars.next_if(|(_, c)| c.is_ascii_digit() || matches!(c, '.' | '/' | '-')) {
                number.push(next);
            }
            words.push(Word::Number(number));
        } else if c.is_alphabetic() {
            let mut word = String::from(c);
            while let Some((_, next)) = chars.next_if(|(_, c)| c.is_alphabetic() || is_part(*c)) {
                word.push(if next == '’' { '\'' } else { next });
                if elides && matches!(next, '\'' | '’') {
                    break;
                }
            }
            words.push(Word::Letters(word.to_lowercase().nfc().collect()));
        } else if !c.is_whitespace() && !is_hyphen(c, words.last(), chars.peek().map(|(_, c)| *c)) {
            words.push(Word::Mark(c));
        }
    }
    words
}

/// What stands within words beside letters: apostrophes, accents of their own.
fn is_part(c: char) -> bool {
    matches!(c, '\'' | '’') || unicode_normalization::char::is_combining_mark(c)
}

/// "sexta-feira" is two words.
fn is_hyphen(c: char, before: Option<&Word>, after: Option<char>) -> bool {
    matches!(c, '-' | '‐' | '‑') && matches!(before, Some(Word::Letters(_))) && after.is_some_and(char::is_alphabetic)
}

/// One word of a pattern.
#[derive(Debug)]
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
    pub fn ends(&self, words: &[Word], at: usize) -> Option<usize> {
        ends(&self.0, words, at)
    }
}

fn ends(atoms: &[Atom], words: &[Word], at: usize) -> Option<usize> {
    let Some((atom, rest)) = atoms.split_first() else { return Some(at) };
    match atom {
        Atom::Edge => words.get(at).is_none_or(Word::is_mark).then_some(at),
        Atom::Any(alternatives) => match words.get(at)? {
            Word::Letters(word) if alternatives.iter().any(|one| one.fits(word)) => ends(rest, words, at + 1),
            _ => None,
        },
        Atom::Between => (at..=(at + MOST_BETWEEN).min(words.len()))
            .take_while(|next| words[at..*next].iter().all(|word| !word.is_mark()))
            .find_map(|next| ends(rest, words, next)),
    }
}

/// The first of some patterns that begins at a word; where it ends.
pub(super) fn any(patterns: &[Pattern], words: &[Word], at: usize) -> Option<usize> {
    patterns.iter().find_map(|pattern| pattern.ends(words, at))
}

/// Whether one of them stands somewhere.
pub(super) fn stands(patterns: &[Pattern], words: &[Word]) -> bool {
    (0..words.len()).any(|at| any(patterns, words, at).is_some())
}
