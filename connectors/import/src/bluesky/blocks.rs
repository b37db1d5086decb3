//! The blocks of a CAR file (IPLD, "Content Addressable aRchives", version 1): a header, then blocks, each a length, the
//! hash that names it, and its bytes.

use crate::{
    reader::{ImportError, Span},
    window::Input,
};
use ipld_core::{cid::Cid, ipld::Ipld};
use sha2::{Digest as _, Sha256};
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Records are bound to one megabyte by the servers.
pub(super) const MOST_BLOCK_BYTES: u64 = 8 << 20;
const MOST_HEADER_BYTES: u64 = 64 << 10;
/// The longest name of a block: version, codec, hash and its length, and the hash.
const LONGEST_CID: usize = 128;
const SHA2_256: u64 = 0x12;

/// The SHA-256 by which a block is named.
pub(super) type Digest = [u8; 32];

pub(super) fn digest(data: &[u8]) -> Digest {
    Sha256::digest(data).into()
}

pub(super) fn digest_of(cid: &Cid) -> Option<Digest> {
    let hash = cid.hash();
    (hash.code() == SHA2_256).then(|| hash.digest().try_into().ok()).flatten()
}

pub(crate) fn begins_a_car(first: &[u8]) -> bool {
    let Some((length, at)) = number(first) else { return false };
    let end = usize::try_from(length).unwrap_or(usize::MAX).min(MOST_HEADER_BYTES as usize);
    let header = &first[at..first.len().min(at.saturating_add(end))];
    // A map of CBOR with these keys, and little else.
    matches!(header.first(), Some(0xa1 | 0xa2))
        && memchr::memmem::find(&header[..header.len().min(256)], b"gversion").is_some()
}

/// An unsigned number of seven bits a byte (LEB128), and how many bytes it takes.
fn number(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut read = 0u64;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        read |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((read, at + 1));
        }
    }
    None
}

/// Where a block stands. `begin` is that of its length, `offset` that of its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    begin: u64,
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) end: u64,
    pub(super) digest: Digest,
    /// How it begins.
    pub(super) first: [u8; 3],
    pub(super) is_cut_off: bool,
}

impl Block {
    pub(super) fn span(&self) -> Span {
        Span { offset: self.begin, length: self.end - self.begin, next_offset: self.end }
    }
}

pub(super) struct Blocks {
    input: BufReader<Box<dyn Input>>,
    at: u64,
    first: u64,
    length: u64,
    pub(super) root: Digest,
}

fn unreadable(what: &str) -> ImportError {
    ImportError::Unreadable(what.to_owned())
}

impl Blocks {
    pub(super) fn open(mut input: Box<dyn Input>) -> Result<Self, ImportError> {
        let length = input.seek(SeekFrom::End(0))?;
        input.seek(SeekFrom::Start(0))?;
        let mut input = BufReader::with_capacity(1 << 18, input);
        let mut first = Vec::new();
        (&mut input).take(MOST_HEADER_BYTES).read_to_end(&mut first)?;
        let damaged = || unreadable("This file does not begin as a CAR file does. Download the repository again.");
        let (header, at) = number(&first).ok_or_else(damaged)?;
        let end = usize::try_from(header).ok().and_then(|header| at.checked_add(header)).ok_or_else(damaged)?;
        let header: Ipld =
            serde_ipld_dagcbor::from_slice(first.get(at..end).ok_or_else(damaged)?).map_err(|_| damaged())?;
        let Ipld::Map(header) = header else { return Err(damaged()) };
        if header.get("version") != Some(&Ipld::Integer(1)) {
            return Err(unreadable(
                "This is a CAR file of another version than 1. Download the repository from its server.",
            ));
        }
        let root = match header.get("roots") {
            Some(Ipld::List(roots)) => match roots.first() {
                Some(Ipld::Link(cid)) => digest_of(cid),
                _ => None,
            },
            _ => None,
        };
        let root = root.ok_or_else(|| unreadable("This CAR file names no root, so it is no repository."))?;
        let mut blocks = Self { input, at: 0, first: end as u64, length, root };
        blocks.go_to(end as u64)?;
        Ok(blocks)
    }

    /// Where the first block begins.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    pub(super) fn go_to(&mut self, at: u64) -> io::Result<()> {
        let by = i64::try_from(at).unwrap_or(i64::MAX) - self.input.stream_position()?.cast_signed();
        self.input.seek_relative(by)?;
        self.at = at;
        Ok(())
    }

    /// The next block, without its bytes; then the reader stands behind it.
    pub(super) fn next(&mut self) -> io::Result<Option<Block>> {
        let begin = self.at;
        if begin >= self.length {
            return Ok(None);
        }
        let mut seen = Vec::with_capacity(9 + LONGEST_CID + 3);
        (&mut self.input).take((9 + LONGEST_CID + 3) as u64).read_to_end(&mut seen)?;
        let broken = Block {
            begin,
            offset: begin,
            length: 0,
            end: self.length,
            digest: [0; 32],
            first: [0; 3],
            is_cut_off: true,
        };
        // What does not hold together cannot be stepped over: nobody knows where the next one begins.
        let block = number(&seen).and_then(|(length, at)| {
            let offset = begin + at as u64;
            let end = offset.checked_add(length).filter(|end| *end <= self.length)?;
            let rest = &seen[at..seen.len().min(at.saturating_add(usize::try_from(length).ok()?))];
            let mut name = io::Cursor::new(rest);
            let cid = Cid::read_bytes(&mut name).ok()?;
            let named = usize::try_from(name.position()).ok()?;
            let mut first = [0; 3];
            for (to, from) in first.iter_mut().zip(&rest[named..]) {
                *to = *from;
            }
            Some(Block {
                begin,
                offset: offset + named as u64,
                length: length - named as u64,
                end,
                digest: digest_of(&cid).unwrap_or_default(),
                first,
                is_cut_off: false,
            })
        });
        let block = block.unwrap_or(broken);
        self.go_to(block.end)?;
        Ok(Some(block))
    }

    /// The bytes of a block; the reader goes back to where it stood.
    pub(super) fn data(&mut self, block: &Block) -> io::Result<Vec<u8>> {
        let here = self.at;
        self.go_to(block.offset)?;
        let mut data = Vec::new();
        (&mut self.input).take(block.length.min(MOST_BLOCK_BYTES)).read_to_end(&mut data)?;
        self.go_to(here)?;
        Ok(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_seven_bits_a_byte_are_read_and_have_an_end() {
        assert_eq!(number(&[0x05]), Some((5, 1)));
        assert_eq!(number(&[0x80, 0x01, 9]), Some((128, 2)));
        assert_eq!(number(&[0xff; 12]), None);
        assert_eq!(number(&[0x80]), None);
    }

    #[test]
    fn what_is_no_car_is_not_taken_for_one() {
        assert!(!begins_a_car(b""));
        assert!(!begins_a_car(b"id,text\n1,version\n"));
        assert!(!begins_a_car(b"\x3a\xa2gversio"));
        assert!(begins_a_car(b"\x3a\xa2eroots\x80gversion\x01"));
    }
}
