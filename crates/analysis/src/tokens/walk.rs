//! The walk over a text that everything else rests on. ASCII words cost a table look-up a byte and no allocation.

use super::MOST_TOKEN_BYTES;
use super::class::{Class, Table, table};
use std::ops::{ControlFlow, Range};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    /// `#tag` or `@name`; its words follow, at the same position.
    Sign,
    /// Two neighbouring characters of a script without spaces.
    Pair,
    /// Such a character that stands alone.
    Lone,
    /// The last of several: indexed too, so that each character begins a token and can be found as a prefix.
    Tail,
}

#[derive(Debug)]
pub(crate) struct Token<'a> {
    pub folded: &'a str,
    pub kind: Kind,
    /// Bytes in the text.
    pub range: Range<usize>,
    /// Where the first character of a pair ends; elsewhere the end of `range`.
    pub first_end: usize,
    /// The count of words (or unspaced characters) before it.
    pub position: u32,
}

/// One unspaced character with its marks; two of them fit into a token.
const MOST_UNIT_BYTES: usize = MOST_TOKEN_BYTES / 2 - 2;

const ASCII_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    table
};

/// Visits the tokens of `text` in order until `visit` breaks; the first has `position`. Gives the next position.
pub(crate) fn walk<F>(text: &str, position: u32, visit: &mut F) -> ControlFlow<(), u32>
where
    F: FnMut(Token<'_>) -> ControlFlow<()>,
{
    let mut walker = Walker {
        text,
        table: table(),
        at: 0,
        position,
        word_end: None,
        buffer: String::with_capacity(2 * MOST_TOKEN_BYTES),
        visit,
    };
    walker.run()?;
    ControlFlow::Continue(walker.position)
}

struct Walker<'a, F> {
    text: &'a str,
    table: &'static Table,
    at: usize,
    position: u32,
    /// Where the last spaced word ended: a sign directly behind one (`name@host`, `page#part`) is none.
    word_end: Option<usize>,
    buffer: String,
    visit: &'a mut F,
}

