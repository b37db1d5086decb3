//! How many would ask for something if those who ask were made up as the customers are (post-stratification).
//!
//! Who speaks up is no sample of all customers: one segment may be loud. Each asker of segment *h* counts
//!
//! ```text
//! w_h = (N_h / N) / (a_h / a)
//! ```
//!
//! where *N_h* of *N* customers are in the segment, and *a_h* of the *a* people who ask for anything at all. The weighted
//! count of an item is the sum of the weights of its askers; over all people who ask for anything it is *a* again, as far as
//! each segment was heard. Holt and Smith, "Post Stratification", Journal of the Royal Statistical Society A 142 (1979).
//!
//! A weight that rests on a handful says little: with fewer than [`LEAST`] askers of a segment, whoever asks of it makes the
//! item "too few to weigh". How uneven the weights are is told by Kish's effective number, (Σw)² / Σw² ("Survey Sampling",
//! 1965, §11.7).

use std::collections::BTreeMap;

/// Askers that a segment must have, of anything at all, before they are weighed.
pub const LEAST: u64 = 5;

/// How many there are of each segment, by its name.
pub type Counts = BTreeMap<String, u64>;

/// The weight of one asker of each segment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weights {
    pub of: BTreeMap<String, Weight>,
    /// The share of customers in segments of which nobody asks for anything: no weight can speak for them.
    pub unheard: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weight {
    pub weight: f64,
    pub customers: u64,
    /// Of anything at all.
    pub askers: u64,
    /// Too few ask for it to be trusted.
    pub is_thin: bool,
}

/// The weights by which those who ask are made up as the customers are. `askers`: all who ask for anything, each once, as far
/// as their segment is known.
pub fn post_stratify(customers: &Counts, askers: &Counts) -> Weights {
    let all: u64 = customers.values().sum();
    let asking: u64 = askers.iter().filter(|(segment, _)| customers.contains_key(*segment)).map(|(_, n)| n).sum();
    let mut weights = Weights::default();
    if all == 0 {
        return weights;
    }
    for (segment, customers) in customers {
        let askers = askers.get(segment).copied().unwrap_or(0);
        let share = *customers as f64 / all as f64;
        if askers == 0 {
            weights.unheard += share;
            continue;
        }
        let weight = share / (askers as f64 / asking as f64);
        weights.of.insert(segment.clone(), Weight { weight, customers: *customers, askers, is_thin: askers < LEAST });
    }
    weights
}

/// The weights that somebody chose, instead; each is as good as they say.
pub fn chosen(weights: &BTreeMap<String, f64>, customers: &Counts, askers: &Counts) -> Weights {
    let count = |of: &Counts, segment: &str| of.get(segment).copied().unwrap_or(0);
    let weight = |(segment, weight): (&String, &f64)| {
        let (customers, askers) = (count(customers, segment), count(askers, segment));
        (segment.clone(), Weight { weight: *weight, customers, askers, is_thin: false })
    };
    Weights { of: weights.iter().map(weight).collect(), unheard: 0.0 }
}

/// What an item's askers come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weighted {
    /// Nobody who asks is in a segment that can be weighed.
    Nobody,
    /// Too few ask of a segment.
    TooFew { askers: u64 },
    Is {
        count: f64,
        /// On how many people it rests: those whose segment is known.
        askers: u64,
        /// As many as would say as much if all weighed the same.
        effective: f64,
        /// Those whose segment is not known, or has no weight.
        left_out: u64,
    },
}

