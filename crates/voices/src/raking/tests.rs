//! Against weights that R's `survey` 4.1-1 gave for made-up people, and laws that any raking keeps.

use super::*;
use proptest::prelude::*;

pub(crate) const PEOPLE: usize = 24;

/// Twenty-four made-up people: age (young, middle, old) and language (en, de).
pub(crate) fn margins() -> [(Vec<u32>, usize); 2] {
    let people = 0..PEOPLE as u32;
    [(people.clone().map(|i| (1 + i * 7) % 3).collect(), 3), (people.map(|i| (i / 5) % 2).collect(), 2)]
}

pub(crate) fn base(person: usize) -> f64 {
    1.0 + (person % 4) as f64 * 0.5
}

/// R's `c("young", "middle", "old")[1 + (i * 7) %% 3]` begins with "young" where these codes are 1.
pub(crate) fn targets() -> Vec<Vec<f64>> {
    vec![vec![250.0, 300.0, 450.0], vec![420.0, 580.0]]
}

const BY_R: [f64; PEOPLE] = [
    14.4806484933013,
    35.4554456573268,
    28.8040797735565,
    36.2016212332532,
    23.6369637715512,
    39.7423504245815,
    53.2790272600481,
    108.710120761496,
    26.4949002830544,
    39.959270445036,
    47.2739275431024,
    36.0050997169456,
    14.4806484933013,
    35.4554456573268,
    28.8040797735565,
    66.5987840750601,
    43.4840483045984,
    39.7423504245815,
    53.2790272600481,
    108.710120761496,
    14.4020398867783,
    21.7209727399519,
    47.2739275431024,
    36.0050997169456,
];

const BOUNDED_BY_R: [f64; PEOPLE] = [
    12.2232716601971,
    41.6574481810226,
    24.8974626146727,
    30.5581791504927,
    27.7716321206818,
    47.0672575974887,
    56.6650925097044,
    94.9278929308631,
    31.3781717316591,
    42.4988193822783,
    55.5432642413635,
    31.1218282683409,
    12.2232716601971,
    41.6574481810226,
    24.8974626146727,
    70.8313656371305,
    37.9711571724243,
    47.0672575974887,
    56.6650925097044,
    94.9278929308631,
    12.4487313073363,
    18.3349074902956,
    55.5432642413635,
    31.1218282683409,
];

fn raked(rules: RakingRules) -> (Vec<f64>, Raked) {
    let cells = Cells::new(PEOPLE, &margins(), base);
    let raked = rake(&cells, &targets(), &rules);
    (raked.weights(&cells, base), raked)
}

fn furthest(weights: &[f64], expected: &[f64]) -> f64 {
    weights.iter().zip(expected).fold(0.0, |most, (a, b)| most.max((a / b - 1.0).abs()))
}

#[test]
fn raked_weights_are_those_of_r() {
    let (weights, raked) = raked(RakingRules { epsilon: 1e-13, bounds: None, ..RakingRules::default() });
    assert!(furthest(&weights, &BY_R) < 1e-10, "{}", furthest(&weights, &BY_R));
    assert!(raked.converged && raked.method == Method::Raked);
}

#[test]
fn bounded_weights_are_those_of_r() {
    let (weights, raked) = raked(RakingRules { bounds: Some((0.5, 1.6)), ..RakingRules::default() });
    assert!(furthest(&weights, &BOUNDED_BY_R) < 1e-10, "{}", furthest(&weights, &BOUNDED_BY_R));
    assert!(raked.converged && raked.method == Method::Bounded);
}

#[test]
fn bounds_that_are_not_reached_change_nothing() {
    let free = raked(RakingRules { bounds: None, ..RakingRules::default() }).0;
    assert_eq!(free, raked(RakingRules { bounds: Some((0.01, 100.0)), ..RakingRules::default() }).0);
}

#[test]
fn bounds_too_narrow_for_the_margins_are_kept_and_the_gap_is_told() {
    let (weights, raked) = raked(RakingRules { bounds: Some((0.9, 1.1)), ..RakingRules::default() });
    assert_eq!((raked.method, raked.converged), (Method::Trimmed, false));
    assert!(raked.gap.off.abs() > 0.01, "{:?}", raked.gap);
    assert!(raked.at_bound > 0.5);
    let scale = 1_000.0 / (0..PEOPLE).map(base).sum::<f64>();
    for (person, weight) in weights.iter().enumerate() {
        let ratio = weight / (base(person) * scale);
        assert!((0.9 - 1e-12..=1.1 + 1e-12).contains(&ratio), "{ratio}");
    }
}

#[test]
fn a_category_without_anybody_is_told() {
    let cells = Cells::new(2, &[(vec![0, 1], 3)], |_| 1.0);
    let raked = rake(&cells, &[vec![1.0, 1.0, 2.0]], &RakingRules { bounds: None, ..RakingRules::default() });
    assert!(!raked.converged);
    assert_eq!((raked.gap.margin, raked.gap.category, raked.gap.off), (0, 2, -0.5));
}

#[test]
fn margins_at_odds_with_each_other_end_and_are_told() {
    // Whoever is old speaks German and the other way round, yet the margins want them to differ.
    let cells = Cells::new(4, &[(vec![0, 0, 1, 1], 2), (vec![0, 0, 1, 1], 2)], |_| 1.0);
    let raked = rake(&cells, &[vec![80.0, 20.0], vec![50.0, 50.0]], &RakingRules::default());
    assert!(!raked.converged && raked.gap.off.abs() > 0.1, "{raked:?}");
    assert!(raked.factors.iter().all(|factor| factor.is_finite()));
}

#[test]
fn nobody_and_no_margins_are_no_trouble() {
    let nobody = Cells::new(0, &[(vec![], 2)], |_| 1.0);
    assert!(!rake(&nobody, &[vec![1.0, 1.0]], &RakingRules::default()).converged);
    let no_margins = Cells::new(3, &[], |_| 1.0);
    assert_eq!(rake(&no_margins, &[], &RakingRules::default()).factors, [1.0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Where raking converges, the margins are met, and weights are a product of one factor for each category.
    #[test]
    fn what_converges_meets_its_margins(
        kinds in prop::collection::vec((0_u32..3, 0_u32..2), 12..60),
        age in prop::collection::vec(1.0..5.0_f64, 3),
        language in prop::collection::vec(1.0..5.0_f64, 2),
        order in any::<u64>(),
    ) {
        let scaled = |shares: &[f64]| shares.iter().map(|s| s * 100.0 / shares.iter().sum::<f64>()).collect::<Vec<f64>>();
        let targets = vec![scaled(&age), scaled(&language)];
        let build = |kinds: &[(u32, u32)]| {
            let margins = [(kinds.iter().map(|k| k.0).collect(), 3), (kinds.iter().map(|k| k.1).collect(), 2)];
            Cells::new(kinds.len(), &margins, |_| 1.0)
        };
        let cells = build(&kinds);
        let raked = rake(&cells, &targets, &RakingRules::default());
        if raked.converged {
            let weights: Vec<f64> = cells.base.iter().zip(&raked.factors).map(|(b, f)| b * f).collect();
            for (margin, target) in targets.iter().enumerate() {
                for (total, target) in cells.totals(margin, &weights).iter().zip(target) {
                    prop_assert!((total - target).abs() < 1e-3);
                }
            }
        }
        // The order of people changes nothing but the last digits.
        let mut turned = kinds.clone();
        turned.rotate_left((order % kinds.len() as u64) as usize);
        let other = rake(&build(&turned), &targets, &RakingRules::default());
        prop_assert_eq!(raked.converged, other.converged);
    }
}
