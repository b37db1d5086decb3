//! The blob store: a content-addressed folder. A blob is named by its BLAKE3, written beside its place, made durable and
//! moved there; so a blob that has its name is whole. Small things of one batch share a blob and are ranges of it.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};
use tertulia_model::{BlobRange, Millis};

#[derive(Debug, Clone)]
pub struct BlobStore {
    folder: Arc<PathBuf>,
}

/// What bytes are searched for, without regard to the case of ASCII's letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    bytes: Vec<u8>,
    is_word: bool,
}

impl Needle {
    /// A text; or, where it `is_word`, a text that no other letter or digit touches.
    pub fn new(text: &str, is_word: bool) -> Self {
        Self { bytes: text.to_ascii_lowercase().into_bytes(), is_word }
    }

    /// Whether it begins at one of the places from `begin` on. `is_end`: nothing follows the window. Where something may, a
    /// word at its very end is found with the next one.
    fn is_in(&self, window: &[u8], begin: usize, is_end: bool, counts: impl Fn(usize) -> bool) -> bool {
        let length = self.bytes.len();
        if length == 0 {
            return false;
        }
        let stands = |n: usize| !self.is_word || self.stands_alone(&window[..n], &window[n + length..], is_end);
        window
            .windows(length)
            .enumerate()
            .skip(begin)
            .any(|(n, part)| part == self.bytes.as_slice() && stands(n) && counts(n))
    }

    /// Where it begins or ends with a sign of its own (`+49…`, `https://…/`), anything may stand there.
    fn stands_alone(&self, before: &[u8], after: &[u8], is_end: bool) -> bool {
        let is_letter = |byte: Option<&u8>| byte.is_some_and(|byte| touches(*byte as char) || *byte >= 0x80);
        let is_free_before = !is_letter(self.bytes.first()) || !ends_with_letter(before);
        let is_free_after = || match char_at_start(after) {
            Some(next) => !touches(next) && next != '@',
            // A byte that is no UTF-8 is a letter of another alphabet.
            None => after.is_empty() && is_end,
        };
        is_free_before && (!is_letter(self.bytes.last()) || is_free_after())
    }
}

/// Bytes that tell what stands before and after a word: an escape, and a character.
const BEFORE: usize = 6;
const AFTER: usize = 4;

fn touches(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn ends_with_letter(bytes: &[u8]) -> bool {
    let last = (1..=bytes.len().min(4)).find_map(|n| std::str::from_utf8(&bytes[bytes.len() - n..]).ok());
    match last.and_then(|text| text.chars().next_back()) {
        Some(last) => touches(last) && !ends_with_escape(bytes),
        None => !bytes.is_empty(),
    }
}

/// Formats write signs in letters: a line's end as `\n` (JSON), `<` as `\u003c`, `%3C` (addresses) or `=3C` (mails).
fn ends_with_escape(bytes: &[u8]) -> bool {
    let is_hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    match bytes {
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., b'\\', b'u', a, b, c, d] => is_hex(&[*a, *b, *c, *d]),
        [.., b'%' | b'=', a, b] => is_hex(&[*a, *b]),
        _ => false,
    }
}

fn char_at_start(bytes: &[u8]) -> Option<char> {
    (1..=bytes.len().min(AFTER))
        .find_map(|n| std::str::from_utf8(&bytes[..n]).ok())
        .and_then(|text| text.chars().next())
}

/// A blob that is being written. Dropped before `finish`, it leaves nothing.
pub struct BlobFile {
    store: BlobStore,
    file: tempfile::NamedTempFile,
    hasher: blake3::Hasher,
    length: u64,
}

impl BlobStore {
    pub fn open(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let store = Self::open_shared(folder)?;
        // What a crash left half-written is nobody's.
        for left in fs::read_dir(store.folder.join("new"))? {
            let _ = fs::remove_file(left?.path());
        }
        Ok(store)
    }

