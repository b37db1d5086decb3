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
//! What was called in a blind cell says nothing, and is left out: the share is of what was seen, of people who wrote anything else.
//! In each draw anything from none to all of those who wrote there, and did not say so elsewhere, said so there, evenly.
//!
//! For people with one message it comes to Rogan and Gladen's share. The interval is a weighted-likelihood bootstrap (Newton and
//! Raftery 1994): people are weighted by chance (Dirichlet, about as many as the share is worth, and Jeffreys' half of a person who surely says so and half of
//! one who never does, since where nobody was called so some may say so all the same), errors are drawn as
//! [`super::errors`] draws them, the mixture is found again. Of many kinds of people it draws some for all: how far the draws lie
//! about the share of these is how far they would lie about the share of all.

use super::{
    Person,
    errors::Errors,
    mixture::{BANDS, Likely, Mixtures},
    rates::Rates,
};
use crate::draws::Draws;
use rayon::prelude::*;
use std::collections::HashMap;

/// Of more kinds of people than this about as many are drawn for all.
const MOST_PATTERNS: usize = 300;

/// People of whom the same is known.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// Their part of all people.
    weight: f64,
    pub band: usize,
    pub told: Told,
}

/// What is known of somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Told {
    /// For each cell that is not blind: its number, their messages, and how many of them were called so.
    pub said: Vec<(u32, u32, u32)>,
    /// They wrote in a blind one as well.
    pub is_blind: bool,
}

impl Told {
    fn tell(&mut self, said: &[super::Said], class: usize, errors: &Errors) {
        self.said.clear();
        self.is_blind = false;
        for (cell, one) in said.iter().filter_map(|one| Some((one.cell?, one))).filter(|(_, one)| one.all() > 0) {
            match errors.is_blind(cell as usize) {
                true => self.is_blind = true,
                false => self.said.push((cell, one.all(), one.counts[class])),
            }
        }
        self.said.sort_unstable();
        self.said.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            if is_same {
                (kept.1, kept.2) = (kept.1 + next.1, kept.2 + next.2);
            }
            is_same
        });
    }
}

/// By their bands.
pub(super) struct Patterns {
    all: Vec<Pattern>,
    /// The part of the people who surely said so, since a person says it; and of whom nothing but such words is known, and no.
    sure: f64,
    never: f64,
    /// Of whom nothing was seen but what says nothing.
    blind: f64,
}

/// Parts of all people.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Found {
    /// Who said so at least once, where it was seen.
    pub said: f64,
    /// Who did not, but wrote where nothing is seen.
    pub perhaps: f64,
}

