//! Chance is handed in, so that a test can repeat what happened.

use std::sync::Mutex;

pub trait Chance: Send + Sync + 'static {
    /// Fills `bytes` with random bytes fit for secrets (or, in tests, with a repeatable sequence).
    fn fill(&self, bytes: &mut [u8]);

    /// A random number below `bound`; 0 where `bound` is 0.
    fn below(&self, bound: u64) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes).checked_rem(bound).unwrap_or(0)
    }
}

/// A repeatable sequence (SplitMix64, Steele, Lea and Flood 2014) for tests, the demo and simulations. Never for secrets.
#[derive(Debug)]
pub struct SeededChance(Mutex<u64>);

impl SeededChance {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = *state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let word = (mixed ^ (mixed >> 31)).to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}
