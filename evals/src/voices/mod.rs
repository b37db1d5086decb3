//! `eval voices`: are weights, errors and intervals what they should be, and how fast are they?
//!
//! `raking_api`: `max_relative_error` of weights and `se_error` (relative) against R's `survey`; `n` is people, `per_second` people
//! raked a second. `masculinity`: `deff` and `effective_n` of published weights. `simulation` and `simulation/NAME`: what
//! [`tertulia_voices::simulate`] finds where its assumptions hold; `n` and `per_second` are runs. `label_errors/NAME`:
//! the same of shares corrected for what a machine gets wrong. `speed`: seconds on one core, the
//! median of five.

mod labels;
mod simulation;
mod speed;
mod survey;
#[cfg(test)]
mod tests;

use crate::arguments::Arguments;
use crate::skipped;
use anyhow::Result;

pub fn run(arguments: &Arguments) -> Result<()> {
    if let Some(set) = skipped::unless_sound("raking_api", survey::read(arguments)).flatten() {
        let measured = survey::measure(&set);
        let figure = |metric, value| {
            let (n, per_second) = (set.people(), measured.people_per_second);
            crate::figures::Figure { set: "raking_api", metric, value, n, per_second }.tell();
        };
        figure("max_relative_error", measured.max_relative_error);
        figure("se_error", measured.se_error);
    }
    if let Some(weights) = skipped::unless_sound("masculinity", survey::published_weights(arguments)).flatten() {
        survey::tell_kish(&weights);
    }
    simulation::tell(arguments.explain);
    labels::tell(arguments.explain);
    speed::tell();
    Ok(())
}

/// The middle one of several figures.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
