//! Area under the curve, over all comments and within bands of length.
//!
//! A band is half an octave of words: from `2^(k/2)` up to, but without, `2^((k+1)/2)` words between white space. Bands with at least
//! twenty comments of either class count; their pairs are pooled, so that a band weighs by its pairs.

use tertulia_model::{Chance, SeededChance};

/// A band with fewer of a class is left out.
const LEAST_OF_CLASS: usize = 20;
const ROUNDS: usize = 2_000;
const SEED: u64 = 2017;

/// A comment as it was judged by people and by the formula.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case {
    pub words: usize,
    pub is_constructive: bool,
    pub score: f64,
}

/// The scores of both classes.
#[derive(Debug, Clone, Default)]
pub struct Band {
    yes: Vec<f64>,
    no: Vec<f64>,
}

impl Band {
    pub fn of<'a>(cases: impl Iterator<Item = &'a Case>) -> Self {
        let mut band = Self::default();
        for case in cases {
            if case.is_constructive { &mut band.yes } else { &mut band.no }.push(case.score);
        }
        band
    }

    fn pairs(&self) -> usize {
        self.yes.len() * self.no.len()
    }

    /// Pairs in which the constructive one has the higher score; equal scores count half.
    fn right_pairs(&self) -> f64 {
        let point = |yes: f64, no: f64| if yes > no { 1.0 } else { f64::from(u8::from(yes == no)) / 2.0 };
        self.yes.iter().map(|yes| self.no.iter().map(|no| point(*yes, *no)).sum::<f64>()).sum()
    }

    /// As many of either class, drawn with replacement.
    fn drawn(&self, chance: &SeededChance) -> Self {
        let draw = |from: &[f64]| from.iter().map(|_| from[index(chance, from.len())]).collect();
        Self { yes: draw(&self.yes), no: draw(&self.no) }
    }
}

fn index(chance: &SeededChance, below: usize) -> usize {
    chance.below(below as u64) as usize
}

/// Mann and Whitney's share of right pairs, pooled; `None` where there is no pair.
pub fn auc(bands: &[Band]) -> Option<f64> {
    let pairs: usize = bands.iter().map(Band::pairs).sum();
    (pairs > 0).then(|| bands.iter().map(Band::right_pairs).sum::<f64>() / pairs as f64)
}

/// Which band of length.
pub fn band_of(words: usize) -> usize {
    (2.0 * (words.max(1) as f64).log2()).floor() as usize
}

/// The bands with enough of either class.
pub fn within(cases: &[Case]) -> Vec<Band> {
    let last = cases.iter().map(|case| band_of(case.words)).max().unwrap_or(0);
    let bands = (0..=last).map(|band| Band::of(cases.iter().filter(|case| band_of(case.words) == band)));
    bands.filter(|band| band.yes.len().min(band.no.len()) >= LEAST_OF_CLASS).collect()
}

/// How many comments stand in some bands.
pub fn size(bands: &[Band]) -> usize {
    bands.iter().map(|band| band.yes.len() + band.no.len()).sum()
}

/// The middle 95 % of the pooled value over bootstrap samples of each class of each band (Efron & Tibshirani 1993, percentiles).
pub fn interval(bands: &[Band]) -> Option<(f64, f64)> {
    let chance = SeededChance::new(SEED);
    let draw = |_| auc(&bands.iter().map(|band| band.drawn(&chance)).collect::<Vec<_>>());
    let mut values = (0..ROUNDS).map(draw).collect::<Option<Vec<f64>>>()?;
    values.sort_by(f64::total_cmp);
    Some((values[ROUNDS / 40], values[ROUNDS - 1 - ROUNDS / 40]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(words: usize, scores: &[(f64, bool)], times: usize) -> Vec<Case> {
        let case =
            |(score, is_constructive): &(f64, bool)| Case { words, is_constructive: *is_constructive, score: *score };
        scores.iter().map(case).collect::<Vec<_>>().repeat(times)
    }

    #[test]
    fn a_score_that_only_counts_words_is_worth_nothing_within_bands() {
        let long = cases(40, &[(40.0, true), (40.0, true), (40.0, false)], 20);
        let short = cases(12, &[(12.0, false), (12.0, false), (12.0, true)], 20);
        let all = [long, short].concat();
        assert!(auc(&[Band::of(all.iter())]).unwrap() > 0.6);
        let bands = within(&all);
        assert_eq!((bands.len(), size(&bands), auc(&bands)), (2, 120, Some(0.5)));
        assert_eq!(interval(&bands), Some((0.5, 0.5)));
    }

    #[test]
    fn bands_with_too_few_of_a_class_are_left_out() {
        let few = cases(40, &[(1.0, true), (0.0, false)], 19);
        assert_eq!((within(&few).len(), auc(&within(&few)), interval(&within(&few))), (0, None, None));
        let enough = cases(40, &[(1.0, true), (0.0, false)], 20);
        assert_eq!(auc(&within(&enough)), Some(1.0));
    }

    #[test]
    fn a_band_is_half_an_octave() {
        let bands = [1, 2, 3, 4, 8, 15, 16, 22, 23, 31, 32].map(band_of);
        assert_eq!(bands, [0, 2, 3, 4, 6, 7, 8, 8, 9, 9, 10]);
        assert_eq!(band_of(0), 0);
    }

    #[test]
    fn the_interval_holds_the_value_and_is_the_same_each_time() {
        let mixed = cases(40, &[(0.9, true), (0.4, true), (0.5, false), (0.1, false)], 15);
        let bands = within(&mixed);
        let (low, high) = interval(&bands).unwrap();
        let value = auc(&bands).unwrap();
        assert!(low < value && value < high && low > 0.5, "{low} {value} {high}");
        assert_eq!(interval(&bands), Some((low, high)));
    }
}
