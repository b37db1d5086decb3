//! How often each class is called each, in every cell (a language on a channel), and how sure that is.
//!
//! The same pooling as [`crate::pooling`], with the strengths M and m that it learns, but drawn: cells that borrow from the same
//! labels are wrong together, so the doubt about them does not average out. For each class, from counts f of n labels,
//!
//! ```text
//! μ          ~ Dirichlet(Σ N′ f_language + ½)                 over all
//! θ_language ~ Dirichlet(N f_language + M μ)
//! θ_cell     ~ Dirichlet(n f_cell + m θ_language)
//! N  = Σ n (m + 1)/(m + n)   over its cells                   labels of cells that differ are worth fewer
//! N′ = N (M + 1)/(M + N)
//! ```
//!
//! A cell of which nothing was read is drawn from its language, and that, where nothing of it was read, from all: with the doubt of
//! how much cells differ. Without the draws the same formulas give the rates themselves.
//!
//! A cell whose rates tell the classes apart less than [`LEAST_APART`] is blind: its guesses say nothing of what is, and undone they
//! would be anything at all. They are not.

use super::{
    MOST_CLASSES, Uncorrected,
    rates::{Each, Rates, scaled},
};
use crate::{
    agreement::middle,
    distributions::normal_quantile,
    draws::Draws,
    pooling::{Cell, strengths},
};
use std::collections::BTreeMap;

/// Labels a class that are needed for a correction at all.
pub const LEAST_LABELS: f64 = 10.0;

/// How far classes must be told apart: for two classes sensitivity + specificity − 1.
pub const LEAST_APART: f64 = 0.15;

/// Draws in which they are told apart less than this are drawn again: of them nothing can be said.
const BLIND: f64 = 0.05;
const TRIES: usize = 20;
const SAMPLES: usize = 400;

/// What is known of errors in the cells that were handed in.
#[derive(Debug, Clone)]
pub struct Errors {
    classes: Vec<String>,
    rows: Vec<Row>,
    /// For each cell the number of its language, and how many labels it has.
    language: Vec<usize>,
    read: Vec<f64>,
    blind: Vec<bool>,
}

/// One class that is.
#[derive(Debug, Clone)]
struct Row {
    /// For each cell, for each language (N f), and over all (N′ f).
    cells: Vec<Each>,
    languages: Vec<Each>,
    all: Each,
    between: f64,
    within: f64,
}

impl Row {
    fn new(cells: &[Cell], class: usize, language: &[usize], languages: usize) -> Self {
        let (between, within) = strengths(&cells.iter().collect::<Vec<_>>(), class);
        let counts: Vec<Each> = cells.iter().map(|cell| padded(&cell.confusion.counts[class])).collect();
        let thinned = |row: &Each, strength: f64, sum: &mut Each| {
            let n: f64 = row.iter().sum();
            let part = if n > 0.0 { (strength + 1.0) / (strength + n) } else { 0.0 };
            sum.iter_mut().zip(row).for_each(|(sum, count)| *sum += part * count);
        };
        let mut of_languages = vec![Each::default(); languages];
        for (row, language) in counts.iter().zip(language) {
            thinned(row, within, &mut of_languages[*language]);
        }
        let mut all = Each::default();
        of_languages.iter().for_each(|row| thinned(row, between, &mut all));
        Self { cells: counts, languages: of_languages, all, between, within }
    }

    /// How often the class is called each over all; `draw` makes shares of counts.
    fn of_all(&self, mut draw: impl FnMut(&Each) -> Each) -> Each {
        draw(&self.all.map(|count| count + 0.5))
    }

    /// The same of each cell.
    fn of_cells(&self, language: &[usize], mut draw: impl FnMut(&Each) -> Each, mut put: impl FnMut(usize, Each)) {
        let with = |counts: &Each, strength: f64, prior: &Each| -> Each {
            std::array::from_fn(|at| counts[at] + strength * prior[at])
        };
        let all = self.of_all(&mut draw);
        let languages: Vec<Each> =
            self.languages.iter().map(|counts| draw(&with(counts, self.between, &all))).collect();
        for (at, (counts, language)) in self.cells.iter().zip(language).enumerate() {
            put(at, draw(&with(counts, self.within, &languages[*language])));
        }
    }
}

fn padded(row: &[f64]) -> Each {
    std::array::from_fn(|at| row.get(at).copied().unwrap_or(0.0))
}

