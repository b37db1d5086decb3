//! How figures are told: a JSON object a line.

use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

static TOLD: AtomicUsize = AtomicUsize::new(0);

/// How many figures were told.
pub fn told() -> usize {
    TOLD.load(Ordering::Relaxed)
}

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure<'a> {
    pub set: &'a str,
    pub metric: &'a str,
    pub value: f64,
    /// How many cases the value rests on.
    pub n: usize,
    /// Cases a second on one core.
    pub per_second: f64,
}

impl Figure<'_> {
    pub fn tell(&self) {
        TOLD.fetch_add(1, Ordering::Relaxed);
        println!("{}", self.line());
    }

    fn line(&self) -> Value {
        let value = rounded(self.value);
        json!({
            "set": self.set, "metric": self.metric, "value": value, "n": self.n, "per_second": self.per_second.round(),
        })
    }
}

/// Six digits tell any two results apart; more would be noise. Of what is far below one they are the first six that are not 0.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let digits = if value.abs() < 1e-3 { 5 - value.abs().log10().floor() as i32 } else { 6 };
    // Tens beyond what a number holds would make it none.
    if digits > 300 { 0.0 } else { (value * 10_f64.powi(digits)).round() / 10_f64.powi(digits) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_one_object() {
        let figure = Figure { set: "febrl2", metric: "f1", value: 0.123_456_789, n: 3, per_second: 1_000.4 };
        let expected = json!({ "set": "febrl2", "metric": "f1", "value": 0.123_457, "n": 3, "per_second": 1_000.0 });
        assert_eq!(figure.line(), expected);
    }

    #[test]
    fn a_small_error_is_not_told_as_none() {
        assert_eq!(rounded(1.234_567_89e-13), 1.234_57e-13);
        assert_eq!((rounded(0.0), rounded(-0.5), rounded(1e-310)), (0.0, -0.5, 0.0));
    }
}
