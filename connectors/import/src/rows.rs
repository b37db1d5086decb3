//! The rows and fields of a table (RFC 4180, and what people make of it).
//!
//! One small automaton finds where a row ends and where its fields do, so that both always agree: a quote opens a
//! field only at its very start, a doubled quote inside is one quote, and what follows a closing quote belongs to the
//! field. A row ends at a line end outside quotes; empty lines are no rows. How a file's first row ends says how all
//! end: where it is LF or CRLF, a CR alone is part of a field, as some programs write it without quotes.

use crate::format::Delimiter;
use std::borrow::Cow;

const QUOTE: u8 = b'"';

/// What ends a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnd {
    /// Not known yet.
    Either,
    /// LF, and a CR before it belongs to it.
    Lf,
    Cr,
}

impl LineEnd {
    /// By the two bytes at the end of a file's first row.
    pub(crate) fn of(end: &[u8]) -> Self {
        if matches!(end, [b'\r', next, ..] if *next != b'\n') || end == b"\r" { Self::Cr } else { Self::Lf }
    }

    /// The first line end in `bytes`.
    pub(crate) fn find(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Either => memchr::memchr2(b'\n', b'\r', bytes),
            Self::Lf => memchr::memchr(b'\n', bytes),
            Self::Cr => memchr::memchr(b'\r', bytes),
        }
    }

    /// The first line end or delimiter.
    fn find_or(self, delimiter: u8, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Either => memchr::memchr3(delimiter, b'\n', b'\r', bytes),
            Self::Lf => memchr::memchr2(delimiter, b'\n', bytes),
            Self::Cr => memchr::memchr2(delimiter, b'\r', bytes),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// After a quote inside quotes: the first of two, or the closing one.
    AfterQuote,
}

/// Looks for the end of one row, chunk by chunk.
pub(crate) struct RowScan {
    delimiter: u8,
    ends: LineEnd,
    state: State,
    last: u8,
    /// Fields seen so far.
    pub(crate) fields: usize,
}

impl RowScan {
    pub(crate) fn new(delimiter: Delimiter, ends: LineEnd) -> Self {
        Self { delimiter: delimiter.byte(), ends, state: State::FieldStart, last: 0, fields: 1 }
    }

    /// Whether the row cannot end here, since a quote is open.
    pub(crate) fn quote_is_open(&self) -> bool {
        self.state == State::Quoted
    }

    /// Whether the last unit before the line end is a CR that belongs to it.
    pub(crate) fn ends_in_cr(&self) -> bool {
        self.ends == LineEnd::Lf && self.last == b'\r'
    }

    /// The index of the CR or LF that ends the row; `None` where the row goes on past this chunk.
    pub(crate) fn feed(&mut self, chunk: &[u8]) -> Option<usize> {
        let end = self.walk(chunk);
        if let Some(last) = chunk[..end.unwrap_or(chunk.len())].last() {
            self.last = *last;
        }
        end
    }

    fn walk(&mut self, chunk: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < chunk.len() {
            match self.state {
                State::Quoted => {
                    at += memchr::memchr(QUOTE, &chunk[at..])? + 1;
                    self.state = State::AfterQuote;
                }
                State::FieldStart | State::AfterQuote if chunk[at] == QUOTE => {
                    self.state = State::Quoted;
                    at += 1;
                }
                _ => {
                    self.state = State::Plain;
                    at += self.ends.find_or(self.delimiter, &chunk[at..])?;
                    if chunk[at] != self.delimiter {
                        return Some(at);
                    }
                    self.fields += 1;
                    self.state = State::FieldStart;
                    at += 1;
                }
            }
        }
        None
    }
}

/// The fields of one row.
pub(crate) fn fields(row: &str, delimiter: Delimiter) -> Vec<Cow<'_, str>> {
    let mut fields = Vec::new();
    let mut rest = row;
    loop {
        let (field, after) = first_field(rest, delimiter.byte());
        fields.push(field);
        match after {
            Some(after) => rest = after,
            None => return fields,
        }
    }
}