impl Errors {
    /// Of these cells; one of which nothing was read has counts of 0 and is looked at all the same.
    ///
    /// # Errors
    /// Where nothing was read, too little of a class, or what was read does not tell the classes apart.
    pub fn new(cells: &[Cell]) -> Result<Self, Uncorrected> {
        let Some(first) = cells.first() else { return Err(Uncorrected::NotMeasured) };
        let classes = first.confusion.classes.clone();
        let is_usual = (2..=MOST_CLASSES).contains(&classes.len());
        if !is_usual || !cells.iter().all(|cell| cell.confusion.classes == classes && cell.confusion.is_sound()) {
            return Err(Uncorrected::Unfit);
        }
        let mut numbers: BTreeMap<&str, usize> = cells.iter().map(|cell| (cell.language.as_str(), 0)).collect();
        numbers.values_mut().zip(0..).for_each(|(number, at)| *number = at);
        let language: Vec<usize> = cells.iter().map(|cell| numbers[cell.language.as_str()]).collect();
        let rows = rows(cells, classes.len(), &language, numbers.len());
        let read = cells.iter().map(|cell| cell.confusion.labels().iter().sum()).collect();
        let mut errors = Self { classes, rows, language, read, blind: Vec::new() };
        errors.enough()?;
        errors.blind = errors.rates().iter().map(|rates| rates.apart() < LEAST_APART).collect();
        // A language that it cannot read does not make it blind to the others.
        let seen: Vec<usize> = (0..cells.len()).filter(|at| !errors.blind[*at] && errors.is_read(*at)).collect();
        let read = errors.read.iter().sum();
        if seen.is_empty() || !errors.is_any_blind() {
            tells_apart(&errors.rows, errors.classes.len(), read)?;
        } else {
            let of_seen: Vec<Cell> = seen.iter().map(|at| cells[*at].clone()).collect();
            let language: Vec<usize> = seen.iter().map(|at| errors.language[*at]).collect();
            let classes = errors.classes.len();
            tells_apart(&self::rows(&of_seen, classes, &language, numbers.len()), classes, read)?;
        }
        Ok(errors)
    }

    fn labels(&self, class: usize) -> f64 {
        self.rows[class].cells.iter().flatten().sum()
    }

    fn enough(&self) -> Result<(), Uncorrected> {
        let read: f64 = self.read.iter().sum();
        if read <= 0.0 {
            return Err(Uncorrected::NotMeasured);
        }
        for (at, class) in self.classes.iter().enumerate() {
            let labels = self.labels(at);
            if labels < LEAST_LABELS {
                let more = (LEAST_LABELS - labels).ceil();
                // As they come, that takes so many messages.
                let messages = (labels > 0.0).then(|| (more * read / labels).ceil() as u64);
                return Err(Uncorrected::TooFewLabels {
                    class: class.clone(),
                    labels,
                    more: more as u64,
                    read,
                    messages,
                });
            }
        }
        Ok(())
    }

    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    pub(super) fn cells(&self) -> usize {
        self.read.len()
    }

    /// Whether anything was read of a cell.
    pub(super) fn is_read(&self, cell: usize) -> bool {
        self.read.get(cell).is_some_and(|labels| *labels > 0.0)
    }

    /// Whether its guesses say too little of what is.
    pub(super) fn is_blind(&self, cell: usize) -> bool {
        self.blind.get(cell).is_some_and(|blind| *blind)
    }

    pub(super) fn is_any_blind(&self) -> bool {
        self.blind.contains(&true)
    }

    /// The rates of each cell.
    pub(super) fn rates(&self) -> Vec<Rates> {
        self.of_rows(scaled)
    }

    /// The same, as they might be.
    pub(super) fn drawn(&self, draws: &mut Draws) -> Vec<Rates> {
        let mut found = self.of_rows(|counts, shares| draws.dirichlet(counts, shares));
        let mut usual: Option<Vec<Rates>> = None;
        let again = |(at, rates): &(usize, &mut Rates)| !self.is_blind(*at) && rates.apart() < BLIND;
        for (at, rates) in found.iter_mut().enumerate().filter(again) {
            let usual = usual.get_or_insert_with(|| self.rates());
            *rates = self.again(at, &usual[at], draws);
        }
        found
    }

