//! Reads a file of any size item by item, as ranges of its bytes.

use crate::{
    bluesky, discourse,
    format::{Delimiter, Encoding, Format},
    mapping::{Field, Hint, Mapping},
    mastodon,
    plain::Plain,
    rows::{self, LineEnd},
    scan::{scan_row, skip_line_ends},
    slack, text,
    window::{Input, Window},
    wordpress,
};
use serde_json::Value;
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
/// A post or comment of an export may be this large; nobody writes that much.
pub const MOST_POST_BYTES: u64 = 8 << 20;
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
    /// The file is not what its format asks for; the sentence says what to do.
    #[error("{0}")]
    Unreadable(String),
    #[error("\"{0}\" is no time zone that is known here. Write it like Europe/Lisbon, or UTC.")]
    NoSuchZone(String),
}

/// One item: `length` bytes from `offset`. Reading on from `next_offset` gives what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadItem {
    pub offset: u64,
    pub length: u64,
    pub next_offset: u64,
    /// What is understood, where the range of the file is not enough: it is packed, or what stands around it belongs to
    /// it. The offsets then only grow.
    pub content: Option<Vec<u8>>,
}

/// A part of the file that is no item. Reading goes on after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub offset: u64,
    pub length: u64,
    pub next_offset: u64,
    pub reason: String,
    /// It is understood and says nothing (somebody joined, a like): to be counted with its reason. All other trouble is to
    /// be set aside.
    pub passed_over: bool,
    /// As an item's. Empty where it is packed and too large to be kept.
    pub content: Option<Vec<u8>>,
}

/// A range of the file, and where to read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) offset: u64,
    pub(crate) length: u64,
    pub(crate) next_offset: u64,
}

impl From<Span> for ReadItem {
    fn from(span: Span) -> Self {
        span.with(None)
    }
}

impl Span {
    pub(crate) fn with(self, content: Option<Vec<u8>>) -> ReadItem {
        ReadItem { offset: self.offset, length: self.length, next_offset: self.next_offset, content }
    }
}

impl Trouble {
    pub(crate) fn new(at: Span, reason: impl Into<String>) -> Self {
        let Span { offset, length, next_offset } = at;
        Self { offset, length, next_offset, reason: reason.into(), passed_over: false, content: None }
    }

    pub(crate) fn passed_over(at: Span, reason: impl Into<String>) -> Self {
        Self { passed_over: true, ..Self::new(at, reason) }
    }

    pub(crate) fn with(self, content: Option<Vec<u8>>) -> Self {
        Self { content, ..self }
    }
}

pub(crate) type Next = Option<Result<ReadItem, Trouble>>;

/// What moves over a file, step by step.
pub(crate) trait Steps: Send {
    /// Where the next step begins.
    fn here(&self) -> u64;

    fn next_step(&mut self) -> io::Result<Next>;

    /// Moves to a `next_offset` that an earlier one gave.
    fn go_to(&mut self, start_at: u64) -> io::Result<()> {
        while self.here() < start_at && self.next_step()?.is_some() {}
        Ok(())
    }

    /// How far offsets go, where that is not the file's length.
    fn size(&self) -> Option<u64> {
        None
    }

    /// The bytes of a range of the file. Whoever gives items without a content has it.
    fn bytes(&mut self, offset: u64, length: u64) -> io::Result<Vec<u8>>;
}

/// What reads a file, and what it found of the file as a whole.
pub(crate) type Opened = (Box<dyn Steps>, Value);

