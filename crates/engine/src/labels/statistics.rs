//! ADAPTERS for what `voices` says of agreement and error: to be `voices::agreement` (alpha) and `voices::pooling` (the error
//! of a cell), once they stand there. Called from here alone.

use std::collections::BTreeMap;

/// Krippendorff's alpha for values without an order (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"): 1 where
/// all agree, 0 where they agree no more than by chance. Each unit holds what its readers said; those with one are left out.
/// None where nothing can be compared, or nobody ever said anything else.
pub(super) fn alpha(units: &[Vec<u16>]) -> Option<f64> {
    let mut each: BTreeMap<u16, f64> = BTreeMap::new();
    let (mut whole, mut agreed) = (0.0, 0.0);
    for unit in units.iter().filter(|unit| unit.len() > 1) {
        let others = unit.len() as f64 - 1.0;
        let mut times: BTreeMap<u16, f64> = BTreeMap::new();
        for value in unit {
            *times.entry(*value).or_default() += 1.0;
            *each.entry(*value).or_default() += 1.0;
        }
        whole += unit.len() as f64;
        agreed += times.values().map(|times| times * (times - 1.0) / others).sum::<f64>();
    }
    let expected = each.values().map(|times| times * (times - 1.0)).sum::<f64>() / (whole - 1.0).max(1.0);
    (whole > 1.0 && whole > expected).then(|| 1.0 - (whole - agreed) / (whole - expected))
}

/// A share with the interval in which it lies at 95 % (Wilson 1927).
pub(super) fn share(of: f64, n: f64) -> (f64, f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    if n <= 0.0 {
        return (0.0, 0.0, 1.0);
    }
    let (p, z2) = (of / n, Z * Z);
    let (middle, half) = (p + z2 / (2.0 * n), Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt());
    let whole = 1.0 + z2 / n;
    (p, ((middle - half) / whole).max(0.0), ((middle + half) / whole).min(1.0))
}

/// As much as so many messages of its own weighs what a cell borrows from all others.
const BORROWED: f64 = 20.0;

/// How often a label is wrong in a cell, by its own messages and by what is known of all (`overall`): the fewer of its own,
/// the more of the others'.
pub(super) fn pooled(wrong: f64, n: f64, overall: f64) -> (f64, f64, f64) {
    share(wrong + BORROWED * overall, n + BORROWED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_who_agree_always_or_never_are_told_apart() {
        let agree = [vec![1, 1], vec![2, 2], vec![1, 1], vec![3]];
        assert_eq!(alpha(&agree), Some(1.0));
        let differ = [vec![1, 2], vec![2, 1]];
        assert!(alpha(&differ).is_some_and(|alpha| alpha < 0.0));
        // Krippendorff's example of two readers and ten units.
        let told = [(1, 2), (1, 1), (1, 2), (1, 1), (1, 1), (1, 1), (1, 2), (1, 1), (2, 1), (1, 1)];
        let units: Vec<Vec<u16>> = told.iter().map(|(a, b)| vec![*a, *b]).collect();
        assert!(alpha(&units).is_some_and(|alpha| (alpha + 0.1875).abs() < 1e-9), "{:?}", alpha(&units));
        assert_eq!((alpha(&[]), alpha(&[vec![1, 1]])), (None, None), "nothing to compare");
    }

    #[test]
    fn few_messages_say_little_of_their_own() {
        let (few, low, high) = pooled(2.0, 2.0, 0.1);
        assert!(few < 0.3 && low < few && few < high, "{few}");
        assert!(pooled(900.0, 1_000.0, 0.1).0 > 0.85);
        assert_eq!(share(0.0, 0.0), (0.0, 0.0, 1.0));
    }
}
