//! How alike two ways are of putting the same people into groups.

use std::collections::BTreeMap;

/// The adjusted Rand index (Hubert and Arabie 1985, "Comparing partitions"): of all pairs of people, how many are
/// together in both or apart in both, less what chance gives. 1 where both are the same whatever the groups are called,
/// about 0 where they have nothing to do with each other; it can be a little below 0. With n_ij people in group i of
/// the first and j of the second, and C(n) = n (n − 1) / 2,
///
/// ARI = (Σ C(n_ij) − e) / ((Σ C(n_i·) + Σ C(n_·j)) / 2 − e), e = Σ C(n_i·) Σ C(n_·j) / C(n).
///
/// 1 where both put everybody into one group, or each into their own; also for no people.
pub fn adjusted_rand_index(pairs: impl IntoIterator<Item = (u64, u64)>) -> f64 {
    let (mut both, mut first, mut second) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut people = 0_u64;
    for (a, b) in pairs {
        *both.entry((a, b)).or_insert(0_u64) += 1;
        *first.entry(a).or_insert(0_u64) += 1;
        *second.entry(b).or_insert(0_u64) += 1;
        people += 1;
    }
    let choose = |count: u64| count as f64 * (count as f64 - 1.0) / 2.0;
    let together: f64 = both.values().map(|count| choose(*count)).sum();
    let of_first: f64 = first.values().map(|count| choose(*count)).sum();
    let of_second: f64 = second.values().map(|count| choose(*count)).sum();
    let expected = if people > 1 { of_first * of_second / choose(people) } else { 0.0 };
    let most = (of_first + of_second) / 2.0;
    if most == expected { 1.0 } else { (together - expected) / (most - expected) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn index(first: &[u64], second: &[u64]) -> f64 {
        adjusted_rand_index(first.iter().copied().zip(second.iter().copied()))
    }

    #[test]
    fn it_is_as_worked_out_by_hand() {
        // Pairs together in both: {0,1} and {4,5}, so 2. First: groups of 3 and 3, 6 pairs. Second: groups of 2, 2 and
        // 2, 3 pairs. By chance 6 · 3 / 15 = 1.2; (2 − 1.2) / (4.5 − 1.2) = 8 / 33.
        assert!((index(&[0, 0, 0, 1, 1, 1], &[0, 0, 1, 1, 2, 2]) - 8.0 / 33.0).abs() < 1e-12);
        // Crossed: none together in both. 2 · 2 / 6 = 2/3; −2/3 / (2 − 2/3) = −1/2.
        assert!((index(&[0, 0, 1, 1], &[0, 1, 0, 1]) + 0.5).abs() < 1e-12);
    }

    #[test]
    fn one_group_against_two_says_nothing() {
        assert_eq!(index(&[0; 6], &[0, 0, 0, 1, 1, 1]), 0.0);
        assert_eq!(index(&[0; 4], &[7; 4]), 1.0);
        assert_eq!(index(&[], &[]), 1.0);
        assert_eq!(index(&[1], &[2]), 1.0);
    }

    proptest! {
        #[test]
        fn names_and_sides_mean_nothing(pairs in prop::collection::vec((0..4_u64, 0..3_u64), 0..40)) {
            let there = adjusted_rand_index(pairs.iter().copied());
            let back = adjusted_rand_index(pairs.iter().map(|(a, b)| (*b, *a)));
            let renamed = adjusted_rand_index(pairs.iter().map(|(a, b)| (97 - a, b * 5 + 2)));
            prop_assert!((there - back).abs() < 1e-12 && (there - renamed).abs() < 1e-12);
            prop_assert!(there <= 1.0 + 1e-12);
            let same = adjusted_rand_index(pairs.iter().map(|(a, _)| (*a, a + 10)));
            prop_assert!((same - 1.0).abs() < 1e-12);
        }
    }
}
