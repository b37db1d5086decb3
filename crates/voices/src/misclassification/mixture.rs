//! A mixture of the rates at which people say something, found from how many of their messages were called so
//! ([`super::anyone`] has the formulas), by expectation-maximisation that goes further than each step by itself would.
//!
//! Each draw of an interval finds one anew, so this is where the time goes: rates fill whole lanes of a processor, and single
//! precision holds what a likelihood needs.

use super::{
    anyone::{Found, Pattern},
    rates::Rates,
};
use rayon::prelude::*;
use std::ops::Range;

const WIDTH: usize = 16;
/// Rates at which people may say something.
const GRID: [f64; WIDTH] = [0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.22, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0];
/// People with so many messages or more stand in a band of their own.
pub(super) const BANDS: [u32; 4] = [2, 4, 9, 21];
/// People that a band is drawn to all others by, and as many of whom nothing is known but that half of them never say it.
const SHRINK: f32 = 2.0;
const PRIOR: f32 = 1.0;
/// As many in each draw as in the figure itself, so that the draws vary as it does.
const STEPS: usize = 80;
/// People whose parts are added up before they are added to those of all.
const BLOCK: usize = 1024;

/// A part, or how likely something is, for each rate.
type Mixture = [f32; WIDTH];

/// What each pattern is as likely as under each rate: at all, and with none that says so; both up to one factor; and
/// whether they wrote where nothing is seen. By bands.
pub(super) struct Likely {
    all: Vec<Mixture>,
    none: Vec<Mixture>,
    blind: Vec<bool>,
    bands: [Range<usize>; BANDS.len() + 1],
}

impl Likely {
    /// Of patterns in the order of their bands.
    pub fn new(patterns: &[&Pattern], rates: &[Rates], class: usize) -> Self {
        let cells: Vec<Cell> = rates.iter().map(|rates| Cell::new(rates, class)).collect();
        let never = GRID.map(|p| (1.0 - p).ln() as f32);
        let one = |pattern: &&Pattern| {
            let (mut at_all, mut of_none) = ([0.0; WIDTH], [0.0; WIDTH]);
            for (cell, n, k) in &pattern.told.said {
                let cell = &cells[*cell as usize];
                let [n, not, called] = [*n as f32, (n - k) as f32, *k as f32];
                let base = not * cell.clean[0] + called * cell.clean[1];
                for at in 0..WIDTH {
                    at_all[at] += not * cell.not[at] + called * cell.called[at];
                    of_none[at] += base + n * never[at];
                }
            }
            let most = at_all.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            (at_all.map(|log| (log - most).exp()), of_none.map(|log| (log - most).exp()))
        };
        let (all, none) = patterns.par_iter().with_min_len(BLOCK).map(one).unzip();
        let end = |band: usize| patterns.partition_point(|pattern| pattern.band <= band);
        let begin = |band: usize| patterns.partition_point(|pattern| pattern.band < band);
        let blind = patterns.iter().map(|pattern| pattern.told.is_blind).collect();
        Self { all, none, blind, bands: std::array::from_fn(|band| begin(band)..end(band)) }
    }
}

/// Logarithms of how likely a message of a cell is not called so, and called so, under each rate, and where nobody says it.
struct Cell {
    not: Mixture,
    called: Mixture,
    clean: [f32; 2],
}

impl Cell {
    fn new(rates: &Rates, class: usize) -> Self {
        // How often it is called so where it is, and where it is not; neither quite never nor always.
        let inside = |rate: f64| rate.clamp(1e-6, 1.0 - 1e-6);
        let (found, false_calls) = (inside(rates.row(class)[class]), inside(rates.row(1 - class.min(1))[class]));
        let called = GRID.map(|p| false_calls + (found - false_calls) * p);
        Self {
            not: called.map(|called| (1.0 - called).ln() as f32),
            called: called.map(|called| called.ln() as f32),
            clean: [(1.0 - false_calls).ln() as f32, false_calls.ln() as f32],
        }
    }
}

/// A mixture for each band.
pub(super) struct Mixtures([Mixture; BANDS.len() + 1]);

