//! Whom to invite of those who were not heard yet: how many of each segment, and who of these by lot.
//!
//! Of segment h there are N customers, n of them were heard, and m are to be invited. If all of these answer, the share heard becomes
//!
//! ```text
//! r_h = (n_h + m_h) / N_h                                  r = Σ (n_h + m_h) / Σ N_h
//! ```
//!
//! and the invitations are given out so that these shares lie as close together as whole people allow: they minimise
//!
//! ```text
//! Σ N_h (r_h − r)²      with  Σ m_h = the invitations,  0 ≤ m_h ≤ those who can be reached
//! ```
//!
//! Since r does not depend on who gets them, that is the least Σ (n_h + m_h)² / N_h, a sum of convex functions of one m each: to give each
//! next invitation to where it costs least, (2 (n_h + m_h) + 1) / N_h, is exactly the best (marginal allocation, Gross 1956; Fox,
//! *Operations Research* 14, 1966). It is the divisor method of Sainte-Laguë with those already heard as seats taken.
//!
//! Of each segment as many are then drawn without replacement, each as likely as any other.

use crate::draws::Draws;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// One segment, in people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stratum {
    pub customers: u64,
    /// Of these, who was heard.
    pub heard: u64,
    /// Of those who were not, who can be invited.
    pub reachable: u64,
}

/// What one more invitation costs in a segment; of two alike the larger segment goes first, then the one that stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Next {
    /// Heard, with those who were given an invitation.
    counted: u64,
    customers: u64,
    place: usize,
}

impl Ord for Next {
    fn cmp(&self, other: &Self) -> Ordering {
        let cost = |one: &Self, by: &Self| (2 * u128::from(one.counted) + 1).saturating_mul(u128::from(by.customers));
        let (mine, theirs) = (cost(self, other), cost(other, self));
        mine.cmp(&theirs).then(other.customers.cmp(&self.customers)).then(self.place.cmp(&other.place))
    }
}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// How many invitations each segment gets, in the order of the segments. Fewer than asked for where fewer can be reached. Counts are
/// exact below 2⁶², and the time is the invitations by the logarithm of the segments.
///
/// ```
/// use tertulia_voices::inviting::{Stratum, allocate};
/// let young = Stratum { customers: 100, heard: 30, reachable: 60 };
/// let old = Stratum { customers: 100, heard: 0, reachable: 20 };
/// assert_eq!(allocate(&[young, old], 25), [5, 20]);
/// ```
#[must_use]
pub fn allocate(strata: &[Stratum], invitations: u64) -> Vec<u64> {
    let mut given = vec![0_u64; strata.len()];
    let next = |place: usize, given: u64| {
        let of = strata[place];
        let counted = of.heard.saturating_add(given);
        (of.customers > 0 && given < of.reachable).then_some(Reverse(Next { counted, customers: of.customers, place }))
    };
    let mut waiting: BinaryHeap<Reverse<Next>> = (0..strata.len()).filter_map(|place| next(place, 0)).collect();
    for _ in 0..invitations {
        let Some(Reverse(Next { place, .. })) = waiting.pop() else { break };
        given[place] += 1;
        waiting.extend(next(place, given[place]));
    }
    given
}

/// So many of `among` (all of them where there are fewer), each as likely as any other, in rising order: a partial shuffle (Durstenfeld,
/// *Communications of the ACM* 7, 1964). The same seed and segment give the same; what is drawn of one segment does not depend on the others.
#[must_use]
pub fn draw(seed: u64, segment: &str, among: usize, many: usize) -> Vec<usize> {
    let many = many.min(among);
    let mut draws = Draws::new(Draws::new(seed).word() ^ fingerprint(segment));
    let mut all: Vec<usize> = (0..among).collect();
    for at in 0..many {
        all.swap(at, at + draws.below(among - at));
    }
    all.truncate(many);
    all.sort_unstable();
    all
}

