//! Weights under which those who were heard have the margins of the population.
//!
//! Raking is iterative proportional fitting (Deming and Stephan 1940), the multiplicative case of the calibration estimators
//! of Deville and Särndal (1992, JASA 87, 376–382): among all weights that meet the margins it takes those nearest to the
//! weights by design, by Σ w ln(w/d) − w + d. Where a weight leaves its bounds, the bounded distance of the same paper (case 6,
//! "logit") is used instead ([`bounded`]), and where even that cannot meet the margins, weights are trimmed, and how far the
//! margins are missed is told.

mod bounded;
mod cells;

pub use cells::Cells;

use serde::{Deserialize, Serialize};

/// How far weights may go and when to stop.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RakingRules {
    /// Sweeps end when no cell's total moved by more than this part of the total weight (the rule of R's `survey`).
    pub epsilon: f64,
    pub most_sweeps: usize,
    /// The least and the largest weight, as a multiple of the weight by design scaled to the population; None: no bounds.
    pub bounds: Option<(f64, f64)>,
}

impl Default for RakingRules {
    fn default() -> Self {
        Self { epsilon: 1e-9, most_sweeps: 300, bounds: Some((0.1, 6.0)) }
    }
}

/// How the weights were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Raking without anything in its way.
    Raked,
    /// Some weight would have left its bounds; the margins are met within them.
    Bounded,
    /// The margins cannot be met within the bounds; the nearest weights inside are taken.
    Trimmed,
}

/// The margin that is missed most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    pub margin: usize,
    pub category: usize,
    /// Its weighted share less its share in the population, 0..1.
    pub off: f64,
}

/// Factors by which the weights by design are multiplied.
#[derive(Debug, Clone, PartialEq)]
pub struct Raked {
    /// For each cell.
    pub factors: Vec<f64>,
    pub method: Method,
    pub converged: bool,
    pub sweeps: usize,
    pub gap: Gap,
    /// The part of the people whose weight stands at a bound (within one in a thousand), 0..1.
    pub at_bound: f64,
}

impl Raked {
    /// Each person's weight: that by design times the cell's factor.
    #[must_use]
    pub fn weights(&self, cells: &Cells, base: impl Fn(usize) -> f64) -> Vec<f64> {
        let factor = |(person, cell): (usize, &u32)| base(person) * self.factors[*cell as usize];
        cells.of_person.iter().enumerate().map(factor).collect()
    }
}

/// The largest gap that still counts as met, as a share of the population.
const MET: f64 = 1e-6;

/// Rakes cells to the targets: for each margin a total for each of its categories, all margins adding up to the same total.
///
/// A category that has a target and nobody in it cannot be met: the result says that it did not converge and where.
#[must_use]
pub fn rake(cells: &Cells, targets: &[Vec<f64>], rules: &RakingRules) -> Raked {
    let (factors, sweeps, settled) = sweep(cells, targets, rules);
    let gap = worst_gap(cells, targets, &factors);
    let met = settled && gap.off.abs() <= MET;
    let raked = Raked { factors, method: Method::Raked, converged: met, sweeps, gap, at_bound: 0.0 };
    let Some((low, high)) = rules.bounds else { return raked };
    let scale = scale(cells, targets);
    if met && raked.factors.iter().all(|factor| (low..=high).contains(&(factor / scale))) {
        return raked;
    }
    let bounded = bounded::calibrate(cells, targets, scale, (low, high));
    let (factors, method, steps) = match bounded {
        Some((factors, steps)) => (factors, Method::Bounded, steps),
        None => (trim(cells, targets, raked.factors, (low * scale, high * scale)), Method::Trimmed, 0),
    };
    let gap = worst_gap(cells, targets, &factors);
    let near = |factor: f64| factor <= low * scale * 1.001 || factor >= high * scale * 0.999;
    let (inside, all) =
        cells.people.iter().zip(&factors).fold((0.0, 0.0), |(at, all), (people, factor)| {
            (at + if near(*factor) { *people } else { 0.0 }, all + people)
        });
    let at_bound = if all > 0.0 { inside / all } else { 0.0 };
    Raked { converged: gap.off.abs() <= MET, factors, method, sweeps: sweeps + steps, gap, at_bound }
}

