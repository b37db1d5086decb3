//! Learning the parameters from the records themselves, without anybody's say.
//!
//! *u* comes from pairs drawn by chance, of which nearly all are of two persons; *m* and the prior from
//! expectation-maximisation over the pairs that share a block (Winkler 2000, "Using the EM algorithm for weight
//! computation in the Fellegi–Sunter model"; Linacre et al. 2022, "Splink", for u from random pairs).

use super::blocking::{Blocks, Scope};
use super::catalogue::Catalogue;
use super::parameters::{Parameters, normalised};
use super::pattern::{Comparison, Level, Pattern};
use std::collections::HashMap;
use tertulia_model::Chance;

/// How much is drawn and how long is learnt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// Pairs drawn by chance for *u*.
    pub random_pairs: usize,
    /// Steps of expectation-maximisation at most; it ends earlier where nothing moves.
    pub most_steps: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self { random_pairs: 500_000, most_steps: 50 }
    }
}

/// How many pairs show which pattern.
#[derive(Debug, Clone, Default)]
pub struct Patterns(Vec<(Pattern, f64)>);

impl Patterns {
    fn from_counts(counts: HashMap<Pattern, u64>) -> Self {
        let mut counts: Vec<(Pattern, f64)> =
            counts.into_iter().map(|(pattern, count)| (pattern, count as f64)).collect();
        // Sums of floating-point numbers depend on their order.
        counts.sort_unstable_by_key(|(pattern, _)| *pattern);
        Self(counts)
    }

    /// The patterns of all pairs that share a block.
    #[must_use]
    pub fn of_blocks(catalogue: &Catalogue, blocks: &Blocks, scope: Scope) -> Self {
        let mut counts = HashMap::new();
        blocks.for_each_pair(scope, |a, b| *counts.entry(catalogue.compare(a, b)).or_default() += 1);
        Self::from_counts(counts)
    }

    /// The patterns of pairs drawn by chance, with repetition.
    #[must_use]
    pub fn of_chance(catalogue: &Catalogue, scope: Scope, pairs: usize, chance: &dyn Chance) -> Self {
        let records = catalogue.len() as u64;
        let mut counts = HashMap::new();
        if scope.pairs(catalogue.len()) < 1.0 {
            return Self::default();
        }
        for _ in 0..pairs {
            let (a, b) = match scope {
                Scope::Within => (chance.below(records), chance.below(records)),
                Scope::Between(first) => {
                    (chance.below(first.into()), u64::from(first) + chance.below(records - u64::from(first)))
                }
            };
            if a != b {
                *counts.entry(catalogue.compare(a as u32, b as u32)).or_default() += 1;
            }
        }
        Self::from_counts(counts)
    }

    /// How many pairs there are.
    #[must_use]
    pub fn pairs(&self) -> f64 {
        self.0.iter().map(|(_, count)| count).sum()
    }
}

/// What was learnt, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    pub parameters: Parameters,
    /// The logarithm of the likelihood (with its prior, less a constant) after each step; it never falls.
    pub log_likelihoods: Vec<f64>,
}

/// Learns the parameters of a catalogue. The same records and the same chance give the same parameters.
///
/// Where there are few records, `expected` counts for as much as they do: *m* as twenty pairs of one person, *u* as two
/// thousand pairs of two.
#[must_use]
pub fn estimate(
    catalogue: &Catalogue,
    blocks: &Blocks,
    scope: Scope,
    expected: &Parameters,
    effort: Effort,
    chance: &dyn Chance,
) -> Estimate {
    let blocked = Patterns::of_blocks(catalogue, blocks, scope);
    let total = scope.pairs(catalogue.len());
    let drawn = effort.random_pairs.min((total * 4.0) as usize);
    let random = Patterns::of_chance(catalogue, scope, drawn, chance);
    let mut parameters = expected.clone();
    learn_u(&mut parameters, expected, &random, |_| 0.0);
    let mut estimate = maximise(&blocked, total, expected, parameters, effort.most_steps);
    // Among pairs drawn by chance from a short list some are of one person, and would make what only these agree in
    // look common. Now that the model can tell them, they are left out.
    for _ in 0..2 {
        let known = estimate.parameters.clone();
        let mut parameters = known.clone();
        let ratios = Ratios::new(&known);
        learn_u(&mut parameters, expected, &random, |pattern| 1.0 - ratios.kinds(pattern).strangers);
        estimate = maximise(&blocked, total, expected, parameters, effort.most_steps);
    }
    estimate
}

