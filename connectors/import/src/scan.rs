//! Moves a window over one row, one line, or the emptiness between them.

use crate::{
    format::Delimiter,
    reader::{MOST_ROW_BYTES, Span},
    rows::{LineEnd, RowScan},
    window::Window,
};
use std::io;

/// How the scan of one row ended.
#[derive(PartialEq, Eq)]
pub(crate) enum RowEnd {
    Fine {
        fields: usize,
    },
    /// A quote was opened and the file ended.
    NeverClosed,
    TooLong,
}

/// Finds the end of the row at the window's beginning, and moves past it.
pub(crate) fn scan_row(window: &mut Window, delimiter: Delimiter, ends: LineEnd) -> io::Result<(Span, RowEnd)> {
    let offset = window.offset(0);
    let mut scan = RowScan::new(delimiter, ends);
    let item = |length: u64, next_offset: u64| Span { offset, length, next_offset };
    loop {
        if let Some(end) = scan.feed(window.view()) {
            let length = window.offset(end) - offset - scan_cr(&scan, window);
            window.forget(end + 1);
            let end = if length > MOST_ROW_BYTES { RowEnd::TooLong } else { RowEnd::Fine { fields: scan.fields } };
            return Ok((item(length, window.offset(0)), end));
        }
        window.forget(window.view().len());
        let here = window.offset(0);
        if here - offset > MOST_ROW_BYTES {
            return Ok((item(here - offset, here), RowEnd::TooLong));
        }
        if !window.more()? {
            let end = match scan.quote_is_open() {
                true => RowEnd::NeverClosed,
                false => RowEnd::Fine { fields: scan.fields },
            };
            return Ok((item(here - offset - scan_cr(&scan, window), here), end));
        }
    }
}

/// The bytes of the CR that stands before a row's LF, or at the end of the file.
fn scan_cr(scan: &RowScan, window: &Window) -> u64 {
    if scan.ends_in_cr() { window.width() } else { 0 }
}

/// Moves to the next byte that is neither CR nor LF; `false` where the file ends first.
pub(crate) fn skip_line_ends(window: &mut Window) -> io::Result<bool> {
    loop {
        let view = window.view();
        match view.iter().position(|byte| !matches!(byte, b'\r' | b'\n')) {
            Some(at) => {
                window.forget(at);
                return Ok(true);
            }
            None => window.forget(view.len()),
        }
        if !window.more()? {
            return Ok(false);
        }
    }
}

/// Moves behind the end of the physical line; gives the line's range without its end, and whether it is blank.
pub(crate) fn skip_line(window: &mut Window, ends: LineEnd) -> io::Result<(Span, bool)> {
    let offset = window.offset(0);
    let mut blank = true;
    loop {
        let view = window.view();
        let end = ends.find(view);
        let part = end.unwrap_or(view.len());
        blank = blank && view[..part].iter().all(u8::is_ascii_whitespace);
        let length = window.offset(part) - offset;
        window.forget(part + usize::from(end.is_some()));
        if end.is_some() || !window.more()? {
            return Ok((Span { offset, length, next_offset: window.offset(0) }, blank));
        }
    }
}
