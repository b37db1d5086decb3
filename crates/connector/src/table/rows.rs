//! The rows of a table of any size, one after another: only a piece of the file is held.

use super::{Row, delimiter, row, unique};
use encoding_rs::{Decoder, Encoding, UTF_8, WINDOWS_1252};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

const PIECE: usize = 64 << 10;
/// Of a heading.
const LONGEST_HEADING: u64 = 1 << 20;

/// A table whose heading was read. A row is told with the line of the file at which it begins.
pub struct Rows<F: Read + Seek> {
    pub columns: Vec<String>,
    reader: csv::Reader<Decoded<BufReader<F>>>,
    trouble: Option<String>,
}

impl<F: Read + Seek> Rows<F> {
    /// Looks through the file once for how its letters are written, and reads the heading.
    pub fn open(file: F) -> Result<Self, String> {
        let broken = |error: io::Error| format!("The file could not be read: {error}.");
        let mut file = BufReader::with_capacity(PIECE, file);
        let encoding = encoding(&mut file).map_err(broken)?;
        file.seek(SeekFrom::Start(0)).map_err(broken)?;
        let mut first = Decoded::new(file, encoding);
        let heading = heading(&mut first).map_err(broken)?;
        if heading.trim().is_empty() {
            return Err("There is nothing in it.".to_owned());
        }
        let mut file = first.from;
        file.seek(SeekFrom::Start(0)).map_err(broken)?;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter(&heading))
            .flexible(true)
            .has_headers(true)
            .from_reader(Decoded::new(file, encoding));
        let headers = reader.headers().map_err(|error| format!("Its heading cannot be read: {error}."))?;
        if headers.len() > super::MOST_COLUMNS {
            return Err(format!("It has more than {} columns.", super::MOST_COLUMNS));
        }
        Ok(Self { columns: unique(headers.iter()), reader, trouble: None })
    }

    /// Why nothing more comes though the file has not ended, where it could not be read on.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// How many bytes of the file's text were read.
    pub fn read_bytes(&self) -> u64 {
        self.reader.position().byte()
    }
}

impl<F: Read + Seek> Iterator for Rows<F> {
    /// The line, and the row as an object of what its cells hold, or why it is none.
    type Item = (u64, Result<Row, String>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut record = csv::StringRecord::new();
            let read = self.reader.read_record(&mut record);
            // Each row ends with its line, and what lies within it are lines as well.
            let within: usize = record.iter().map(|cell| cell.matches('\n').count()).sum();
            let line = self.reader.position().line().saturating_sub(within as u64 + 1);
            match read {
                Ok(false) => return None,
                Ok(true) if record.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(true) => {
                    let number = usize::try_from(line).unwrap_or(usize::MAX);
                    return Some((line, row(&self.columns, &record).map(|value| Row { number, value })));
                }
                // The file itself fails: whoever asks again would be told so for ever.
                Err(error) if matches!(error.kind(), csv::ErrorKind::Io(_)) => {
                    self.trouble = Some(format!("The file could not be read: {error}."));
                    return None;
                }
                Err(error) => return Some((line, Err(format!("This row cannot be read: {error}.")))),
            }
        }
    }
}

fn heading(from: &mut impl Read) -> io::Result<String> {
    let mut line = Vec::new();
    BufReader::new(from.take(LONGEST_HEADING)).read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

/// A mark at the beginning tells UTF-16, which spreadsheets write; without one it is UTF-8, or else Windows-1252.
fn encoding(file: &mut impl Read) -> io::Result<&'static Encoding> {
    let mut piece = vec![0; PIECE];
    let mut kept = Vec::new();
    let mut is_first = true;
    loop {
        let many = file.read(&mut piece)?;
        if is_first && let Some((encoding, _)) = Encoding::for_bom(&piece[..many]) {
            return Ok(encoding);
        }
        is_first = false;
        if many == 0 {
            return Ok(if kept.is_empty() { UTF_8 } else { WINDOWS_1252 });
        }
        kept.extend_from_slice(&piece[..many]);
        match std::str::from_utf8(&kept) {
            Ok(_) => kept.clear(),
            // A letter may be cut in two between two pieces.
            Err(error) if error.error_len().is_none() => drop(kept.drain(..error.valid_up_to())),
            Err(_) => return Ok(WINDOWS_1252),
        }
    }
}

/// A file as UTF-8, whatever it is written in, each line of which ends with LF alone.
struct Decoded<R> {
    from: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: String,
    given: usize,
    /// The last character of what was decoded so far.
    last: Option<char>,
    is_done: bool,
}

