//! `eval identity`: are records of one person found, and no others?
//!
//! Nothing is learnt from the true links; they are for measuring alone. `n` is the number of true pairs for `f1`,
//! `recall`, `precision` and `blocking_recall`, of compared pairs for `brier` and `ece`; `per_second` is compared and weighed
//! pairs a second on one core, the fastest of five passes.

mod explain;
mod measure;
mod reliability;
mod sets;
#[cfg(test)]
mod tests;

use crate::arguments::Arguments;
use crate::figures::Figure;
use crate::skipped;
use anyhow::Result;
use measure::{Measured, measure};
use sets::Set;

pub fn run(arguments: &Arguments) -> Result<()> {
    for name in sets::NAMES {
        if let Some(set) = skipped::unless_sound(name, sets::read(name, arguments)).flatten() {
            tell(&set, &measure(&set, arguments.explain));
        }
    }
    Ok(())
}

fn tell(set: &Set, measured: &Measured) {
    let figure = |metric, value, n| {
        Figure { set: set.name, metric, value, n, per_second: measured.pairs_per_second }.tell();
    };
    figure("f1", measured.f1(), measured.true_pairs);
    figure("precision", measured.precision(), measured.true_pairs);
    figure("recall", measured.recall(), measured.true_pairs);
    figure("blocking_recall", measured.blocking_recall(), measured.true_pairs);
    figure("brier", measured.reliability.brier(), measured.compared);
    figure("ece", measured.reliability.expected_calibration_error(), measured.compared);
}
