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

/// Of more kinds of people than this some are drawn for all.
const MOST_PATTERNS: usize = 300;

/// People of whom the same is known.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// Their part of all people.
    weight: f64,
    pub band: usize,
    /// Messages of each cell, and how many of them were called so.
    pub said: Vec<(u32, u32, u32)>,
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

impl Patterns {
    pub fn of(people: &[Person<'_>], class: usize, errors: &Errors) -> Self {
        let whole: f64 = people.iter().map(|person| person.weight).sum();
        let mut found: HashMap<Vec<(u32, u32, u32)>, f64> = HashMap::new();
        let mut told: Vec<(u32, u32, u32)> = Vec::new();
        let (mut sure, mut never, mut blind) = (0.0, 0.0, 0.0);
        for person in people {
            let weight = person.weight / whole;
            if person.said.iter().any(|said| said.cell.is_none() && said.counts[class] > 0) {
                sure += weight;
                continue;
            }
            let here = person.said.iter().filter_map(|said| Some((said.cell?, said.all(), said.counts[class])));
            told.clear();
            told.extend(here.filter(|(_, n, _)| *n > 0));
            told.sort_unstable();
            match told.iter().all(|(cell, ..)| errors.is_blind(*cell as usize)) {
                true if told.is_empty() => never += weight,
                true => blind += weight,
                false => match found.get_mut(told.as_slice()) {
                    Some(sum) => *sum += weight,
                    None => drop(found.insert(told.clone(), weight)),
                },
            }
        }
        let band = |said: &[(u32, u32, u32)]| {
            let n: u32 = said.iter().map(|(_, n, _)| n).sum();
            BANDS.iter().filter(|least| n >= **least).count()
        };
        let all = found.into_iter().map(|(said, weight)| Pattern { weight, band: band(&said), said });
        let mut all: Vec<Pattern> = all.collect();
        all.par_sort_unstable_by(|a, b| (a.band, &a.said).cmp(&(b.band, &b.said)));
        Self { all, sure, never, blind }
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
        let some = most.iter().map(|pattern| (*pattern, pattern.weight)).chain(spread);
        let mut some: Vec<(&Pattern, f64)> = some.collect();
        let factor = self.all.iter().map(|pattern| pattern.weight).sum::<f64>()
            / some.iter().map(|(_, weight)| weight).sum::<f64>().max(f64::MIN_POSITIVE);
        some.iter_mut().for_each(|(_, weight)| *weight *= factor);
        some.sort_by_key(|(pattern, _)| pattern.band);
        some
    }
}

/// Of people of these patterns the part that said so at least once, of all people.
fn share(
    patterns: &[&Pattern],
    weights: &[f64],
    (rates, class): (&[Rates], usize),
    errors: &Errors,
    worth: f64,
) -> f64 {
    let likely = Likely::new(patterns, rates, class, errors);
    let weights: Vec<f32> = weights.iter().map(|weight| *weight as f32).collect();
    Mixtures::fitted(&likely, &weights, worth).share(&likely, &weights)
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
    let of = |patterns: &[&Pattern], weights: &[f64]| share(patterns, weights, (&rates, class), errors, worth);
    let of_all = of(&all, &weights);
    // How far the draws' own share is off.
    let off = if some.len() < all.len() { of_all - of(&some, &of_each) } else { 0.0 };
    let seen = 1.0 - patterns.blind;
    let of_seen = if seen > 0.0 { (patterns.sure + of_all) / seen } else { 0.0 };
    // Those who are sure, those who never said so, those of whom nothing is known, then the patterns.
    let mut counts = vec![patterns.sure * worth, patterns.never * worth, patterns.blind * worth];
    counts.extend(of_each.iter().map(|weight| weight * worth));
    // Each draw has chance of its own, whatever number of cores there are.
    let one = |number: u64| {
        let mut draws = Draws::of(seed, number);
        let mut drawn = vec![0.0; counts.len()];
        draws.dirichlet(&counts, &mut drawn);
        let rates = errors.drawn(&mut draws);
        let anything = if patterns.blind > 0.0 { draws.uniform() * drawn[2] } else { 0.0 };
        drawn[0] + anything + off + share(&some, &drawn[3..], (&rates, class), errors, worth)
    };
    (of_seen, (0..times as u64).into_par_iter().map(one).collect())
}
