//! How figures are told: a JSON object a line.

use serde_json::{Value, json};

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
        println!("{}", self.line());
    }

    fn line(&self) -> Value {
        // Six digits tell any two results apart; more would be noise.
        let value = (self.value * 1e6).round() / 1e6;
        json!({
            "set": self.set, "metric": self.metric, "value": value, "n": self.n, "per_second": self.per_second.round(),
        })
    }
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
}
