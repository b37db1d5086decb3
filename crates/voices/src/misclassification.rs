//! Shares corrected for what a machine gets wrong.
//!
//! Of messages that people labelled it is known how often class *i* is called *j*, P_ij. What was called *j* among all is then a
//! mixture of what is, and what is follows from it:
//!
//! ```text
//! q_j = Σ_i π_i P_ij        so   π = (Pᵀ)⁻¹ q
//! two classes:  π = (q + specificity − 1) / (sensitivity + specificity − 1)      Rogan and Gladen (1978)
//! ```
//!
//! Where the solution is no share (below 0), the most likely one that is takes its place (expectation-maximisation on the same
//! mixture). The interval holds both doubts, that of q (as many people as it is worth) and that of P (as many labels as there are): both are
//! drawn again and again, P by rows from Dirichlet(counts + ½) and q likewise (Jeffreys' prior), π is solved for each, and the
//! middle of what comes out is taken (a parametric bootstrap, from a seed).
//!
//! It holds where errors do not depend on anything but the class: where the labelled sample was drawn from what is being counted.

use crate::agreement::middle;
use crate::confusion::Confusion;
use crate::draws::Draws;
use crate::linear::solve_general;
use serde::{Deserialize, Serialize};

/// Labels a class that are needed for a correction at all.
pub const LEAST_LABELS: f64 = 10.0;

/// The determinant of P below which the machine tells classes apart too little: for two classes sensitivity + specificity − 1.
pub const LEAST_APART: f64 = 0.15;

const SAMPLES: usize = 1_000;
const STEPS: usize = 500;

/// A corrected share. All are 0..1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Corrected {
    pub class: String,
    pub share: f64,
    pub low: f64,
    pub high: f64,
    /// What the machine called so.
    pub observed: f64,
}

/// Why nothing can be corrected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Uncorrected {
    #[error("not measured here: of {class} {labels} are labelled; it would take {more} more")]
    TooFewLabels { class: String, labels: f64, more: u64 },
    #[error("the labels tell the classes apart too little ({apart:.2}) for a correction")]
    TooLittleApart { apart: f64 },
    #[error("the shares and the labelled classes do not fit together")]
    Unfit,
}

/// Corrects the shares of classes. `observed` is what the machine called so, for each class; `worth` how many people of a simple random sample
/// would be as sure of it ([`crate::estimate::Estimate::worth`]).
///
/// # Errors
/// Where there are too few labels or they tell classes apart too little, and where the input does not fit together.
pub fn correct(
    observed: &[f64],
    worth: f64,
    confusion: &Confusion,
    level: f64,
    seed: u64,
) -> Result<Vec<Corrected>, Uncorrected> {
    sampled(observed, worth, confusion, level, (seed, SAMPLES))
}

fn sampled(
    observed: &[f64],
    worth: f64,
    confusion: &Confusion,
    level: f64,
    chance: (u64, usize),
) -> Result<Vec<Corrected>, Uncorrected> {
    let classes = observed.len();
    let sum: f64 = observed.iter().sum();
    let is_share = observed.iter().all(|share| (0.0..=1.0).contains(share)) && (sum - 1.0).abs() < 1e-6;
    if classes < 2 || classes != confusion.classes.len() || !confusion.is_sound() || !is_share || worth.is_nan() {
        return Err(Uncorrected::Unfit);
    }
    for (class, labels) in confusion.classes.iter().zip(confusion.labels()) {
        if labels < LEAST_LABELS {
            let more = (LEAST_LABELS - labels).ceil() as u64;
            return Err(Uncorrected::TooFewLabels { class: class.clone(), labels, more });
        }
    }
    let rates: Vec<Vec<f64>> = confusion.counts.iter().map(|row| scaled(row)).collect();
    let apart = determinant(&rates);
    if apart < LEAST_APART.powi(classes as i32 - 1) {
        return Err(Uncorrected::TooLittleApart { apart });
    }
    let shares = solve(&rates, observed);
    let ends = bootstrap(observed, worth.clamp(1.0, 1e9), confusion, level, chance);
    let corrected = (0..classes).map(|class| Corrected {
        class: confusion.classes[class].clone(),
        share: shares[class],
        low: ends[class].0.clamp(0.0, shares[class]),
        high: ends[class].1.clamp(shares[class], 1.0),
        observed: observed[class],
    });
    Ok(corrected.collect())
}

fn scaled(row: &[f64]) -> Vec<f64> {
    let sum: f64 = row.iter().sum();
    row.iter().map(|value| value / sum).collect()
}

