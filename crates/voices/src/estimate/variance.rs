//! How sure a weighted mean is: the linearised variance of a raked estimator.
//!
//! ```text
//! ȳ   = Σ w y / Σ w
//! z_i = (y_i − ȳ) / Σ w                        influence of one person
//! e_i = z_i − fit of z by the margins          what the margins do not explain (least squares, unweighted)
//! SE² = n/(n − 1) · Σ (1 − π_i) (w_i e_i − mean)²
//! ```
//!
//! Deville and Särndal (1992), section 4; without π the same figure as `svymean` of R's `survey` gives for a design that was raked with
//! `rake`: its projections upon one margin after the other come to rest at this least-squares fit. π_i is the part of people like
//! this one who were heard, one over a weight that adds up to the population; it is 0 where the population's size is not known. Where weights are
//! equal 1 − π is the usual correction 1 − n/N; where they differ, the loud half of a segment does not make the silent one surer.

use crate::linear::Symmetric;
use crate::raking::Cells;

/// A weighted mean and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    pub mean: f64,
    pub se: f64,
    /// People.
    pub n: usize,
    /// How many parameters the margins take, the mean among them.
    pub rank: usize,
    /// Kish's design effect of the weights: n Σw² / (Σw)².
    pub deff: f64,
}

impl Mean {
    /// Kish's effective sample size: (Σw)² / Σw².
    #[must_use]
    pub fn effective_n(&self) -> f64 {
        self.n as f64 / self.deff
    }
}

/// Kish's (1965) design effect of unequal weights, 1 + cv²; not a number where they add up to nothing.
#[must_use]
pub fn kish(weights: &[f64]) -> f64 {
    let sum: f64 = weights.iter().sum();
    let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
    weights.len() as f64 * squares / (sum * sum)
}

/// The mean of `values` under raked `weights`, where `cells` holds the margins that were raked to and `size` how many people the
/// population has, if that is known. Of fewer than two people the error is not a number.
#[must_use]
pub fn weighted_mean(cells: &Cells, weights: &[f64], values: &[f64], size: Option<f64>) -> Mean {
    let n = values.len();
    let sum: f64 = weights.iter().sum();
    let mean = weights.iter().zip(values).map(|(weight, value)| weight * value).sum::<f64>() / sum;
    let mut of_cell = vec![0.0; cells.len()];
    for (cell, value) in cells.of_person.iter().zip(values) {
        of_cell[*cell as usize] += (value - mean) / sum;
    }
    let (fits, rank) = fit(cells, &of_cell);
    let rest = |((cell, weight), value): ((&u32, &f64), &f64)| weight * ((value - mean) / sum - fits[*cell as usize]);
    let rests = || cells.of_person.iter().zip(weights).zip(values).map(rest);
    let middle = rests().sum::<f64>() / n as f64;
    let unseen = |weight: f64| size.map_or(1.0, |size| (1.0 - sum / (weight * size)).max(0.0));
    let squares: f64 = rests().zip(weights).map(|(rest, weight)| unseen(*weight) * (rest - middle).powi(2)).sum();
    let se = (n as f64 / (n as f64 - 1.0) * squares).sqrt();
    Mean { mean, se, n, rank, deff: kish(weights) }
}

