//! What the simulation finds where its assumptions hold.

use crate::figures::Figure;
use std::time::Instant;
use tertulia_voices::simulate::{Report, Scenario, simulate};

const RUNS: u64 = 2_000;
const SEED: u64 = 42;

/// Tells the figures; with `explain` also what each scenario comes to in words, those where the assumptions fail too.
pub fn tell(explain: bool) {
    let begun = Instant::now();
    let scenarios = Scenario::all().into_iter().filter(|scenario| scenario.holds || explain);
    let reports: Vec<Report> = scenarios.map(|scenario| simulate(&scenario, RUNS, SEED)).collect();
    let runs = RUNS as usize * reports.len();
    let per_second = runs as f64 / begun.elapsed().as_secs_f64();
    if explain {
        reports.iter().for_each(|report| eprint!("{report}"));
    }
    let holding: Vec<&Report> = reports.iter().filter(|report| report.scenario.holds).collect();
    for report in &holding {
        let set = format!("simulation/{}", report.scenario.name);
        let figure = |metric, value| Figure { set: &set, metric, value, n: RUNS as usize, per_second }.tell();
        figure("coverage", report.coverage);
        figure("bias_by_message", report.by_message);
        figure("bias_by_person", report.by_person);
        figure("bias_weighted", report.weighted);
        figure("refused", report.refused);
    }
    let figure = |metric, value| {
        Figure { set: "simulation", metric, value, n: RUNS as usize * holding.len(), per_second }.tell();
    };
    let mean = |of: fn(&Report) -> f64| holding.iter().map(|report| of(report)).sum::<f64>() / holding.len() as f64;
    let coverages = || holding.iter().map(|report| report.coverage);
    figure("coverage", mean(|report| report.coverage));
    figure("least_coverage", coverages().fold(1.0, f64::min));
    figure("most_coverage", coverages().fold(0.0, f64::max));
    figure("bias_by_message", mean(|report| report.by_message.abs()));
    figure("bias_by_person", mean(|report| report.by_person.abs()));
    figure("bias_weighted", mean(|report| report.weighted.abs()));
    figure("refused", mean(|report| report.refused));
}
