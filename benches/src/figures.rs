//! How figures are told: a table for people, a JSON object a line for programs.

use crate::{arguments::Arguments, machine};
use std::{cell::RefCell, collections::HashSet, fmt, time::Duration};

#[derive(Debug, Clone, Copy)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
    Below(f64),
    /// Told for understanding the others.
    None,
}

impl Target {
    fn is_met_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
            Self::Below(most) => value < most,
            Self::None => true,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, ">= {least}"),
            Self::AtMost(most) => write!(f, "<= {most}"),
            Self::Below(most) => write!(f, "< {most}"),
            Self::None => Ok(()),
        }
    }
}

/// Prints figures as they are measured, each name once.
pub struct Figures {
    json: bool,
    machine: String,
    told: RefCell<HashSet<String>>,
}

impl Figures {
    pub fn begin(arguments: &Arguments) -> Self {
        let machine = machine::name();
        if !arguments.json {
            println!("{} on {machine}", arguments.name);
        }
        if arguments.small {
            eprintln!("--small: not the sizes that the targets speak of");
        }
        Self { json: arguments.json, machine, told: RefCell::default() }
    }

    /// `n` is how many measurements the value rests on: runs for a median, requests for a percentile.
    pub fn tell(&self, name: &str, value: f64, unit: &str, n: usize, target: Target) {
        assert!(self.told.borrow_mut().insert(name.to_owned()), "{name} was told already");
        let value = rounded(value);
        if self.json {
            println!("{}", self.line(name, value, unit, n, target));
            return;
        }
        let verdict = match target {
            Target::None => String::new(),
            _ if target.is_met_by(value) => format!("target {target}: met"),
            _ => format!("target {target}: NOT met"),
        };
        println!("  {name:<34} {value:>12} {unit:<12} n={n:<6} {verdict}");
    }

    fn line(&self, name: &str, value: f64, unit: &str, n: usize, target: Target) -> serde_json::Value {
        let wanted = if matches!(target, Target::None) { None } else { Some(target.to_string()) };
        serde_json::json!({
            "name": name, "value": value, "unit": unit, "n": n, "target": wanted, "machine": self.machine,
        })
    }

    /// What a reader should know beside the figures; not part of the JSON.
    pub fn remark(&self, words: &str) {
        eprintln!("  {words}");
    }
}

/// Four digits say all that a measurement like this knows.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let digits = 3 - value.abs().log10().floor() as i32;
    let scale = 10_f64.powi(digits.clamp(0, 6));
    (value * scale).round() / scale
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// The value that 99 of 100 stay below or at (nearest rank), in milliseconds.
pub fn p99_ms(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    let rank = (times.len() * 99).div_ceil(100).saturating_sub(1);
    times.get(rank).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures() -> Figures {
        Figures { json: true, machine: "a desk".to_owned(), told: RefCell::default() }
    }

    #[test]
    fn a_line_of_json_says_what_was_measured_how_often_and_what_was_hoped_for() {
        let line = figures().line("cost_ratio", 1.5, "times", 3, Target::AtMost(2.5));
        let expected = serde_json::json!({
            "name": "cost_ratio", "value": 1.5, "unit": "times", "n": 3, "target": "<= 2.5", "machine": "a desk",
        });
        assert_eq!(line, expected);
        assert!(Target::AtMost(2.5).is_met_by(2.5) && !Target::Below(2.5).is_met_by(2.5));
        assert!(figures().line("lag", 1.0, "ms", 1, Target::None)["target"].is_null());
    }

    #[test]
    #[should_panic(expected = "lag was told already")]
    fn no_figure_is_told_twice() {
        let figures = figures();
        figures.tell("lag", 1.0, "ms", 1, Target::None);
        figures.tell("lag", 2.0, "ms", 1, Target::None);
    }

    #[test]
    fn the_median_stands_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn one_slow_request_of_a_hundred_is_not_the_99th_and_two_are() {
        let mut times = vec![Duration::from_millis(1); 99];
        times.push(Duration::from_millis(500));
        assert_eq!(p99_ms(&mut times), 1.0);
        times[0] = Duration::from_millis(400);
        times.sort_unstable();
        assert_eq!(p99_ms(&mut times), 400.0);
    }

    #[test]
    fn figures_are_rounded_to_what_is_known() {
        assert_eq!(rounded(15_234.567), 15_235.0);
        assert_eq!(rounded(0.123_456), 0.1235);
    }
}