/// What `expected` counts for, in pairs.
const EXPECTED_MATCHES: f64 = 20.0;
const EXPECTED_OTHERS: f64 = 2_000.0;
/// For what follows from what; a few dozen pairs settle it.
const EXPECTED_SHARE: f64 = 2.0;

fn learn_u(
    parameters: &mut Parameters,
    expected: &Parameters,
    random: &Patterns,
    known_to_each_other: impl Fn(Pattern) -> f64,
) {
    let strangers = random.0.iter().map(|(pattern, count)| (*pattern, count * (1.0 - known_to_each_other(*pattern))));
    let strangers: Vec<(Pattern, f64)> = strangers.collect();
    let counts = count_levels(strangers.iter().copied());
    for (levels, before) in parameters.comparisons.iter_mut().zip(&expected.comparisons) {
        if !levels.comparison.is_order() {
            levels.u = blend(&counts[levels.comparison as usize], &before.u, EXPECTED_OTHERS);
        }
    }
    let given = |what, condition, expected| share_given(&strangers, what, condition, expected);
    parameters.place_given_postcode = given(Comparison::Place, Comparison::Postcode, expected.place_given_postcode);
    parameters.region_given_place = given(Comparison::Region, Comparison::Place, expected.region_given_place);
}

/// How often `what` agrees exactly where `condition` does.
fn share_given(strangers: &[(Pattern, f64)], what: Comparison, condition: Comparison, expected: f64) -> f64 {
    let (mut both, mut all) = (EXPECTED_SHARE * expected, EXPECTED_SHARE);
    for (pattern, count) in strangers.iter().filter(|(pattern, _)| pattern.level(condition) == Some(Level::Exact)) {
        if let Some(level) = pattern.level(what) {
            all += count;
            both += if level == Level::Exact { *count } else { 0.0 };
        }
    }
    both / all
}

fn count_levels(patterns: impl Iterator<Item = (Pattern, f64)>) -> [[f64; 5]; 16] {
    let mut counts = [[0.0; 5]; 16];
    for (pattern, count) in patterns {
        for (comparison, level) in pattern.levels() {
            counts[comparison as usize][level.index()] += count;
        }
    }
    counts
}

/// The mean of the posterior under a Dirichlet prior.
fn blend(counts: &[f64; 5], expected: &[f64; 5], strength: f64) -> [f64; 5] {
    normalised(&std::array::from_fn(|level| counts[level] + strength * expected[level]))
}

/// The probabilities of a pair's three kinds; they sum to 1.
struct Kinds {
    one_person: f64,
    household: f64,
    strangers: f64,
    /// The natural logarithm of the pattern's likelihood, less that among strangers.
    log_likelihood: f64,
}

/// The natural logarithms of m / u, and of the same for households, by comparison and level.
struct Ratios {
    one_person: [[f64; 5]; 16],
    household: [[f64; 5]; 16],
    priors: [f64; 3],
}

impl Ratios {
    fn new(parameters: &Parameters) -> Self {
        let ratio = |levels: [f64; 5], u: &[f64; 5]| std::array::from_fn(|level| (levels[level] / u[level]).ln());
        let one_person = |comparison| {
            let levels = parameters.of(comparison);
            ratio(levels.m, &levels.u)
        };
        let household = |comparison| {
            let levels = parameters.household.levels(comparison);
            levels.map_or([0.0; 5], |levels| ratio(levels, &parameters.of(comparison).u))
        };
        let (prior, of_household) = (parameters.prior, parameters.household.prior);
        Self {
            one_person: Comparison::ALL.map(one_person),
            household: Comparison::ALL.map(household),
            priors: [prior.ln(), of_household.ln(), (1.0 - prior - of_household).ln()],
        }
    }

