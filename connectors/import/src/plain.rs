//! Reads a text of any size (mails, rows, lines) item by item, as ranges of its bytes.

use crate::{
    format::{Encoding, Format},
    mbox,
    reader::{MOST_LINE_BYTES, MOST_MAIL_BYTES, MOST_ROW_BYTES, Next, ReadItem, Span, Steps, Trouble, delimiter_of},
    rows::{self, LineEnd},
    scan::{RowEnd, scan_row, skip_line, skip_line_ends},
    text,
    window::Window,
};
use std::io;

/// After a quote that is never closed the reader goes back to the next line. This is how much it reads twice in one
/// run; beyond that it skips what it has seen, so that no file takes for ever.
const MOST_READ_AGAIN: u64 = 256 << 20;

/// Moves over a text and holds a bounded part of it.
pub(crate) struct Plain {
    pub(crate) window: Window,
    pub(crate) format: Format,
    pub(crate) encoding: Encoding,
    pub(crate) ends: LineEnd,
    pub(crate) columns: usize,
    pub(crate) read_again: u64,
}

impl Steps for Plain {
    fn here(&self) -> u64 {
        self.window.offset(0)
    }

    fn next_step(&mut self) -> io::Result<Next> {
        match self.format {
            Format::Mbox => self.next_mail(),
            Format::Csv(_) | Format::Twcs => self.next_row(),
            _ => self.next_line(),
        }
    }

    fn bytes(&mut self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        self.window.bytes(offset, length)
    }

    fn go_to(&mut self, start_at: u64) -> io::Result<()> {
        if start_at > self.here() { self.window.jump(start_at) } else { Ok(()) }
    }
}

impl Plain {
    fn next_row(&mut self) -> io::Result<Next> {
        loop {
            if !skip_line_ends(&mut self.window)? {
                return Ok(None);
            }
            let (row, end) = scan_row(&mut self.window, delimiter_of(self.format), self.ends)?;
            let fields = match end {
                RowEnd::Fine { fields } if fields == self.columns => return Ok(Some(Ok(row.into()))),
                RowEnd::Fine { fields } => fields,
                end => return self.go_back_after(row, &end).map(Some),
            };
            match self.odd_row(&row, fields)? {
                Oddity::Blank => {}
                Oddity::EmptyTail => return Ok(Some(Ok(row.into()))),
                Oddity::Ragged => return Ok(Some(Err(trouble(&row, ragged(fields, self.columns))))),
            }
        }
    }

    /// A row with another number of fields than the header: blank, or with nothing but emptiness too much, or odd.
    fn odd_row(&mut self, row: &Span, fields: usize) -> io::Result<Oddity> {
        let bytes = self.window.bytes(row.offset, row.length)?;
        if bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
            return Ok(Oddity::Blank);
        }
        if fields < self.columns {
            return Ok(Oddity::Ragged);
        }
        let (decoded, _) = text::decode(&bytes, self.encoding);
        let fields = rows::fields(&decoded, delimiter_of(self.format));
        let tail_is_empty = fields.iter().skip(self.columns).all(|field| field.trim().is_empty());
        Ok(if tail_is_empty { Oddity::EmptyTail } else { Oddity::Ragged })
    }

    /// Only the first line of a row without an end is lost, as long as reading again does not take for ever.
    fn go_back_after(&mut self, row: Span, end: &RowEnd) -> io::Result<Result<ReadItem, Trouble>> {
        let reason = match end {
            RowEnd::TooLong => {
                format!("This row is longer than {} MB; perhaps a quote in it is never closed.", MOST_ROW_BYTES >> 20)
            }
            _ => "A quote in this row is never closed.".to_owned(),
        };
        self.read_again += row.length;
        if self.read_again > MOST_READ_AGAIN {
            return Ok(Err(trouble(&row, reason)));
        }
        self.window.jump(row.offset)?;
        let (line, _) = skip_line(&mut self.window, self.ends)?;
        Ok(Err(trouble(&line, reason)))
    }

    fn next_line(&mut self) -> io::Result<Next> {
        loop {
            if !skip_line_ends(&mut self.window)? {
                return Ok(None);
            }
            let (line, blank) = skip_line(&mut self.window, self.ends)?;
            if blank {
                continue;
            }
            if line.length > MOST_LINE_BYTES {
                let reason = format!("This line is longer than {} MB.", MOST_LINE_BYTES >> 20);
                return Ok(Some(Err(trouble(&line, reason))));
            }
            return Ok(Some(Ok(line.into())));
        }
    }

    fn next_mail(&mut self) -> io::Result<Next> {
        self.window.at_least(mbox::FROM.len())?;
        if self.window.view().is_empty() {
            return Ok(None);
        }
        let is_mail = self.window.view().starts_with(mbox::FROM);
        let offset = self.window.offset(0);
        let blank = self.skip_to_separator()?;
        let next_offset = self.window.offset(0);
        let item = Span { offset, length: next_offset - offset, next_offset };
        Ok(match is_mail {
            true if item.length > MOST_MAIL_BYTES => {
                Some(Err(trouble(&item, format!("This mail is larger than {} MB.", MOST_MAIL_BYTES >> 20))))
            }
            true => Some(Ok(item.into())),
            // Empty lines before the first mail are nobody's words.
            false if blank => return self.next_mail(),
            false => {
                let reason = "This text stands before the first mail, where a line that begins with \"From \" and ends in a date is expected.";
                Some(Err(trouble(&item, reason.to_owned())))
            }
        })
    }

    /// Moves to the next separator line or the end; tells whether only white space was passed.
    fn skip_to_separator(&mut self) -> io::Result<bool> {
        // With the line end before it, so that the separator on which we stand now is not found again.
        let finder = memchr::memmem::Finder::new(b"\nFrom ");
        let mut blank = true;
        let mut from = 0;
        loop {
            let view = self.window.view();
            let Some(found) = finder.find(&view[from..]).map(|found| from + found) else {
                // A separator cut by the chunk's end, and the three bytes before it that tell an empty line, stay.
                let keep = view.len().min(mbox::FROM.len() + 3);
                let passed = view.len() - keep;
                blank &= view[..passed].iter().all(u8::is_ascii_whitespace);
                self.window.forget(passed);
                from = 0;
                if !self.window.more()? {
                    blank &= self.window.view().iter().all(u8::is_ascii_whitespace);
                    self.window.forget(keep);
                    return Ok(blank);
                }
                continue;
            };
            let line = found + 1;
            self.window.at_least(line + mbox::LONGEST_FROM_LINE + mbox::NEXT_LINE_SEEN)?;
            let view = self.window.view();
            let before = &view[..line];
            let after_empty_line = before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n") || before == b"\n";
            if mbox::is_separator(&view[line..], after_empty_line) {
                blank &= before.iter().all(u8::is_ascii_whitespace);
                self.window.forget(line);
                return Ok(blank);
            }
            from = line;
        }
    }
}

enum Oddity {
    Blank,
    EmptyTail,
    Ragged,
}

fn trouble(part: &Span, reason: String) -> Trouble {
    Trouble::new(*part, reason)
}

pub(crate) fn ragged(fields: usize, columns: usize) -> String {
    let (has, wants) = (plural(fields), plural(columns));
    format!("This row has {has} where the first row of the file names {wants}.")
}

fn plural(count: usize) -> String {
    if count == 1 { "1 column".to_owned() } else { format!("{count} columns") }
}
