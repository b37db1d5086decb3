//! How often a machine is right in each language and channel, where few are labelled in some of them.
//!
//! A cell (a language on a channel) with few labels borrows from its neighbours: from its language, and that from all. With n labels of a
//! class in the cell, of which the parts f were called this or that,
//!
//! ```text
//! θ_language = (N f_language + M μ) / (N + M)          N labels of the language, μ the parts over all
//! θ_cell     = (n f_cell + m θ_language) / (n + m)
//! ```
//!
//! the mean of a Dirichlet-multinomial (beta-binomial for two classes) whose strengths M and m are learnt from how much languages, and
//! cells within a language, differ: the mode under the uniform-shrinkage prior, 80/(80 + m)² (Christiansen and Morris 1997), on a grid.
//! Where cells hardly differ m is large and much is borrowed; where they differ each stands for itself. Everything is a weighted mean of the
//! cells' own parts, so it can be told who lent how much.

use crate::confusion::Confusion;
use crate::distributions::{beta_quantile, ln_gamma};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Labels a class below which a cell must say what it borrows.
pub const ENOUGH: f64 = 80.0;

/// What was labelled in one language on one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    pub language: String,
    pub channel: String,
    pub confusion: Confusion,
}

/// What a cell borrows from another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loan {
    pub language: String,
    pub channel: String,
    /// The part of the figure that is theirs, 0..1.
    pub part: f64,
}

/// One class in one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PooledClass {
    pub class: String,
    /// Labelled here.
    pub labels: f64,
    /// How often it is called each class.
    pub called: Vec<f64>,
    /// How often it is called what it is, with an interval.
    pub right: f64,
    pub low: f64,
    pub high: f64,
    /// The part of the figure that rests on this cell's own labels, 0..1.
    pub own: f64,
    /// Who lends the rest, the largest first.
    pub borrowed: Vec<Loan>,
    /// Fewer than [`ENOUGH`] labels here.
    pub thin: bool,
}

/// A cell with what it knows and what it borrows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pooled {
    pub language: String,
    pub channel: String,
    pub classes: Vec<PooledClass>,
    /// Counts worth what is known with the loans, for [`crate::misclassification::correct`].
    pub confusion: Confusion,
}

/// Pools the cells' errors. Cells whose classes are not those of the first, or whose counts are none, are left out; the result has the
/// order of those that are left.
#[must_use]
pub fn pool(cells: &[Cell], level: f64) -> Vec<Pooled> {
    let Some(first) = cells.first() else { return Vec::new() };
    let fits = |cell: &&Cell| cell.confusion.classes == first.confusion.classes && cell.confusion.is_sound();
    let cells: Vec<&Cell> = cells.iter().filter(fits).collect();
    let classes = &first.confusion.classes;
    let mut pooled: Vec<Pooled> = cells
        .iter()
        .map(|cell| Pooled {
            language: cell.language.clone(),
            channel: cell.channel.clone(),
            classes: Vec::with_capacity(classes.len()),
            confusion: Confusion { classes: classes.clone(), counts: Vec::with_capacity(classes.len()) },
        })
        .collect();
    for class in 0..classes.len() {
        let row = Row::new(&cells, class);
        for (at, pooled) in pooled.iter_mut().enumerate() {
            let (told, counts) = row.pooled(&cells, at, level);
            pooled.classes.push(told);
            pooled.confusion.counts.push(counts);
        }
    }
    pooled
}

/// How strongly languages, and cells within a language, hold together in a class: M and m.
pub(crate) fn strengths(cells: &[&Cell], class: usize) -> (f64, f64) {
    let row = Row::new(cells, class);
    (row.between, row.within)
}

/// One class in all cells.
struct Row {
    class: usize,
    /// For each cell the counts of what it was called, and the labels.
    counts: Vec<Vec<f64>>,
    labels: Vec<f64>,
    /// For each cell the number of its language.
    language: Vec<usize>,
    of_language: Vec<f64>,
    all: f64,
    /// M and m.
    between: f64,
    within: f64,
}

