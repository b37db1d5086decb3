//! How many people say something in any of their messages.
//!
//! With many messages a wrong guess becomes likely: of a hundred messages of somebody who never complains, three in a hundred called
//! complaints make a complaint nearly sure. So what is counted is how many of a person's messages were called so, k of n, and how
//! often people say it at all is a mixture of rates p that is found from everybody's k (nonparametric maximum likelihood, Laird
//! 1978; Kiefer and Wolfowitz 1956), by expectation-maximisation on a grid, for bands of n: who writes more may say it more often.
//!
//! ```text
//! s, f                      how often it is called so where it is, and where it is not, in the message's cell
//! P(k | p)  ∝ Π (f + (s − f) p)^k (1 − f − (s − f) p)^(n − k)             over the cells that the person wrote in
//! P(k, none | p) ∝ (1 − p)^n Π f^k (1 − f)^(n − k)
//! share     = Σ_i w_i (1 − Σ_p G(p) P(k_i, none | p) / Σ_p G(p) P(k_i | p))
//! ```
//!
//! What was called in a blind cell says nothing, but that they wrote it. Of people who wrote nothing else nothing is known: the share
//! is that of all others, and in each draw anything from none to all of these say so, evenly.
//!
//! For people with one message it comes to Rogan and Gladen's share. The interval is a weighted-likelihood bootstrap (Newton and
//! Raftery 1994): people are weighted by chance (Dirichlet, as many as the share is worth), errors are drawn as
//! [`super::errors`] draws them, the mixture is found again.

use super::{
    Person,
    errors::{Errors, Rates},
};
use crate::draws::Draws;
use std::collections::BTreeMap;

/// Rates at which people may say something.
const GRID: [f64; 15] = [0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.22, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];
/// People with so many messages or more stand in a band of their own.
const BANDS: [u32; 4] = [2, 4, 9, 21];
/// People that a band is drawn to all others by, and as many of whom nothing is known but that half of them never say it.
const SHRINK: f64 = 2.0;
const PRIOR: f64 = 1.0;
const STEPS: usize = 80;
/// A step goes so much further than it would by itself, and comes there sooner.
const STRIDE: f64 = 1.9;
/// Of more kinds of people than this a part is drawn from.
const MOST_PATTERNS: usize = 600;

type Mixture = [f64; GRID.len()];

/// People of whom the same is known.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// Their part of all people.
    weight: f64,
    band: usize,
    /// Messages of each cell, and how many of them were called so.
    said: Vec<(u32, u32, u32)>,
}

pub(super) struct Patterns {
    all: Vec<Pattern>,
    /// The part of the people who surely said so, since a person says it; and of whom nothing but such words is known, and no.
    sure: f64,
    never: f64,
    /// Of whom nothing was seen but what says nothing.
    blind: f64,
}