    fn kinds(&self, pattern: Pattern) -> Kinds {
        let mut terms = self.priors;
        for (comparison, level) in pattern.levels() {
            terms[0] += self.one_person[comparison as usize][level.index()];
            terms[1] += self.household[comparison as usize][level.index()];
        }
        let greatest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shares = terms.map(|term| (term - greatest).exp());
        let sum: f64 = shares.iter().sum();
        let [one_person, household, strangers] = shares.map(|share| share / sum);
        Kinds { one_person, household, strangers, log_likelihood: greatest + sum.ln() }
    }
}

/// Expectation-maximisation (Dempster, Laird and Rubin 1977) of *m*, of the priors and of the surnames in households; *u*
/// stays. Pairs that share no block are taken to be strangers.
///
/// `total` is the number of all pairs, blocked or not.
#[must_use]
pub fn maximise(
    blocked: &Patterns,
    total: f64,
    expected: &Parameters,
    start: Parameters,
    most_steps: usize,
) -> Estimate {
    let mut parameters = start;
    let mut log_likelihoods: Vec<f64> = Vec::new();
    let pairs = blocked.pairs();
    let total = total.max(pairs);
    for _ in 0..most_steps {
        let ratios = Ratios::new(&parameters);
        let mut log_likelihood = (total - pairs) * ratios.priors[2] + log_prior(&parameters, expected);
        let (mut of_one, mut of_household) = (Vec::with_capacity(blocked.0.len()), Vec::with_capacity(blocked.0.len()));
        for (pattern, count) in &blocked.0 {
            let kinds = ratios.kinds(*pattern);
            log_likelihood += count * kinds.log_likelihood;
            of_one.push((*pattern, count * kinds.one_person));
            of_household.push((*pattern, count * kinds.household));
        }
        let gained = log_likelihoods.last().map_or(f64::INFINITY, |last| log_likelihood - last);
        log_likelihoods.push(log_likelihood);
        if gained < 1e-6 * pairs.max(1.0) {
            break;
        }
        improve(&mut parameters, expected, &of_one, &of_household, total);
    }
    Estimate { parameters, log_likelihoods }
}

/// The step of maximisation: from how many pairs of which kind show which pattern.
fn improve(
    parameters: &mut Parameters,
    expected: &Parameters,
    of_one: &[(Pattern, f64)],
    of_household: &[(Pattern, f64)],
    total: f64,
) {
    let counts = count_levels(of_one.iter().copied());
    for (levels, before) in parameters.comparisons.iter_mut().zip(&expected.comparisons) {
        levels.m = blend(&counts[levels.comparison as usize], &before.m, EXPECTED_MATCHES);
    }
    let counts = count_levels(of_household.iter().copied());
    parameters.household.surname =
        blend(&counts[Comparison::Surname as usize], &expected.household.surname, EXPECTED_MATCHES);
    let share = |pairs: &[(Pattern, f64)], before: f64| {
        let found: f64 = pairs.iter().map(|(_, count)| count).sum();
        (found + EXPECTED_MATCHES * before) / (total + EXPECTED_MATCHES)
    };
    parameters.prior = share(of_one, expected.prior);
    parameters.household.prior = share(of_household, expected.household.prior);
}

/// The logarithm of what `expected` makes of the parameters: densities of Dirichlet distributions.
fn log_prior(parameters: &Parameters, expected: &Parameters) -> f64 {
    let density =
        |before: &[f64], now: &[f64]| before.iter().zip(now).map(|(before, now)| before * now.ln()).sum::<f64>();
    let kinds = |of: &Parameters| [of.prior, of.household.prior, 1.0 - of.prior - of.household.prior];
    let of_levels: f64 =
        parameters.comparisons.iter().zip(&expected.comparisons).map(|(now, before)| density(&before.m, &now.m)).sum();
    let of_surnames = density(&expected.household.surname, &parameters.household.surname);
    EXPECTED_MATCHES * (of_levels + of_surnames + density(&kinds(expected), &kinds(parameters)))
}
