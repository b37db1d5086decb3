//! A window that moves over a file of any size and holds a bounded part of it.

use crate::format::Encoding;
use std::io::{self, Read, Seek, SeekFrom};

/// What can be imported from: a file, or bytes in memory.
pub trait Input: Read + Seek + Send {}
impl<T: Read + Seek + Send> Input for T {}

const CHUNK: usize = 256 * 1024;

/// Shows a file as one byte for each code unit: UTF-8 as it is, UTF-16 with every unit that is not ASCII as `0xff`.
/// Whoever looks for commas, quotes and line ends thus sees the same in both, and positions stay exact.
pub(crate) struct Window {
    input: Box<dyn Input>,
    encoding: Encoding,
    raw: Vec<u8>,
    view: Vec<u8>,
    /// Where in `view` the window begins; what lies before is forgotten.
    head: usize,
    /// The file's offset of `view[0]`.
    base: u64,
    at_end: bool,
}

impl Window {
    pub(crate) fn new(input: Box<dyn Input>, encoding: Encoding, offset: u64) -> io::Result<Self> {
        let mut window =
            Self { input, encoding, raw: vec![0; CHUNK], view: Vec::new(), head: 0, base: 0, at_end: false };
        window.jump(offset)?;
        Ok(window)
    }

    /// Begins anew at `offset`.
    pub(crate) fn jump(&mut self, offset: u64) -> io::Result<()> {
        self.input.seek(SeekFrom::Start(offset))?;
        self.view.clear();
        (self.head, self.base, self.at_end) = (0, offset, false);
        Ok(())
    }

    /// Bytes in one unit.
    pub(crate) fn width(&self) -> u64 {
        self.encoding.width() as u64
    }

    /// The memory that the window takes.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.raw.capacity() + self.view.capacity()
    }

    pub(crate) fn view(&self) -> &[u8] {
        &self.view[self.head..]
    }

    /// The file's offset of the unit at `index` of the view.
    pub(crate) fn offset(&self, index: usize) -> u64 {
        self.base + ((self.head + index) * self.encoding.width()) as u64
    }

    /// Forgets the first `units` of the view.
    pub(crate) fn forget(&mut self, units: usize) {
        self.head = (self.head + units).min(self.view.len());
    }

    /// Reads on; `false` at the end of the file.
    pub(crate) fn more(&mut self) -> io::Result<bool> {
        if self.at_end {
            return Ok(false);
        }
        if self.head > 0 {
            self.base = self.offset(0);
            self.view.drain(..self.head);
            self.head = 0;
        }
        let width = self.encoding.width();
        let mut filled = 0;
        // A read may stop in the middle of a unit, never for good: only the end of the file leaves half a unit.
        loop {
            let read = read_some(&mut self.input, &mut self.raw[filled..])?;
            filled += read;
            if read == 0 {
                self.at_end = true;
            }
            if read == 0 || filled.is_multiple_of(width) {
                break;
            }
        }
        let raw = &self.raw[..filled];
        match self.encoding {
            Encoding::Utf8 => self.view.extend_from_slice(raw),
            Encoding::Utf16Le => self.view.extend(raw.chunks_exact(2).map(|unit| ascii(unit[1], unit[0]))),
            Encoding::Utf16Be => self.view.extend(raw.chunks_exact(2).map(|unit| ascii(unit[0], unit[1]))),
        }
        Ok(filled >= width)
    }

    /// Reads on until the view holds `units`, or the file ends.
    pub(crate) fn at_least(&mut self, units: usize) -> io::Result<()> {
        while self.view().len() < units && self.more()? {}
        Ok(())
    }

    /// The bytes of a range, wherever the window stands; it stays there.
    pub(crate) fn bytes(&mut self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        let here = self.input.stream_position()?;
        self.input.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        self.input.by_ref().take(length).read_to_end(&mut bytes)?;
        self.input.seek(SeekFrom::Start(here))?;
        Ok(bytes)
    }
}

fn ascii(high: u8, low: u8) -> u8 {
    if high == 0 && low < 0x80 { low } else { 0xff }
}

fn read_some(input: &mut dyn Input, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
