//! Do readers agree, and how often is a machine right?
//!
//! Krippendorff's alpha for names without order (Krippendorff 2011, "Computing Krippendorff's alpha-reliability"), any number of
//! readers, any of whom may have left out any unit. Only units with two readings or more count:
//!
//! ```text
//! n_uc  readings of unit u that say c,   m_u = Σ_c n_uc ≥ 2,   n = Σ m_u,   n_c = Σ_u n_uc
//! D_o = Σ_u (m_u² − Σ_c n_uc²) / (m_u − 1) / n
//! D_e = (n² − Σ_c n_c²) / (n(n − 1))
//! α = 1 − D_o / D_e
//! ```
//!
//! 1 is full agreement, 0 what chance would give. Its interval is a bootstrap over units (percentiles), since units are what was drawn.

use crate::draws::Draws;
use serde::{Deserialize, Serialize};

/// What one unit was called, by how many readers: for each class a count.
type Unit = Vec<u32>;

/// Agreement of readers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    pub alpha: f64,
    pub low: f64,
    pub high: f64,
    /// Units with two readings or more, and their readings.
    pub units: u64,
    pub readings: u64,
}

/// Samples of the bootstrap.
const SAMPLES: usize = 1_000;

/// Alpha and its interval at this level. `readings` has a row for each unit with a class below `classes`, or none, for each reader.
/// None where there is nothing to compare, or all readings say the same, so that chance would agree as well.
#[must_use]
pub fn krippendorff(readings: &[Vec<Option<usize>>], classes: usize, level: f64, seed: u64) -> Option<Agreement> {
    sampled(readings, classes, level, seed, SAMPLES)
}

fn sampled(rows: &[Vec<Option<usize>>], classes: usize, level: f64, seed: u64, samples: usize) -> Option<Agreement> {
    let units: Vec<Unit> = rows.iter().map(|row| unit(row, classes)).filter(|unit| total(unit) >= 2).collect();
    let whole = alpha(units.iter(), classes)?;
    let mut draws = Draws::new(seed);
    // A sample in which all say the same has no alpha; nothing in it speaks against agreement.
    let mut samples: Vec<f64> = (0..samples)
        .map(|_| alpha((0..units.len()).map(|_| &units[draws.below(units.len())]), classes).unwrap_or(1.0))
        .collect();
    samples.sort_by(f64::total_cmp);
    let (low, high) = middle(&samples, level);
    Some(Agreement {
        alpha: whole,
        low: low.min(whole),
        high: high.max(whole),
        units: units.len() as u64,
        readings: units.iter().map(|unit| u64::from(total(unit))).sum(),
    })
}

fn unit(row: &[Option<usize>], classes: usize) -> Unit {
    let mut counts = vec![0; classes];
    for class in row.iter().flatten() {
        if let Some(count) = counts.get_mut(*class) {
            *count += 1;
        }
    }
    counts
}

fn total(unit: &Unit) -> u32 {
    unit.iter().sum()
}

fn alpha<'a>(units: impl Iterator<Item = &'a Unit>, classes: usize) -> Option<f64> {
    let mut of_class = vec![0.0_f64; classes];
    let (mut n, mut observed) = (0.0, 0.0);
    for unit in units {
        let m = f64::from(total(unit));
        n += m;
        let mut alike = 0.0;
        for (sum, count) in of_class.iter_mut().zip(unit) {
            *sum += f64::from(*count);
            alike += f64::from(*count).powi(2);
        }
        observed += (m * m - alike) / (m - 1.0);
    }
    let expected = (n * n - of_class.iter().map(|sum| sum * sum).sum::<f64>()) / (n - 1.0);
    (n >= 2.0 && expected > 0.0).then(|| 1.0 - observed / expected)
}

