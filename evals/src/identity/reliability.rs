//! Whether a probability means one.

use super::measure::share;

/// Whether probabilities are what they say: compared pairs by probability.
#[derive(Default)]
pub struct Reliability {
    squares: f64,
    /// By tenth: how many pairs, the sum of their probabilities, how many were true.
    tenths: [(usize, f64, usize); 10],
}

impl Reliability {
    pub fn note(&mut self, probability: f64, is_true: bool) {
        self.squares += (probability - f64::from(u8::from(is_true))).powi(2);
        let tenth = &mut self.tenths[((probability * 10.0) as usize).min(9)];
        *tenth = (tenth.0 + 1, tenth.1 + probability, tenth.2 + usize::from(is_true));
    }

    fn pairs(&self) -> usize {
        self.tenths.iter().map(|(pairs, ..)| pairs).sum()
    }

    /// The mean square of what the probability is off by (Brier 1950).
    pub fn brier(&self) -> f64 {
        self.squares / self.pairs().max(1) as f64
    }

    /// The mean distance, over tenths, of the mean probability from the share that was true.
    pub fn expected_calibration_error(&self) -> f64 {
        let off: f64 = self.tenths.iter().map(|(_, sum, of_one)| (sum - *of_one as f64).abs()).sum();
        off / self.pairs().max(1) as f64
    }

    /// A line for each tenth: how many pairs, what was said of them on average, and how many were true.
    pub fn table(&self) -> String {
        let tenths = self.tenths.iter().enumerate().filter(|(_, (pairs, ..))| *pairs > 0);
        let line = |(tenth, (pairs, sum, of_one)): (usize, &(usize, f64, usize))| {
            let (from, said) = (tenth as f64 / 10.0, sum / *pairs as f64);
            format!("from {from:.1}: {pairs:>8} pairs, said {said:.3}, true {:.3}\n", share(*of_one, *pairs))
        };
        tenths.map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_a_half_and_is_right_every_other_time_is_calibrated_and_not_sharp() {
        let mut reliability = Reliability::default();
        (0..10).for_each(|number| reliability.note(0.5, number % 2 == 0));
        assert!((reliability.brier() - 0.25).abs() < 1e-12);
        assert!(reliability.expected_calibration_error() < 1e-12);
        assert_eq!(reliability.table(), "from 0.5:       10 pairs, said 0.500, true 0.500\n");
        reliability.note(1.0, false);
        assert!((reliability.expected_calibration_error() - 1.0 / 11.0).abs() < 1e-12);
    }
}
