//! What the model has learnt, and what it believes before it has learnt anything.

use super::household::Household;
use super::pattern::Comparison;
use serde::{Deserialize, Serialize};

/// How often a comparison comes out at each [`Level`](super::Level), from exact to different. Each row sums to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelProbabilities {
    pub comparison: Comparison,
    /// Among pairs of records of one person (m of Fellegi and Sunter).
    pub m: [f64; 5],
    /// Among pairs of records of two persons (u). Of an order it is 1 twice: comparing chooses the better of two, which
    /// it can do for any pair.
    pub u: [f64; 5],
}

/// The parameters of the model; plain, so that an installation may keep what it learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// The probability that two records drawn by chance are of one person.
    pub prior: f64,
    /// One for each of [`Comparison::ALL`], in its order.
    pub comparisons: Vec<LevelProbabilities>,
    pub household: Household,
    /// How often two persons of one postcode live in one place, and of one place in one region: what follows from
    /// another agreement proves nothing of its own.
    pub place_given_postcode: f64,
    pub region_given_place: f64,
}

impl Parameters {
    /// What is believed of an installation with so many records before anything is learnt: one record in ten has a
    /// second one of the same person.
    ///
    /// The figures are rounded expectations and not measurements. *u*, exact: two people share a surname about once in
    /// 500, a given name once in 170 (order of magnitude of the sums of squared shares in the name tables of the US
    /// census, 1990 and 2010), a birthday of the same year once in 25,000 (365 days of some 70 years), a house number
    /// once in 80. *m*: a tenth to a fifth of the values of lists of people are misspelt or out of date (Winkler 1990; Herzog,
    /// Scheuren and Winkler 2007, "Data Quality and Record Linkage", chapter 9), and people have several mailboxes,
    /// handles and numbers, so that a difference in these says little.
    #[must_use]
    pub fn expected(records: usize) -> Self {
        let comparisons = EXPECTED.iter().map(|(comparison, m, u)| LevelProbabilities {
            comparison: *comparison,
            m: normalised(m),
            u: of_order_or(*comparison, u),
        });
        Self {
            prior: 0.1 / records.max(2) as f64,
            comparisons: comparisons.collect(),
            household: Household::expected(records),
            place_given_postcode: 0.7,
            region_given_place: 0.95,
        }
    }

    /// Of one comparison.
    ///
    /// # Panics
    /// Where the parameters don't hold all comparisons; see [`Parameters::is_whole`].
    #[must_use]
    pub fn of(&self, comparison: Comparison) -> &LevelProbabilities {
        &self.comparisons[comparison as usize]
    }

    /// Whether the parameters can be used: every comparison in its place, every probability between 0 and 1. Ask it of
    /// what was read from outside.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let probability = |value: &f64| *value > 0.0 && *value <= 1.0;
        let sound = |levels: &LevelProbabilities| levels.m.iter().all(probability) && levels.u.iter().all(probability);
        let in_place = self.comparisons.iter().map(|levels| levels.comparison).eq(Comparison::ALL);
        let priors = [self.prior, self.household.prior, self.place_given_postcode, self.region_given_place];
        let few = self.prior + self.household.prior < 1.0;
        let of_household = self.household.surname.iter().all(probability);
        in_place && self.comparisons.iter().all(sound) && priors.iter().all(probability) && few && of_household
    }

    /// The weight of a level in bits, `log2(m / u)` (Fellegi and Sunter 1969), before term frequencies. An exact
    /// agreement never speaks against, and a nearer level weighs no less than a farther one.
    #[must_use]
    pub fn weights(&self, comparison: Comparison) -> [f64; 5] {
        let levels = self.of(comparison);
        // To stand in the same order is the rule, and no evidence.
        if comparison.is_order() {
            return std::array::from_fn(|level| if level == 4 { (levels.m[4] / levels.u[4]).log2() } else { 0.0 });
        }
        falling(&levels.m, &levels.u)
    }

    /// The same against persons of one house ([`Household`]) rather than strangers.
    #[must_use]
    pub(super) fn weights_in_household(&self, comparison: Comparison) -> [f64; 5] {
        let levels = self.of(comparison);
        match self.household.levels(comparison) {
            Some(_) if comparison.is_order() => [0.0; 5],
            Some(household) => falling(&levels.m, &household),
            None => self.weights(comparison),
        }
    }
}

/// `log2(m / other)` of each level, never rising from exact to different, and 0 at least for exact. Neighbours that are
/// the wrong way round are taken for one level (pooling adjacent violators; Ayer et al. 1955): a level that hardly occurs
/// has a ratio that hardly means anything.
fn falling(m: &[f64; 5], other: &[f64; 5]) -> [f64; 5] {
    // Sums of m, sums of the other, how many levels.
    let mut pools: Vec<(f64, f64, usize)> = Vec::with_capacity(5);
    for (m, other) in m.iter().zip(other) {
        let mut pool = (*m, *other, 1);
        while let Some(before) = pools.pop_if(|before| before.0 * pool.1 < pool.0 * before.1) {
            pool = (before.0 + pool.0, before.1 + pool.1, before.2 + pool.2);
        }
        pools.push(pool);
    }
    let mut weights = pools.into_iter().flat_map(|(m, other, levels)| std::iter::repeat_n((m / other).log2(), levels));
    let mut weights: [f64; 5] = std::array::from_fn(|_| weights.next().unwrap_or_default());
    weights[0] = weights[0].max(0.0);
    weights
}

