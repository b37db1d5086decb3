//! Measures of agreement between what was found and what is true.

use std::collections::BTreeMap;
use tertulia_analysis::topics::Found;

/// Mutual information of two groupings of the same things, by the arithmetic mean of their entropies; 1 where both put all
/// into one group.
pub fn nmi<A: Ord + Copy, B: Ord + Copy>(pairs: &[(A, B)]) -> f64 {
    let mut both: BTreeMap<(A, B), f64> = BTreeMap::new();
    let (mut ones, mut others): (BTreeMap<A, f64>, BTreeMap<B, f64>) = (BTreeMap::new(), BTreeMap::new());
    for (one, other) in pairs {
        *both.entry((*one, *other)).or_default() += 1.0;
        *ones.entry(*one).or_default() += 1.0;
        *others.entry(*other).or_default() += 1.0;
    }
    let n = pairs.len() as f64;
    let entropy = |count: &f64| -(count / n) * (count / n).ln();
    let mean = f64::midpoint(ones.values().map(entropy).sum(), others.values().map(entropy).sum());
    if mean <= 0.0 {
        return 1.0;
    }
    let shared = both.iter().map(|((one, other), count)| count / n * (count * n / (ones[one] * others[other])).ln());
    (shared.sum::<f64>() / mean).max(0.0)
}

/// For bands of confidence: its mean, the share of messages whose label is the commonest of their topic, and how many.
pub fn confidence(found: &Found, labels: &[&str]) -> Vec<(f64, f64, usize)> {
    let mut counts: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    let placed = || found.of.iter().zip(labels).filter_map(|(place, label)| Some(((*place)?, *label)));
    for (place, label) in placed() {
        *counts.entry((place.topic, label)).or_default() += 1;
    }
    let mut commonest: BTreeMap<usize, (usize, &str)> = BTreeMap::new();
    for ((topic, label), count) in &counts {
        let best = commonest.entry(*topic).or_insert((0, ""));
        *best = (*best).max((*count, *label));
    }
    let mut bands = [(0.0, 0.0, 0_usize); 5];
    for (place, label) in placed() {
        let band = &mut bands[((place.confidence * 5.0) as usize).min(4)];
        band.0 += place.confidence;
        band.1 += f64::from(u8::from(commonest[&place.topic].1 == label));
        band.2 += 1;
    }
    let mean = |(sum, right, n): (f64, f64, usize)| (sum / n as f64, right / n as f64, n);
    bands.into_iter().filter(|band| band.2 > 0).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_grouping_agrees_wholly_and_an_unrelated_one_not_at_all() {
        let renamed: Vec<(usize, usize)> = (0..12).map(|n| (n % 3, 7 - n % 3)).collect();
        assert!((nmi(&renamed) - 1.0).abs() < 1e-12);
        let unrelated: Vec<(usize, usize)> = (0..12).map(|n| (n % 3, n / 3 % 2)).collect();
        assert!(nmi(&unrelated) < 1e-12);
        assert_eq!(nmi::<usize, usize>(&[(1, 1), (1, 1)]), 1.0);
    }

    #[test]
    fn it_is_normalised_by_the_mean_of_the_entropies() {
        // One group of four against two of two: nothing shared. Two of two against four of one: ln 2 shared, entropies ln 2
        // and ln 4.
        let halves: Vec<(usize, usize)> = (0..4).map(|n| (n / 2, n)).collect();
        assert!((nmi(&halves) - 2.0 / 3.0).abs() < 1e-12);
    }
}