/// Of a small matrix, by elimination.
fn determinant(rows: &[Vec<f64>]) -> f64 {
    let mut rows = rows.to_vec();
    let n = rows.len();
    let mut product = 1.0;
    for column in 0..n {
        let pivot =
            (column..n).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs())).unwrap_or(column);
        if rows[pivot][column] == 0.0 {
            return 0.0;
        }
        if pivot != column {
            rows.swap(pivot, column);
            product = -product;
        }
        product *= rows[column][column];
        let (above, below) = rows.split_at_mut(column + 1);
        for row in below {
            let factor = row[column] / above[column][column];
            row.iter_mut().zip(&above[column]).for_each(|(value, lead)| *value -= factor * lead);
        }
    }
    product
}

/// (Pᵀ)⁻¹ q, or None where there is none.
fn inverted(rates: &[Vec<f64>], observed: &[f64]) -> Option<Vec<f64>> {
    let turned: Vec<Vec<f64>> = (0..rates.len()).map(|j| rates.iter().map(|row| row[j]).collect()).collect();
    solve_general(&turned, observed)
}

/// The shares that are: the inverse where it is a share, else the most likely share.
fn solve(rates: &[Vec<f64>], observed: &[f64]) -> Vec<f64> {
    let exact = inverted(rates, observed);
    if let Some(exact) = exact.as_ref().filter(|exact| exact.iter().all(|share| *share >= 0.0)) {
        return scaled(exact);
    }
    // From what the inverse says, brought inside, so that few steps are needed.
    let start = exact.map(|exact| exact.iter().map(|share| share.max(1e-3)).collect::<Vec<f64>>());
    let mut shares = scaled(&start.unwrap_or_else(|| vec![1.0; observed.len()]));
    for _ in 0..STEPS {
        let mixed: Vec<f64> =
            (0..observed.len()).map(|j| shares.iter().zip(rates).map(|(share, row)| share * row[j]).sum()).collect();
        let gain = |row: &[f64]| -> f64 {
            let parts = observed.iter().zip(&mixed).zip(row).filter(|((_, mixed), _)| **mixed > 0.0);
            parts.map(|((seen, mixed), rate)| seen / mixed * rate).sum()
        };
        shares = scaled(&shares.iter().zip(rates).map(|(share, row)| share * gain(row)).collect::<Vec<f64>>());
    }
    shares
}