fn of_order_or(comparison: Comparison, u: &[f64; 5]) -> [f64; 5] {
    if comparison.is_order() { [1.0; 5] } else { normalised(u) }
}

/// Scaled to a sum of 1; nothing is impossible.
pub(super) fn normalised(shares: &[f64; 5]) -> [f64; 5] {
    let floored = shares.map(|share| share.max(LEAST));
    let sum: f64 = floored.iter().sum();
    floored.map(|share| share / sum)
}

/// Less than this no probability may be.
const LEAST: f64 = 1e-7;

/// Comparison, m, u; each from exact to different.
type Expected = (Comparison, [f64; 5], [f64; 5]);

#[rustfmt::skip]
const EXPECTED: [Expected; 16] = [
    (Comparison::GivenName,    [0.80, 0.07, 0.06, 0.03, 0.04],   [0.006, 0.002, 0.012, 0.04, 0.94]),
    (Comparison::Surname,      [0.86, 0.06, 0.03, 0.01, 0.04],   [0.002, 0.001, 0.004, 0.02, 0.973]),
    (Comparison::NameOrder,    [0.95, 0.0, 0.0, 0.0, 0.05],      [1.0; 5]),
    (Comparison::StreetNumber, [0.80, 0.08, 0.02, 0.005, 0.095], [0.012, 0.10, 0.02, 0.001, 0.867]),
    (Comparison::Street,       [0.72, 0.10, 0.05, 0.03, 0.10],   [0.002, 0.0005, 0.002, 0.02, 0.9755]),
    (Comparison::Locality,     [0.70, 0.10, 0.05, 0.03, 0.12],   [0.002, 0.0005, 0.002, 0.01, 0.9855]),
    (Comparison::AddressOrder, [0.95, 0.0, 0.0, 0.0, 0.05],      [1.0; 5]),
    (Comparison::Place,        [0.80, 0.08, 0.03, 0.01, 0.08],   [0.02, 0.001, 0.003, 0.01, 0.966]),
    (Comparison::Postcode,     [0.78, 0.10, 0.03, 0.005, 0.085], [0.01, 0.02, 0.05, 0.001, 0.919]),
    (Comparison::Region,       [0.92, 0.03, 0.001, 0.001, 0.048], [0.2, 0.01, 0.001, 0.001, 0.788]),
    (Comparison::BirthDate,    [0.88, 0.07, 0.02, 0.01, 0.02],   [0.00004, 0.0008, 0.004, 0.01, 0.985]),
    (Comparison::Email,        [0.45, 0.03, 0.07, 0.02, 0.43],   [1e-6, 1e-6, 2e-5, 2e-5, 0.99996]),
    (Comparison::Phone,        [0.50, 0.02, 0.01, 0.001, 0.469], [1e-6, 2e-6, 2e-5, 1e-6, 0.99998]),
    (Comparison::Handle,       [0.45, 0.10, 0.05, 0.03, 0.37],   [1e-5, 3e-5, 1e-4, 0.003, 0.99686]),
    (Comparison::Link,         [0.30, 0.001, 0.05, 0.001, 0.648], [2e-5, 1e-6, 2e-4, 1e-6, 0.99977]),
    (Comparison::Signature,    [0.30, 0.05, 0.05, 0.03, 0.57],   [0.001, 0.0003, 0.002, 0.005, 0.9917]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_the_wrong_way_round_are_taken_for_one() {
        let weights = falling(&[0.5, 0.2, 0.0001, 0.2, 0.0999], &[0.1, 0.1, 0.1, 0.1, 0.6]);
        assert!((weights[0] - 5.0_f64.log2()).abs() < 1e-12);
        assert!((weights[1] - 1.0).abs() < 1e-12);
        // The third alone would weigh far against, and less for than the fourth.
        assert_eq!(weights[2], weights[3]);
        assert!((weights[3] - (0.2001_f64 / 0.2).log2()).abs() < 1e-12);
        assert!(weights[4] < weights[3]);
    }

    #[test]
    fn what_is_expected_is_whole_and_in_order() {
        let expected = Parameters::expected(1_000);
        assert!(expected.is_whole());
        for comparison in Comparison::ALL {
            let weights = expected.weights(comparison);
            assert!(weights[0] >= 0.0 && weights.is_sorted_by(|a, b| a >= b), "{comparison:?}: {weights:?}");
            assert!(weights[4] <= 0.0, "{comparison:?}: {weights:?}");
        }
    }
}