/// The first field of `rest`, and what follows its delimiter.
fn first_field(rest: &str, delimiter: u8) -> (Cow<'_, str>, Option<&str>) {
    let bytes = rest.as_bytes();
    if bytes.first() != Some(&QUOTE) {
        return match memchr::memchr(delimiter, bytes) {
            Some(end) => (Cow::Borrowed(&rest[..end]), Some(&rest[end + 1..])),
            None => (Cow::Borrowed(rest), None),
        };
    }
    let mut text = String::new();
    let mut from = 1;
    loop {
        let Some(quote) = memchr::memchr(QUOTE, &bytes[from..]).map(|found| from + found) else {
            // The quote was never closed: everything belongs to the field.
            text.push_str(&rest[from..]);
            return (Cow::Owned(text), None);
        };
        if bytes.get(quote + 1) == Some(&QUOTE) {
            text.push_str(&rest[from..=quote]);
            from = quote + 2;
            continue;
        }
        let end = memchr::memchr(delimiter, &bytes[quote + 1..]).map(|found| quote + 1 + found);
        let tail = &rest[quote + 1..end.unwrap_or(rest.len())];
        let field = match (text.is_empty(), tail.is_empty()) {
            (true, true) => Cow::Borrowed(&rest[from..quote]),
            _ => Cow::Owned(text + &rest[from..quote] + tail),
        };
        return (field, end.map(|end| &rest[end + 1..]));
    }
}

/// The rows of a table that is held in memory.
pub(crate) fn rows(table: &[u8], delimiter: Delimiter) -> impl Iterator<Item = &[u8]> {
    let mut rest = without_line_ends(table);
    let first = RowScan::new(delimiter, LineEnd::Either).feed(rest);
    let ends = first.map_or(LineEnd::Lf, |end| LineEnd::of(&rest[end..rest.len().min(end + 2)]));
    std::iter::from_fn(move || {
        rest = without_line_ends(rest);
        if rest.is_empty() {
            return None;
        }
        let mut scan = RowScan::new(delimiter, ends);
        let end = scan.feed(rest).unwrap_or(rest.len());
        let row = &rest[..end - usize::from(scan.ends_in_cr())];
        rest = &rest[end..];
        Some(row)
    })
}

/// What follows after any line ends at the beginning.
fn without_line_ends(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
    &bytes[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn as_text(table: &str) -> Vec<&str> {
        rows(table.as_bytes(), Delimiter::Comma).map(|row| std::str::from_utf8(row).unwrap()).collect()
    }

    #[test]
    fn quotes_hold_delimiters_line_ends_and_doubled_quotes() {
        let text = "a,\"b,\r\n\"\"c\"\"\"\r\n\r\nd\re,f\n";
        let rows = as_text(text);
        assert_eq!(rows, ["a,\"b,\r\n\"\"c\"\"\"", "d\re,f"]);
        assert_eq!(fields(rows[0], Delimiter::Comma), ["a", "b,\r\n\"c\""]);
    }

    #[test]
    fn a_file_of_old_macs_ends_its_rows_in_cr_alone() {
        let text = "id,text\r1,\"a\nb\"\r\r2,c\n\r3,d";
        assert_eq!(as_text(text), ["id,text", "1,\"a\nb\"", "2,c\n", "3,d"]);
    }

    #[test]
    fn a_quote_inside_a_plain_field_is_a_letter_like_any_other() {
        assert_eq!(fields("5\" pipe,\"x\"y,", Delimiter::Comma), ["5\" pipe", "xy", ""]);
        assert_eq!(as_text("5\" pipe,x\ny\n").len(), 2);
    }

    #[test]
    fn a_row_cut_anywhere_into_chunks_ends_at_the_same_place() {
        let text = b"\"a\"\"b\",c\"d,\"\n\",e\rrest";
        for cut in 0..16 {
            let mut scan = RowScan::new(Delimiter::Comma, LineEnd::Either);
            let end = scan.feed(&text[..cut]).or_else(|| scan.feed(&text[cut..]).map(|end| end + cut));
            assert_eq!((end, scan.fields), (Some(16), 4), "cut at {cut}");
        }
    }
}
