//! One pass over a text's words and what stands between them.

use super::languages::PHRASES;
use super::{Acts, sentence::Sentence};
use crate::phrases::{Matcher, Phrases, hash, is_word};
use crate::promises;
use crate::tokens::{Token, walk};
use std::ops::ControlFlow;
use tertulia_model::Extent;

/// A longer line goes on in the next one: mails are wrapped near 72.
const WRAPPED: usize = 50;
/// After so many sentences that might promise and do not, no other is looked at.
const MOST_LOOKED: usize = 16;

pub(super) struct Reader<'a> {
    text: &'a str,
    phrases: &'static Phrases,
    matcher: Matcher,
    sentence: Sentence,
    acts: Acts,
    /// Where the last token ended.
    end: usize,
    line: usize,
    /// Between quotation marks another speaks.
    is_quoted: bool,
    /// In how many sentences a promise was looked for.
    looked: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn read(text: &'a str) -> Acts {
        let mut reader = Reader {
            text,
            phrases: &PHRASES,
            matcher: Matcher::default(),
            sentence: Sentence::default(),
            acts: Acts::default(),
            end: 0,
            line: 0,
            is_quoted: false,
            looked: 0,
        };
        let _ = walk(text, 0, &mut |token: Token<'_>| {
            reader.token(&token);
            ControlFlow::Continue(())
        });
        reader.between(text.len());
        reader.sentence_ends(text.len(), false);
        reader.acts
    }

    #[inline]
    fn token(&mut self, token: &Token<'_>) {
        if !is_word(token) {
            return;
        }
        if token.range.start > self.end {
            self.between(token.range.start);
        }
        self.end = token.range.end;
        let found = self.matcher.step(self.phrases, hash(token.folded));
        if !self.is_quoted {
            self.sentence.word(found, promises::is_future(&self.text[token.range.clone()]));
        }
    }

    /// What stands between the last token and the next.
    fn between(&mut self, to: usize) {
        let (text, from) = (self.text, self.end.min(to));
        let gap = &text[from..to];
        if gap == " " {
            return;
        }
        for (at, c) in gap.char_indices() {
            let at = from + at;
            let after = at + c.len_utf8();
            match c {
                ' ' => {}
                ',' | ':' | '(' | '–' | '—' | '、' | '，' | '،' => self.sentence.clause_begins(),
                '\n' => self.line_ends(at),
                // "3.14" and "example.org" go on.
                '.' if self.is_space_after(after) => self.sentence_ends(at, false),
                '…' | '。' | '।' | '!' | '！' => self.sentence_ends(at, false),
                // A question mark in a link asks nothing.
                '?' if !text.as_bytes().get(after).is_some_and(u8::is_ascii_alphanumeric) => {
                    self.sentence_ends(at, true)
                }
                '？' | '؟' | '⸮' | '՞' | '፧' | '\u{37e}' => self.sentence_ends(at, true),
                // The Greek question mark is mostly typed as a semicolon.
                ';' => match self.is_greek_before(at) && self.is_space_after(after) {
                    true => self.sentence_ends(at, true),
                    false => self.sentence.clause_begins(),
                },
                '"' => self.is_quoted = !self.is_quoted,
                '„' | '«' | '「' | '『' => self.is_quoted = true,
                '“' => self.is_quoted = !self.is_quoted,
                '”' | '»' | '」' | '』' => self.is_quoted = false,
                _ => {}
            }
        }
    }

    fn is_space_after(&self, after: usize) -> bool {
        self.text[after..].chars().next().is_none_or(|c| !c.is_alphanumeric())
    }

    fn is_greek_before(&self, at: usize) -> bool {
        self.text[..at]
            .chars()
            .next_back()
            .is_some_and(|c| matches!(c, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}'))
    }

    /// A line ends a sentence unless it was wrapped; an empty one ends a quotation, too.
    fn line_ends(&mut self, at: usize) {
        let is_paragraph = self.text[at + 1..].starts_with(['\n', '\r']);
        if is_paragraph || at.saturating_sub(self.line) < WRAPPED {
            self.sentence_ends(at, false);
        }
        self.is_quoted &= !is_paragraph;
        self.line = at + 1;
    }

    /// What a question mark inside a quotation asks is asked by another.
    fn sentence_ends(&mut self, at: usize, has_mark: bool) {
        if self.is_quoted {
            return;
        }
        let sentence = std::mem::take(&mut self.sentence);
        let part = Extent { start: sentence.start, end: at };
        let (text, looked) = (self.text, &mut self.looked);
        sentence.tell(&mut self.acts, has_mark, |grammars| {
            *looked += 1;
            *looked <= MOST_LOOKED && promises::is_promised(text, part, grammars)
        });
        self.sentence.start = self.text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
        self.matcher.reset();
    }
}
