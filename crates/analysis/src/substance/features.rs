//! What is counted in a text, in one pass over its words.

use super::languages::{self, AFFECT, FIRST_PERSON, INSULT, KINDS, POINTING, PROMOTION, SARCASM, SECOND_PERSON};
use crate::phrases::{Found, Matcher, Phrases, hash};
use crate::tokens::{Kind, Token, floor_boundary, walk};
use std::ops::ControlFlow;

/// How much of a text is looked at.
pub(super) const MOST_BYTES: usize = 8_000;
/// How many different words (and marks) are kept apart; a power of two. Later ones count as known.
const MOST_SEEN: usize = 1_024;
/// A word of so many letters is long: "the commoner, the shorter" (Zipf 1935).
const LONG: usize = 8;
/// A sentence has as many words.
const SENTENCE: u32 = 3;
/// A shorter question says nothing: "Really?".
const QUESTION: u32 = 4;
/// What counts each time, not once for each word.
const EACH_TIME: u64 = FIRST_PERSON | SECOND_PERSON | POINTING | INSULT | AFFECT | SARCASM | PROMOTION;

/// The counts. Words of scripts without spaces are pairs of characters, of which two make a word.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Features {
    /// Twice the number of words.
    pub halves: u32,
    /// Twice the number of different words.
    pub different_halves: u32,
    /// Twice the number of different words that stand in no list.
    pub content_halves: u32,
    /// Different words of content with spaces around them, their letters, and how many of them are long.
    pub spaced: u32,
    pub letters: u32,
    pub long: u32,
    /// Of each list.
    pub counts: [u32; KINDS],
    pub names: u32,
    pub numbers: u32,
    pub joints: u32,
    pub sentences: u32,
    pub quotes: u32,
    pub questions: u32,
    pub curt_questions: u32,
    pub exclamations: u32,
    pub pictures: u32,
    /// Words that could be, and that are, in capitals.
    pub cased: u32,
    pub capitals: u32,
    /// "sooooo"
    pub stretched: u32,
    pub links: u32,
}

impl Features {
    pub(super) fn of(text: &str, language: &str) -> Self {
        let text = &text[..floor_boundary(text, MOST_BYTES)];
        let mut reader = Reader {
            text,
            lists: languages::lists(language),
            names_tell: language != "de",
            matcher: Matcher::default(),
            seen: Seen::default(),
            features: Self::default(),
            end: 0,
            in_sentence: 0,
            begins: true,
            after_name: false,
            link_ends: 0,
        };
        let _ = walk(text, 0, &mut |token: Token<'_>| {
            reader.token(&token);
            ControlFlow::Continue(())
        });
        reader.between(text.len());
        reader.sentence_ends();
        reader.features
    }

    pub(super) fn count(&self, list: u64) -> f64 {
        f64::from(self.counts[list.trailing_zeros() as usize])
    }
}

/// Keeps hashes apart, with linear probing; when it is nearly full, everything is known.
struct Seen {
    slots: [u32; MOST_SEEN],
    count: usize,
}

impl Default for Seen {
    fn default() -> Self {
        Self { slots: [0; MOST_SEEN], count: 0 }
    }
}

impl Seen {
    /// Whether it comes for the first time.
    #[inline]
    fn is_new(&mut self, hash: u64) -> bool {
        let key = (hash >> 32) as u32 | 1;
        let mut at = hash as usize % MOST_SEEN;
        while self.slots[at] != 0 {
            if self.slots[at] == key {
                return false;
            }
            at = (at + 1) % MOST_SEEN;
        }
        if self.count >= MOST_SEEN * 3 / 4 {
            return false;
        }
        self.slots[at] = key;
        self.count += 1;
        true
    }
}

struct Reader<'a> {
    text: &'a str,
    lists: &'static Phrases,
    /// Whether a capital inside a sentence tells a name: in German every noun has one.
    names_tell: bool,
    matcher: Matcher,
    seen: Seen,
    features: Features,
    /// Where the last token ended.
    end: usize,
    /// Words of the sentence at hand.
    in_sentence: u32,
    /// Whether a sentence begins here.
    begins: bool,
    after_name: bool,
    /// Where the link at hand ends.
    link_ends: usize,
}

