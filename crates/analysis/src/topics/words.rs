//! What of a message says what it is about: its words, folded, as numbers.

use crate::language;
use crate::tokens::{KeyedHash, Kind, Token, floor_boundary, walk};
use std::collections::HashMap;
use std::ops::{ControlFlow, Range};

/// Words of one message: what comes after them hardly changes what it is about, and costs as much.
pub(super) const MOST_WORDS: usize = 64;
/// Bytes of one message that are looked at for them.
const MOST_BYTES: usize = 4_096;
/// Different words of all messages; the rarest beyond are left out.
const MOST_KNOWN: usize = 50_000;

/// Visits the words that may say what a text is about, folded, with where they stand and whether they are pairs of
/// characters. Not among them: the commonest words of the languages that are known, single letters, small numbers, links
/// and who is addressed (`@name`).
pub(super) fn for_each_word(text: &str, mut visit: impl FnMut(&str, Range<usize>, bool)) {
    let text = &text[..floor_boundary(text, MOST_BYTES)];
    let (mut seen, mut skip_until) = (0, 0);
    let _ = walk(text, 0, &mut |token: Token<'_>| {
        let is_addressed = token.kind == Kind::Sign && token.folded.starts_with('@');
        if token.range.start < skip_until {
            return ControlFlow::Continue(());
        }
        if is_addressed {
            skip_until = token.range.end;
        } else if let Some(end) = link_end(text, &token) {
            skip_until = end;
        } else if says_something(&token) {
            visit(token.folded, token.range, token.kind == Kind::Pair);
            seen += 1;
        }
        if seen < MOST_WORDS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
}

fn says_something(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Pair => true,
        Kind::Word => {
            let is_number = token.folded.bytes().all(|byte| byte.is_ascii_digit());
            let least = if is_number { 3 } else { 2 };
            token.folded.chars().nth(least - 1).is_some() && !language::is_common(token.folded)
        }
        Kind::Sign | Kind::Lone | Kind::Tail => false,
    }
}

/// Where the link ends that begins with this token.
fn link_end(text: &str, token: &Token<'_>) -> Option<usize> {
    let rest = &text[token.range.end..];
    let is_link = rest.starts_with("://") || (token.folded == "www" && rest.starts_with('.'));
    is_link.then(|| token.range.end + rest.find(char::is_whitespace).unwrap_or(rest.len()))
}

/// The words that are known, each by its number, in the order in which they were first seen.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    numbers: HashMap<String, u32, KeyedHash>,
    words: Vec<String>,
}

impl Vocabulary {
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    pub(super) fn word(&self, number: usize) -> &str {
        self.words.get(number).map_or("", String::as_str)
    }

    pub(super) fn number(&self, word: &str) -> Option<u32> {
        self.numbers.get(word).copied()
    }

    fn learn(&mut self, word: &str) -> u32 {
        if let Some(number) = self.number(word) {
            return number;
        }
        let number = self.words.len() as u32;
        self.words.push(word.to_owned());
        self.numbers.insert(word.to_owned(), number);
        number
    }

    /// The known words of a text, in the order of their numbers.
    pub(super) fn read(&self, text: &str, words: &mut Vec<u32>) {
        words.clear();
        for_each_word(text, |word, _, _| words.extend(self.number(word)));
        words.sort_unstable();
    }
}

/// Texts as numbers of words: those of one in the order of their numbers.
#[derive(Debug)]
pub(super) struct Corpus {
    pub(super) vocabulary: Vocabulary,
    words: Vec<u32>,
    /// Where the words of each text end.
    ends: Vec<usize>,
}

impl Corpus {
    /// Keeps the words that two texts hold at least, and of those in `known` the ones that one does.
    pub(super) fn read<'a>(texts: impl Iterator<Item = &'a str>, known: impl Fn(&str) -> bool) -> Self {
        let mut all = Vocabulary::default();
        let (mut words, mut ends) = (Vec::new(), Vec::new());
        let (mut holding, mut last): (Vec<u32>, Vec<usize>) = (Vec::new(), Vec::new());
        for (text_number, text) in texts.enumerate() {
            for_each_word(text, |word, _, _| {
                let number = all.learn(word);
                let at = number as usize;
                if at == holding.len() {
                    holding.push(0);
                    last.push(usize::MAX);
                }
                if last[at] != text_number {
                    last[at] = text_number;
                    holding[at] += 1;
                }
                words.push(number);
            });
            ends.push(words.len());
        }
        let mut kept: Vec<usize> =
            (0..all.len()).filter(|number| holding[*number] >= 2 || known(all.word(*number))).collect();
        if kept.len() > MOST_KNOWN {
            kept.sort_by_key(|number| std::cmp::Reverse(holding[*number]));
            kept.truncate(MOST_KNOWN);
            kept.sort_unstable();
        }
        let mut vocabulary = Vocabulary::default();
        let mut renumbered = vec![None; all.len()];
        for number in kept {
            renumbered[number] = Some(vocabulary.learn(all.word(number)));
        }
        Self::renumber(vocabulary, &words, &ends, &renumbered)
    }

    fn renumber(vocabulary: Vocabulary, words: &[u32], ends: &[usize], renumbered: &[Option<u32>]) -> Self {
        let mut corpus =
            Self { vocabulary, words: Vec::with_capacity(words.len()), ends: Vec::with_capacity(ends.len()) };
        let mut start = 0;
        for end in ends {
            let begin = corpus.words.len();
            corpus.words.extend(words[start..*end].iter().filter_map(|number| renumbered[*number as usize]));
            corpus.words[begin..].sort_unstable();
            corpus.ends.push(corpus.words.len());
            start = *end;
        }
        corpus
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many words all texts hold.
    pub(super) fn size(&self) -> usize {
        self.words.len()
    }

    pub(super) fn text(&self, number: usize) -> &[u32] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.words[start..self.ends[number]]
    }

    /// How often each word stands in all texts.
    pub(super) fn counts(&self) -> Vec<f64> {
        let mut counts = vec![0.0; self.vocabulary.len()];
        for word in &self.words {
            counts[*word as usize] += 1.0;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        for_each_word(text, |word, _, _| words.push(word.to_owned()));
        words
    }

    #[test]
    fn links_names_small_numbers_and_common_words_say_nothing() {
        let text =
            "The parcel for @Anna_B is at https://example.org/late?parcel=7 since 12 days, see www.example.org #Late";
        assert_eq!(words(text), ["parcel", "since", "days", "late"]);
        assert_eq!(words("東京都へ"), ["東京", "京都", "都へ"]);
    }

    #[test]
    fn no_message_is_read_without_end() {
        assert_eq!(words(&"word ".repeat(100_000)).len(), MOST_WORDS);
        assert!(words(&"a ".repeat(100_000)).is_empty());
    }

    #[test]
    fn words_of_one_text_alone_are_left_out_unless_they_are_known() {
        let corpus = Corpus::read(["oat milk oat", "milk tea", "rye"].into_iter(), |word| word == "tea");
        let kept: Vec<&str> = (0..corpus.vocabulary.len()).map(|number| corpus.vocabulary.word(number)).collect();
        assert_eq!(kept, ["milk", "tea"]);
        assert_eq!((corpus.text(0), corpus.text(1), corpus.text(2)), (&[0][..], &[0, 1][..], &[][..]));
        assert_eq!((corpus.len(), corpus.size(), corpus.counts()), (3, 3, vec![2.0, 1.0]));
    }
}