    /// Opens a folder in which another program may be writing at this moment: nothing half-written is swept away.
    pub fn open_shared(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        fs::create_dir_all(folder.join("new"))?;
        Ok(Self { folder: Arc::new(folder) })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a blob stands.
    pub fn path(&self, hash: &str) -> io::Result<PathBuf> {
        if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not the name of a blob"));
        }
        Ok(self.folder.join(&hash[..2]).join(hash))
    }

    pub fn writer(&self) -> io::Result<BlobFile> {
        let file = tempfile::NamedTempFile::new_in(self.folder.join("new"))?;
        Ok(BlobFile { store: self.clone(), file, hasher: blake3::Hasher::new(), length: 0 })
    }

    pub fn put(&self, bytes: &[u8]) -> io::Result<BlobRange> {
        let mut writer = self.writer()?;
        writer.write(bytes)?;
        writer.finish()
    }

    /// Stores many small things in one durable blob; gives each its range, in order.
    pub fn put_all<'a>(&self, items: impl IntoIterator<Item = &'a [u8]>) -> io::Result<Vec<BlobRange>> {
        let mut items = items.into_iter().peekable();
        if items.peek().is_none() {
            // Most messages bring no attachment: for nothing there is no file to make and remove.
            return Ok(Vec::new());
        }
        let mut writer = self.writer()?;
        let mut extents = Vec::new();
        for item in items {
            extents.push((writer.length, item.len() as u64));
            writer.write(item)?;
        }
        let blob = writer.finish()?.blob;
        Ok(extents.into_iter().map(|(offset, length)| BlobRange { blob: blob.clone(), offset, length }).collect())
    }

    pub fn read(&self, range: &BlobRange) -> io::Result<Vec<u8>> {
        let mut file = File::open(self.path(&range.blob)?)?;
        file.seek(SeekFrom::Start(range.offset))?;
        // Room for what is there and no more: a vector that grows is copied, and a large one is held twice.
        let there = file.metadata()?.len().saturating_sub(range.offset).min(range.length);
        let mut bytes = Vec::with_capacity(usize::try_from(there).unwrap_or(0));
        file.take(range.length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != range.length {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the blob is shorter than it should be"));
        }
        Ok(bytes)
    }

    /// Opens a blob for many reads of its ranges.
    pub fn reader(&self, hash: &str) -> io::Result<BlobReader> {
        Ok(BlobReader { file: File::open(self.path(hash)?)? })
    }

    /// Takes a blob away for good; one that is not there is gone already.
    pub fn remove(&self, hash: &str) -> io::Result<()> {
        match fs::remove_file(self.path(hash)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The names of all blobs.
    pub fn all(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for folder in fs::read_dir(&*self.folder)?.collect::<io::Result<Vec<_>>>()? {
            if folder.file_type()?.is_dir() && folder.file_name().len() == 2 {
                for blob in fs::read_dir(folder.path())? {
                    names.push(blob?.file_name().to_string_lossy().into_owned());
                }
            }
        }
        names.retain(|name| self.path(name).is_ok());
        names.sort();
        Ok(names)
    }

    /// A blob of these ranges of another, one after the other, in pieces: it may be larger than the memory.
    pub fn copy_ranges(&self, from: &str, ranges: &[(u64, u64)]) -> io::Result<BlobRange> {
        let mut file = File::open(self.path(from)?)?;
        let mut writer = self.writer()?;
        let mut buffer = vec![0; 1 << 20];
        for (first, many) in ranges {
            file.seek(SeekFrom::Start(*first))?;
            let mut left = *many;
            while left > 0 {
                let part = usize::try_from(left.min(buffer.len() as u64)).map_err(io::Error::other)?;
                file.read_exact(&mut buffer[..part])?;
                writer.write(&buffer[..part])?;
                left -= part as u64;
            }
        }
        writer.finish()
    }

    /// Whether any of these stands in a part of a blob, outside of the ranges that are left out; read in pieces. One that is
    /// not there (any more) holds nothing.
    pub fn holds_any(
        &self,
        hash: &str,
        part: Range<u64>,
        needles: &[Needle],
        left_out: &[(u64, u64)],
    ) -> io::Result<bool> {
        let mut file = match File::open(self.path(hash)?) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            opened => opened?,
        };
        file.seek(SeekFrom::Start(part.start))?;
        let mut file = file.take(part.end.saturating_sub(part.start));
        let longest = needles.iter().map(|needle| needle.bytes.len()).max().unwrap_or(0);
        let (mut window, mut at) = (Vec::new(), part.start);
        let mut piece = vec![0; 1 << 20];
        loop {
            let read = file.read(&mut piece)?;
            window.extend(piece[..read].iter().map(u8::to_ascii_lowercase));
            let is_outside = |n: usize, needle: &Needle| {
                let (start, end) = (at + n as u64, at + (n + needle.bytes.len()) as u64);
                !left_out.iter().any(|(first, many)| *first <= start && end <= first + many)
            };
            // What began earlier was seen with the piece before, and what stands before it is not here any more.
            let begin = if at == part.start { 0 } else { BEFORE };
            if needles.iter().any(|needle| needle.is_in(&window, begin, read == 0, |n| is_outside(n, needle))) {
                return Ok(true);
            }
            if read == 0 {
                return Ok(false);
            }
            // With what stands before and after the longest of them.
            let kept = window.len().min(BEFORE + longest + AFTER);
            at += (window.len() - kept) as u64;
            window.drain(..window.len() - kept);
        }
    }

    pub fn size(&self, hash: &str) -> io::Result<u64> {
        Ok(fs::metadata(self.path(hash)?)?.len())
    }

    /// When these bytes were stored for the last time; none where they are not there (any more).
    pub fn stored_at(&self, hash: &str) -> io::Result<Option<Millis>> {
        match fs::metadata(self.path(hash)?) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            found => {
                let since = found?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
                Ok(Some(Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)))
            }
        }
    }
}