/// The population by the sum of weights by design.
fn scale(cells: &Cells, targets: &[Vec<f64>]) -> f64 {
    let base: f64 = cells.base.iter().sum();
    let total = targets.first().map_or(base, |margin| margin.iter().sum());
    if base > 0.0 && total > 0.0 { total / base } else { 1.0 }
}

/// Iterative proportional fitting: factors, sweeps, and whether they came to rest.
fn sweep(cells: &Cells, targets: &[Vec<f64>], rules: &RakingRules) -> (Vec<f64>, usize, bool) {
    let mut weights = cells.base.clone();
    let still = rules.epsilon * weights.iter().sum::<f64>();
    let mut before = weights.clone();
    let (mut sweeps, mut settled) = (0, targets.is_empty());
    while !settled && sweeps < rules.most_sweeps {
        sweeps += 1;
        for (margin, target) in targets.iter().enumerate() {
            fit(cells, margin, target, &mut weights);
        }
        let moved = weights.iter().zip(&before).fold(0.0, |most: f64, (now, then)| most.max((now - then).abs()));
        settled = moved < still;
        before.copy_from_slice(&weights);
    }
    let factor = |(weight, base): (&f64, &f64)| if *base > 0.0 { weight / base } else { 0.0 };
    (weights.iter().zip(&cells.base).map(factor).collect(), sweeps, settled)
}

/// Makes one margin right.
fn fit(cells: &Cells, margin: usize, target: &[f64], weights: &mut [f64]) {
    let mut ratios = cells.totals(margin, weights);
    for (ratio, target) in ratios.iter_mut().zip(target) {
        *ratio = if *ratio > 0.0 { target / *ratio } else { 1.0 };
    }
    for (weight, code) in weights.iter_mut().zip(&cells.codes[margin]) {
        *weight *= ratios[*code as usize];
    }
}

fn worst_gap(cells: &Cells, targets: &[Vec<f64>], factors: &[f64]) -> Gap {
    let weights: Vec<f64> = cells.base.iter().zip(factors).map(|(base, factor)| base * factor).collect();
    let all: f64 = weights.iter().sum();
    let mut worst = Gap { margin: 0, category: 0, off: 0.0 };
    for (margin, target) in targets.iter().enumerate() {
        let whole: f64 = target.iter().sum();
        for (category, (total, target)) in cells.totals(margin, &weights).iter().zip(target).enumerate() {
            let off = total / all - target / whole;
            if off.is_nan() || off.abs() > worst.off.abs() {
                worst = Gap { margin, category, off: if off.is_nan() { 1.0 } else { off } };
            }
        }
    }
    worst
}

/// How often trimming and fitting take turns.
const TURNS: usize = 50;

/// Cuts weights at their bounds and fits the margins again, in turns, the cut coming last (Potter 1990).
fn trim(cells: &Cells, targets: &[Vec<f64>], mut factors: Vec<f64>, (low, high): (f64, f64)) -> Vec<f64> {
    let cut = |factor: f64| if factor.is_finite() { factor.clamp(low, high.max(low)) } else { high };
    let mut weights = vec![0.0; factors.len()];
    for turn in 0..=TURNS {
        factors.iter_mut().for_each(|factor| *factor = cut(*factor));
        if turn == TURNS {
            break;
        }
        for ((weight, base), factor) in weights.iter_mut().zip(&cells.base).zip(&factors) {
            *weight = base * factor;
        }
        for (margin, target) in targets.iter().enumerate() {
            fit(cells, margin, target, &mut weights);
        }
        for ((factor, weight), base) in factors.iter_mut().zip(&weights).zip(&cells.base) {
            *factor = if *base > 0.0 { weight / base } else { 0.0 };
        }
    }
    factors
}

#[cfg(test)]
mod tests;