/// For each cell what the margins say of it, by least squares; and how many independent parameters they have. `of_cell` is the sum over
/// the people of each cell.
fn fit(cells: &Cells, of_cell: &[f64]) -> (Vec<f64>, usize) {
    if cells.codes.is_empty() {
        let people: f64 = cells.people.iter().sum();
        let mean = of_cell.iter().sum::<f64>() / people;
        return (vec![mean; cells.len()], 1);
    }
    let mut starts = Vec::with_capacity(cells.sizes.len());
    let mut unknowns = 0;
    for size in &cells.sizes {
        starts.push(unknowns);
        unknowns += size;
    }
    let mut matrix = Symmetric::new(unknowns);
    let mut right = vec![0.0; unknowns];
    for (cell, people) in cells.people.iter().enumerate() {
        for (row, codes) in cells.codes.iter().enumerate() {
            let at = starts[row] + codes[cell] as usize;
            right[at] += of_cell[cell];
            for (column, codes) in cells.codes[..=row].iter().enumerate() {
                matrix.add(at, starts[column] + codes[cell] as usize, *people);
            }
        }
    }
    let solved = matrix.solve(&right);
    let of = |cell: usize| {
        let parts = cells.codes.iter().zip(&starts).map(|(codes, start)| solved.values[start + codes[cell] as usize]);
        parts.sum::<f64>()
    };
    ((0..cells.len()).map(of).collect(), solved.rank)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raking::{RakingRules, rake};

    /// Twenty-four made-up people; what R's `svymean` says of them after `rake` is written down below.
    fn people() -> (Cells, Vec<Vec<f64>>, impl Fn(usize) -> f64) {
        let people = 0..24_u32;
        let margins =
            [(people.clone().map(|i| (1 + i * 7) % 3).collect(), 3), (people.map(|i| (i / 5) % 2).collect(), 2)];
        let base = |person: usize| 1.0 + (person % 4) as f64 * 0.5;
        (Cells::new(24, &margins, base), vec![vec![250.0, 300.0, 450.0], vec![420.0, 580.0]], base)
    }

    #[test]
    fn mean_and_error_are_those_of_r() {
        let (cells, targets, base) = people();
        let rules = RakingRules { epsilon: 1e-12, bounds: None, ..RakingRules::default() };
        let weights = rake(&cells, &targets, &rules).weights(&cells, base);
        let y: Vec<f64> = (0..24_u32).map(|i| f64::from((i * i) % 7) / 7.0).collect();
        let share: Vec<f64> = (0..24_u32).map(|i| f64::from(u8::from((i * 5) % 8 < 3))).collect();
        for (values, mean, se) in
            [(&y, 0.285_140_003_134_2, 0.054_410_155_246_194_7), (&share, 0.310_735_400_479_5, 0.107_262_745_641_095_2)]
        {
            let found = weighted_mean(&cells, &weights, values, None);
            assert!((found.mean / mean - 1.0).abs() < 1e-9, "{found:?}");
            assert!((found.se / se - 1.0).abs() < 1e-8, "{found:?} {se}");
            assert_eq!((found.n, found.rank), (24, 4));
        }
    }

    #[test]
    fn without_margins_it_is_the_error_of_a_simple_mean() {
        let cells = Cells::new(4, &[], |_| 1.0);
        let found = weighted_mean(&cells, &[2.0; 4], &[0.0, 1.0, 1.0, 0.0], None);
        let by_hand = (1.0_f64 / 3.0 / 4.0).sqrt();
        assert!((found.mean - 0.5).abs() < 1e-15 && (found.se - by_hand).abs() < 1e-15, "{found:?}");
        assert_eq!((found.deff, found.effective_n(), found.rank), (1.0, 4.0, 1));
    }

    #[test]
    fn whoever_was_heard_wholly_leaves_no_error() {
        let cells = Cells::new(4, &[], |_| 1.0);
        let found = |size| weighted_mean(&cells, &[size / 4.0; 4], &[0.0, 1.0, 1.0, 0.0], Some(size)).se;
        assert_eq!(found(4.0), 0.0);
        assert!((found(10.0) - (0.6_f64 / 3.0 / 4.0).sqrt()).abs() < 1e-15);
        assert!(weighted_mean(&cells, &[], &[], None).mean.is_nan());
    }

    #[test]
    fn the_effect_of_unequal_weights_is_kishs() {
        assert!((kish(&[1.0, 1.0, 2.0]) - 3.0 * 6.0 / 16.0).abs() < 1e-15);
    }
}
