//! Packed exports: zip, and tar inside gzip. Unpacked as they are read and never onto the disk, with an eye on what
//! unpacks to more than anybody wrote.

use crate::{reader::ImportError, window::Input};
use flate2::read::{DeflateDecoder, GzDecoder};
use rawzip::{CompressionMethod, RECOMMENDED_BUFFER_SIZE, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder, ZipLocator};
use std::{
    io::{self, Read, Seek, SeekFrom, Take},
    sync::{Mutex, PoisonError},
};

/// One file in a zip that is read whole may unpack to this much.
pub(crate) const MOST_MEMBER_BYTES: u64 = 64 << 20;
/// Text packs to a tenth, repetitive JSON to a thirtieth. What claims to unpack to more than this many times its size, and
/// is not small, was made to fill somebody's disk.
const MOST_RATIO: u64 = 200;
const SMALL: u64 = 64 << 20;
/// A workspace of a thousand channels and ten years has some three million days; all names are held at once.
const MOST_MEMBERS: usize = 4_000_000;
const LONGEST_NAME: usize = 1024;

const BOMB: &str = "This file claims to unpack to more than 200 times its size, which no honest export does. Nothing of it \
                    was taken. If it is honest, unpack it yourself and import what is inside.";

fn unreadable(what: impl Into<String>) -> ImportError {
    ImportError::Unreadable(what.into())
}

/// The most that a packed file of this size may unpack to.
fn most_unpacked(packed: u64) -> u64 {
    packed.saturating_mul(MOST_RATIO).max(SMALL)
}

/// A file in a zip.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// What the zip says that it unpacks to.
    pub(crate) size: u64,
    method: CompressionMethod,
    place: ZipArchiveEntryWayfinder,
}

/// A file that is read at any place of it.
struct Anywhere(Mutex<Box<dyn Input>>);

impl ReaderAt for Anywhere {
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut input = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        input.seek(SeekFrom::Start(offset))?;
        input.read(into)
    }
}

pub(crate) struct Zip {
    archive: ZipArchive<Anywhere>,
    pub(crate) members: Vec<Member>,
}

impl Zip {
    pub(crate) fn open(mut input: Box<dyn Input>) -> Result<Self, ImportError> {
        let length = input.seek(SeekFrom::End(0))?;
        let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
        let damaged = |error: rawzip::Error| {
            unreadable(format!("This zip is damaged or was cut off ({error}). Export or download it again."))
        };
        let located = ZipLocator::new().locate_in_reader(Anywhere(Mutex::new(input)), &mut buffer, length);
        let archive = located.map_err(|(_, error)| damaged(error))?;
        let (mut members, mut unpacked) = (Vec::new(), 0u64);
        let mut entries = archive.entries(&mut buffer);
        while let Some(entry) = entries.next_entry().map_err(damaged)? {
            if entry.is_dir() {
                continue;
            }
            if members.len() == MOST_MEMBERS {
                return Err(unreadable("This zip holds more files than an export has. Nothing of it was taken."));
            }
            unpacked = unpacked.saturating_add(entry.uncompressed_size_hint());
            let name = entry.file_path();
            let name = &name.as_bytes()[..name.len().min(LONGEST_NAME)];
            members.push(Member {
                name: String::from_utf8_lossy(name).into_owned(),
                size: entry.uncompressed_size_hint(),
                method: entry.compression_method(),
                place: entry.wayfinder(),
            });
        }
        if unpacked > most_unpacked(length) {
            return Err(unreadable(BOMB));
        }
        Ok(Self { archive, members })
    }