impl Patterns {
    pub fn of(people: &[Person<'_>], class: usize, errors: &Errors) -> Self {
        let whole: f64 = people.iter().map(|person| person.weight).sum();
        let mut found: BTreeMap<Vec<(u32, u32, u32)>, f64> = BTreeMap::new();
        let (mut sure, mut never, mut blind) = (0.0, 0.0, 0.0);
        for person in people {
            let weight = person.weight / whole;
            if person.said.iter().any(|said| said.cell.is_none() && said.counts[class] > 0) {
                sure += weight;
                continue;
            }
            let told = person.said.iter().filter_map(|said| Some((said.cell?, said.all(), said.counts[class])));
            let mut told: Vec<(u32, u32, u32)> = told.filter(|(_, n, _)| *n > 0).collect();
            told.sort_unstable();
            match told.iter().all(|(cell, ..)| errors.is_blind(*cell as usize)) {
                true if told.is_empty() => never += weight,
                true => blind += weight,
                false => *found.entry(told).or_default() += weight,
            }
        }
        let band = |said: &[(u32, u32, u32)]| {
            let n: u32 = said.iter().map(|(_, n, _)| n).sum();
            BANDS.iter().filter(|least| n >= **least).count()
        };
        let all = found.into_iter().map(|(said, weight)| Pattern { weight, band: band(&said), said });
        Self { all: all.collect(), sure, never, blind }
    }

    /// Some of them in the place of all: those of most people, and of the others every so many for its neighbours as well.
    fn some(&self) -> Vec<(&Pattern, f64)> {
        if self.all.len() <= MOST_PATTERNS {
            return self.all.iter().map(|pattern| (pattern, pattern.weight)).collect();
        }
        let mut found: Vec<&Pattern> = self.all.iter().collect();
        found.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let (most, others) = found.split_at(MOST_PATTERNS / 2);
        let each = others.len().div_ceil(MOST_PATTERNS / 2);
        let spread = others.iter().step_by(each).map(|pattern| (*pattern, pattern.weight * each as f64));
        most.iter().map(|pattern| (*pattern, pattern.weight)).chain(spread).collect()
    }
}

/// What a pattern is as likely as under each rate, with none that says so and at all; both up to one factor.
struct Likely {
    none: Vec<Mixture>,
    all: Vec<Mixture>,
}

impl Likely {
    fn new(patterns: &[&Pattern], rates: &[Rates], class: usize, errors: &Errors) -> Self {
        let logs: Vec<[[f64; 2]; GRID.len()]> = rates.iter().map(|rates| cell_logs(rates, class)).collect();
        let clean: Vec<[f64; 2]> = rates
            .iter()
            .map(|rates| {
                let (_, false_calls) = pair(rates, class);
                [(1.0 - false_calls).ln(), false_calls.ln()]
            })
            .collect();
        let mut found = Self { none: Vec::with_capacity(patterns.len()), all: Vec::with_capacity(patterns.len()) };
        for pattern in patterns {
            let (mut at_all, mut none) = ([0.0; GRID.len()], [0.0; GRID.len()]);
            for (cell, n, k) in &pattern.said {
                let seen = f64::from(u8::from(!errors.is_blind(*cell as usize)));
                let (not, called) = (f64::from(n - k) * seen, f64::from(*k) * seen);
                let own = clean[*cell as usize];
                let base = not * own[0] + called * own[1];
                for (at, p) in GRID.iter().enumerate() {
                    let [a, b] = logs[*cell as usize][at];
                    at_all[at] += not * a + called * b;
                    none[at] += base + if *p < 1.0 { f64::from(*n) * (1.0 - p).ln() } else { f64::NEG_INFINITY };
                }
            }
            let most = at_all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            found.all.push(at_all.map(|log| (log - most).exp()));
            found.none.push(none.map(|log| (log - most).exp()));
        }
        found
    }
}

/// How often it is called so where it is, and where it is not; neither quite never nor always.
fn pair(rates: &Rates, class: usize) -> (f64, f64) {
    let other = 1 - class.min(1);
    let inside = |rate: f64| rate.clamp(1e-6, 1.0 - 1e-6);
    (inside(rates[class][class]), inside(rates[other][class]))
}

fn cell_logs(rates: &Rates, class: usize) -> [[f64; 2]; GRID.len()] {
    let (found, false_calls) = pair(rates, class);
    GRID.map(|p| {
        let called = false_calls + (found - false_calls) * p;
        [(1.0 - called).ln(), called.ln()]
    })
}

/// A mixture for each band, and over all.
#[derive(Clone)]
struct Mixtures {
    bands: [Mixture; BANDS.len() + 1],
    all: Mixture,
}

impl Mixtures {
    /// As many who never say it as who do, at any rate.
    fn open() -> Self {
        let open = open();
        Self { bands: [open; BANDS.len() + 1], all: open }
    }