impl<F: FnMut(Token<'_>) -> ControlFlow<()>> Walker<'_, F> {
    fn run(&mut self) -> ControlFlow<()> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            if ASCII_WORD[usize::from(byte)] {
                self.word()?;
            } else if byte < 0x80 {
                if byte == b'#' || byte == b'@' {
                    self.sign(char::from(byte), 1)?;
                }
                self.at += 1;
            } else {
                self.beyond_ascii()?;
            }
        }
        ControlFlow::Continue(())
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.text[at..].chars().next()
    }

    fn beyond_ascii(&mut self) -> ControlFlow<()> {
        let Some(c) = self.char_at(self.at) else { return ControlFlow::Continue(()) };
        match self.table.class(c) {
            Class::Word => self.word(),
            class if class.is_paired() => self.pairs(class),
            // A mark or a format character with nothing before it is no word (UAX #29).
            _ => {
                match c {
                    '＃' => self.sign('#', c.len_utf8())?,
                    '＠' => self.sign('@', c.len_utf8())?,
                    _ => {}
                }
                self.at += c.len_utf8();
                ControlFlow::Continue(())
            }
        }
    }

    fn word(&mut self) -> ControlFlow<()> {
        let (text, start) = (self.text, self.at);
        let bytes = text.as_bytes();
        let mut end = start;
        let mut has_upper = false;
        while let Some(&byte) = bytes.get(end)
            && ASCII_WORD[usize::from(byte)]
        {
            has_upper |= byte.is_ascii_uppercase();
            end += 1;
        }
        let ascii_end = end;
        if bytes.get(end).is_some_and(|byte| *byte >= 0x80) {
            end = self.word_end_from(end);
        }
        self.at = end;
        self.word_end = Some(end);
        if end == ascii_end {
            let cut = &text[start..end.min(start + MOST_TOKEN_BYTES)];
            if has_upper {
                self.buffer.clear();
                self.buffer.push_str(cut);
                self.buffer.make_ascii_lowercase();
            } else {
                return self.emit_word(cut, start..end);
            }
        } else {
            self.buffer.clear();
            self.table.fold_word(&text[start..end], MOST_TOKEN_BYTES, &mut self.buffer);
        }
        let buffer = std::mem::take(&mut self.buffer);
        let flow = if buffer.is_empty() { ControlFlow::Continue(()) } else { self.emit_word(&buffer, start..end) };
        self.buffer = buffer;
        flow
    }

    fn word_end_from(&self, mut at: usize) -> usize {
        for c in self.text[at..].chars() {
            if !matches!(self.table.class(c), Class::Word | Class::Mark | Class::Ignored) {
                break;
            }
            at += c.len_utf8();
        }
        at
    }

    #[inline]
    fn emit_word(&mut self, folded: &str, range: Range<usize>) -> ControlFlow<()> {
        let token = Token { folded, kind: Kind::Word, first_end: range.end, range, position: self.position };
        self.position += 1;
        (self.visit)(token)
    }

    /// Emits the token of a tag or name whose sign stands at `at`; its words are walked afterwards as any others.
    fn sign(&mut self, sign: char, sign_bytes: usize) -> ControlFlow<()> {
        let start = self.at;
        let before = start.checked_sub(1).and_then(|i| self.text.as_bytes().get(i)).copied();
        // "&#39;" is an entity and "/#part" a place in a page.
        let is_other = sign == '#' && matches!(before, Some(b'&' | b'/'));
        if self.word_end == Some(start) || is_other {
            return ControlFlow::Continue(());
        }
        let content = &self.text[start + sign_bytes..];
        let length = content.find(|c| c != '_' && !self.table.class(c).is_word_part()).unwrap_or(content.len());
        let content = &content[..length];
        let mut folded = std::mem::take(&mut self.buffer);
        folded.clear();
        folded.push(sign);
        for (number, part) in content.split('_').enumerate() {
            if number > 0 {
                folded.push('_');
            }
            if folded.len() >= MOST_TOKEN_BYTES {
                break;
            }
            let room = MOST_TOKEN_BYTES - folded.len();
            self.table.fold_word(part, room, &mut folded);
        }
        folded.truncate(MOST_TOKEN_BYTES);
        let range = start..start + sign_bytes + length;
        let token = Token { folded: &folded, kind: Kind::Sign, first_end: range.end, range, position: self.position };
        let flow = if folded.contains(char::is_alphanumeric) { (self.visit)(token) } else { ControlFlow::Continue(()) };
        self.buffer = folded;
        flow
    }

    /// A run of a script without spaces: each character with the next, and the last by itself.
    fn pairs(&mut self, class: Class) -> ControlFlow<()> {
        let mut before: Option<Range<usize>> = None;
        // The folded character before, and behind it the one at hand.
        let mut pair = std::mem::take(&mut self.buffer);
        pair.clear();
        let mut is_first = true;
        while let Some(range) = self.unit(class) {
            let split = pair.len();
            self.table.fold_word(&self.text[range.clone()], MOST_UNIT_BYTES, &mut pair);
            if pair.len() == split {
                continue;
            }
            if let Some(before) = before.replace(range.clone()) {
                let whole = before.start..range.end;
                self.emit_unit(&pair, Kind::Pair, whole, before.end)?;
                pair.drain(..split);
                is_first = false;
            }
        }
        let flow = match before {
            Some(range) => {
                let end = range.end;
                self.emit_unit(&pair, if is_first { Kind::Lone } else { Kind::Tail }, range, end)
            }
            None => ControlFlow::Continue(()),
        };
        self.buffer = pair;
        flow
    }

    fn emit_unit(&mut self, folded: &str, kind: Kind, range: Range<usize>, first_end: usize) -> ControlFlow<()> {
        let token = Token { folded, kind, range, first_end, position: self.position };
        self.position += 1;
        (self.visit)(token)
    }

    /// Moves past one character of `class` with the marks on it.
    fn unit(&mut self, class: Class) -> Option<Range<usize>> {
        let start = self.at;
        let first = self.char_at(start).filter(|c| self.table.class(*c) == class)?;
        let mut end = start + first.len_utf8();
        for c in self.text[end..].chars() {
            if !matches!(self.table.class(c), Class::Mark | Class::Ignored) {
                break;
            }
            end += c.len_utf8();
        }
        self.at = end;
        Some(start..end)
    }
}
