//! What a machine said of that which people labelled, and how often it was right.

use crate::distributions::normal_quantile;
use crate::estimate::wilson;
use serde::{Deserialize, Serialize};

/// Counts of labelled messages: a row for what each is, a column for what the machine said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    pub classes: Vec<String>,
    /// Not necessarily whole: pooled counts are parts of others'.
    pub counts: Vec<Vec<f64>>,
}

/// A part of a whole with Wilson's interval; None where the whole is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// Of how many.
    pub n: f64,
}

/// How well one class is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassQuality {
    pub class: String,
    /// Of what the machine called so, what is so.
    pub precision: Option<Rate>,
    /// Of what is so, what the machine called so.
    pub recall: Option<Rate>,
    /// 2 right / (what is so + what was called so); None where the class never comes up.
    pub f1: Option<f64>,
}

/// How well all classes are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    pub accuracy: Option<Rate>,
    /// The mean of f1 over the classes that come up.
    pub macro_f1: Option<f64>,
    pub classes: Vec<ClassQuality>,
}

impl Confusion {
    #[must_use]
    pub fn new(classes: &[&str]) -> Self {
        let classes: Vec<String> = classes.iter().map(|class| (*class).to_owned()).collect();
        Self { counts: vec![vec![0.0; classes.len()]; classes.len()], classes }
    }

    /// Notes a labelled message. Classes that are not there are not counted.
    pub fn note(&mut self, is: usize, said: usize) {
        if let Some(count) = self.counts.get_mut(is).and_then(|row| row.get_mut(said)) {
            *count += 1.0;
        }
    }

    /// Labels of each class.
    #[must_use]
    pub fn labels(&self) -> Vec<f64> {
        self.counts.iter().map(|row| row.iter().sum()).collect()
    }

    /// Whether it has a row and a column for each class, and counts that are counts.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let all = self.classes.len();
        self.counts.len() == all
            && self
                .counts
                .iter()
                .all(|row| row.len() == all && row.iter().all(|count| count.is_finite() && *count >= 0.0))
    }

    /// Accuracy, precision, recall and F1 with intervals at this level.
    #[must_use]
    pub fn quality(&self, level: f64) -> Quality {
        let z = normal_quantile(0.5 + level / 2.0);
        let rate = |right: f64, n: f64| {
            (n > 0.0).then(|| {
                let (low, high) = wilson(right / n, n, z);
                Rate { value: right / n, low, high, n }
            })
        };
        let right = |class: usize| self.counts[class][class];
        let labels = self.labels();
        let said = |class: usize| self.counts.iter().map(|row| row[class]).sum::<f64>();
        let of_class = |class: usize| ClassQuality {
            class: self.classes[class].clone(),
            precision: rate(right(class), said(class)),
            recall: rate(right(class), labels[class]),
            f1: (labels[class] + said(class) > 0.0).then(|| 2.0 * right(class) / (labels[class] + said(class))),
        };
        if !self.is_sound() {
            return Quality { accuracy: None, macro_f1: None, classes: Vec::new() };
        }
        let classes: Vec<ClassQuality> = (0..self.classes.len()).map(of_class).collect();
        let known: Vec<f64> = classes.iter().filter_map(|class| class.f1).collect();
        Quality {
            accuracy: rate((0..classes.len()).map(right).sum(), labels.iter().sum()),
            macro_f1: (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64),
            classes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_by_hand() {
        let confusion = Confusion {
            classes: vec!["yes".to_owned(), "no".to_owned(), "never".to_owned()],
            counts: vec![vec![30.0, 10.0, 0.0], vec![20.0, 40.0, 0.0], vec![0.0; 3]],
        };
        let quality = confusion.quality(0.95);
        let yes = &quality.classes[0];
        assert_eq!((yes.precision.unwrap().value, yes.recall.unwrap().value), (0.6, 0.75));
        assert!((yes.f1.unwrap() - 60.0 / 90.0).abs() < 1e-12);
        assert!((quality.macro_f1.unwrap() - (60.0 / 90.0 + 80.0 / 110.0) / 2.0).abs() < 1e-12);
        assert_eq!((quality.accuracy.unwrap().value, quality.accuracy.unwrap().n), (0.7, 100.0));
        assert!(yes.recall.unwrap().low > 0.59 && yes.recall.unwrap().high < 0.87);
        assert_eq!((quality.classes[2].precision, quality.classes[2].f1), (None, None));
    }

    #[test]
    fn what_is_not_there_is_not_counted_and_nothing_labelled_is_not_measured() {
        let mut confusion = Confusion::new(&["yes", "no"]);
        confusion.note(0, 5);
        confusion.note(7, 0);
        assert_eq!(confusion.quality(0.95).accuracy, None);
        confusion.note(1, 0);
        assert_eq!(confusion.labels(), [0.0, 1.0]);
        confusion.counts.pop();
        assert!(!confusion.is_sound() && confusion.quality(0.95).classes.is_empty());
    }
}