/// Opens `input` and goes to `start_at`: 0, or a `next_offset` that an earlier reader of the same file gave.
pub fn open(
    format: Format,
    mapping: &Mapping,
    input: impl Input + 'static,
    start_at: u64,
) -> Result<Reader, ImportError> {
    let mut input: Box<dyn Input> = Box::new(input);
    let (encoding, mark) = beginning(&mut *input, format)?;
    let mut hint = Hint { format, encoding, columns: Vec::new(), mapping: mapping.clone(), facts: Value::Null };
    if jiff::tz::TimeZone::get(&mapping.time_zone).is_err() {
        return Err(ImportError::NoSuchZone(mapping.time_zone.clone()));
    }
    let opened: Opened = match format {
        Format::Mastodon => mastodon::open(input)?,
        Format::Bluesky => bluesky::open(input)?,
        Format::Slack => slack::open(input)?,
        Format::WordPress => wordpress::open(input)?,
        Format::Discourse => discourse::open(input, mark)?,
        Format::Mbox | Format::Jsonl | Format::Csv(_) | Format::Twcs => {
            (Box::new(plain(Window::new(input, encoding, mark)?, &mut hint)?), Value::Null)
        }
    };
    let mut steps;
    (steps, hint.facts) = opened;
    steps.go_to(start_at)?;
    Ok(Reader { steps, hint: Arc::new(hint.to_value()), failed: false })
}

/// Rows, lines or mails; a table's columns go into the hint.
fn plain(mut window: Window, hint: &mut Hint) -> Result<Plain, ImportError> {
    let (format, encoding) = (hint.format, hint.encoding);
    let mut ends = LineEnd::Either;
    match format {
        Format::Csv(_) | Format::Twcs => {
            (hint.columns, ends) = header(&mut window, encoding, delimiter_of(format))?;
            check_columns(hint)?;
        }
        Format::Jsonl if hint.mapping.column(Field::Text).or(hint.mapping.column(Field::Html)).is_none() => {
            return Err(ImportError::NoTextColumn { present: "named on each line of the file".to_owned() });
        }
        _ => {}
    }
    Ok(Plain { window, format, encoding, ends, columns: hint.columns.len(), read_again: 0 })
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

pub(crate) fn delimiter_of(format: Format) -> Delimiter {
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

/// Gives a file's items one after another and holds a bounded part of it.
pub struct Reader {
    steps: Box<dyn Steps>,
    hint: Arc<Value>,
    /// After the disk failed there is no next item; the trouble said so.
    failed: bool,
}

impl Reader {
    /// What every item of this file carries to its normaliser, shared by all of them.
    pub fn hint(&self) -> Arc<Value> {
        self.hint.clone()
    }

    /// Whether the file itself could not be read to its end: [`open`] it again at the last trouble's `next_offset`.
    pub fn failed(&self) -> bool {
        self.failed
    }

    /// How far offsets go, where that is not the file's length: in a packed file, what it unpacks to.
    pub fn size(&self) -> Option<u64> {
        self.steps.size()
    }

    /// What is to be understood of an item that this reader gave.
    pub fn bytes(&mut self, item: ReadItem) -> io::Result<Vec<u8>> {
        match item.content {
            Some(content) => Ok(content),
            None => self.steps.bytes(item.offset, item.length),
        }
    }

    /// The next item, a part that is none, or `None` at the end. When the file itself can no longer be read, that is
    /// the last trouble; its `next_offset` is where to go on later.
    pub fn next_item(&mut self) -> Next {
        if self.failed {
            return None;
        }
        let here = self.steps.here();
        self.steps.next_step().unwrap_or_else(|error| {
            self.failed = true;
            let reason = format!("The file could not be read any further ({error}). What came before is safe.");
            Some(Err(Trouble::new(Span { offset: here, length: 0, next_offset: here }, reason)))
        })
    }
}

impl Iterator for Reader {
    type Item = Result<ReadItem, Trouble>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_item()
    }
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
        let window = Window::new(Box::new(file), Encoding::Utf8, 0).unwrap();
        let mapping = Mapping::default();
        let mut hint =
            Hint { format: Format::Mbox, encoding: Encoding::Utf8, columns: Vec::new(), mapping, facts: Value::Null };
        let mut reader = plain(window, &mut hint).unwrap();
        let (mut read, mut largest) = (0, 0);
        while let Some(step) = reader.next_step().unwrap() {
            largest = largest.max(step.unwrap().length);
            read += 1;
        }
        assert_eq!((read, largest), (mails - in_long + 1, size * in_long));
        assert!(reader.window.held() < 2 << 20, "{} bytes held", reader.window.held());
    }
}