impl Row {
    fn new(cells: &[&Cell], class: usize) -> Self {
        let counts: Vec<Vec<f64>> = cells.iter().map(|cell| cell.confusion.counts[class].clone()).collect();
        let labels: Vec<f64> = counts.iter().map(|row| row.iter().sum()).collect();
        let mut languages: BTreeMap<&str, usize> = cells.iter().map(|cell| (cell.language.as_str(), 0)).collect();
        languages.values_mut().zip(0..).for_each(|(number, at)| *number = at);
        let language: Vec<usize> = cells.iter().map(|cell| languages[cell.language.as_str()]).collect();
        let width = cells.first().map_or(0, |cell| cell.confusion.classes.len());
        let mut sums = vec![vec![0.0; width]; languages.len()];
        for (row, language) in counts.iter().zip(&language) {
            sums[*language].iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
        }
        let of_language: Vec<f64> = sums.iter().map(|row| row.iter().sum()).collect();
        let all: f64 = of_language.iter().sum();
        // A little of everything, so that what never happened is not held for impossible.
        let mean: Vec<f64> = (0..width)
            .map(|at| (sums.iter().map(|row| row[at]).sum::<f64>() + 0.5) / (all + 0.5 * width as f64))
            .collect();
        let between = strength(&sums.iter().map(|row| (row.as_slice(), mean.as_slice())).collect::<Vec<_>>());
        let of_languages: Vec<Vec<f64>> = sums
            .iter()
            .zip(&of_language)
            .map(|(row, labels)| {
                row.iter().zip(&mean).map(|(sum, mean)| (sum + between * mean) / (labels + between)).collect()
            })
            .collect();
        let of_cells = counts.iter().zip(&language).map(|(row, at)| (row.as_slice(), of_languages[*at].as_slice()));
        let within = strength(&of_cells.collect::<Vec<_>>());
        Self { class, counts, labels, language, of_language, all, between, within }
    }

    /// The part of the figure of cell `at` that each cell brings; they add up to 1 where anything was labelled at all.
    fn parts(&self, at: usize) -> Vec<f64> {
        let (n, language) = (self.labels[at], self.of_language[self.language[at]]);
        let borrowed = self.within / (n + self.within);
        let from_language = borrowed * language / (language + self.between);
        let from_all = borrowed * self.between / (language + self.between);
        let part = |other: usize| {
            let share = |whole: f64| if whole > 0.0 { self.labels[other] / whole } else { 0.0 };
            let own = if other == at { n / (n + self.within) } else { 0.0 };
            let of_language = if self.language[other] == self.language[at] { share(language) } else { 0.0 };
            own + from_language * of_language + from_all * share(self.all)
        };
        (0..self.labels.len()).map(part).collect()
    }

    fn pooled(&self, cells: &[&Cell], at: usize, level: f64) -> (PooledClass, Vec<f64>) {
        let parts = self.parts(at);
        let width = self.counts[at].len();
        let mut called = vec![0.0; width];
        for ((part, counts), labels) in parts.iter().zip(&self.counts).zip(&self.labels).filter(|(_, l)| **l > 0.0) {
            called.iter_mut().zip(counts).for_each(|(sum, count)| *sum += part * count / labels);
        }
        let whole: f64 = called.iter().sum();
        let even = 1.0 / width.max(1) as f64;
        called.iter_mut().for_each(|share| *share = if whole > 0.0 { *share / whole } else { even });
        // What nobody labelled anywhere is not known, whatever the strength says.
        let known = if whole > 0.0 { self.labels[at] + self.within.min(self.all - self.labels[at]) } else { 0.0 };
        let right = called[self.class];
        let (a, b) = (known * right + 0.5, known * (1.0 - right) + 0.5);
        let tail = (1.0 - level) / 2.0;
        let loan = |(other, part): (usize, &f64)| Loan {
            language: cells[other].language.clone(),
            channel: cells[other].channel.clone(),
            part: *part,
        };
        let mut borrowed: Vec<Loan> =
            parts.iter().enumerate().filter(|(other, part)| *other != at && **part > 0.0).map(loan).collect();
        borrowed.sort_by(|a, b| b.part.total_cmp(&a.part));
        let counts = called.iter().map(|share| share * known).collect();
        let told = PooledClass {
            class: cells[at].confusion.classes[self.class].clone(),
            labels: self.labels[at],
            right,
            low: beta_quantile(tail, a, b).min(right),
            high: beta_quantile(1.0 - tail, a, b).max(right),
            own: parts[at],
            called,
            borrowed,
            thin: self.labels[at] < ENOUGH,
        };
        (told, counts)
    }
}