    /// One cell again, by itself, until it tells the classes apart, as it usually does: else it would be blind.
    fn again(&self, at: usize, usual: &Rates, draws: &mut Draws) -> Rates {
        let classes = self.classes.len();
        for _ in 0..TRIES {
            let mut rates = Rates::right(classes);
            for (is, row) in self.rows.iter().enumerate() {
                let n: f64 = row.cells[at].iter().sum();
                let counts = padded(usual.row(is)).map(|rate| rate * (n + row.within));
                draws.dirichlet(&counts[..classes], rates.row_mut(is));
            }
            if rates.apart() >= BLIND {
                return rates;
            }
        }
        *usual
    }

    fn of_rows(&self, mut draw: impl FnMut(&[f64], &mut [f64])) -> Vec<Rates> {
        let classes = self.classes.len();
        let mut found = vec![Rates::right(classes); self.cells()];
        for (is, row) in self.rows.iter().enumerate() {
            let put = |at: usize, shares: Each| found[at].row_mut(is).copy_from_slice(&shares[..classes]);
            row.of_cells(&self.language, |counts| of_classes(classes, counts, &mut draw), put);
        }
        found
    }
}

/// Shares of the classes that there are.
fn of_classes(classes: usize, counts: &Each, draw: &mut impl FnMut(&[f64], &mut [f64])) -> Each {
    let mut shares = Each::default();
    draw(&counts[..classes], &mut shares[..classes]);
    shares
}

fn rows(cells: &[Cell], classes: usize, language: &[usize], languages: usize) -> Vec<Row> {
    (0..classes).map(|class| Row::new(cells, class, language, languages)).collect()
}

/// Over all cells, with its doubt.
fn tells_apart(rows: &[Row], classes: usize, read: f64) -> Result<(), Uncorrected> {
    let overall = |mut draw: &mut dyn FnMut(&[f64], &mut [f64])| -> f64 {
        let mut rates = Rates::right(classes);
        for (is, row) in rows.iter().enumerate() {
            let shares = row.of_all(|counts| of_classes(classes, counts, &mut draw));
            rates.row_mut(is).copy_from_slice(&shares[..classes]);
        }
        rates.apart()
    };
    let found = overall(&mut scaled);
    let mut draws = Draws::new(1);
    let mut drawn = |counts: &[f64], shares: &mut [f64]| draws.dirichlet(counts, shares);
    let mut samples: Vec<f64> = (0..SAMPLES).map(|_| overall(&mut drawn)).collect();
    samples.sort_by(f64::total_cmp);
    let (low, _) = middle(&samples, 0.95);
    if found < LEAST_APART {
        return Err(Uncorrected::TooLittleApart { apart: found, messages: None });
    }
    if low < BLIND {
        // The doubt shrinks by the root of what was read.
        let half = (found - low) / (found - BLIND);
        let messages = (read * (half * half - 1.0)).ceil().max(1.0) as u64;
        return Err(Uncorrected::TooLittleApart { apart: found, messages: Some(messages) });
    }
    Ok(())
}

/// Of what the machine called a class, how much is none, and of what is one, how much it missed: of all messages that the cells stand
/// for (`stand_for` each), whatever was read of each. With w = what a cell stands for / what was read of it,
///
/// ```text
/// share = Σ w wrong / Σ w all        n = (Σ w all)² / Σ w² all      (Kish)
/// ```
///
/// and Wilson's interval at 95 % for n. None where there was none.
#[must_use]
pub fn mistakes(cells: &[Cell], stand_for: &[f64], class: usize) -> [Option<(f64, f64, f64)>; 2] {
    let (mut called, mut are) = ([0.0; 3], [0.0; 3]);
    for (counts, stands_for) in cells.iter().map(|cell| &cell.confusion.counts).zip(stand_for) {
        let read: f64 = counts.iter().flatten().sum();
        if read <= 0.0 {
            continue;
        }
        let weight = stands_for / read;
        let right = counts.get(class).and_then(|row| row.get(class)).copied().unwrap_or(0.0);
        let add = |to: &mut [f64; 3], all: f64| {
            let each = [weight * (all - right), weight * all, weight * weight * all];
            to.iter_mut().zip(each).for_each(|(sum, one)| *sum += one);
        };
        add(&mut called, counts.iter().filter_map(|row| row.get(class)).sum());
        add(&mut are, counts.get(class).into_iter().flatten().sum());
    }
    [called, are].map(|[wrong, all, squares]| {
        (all > 0.0 && squares > 0.0).then(|| {
            let share = (wrong / all).clamp(0.0, 1.0);
            let (low, high) = crate::estimate::wilson(share, all * all / squares, normal_quantile(0.975));
            (share, low, high)
        })
    })
}