    /// The whole of a file in the zip; or in words why it cannot be had.
    pub(crate) fn read(&self, member: &Member) -> io::Result<Result<Vec<u8>, String>> {
        if member.size > MOST_MEMBER_BYTES {
            return Ok(Err(format!(
                "The file {} in the zip unpacks to more than {} MB. Unpack the zip, split that file, and pack it again.",
                member.name,
                MOST_MEMBER_BYTES >> 20
            )));
        }
        let broken =
            |why: &dyn std::fmt::Display| Ok(Err(format!("The file {} in the zip is damaged: {why}.", member.name)));
        let entry = match self.archive.get_entry(member.place) {
            Ok(entry) => entry,
            Err(error) => return broken(&error),
        };
        let mut bytes = Vec::new();
        // One byte more than there is, by its own word: the check of sizes then sees it.
        let most = member.size + 1;
        let read = match member.method {
            CompressionMethod::STORE => entry.verifying_reader(entry.reader()).take(most).read_to_end(&mut bytes),
            CompressionMethod::DEFLATE => {
                entry.verifying_reader(DeflateDecoder::new(entry.reader())).take(most).read_to_end(&mut bytes)
            }
            _ => return broken(&"it is packed in a way that is not known here; pack it with an ordinary zip program"),
        };
        match read {
            Ok(_) if bytes.len() as u64 == member.size => Ok(Ok(bytes)),
            Ok(_) => broken(&"it is longer than the zip says"),
            Err(error) => broken(&error),
        }
    }

    /// A file in the zip as a stream, for what is too large to be held.
    fn stream(self, member: &Member) -> Result<Unpacked, ImportError> {
        let damaged = |error: rawzip::Error| unreadable(format!("This zip is damaged: {error}. Export it again."));
        let (start, end) = self.archive.get_entry(member.place).map_err(damaged)?.compressed_data_range();
        let packing = match member.method {
            CompressionMethod::STORE => Packing::Stored,
            CompressionMethod::DEFLATE => Packing::Deflate,
            _ => {
                return Err(unreadable(
                    "This zip is packed in a way that is not known here. Unpack it, then choose outbox.json.",
                ));
            }
        };
        let place = Place { start, length: end.saturating_sub(start), skip: 0, size: member.size, packing };
        Ok(Unpacked::new(self.archive.into_inner().0.into_inner().unwrap_or_else(PoisonError::into_inner), place)?)
    }
}

/// The file called `name` (in whichever folder) of a zip or a tar inside gzip, as a stream; and the small file called
/// `beside`, where it can be had without unpacking everything.
pub(crate) fn one_of(
    mut input: Box<dyn Input>,
    name: &str,
    beside: &str,
) -> Result<(Unpacked, Option<Vec<u8>>), ImportError> {
    let mut first = [0; 4];
    input.seek(SeekFrom::Start(0))?;
    input.read_exact(&mut first)?;
    if first.starts_with(b"\x1f\x8b") {
        return Ok((in_tar(input, name)?, None));
    }
    let zip = Zip::open(input)?;
    let called = |wanted: &str| zip.members.iter().find(|member| base(&member.name) == wanted).cloned();
    let Some(member) = called(name) else { return Err(missing(name)) };
    let beside = match called(beside) {
        Some(member) => zip.read(&member)?.ok(),
        None => None,
    };
    Ok((zip.stream(&member)?, beside))
}

fn missing(name: &str) -> ImportError {
    unreadable(format!("There is no {name} in this file, so it is not the export of an account's posts."))
}

/// The last part of a path.
pub(crate) fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// How much of a tar is looked through for a file: it stands behind all pictures.
const MOST_TAR_BYTES: u64 = 64 << 30;

/// Finds a file in a tar inside gzip (POSIX.1-1988: blocks of 512 bytes, a header before each file). Long names and other
/// extras stand in entries of their own and are passed like any other file.
fn in_tar(mut input: Box<dyn Input>, name: &str) -> Result<Unpacked, ImportError> {
    let length = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    let mut tar = GzDecoder::new(input);
    let (mut at, mut header) = (0u64, [0; 512]);
    let most = most_unpacked(length).min(MOST_TAR_BYTES);
    while at < most {
        if let Err(error) = tar.read_exact(&mut header) {
            if error.kind() == io::ErrorKind::UnexpectedEof {
                break;
            }
            return Err(unreadable(format!("This file is damaged or was cut off ({error}). Download it again.")));
        }
        at += 512;
        if header.iter().all(|byte| *byte == 0) {
            continue;
        }
        let Some(entry) = tar_entry(&header) else {
            return Err(unreadable("Inside this packed file is no tar, so it is no export of an account's posts."));
        };
        if entry.is_file && base(&entry.name) == name {
            if entry.size > most {
                return Err(unreadable(BOMB));
            }
            let place = Place { start: 0, length, skip: at, size: entry.size, packing: Packing::Gzip };
            return Ok(Unpacked::new(tar.into_inner(), place)?);
        }
        let padded = entry.size.div_ceil(512).saturating_mul(512);
        let passed = io::copy(&mut (&mut tar).take(padded), &mut io::sink()).map_err(|error| {
            unreadable(format!("This file is damaged or was cut off ({error}). Download it again."))
        })?;
        at = at.saturating_add(passed);
        if passed < padded {
            break;
        }
    }
    Err(if at >= most { unreadable(BOMB) } else { missing(name) })
}

