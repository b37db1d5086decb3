//! What people agree on across groups, and over all.

use super::proportions::{CLEAR, more_than_half, share};
use super::tally::{Side, Tallies, Tally};
use super::{Rules, as_text};
use serde::Serialize;

/// A statement that is agreed on, or agreed to be wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreed {
    #[serde(serialize_with = "as_text")]
    pub statement: u64,
    pub side: Side,
    /// What the list is ordered by: across groups the product of the groups' smoothed shares, over all share times
    /// test.
    pub score: f64,
    /// Of those counted (everybody in a group; over all: everybody who voted).
    pub tally: Tally,
    /// (taken + 1) / (seen + 2).
    pub share: f64,
    /// z of the share against a half.
    pub test: f64,
    /// How many of each group saw it and took which side, in the groups' order.
    pub by_group: Vec<Tally>,
}

/// What is agreed on. A statement is in neither list where too few have seen it, however much those agree.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Consensus {
    /// By the majority of *every* group: group-aware consensus. Empty where there are no groups.
    pub across_groups: Vec<Agreed>,
    /// By a majority of all, which a large group can be alone.
    pub over_all: Vec<Agreed>,
    /// Statements that would be in a list, had enough people (or enough of every group) seen them.
    pub too_few_saw: usize,
}

/// The product over groups of (taken + 1) / (seen + 2): group-aware consensus (Small et al. 2021). 1 for no group.
pub fn across(groups: &[Tally], side: Side) -> f64 {
    groups.iter().map(|tally| share(tally.of(side), tally.seen)).product()
}

/// Both lists, over the statements that are not silent; `sizes` are those of the groups.
pub fn consensus(tallies: &Tallies, sizes: &[usize], open: &[(usize, u64)], rules: &Rules) -> Consensus {
    let mut found = Consensus::default();
    for (column, statement) in open {
        let by_group = tallies.of_statement(*column);
        let mut is_kept_out = false;
        for side in [Side::Agree, Side::Disagree] {
            let agreed = |tally: Tally| Agreed {
                statement: *statement,
                side,
                score: 0.0,
                tally,
                share: share(tally.of(side), tally.seen),
                test: more_than_half(tally.of(side), tally.seen),
                by_group: by_group.clone(),
            };
            let is_majority = |agreed: &Agreed| agreed.share > 0.5 && agreed.test > CLEAR;
            let in_all = agreed(tallies.all[*column]);
            if is_majority(&in_all) {
                match seen_by_enough(in_all.tally, rules) {
                    true => found.over_all.push(Agreed { score: in_all.share * in_all.test, ..in_all }),
                    false => is_kept_out = true,
                }
            }
            let in_groups = agreed(tallies.grouped[*column]);
            let by_each = by_group.iter().all(|tally| share(tally.of(side), tally.seen) > 0.5);
            if !by_group.is_empty() && by_each && is_majority(&in_groups) {
                match seen_by_enough(in_groups.tally, rules) && seen_in_each(&by_group, sizes, rules) {
                    true => found.across_groups.push(Agreed { score: across(&by_group, side), ..in_groups }),
                    false => is_kept_out = true,
                }
            }
        }
        found.too_few_saw += usize::from(is_kept_out);
    }
    let order = |a: &Agreed, b: &Agreed| b.score.total_cmp(&a.score).then(a.statement.cmp(&b.statement));
    found.across_groups.sort_by(order);
    found.over_all.sort_by(order);
    found
}

fn seen_by_enough(tally: Tally, rules: &Rules) -> bool {
    tally.seen as usize >= rules.seen
}

/// Of every group, or all of it where it is smaller than that.
fn seen_in_each(groups: &[Tally], sizes: &[usize], rules: &Rules) -> bool {
    groups.iter().zip(sizes).all(|(tally, size)| tally.seen as usize >= rules.seen_in_group.min(*size))
}
