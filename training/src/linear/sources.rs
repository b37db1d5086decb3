//! Files that are learnt from: what was read is told in the model's card.

use anyhow::{Context, Result};
use std::path::Path;
use tertulia_analysis::linear::normal::{Kind, Normal};

/// A file, with its checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Below the folder of the data.
    pub name: String,
    pub checksum: String,
    pub texts: usize,
}

/// Reads a file below the folder of the data.
pub fn read(data: &Path, name: &str) -> Result<(String, Source)> {
    let bytes = std::fs::read(data.join(name)).with_context(|| format!("{name} is not among the data"))?;
    let source = Source { name: name.to_owned(), checksum: checksum(&bytes), texts: 0 };
    Ok((String::from_utf8(bytes).with_context(|| format!("{name} is no UTF-8"))?, source))
}

pub fn checksum(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// What stays of a text without names, links, marks and spaces: texts with one key are the same text.
pub fn key(text: &str) -> String {
    let mut normal = Normal::default();
    normal.read(text, usize::from(u16::MAX), false);
    let words = normal.pieces.iter().filter(|piece| matches!(piece.kind, Kind::Word | Kind::Number));
    words.flat_map(|piece| normal.of(piece)).filter_map(|c| char::from_u32(*c)).filter(|c| *c != '\'').collect()
}

/// A number for a key, for folds: it has nothing to do with the order of a file.
pub fn fold(key: &str) -> u64 {
    let hash = blake3::hash(key.as_bytes());
    hash.as_bytes().first_chunk::<8>().map_or(0, |eight| u64::from_le_bytes(*eight))
}

/// The rows of a card's table.
pub fn table(sources: &[Source], licence: impl Fn(&str) -> &'static str) -> String {
    let row = |source: &Source| {
        format!("| {} | {} | {} | `{}` |\n", source.name, source.texts, licence(&source.name), source.checksum)
    };
    let head = "| file | texts | licence | BLAKE3 |\n|---|---|---|---|\n";
    std::iter::once(head.to_owned()).chain(sources.iter().map(row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_was_sent_again_has_the_same_key() {
        assert_eq!(key("@anna Thanks, we're  late! https://example.org/a"), key("thanks were late"));
        assert_ne!(key("thanks we are late"), key("thanks were late"));
        assert_eq!(fold(&key("Thanks!")), fold(&key("thanks")));
    }
}