/// The ends between which this part of what the sorted values were drawn from lies.
///
/// Of B draws the k-th cuts off k/(B + 1) of that on average, whatever its distribution; so the place is `p (B + 1)`, between two draws
/// in proportion (Davison and Hinkley 1997, 2.4 and 5.3; Hyndman and Fan 1996, number 6). To count of B alone leaves out a part as
/// great as 1/(B + 1) at either end, which tells where draws are few.
pub(crate) fn middle(sorted: &[f64], level: f64) -> (f64, f64) {
    let draw = |place: usize| sorted.get(place.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or(f64::NAN);
    let at = |part: f64| {
        let place = part * (sorted.len() + 1) as f64;
        let below = place.floor().max(0.0);
        let (one, next) = (draw(below as usize), draw(below as usize + 1));
        one + (next - one) * (place - below)
    };
    let tail = (1.0 - level) / 2.0;
    (at(tail), at(1.0 - tail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn of_few_draws_the_ends_lie_as_far_out_as_the_next_draw_would_on_average() {
        let draws: Vec<f64> = (1..=150).map(f64::from).collect();
        let (low, high) = middle(&draws, 0.95);
        assert!((low - 3.775).abs() < 1e-9 && (high - 147.225).abs() < 1e-9, "{low} {high}");
        assert_eq!(middle(&[2.0, 5.0], 0.95), (2.0, 5.0), "no further than the draws themselves");
        assert!(middle(&[], 0.95).0.is_nan());
    }

    /// By the definition, pair by pair.
    fn by_pairs(readings: &[Vec<Option<usize>>]) -> f64 {
        let mut all = Vec::new();
        let mut observed = 0.0;
        for row in readings {
            let said: Vec<usize> = row.iter().flatten().copied().collect();
            if said.len() < 2 {
                continue;
            }
            for (i, a) in said.iter().enumerate() {
                for (j, b) in said.iter().enumerate() {
                    observed += f64::from(u8::from(i != j && a != b)) / (said.len() as f64 - 1.0);
                }
            }
            all.extend(said);
        }
        let n = all.len() as f64;
        let differ = all.iter().map(|a| all.iter().filter(|b| a != *b).count() as f64).sum::<f64>();
        1.0 - (observed / n) / (differ / (n * (n - 1.0)))
    }

    #[test]
    fn full_agreement_chance_and_disagreement() {
        let rows = |pairs: &[(usize, usize)]| pairs.iter().map(|(a, b)| vec![Some(*a), Some(*b)]).collect::<Vec<_>>();
        let found = krippendorff(&rows(&[(0, 0), (1, 1), (0, 0), (2, 2)]), 3, 0.95, 1).unwrap();
        assert_eq!((found.alpha, found.high, found.units, found.readings), (1.0, 1.0, 4, 8));
        assert!(krippendorff(&rows(&[(0, 1), (1, 0), (0, 1)]), 2, 0.95, 1).unwrap().alpha < 0.0);
        assert_eq!(krippendorff(&rows(&[(0, 0), (0, 0)]), 2, 0.95, 1), None);
        assert_eq!(krippendorff(&[vec![Some(0), None], vec![]], 2, 0.95, 1), None);
        assert_eq!(krippendorff(&[], 2, 0.95, 1), None);
    }

    #[test]
    fn a_class_that_is_not_there_is_not_counted() {
        let rows = vec![vec![Some(0), Some(9), Some(0)], vec![Some(1), Some(1)]];
        assert_eq!(krippendorff(&rows, 2, 0.95, 1).unwrap().readings, 4);
    }

    #[test]
    fn the_interval_holds_the_true_alpha_as_often_as_it_says() {
        // Two readers who each see the true class in 85 of 100 units, else toss a coin between the two: alpha 0.85² in the long run.
        let mut draws = Draws::new(9);
        let held = (0..100)
            .filter(|round| {
                let mut read = |truth: usize| Some(if draws.happens(0.85) { truth } else { draws.below(2) });
                let rows: Vec<_> = (0..80).map(|unit| vec![read(unit % 2), read(unit % 2)]).collect();
                let found = sampled(&rows, 2, 0.95, *round, 100).unwrap();
                (found.low..=found.high).contains(&(0.85 * 0.85))
            })
            .count();
        assert!((88..=99).contains(&held), "{held}");
    }

    proptest! {
        #[test]
        fn alpha_is_what_its_definition_says(
            readings in prop::collection::vec(prop::collection::vec(prop::option::of(0..3_usize), 0..5), 1..20),
        ) {
            let units: Vec<Unit> = readings.iter().map(|row| unit(row, 3)).filter(|unit| total(unit) >= 2).collect();
            if let Some(found) = alpha(units.iter(), 3) {
                prop_assert!((found - by_pairs(&readings)).abs() < 1e-9);
                prop_assert!(found <= 1.0);
            }
        }
    }
}
