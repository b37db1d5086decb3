//! Reads a file of any size item by item, as ranges of its bytes.

use crate::{
    format::{Delimiter, Encoding, Format},
    mapping::{Field, Hint, Mapping},
    mbox,
    rows::{self, LineEnd},
    scan::{RowEnd, scan_row, skip_line, skip_line_ends},
    text,
    window::{Input, Window},
};
use std::{
    io::{self, Read},
    sync::Arc,
};

/// A row of a table may hold this much (a field can thus never hold more).
pub const MOST_ROW_BYTES: u64 = 10 << 20;
/// A line of JSONL may hold this much.
pub const MOST_LINE_BYTES: u64 = 20 << 20;
/// A mail may be this large.
pub const MOST_MAIL_BYTES: u64 = 100 << 20;
/// After a quote that is never closed the reader goes back to the next line. This is how much it reads twice in one
/// run; beyond that it skips what it has seen, so that no file takes for ever.
const MOST_READ_AGAIN: u64 = 256 << 20;

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(
        "The file could not be read: {0}. Nothing that was taken before is lost; start again and it goes on from there."
    )]
    Io(#[from] io::Error),
    #[error("The file is empty, so there is nothing to import.")]
    Empty,
    #[error("The file has no column called \"{wanted}\". Its columns are: {present}. Choose the column again.")]
    NoSuchColumn { wanted: String, present: String },
    #[error("Nobody said yet which column holds the text. Its columns are: {present}.")]
    NoTextColumn { present: String },
    #[error("\"{0}\" is no time zone that is known here. Write it like Europe/Lisbon, or UTC.")]
    NoSuchZone(String),
}

/// One item: `length` bytes from `offset`. Reading on from `next_offset` gives what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadItem {
    pub offset: u64,
    pub length: u64,
    pub next_offset: u64,
}

/// A part of the file that is no item: to be set aside with its reason. Reading goes on after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub offset: u64,
    pub length: u64,
    pub next_offset: u64,
    pub reason: String,
}

/// Opens `input` and goes to `start_at`: 0, or a `next_offset` that an earlier reader of the same file gave.
pub fn open(
    format: Format,
    mapping: &Mapping,
    input: impl Input + 'static,
    start_at: u64,
) -> Result<Reader, ImportError> {
    let mut input: Box<dyn Input> = Box::new(input);
    let (encoding, mark) = beginning(&mut *input, format)?;
    let mut window = Window::new(input, encoding, mark)?;
    let mut ends = LineEnd::Either;
    let mut hint = Hint { format, encoding, columns: Vec::new(), mapping: mapping.clone() };
    if jiff::tz::TimeZone::get(&mapping.time_zone).is_err() {
        return Err(ImportError::NoSuchZone(mapping.time_zone.clone()));
    }
    match format {
        Format::Csv(_) | Format::Twcs => {
            (hint.columns, ends) = header(&mut window, encoding, delimiter_of(format))?;
            check_columns(&hint)?;
        }
        Format::Jsonl if mapping.column(Field::Text).or(mapping.column(Field::Html)).is_none() => {
            return Err(ImportError::NoTextColumn { present: "named on each line of the file".to_owned() });
        }
        Format::Jsonl | Format::Mbox => {}
    }
    if start_at > window.offset(0) {
        window.jump(start_at)?;
    }
    let (columns, hint) = (hint.columns.len(), Arc::new(hint.to_value()));
    Ok(Reader { window, format, encoding, ends, columns, hint, read_again: 0, failed: false })
}

/// The encoding of a file, and where its text begins.
fn beginning(input: &mut dyn Input, format: Format) -> io::Result<(Encoding, u64)> {
    let mut first = Vec::new();
    input.seek(io::SeekFrom::Start(0))?;
    input.take(1024).read_to_end(&mut first)?;
    let (encoding, mark) = Encoding::of(&first);
    // Mails say their charsets themselves; a mailbox file is bytes.
    Ok(if format == Format::Mbox && encoding != Encoding::Utf8 { (Encoding::Utf8, 0) } else { (encoding, mark) })
}

fn delimiter_of(format: Format) -> Delimiter {
    if let Format::Csv(delimiter) = format { delimiter } else { Delimiter::Comma }
}

/// Reads the row of column names and leaves the window behind it.
fn header(
    window: &mut Window,
    encoding: Encoding,
    delimiter: Delimiter,
) -> Result<(Vec<String>, LineEnd), ImportError> {
    skip_line_ends(window)?;
    let (range, _) = scan_row(window, delimiter, LineEnd::Either)?;
    let end = window.bytes(range.offset + range.length, 2 * window.width())?;
    let (end, _) = text::decode(&end, encoding);
    let bytes = window.bytes(range.offset, range.length)?;
    let (row, _) = text::decode(&bytes, encoding);
    if row.trim().is_empty() {
        return Err(ImportError::Empty);
    }
    let names = rows::fields(&row, delimiter).into_iter().map(|name| name.trim().to_owned()).collect();
    Ok((names, LineEnd::of(end.as_bytes())))
}

fn check_columns(hint: &Hint) -> Result<(), ImportError> {
    let twcs;
    let mapping = match hint.format {
        Format::Twcs => {
            twcs = Mapping::twcs(&[]);
            &twcs
        }
        _ => &hint.mapping,
    };
    let present = || hint.columns.join(", ");
    if mapping.column(Field::Text).or(mapping.column(Field::Html)).is_none() {
        return Err(ImportError::NoTextColumn { present: present() });
    }
    let missing = Field::ALL
        .into_iter()
        .filter_map(|field| mapping.column(field))
        .find(|wanted| !hint.columns.iter().any(|name| name == wanted));
    match missing {
        Some(wanted) => Err(ImportError::NoSuchColumn { wanted: wanted.to_owned(), present: present() }),
        None => Ok(()),
    }
}