/// FNV-1a, 64 bits (Fowler, Noll and Vo; RFC 9923).
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stratum(customers: u64, heard: u64, reachable: u64) -> Stratum {
        Stratum { customers, heard, reachable }
    }

    /// Σ N (r_h − r)², up to what no choice changes.
    fn unevenness(strata: &[Stratum], given: &[u64]) -> f64 {
        strata.iter().zip(given).map(|(of, more)| ((of.heard + more) as f64).powi(2) / of.customers as f64).sum()
    }

    /// The least of it over every choice there is.
    fn best(strata: &[Stratum], left: u64, given: &mut Vec<u64>) -> f64 {
        let at = given.len();
        if at == strata.len() {
            return if left == 0 { unevenness(strata, given) } else { f64::INFINITY };
        }
        let mut least = f64::INFINITY;
        for more in 0..=strata[at].reachable.min(left) {
            given.push(more);
            least = least.min(best(strata, left - more, given));
            given.pop();
        }
        least
    }

    #[test]
    fn whoever_is_heard_least_gets_most() {
        let strata = [stratum(1_000, 100, 900), stratum(1_000, 10, 990), stratum(100, 0, 100)];
        assert_eq!(allocate(&strata, 120), [10, 99, 11]);
        assert_eq!(allocate(&strata, 0), [0, 0, 0]);
        assert_eq!(allocate(&[], 5), Vec::<u64>::new());
    }

    #[test]
    fn who_cannot_be_reached_is_given_nothing_and_the_rest_goes_to_the_others() {
        let strata = [stratum(50, 0, 3), stratum(50, 20, 30), stratum(0, 0, 9)];
        assert_eq!(allocate(&strata, 10), [3, 7, 0]);
        assert_eq!(allocate(&strata, 1_000), [3, 30, 0], "all there are");
    }

    #[test]
    fn huge_counts_neither_overflow_nor_end_anything() {
        let strata = [stratum(u64::MAX, u64::MAX, u64::MAX), stratum(1, u64::MAX, 2)];
        assert_eq!(allocate(&strata, 3).iter().sum::<u64>(), 3);
    }

    #[test]
    fn the_same_seed_draws_the_same_people_and_segments_draw_by_themselves() {
        assert_eq!(draw(7, "south", 100, 10), draw(7, "south", 100, 10));
        assert_ne!(draw(7, "south", 100, 10), draw(8, "south", 100, 10));
        assert_ne!(draw(7, "south", 100, 10), draw(7, "north", 100, 10));
        assert_eq!(draw(7, "south", 3, 9), [0, 1, 2]);
    }

    #[test]
    fn each_is_drawn_as_often_as_any_other() {
        let mut times = [0_u32; 20];
        for seed in 0..4_000 {
            draw(seed, "all", 20, 5).into_iter().for_each(|one| times[one] += 1);
        }
        // 1,000 expected each, with a standard deviation of 27.
        assert!(times.iter().all(|n| (880..1_120).contains(n)), "{times:?}");
    }

    fn strata() -> impl Strategy<Value = Vec<Stratum>> {
        let one = (1_u64..30, 0_u64..12, 0_u64..5).prop_map(|(customers, heard, reachable)| {
            let heard = heard.min(customers);
            stratum(customers, heard, reachable.min(customers - heard))
        });
        proptest::collection::vec(one, 1..5)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_other_allocation_evens_out_the_shares_better(strata in strata(), invitations in 0_u64..15) {
            let given = allocate(&strata, invitations);
            let reachable: u64 = strata.iter().map(|of| of.reachable).sum();
            prop_assert_eq!(given.iter().sum::<u64>(), invitations.min(reachable));
            prop_assert!(given.iter().zip(&strata).all(|(more, of)| *more <= of.reachable));
            let least = best(&strata, invitations.min(reachable), &mut Vec::new());
            prop_assert!(unevenness(&strata, &given) <= least + 1e-9);
        }

        #[test]
        fn more_invitations_never_take_one_away(strata in strata(), invitations in 0_u64..15) {
            let (fewer, more) = (allocate(&strata, invitations), allocate(&strata, invitations + 1));
            prop_assert!(fewer.iter().zip(&more).all(|(before, after)| before <= after));
        }

        #[test]
        fn who_is_drawn_is_there_and_drawn_once(seed: u64, among in 0_usize..60, many in 0_usize..80) {
            let drawn = draw(seed, "x", among, many);
            prop_assert_eq!(drawn.len(), many.min(among));
            prop_assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(drawn.iter().all(|one| *one < among));
        }
    }
}
