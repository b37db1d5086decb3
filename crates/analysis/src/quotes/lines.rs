//! A text as lines that know where the next full one is.

use memchr::memchr_iter;

#[derive(Debug)]
pub(super) struct Line<'a> {
    /// Without the ends of the line, trimmed.
    pub text: &'a str,
    /// Bytes in the whole text, without CR and LF.
    pub start: usize,
    pub end: usize,
    /// The number of the next line that is not blank: looked up, so that a marker before a thousand blank lines costs nothing.
    pub next_full: Option<usize>,
    quote: bool,
}

impl Line<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn is_quote(&self) -> bool {
        self.quote
    }
}

pub(super) fn lines_of(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::with_capacity(text.len() / 40 + 1);
    let mut start = 0;
    for newline in memchr_iter(b'\n', text.as_bytes()).chain(std::iter::once(text.len())) {
        let whole = &text[start..newline];
        let trimmed = whole.trim();
        let end = start + whole.trim_end_matches('\r').len();
        lines.push(Line { text: trimmed, start, end, next_full: None, quote: trimmed.starts_with('>') });
        start = newline + 1;
    }
    unescape_from(&mut lines);
    let mut next = None;
    for (number, line) in lines.iter_mut().enumerate().rev() {
        line.next_full = next;
        if !line.is_blank() {
            next = Some(number);
        }
    }
    lines
}

/// Mail folders write ">From " where a line of the author began with "From " (the mboxo format, RFC 4155): alone among
/// unquoted lines it is no quote.
fn unescape_from(lines: &mut [Line<'_>]) {
    for number in 0..lines.len() {
        if lines[number].text.starts_with(">From ") {
            let quoted_before = number > 0 && lines[number - 1].quote;
            let quoted_after = lines.get(number + 1).is_some_and(|line| line.quote);
            lines[number].quote = quoted_before || quoted_after;
        }
    }
}
