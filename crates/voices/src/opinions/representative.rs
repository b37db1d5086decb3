//! What sets a group apart: the statements that it answers otherwise than the others do.

use super::proportions::{CLEAR, more_than_half, more_than_outside, share};
use super::tally::{Side, Tallies, Tally};
use super::{Rules, as_text};
use serde::Serialize;

/// A statement that speaks for a group, and what that rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Representative {
    #[serde(serialize_with = "as_text")]
    pub statement: u64,
    pub side: Side,
    /// How many of the group took that side, of how many that saw it.
    pub taken: u32,
    pub seen: u32,
    /// (taken + 1) / (seen + 2).
    pub share: f64,
    /// z of the share against a half.
    pub test: f64,
    /// The share here over that of everybody else in a group.
    pub times: f64,
    /// z of the share here against that elsewhere.
    pub difference: f64,
    /// Both tests exceed what chance gives once in ten. Where none does, the nearest is named all the same.
    pub is_clear: bool,
}

impl Representative {
    fn new(statement: u64, side: Side, inside: Tally, outside: Tally) -> Self {
        let (taken, others) = (inside.of(side), outside.of(side));
        let test = more_than_half(taken, inside.seen);
        let difference = more_than_outside((taken, inside.seen), (others, outside.seen));
        Self {
            statement,
            side,
            taken,
            seen: inside.seen,
            share: share(taken, inside.seen),
            test,
            times: share(taken, inside.seen) / share(others, outside.seen),
            difference,
            is_clear: test > CLEAR && difference > CLEAR,
        }
    }

    /// Polis's order: times · difference · share · test. Where a factor is negative, the product means nothing.
    fn metric(&self) -> f64 {
        if self.test > 0.0 && self.difference > 0.0 {
            self.times * self.difference * self.share * self.test
        } else {
            0.0
        }
    }

    /// What most of the group agree with, be it with others or not.
    fn common(&self) -> f64 {
        if self.test > 0.0 { self.share * self.test } else { 0.0 }
    }
}

/// The statements that speak for a group: first the one it agrees with most tellingly, then the clear ones by their
/// metric, at most `rules.listed`, agreements before disagreements. Those that fewer than `rules.seen_in_group` of it
/// saw (or all, where it is smaller) are left out, and so are silent ones.
pub fn of_group(
    group: usize,
    size: usize,
    tallies: &Tallies,
    open: &[(usize, u64)],
    rules: &Rules,
) -> Vec<Representative> {
    let floor = rules.seen_in_group.min(size).max(1);
    let seen = open.iter().filter(|(column, _)| tallies.groups[group][*column].seen as usize >= floor);
    let both: Vec<[Representative; 2]> = seen
        .map(|(column, id)| {
            let inside = tallies.groups[group][*column];
            let outside = tallies.grouped[*column].minus(inside);
            [Side::Agree, Side::Disagree].map(|side| Representative::new(*id, side, inside, outside))
        })
        .collect();
    let first = best_agreement(&both);
    let mut clear: Vec<&Representative> = both.iter().flatten().filter(|found| found.is_clear).collect();
    clear.sort_by(|a, b| b.metric().total_cmp(&a.metric()).then(a.statement.cmp(&b.statement)));
    let rest = clear.into_iter().filter(|found| first.is_none_or(|first| first.statement != found.statement));
    let mut listed: Vec<Representative> = first.into_iter().chain(rest).take(rules.listed).cloned().collect();
    if listed.is_empty() {
        let nearest =
            both.iter().flatten().reduce(|best, next| if next.difference > best.difference { next } else { best });
        listed.extend(nearest.cloned());
    }
    listed.sort_by_key(|found| found.side == Side::Disagree);
    listed
}

/// The agreement that sets the group apart most; where there is none, what most of it agree with.
fn best_agreement(both: &[[Representative; 2]]) -> Option<&Representative> {
    let best = |weigh: fn(&Representative) -> f64| {
        let weighed = both
            .iter()
            .map(|[agree, _]| (weigh(agree), agree))
            .filter(|(weight, agree)| *weight > 0.0 && agree.share > 0.5);
        weighed.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, agree)| agree)
    };
    best(|agree| if agree.times > 1.0 { agree.metric() } else { 0.0 }).or_else(|| best(Representative::common))
}
