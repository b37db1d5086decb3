//! What was learnt and where it was wrong, on standard error.

use super::measure::{Measured, pairs_of};
use super::sets::Set;
use std::collections::{BTreeMap, HashSet};
use tertulia_analysis::identity::{About, Blocks, Comparison, Parameters, Reason, Scorer};

/// How many mistakes of each kind are shown.
const SHOWN: usize = 25;

pub struct Explained<'a> {
    pub set: &'a Set,
    pub measured: &'a Measured,
    pub parameters: &'a Parameters,
    pub scorer: &'a Scorer<'a>,
    pub blocks: &'a Blocks,
}

impl Explained<'_> {
    pub fn tell(&self, decided: &[(u32, u32)]) {
        let (set, parameters) = (self.set, self.parameters);
        eprintln!(
            "{}: {} records, {} pairs compared, {} keys too common",
            set.name,
            set.records.len(),
            self.measured.compared,
            self.blocks.too_large
        );
        let all = set.scope.pairs(set.records.len());
        eprintln!(
            "one person {:.0} pairs, one house {:.1} pairs, expected",
            parameters.prior * all,
            parameters.household.prior * all
        );
        eprintln!(
            "place given postcode {:.3}, region given place {:.3}",
            parameters.place_given_postcode, parameters.region_given_place
        );
        Comparison::ALL.into_iter().for_each(|comparison| self.tell_levels(comparison));
        eprint!("{}", self.measured.reliability.table());
        let wrong: Vec<(u32, u32)> = decided.iter().copied().filter(|(a, b)| !set.is_true(*a, *b)).collect();
        self.tell_pairs("wrong", &wrong);
        let decided: HashSet<(u32, u32)> = decided.iter().map(|(a, b)| (*a.min(b), *a.max(b))).collect();
        let mut persons: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        for (record, person) in set.persons.iter().enumerate() {
            persons.entry(*person).or_default().push(record as u32);
        }
        let true_pairs = persons.values().flat_map(|records| pairs_of(records)).filter(|(a, b)| set.is_asked(*a, *b));
        self.tell_pairs("missed", &true_pairs.filter(|pair| !decided.contains(pair)).collect::<Vec<_>>());
    }

    fn tell_levels(&self, comparison: Comparison) {
        let levels = self.parameters.of(comparison);
        let weights = self.parameters.weights(comparison).map(|weight| format!("{weight:6.2}")).join(" ");
        let shares = |shares: [f64; 5]| shares.map(|share| format!("{share:.5}")).join(" ");
        eprintln!("{comparison:?}: bits {weights}, m {}, u {}", shares(levels.m), shares(levels.u));
    }

    fn tell_pairs(&self, what: &str, pairs: &[(u32, u32)]) {
        eprintln!("{} {what}", pairs.len());
        for (a, b) in pairs.iter().take(SHOWN) {
            let score = self.scorer.score(*a, *b);
            let blocked = if self.blocks.pairs_up(*a, *b) { "" } else { ", no key in common" };
            eprintln!("  {what}: {:.1} bits, probability {:.3}{blocked}", score.weight, score.probability);
            let reason = |reason: &Reason| match reason.about {
                About::Comparison(comparison, level) => format!("{comparison:?} {level:?} {:+.1}", reason.weight),
                About::Household => format!("household {:+.1}", reason.weight),
            };
            let reasons: Vec<String> = self.scorer.reasons(*a, *b).iter().map(reason).collect();
            eprintln!("    {}", reasons.join(", "));
            for record in [*a as usize, *b as usize] {
                let values: Vec<&str> = self.set.records[record].values().map(|(_, value)| value).collect();
                eprintln!("    {} {}", self.set.ids[record], values.join(" | "));
            }
        }
    }
}