impl<R: Read> Decoded<R> {
    fn new(from: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { from, decoder, raw: vec![0; PIECE], text: String::new(), given: 0, last: None, is_done: false }
    }

    fn more(&mut self) -> io::Result<()> {
        let many = self.from.read(&mut self.raw)?;
        self.is_done = many == 0;
        self.text.clear();
        self.given = 0;
        let most = self.decoder.max_utf8_buffer_length(many).unwrap_or(PIECE * 4);
        self.text.reserve(most);
        let _ = self.decoder.decode_to_string(&self.raw[..many], &mut self.text, self.is_done);
        let mut last = self.last;
        let ends = |c: char| {
            let before = last.replace(c);
            match (before, c) {
                (Some('\r'), '\n') => None,
                (_, '\r') => Some('\n'),
                _ => Some(c),
            }
        };
        let mut text: String = self.text.chars().filter_map(ends).collect();
        if self.is_done && last.is_some_and(|c| !matches!(c, '\r' | '\n')) {
            text.push('\n');
        }
        (self.last, self.text) = (last, text);
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if self.is_done {
                return Ok(0);
            }
            self.more()?;
        }
        let rest = &self.text.as_bytes()[self.given..];
        let many = rest.len().min(into.len());
        into[..many].copy_from_slice(&rest[..many]);
        self.given += many;
        Ok(many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::io::Cursor;

    fn read(bytes: &[u8]) -> Vec<(u64, Result<serde_json::Value, String>)> {
        let rows = Rows::open(Cursor::new(bytes.to_vec())).unwrap();
        rows.map(|(line, row)| (line, row.map(|row| row.value))).collect()
    }

    #[test]
    fn rows_are_told_with_the_line_at_which_they_begin() {
        let found = read("name;plan\r\n\r\nAnn;\"big\r\nand old\"\r\nBo\r\nCy;small\r\n".as_bytes());
        assert_eq!(found[0], (3, Ok(json!({ "name": "Ann", "plan": "big\nand old" }))));
        assert_eq!((found[1].0, found[1].1.is_err()), (5, true));
        assert_eq!(found[2], (6, Ok(json!({ "name": "Cy", "plan": "small" }))));
    }

    #[test]
    fn letters_are_read_as_the_whole_file_is_written() {
        let expected = Ok(json!({ "name": "Grüße" }));
        let utf16: Vec<u8> = "\u{feff}name\nGrüße\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in ["\u{feff}name\nGrüße\n".as_bytes(), b"name\nGr\xfc\xdfe\n", &utf16] {
            assert_eq!(read(bytes), [(2, expected.clone())]);
        }
        // The first odd letter stands far behind the first piece, and one stands across its end.
        let far = format!("name\n{}é\n", "x".repeat(PIECE - 6));
        assert_eq!(read(far.as_bytes()).len(), 1);
        let mut late = format!("name\n{}\n", "ab\n".repeat(PIECE)).into_bytes();
        late.extend(b"Gr\xfc\xdfe\n");
        assert_eq!(read(&late).last().unwrap().1, expected);
    }

    /// A file that cannot be read any more once its heading was.
    struct Breaks {
        from: Cursor<Vec<u8>>,
        begun: usize,
    }

    impl Read for Breaks {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.begun == 2 && self.from.position() > 0 {
                return Err(io::Error::other("gone"));
            }
            self.from.read(into)
        }
    }

    impl Seek for Breaks {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.begun += 1;
            self.from.seek(to)
        }
    }

    #[test]
    fn a_file_that_breaks_off_is_told_from_one_that_ends() {
        let text = format!("name\n{}", "Ann\n".repeat(PIECE));
        let mut rows = Rows::open(Breaks { from: Cursor::new(text.into_bytes()), begun: 0 }).unwrap();
        let read = rows.by_ref().count();
        assert!(read > 1_000 && read < PIECE, "{read}");
        assert!(rows.trouble().is_some_and(|why| why.contains("gone")), "{:?}", rows.trouble());
        let mut whole = Rows::open(Cursor::new(b"name\nAnn\n".to_vec())).unwrap();
        assert_eq!((whole.by_ref().count(), whole.trouble()), (1, None));
    }

    #[test]
    fn nothing_is_no_table() {
        for empty in [&b""[..], b"\n\n", b"\xef\xbb\xbf"] {
            assert!(Rows::open(Cursor::new(empty.to_vec())).is_err());
        }
        assert_eq!(read(b"name\n"), []);
    }
}