type Next = Option<Result<ReadItem, Trouble>>;

/// Gives a file's items one after another and holds a bounded part of it.
pub struct Reader {
    window: Window,
    format: Format,
    encoding: Encoding,
    ends: LineEnd,
    columns: usize,
    hint: Arc<serde_json::Value>,
    read_again: u64,
    /// After the disk failed there is no next item; the trouble said so.
    failed: bool,
}

impl Reader {
    /// What every item of this file carries to its normaliser, shared by all of them.
    pub fn hint(&self) -> Arc<serde_json::Value> {
        self.hint.clone()
    }

    /// Whether the file itself could not be read to its end: [`open`] it again at the last trouble's `next_offset`.
    pub fn failed(&self) -> bool {
        self.failed
    }

    /// The next item, a part that is none, or `None` at the end. When the file itself can no longer be read, that is
    /// the last trouble; its `next_offset` is where to go on later.
    pub fn next_item(&mut self) -> Next {
        if self.failed {
            return None;
        }
        let here = self.window.offset(0);
        let next = match self.format {
            Format::Mbox => self.next_mail(),
            Format::Jsonl => self.next_line(),
            Format::Csv(_) | Format::Twcs => self.next_row(),
        };
        next.unwrap_or_else(|error| {
            self.failed = true;
            let reason = format!("The file could not be read any further ({error}). What came before is safe.");
            Some(Err(Trouble { offset: here, length: 0, next_offset: here, reason }))
        })
    }

    fn next_row(&mut self) -> io::Result<Next> {
        loop {
            if !skip_line_ends(&mut self.window)? {
                return Ok(None);
            }
            let (row, end) = scan_row(&mut self.window, delimiter_of(self.format), self.ends)?;
            let fields = match end {
                RowEnd::Fine { fields } if fields == self.columns => return Ok(Some(Ok(row))),
                RowEnd::Fine { fields } => fields,
                end => return self.go_back_after(row, &end).map(Some),
            };
            match self.odd_row(&row, fields)? {
                Oddity::Blank => {}
                Oddity::EmptyTail => return Ok(Some(Ok(row))),
                Oddity::Ragged => return Ok(Some(Err(trouble(&row, ragged(fields, self.columns))))),
            }
        }
    }

    /// A row with another number of fields than the header: blank, or with nothing but emptiness too much, or odd.
    fn odd_row(&mut self, row: &ReadItem, fields: usize) -> io::Result<Oddity> {
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
    fn go_back_after(&mut self, row: ReadItem, end: &RowEnd) -> io::Result<Result<ReadItem, Trouble>> {
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
            return Ok(Some(Ok(line)));
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
        let item = ReadItem { offset, length: next_offset - offset, next_offset };
        Ok(match is_mail {
            true if item.length > MOST_MAIL_BYTES => {
                Some(Err(trouble(&item, format!("This mail is larger than {} MB.", MOST_MAIL_BYTES >> 20))))
            }
            true => Some(Ok(item)),
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

impl Iterator for Reader {
    type Item = Result<ReadItem, Trouble>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_item()
    }
}

enum Oddity {
    Blank,
    EmptyTail,
    Ragged,
}

fn trouble(part: &ReadItem, reason: String) -> Trouble {
    Trouble { offset: part.offset, length: part.length, next_offset: part.next_offset, reason }
}

pub(crate) fn ragged(fields: usize, columns: usize) -> String {
    let (has, wants) = (plural(fields), plural(columns));
    format!("This row has {has} where the first row of the file names {wants}.")
}

fn plural(count: usize) -> String {
    if count == 1 { "1 column".to_owned() } else { format!("{count} columns") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that is never held anywhere: `unit` again and again, but one long stretch of `x` in its second mail.
    struct Endless {
        unit: &'static [u8],
        long: std::ops::Range<u64>,
        length: u64,
        at: u64,
    }

    impl Read for Endless {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let most = into.len().min(usize::try_from(self.length - self.at).unwrap());
            for byte in &mut into[..most] {
                let in_unit = usize::try_from(self.at % self.unit.len() as u64).unwrap();
                *byte = if self.long.contains(&self.at) { b'x' } else { self.unit[in_unit] };
                self.at += 1;
            }
            Ok(most)
        }
    }

    impl io::Seek for Endless {
        fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
            self.at = match to {
                io::SeekFrom::Start(at) => at,
                _ => self.at,
            };
            Ok(self.at)
        }
    }

    #[test]
    fn a_file_of_any_size_is_read_through_a_small_window() {
        let unit =
            b"From a@example.org Mon Jan  3 12:00:00 2005\nSubject: x\n\nHello there, how is the coffee today?\n\n";
        let size = unit.len() as u64;
        let (mails, in_long) = (300_000, 120_000);
        let long = size + 60..size * (in_long + 1) - 2;
        let file = Endless { unit, long, length: size * mails, at: 0 };
        let mut reader = open(Format::Mbox, &Mapping::default(), file, 0).unwrap();
        let (mut read, mut largest) = (0, 0);
        while let Some(step) = reader.next_item() {
            largest = largest.max(step.unwrap().length);
            read += 1;
        }
        assert_eq!((read, largest), (mails - in_long + 1, size * in_long));
        assert!(reader.window.held() < 2 << 20, "{} bytes held", reader.window.held());
    }
}