impl Reader<'_> {
    fn token(&mut self, token: &Token<'_>) {
        if matches!(token.kind, Kind::Sign | Kind::Tail) {
            return;
        }
        if token.range.start > self.end {
            self.between(token.range.start);
        }
        self.end = token.range.end;
        if token.range.start < self.link_ends || self.is_link(token) {
            return;
        }
        let is_spaced = token.kind == Kind::Word;
        let halves = if is_spaced { 2 } else { 1 };
        let word = hash(token.folded);
        let found = self.matcher.step(self.lists, word);
        let is_new = self.seen.is_new(word);
        self.features.halves += halves;
        self.in_sentence += 1;
        self.note(found, word);
        if is_new {
            self.features.different_halves += halves;
            let is_number = token.folded.as_bytes().first().is_some_and(u8::is_ascii_digit);
            if is_number {
                self.features.numbers += 1;
            } else if found.marks == 0 && (!is_spaced || token.range.len() > 1) {
                self.features.content_halves += halves;
                self.letters(token);
            }
        }
        if is_spaced {
            self.shape(token, found, is_new);
        }
        self.begins = false;
    }

    /// "https://…" and "www.…" are one link, whatever stands in them.
    fn is_link(&mut self, token: &Token<'_>) -> bool {
        let rest = &self.text[token.range.end..];
        let is_link = matches!(token.folded, "http" | "https") && rest.starts_with("://")
            || token.folded == "www" && rest.starts_with('.');
        if is_link {
            self.features.links += 1;
            self.link_ends = token.range.end + rest.find(char::is_whitespace).unwrap_or(rest.len());
        }
        is_link
    }

    fn note(&mut self, found: Found, word: u64) {
        let mut marks = found.marks;
        // A turn of phrase counts once, however often it is repeated.
        if marks & !EACH_TIME != 0 && !self.seen.is_new(word.rotate_left(17) ^ marks) {
            marks &= EACH_TIME;
        }
        while marks != 0 {
            self.features.counts[marks.trailing_zeros() as usize] += 1;
            marks &= marks - 1;
        }
    }

    fn letters(&mut self, token: &Token<'_>) {
        if token.kind != Kind::Word {
            return;
        }
        let letters = if token.folded.is_ascii() { token.folded.len() } else { token.folded.chars().count() };
        self.features.spaced += 1;
        self.features.letters += letters as u32;
        self.features.long += u32::from(letters >= LONG);
    }

    /// How a word is written.
    fn shape(&mut self, token: &Token<'_>, found: Found, is_new: bool) {
        let written = &self.text[token.range.clone()];
        let bytes = written.as_bytes();
        let (has_capital, has_small) = if written.is_ascii() {
            (bytes[0].is_ascii_uppercase(), bytes.iter().any(u8::is_ascii_lowercase))
        } else {
            (written.starts_with(char::is_uppercase), written.chars().any(char::is_lowercase))
        };
        if found.marks == 0 && is_new {
            let is_stretched =
                |three: &[u8]| three[0] == three[1] && three[1] == three[2] && !three[0].is_ascii_digit();
            self.features.stretched += u32::from(bytes.len() > 3 && bytes.windows(3).any(is_stretched));
        }
        if bytes.len() > 1 && (has_capital || has_small) {
            self.features.cased += 1;
            self.features.capitals += u32::from(has_capital && !has_small);
        }
        let is_name = has_capital && bytes.len() > 1 && !self.begins && found.marks == 0 && self.names_tell;
        self.features.names += u32::from(is_name && is_new && !self.after_name);
        self.after_name = is_name;
    }

    /// What stands between the last token and the next.
    fn between(&mut self, to: usize) {
        let gap = &self.text[self.end.min(to)..to];
        if gap == " " {
            return;
        }
        self.after_name &= gap.bytes().all(|byte| byte == b' ');
        for (at, c) in gap.char_indices() {
            match c {
                ' ' => {}
                '\n' => self.begins = true,
                ',' | ';' | ':' | '–' | '—' | '、' | '，' | '；' | '،' => self.features.joints += 1,
                '!' | '！' => {
                    self.features.exclamations += 1;
                    self.begins = true;
                }
                '?' | '？' | '؟' => self.asks(),
                '.' | '…' | '。' | '।' => {
                    let goes_on = c == '.' && to < self.text.len() && at + 1 == gap.len();
                    if !goes_on {
                        self.sentence_ends();
                    }
                }
                '"' | '“' | '„' | '«' | '「' => {
                    self.features.quotes += 1;
                    self.begins = true;
                }
                '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}' => self.features.pictures += 1,
                _ => {}
            }
        }
    }

    fn asks(&mut self) {
        match self.in_sentence {
            0 => {}
            words if words < QUESTION => self.features.curt_questions += 1,
            _ => self.features.questions += 1,
        }
        self.sentence_ends();
    }

    /// An exclamation mark ends none: more of them are not to look like more sentences.
    fn sentence_ends(&mut self) {
        self.features.sentences += u32::from(self.in_sentence >= SENTENCE);
        self.in_sentence = 0;
        self.begins = true;
    }
}