impl Patterns {
    pub fn of(people: &[Person<'_>], class: usize, errors: &Errors) -> Self {
        let whole: f64 = people.iter().map(|person| person.weight).sum();
        let mut found: HashMap<Told, f64> = HashMap::new();
        let mut told = Told::default();
        let (mut sure, mut never, mut blind) = (0.0, 0.0, 0.0);
        for person in people {
            let weight = person.weight / whole;
            if person.said.iter().any(|said| said.cell.is_none() && said.counts[class] > 0) {
                sure += weight;
                continue;
            }
            told.tell(person.said, class, errors);
            match (told.said.is_empty(), told.is_blind) {
                (true, true) => blind += weight,
                (true, false) => never += weight,
                (false, _) => match found.get_mut(&told) {
                    Some(sum) => *sum += weight,
                    None => drop(found.insert(told.clone(), weight)),
                },
            }
        }
        let band = |told: &Told| {
            let n: u32 = told.said.iter().map(|(_, n, _)| n).sum();
            BANDS.iter().filter(|least| n >= **least).count()
        };
        let all = found.into_iter().map(|(told, weight)| Pattern { weight, band: band(&told), told });
        let mut all: Vec<Pattern> = all.collect();
        all.par_sort_unstable_by(|a, b| (a.band, &a.told).cmp(&(b.band, &b.told)));
        Self { all, sure, never, blind }
    }

    /// Who wrote where nothing is seen, and perhaps elsewhere, but did not surely say so.
    pub fn blind(&self) -> f64 {
        let of_patterns = self.all.iter().filter(|pattern| pattern.told.is_blind).map(|pattern| pattern.weight);
        self.blind + of_patterns.sum::<f64>()
    }

    /// Some of them in the place of all: those of most people, and of the others every so many for its neighbours as well.
    fn some(&self) -> Vec<(&Pattern, f64)> {
        if self.all.len() <= MOST_PATTERNS {
            return self.all.iter().map(|pattern| (pattern, pattern.weight)).collect();
        }
        let mut found: Vec<&Pattern> = self.all.iter().collect();
        found.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let (most, others) = found.split_at(MOST_PATTERNS / 2);
        let spread = (0..MOST_PATTERNS / 2).map(|at| others[at * others.len() / (MOST_PATTERNS / 2)]);
        let each = others.len() as f64 / (MOST_PATTERNS / 2) as f64;
        let spread = spread.map(|pattern| (pattern, pattern.weight * each));
        let some = most.iter().map(|pattern| (*pattern, pattern.weight)).chain(spread);
        let mut some: Vec<(&Pattern, f64)> = some.collect();
        let factor = self.all.iter().map(|pattern| pattern.weight).sum::<f64>()
            / some.iter().map(|(_, weight)| weight).sum::<f64>().max(f64::MIN_POSITIVE);
        some.iter_mut().for_each(|(_, weight)| *weight *= factor);
        some.sort_by_key(|(pattern, _)| pattern.band);
        some
    }
}

/// How many of the people of these patterns said so, of all people.
fn found(patterns: &[&Pattern], weights: &[f64], (rates, class): (&[Rates], usize), worth: f64) -> Found {
    let likely = Likely::new(patterns, rates, class);
    let weights: Vec<f32> = weights.iter().map(|weight| *weight as f32).collect();
    Mixtures::fitted(&likely, &weights, worth).found(&likely, &weights)
}

/// The share, and as many draws of it.
pub(super) fn shares(
    patterns: &Patterns,
    class: usize,
    errors: &Errors,
    worth: f64,
    (seed, times): (u64, usize),
) -> (f64, Vec<f64>) {
    let rates = errors.rates();
    let all: Vec<&Pattern> = patterns.all.iter().collect();
    let weights: Vec<f64> = all.iter().map(|pattern| pattern.weight).collect();
    let (some, of_each): (Vec<&Pattern>, Vec<f64>) = patterns.some().into_iter().unzip();
    let of = |patterns: &[&Pattern], weights: &[f64]| found(patterns, weights, (&rates, class), worth).said;
    let of_all = of(&all, &weights);
    // How far the draws' own share is off.
    let off = if some.len() < all.len() { of_all - of(&some, &of_each) } else { 0.0 };
    let seen = 1.0 - patterns.blind;
    let of_seen = if seen > 0.0 { (patterns.sure + of_all) / seen } else { 0.0 };
    // Those who are sure, those who never said so, those of whom nothing is known, then the patterns.
    let mut counts = vec![patterns.sure * worth + 0.5, patterns.never * worth + 0.5, patterns.blind * worth];
    counts.extend(of_each.iter().map(|weight| weight * worth));
    // Each draw has chance of its own, whatever number of cores there are.
    let one = |number: u64| {
        let mut draws = Draws::of(seed, number);
        let mut drawn = vec![0.0; counts.len()];
        draws.dirichlet(&counts, &mut drawn);
        let rates = errors.drawn(&mut draws);
        let anything = if errors.is_any_blind() { draws.uniform() } else { 0.0 };
        let found = found(&some, &drawn[3..], (&rates, class), worth);
        drawn[0] + found.said + off + anything * (drawn[2] + found.perhaps)
    };
    (of_seen, (0..times as u64).into_par_iter().map(one).collect())
}
