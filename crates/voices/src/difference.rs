//! Triangulation: one question, asked of several sources. Do they differ?
//!
//! Each source brings a share and the number n* of people of a simple random sample that would be as sure of it. Then
//!
//! ```text
//! p̄  = Σ n*p / Σ n*
//! X² = Σ n*(p − p̄)² / (p̄(1 − p̄)),   k − 1 degrees of freedom
//! ```
//!
//! is the chi-square test with effective sizes (Rao and Scott 1984, first order; for two sources the score test of a difference). Of
//! each two sources the interval of the difference joins their own intervals (Newcombe 1998, method 10; Zou and Donner 2008):
//!
//! ```text
//! d − √((p₁ − l₁)² + (u₂ − p₂)²)   to   d + √((u₁ − p₁)² + (p₂ − l₂)²)
//! ```
//!
//! With more than two sources the p-values of pairs are those of Holm (1979), so that among all pairs one is wrongly called different in at
//! most one case of twenty. People who speak in two of the sources are taken for different people, which makes the test careful.

use crate::distributions::chi_square_above;
use crate::estimate::Estimate;
use serde::{Deserialize, Serialize};

pub use tertulia_model::Mode;

/// What one source says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub source: String,
    pub mode: Mode,
    /// 0..1, with its interval.
    pub share: f64,
    pub low: f64,
    pub high: f64,
    /// People.
    pub n: u64,
    /// n*.
    pub worth: f64,
}

impl Reading {
    #[must_use]
    pub fn of(source: &str, mode: Mode, estimate: &Estimate) -> Self {
        let Estimate { share, low, high, n, worth, .. } = *estimate;
        Self { source: source.to_owned(), mode, share, low, high, n, worth }
    }
}

/// Two sources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Their places in the list of readings.
    pub first: usize,
    pub second: usize,
    /// The first less the second, with an interval at the level of theirs.
    pub difference: f64,
    pub low: f64,
    pub high: f64,
    pub p: f64,
    /// By Holm, for all pairs together.
    pub p_adjusted: f64,
    /// Whether they differ: `p_adjusted` below 0.05.
    pub differs: bool,
}

/// Whether sources differ at all, and which of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub statistic: f64,
    pub df: u64,
    /// The probability of sources as different as these, or more, if all said the same.
    pub p: f64,
    /// The most different first.
    pub pairs: Vec<Pair>,
}

/// Compares sources. None where there are fewer than two.
#[must_use]
pub fn compare(readings: &[Reading]) -> Option<Comparison> {
    if readings.len() < 2 {
        return None;
    }
    let statistic = chi_square(&readings.iter().collect::<Vec<_>>());
    let df = readings.len() as u64 - 1;
    let mut pairs = Vec::new();
    for (first, a) in readings.iter().enumerate() {
        for (second, b) in readings.iter().enumerate().skip(first + 1) {
            let (difference, low, high) = difference(a, b);
            let p = chi_square_above(chi_square(&[a, b]), 1.0);
            pairs.push(Pair { first, second, difference, low, high, p, p_adjusted: p, differs: false });
        }
    }
    pairs.sort_by(|a, b| a.p.total_cmp(&b.p).then((a.first, a.second).cmp(&(b.first, b.second))));
    let (all, mut least) = (pairs.len(), 0.0_f64);
    for (at, pair) in pairs.iter_mut().enumerate() {
        least = least.max((pair.p * (all - at) as f64).min(1.0));
        pair.p_adjusted = least;
        pair.differs = least < 0.05;
    }
    Some(Comparison { statistic, df, p: chi_square_above(statistic, df as f64), pairs })
}

