//! How sure a share is that rests on few.

/// The lower bound of a share of which `successes` of `trials` were seen: with this confidence (0 to 1) the true share is not
/// below it. One-sided, and exact (Clopper and Pearson 1934, "The use of confidence or fiducial limits"). Of no trial it is 0.
#[must_use]
pub fn lower_bound(successes: u64, trials: u64, confidence: f64) -> f64 {
    if successes == 0 || trials == 0 {
        return 0.0;
    }
    let (successes, alpha) = (successes.min(trials), 1.0 - confidence);
    let (mut low, mut high) = (0.0, 1.0);
    // Each step halves what is open: as exact as the numbers are.
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if at_least(successes, trials, middle) < alpha { low = middle } else { high = middle }
    }
    low
}

/// The probability of so many successes or more where each comes with this share.
fn at_least(successes: u64, trials: u64, share: f64) -> f64 {
    // In logarithms, from no failure on: of many trials with few failures only few terms are needed.
    let (hit, miss) = (share.ln(), (1.0 - share).ln());
    let mut log_ways = 0.0;
    let mut sum = 0.0;
    for failures in 0..=trials - successes {
        if failures > 0 {
            log_ways += ((trials - failures + 1) as f64 / failures as f64).ln();
        }
        sum += (log_ways + failures as f64 * miss + (trials - failures) as f64 * hit).exp();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 5e-5
    }

    #[test]
    fn it_is_what_the_tables_say() {
        // Without a failure it is the n-th root of alpha; the others are quantiles of the beta distribution.
        assert!(near(lower_bound(10, 10, 0.95), 0.05_f64.powf(0.1)));
        assert!(near(lower_bound(598, 598, 0.95), 0.05_f64.powf(1.0 / 598.0)));
        assert!(near(lower_bound(8, 10, 0.95), 0.49310), "{}", lower_bound(8, 10, 0.95));
        assert!(near(lower_bound(1, 1, 0.95), 0.05));
        assert!(lower_bound(0, 9, 0.95) == 0.0 && lower_bound(0, 0, 0.95) == 0.0);
    }

    proptest! {
        #[test]
        fn it_lies_below_the_share_and_rises_with_what_is_seen(trials in 1_u64..3_000, part in 0.0..1.0) {
            let successes = (trials as f64 * part) as u64;
            let bound = lower_bound(successes, trials, 0.95);
            prop_assert!(bound <= successes as f64 / trials as f64 + 1e-12);
            prop_assert!(lower_bound(successes + 1, trials + 1, 0.95) >= bound - 1e-12);
            prop_assert!(lower_bound(successes, trials + 1, 0.95) <= bound + 1e-12);
        }
    }
}
