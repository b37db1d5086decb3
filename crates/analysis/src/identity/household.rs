//! People of one house or one desk: alike without being one.
//!
//! Members of a household share surname, address and often a number; colleagues share a site and the lines of a
//! signature. With two kinds of pairs alone (one person, two strangers) all this would speak for one person. So there is a
//! third kind, as in Larsen and Rubin 2001, "Iterative automated record linkage using mixture models", whose share is learnt
//! with the rest: what belongs to a place agrees as for one person, what belongs to a person as for strangers.

use super::parameters::normalised;
use super::pattern::Comparison;
use serde::{Deserialize, Serialize};

/// What is learnt of pairs of two persons who live or work together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Household {
    /// The probability that two records drawn by chance are of two persons of one house.
    pub prior: f64,
    /// How often their surnames come out at each level, from exact to different.
    pub surname: [f64; 5],
}

impl Household {
    /// Before anything is learnt: for three records in ten there is another one of the same house.
    pub(super) fn expected(records: usize) -> Self {
        let surname = normalised(&[0.62, 0.05, 0.02, 0.01, 0.30]);
        Self { prior: 0.3 / records.max(2) as f64, surname }
    }

    /// How often a comparison comes out at each level for such pairs; `None` where it does as for strangers.
    pub(super) fn levels(&self, comparison: Comparison) -> Option<[f64; 5]> {
        match comparison {
            Comparison::Surname => Some(self.surname),
            Comparison::StreetNumber
            | Comparison::Street
            | Comparison::Locality
            | Comparison::Place
            | Comparison::Postcode
            | Comparison::Region => Some(ADDRESS),
            Comparison::AddressOrder => Some(ORDER),
            Comparison::Phone | Comparison::Link | Comparison::Signature => Some(SHARED),
            Comparison::GivenName
            | Comparison::NameOrder
            | Comparison::BirthDate
            | Comparison::Email
            | Comparison::Handle => None,
        }
    }
}

/// They live there; what differs is how it was written down.
const ADDRESS: [f64; 5] = [0.84, 0.08, 0.03, 0.02, 0.03];
const ORDER: [f64; 5] = [0.95, 1e-7, 1e-7, 1e-7, 0.05];
/// Some share a number, a site, a line of the firm.
const SHARED: [f64; 5] = [0.40, 0.02, 0.05, 0.01, 0.52];
