//! What is compared, and how well two records agree in it.

use serde::{Deserialize, Serialize};

/// What is compared. Of two fields that people mix up (given name and surname, two lines of an address) each is compared
/// in the order that fits better, and the order is a comparison of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Comparison {
    GivenName,
    Surname,
    NameOrder,
    StreetNumber,
    Street,
    Locality,
    AddressOrder,
    Place,
    Postcode,
    Region,
    BirthDate,
    Email,
    Phone,
    Handle,
    Link,
    Signature,
}

impl Comparison {
    pub const ALL: [Self; 16] = [
        Self::GivenName,
        Self::Surname,
        Self::NameOrder,
        Self::StreetNumber,
        Self::Street,
        Self::Locality,
        Self::AddressOrder,
        Self::Place,
        Self::Postcode,
        Self::Region,
        Self::BirthDate,
        Self::Email,
        Self::Phone,
        Self::Handle,
        Self::Link,
        Self::Signature,
    ];

    /// Whether it says in which order two fields were compared, rather than how well they agree.
    pub fn is_order(self) -> bool {
        matches!(self, Self::NameOrder | Self::AddressOrder)
    }
}

/// How well two values agree. Of an order there are two: [`Level::Exact`] is the same, [`Level::Different`] the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Level {
    Exact = 1,
    /// One slip of the finger, or other spaces.
    VeryNear = 2,
    /// Two slips, an abbreviation, one part of two, the same sounds.
    Near = 3,
    /// More in common than chance likes.
    Alike = 4,
    Different = 5,
}

impl Level {
    pub const ALL: [Self; 5] = [Self::Exact, Self::VeryNear, Self::Near, Self::Alike, Self::Different];

    /// From 0 (exact) to 4 (different): its place in tables.
    pub fn index(self) -> usize {
        self as usize - 1
    }
}

/// The levels of one pair in all comparisons; what one of the two records lacks is absent. 64 bits, so that patterns are
/// counted in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Pattern(u64);

impl Pattern {
    pub fn level(self, comparison: Comparison) -> Option<Level> {
        match (self.0 >> (4 * comparison as u8)) & 15 {
            1 => Some(Level::Exact),
            2 => Some(Level::VeryNear),
            3 => Some(Level::Near),
            4 => Some(Level::Alike),
            5 => Some(Level::Different),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn set(&mut self, comparison: Comparison, level: Level) {
        self.0 |= (level as u64) << (4 * comparison as u8);
    }

    /// The comparisons that both records have values for.
    pub fn levels(self) -> impl Iterator<Item = (Comparison, Level)> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let at = left.trailing_zeros() / 4;
            let comparison = Comparison::ALL[at as usize];
            left &= !(15 << (4 * at));
            self.level(comparison).map(|level| (comparison, level))
        })
    }
}
