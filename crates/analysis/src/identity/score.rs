//! From the levels of a pair to a weight, a probability, and reasons.

use super::catalogue::{COLUMNS, Catalogue, Column, Row, Value};
use super::compare::{ADDRESS, NAMES, Pair};
use super::frequencies::{Frequencies, THE_TWO};
use super::overlap;
use super::parameters::Parameters;
use super::pattern::{Comparison, Level, Pattern};

/// How sure it is that two records are of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Evidence, in bits: each bit doubles the odds. Without the prior; 0 where nothing can be compared.
    pub weight: f64,
    /// With the prior: of pairs with 0.9, nine in ten are of one person.
    pub probability: f64,
}

/// What a reason is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// What was compared, and how it came out.
    Comparison(Comparison, Level),
    /// It may be two persons who live or work together: what they share says less. Never positive.
    Household,
}

/// Why: one thing that speaks for or against, and what it weighs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reason {
    pub about: About,
    /// In bits; negative where it speaks against.
    pub weight: f64,
}

impl Reason {
    /// Whether nothing is said: names in their usual order, a household that nothing points to.
    fn is_idle(&self) -> bool {
        match self.about {
            About::Comparison(comparison, level) => comparison.is_order() && level == Level::Exact,
            About::Household => self.weight > -0.05,
        }
    }
}

/// What was compared, how it came out, and what that weighs; by comparison.
#[derive(Default)]
pub(super) struct Evidence(pub(super) [Option<(Comparison, Level, f64)>; 16]);

/// Whether a comparison is about a person rather than about where they live or work.
fn is_personal(comparison: Comparison) -> bool {
    matches!(comparison, Comparison::GivenName | Comparison::BirthDate | Comparison::Email | Comparison::Handle)
}

/// What is added up for a pair, in bits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    /// One person against two strangers.
    pub(super) strangers: f64,
    /// One person against two of one house.
    pub(super) household: f64,
}

/// Weighs pairs of a catalogue by learnt parameters.
#[derive(Debug, Clone)]
pub struct Scorer<'a> {
    catalogue: &'a Catalogue,
    /// Bits by comparison and level.
    weights: [[f64; 5]; 16],
    /// The same against persons of one house.
    household: [[f64; 5]; 16],
    /// How many pairs of one house there are for one of strangers.
    household_odds: f64,
    /// The weight of an exact agreement that follows from another one.
    place_given_postcode: f64,
    region_given_place: f64,
    /// What is added to an exact agreement in each value, in bits, in the first and in the second column of its vocabulary.
    rarity: Vec<[f32; 2]>,
    prior_bits: f64,
}

impl<'a> Scorer<'a> {
    /// Takes term frequencies from the catalogue itself, which then should hold all records there are.
    #[must_use]
    pub fn new(catalogue: &'a Catalogue, parameters: &Parameters) -> Self {
        Self::with_frequencies(catalogue, parameters, &catalogue.frequencies())
    }

    /// For a catalogue of some records among many, whose frequencies were kept.
    #[must_use]
    pub fn with_frequencies(catalogue: &'a Catalogue, parameters: &Parameters, frequencies: &Frequencies) -> Self {
        let rarity = rarities(catalogue, parameters, frequencies);
        let (prior, of_household) = (parameters.prior, parameters.household.prior);
        let follows = |what, share: f64| (parameters.of(what).m[0] / share).log2().max(0.0);
        Self {
            catalogue,
            weights: Comparison::ALL.map(|comparison| parameters.weights(comparison)),
            household: Comparison::ALL.map(|comparison| parameters.weights_in_household(comparison)),
            household_odds: of_household / (1.0 - prior - of_household),
            place_given_postcode: follows(Comparison::Place, parameters.place_given_postcode),
            region_given_place: follows(Comparison::Region, parameters.region_given_place),
            rarity,
            prior_bits: (prior / (1.0 - prior)).log2(),
        }
    }

    /// How sure it is that two records are of one person. Symmetric; about half a microsecond.
    #[must_use]
    pub fn score(&self, a: u32, b: u32) -> Score {
        let mut evidence = Evidence::default();
        let sums = self.weigh(a, b, &mut evidence);
        let weight = self.against_all_others(sums);
        Score { weight, probability: self.probability(weight) }
    }

    /// What speaks for and against, the weightiest first. The weights add up to that of [`Scorer::score`].
    #[must_use]
    pub fn reasons(&self, a: u32, b: u32) -> Vec<Reason> {
        let mut evidence = Evidence::default();
        let sums = self.weigh(a, b, &mut evidence);
        let compared = evidence.0.iter().flatten().map(|(comparison, level, weight)| Reason {
            about: About::Comparison(*comparison, *level),
            weight: *weight,
        });
        let household = self.against_all_others(sums) - sums.strangers;
        let mut reasons: Vec<Reason> =
            compared.chain([Reason { about: About::Household, weight: household }]).collect();
        reasons.retain(|reason| !reason.is_idle());
        reasons.sort_by(|one, other| other.weight.abs().total_cmp(&one.weight.abs()));
        reasons
    }

    /// The weight against whatever else the pair may be: strangers, or two of one house.
    fn against_all_others(&self, sums: Sums) -> f64 {
        let others = (-sums.strangers).exp2() + self.household_odds * (-sums.household).exp2();
        (1.0 + self.household_odds).log2() - others.log2()
    }

    /// The probability that belongs to a weight.
    #[must_use]
    pub fn probability(&self, weight: f64) -> f64 {
        1.0 / (1.0 + (-(weight + self.prior_bits)).exp2())
    }

