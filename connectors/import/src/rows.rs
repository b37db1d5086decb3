//! The rows and fields of a table (RFC 4180, and what people make of it).
//!
//! One small automaton finds where a row ends and where its fields do, so that both always agree: a quote opens a
//! field only at its very start, a doubled quote inside is one quote, and what follows a closing quote belongs to the
//! field. A row ends at CR, LF or CRLF outside quotes; empty lines are no rows.

use crate::format::Delimiter;
use std::borrow::Cow;

const QUOTE: u8 = b'"';

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
    state: State,
    /// Fields seen so far.
    pub(crate) fields: usize,
}

impl RowScan {
    pub(crate) fn new(delimiter: Delimiter) -> Self {
        Self { delimiter: delimiter.byte(), state: State::FieldStart, fields: 1 }
    }

    /// Whether the row cannot end here, since a quote is open.
    pub(crate) fn quote_is_open(&self) -> bool {
        self.state == State::Quoted
    }

    /// The index of the CR or LF that ends the row; `None` where the row goes on past this chunk.
    pub(crate) fn feed(&mut self, chunk: &[u8]) -> Option<usize> {
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
                    at += memchr::memchr3(self.delimiter, b'\n', b'\r', &chunk[at..])?;
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

/// The rows of a text that is held in memory.
pub(crate) fn rows(text: &str, delimiter: Delimiter) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(['\r', '\n']);
        if rest.is_empty() {
            return None;
        }
        let end = RowScan::new(delimiter).feed(rest.as_bytes()).unwrap_or(rest.len());
        let row = &rest[..end];
        rest = &rest[end..];
        Some(row)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_delimiters_line_ends_and_doubled_quotes() {
        let text = "a,\"b,\r\n\"\"c\"\"\"\r\rd,e\n";
        let rows: Vec<&str> = rows(text, Delimiter::Comma).collect();
        assert_eq!(rows, ["a,\"b,\r\n\"\"c\"\"\"", "d,e"]);
        assert_eq!(fields(rows[0], Delimiter::Comma), ["a", "b,\r\n\"c\""]);
    }

    #[test]
    fn a_quote_inside_a_plain_field_is_a_letter_like_any_other() {
        assert_eq!(fields("5\" pipe,\"x\"y,", Delimiter::Comma), ["5\" pipe", "xy", ""]);
        assert_eq!(rows("5\" pipe,x\ny\n", Delimiter::Comma).count(), 2);
    }

    #[test]
    fn a_row_cut_anywhere_into_chunks_ends_at_the_same_place() {
        let text = b"\"a\"\"b\",c\"d,\"\n\",e\rrest";
        for cut in 0..16 {
            let mut scan = RowScan::new(Delimiter::Comma);
            let end = scan.feed(&text[..cut]).or_else(|| scan.feed(&text[cut..]).map(|end| end + cut));
            assert_eq!((end, scan.fields), (Some(16), 4), "cut at {cut}");
        }
    }
}
