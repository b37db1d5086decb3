//! Calibration within bounds: the "logit" distance of Deville and Särndal (1992), case 6.
//!
//! With bounds L < 1 < U and A = (U − L) / ((1 − L)(U − 1)), a weight is d · F(x'λ),
//!
//! ```text
//! F(u) = L + (U − L) · s(A u + ln r),   r = (1 − L)/(U − 1),   s(v) = 1/(1 + e^−v)
//! ```
//!
//! so F(0) = 1, F'(0) = 1 and every factor lies strictly between L and U. λ solves Σ d F(x'λ) x = T: the lowest point of a
//! convex function, found by Newton's method with halved steps.

use super::Cells;
use crate::linear::Symmetric;

const MOST_STEPS: usize = 60;
const MOST_HALVINGS: usize = 40;

/// The largest gap of a total, as a part of the whole.
const EXACT: f64 = 1e-11;

struct Logit {
    low: f64,
    high: f64,
    slope: f64,
    offset: f64,
}

impl Logit {
    fn new((low, high): (f64, f64)) -> Option<Self> {
        let fits = (0.0..1.0).contains(&low) && high > 1.0 && high.is_finite();
        fits.then(|| Self {
            low,
            high,
            slope: (high - low) / ((1.0 - low) * (high - 1.0)),
            offset: ((1.0 - low) / (high - 1.0)).ln(),
        })
    }

    fn share(&self, u: f64) -> f64 {
        1.0 / (1.0 + (-self.slope * u - self.offset).exp())
    }

    fn factor(&self, u: f64) -> f64 {
        self.low + (self.high - self.low) * self.share(u)
    }

    /// F', of which F is the integral.
    fn derivative(&self, u: f64) -> f64 {
        let share = self.share(u);
        (self.high - self.low) * self.slope * share * (1.0 - share)
    }

    /// ∫F, the part of the convex function that a cell brings.
    fn integral(&self, u: f64) -> f64 {
        let v = self.slope * u + self.offset;
        let softplus = if v > 0.0 { v + (-v).exp().ln_1p() } else { v.exp().ln_1p() };
        self.low * u + (self.high - self.low) / self.slope * softplus
    }
}

struct Problem<'a> {
    cells: &'a Cells,
    targets: &'a [Vec<f64>],
    /// Where each margin's categories begin among the unknowns.
    starts: Vec<usize>,
    unknowns: usize,
    /// What the weights by design are multiplied by, to add up to the population.
    scale: f64,
    whole: f64,
}

impl Problem<'_> {
    /// x'λ for each cell.
    fn inner(&self, lambda: &[f64]) -> Vec<f64> {
        let mut inner = vec![0.0; self.cells.len()];
        for (codes, start) in self.cells.codes.iter().zip(&self.starts) {
            for (sum, code) in inner.iter_mut().zip(codes) {
                *sum += lambda[start + *code as usize];
            }
        }
        inner
    }

    fn height(&self, logit: &Logit, lambda: &[f64], inner: &[f64]) -> f64 {
        let cells: f64 =
            inner.iter().zip(&self.cells.base).map(|(u, base)| base * self.scale * logit.integral(*u)).sum();
        let wanted: f64 = self.targets.iter().flatten().zip(lambda).map(|(target, lambda)| target * lambda).sum();
        cells - wanted
    }

    /// What each total lacks.
    fn lacking(&self, logit: &Logit, inner: &[f64]) -> Vec<f64> {
        let weights: Vec<f64> =
            inner.iter().zip(&self.cells.base).map(|(u, base)| base * self.scale * logit.factor(*u)).collect();
        let totals = (0..self.targets.len()).flat_map(|margin| self.cells.totals(margin, &weights));
        self.targets.iter().flatten().zip(totals).map(|(target, total)| target - total).collect()
    }

    fn curvature(&self, logit: &Logit, inner: &[f64]) -> Symmetric {
        let mut matrix = Symmetric::new(self.unknowns);
        for (cell, u) in inner.iter().enumerate() {
            let weight = self.cells.base[cell] * self.scale * logit.derivative(*u);
            for (row, codes) in self.cells.codes.iter().enumerate() {
                let at = self.starts[row] + codes[cell] as usize;
                for (column, codes) in self.cells.codes[..=row].iter().enumerate() {
                    matrix.add(at, self.starts[column] + codes[cell] as usize, weight);
                }
            }
        }
        matrix
    }
}

/// Factors (in units of the weights by design) that meet the targets within the bounds, and the steps it took; None where no such
/// factors were found.
pub fn calibrate(cells: &Cells, targets: &[Vec<f64>], scale: f64, bounds: (f64, f64)) -> Option<(Vec<f64>, usize)> {
    let logit = Logit::new(bounds)?;
    let mut starts = Vec::with_capacity(targets.len());
    let mut unknowns = 0;
    for target in targets {
        starts.push(unknowns);
        unknowns += target.len();
    }
    let whole: f64 = targets.first()?.iter().sum();
    let problem = Problem { cells, targets, starts, unknowns, scale, whole };
    let mut lambda = vec![0.0; unknowns];
    let mut inner = problem.inner(&lambda);
    let mut height = problem.height(&logit, &lambda, &inner);
    for step in 0..MOST_STEPS {
        let lacking = problem.lacking(&logit, &inner);
        if lacking.iter().all(|lack| lack.abs() <= EXACT * problem.whole) {
            let factors = inner.iter().map(|u| scale * logit.factor(*u)).collect();
            return Some((factors, step));
        }
        let towards = problem.curvature(&logit, &inner).solve(&lacking).values;
        let falls: f64 = towards.iter().zip(&lacking).map(|(step, lack)| step * lack).sum();
        let mut length = 1.0;
        let mut halvings = 0;
        loop {
            let tried: Vec<f64> = lambda.iter().zip(&towards).map(|(at, step)| at + length * step).collect();
            let inner_there = problem.inner(&tried);
            let there = problem.height(&logit, &tried, &inner_there);
            // Near the lowest point the height no longer tells two places apart.
            let flat = falls.abs() <= 1e-9 * height.abs().max(1.0);
            if there.is_finite() && (flat || there <= height - 1e-4 * length * falls) {
                (lambda, inner, height) = (tried, inner_there, there);
                break;
            }
            halvings += 1;
            if halvings > MOST_HALVINGS {
                return None;
            }
            length *= 0.5;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_is_the_papers() {
        let logit = Logit::new((0.4, 2.5)).unwrap();
        assert!((logit.factor(0.0) - 1.0).abs() < 1e-15 && (logit.derivative(0.0) - 1.0).abs() < 1e-15);
        let step = 1e-6;
        for u in [-3.0, -0.2, 0.0, 0.7, 4.0] {
            let rises = (logit.integral(u + step) - logit.integral(u - step)) / (2.0 * step);
            assert!((rises - logit.factor(u)).abs() < 1e-8, "{u}");
            let rises = (logit.factor(u + step) - logit.factor(u - step)) / (2.0 * step);
            assert!((rises - logit.derivative(u)).abs() < 1e-8, "{u}");
            assert!((0.4..=2.5).contains(&logit.factor(u * 100.0)));
        }
    }

    #[test]
    fn bounds_that_do_not_hold_one_are_none() {
        for bounds in [(1.0, 2.0), (0.5, 1.0), (-0.1, 2.0), (0.5, f64::INFINITY), (f64::NAN, 2.0)] {
            assert!(Logit::new(bounds).is_none(), "{bounds:?}");
        }
    }
}
