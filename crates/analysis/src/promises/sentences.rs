//! Where sentences begin and end, and what in them is another's words.

use tertulia_model::Extent;

/// More sentences than these are not looked at.
const MOST: usize = 200;
/// A longer line goes on in the next one: mails are wrapped near 72.
const WRAPPED: usize = 50;

/// A sentence, in bytes of the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub start: usize,
    pub end: usize,
    pub asks: bool,
    /// What stands between quotation marks.
    pub quoted: Vec<Extent>,
}

const QUOTATION: [char; 7] = ['"', '“', '”', '„', '«', '»', '‟'];

/// The sentences of a part of a text.
pub(crate) fn split(text: &str, part: Extent) -> Vec<Sentence> {
    let quoted = between_quotation_marks(text, part);
    let mut sentences = Vec::new();
    let mut start = part.start;
    for (at, c) in text[part.start..part.end].char_indices().map(|(at, c)| (at + part.start, c)) {
        let after = at + c.len_utf8();
        let ends = match c {
            '?' | '!' | '…' | '。' | '？' | '！' => true,
            '.' => dot_ends(&text[part.start..part.end], at - part.start),
            '\n' => line_ends(&text[start..at], &text[after..part.end]),
            _ => false,
        };
        if ends && !quoted.iter().any(|quote| quote.start < at && at < quote.end) {
            push(&mut sentences, text, (start, after), &quoted);
            start = after;
        }
        if sentences.len() == MOST {
            return sentences;
        }
    }
    push(&mut sentences, text, (start, part.end), &quoted);
    sentences
}

fn push(sentences: &mut Vec<Sentence>, text: &str, (start, end): (usize, usize), quoted: &[Extent]) {
    let words = &text[start..end];
    let trimmed = words.trim();
    if !trimmed.contains(char::is_alphabetic) {
        return;
    }
    let start = start + (words.len() - words.trim_start().len());
    let end = start + trimmed.len();
    let asks = trimmed.ends_with(['?', '？']) || trimmed.contains('¿');
    let quoted = quoted.iter().copied().filter(|quote| quote.start < end && quote.end > start).collect();
    sentences.push(Sentence { start, end, asks, quoted });
}

/// A dot ends a sentence before a space; not after a single letter ("z. B.") nor, where a month or small letters follow,
/// after a number ("3. Mai").
fn dot_ends(text: &str, at: usize) -> bool {
    let after = &text[at + 1..];
    if !after.is_empty() && !after.starts_with(char::is_whitespace) {
        return false;
    }
    let before = &text[..at];
    let word_starts =
        before.char_indices().rev().find(|(_, c)| !c.is_alphanumeric()).map_or(0, |(i, c)| i + c.len_utf8());
    let word = &before[word_starts..];
    let mut following = after.trim_start().chars();
    match following.next() {
        None => true,
        Some(_) if word.chars().count() == 1 && word.starts_with(char::is_alphabetic) => false,
        Some(next) if word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty() => {
            !next.is_lowercase() && !super::languages::is_month(after.split_whitespace().next().unwrap_or_default())
        }
        Some(_) => true,
    }
}

/// A line ends a sentence unless it was wrapped.
fn line_ends(before: &str, after: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let next = after.trim_start_matches([' ', '\t']);
    line.trim().len() < WRAPPED || next.starts_with(['\n', '\r', '-', '*', '•', '>'])
}

/// Pairs of quotation marks, each pair within a paragraph.
fn between_quotation_marks(text: &str, part: Extent) -> Vec<Extent> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let mut newlines = 0;
    for (at, c) in text[part.start..part.end].char_indices().map(|(at, c)| (at + part.start, c)) {
        newlines = if c == '\n' {
            newlines + 1
        } else if c.is_whitespace() {
            newlines
        } else {
            0
        };
        if newlines > 1 {
            open = None;
        }
        if QUOTATION.contains(&c) {
            open = match open {
                Some(start) => {
                    found.push(Extent { start, end: at + c.len_utf8() });
                    None
                }
                None => Some(at),
            };
        }
    }
    found
}
