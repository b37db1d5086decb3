//! Runs the analysis on a set and compares what it decides with what is true. The true links are for measuring alone.

use super::explain::Explained;
use super::reliability::Reliability;
use super::sets::Set;
use std::time::Instant;
use tertulia_analysis::identity::resolve::{Link, clusters, one_to_one};
use tertulia_analysis::identity::{Blocking, Blocks, Catalogue, Effort, Parameters, Scope, Scorer, estimate};
use tertulia_model::SeededChance;

const SEED: u64 = 1969;

/// Pairs whose odds are below this are not kept; in bits.
const LEAST_KEPT: f64 = -10.0;

const PASSES: usize = 5;

/// What came of a set.
pub struct Measured {
    pub true_pairs: usize,
    found: usize,
    found_true: usize,
    blocked_true: usize,
    pub compared: usize,
    pub pairs_per_second: f64,
    pub reliability: Reliability,
}

impl Measured {
    pub fn precision(&self) -> f64 {
        share(self.found_true, self.found)
    }

    pub fn recall(&self) -> f64 {
        share(self.found_true, self.true_pairs)
    }

    /// The harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        share(2 * self.found_true, self.found + self.true_pairs)
    }

    pub fn blocking_recall(&self) -> f64 {
        share(self.blocked_true, self.true_pairs)
    }
}

pub fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

pub fn measure(set: &Set, explain: bool) -> Measured {
    let mut catalogue = Catalogue::new();
    for record in &set.records {
        catalogue.add(record);
    }
    let blocks = Blocks::new(&catalogue, Blocking::default());
    let expected = Parameters::expected(catalogue.len());
    let learnt = estimate(&catalogue, &blocks, set.scope, &expected, Effort::default(), &SeededChance::new(SEED));
    let scorer = Scorer::new(&catalogue, &learnt.parameters);
    let (mut reliability, mut blocked_true, mut compared) = (Reliability::default(), 0, 0);
    let mut links = Vec::new();
    blocks.for_each_pair(set.scope, |a, b| {
        let score = scorer.score(a, b);
        compared += 1;
        blocked_true += usize::from(set.is_true(a, b));
        reliability.note(score.probability, set.is_true(a, b));
        let odds_bits = scorer.odds_bits(score.weight);
        if odds_bits > LEAST_KEPT {
            links.push(Link { a, b, odds_bits });
        }
    });
    let pairs = decide(set, &scorer, links);
    let found_true = pairs.iter().filter(|(a, b)| set.is_true(*a, *b)).count();
    let measured = Measured {
        true_pairs: set.true_pairs(),
        found: pairs.len(),
        found_true,
        blocked_true,
        compared,
        pairs_per_second: speed(set, &blocks, &scorer),
        reliability,
    };
    if explain {
        Explained { set, measured: &measured, parameters: &learnt.parameters, scorer: &scorer, blocks: &blocks }
            .tell(&pairs);
    }
    measured
}

/// The pairs that are taken to be of one person.
fn decide(set: &Set, scorer: &Scorer<'_>, links: Vec<Link>) -> Vec<(u32, u32)> {
    match set.scope {
        Scope::Between(_) => one_to_one(links, 0.0).iter().map(|link| (link.a, link.b)).collect(),
        Scope::Within => {
            let groups = clusters(links, |a, b| scorer.odds_bits(scorer.score(a, b).weight));
            groups.iter().flat_map(|group| pairs_of(group)).collect()
        }
    }
}

/// All pairs of a group.
pub fn pairs_of(group: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    group.iter().enumerate().flat_map(|(at, a)| group[at + 1..].iter().map(|b| (*a, *b)))
}

/// Pairs compared and weighed a second, apart from finding them: the fastest of some passes
/// over all blocked pairs, since whatever else the machine does can only slow them.
fn speed(set: &Set, blocks: &Blocks, scorer: &Scorer<'_>) -> f64 {
    let mut pairs = Vec::new();
    blocks.for_each_pair(set.scope, |a, b| pairs.push((a, b)));
    let pass = |_| {
        let begun = Instant::now();
        let sum: f64 = pairs.iter().map(|(a, b)| scorer.score(*a, *b).weight).sum();
        std::hint::black_box(sum);
        pairs.len() as f64 / begun.elapsed().as_secs_f64()
    };
    (0..PASSES).map(pass).fold(0.0, f64::max)
}
