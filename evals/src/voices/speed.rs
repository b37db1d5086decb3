//! A million people and six margins, on one core.

use super::median;
use crate::figures::Figure;
use std::time::Instant;
use tertulia_voices::concentration::concentration;
use tertulia_voices::draws::Draws;
use tertulia_voices::estimate::{Rules, estimate};
use tertulia_voices::population::Population;
use tertulia_voices::raking::{Cells, RakingRules, rake};
use tertulia_voices::sample::{Column, MISSING, Sample};

const PEOPLE: usize = 1_000_000;
const CATEGORIES: [usize; 6] = [2, 4, 5, 6, 8, 16];
const PASSES: usize = 5;

pub fn tell() {
    let columns = columns(PEOPLE, &mut Draws::new(1));
    let margins: Vec<(Vec<u32>, usize)> = columns.iter().map(|c| (c.codes.clone(), c.categories.len())).collect();
    let targets: Vec<Vec<f64>> = CATEGORIES.iter().map(|size| wanted(*size, 5e6)).collect();
    let pass = |_| {
        let begun = Instant::now();
        let cells = Cells::new(PEOPLE, &margins, |_| 1.0);
        let raked = rake(&cells, &targets, &RakingRules::default());
        std::hint::black_box(raked.weights(&cells, |_| 1.0));
        tell_unless(raked.converged, "made-up margins were not met");
        begun.elapsed().as_secs_f64()
    };
    figure("rake_1m_seconds", (0..PASSES).map(pass).collect());
    whole(columns);
}

/// The whole way: some values not known, thin categories looked for, weights, error, interval; and how loud the loudest are.
fn whole(mut columns: Vec<Column>) {
    let mut draws = Draws::new(2);
    columns.iter_mut().flat_map(|c| &mut c.codes).filter(|_| draws.happens(0.02)).for_each(|code| *code = MISSING);
    let margin = |column: &Column| {
        let shares = wanted(column.categories.len(), 1.0);
        (column.name.clone(), column.categories.iter().cloned().zip(shares).collect())
    };
    let Ok(population) = Population::from_margins(columns.iter().map(margin), Some(5e6)) else { return };
    let answers: Vec<f64> = (0..PEOPLE).map(|_| draws.uniform().round()).collect();
    let messages: Vec<u32> = (0..PEOPLE).map(|_| 1 + (1.5 * draws.normal()).exp().min(1e6) as u32).collect();
    let pass = |_| {
        let begun = Instant::now();
        std::hint::black_box(concentration(&messages, false));
        begun.elapsed().as_secs_f64()
    };
    figure("concentration_1m_seconds", (0..PASSES).map(pass).collect());
    let Ok(sample) = Sample::from_columns(columns, answers, messages) else { return };
    let pass = |_| {
        let begun = Instant::now();
        let found = std::hint::black_box(estimate(&sample, &population, &Rules::default()));
        tell_unless(found.is_ok(), "a million people were refused");
        begun.elapsed().as_secs_f64()
    };
    figure("estimate_1m_seconds", (0..PASSES).map(pass).collect());
}

fn tell_unless(holds: bool, what: &str) {
    if !holds {
        eprintln!("{what}, so this speed is of something else");
    }
}

fn figure(metric: &str, seconds: Vec<f64>) {
    let value = median(seconds);
    Figure { set: "speed", metric, value, n: PEOPLE, per_second: PEOPLE as f64 / value }.tell();
}

/// People who are the likelier in a category the later it comes, and whose attributes hang together.
fn columns(people: usize, draws: &mut Draws) -> Vec<Column> {
    let kinds: Vec<f64> = (0..people).map(|_| draws.uniform()).collect();
    let column = |(at, size): (usize, &usize)| {
        let code = |kind: &f64| {
            let mixed = if draws.happens(0.3) { *kind } else { draws.uniform() };
            ((mixed.powf(0.8) * *size as f64) as u32).min(*size as u32 - 1)
        };
        let codes = kinds.iter().map(code).collect();
        Column::new(&format!("attribute {at}"), (0..*size).map(|code| format!("{code}")).collect(), codes)
    };
    CATEGORIES.iter().enumerate().map(column).collect()
}

/// Totals that fall a little where those of [`columns`] rise.
fn wanted(size: usize, whole: f64) -> Vec<f64> {
    let part = |at: usize| 1.2 - 0.4 * (at as f64 + 0.5) / size as f64;
    let parts: f64 = (0..size).map(part).sum();
    (0..size).map(|at| part(at) * whole / parts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_margins_add_up_and_can_be_met() {
        for size in CATEGORIES {
            assert!((wanted(size, 5e6).iter().sum::<f64>() - 5e6).abs() < 1e-3);
        }
        let columns = columns(20_000, &mut Draws::new(1));
        let margins: Vec<(Vec<u32>, usize)> = columns.iter().map(|c| (c.codes.clone(), c.categories.len())).collect();
        let cells = Cells::new(20_000, &margins, |_| 1.0);
        let targets: Vec<Vec<f64>> = CATEGORIES.iter().map(|size| wanted(*size, 5e6)).collect();
        assert!(rake(&cells, &targets, &RakingRules::default()).converged);
    }
}