    /// Steps of expectation-maximisation as many in each draw as in the figure itself, so that the draws
    /// vary as it does. `people` are as many as the weights stand for.
    fn fit(&mut self, (patterns, weights): (&[&Pattern], &[f64]), likely: &Likely, people: f64) {
        for _ in 0..STEPS {
            let mut sums = [[0.0; GRID.len()]; BANDS.len() + 1];
            for ((pattern, weight), all) in patterns.iter().zip(weights).zip(&likely.all) {
                let mixture = &self.bands[pattern.band];
                let whole: f64 = mixture.iter().zip(all).map(|(part, likely)| part * likely).sum();
                if whole > 0.0 {
                    let factor = weight * people / whole;
                    let sum = &mut sums[pattern.band];
                    for at in 0..GRID.len() {
                        sum[at] += factor * mixture[at] * all[at];
                    }
                }
            }
            let mut all = open().map(|part| part * PRIOR);
            sums.iter().for_each(|sum| all.iter_mut().zip(sum).for_each(|(all, sum)| *all += sum));
            self.all = scaled(all);
            for (band, sum) in self.bands.iter_mut().zip(sums) {
                let mut with = self.all.map(|part| part * SHRINK);
                with.iter_mut().zip(sum).for_each(|(with, sum)| *with += sum);
                *band = further(band, scaled(with));
            }
        }
    }

    /// The part of those people who said so at least once.
    fn share(&self, patterns: &[&Pattern], weights: &[f64], likely: &Likely) -> f64 {
        let mut share = 0.0;
        for (((pattern, weight), all), none) in patterns.iter().zip(weights).zip(&likely.all).zip(&likely.none) {
            let mixture = &self.bands[pattern.band];
            let over = |likely: &Mixture| mixture.iter().zip(likely).map(|(part, likely)| part * likely).sum::<f64>();
            let whole = over(all);
            if whole > 0.0 {
                share += weight * (1.0 - over(none) / whole).clamp(0.0, 1.0);
            }
        }
        share
    }
}

fn open() -> Mixture {
    let mut open = [0.5 / (GRID.len() - 1) as f64; GRID.len()];
    open[0] = 0.5;
    open
}

/// Beyond what a step comes to, in its direction.
fn further(from: &Mixture, to: Mixture) -> Mixture {
    let mut beyond = to;
    for (part, before) in beyond.iter_mut().zip(from).filter(|(part, before)| **part > 0.0 && **before > 0.0) {
        *part = before * (*part / before).powf(STRIDE);
    }
    scaled(beyond)
}

fn scaled(mixture: Mixture) -> Mixture {
    let sum: f64 = mixture.iter().sum();
    mixture.map(|part| if sum > 0.0 { part / sum } else { 1.0 / GRID.len() as f64 })
}

/// The share, and as many draws of it.
pub(super) fn shares(
    patterns: &Patterns,
    class: usize,
    errors: &Errors,
    worth: f64,
    (seed, times): (u64, usize),
) -> (f64, Vec<f64>) {
    let all: Vec<&Pattern> = patterns.all.iter().collect();
    let weights: Vec<f64> = all.iter().map(|pattern| pattern.weight).collect();
    let likely = Likely::new(&all, &errors.rates(), class, errors);
    let mut mixtures = Mixtures::open();
    mixtures.fit((&all, &weights), &likely, worth);
    let seen = 1.0 - patterns.blind;
    let share = if seen > 0.0 { (patterns.sure + mixtures.share(&all, &weights, &likely)) / seen } else { 0.0 };
    let (some, of_each): (Vec<&Pattern>, Vec<f64>) = patterns.some().into_iter().unzip();
    let factor = weights.iter().sum::<f64>() / of_each.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let mut draws = Draws::new(seed);
    let mut samples = Vec::with_capacity(times);
    // Those who are sure, those who never said so, those of whom nothing is known, then the patterns.
    let mut counts = vec![patterns.sure * worth, patterns.never * worth, patterns.blind * worth];
    counts.extend(of_each.iter().map(|weight| weight * factor * worth));
    let mut drawn = vec![0.0; counts.len()];
    for _ in 0..times {
        draws.dirichlet(&counts, &mut drawn);
        let likely = Likely::new(&some, &errors.drawn(&mut draws), class, errors);
        let mut mixtures = Mixtures::open();
        mixtures.fit((&some, &drawn[3..]), &likely, worth);
        let anything = if patterns.blind > 0.0 { draws.uniform() * drawn[2] } else { 0.0 };
        samples.push(drawn[0] + anything + mixtures.share(&some, &drawn[3..], &likely));
    }
    (share, samples)
}
