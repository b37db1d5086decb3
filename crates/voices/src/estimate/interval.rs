//! An interval for a share, however near to 0 or 1.
//!
//! Wilson's score interval (1927) with the number of people that the share's own variance is worth, and Student's t instead of
//! the normal quantile (as Korn and Graubard 1998 do for the exact interval, and Franco et al. 2019, J. Surv. Stat. Methodol. 7,
//! for Wilson's, which they found to cover best among those for complex samples):
//!
//! ```text
//! n* = p(1 − p) / SE²                                     people of a simple random sample that would be as sure
//! (p + t²/2n* ± t √(p(1 − p)/n* + t²/4n*²)) / (1 + t²/n*)
//! ```
//!
//! SE² is taken times (m − 1)/(m − k) and t has m − k degrees of freedom, with m effective people (Kish) and k parameters of the margins.
//! It stays within 0..1 and, unlike p ± t SE and the logit interval, does not shrink to nothing where all agree. The variance of
//! few minority answers is itself hardly known, so the effect of the design, (n/n*), is drawn to Kish's as if [`PRIOR`] more minority
//! answers had shown just that.

use super::variance::Mean;
use crate::distributions::t_critical;
use serde::{Deserialize, Serialize};

/// Minority answers that Kish's design effect counts for.
const PRIOR: f64 = 5.0;

/// An interval for a share and the number of people it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
    /// n*, the people of a simple random sample that would be as sure.
    pub worth: f64,
}

/// Wilson's interval of a share seen among `n` (not necessarily whole) people, with critical value `t`.
#[must_use]
pub fn wilson(share: f64, n: f64, t: f64) -> (f64, f64) {
    if n.is_nan() || n <= 0.0 || share.is_nan() {
        return (0.0, 1.0);
    }
    let share = share.clamp(0.0, 1.0);
    let square = t * t;
    let middle = share + square / (2.0 * n);
    let reach = t * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
    let whole = 1.0 + square / n;
    // Where all agree the end is the share itself, whatever rounding says.
    let low = if share == 0.0 { 0.0 } else { ((middle - reach) / whole).clamp(0.0, share) };
    let high = if share == 1.0 { 1.0 } else { ((middle + reach) / whole).clamp(share, 1.0) };
    (low, high)
}

/// The interval of a weighted share at this level (0.95). `size` is the number of people in the population, where known: of a part that
/// was heard wholly nothing is left to doubt.
#[must_use]
pub fn interval(mean: &Mean, level: f64, size: Option<f64>) -> Interval {
    let n = mean.n as f64;
    let share = mean.mean.clamp(0.0, 1.0);
    let even = share * (1.0 - share);
    let unseen = size.map_or(1.0, |size| (1.0 - n / size).max(0.0));
    let effective = mean.effective_n();
    let free = (effective - mean.rank as f64).max(1.0);
    // Each fitted parameter takes some of the residuals' spread with it, the more the fewer people the weights leave.
    let variance = mean.se * mean.se * (effective - 1.0).max(1.0) / free;
    let seen = if even > 0.0 { variance * n / even } else { f64::NAN };
    let minority = n * share.min(1.0 - share);
    let kish = mean.deff * unseen;
    let effect = if seen.is_finite() { (minority * seen + PRIOR * kish) / (minority + PRIOR) } else { kish };
    if unseen <= 0.0 {
        return Interval { low: share, high: share, worth: f64::MAX };
    }
    let worth = n / effect;
    let (low, high) = wilson(share, worth, t_critical(level, free));
    Interval { low, high, worth }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wilsons_figures_are_the_known_ones() {
        // 15 of 148 (Newcombe 1998, table I: 0.0624 to 0.1605) and 0 of 20 (0 to 0.1611).
        let (low, high) = wilson(15.0 / 148.0, 148.0, 1.959_964);
        assert!((low - 0.0624).abs() < 5e-5 && (high - 0.1605).abs() < 5e-5, "{low} {high}");
        let (low, high) = wilson(0.0, 20.0, 1.959_964);
        assert!(low == 0.0 && (high - 0.1611).abs() < 5e-5, "{low} {high}");
        assert_eq!(wilson(0.5, 0.0, 1.96), (0.0, 1.0));
    }

    #[test]
    fn where_all_agree_doubt_is_left() {
        let mean = Mean { mean: 1.0, se: 0.0, n: 50, rank: 3, deff: 1.4 };
        let found = interval(&mean, 0.95, None);
        assert!(found.low > 0.8 && found.low < 0.93 && found.high == 1.0, "{found:?}");
    }

    #[test]
    fn who_was_heard_wholly_is_known() {
        let mean = Mean { mean: 0.4, se: 0.0, n: 50, rank: 1, deff: 1.0 };
        let found = interval(&mean, 0.95, Some(50.0));
        assert_eq!((found.low, found.high), (0.4, 0.4));
    }

    proptest! {
        #[test]
        fn the_share_lies_within_and_more_people_never_make_it_wider(share in 0.0..=1.0_f64, n in 1.0..1e6_f64) {
            let (low, high) = wilson(share, n, 1.96);
            prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
            let (lower, higher) = wilson(share, n * 2.0, 1.96);
            prop_assert!(higher - lower <= high - low + 1e-12);
        }
    }
}
