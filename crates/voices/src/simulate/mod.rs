//! Proof by simulation: worlds whose true share is known, heard again and again as organisations hear.
//!
//! Of each way to read what was heard it is told how far it is off on average (bias), and of the interval how often it holds the truth.
//! A world and all its runs follow from the seed.

#[cfg(test)]
mod blind;
pub mod labels;
mod scenario;
mod world;

pub use scenario::Scenario;

use crate::draws::Draws;
use crate::estimate::{Estimate, Reason, Refusal, Rules, estimate};
use serde::{Deserialize, Serialize};
use std::fmt;
use world::World;

/// What came of many runs of one scenario. Shares are 0..1; a bias is an average less the truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub scenario: Scenario,
    pub runs: u64,
    pub seed: u64,
    pub truth: f64,
    /// Linked people on average, in the runs that gave an estimate.
    pub people: f64,
    /// Of the share of messages, of people, and of the weighted share.
    pub by_message: f64,
    pub by_person: f64,
    pub weighted: f64,
    /// How far the weighted share is off in a single run: the root of the mean square.
    pub error: f64,
    /// Of the runs that gave an estimate, in how many the 95 % interval held the truth, and how wide it was on average.
    pub coverage: f64,
    pub width: f64,
    /// In how many it lay wholly above and wholly below the truth.
    pub above: f64,
    pub below: f64,
    /// In how many the Manski range held the truth.
    pub manski: f64,
    pub deff: f64,
    /// Of all runs, how many were refused, by reason.
    pub refused: f64,
    pub refusals: Refusals,
    /// Of the runs that gave an estimate, in how many something was noted beside it.
    pub noted: f64,
}

/// Refused runs, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusals {
    pub too_few: u64,
    pub unheard: u64,
    pub too_uneven: u64,
    pub unmet: u64,
}

impl Refusals {
    fn note(&mut self, refusal: &Refusal) {
        *match refusal.reason {
            Reason::TooFew { .. } => &mut self.too_few,
            Reason::Unheard { .. } => &mut self.unheard,
            Reason::TooUneven { .. } => &mut self.too_uneven,
            Reason::Unmet { .. } => &mut self.unmet,
        } += 1;
    }

    fn all(self) -> u64 {
        self.too_few + self.unheard + self.too_uneven + self.unmet
    }
}

#[derive(Default)]
struct Sums {
    runs: f64,
    people: f64,
    by_message: f64,
    by_person: f64,
    weighted: f64,
    squares: f64,
    width: f64,
    above: f64,
    below: f64,
    manski: f64,
    deff: f64,
    noted: f64,
}

impl Sums {
    fn note(&mut self, found: &Estimate, truth: f64) {
        let one = |holds: bool| f64::from(u8::from(holds));
        self.runs += 1.0;
        self.people += found.n as f64;
        self.by_message += found.by_message.unwrap_or(found.by_person) - truth;
        self.by_person += found.by_person - truth;
        self.weighted += found.share - truth;
        self.squares += (found.share - truth).powi(2);
        self.width += found.high - found.low;
        self.above += one(found.low > truth);
        self.below += one(found.high < truth);
        self.manski += one((found.manski.0..=found.manski.1).contains(&truth));
        self.deff += found.deff;
        self.noted += one(!found.notes.is_empty());
    }
}

/// Runs a scenario under the usual rules: one world, heard `runs` times. Where every run was refused, the figures of estimates are 0.
#[must_use]
pub fn simulate(scenario: &Scenario, runs: u64, seed: u64) -> Report {
    simulate_under(&Rules::default(), scenario, runs, seed)
}

/// The same under rules of one's own.
#[must_use]
pub fn simulate_under(rules: &Rules, scenario: &Scenario, runs: u64, seed: u64) -> Report {
    let mut draws = Draws::new(seed);
    let world = World::new(scenario, &mut draws);
    let (mut sums, mut refusals) = (Sums::default(), Refusals::default());
    for _ in 0..runs {
        match estimate(&world.draw(scenario, &mut draws), &world.population, rules) {
            Ok(found) => sums.note(&found, world.truth),
            Err(refusal) => refusals.note(&refusal),
        }
    }
    let mean = |sum: f64| if sums.runs > 0.0 { sum / sums.runs } else { 0.0 };
    Report {
        scenario: scenario.clone(),
        runs,
        seed,
        truth: world.truth,
        people: mean(sums.people),
        by_message: mean(sums.by_message),
        by_person: mean(sums.by_person),
        weighted: mean(sums.weighted),
        error: mean(sums.squares).sqrt(),
        coverage: mean(sums.runs - sums.above - sums.below),
        width: mean(sums.width),
        above: mean(sums.above),
        below: mean(sums.below),
        manski: mean(sums.manski),
        deff: mean(sums.deff),
        refused: refusals.all() as f64 / runs.max(1) as f64,
        refusals,
        noted: mean(sums.noted),
    }
}

impl fmt::Display for Report {
    /// A few plain lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| format!("{:.1} %", share * 100.0);
        let points = |bias: f64| format!("{:+.1}", bias * 100.0);
        let holds = if self.scenario.holds { "assumptions hold" } else { "assumptions fail" };
        writeln!(f, "{}: {} ({holds})", self.scenario.name, self.scenario.says)?;
        writeln!(f, "  {} runs, seed {}; truly {}", self.runs, self.seed, percent(self.truth))?;
        if self.refusals.all() < self.runs {
            writeln!(
                f,
                "  off on average, in points: by message {}, by person {}, weighted {} (a single run {:.1})",
                points(self.by_message),
                points(self.by_person),
                points(self.weighted),
                self.error * 100.0
            )?;
            writeln!(
                f,
                "  95 % intervals, {:.1} points wide, hold the truth in {} (too high {}, too low {}); {:.0} people, design effect {:.2}",
                self.width * 100.0,
                percent(self.coverage),
                percent(self.above),
                percent(self.below),
                self.people,
                self.deff
            )?;
        }
        let Refusals { too_few, unheard, too_uneven, unmet } = self.refusals;
        if self.scenario.unlinked != (0.0, 0.0) {
            writeln!(f, "  the range for the unlinked holds it in {}", percent(self.manski))?;
        }
        write!(f, "  refused {}", percent(self.refused))?;
        if self.refused > 0.0 {
            write!(f, " ({too_few} too few, {unheard} unheard, {too_uneven} too uneven, {unmet} unmet)")?;
        }
        writeln!(f, "; something noted in {}", percent(self.noted))
    }
}

#[cfg(test)]
mod tests;