/// A blob that is open for reading.
pub struct BlobReader {
    file: File,
}

impl BlobReader {
    pub fn read(&mut self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(offset))?;
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl BlobFile {
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.as_file_mut().write_all(bytes)?;
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    /// What is stored again counts as stored now: see [`BlobStore::stored_at`].
    fn make_as_young(&self, there: &Path) -> io::Result<()> {
        File::open(there)?.set_modified(self.file.as_file().metadata()?.modified()?)
    }

    /// Makes the blob durable under its name.
    pub fn finish(self) -> io::Result<BlobRange> {
        let hash = self.hasher.finalize().to_hex().to_string();
        let path = self.store.path(&hash)?;
        let range = BlobRange { blob: hash, offset: 0, length: self.length };
        if fs::metadata(&path).is_ok_and(|there| there.len() == self.length) {
            // Where the disk does not allow it, the blob only counts as older than it is.
            let _ = self.make_as_young(&path);
            return Ok(range);
        }
        self.file.as_file().sync_all()?;
        let folder = path.parent().unwrap_or(&self.store.folder).to_owned();
        if !folder.exists() {
            fs::create_dir_all(&folder)?;
            File::open(&*self.store.folder)?.sync_all()?;
        }
        self.file.persist(&path).map_err(|error| error.error)?;
        File::open(&folder)?.sync_all()?;
        Ok(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_small_things_share_a_blob_and_are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = BlobStore::open(folder.path()).unwrap();
        let ranges = store.put_all([&b"one"[..], b"", b"three"]).unwrap();
        assert_eq!(ranges.iter().map(|r| store.read(r).unwrap()).collect::<Vec<_>>(), [&b"one"[..], b"", b"three"]);
        assert_eq!(ranges[0].blob, ranges[2].blob);
        assert!(store.put_all([]).unwrap().is_empty());
    }

    #[test]
    fn what_is_stored_again_is_as_young_as_what_was_stored_now() {
        let folder = tempfile::tempdir().unwrap();
        let store = BlobStore::open(folder.path()).unwrap();
        let blob = store.put(b"one").unwrap().blob;
        File::open(store.path(&blob).unwrap()).unwrap().set_modified(UNIX_EPOCH).unwrap();
        assert_eq!(store.stored_at(&blob).unwrap(), Some(0));
        store.put(b"one").unwrap();
        assert!(store.stored_at(&blob).unwrap().unwrap() > 1_600_000_000_000);
        store.remove(&blob).unwrap();
        assert_eq!(store.stored_at(&blob).unwrap(), None);
    }

    #[test]
    fn a_blob_left_unfinished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = BlobStore::open(folder.path()).unwrap();
        let mut writer = store.writer().unwrap();
        writer.write(b"half").unwrap();
        drop(writer);
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 0);
    }

