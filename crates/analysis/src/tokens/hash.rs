//! A quick hash of words. Keyed, so that nobody can write a message whose words all collide; it never shows in what
//! comes out.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;

static KEY: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0) | 1);

pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = KeyedHash::default().build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

/// The eight bytes at a time that a text is made of, the last ones filled up with zeros.
#[inline]
pub(crate) fn eights(bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let whole = bytes.as_chunks::<8>().0;
    let last = (!bytes.len().is_multiple_of(8)).then(|| last(bytes));
    whole.iter().map(|word| u64::from_le_bytes(*word)).chain(last)
}

/// The bytes behind the last whole eight: read in one piece, over others that are shifted out or read twice.
#[inline]
fn last(bytes: &[u8]) -> u64 {
    let length = bytes.len() % 8;
    if let Some(eight) = bytes.last_chunk::<8>() {
        return u64::from_le_bytes(*eight) >> (64 - 8 * length);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (length - 4));
    }
    let at = |place: usize| u64::from(bytes[place]) << (8 * place);
    at(0) | at(length / 2) | at(length - 1)
}

/// For the maps of the standard library.
#[derive(Debug, Clone)]
pub(crate) struct KeyedHash(u64);

impl Default for KeyedHash {
    fn default() -> Self {
        Self(*KEY)
    }
}

impl BuildHasher for KeyedHash {
    type Hasher = WordHasher;

    #[inline]
    fn build_hasher(&self) -> WordHasher {
        WordHasher { factor: self.0 ^ 0x9e37_79b9_7f4a_7c15, state: self.0 }
    }
}

pub(crate) struct WordHasher {
    factor: u64,
    state: u64,
}

impl Hasher for WordHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.state ^= bytes.len() as u64;
        eights(bytes).for_each(|word| self.write_u64(word));
    }

    /// Folded multiplication.
    #[inline]
    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.state ^ word) * u128::from(self.factor);
        self.state = (product as u64) ^ ((product >> 64) as u64);
    }

    /// The end of a `str`, whose length is hashed already.
    fn write_u8(&mut self, _: u8) {}

    #[inline]
    fn finish(&self) -> u64 {
        self.state ^ (self.state >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_any_length_are_read_as_their_bytes() {
        let bytes: Vec<u8> = (1..=70).collect();
        for length in 0..=bytes.len() {
            let read: Vec<u8> = eights(&bytes[..length]).flat_map(u64::to_le_bytes).collect();
            let (word, filling) = read.split_at(length);
            assert_eq!(word, &bytes[..length]);
            assert!(filling.len() < 8 && filling.iter().all(|byte| *byte == 0), "{length}");
        }
    }
}
