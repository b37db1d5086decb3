//! Chance for secrets, from the operating system.

use rand::{TryRng, rngs::SysRng};
use tertulia_model::Chance;

pub struct OsChance;

impl Chance for OsChance {
    /// A system without random numbers cannot keep a secret: rather than go on with guessable ones, the program ends.
    fn fill(&self, bytes: &mut [u8]) {
        SysRng.try_fill_bytes(bytes).expect("the operating system gives random numbers");
    }
}