/// Weighs an item's askers.
pub fn weigh(weights: &Weights, askers: &Counts) -> Weighted {
    let (mut count, mut squares, mut known, mut left_out) = (0.0, 0.0, 0, 0);
    let mut is_thin = false;
    for (segment, askers) in askers.iter().filter(|(_, askers)| **askers > 0) {
        let Some(weight) = weights.of.get(segment) else {
            left_out += askers;
            continue;
        };
        is_thin |= weight.is_thin;
        known += askers;
        count += weight.weight * *askers as f64;
        squares += weight.weight * weight.weight * *askers as f64;
    }
    match (known, is_thin) {
        (0, _) => Weighted::Nobody,
        (askers, true) => Weighted::TooFew { askers },
        (askers, false) => {
            let effective = if squares > 0.0 { count * count / squares } else { 0.0 };
            Weighted::Is { count, askers, effective, left_out }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts(of: &[(&str, u64)]) -> Counts {
        of.iter().map(|(segment, n)| ((*segment).to_owned(), *n)).collect()
    }

    #[test]
    fn a_loud_segment_counts_less_and_a_quiet_one_more() {
        // Half of the customers are retail; of ten who ask, nine are wholesale.
        let weights =
            post_stratify(&counts(&[("retail", 50), ("wholesale", 50)]), &counts(&[("retail", 10), ("wholesale", 90)]));
        assert_eq!(weights.of["retail"].weight, 5.0);
        assert!((weights.of["wholesale"].weight - 0.5 / 0.9).abs() < 1e-12);
        let quiet = weigh(&weights, &counts(&[("retail", 4)]));
        let Weighted::Is { count, askers, effective, left_out } = quiet else { panic!("{quiet:?}") };
        assert_eq!((count, askers, left_out), (20.0, 4, 0));
        assert!((effective - 4.0).abs() < 1e-9, "all weigh the same");
        let mixed = weigh(&weights, &counts(&[("retail", 4), ("wholesale", 40), ("", 7)]));
        let Weighted::Is { effective, left_out, .. } = mixed else { panic!("{mixed:?}") };
        assert!(effective < 44.0 && left_out == 7);
    }

    #[test]
    fn who_was_not_heard_is_told_and_a_handful_is_not_weighed() {
        let customers = counts(&[("retail", 60), ("wholesale", 30), ("press", 10)]);
        let weights = post_stratify(&customers, &counts(&[("retail", 20), ("wholesale", LEAST - 1), ("other", 40)]));
        assert!((weights.unheard - 0.1).abs() < 1e-12);
        assert!(!weights.of.contains_key("other"), "it is no segment of a customer");
        assert_eq!(weigh(&weights, &counts(&[("wholesale", 1), ("retail", 3)])), Weighted::TooFew { askers: 4 });
        assert!(matches!(weigh(&weights, &counts(&[("retail", 3)])), Weighted::Is { .. }));
        assert_eq!(weigh(&weights, &counts(&[("other", 3), ("", 2)])), Weighted::Nobody);
        assert_eq!(weigh(&Weights::default(), &counts(&[("retail", 3)])), Weighted::Nobody);
    }

    #[test]
    fn weights_that_were_chosen_are_taken_as_they_are() {
        let chosen = chosen(&[("retail".to_owned(), 2.5)].into(), &counts(&[]), &counts(&[("retail", 1)]));
        let weighed = weigh(&chosen, &counts(&[("retail", 2), ("wholesale", 1)]));
        assert!(matches!(weighed, Weighted::Is { count: 5.0, askers: 2, left_out: 1, .. }), "{weighed:?}");
    }

    proptest! {
        #[test]
        fn all_who_ask_come_to_as_many_as_they_are(of in proptest::collection::vec((1u64..1000, LEAST..500), 1..8)) {
            let name = |n: usize| format!("s{n}");
            let customers: Counts = of.iter().enumerate().map(|(n, (customers, _))| (name(n), *customers)).collect();
            let askers: Counts = of.iter().enumerate().map(|(n, (_, askers))| (name(n), *askers)).collect();
            let all: u64 = askers.values().sum();
            let Weighted::Is { count, effective, .. } = weigh(&post_stratify(&customers, &askers), &askers) else {
                panic!("nothing is thin")
            };
            prop_assert!((count - all as f64).abs() < 1e-6 * all as f64);
            prop_assert!(effective <= all as f64 + 1e-6);
        }

        #[test]
        fn made_up_as_the_customers_are_everybody_counts_once(of in proptest::collection::vec(LEAST..500, 1..8)) {
            let same: Counts = of.iter().enumerate().map(|(n, many)| (format!("s{n}"), *many)).collect();
            for weight in post_stratify(&same, &same).of.values() {
                prop_assert!((weight.weight - 1.0).abs() < 1e-9);
            }
        }
    }
}