impl Mixtures {
    /// Of people with these weights, each a part of all; `people` are as many as all weights stand for.
    pub fn fitted(likely: &Likely, weights: &[f32], people: f64) -> Self {
        let people = people as f32;
        // As many who never say it as who do, at any rate.
        let mut open = [0.5 / (WIDTH - 1) as f32; WIDTH];
        open[0] = 0.5;
        let mut found = Self([open; BANDS.len() + 1]);
        for _ in 0..STEPS {
            let mut sums = [[0.0; WIDTH]; BANDS.len() + 1];
            let mut all = open.map(|part| part * PRIOR);
            for (band, range) in likely.bands.iter().enumerate().filter(|(_, range)| !range.is_empty()) {
                let sum = expected(&found.0[band], &likely.all[range.clone()], &weights[range.clone()]);
                sums[band] = sum.map(|part| part * people);
                all.iter_mut().zip(sums[band]).for_each(|(all, part)| *all += part);
            }
            let all = scaled(all);
            for (band, _) in likely.bands.iter().enumerate().filter(|(_, range)| !range.is_empty()) {
                let mut with = all.map(|part| part * SHRINK);
                with.iter_mut().zip(sums[band]).for_each(|(with, part)| *with += part);
                found.0[band] = further(&found.0[band], scaled(with));
            }
        }
        found
    }

    /// How many of those people said so at least once, and how many did not of those who wrote where nothing is seen.
    pub fn found(&self, likely: &Likely, weights: &[f32]) -> Found {
        let mut found = Found::default();
        for (mixture, range) in self.0.iter().zip(&likely.bands) {
            for at in range.clone() {
                let whole = sum(&product(mixture, &likely.all[at]));
                if whole > 0.0 {
                    let none = (sum(&product(mixture, &likely.none[at])) / whole).clamp(0.0, 1.0);
                    found.said += f64::from(weights[at] * (1.0 - none));
                    found.perhaps += if likely.blind[at] { f64::from(weights[at] * none) } else { 0.0 };
                }
            }
        }
        found
    }
}

/// How many of these people say it at each rate, as far as is to be expected of what was called so.
fn expected(mixture: &Mixture, likely: &[Mixture], weights: &[f32]) -> Mixture {
    let block = |(likely, weights): (&[Mixture], &[f32])| {
        let mut block = [0.0; WIDTH];
        for (likely, weight) in likely.iter().zip(weights) {
            let parts = product(mixture, likely);
            let whole = sum(&parts);
            let factor = if whole > 0.0 { weight / whole } else { 0.0 };
            block.iter_mut().zip(parts).for_each(|(sum, part)| *sum += factor * part);
        }
        block
    };
    if likely.len() <= BLOCK {
        return block((likely, weights));
    }
    // Added up in one order, whatever number of cores there are.
    let blocks: Vec<Mixture> = likely.par_chunks(BLOCK).zip(weights.par_chunks(BLOCK)).map(block).collect();
    let mut all = [0.0; WIDTH];
    blocks.iter().for_each(|block| all.iter_mut().zip(block).for_each(|(all, part)| *all += part));
    all
}

#[inline]
fn product(a: &Mixture, b: &Mixture) -> Mixture {
    std::array::from_fn(|at| a[at] * b[at])
}

/// In four lanes.
#[inline]
fn sum(parts: &Mixture) -> f32 {
    let four: [f32; 4] = std::array::from_fn(|at| (parts[at] + parts[at + 4]) + (parts[at + 8] + parts[at + 12]));
    (four[0] + four[2]) + (four[1] + four[3])
}

/// Beyond what a step comes to, in its direction: 1⅞ times as far, which roots alone can tell.
fn further(from: &Mixture, to: Mixture) -> Mixture {
    let beyond = std::array::from_fn(|at| {
        let grown = if to[at] > 0.0 && from[at] > 0.0 { to[at] / from[at] } else { 1.0 };
        let (half, quarter) = (grown.sqrt(), grown.sqrt().sqrt());
        to[at] * half * quarter * quarter.sqrt()
    });
    scaled(beyond)
}

fn scaled(mixture: Mixture) -> Mixture {
    let sum: f32 = sum(&mixture);
    mixture.map(|part| if sum > 0.0 { part / sum } else { 1.0 / WIDTH as f32 })
}