/// X² with effective sizes; 0 where all agree wholly.
fn chi_square(readings: &[&Reading]) -> f64 {
    // A share that is known exactly would outweigh all others to the last digit.
    let worth = |reading: &Reading| reading.worth.clamp(0.0, 1e12);
    let all: f64 = readings.iter().map(|reading| worth(reading)).sum();
    let mean = readings.iter().map(|reading| worth(reading) * reading.share).sum::<f64>() / all;
    let even = mean * (1.0 - mean);
    if even.is_nan() || even <= 0.0 {
        return 0.0;
    }
    readings.iter().map(|reading| worth(reading) * (reading.share - mean).powi(2)).sum::<f64>() / even
}

fn difference(a: &Reading, b: &Reading) -> (f64, f64, f64) {
    let difference = a.share - b.share;
    let below = (a.share - a.low).hypot(b.high - b.share);
    let above = (a.high - a.share).hypot(b.share - b.low);
    (difference, difference - below, difference + above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::Draws;
    use crate::estimate::wilson;

    fn reading(source: &str, yes: u32, n: u32) -> Reading {
        let share = f64::from(yes) / f64::from(n);
        let (low, high) = wilson(share, f64::from(n), 1.959_964);
        Reading { source: source.into(), mode: Mode::Social, share, low, high, n: n.into(), worth: n.into() }
    }

    #[test]
    fn two_sources_are_compared_as_in_the_paper() {
        // Newcombe (1998), method 10, 56/70 against 48/80: 0.0524 to 0.3339; chi-square of the fourfold table by hand 7.0.
        let found = compare(&[reading("a", 56, 70), reading("b", 48, 80)]).unwrap();
        let pair = &found.pairs[0];
        assert!((pair.low - 0.0524).abs() < 5e-5 && (pair.high - 0.3339).abs() < 5e-5, "{pair:?}");
        let by_hand = 150.0 * f64::powi(56.0 * 32.0 - 14.0 * 48.0, 2) / (70.0 * 80.0 * 104.0 * 46.0);
        assert!((found.statistic - by_hand).abs() < 1e-9 && pair.differs && found.df == 1);
    }

    #[test]
    fn many_pairs_are_held_to_a_stricter_measure() {
        let readings = [reading("a", 60, 100), reading("b", 45, 100), reading("c", 47, 100), reading("d", 47, 100)];
        let found = compare(&readings).unwrap();
        assert_eq!((found.pairs.len(), found.pairs[0].first, found.pairs[0].second), (6, 0, 1));
        assert!(found.pairs[0].p < 0.05 && !found.pairs[0].differs, "{:?}", found.pairs[0]);
        assert!(found.pairs.windows(2).all(|pairs| pairs[0].p_adjusted <= pairs[1].p_adjusted));
    }

    #[test]
    fn a_design_that_costs_half_the_people_counts_half() {
        let (mut a, mut b) = (reading("a", 60, 100), reading("b", 45, 100));
        let whole = compare(&[a.clone(), b.clone()]).unwrap();
        (a.worth, b.worth) = (50.0, 50.0);
        assert!((compare(&[a, b]).unwrap().statistic * 2.0 - whole.statistic).abs() < 1e-9);
    }

    #[test]
    fn one_source_or_full_agreement_is_no_difference() {
        assert_eq!(compare(&[reading("a", 1, 2)]), None);
        let found = compare(&[reading("a", 20, 20), reading("b", 50, 50)]).unwrap();
        assert_eq!((found.statistic, found.p), (0.0, 1.0));
    }

    #[test]
    fn sources_that_say_the_same_are_called_different_in_one_case_of_twenty() {
        let mut draws = Draws::new(5);
        let rounds = 2_000;
        let mut draw = |n: u32| reading("", (0..n).filter(|_| draws.happens(0.3)).count() as u32, n);
        let (mut any, mut all) = (0, 0);
        for _ in 0..rounds {
            let found = compare(&[draw(150), draw(90), draw(220)]).unwrap();
            any += usize::from(found.p < 0.05);
            all += usize::from(found.pairs.iter().any(|pair| pair.differs));
        }
        assert!((60..=140).contains(&any), "{any}");
        assert!((40..=125).contains(&all), "{all}");
    }
}
