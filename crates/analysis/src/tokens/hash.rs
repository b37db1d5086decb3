//! A quick hash of words. Keyed, so that nobody can write a message whose words all collide; it never shows in what
//! comes out.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;

static KEY: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0) | 1);

/// Folded multiplication, eight bytes at a time.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    hash_with(*KEY, bytes)
}

fn hash_with(key: u64, bytes: &[u8]) -> u64 {
    let mut state = key ^ bytes.len() as u64;
    let mut mix = |word: u64| {
        let product = u128::from(state ^ word) * u128::from(key ^ 0x9e37_79b9_7f4a_7c15);
        state = (product as u64) ^ ((product >> 64) as u64);
    };
    let (words, rest) = bytes.as_chunks::<8>();
    words.iter().for_each(|word| mix(u64::from_le_bytes(*word)));
    if !rest.is_empty() {
        mix(rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)));
    }
    state ^ (state >> 32)
}

/// The same for the maps of the standard library.
#[derive(Debug, Clone)]
pub(crate) struct KeyedHash(u64);

impl Default for KeyedHash {
    fn default() -> Self {
        Self(*KEY)
    }
}

impl BuildHasher for KeyedHash {
    type Hasher = WordHasher;

    fn build_hasher(&self) -> WordHasher {
        WordHasher { key: self.0, state: 0 }
    }
}

pub(crate) struct WordHasher {
    key: u64,
    state: u64,
}

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.state ^= hash_with(self.key, bytes);
    }

    /// The end of a `str`: the length is hashed already.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.state
    }
}