    #[test]
    fn a_blob_being_written_outlives_another_program_that_opens_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = BlobStore::open(folder.path()).unwrap().writer().unwrap();
        writer.write(b"whole").unwrap();
        let beside = BlobStore::open_shared(folder.path()).unwrap();
        let range = writer.finish().unwrap();
        assert_eq!(beside.read(&range).unwrap(), b"whole");
    }

    #[test]
    fn what_is_searched_for_is_found_across_pieces_as_a_text_or_as_a_word() {
        let folder = tempfile::tempdir().unwrap();
        let store = BlobStore::open(folder.path()).unwrap();
        let (text, word) = (Needle::new("kim", false), Needle::new("Kim", true));
        let holds = |bytes: &[u8], needle: &Needle, left_out: &[(u64, u64)]| {
            let blob = store.put(bytes).unwrap().blob;
            store.holds_any(&blob, 0..u64::MAX, std::slice::from_ref(needle), left_out).unwrap()
        };
        for alone in ["\"kim\"", "Kim.", "of KIM", "kim", "@kim: yes", "kimono, kim"] {
            assert!(holds(alone.as_bytes(), &word, &[]), "{alone}");
        }
        for within in ["kimono", "Joakim", "kim_2", "kim@other.example", "ékim"] {
            assert!(!holds(within.as_bytes(), &word, &[]) && holds(within.as_bytes(), &text, &[]), "{within}");
        }
        let escaped = ["“kim”", "kim，", "\\nkim", "\\u003ckim", "%3Ckim%3E", "=3Ckim=3E"];
        for alone in escaped {
            assert!(holds(alone.as_bytes(), &word, &[]), "{alone}");
        }
        assert!(!holds(b"\xe9kim", &word, &[]) && !holds(b"kim\xe9", &word, &[]), "a letter of another alphabet");
        let page = Needle::new("https://kim.example/", true);
        assert!(holds(b"(https://kim.example/posts/1)", &page, &[]) && !holds(b"xhttps://kim.example/", &page, &[]));
        let address = Needle::new("kim@home.example", true);
        for of_theirs in ["<kim@home.example>", "mailto:kim@home.example?subject=a", "«kim@home.example»."] {
            assert!(holds(of_theirs.as_bytes(), &address, &[]), "{of_theirs}");
        }
        assert!(!holds(b"<joakim@home.example>", &address, &[]));
        // At each place around the end of a piece.
        for before in (1 << 20) - 5..(1 << 20) + 3 {
            let mut bytes = vec![b' '; before];
            bytes.extend(b"kim and");
            assert!(holds(&bytes, &word, &[]) && holds(&bytes, &text, &[]), "{before}");
            assert!(!holds(&bytes, &word, &[(before as u64, 3)]), "{before}");
            bytes[before + 3] = b'o';
            assert!(!holds(&bytes, &word, &[]), "{before}");
        }
        let blob = store.put(b"kim kim").unwrap().blob;
        assert!(!store.holds_any(&blob, 1..6, std::slice::from_ref(&word), &[]).unwrap(), "only a part of it");
        store.remove(&blob).unwrap();
        assert!(!store.holds_any(&blob, 0..9, &[word], &[]).unwrap(), "one that is gone holds nothing");
    }

    #[test]
    fn a_name_that_is_no_hash_opens_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = BlobStore::open(folder.path()).unwrap();
        let range = BlobRange { blob: "../../etc/passwd".to_owned(), offset: 0, length: 1 };
        assert_eq!(store.read(&range).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