    /// The logarithm of the odds of a weight, to base 2.
    #[must_use]
    pub fn odds_bits(&self, weight: f64) -> f64 {
        weight + self.prior_bits
    }

    fn weigh(&self, a: u32, b: u32, evidence: &mut Evidence) -> Sums {
        let pattern = self.catalogue.compare(a, b);
        let rows = (&self.catalogue.rows[a as usize], &self.catalogue.rows[b as usize]);
        let mut sums = Sums::default();
        for (comparison, level) in pattern.levels() {
            let mut weight = self.weights[comparison as usize][level.index()];
            let mut household = self.household[comparison as usize][level.index()];
            if level == Level::Exact && !comparison.is_order() {
                let rarity = self.rarity_of(comparison, pattern, rows);
                weight = (weight + rarity).max(0.0);
                if is_personal(comparison) {
                    household = weight;
                }
            }
            evidence.0[comparison as usize] = Some((comparison, level, weight));
            sums.strangers += weight;
            sums.household += household;
        }
        overlap::follows(Comparison::Place, Comparison::Postcode, self.place_given_postcode, evidence, &mut sums);
        overlap::follows(Comparison::Region, Comparison::Place, self.region_given_place, evidence, &mut sums);
        overlap::called(self.catalogue, rows, &self.household, evidence, &mut sums);
        sums
    }

    /// What the value that two records share adds.
    fn rarity_of(&self, comparison: Comparison, pattern: Pattern, rows: (&Row, &Row)) -> f64 {
        let pair = [NAMES, ADDRESS].into_iter().find(|pair| pair.comparisons.contains(&comparison));
        let found = match pair {
            Some(pair) if pattern.level(pair.order) == Some(Level::Different) => {
                self.crossed(&pair, comparison, pattern, rows)
            }
            _ => {
                let (column, role) = column_of(comparison);
                self.rarest(column, column, rows).map(|value| self.rarity[value as usize][role])
            }
        };
        found.map_or(0.0, f64::from)
    }

    /// A name that is one's given name and the other's surname is as rare as it is in the commoner of the two uses. Where
    /// both cross exactly, each counts once.
    fn crossed(&self, pair: &Pair, comparison: Comparison, pattern: Pattern, rows: (&Row, &Row)) -> Option<f32> {
        let [first, second] = pair.columns;
        let of = |value: u32| self.rarity[value as usize][0].min(self.rarity[value as usize][1]);
        let shared = [self.rarest(first, second, rows), self.rarest(second, first, rows)];
        let mut rarities: Vec<f32> = shared.into_iter().flatten().map(of).collect();
        rarities.sort_by(f32::total_cmp);
        let both = pair.comparisons.iter().all(|comparison| pattern.level(*comparison) == Some(Level::Exact));
        match both && comparison == pair.comparisons[1] {
            true => rarities.get(1).copied(),
            false => rarities.first().copied(),
        }
    }

    /// Of the values that two records share, that which few others have.
    fn rarest(&self, column: Column, other_column: Column, (one, other): (&Row, &Row)) -> Option<u32> {
        let ours = self.catalogue.values_of(one, column);
        let theirs = self.catalogue.values_of(other, other_column);
        let shared = ours.iter().filter(|value| theirs.contains(value)).copied();
        shared.max_by(|a, b| self.rarity[*a as usize][0].total_cmp(&self.rarity[*b as usize][0]))
    }
}

fn column_of(comparison: Comparison) -> (Column, usize) {
    match comparison {
        Comparison::GivenName | Comparison::NameOrder => (Column::GivenName, 0),
        Comparison::Surname => (Column::Surname, 1),
        Comparison::StreetNumber => (Column::StreetNumber, 0),
        Comparison::Street | Comparison::AddressOrder => (Column::Street, 0),
        Comparison::Locality => (Column::Locality, 1),
        Comparison::Place => (Column::Place, 0),
        Comparison::Postcode => (Column::Postcode, 0),
        Comparison::Region => (Column::Region, 0),
        Comparison::BirthDate => (Column::BirthDate, 0),
        Comparison::Email => (Column::Email, 0),
        Comparison::Phone => (Column::Phone, 0),
        Comparison::Handle => (Column::Handle, 0),
        Comparison::Link => (Column::Link, 0),
        Comparison::Signature => (Column::Signature, 0),
    }
}

/// Term frequencies (Winkler 1989; Splink): an agreement in a value weighs `log2(m / f)` where the value's share among
/// persons is `f`, rather than `log2(m / u)` with the mean u.
///
/// The share is that among *other* records than the two that agree, as if there were one more person who has it in a
/// population of 1/u: without these a value that only the two have would prove without end, and on a short list every value is
/// rare.
fn rarities(catalogue: &Catalogue, parameters: &Parameters, frequencies: &Frequencies) -> Vec<[f32; 2]> {
    let mut usual = [[None; 2]; COLUMNS];
    for comparison in Comparison::ALL.into_iter().filter(|comparison| !comparison.is_order()) {
        let (column, role) = column_of(comparison);
        usual[column.vocabulary().0 as usize][role] = Some((parameters.of(comparison).u[0], column));
    }
    let rarity = |value: &Value, text: &str| {
        std::array::from_fn(|role| {
            let Some((u, column)) = usual[value.vocabulary as usize][role] else { return 0.0 };
            let others = f64::from(frequencies.others(value.vocabulary, text, role));
            let records = f64::from(frequencies.filled[column as usize].saturating_sub(THE_TWO));
            let share = (others + 1.0) / (records + 1.0 / u);
            (u / share).log2() as f32
        })
    };
    catalogue.values.iter().zip(&catalogue.texts).map(|(value, text)| rarity(value, text)).collect()
}