pub(crate) struct TarEntry {
    pub(crate) name: String,
    size: u64,
    is_file: bool,
}

/// `None` where these 512 bytes are no header.
pub(crate) fn tar_entry(header: &[u8]) -> Option<TarEntry> {
    let field = |range: std::ops::Range<usize>| {
        let bytes = header.get(range)?;
        Some(&bytes[..bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len())])
    };
    let octal = |range| u64::from_str_radix(std::str::from_utf8(field(range)?).ok()?.trim(), 8).ok();
    // The sum counts its own eight bytes as spaces.
    let sum: u64 = header.get(..512)?.iter().map(|byte| u64::from(*byte)).sum();
    let own: u64 = header[148..156].iter().map(|byte| u64::from(*byte)).sum();
    if octal(148..156)? != sum - own + 8 * u64::from(b' ') {
        return None;
    }
    let name = String::from_utf8_lossy(field(0..100)?).into_owned();
    Some(TarEntry { name, size: octal(124..136)?, is_file: matches!(header[156], b'0' | 0) })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Stored,
    Deflate,
    Gzip,
}

/// Where packed bytes stand, and which of the unpacked ones are meant.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u64,
    length: u64,
    /// Unpacked bytes before those that are meant.
    skip: u64,
    size: u64,
    packing: Packing,
}

enum Decoder {
    Stored(Take<Box<dyn Input>>),
    Deflate(DeflateDecoder<Take<Box<dyn Input>>>),
    Gzip(GzDecoder<Take<Box<dyn Input>>>),
}

impl Decoder {
    fn reader(&mut self) -> &mut dyn Read {
        match self {
            Self::Stored(reader) => reader,
            Self::Deflate(reader) => reader,
            Self::Gzip(reader) => reader,
        }
    }

    fn into_input(self) -> Box<dyn Input> {
        match self {
            Self::Stored(reader) => reader.into_inner(),
            Self::Deflate(reader) => reader.into_inner().into_inner(),
            Self::Gzip(reader) => reader.into_inner().into_inner(),
        }
    }
}

/// A packed file's content as one reads a file. Going back means to unpack from the beginning.
pub(crate) struct Unpacked {
    decoder: Option<Decoder>,
    place: Place,
    at: u64,
}

impl Unpacked {
    fn new(input: Box<dyn Input>, place: Place) -> io::Result<Self> {
        let mut unpacked = Self { decoder: None, place, at: 0 };
        unpacked.restart(input)?;
        Ok(unpacked)
    }

    /// What it unpacks to, by the word of the packed file.
    pub(crate) fn size(&self) -> u64 {
        self.place.size
    }

    fn restart(&mut self, mut input: Box<dyn Input>) -> io::Result<()> {
        input.seek(SeekFrom::Start(self.place.start))?;
        let packed = input.take(self.place.length);
        let mut decoder = match self.place.packing {
            Packing::Stored => Decoder::Stored(packed),
            Packing::Deflate => Decoder::Deflate(DeflateDecoder::new(packed)),
            Packing::Gzip => Decoder::Gzip(GzDecoder::new(packed)),
        };
        io::copy(&mut decoder.reader().take(self.place.skip), &mut io::sink())?;
        self.decoder = Some(decoder);
        self.at = 0;
        Ok(())
    }
}

impl Read for Unpacked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.place.size.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let most = left.min(into.len());
        let Some(decoder) = &mut self.decoder else { return Ok(0) };
        let read = decoder.reader().read(&mut into[..most])?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Unpacked {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(to) => to,
            SeekFrom::End(by) => self.place.size.saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        if to < self.at
            && let Some(decoder) = self.decoder.take()
        {
            self.restart(decoder.into_input())?;
        }
        let ahead = to - self.at;
        io::copy(&mut self.by_ref().take(ahead), &mut io::sink())?;
        Ok(self.at)
    }
}