/// How strongly groups (their counts, and what is expected of them) hold together: the m of a Dirichlet-multinomial at which
/// they and the prior are most likely, among 61 from 1 to 10,000.
fn strength(groups: &[(&[f64], &[f64])]) -> f64 {
    let candidates = (0..=60).map(|step| 10_f64.powf(f64::from(step) / 15.0));
    let likelihood = |m: f64| {
        // The prior of ln m: m · 80/(80 + m)².
        let prior = m.ln() - 2.0 * (ENOUGH + m).ln();
        let group = |(counts, expected): &(&[f64], &[f64])| {
            let n: f64 = counts.iter().sum();
            let cells = counts.iter().zip(*expected).filter(|(count, _)| **count > 0.0);
            ln_gamma(m) - ln_gamma(m + n)
                + cells.map(|(count, share)| ln_gamma(m * share + count) - ln_gamma(m * share)).sum::<f64>()
        };
        prior + groups.iter().map(group).sum::<f64>()
    };
    let mut best = (f64::NEG_INFINITY, ENOUGH);
    for m in candidates {
        let there = likelihood(m);
        if there > best.0 {
            best = (there, m);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::Draws;

    fn cell(language: &str, channel: &str, right: f64, n: f64) -> Cell {
        let row = |is: usize| if is == 0 { vec![right, n - right] } else { vec![n - right, right] };
        let classes = vec!["good".to_owned(), "bad".to_owned()];
        let confusion = Confusion { classes, counts: vec![row(0), row(1)] };
        Cell { language: language.to_owned(), channel: channel.to_owned(), confusion }
    }

    #[test]
    fn a_thin_cell_says_from_whom_it_borrows_and_how_much() {
        let cells = [
            cell("de", "mail", 6.0, 10.0),
            cell("de", "chat", 170.0, 200.0),
            cell("en", "mail", 260.0, 300.0),
            cell("en", "chat", 250.0, 300.0),
        ];
        let pooled = pool(&cells, 0.95);
        let thin = &pooled[0].classes[0];
        assert!(thin.thin && thin.right > 0.7 && thin.right < 0.86, "{thin:?}");
        assert_eq!((thin.borrowed[0].language.as_str(), thin.borrowed.len()), ("de", 3));
        let whole: f64 = thin.own + thin.borrowed.iter().map(|loan| loan.part).sum::<f64>();
        assert!((whole - 1.0).abs() < 1e-9 && thin.own < 0.4);
        assert!(thin.low < thin.right && thin.right < thin.high);
        let full = &pooled[2].classes[0];
        assert!(!full.thin && full.own > thin.own);
    }

    #[test]
    fn cells_that_differ_stand_for_themselves() {
        let apart = [cell("a", "x", 55.0, 100.0), cell("b", "x", 98.0, 100.0), cell("c", "x", 75.0, 100.0)];
        let alike = [cell("a", "x", 80.0, 100.0), cell("b", "x", 82.0, 100.0), cell("c", "x", 79.0, 100.0)];
        let own = |cells: &[Cell]| pool(cells, 0.95)[0].classes[0].own;
        assert!(own(&apart) > 0.75 && own(&alike) < own(&apart), "{} {}", own(&apart), own(&alike));
    }

    #[test]
    fn nothing_labelled_is_wholly_borrowed_or_not_known() {
        let pooled = pool(&[cell("a", "x", 0.0, 0.0), cell("b", "x", 80.0, 100.0)], 0.95);
        let none = &pooled[0].classes[0];
        assert_eq!((none.labels, none.own), (0.0, 0.0));
        assert!((none.right - 0.8).abs() < 1e-9 && none.low < 0.75);
        let nothing = pool(&[cell("a", "x", 0.0, 0.0)], 0.95);
        assert_eq!(nothing[0].classes[0].right, 0.5);
        assert!(nothing[0].classes[0].low < 0.01 && nothing[0].classes[0].high > 0.99);
        assert!(pool(&[], 0.95).is_empty());
    }

    #[test]
    fn borrowing_brings_thin_cells_nearer_to_the_truth() {
        let mut draws = Draws::new(4);
        let (mut alone, mut together) = (0.0, 0.0);
        for _ in 0..40 {
            let truths: Vec<f64> = (0..8).map(|_| 0.8 + 0.05 * draws.normal().clamp(-2.0, 2.0)).collect();
            let cells: Vec<Cell> = truths
                .iter()
                .enumerate()
                .map(|(at, truth)| {
                    let n = if at % 2 == 0 { 12 } else { 150 };
                    let right = (0..n).filter(|_| draws.happens(*truth)).count() as f64;
                    cell(["a", "b"][at / 4], &format!("{}", at % 4), right, f64::from(n))
                })
                .collect();
            for ((pooled, truth), cell) in pool(&cells, 0.95).iter().zip(&truths).zip(&cells).step_by(2) {
                alone += (cell.confusion.counts[0][0] / 12.0 - truth).powi(2);
                together += (pooled.classes[0].right - truth).powi(2);
            }
        }
        assert!(together < alone * 0.5, "{together} {alone}");
    }
}
