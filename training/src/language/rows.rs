//! What the model keeps: of all n-grams those that tell languages apart, each with as few figures as do.

use super::counts::{Mixture, Table};
use tertulia_analysis::language::learning::{LONGEST, LONGEST_BASE, STEP, ending, length};

/// What the table holds for an n-gram.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// The cost of each language.
    Single(Vec<u8>),
    /// What changes, against the shorter n-grams.
    Changes(Vec<(u8, i8)>),
}

/// How much a cost must matter to be kept: nats that it changes, weighted by how often.
#[derive(Debug, Clone, Copy)]
pub struct Thrift {
    pub least: f64,
}

/// A language that is likelier by e^3 elsewhere may still win a word: how fast what it costs stops mattering.
const REACH: f64 = 3.0;
/// A change of so many nats is much.
const MUCH: f64 = 8.0;
/// What a wrong cost of another language weighs against that of the true one.
const OTHERS: f64 = 0.3;

pub struct Rows<'a> {
    languages: &'a [Mixture],
    thrift: Thrift,
    rows: Table<Row>,
}

/// The rows of one script's languages, sorted.
pub fn learn(languages: &[Mixture], thrift: Thrift) -> Vec<(u64, Row)> {
    let mut shares: Table<f64> = Table::default();
    for language in languages {
        for part in &language.parts {
            for gram in part.1.grams() {
                let share = part.0 * part.1.share(gram);
                let most = shares.entry(gram).or_default();
                *most = most.max(share);
            }
        }
    }
    // What is rarer in each language matters too little, even if it changes a cost much.
    let least = thrift.least / MUCH;
    let mut grams: Vec<u64> = shares.iter().filter(|(_, share)| **share >= least).map(|(gram, _)| *gram).collect();
    grams.sort_unstable_by_key(|gram| (length(*gram), *gram));
    let mut rows = Rows { languages, thrift, rows: Table::default() };
    for of_length in grams.chunk_by(|a, b| length(*a) == length(*b)) {
        rows.learn_all(of_length);
    }
    let mut learnt: Vec<(u64, Row)> = rows.rows.into_iter().collect();
    learnt.sort_unstable_by_key(|(gram, _)| *gram);
    learnt
}

impl Rows<'_> {
    fn learn_all(&mut self, grams: &[u64]) {
        let this = &*self;
        let halves = grams.split_at(grams.len() / 2);
        let learn = |grams: &[u64]| -> Vec<(u64, Row)> {
            grams.iter().filter_map(|gram| Some((*gram, this.learn_one(*gram)?))).collect()
        };
        let (first, second) = std::thread::scope(|scope| {
            let first = scope.spawn(|| learn(halves.0));
            let second = learn(halves.1);
            (first.join().unwrap_or_default(), second)
        });
        for (gram, row) in first.into_iter().chain(second) {
            // The reader goes on to a longer n-gram only from the shorter one that it ends in.
            for size in LONGEST_BASE + 1..length(gram) {
                self.rows.entry(ending(gram, size)).or_insert_with(|| Row::Changes(Vec::new()));
            }
            self.rows.insert(gram, row);
        }
    }

    fn learn_one(&self, gram: u64) -> Option<Row> {
        let chances: Vec<f64> = self.languages.iter().map(|language| language.probability(gram).ln()).collect();
        let best = chances.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let costs: Vec<f64> = chances.iter().map(|chance| (best - chance) / f64::from(STEP)).collect();
        let size = length(gram);
        let single = || Row::Single(costs.iter().map(|cost| cost.round().clamp(0.0, 255.0) as u8).collect());
        if size == 1 {
            return Some(single());
        }
        let weights = self.weights(gram, &costs);
        let known = self.known(gram);
        let changes: Vec<f64> = costs.iter().zip(&known).map(|(cost, known)| cost.min(255.0) - known).collect();
        // What changes for all alike tells nothing.
        let common = median(&changes, &weights);
        let mut kept = Vec::new();
        let mut gain = 0.0;
        for (language, (change, weight)) in changes.iter().zip(&weights).enumerate() {
            let change = (change - common).round().clamp(-127.0, 127.0);
            let matters = change.abs() * f64::from(STEP) * weight;
            if matters >= self.thrift.least {
                kept.push((language as u8, change as i8));
                gain += matters;
            }
        }
        if size <= LONGEST_BASE && kept.len() * 2 >= self.languages.len() {
            return Some(single());
        }
        (gain >= self.thrift.least * 1.5).then_some(Row::Changes(kept))
    }

    /// How much each language's cost matters: how often the n-gram comes in it, and how often in others that it might be
    /// taken for.
    fn weights(&self, gram: u64, costs: &[f64]) -> Vec<f64> {
        let shares: Vec<f64> = self.languages.iter().map(|language| language.share(gram)).collect();
        let most = shares.iter().copied().fold(0.0, f64::max);
        let near = |cost: f64| (-cost * f64::from(STEP) / REACH).exp();
        shares.iter().zip(costs).map(|(share, cost)| share + OTHERS * most * near(*cost)).collect()
    }

    /// What the rows learnt so far make of an n-gram, by what it ends in.
    fn known(&self, gram: u64) -> Vec<f64> {
        let mut known = vec![0.0; self.languages.len()];
        let longest = length(gram) - 1;
        for size in (1..=longest.min(LONGEST_BASE)).rev() {
            match self.rows.get(&ending(gram, size)) {
                Some(Row::Single(costs)) => {
                    known.iter_mut().zip(costs).for_each(|(known, cost)| *known += f64::from(*cost));
                    break;
                }
                Some(Row::Changes(changes)) => change(&mut known, changes),
                None => {}
            }
        }
        for size in LONGEST_BASE + 1..=longest.min(LONGEST) {
            let Some(Row::Changes(changes)) = self.rows.get(&ending(gram, size)) else { break };
            change(&mut known, changes);
        }
        known
    }
}

fn change(known: &mut [f64], changes: &[(u8, i8)]) {
    for (language, more) in changes {
        known[usize::from(*language)] += f64::from(*more);
    }
}

fn median(values: &[f64], weights: &[f64]) -> f64 {
    let mut sorted: Vec<(f64, f64)> = values.iter().copied().zip(weights.iter().copied()).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = weights.iter().sum::<f64>() / 2.0;
    let mut passed = 0.0;
    for (value, weight) in sorted {
        passed += weight;
        if passed >= half {
            return value;
        }
    }
    0.0
}
