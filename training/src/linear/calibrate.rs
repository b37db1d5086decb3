//! Makes scores tell probabilities.

use super::figures::Judged;
use tertulia_analysis::linear::Model;
use tertulia_analysis::linear::model::{LANES, Scores, softmax};

/// Steps of the descent; it has long come to rest by then.
const STEPS: usize = 600;
const PACE: f64 = 0.5;

/// A text that was not learnt from: its scores, its class and how much it counts.
#[derive(Debug, Clone, Copy)]
pub struct HeldOut {
    pub scores: Scores,
    pub class: u8,
    pub counts: f32,
}

/// Scores are multiplied by `sharpness`, and then each class has something added to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    pub sharpness: f64,
    pub shift: [f64; LANES],
}

impl Calibration {
    /// The one with the least logarithmic loss on these texts, by gradient descent from `sharpness` 1.
    pub fn fit(texts: &[HeldOut], classes: usize) -> Self {
        let mut fitted = Self { sharpness: 1.0, shift: [0.0; LANES] };
        let all: f64 = texts.iter().map(|text| f64::from(text.counts)).sum();
        for _ in 0..STEPS {
            let (mut by_sharpness, mut by_shift) = (0.0, [0.0; LANES]);
            for text in texts {
                let shares = softmax(fitted.scores(text.scores), classes, 1.0);
                for class in 0..classes {
                    let error = f64::from(shares[class]) - f64::from(u8::from(usize::from(text.class) == class));
                    let error = error * f64::from(text.counts) / all.max(1.0);
                    by_sharpness += error * f64::from(text.scores[class]);
                    by_shift[class] += error;
                }
            }
            fitted.sharpness = (fitted.sharpness - 4.0 * PACE * by_sharpness).max(0.05);
            (0..classes).for_each(|class| fitted.shift[class] -= PACE * by_shift[class]);
        }
        fitted
    }

    pub fn scores(&self, scores: Scores) -> Scores {
        std::array::from_fn(|class| (f64::from(scores[class]) * self.sharpness + self.shift[class]) as f32)
    }

    /// The model tells probabilities from now on.
    pub fn put(&self, model: &mut Model) {
        model.head.temperature = (1.0 / self.sharpness) as f32;
        for (bias, shift) in model.head.bias.iter_mut().zip(self.shift) {
            *bias += (shift / self.sharpness) as f32;
        }
    }

    /// What would be said of a text.
    pub fn judge(&self, text: &HeldOut, classes: usize) -> Judged {
        let shares = softmax(self.scores(text.scores), classes, 1.0);
        let said = (0..classes).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap_or(0);
        Judged { class: text.class, said: said as u8, confidence: shares[said] }
    }
}
