//! How common each value is.

use super::catalogue::{COLUMNS, Catalogue};
use super::hash::hash;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Term frequencies of a catalogue, to be kept beside the parameters: few records, put into a catalogue of their own, are then
/// weighed as if all the others stood beside them. Values are named by a hash, so that no name is kept twice; those
/// that at most two records have are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Frequencies {
    /// How many records have any value, by column.
    pub(super) filled: [u32; COLUMNS],
    /// How many have this one, in the first and in the second column of its vocabulary.
    carriers: BTreeMap<u64, [u32; 2]>,
}

/// The two that agree are not counted among those who have a value.
pub(super) const THE_TWO: u32 = 2;

impl Frequencies {
    /// In how many other records than the two that agree a value stands.
    pub(super) fn others(&self, vocabulary: u8, text: &str, role: usize) -> u32 {
        let carriers = self.carriers.get(&hash(vocabulary, [text]));
        carriers.map_or(0, |carriers| carriers[role].saturating_sub(THE_TWO))
    }
}

impl Catalogue {
    /// How common each value of these records is.
    #[must_use]
    pub fn frequencies(&self) -> Frequencies {
        let common =
            self.values.iter().zip(&self.texts).filter(|(value, _)| value.carriers.iter().any(|n| *n > THE_TWO));
        let carriers = common.map(|(value, text)| (hash(value.vocabulary, [&**text]), value.carriers)).collect();
        Frequencies { filled: self.filled, carriers }
    }
}
