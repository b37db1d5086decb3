//! The files of a model.

use crate::{ModelError, Result};
use std::{
    fs::{self, File},
    io::{ErrorKind, Read},
    path::Path,
};

pub const MODEL: &str = "model.onnx";
pub const TOKENIZER: &str = "tokenizer.json";
pub const CONFIG: &str = "config.json";

pub(crate) const WANTED: &str = "A model is a folder with model.onnx, tokenizer.json and config.json, as training \
                                 frameworks export it; see docs/guides/bigger-models.md";

const MB: u64 = 1 << 20;
/// More than a protobuf may hold.
const LARGEST_MODEL: u64 = 2048 * MB;
const LARGEST_TOKENIZER: u64 = 64 * MB;
const LARGEST_CONFIG: u64 = MB;

/// Raise it where the same files come to say something else: what they said before is then said again.
const READ_BY: u64 = 1;

pub(crate) struct Files {
    pub model: Vec<u8>,
    pub tokenizer: Vec<u8>,
    pub config: Vec<u8>,
    /// The first eight bytes of a BLAKE3 over all three.
    pub checksum: u64,
}

impl Files {
    pub fn read(folder: &Path) -> Result<Self> {
        let read = |name, most| read(&folder.join(name), most);
        // The small ones first: what is missing is said at once.
        let config = read(CONFIG, LARGEST_CONFIG)?;
        let tokenizer = read(TOKENIZER, LARGEST_TOKENIZER)?;
        let model = read(MODEL, LARGEST_MODEL)?;
        let checksum = checksum([&config, &tokenizer, &model]);
        Ok(Self { model, tokenizer, config, checksum })
    }
}

fn read(file: &Path, most: u64) -> Result<Vec<u8>> {
    let unread = |why: std::io::Error| match why.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => ModelError::Missing(file.to_owned()),
        _ => ModelError::Unread { file: file.to_owned(), why },
    };
    // Asked before it is opened: a pipe would wait for whoever writes into it.
    if !fs::metadata(file).map_err(unread)?.is_file() {
        return Err(ModelError::Wrong { file: file.to_owned(), why: format!("this is no file. {WANTED}") });
    }
    let mut bytes = Vec::new();
    File::open(file).map_err(unread)?.take(most + 1).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() as u64 > most {
        return Err(ModelError::TooLarge { file: file.to_owned(), most: most / MB });
    }
    Ok(bytes)
}

fn checksum(files: [&[u8]; 3]) -> u64 {
    let mut hash = blake3::Hasher::new();
    hash.update(&READ_BY.to_le_bytes());
    for bytes in files {
        // So that no byte can change its file.
        hash.update(&(bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    let mut first = [0; 8];
    hash.finalize_xof().fill(&mut first);
    u64::from_le_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_that_changes_its_file_leaves_the_checksum_as_it_was() {
        let one = checksum([b"ab", b"c", b""]);
        assert_eq!(one, checksum([b"ab", b"c", b""]));
        for other in [[&b"a"[..], b"bc", b""], [b"ab", b"", b"c"], [b"abc", b"", b""], [b"ab", b"d", b""]] {
            assert_ne!(one, checksum(other), "{other:?}");
        }
    }

    #[test]
    fn a_file_is_read_up_to_its_bound_and_a_folder_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        fs::write(&file, b"12345").unwrap();
        assert_eq!(read(&file, 5).unwrap(), b"12345");
        assert!(matches!(read(&file, 4), Err(ModelError::TooLarge { .. })));
        assert!(matches!(read(folder.path(), 9), Err(ModelError::Wrong { .. })));
        assert!(matches!(read(&file.join("y"), 9), Err(ModelError::Missing(_))));
    }
}