/// For each class the ends of its interval; beyond 0..1 where the data leave it open.
fn bootstrap(
    observed: &[f64],
    worth: f64,
    confusion: &Confusion,
    level: f64,
    (seed, times): (u64, usize),
) -> Vec<(f64, f64)> {
    let classes = observed.len();
    let mut draws = Draws::new(seed);
    let with_prior = |row: &[f64], times: f64| row.iter().map(|value| value * times + 0.5).collect::<Vec<f64>>();
    let rows: Vec<Vec<f64>> = confusion.counts.iter().map(|row| with_prior(row, 1.0)).collect();
    let seen = with_prior(observed, worth);
    let mut samples: Vec<Vec<f64>> = vec![Vec::with_capacity(times); classes];
    let mut rates = vec![vec![0.0; classes]; classes];
    let mut share = vec![0.0; classes];
    for _ in 0..times {
        rates.iter_mut().zip(&rows).for_each(|(rates, row)| draws.dirichlet(row, rates));
        draws.dirichlet(&seen, &mut share);
        let found = inverted(&rates, &share).unwrap_or_else(|| share.clone());
        samples.iter_mut().zip(found).for_each(|(samples, found)| samples.push(found));
    }
    samples.iter_mut().for_each(|samples| samples.sort_by(f64::total_cmp));
    samples.iter().map(|samples| middle(samples, level)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn confusion(counts: &[&[f64]]) -> Confusion {
        let classes = (0..counts.len()).map(|at| format!("class {at}")).collect();
        Confusion { classes, counts: counts.iter().map(|row| row.to_vec()).collect() }
    }

    #[test]
    fn two_classes_are_corrected_by_rogan_and_gladen() {
        // Sensitivity 0.9, specificity 0.8; 34 % are called so: (0.34 + 0.8 − 1)/0.7 = 0.2.
        let found = correct(&[0.34, 0.66], 500.0, &confusion(&[&[90.0, 10.0], &[20.0, 80.0]]), 0.95, 1).unwrap();
        assert!((found[0].share - 0.2).abs() < 1e-12 && (found[1].share - 0.8).abs() < 1e-12);
        assert!(found[0].low < 0.13 && found[0].high > 0.25 && found[0].low > 0.0);
        assert!((found[0].low + found[1].high - 1.0).abs() < 0.01);
    }

    #[test]
    fn fewer_than_are_called_so_by_mistake_are_none() {
        let found = correct(&[0.1, 0.9], 500.0, &confusion(&[&[90.0, 10.0], &[20.0, 80.0]]), 0.95, 1).unwrap();
        assert!(found[0].share < 1e-6 && found[0].low < 1e-6 && found[0].high < 0.1, "{found:?}");
        let three = confusion(&[&[80.0, 10.0, 10.0], &[10.0, 80.0, 10.0], &[10.0, 10.0, 80.0]]);
        let found = correct(&[0.05, 0.5, 0.45], 500.0, &three, 0.95, 1).unwrap();
        assert!((found.iter().map(|class| class.share).sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(found.iter().all(|class| class.share >= 0.0 && class.low <= class.share && class.share <= class.high));
    }

    #[test]
    fn what_was_not_measured_is_told() {
        let few = correct(&[0.5, 0.5], 100.0, &confusion(&[&[3.0, 1.0], &[20.0, 80.0]]), 0.95, 1).unwrap_err();
        assert_eq!(few.to_string(), "not measured here: of class 0 4 are labelled; it would take 6 more");
        let blind = correct(&[0.5, 0.5], 100.0, &confusion(&[&[50.0, 50.0], &[45.0, 55.0]]), 0.95, 1);
        assert!(matches!(blind, Err(Uncorrected::TooLittleApart { .. })));
        for observed in [&[0.5, 0.6][..], &[1.0], &[0.2, 0.3, 0.5], &[f64::NAN, 1.0]] {
            assert_eq!(
                correct(observed, 10.0, &confusion(&[&[90.0, 10.0], &[20.0, 80.0]]), 0.95, 1),
                Err(Uncorrected::Unfit)
            );
        }
    }

    /// How often the interval of the first class holds its true share.
    fn coverage(truth: &[f64], rates: &[&[f64]], labels: usize, people: usize) -> f64 {
        let mut draws = Draws::new(21);
        let pick = |draws: &mut Draws, shares: &[f64]| {
            let mut left = draws.uniform();
            shares
                .iter()
                .position(|share| {
                    left -= share;
                    left < 0.0
                })
                .unwrap_or(shares.len() - 1)
        };
        let rounds = 150;
        let held = (0..rounds).filter(|round| {
            let mut labelled = Confusion::new(&vec!["c"; truth.len()]);
            for (class, rates) in rates.iter().enumerate() {
                (0..labels).for_each(|_| labelled.note(class, pick(&mut draws, rates)));
            }
            let mut called = vec![0.0; truth.len()];
            for _ in 0..people {
                let is = pick(&mut draws, truth);
                called[pick(&mut draws, rates[is])] += 1.0 / people as f64;
            }
            let found = sampled(&called, people as f64, &labelled, 0.95, (*round as u64, 120)).unwrap();
            (found[0].low..=found[0].high).contains(&truth[0])
        });
        held.count() as f64 / f64::from(rounds)
    }

    #[test]
    fn intervals_hold_the_truth_as_often_as_they_say() {
        let two: [&[f64]; 2] = [&[0.85, 0.15], &[0.1, 0.9]];
        let three: [&[f64]; 3] = [&[0.8, 0.1, 0.1], &[0.1, 0.75, 0.15], &[0.05, 0.15, 0.8]];
        for covered in [coverage(&[0.3, 0.7], &two, 80, 400), coverage(&[0.3, 0.3, 0.4], &three, 80, 300)] {
            assert!((0.9..=0.99).contains(&covered), "{covered}");
        }
    }

    proptest! {
        #[test]
        fn what_is_mixed_is_unmixed(shares in prop::collection::vec(0.01..1.0_f64, 3), errors in prop::collection::vec(0.0..0.12_f64, 6)) {
            let rows: Vec<Vec<f64>> = (0..3).map(|i| {
                let off = [errors[2 * i], errors[2 * i + 1]];
                let mut row = vec![0.0; 3];
                (row[i], row[(i + 1) % 3], row[(i + 2) % 3]) = (1.0 - off[0] - off[1], off[0], off[1]);
                row
            }).collect();
            let shares = scaled(&shares);
            let mixed: Vec<f64> = (0..3).map(|j| (0..3).map(|i| shares[i] * rows[i][j]).sum()).collect();
            for (found, share) in solve(&rows, &mixed).iter().zip(&shares) {
                prop_assert!((found - share).abs() < 1e-9);
            }
        }
    }
}
