//! Opinion groups from votes: who thinks alike, what sets each group apart, and what all of them agree on.
//!
//! The method is that of Polis (Small, Bjorkegren, Erkkilä, Shaw and Megill 2021, "Polis: Scaling deliberation by
//! mapping high dimensional opinion spaces", *Recerca* 26(2); the Computational Democracy Project's notes on its
//! maths), so that its figures can be compared with those of a Polis server. `docs/guides/opinions.md` says in plain
//! words what a map shows and what it does not.
//!
//! With N people and M statements, x_ij the vote of person i on statement j (1 agrees, 0 passes, −1 disagrees; most are
//! missing):
//!
//! 1. **Middle**: μ_j is the mean of the votes on j. Statements that a moderator took out, or that say who people are,
//!    count as if everybody had passed: they are *silent*.
//! 2. **Directions**: v₁ and v₂ are the first two principal components of x_ij − μ_j, a missing vote counting as μ_j
//!    (`components`).
//! 3. **Places**: person i stands at √(M / n_i) · Σ_j (x_ij − μ_j) (v₁ⱼ, v₂ⱼ), over the n_i statements they voted on
//!    (and the silent ones): who voted on little is not drawn to the middle for that. Who voted on fewer than min(7, M)
//!    statements has no place.
//! 4. **Groups**: up to 100 base clusters of people, and from those 2 to 5 groups by k-means (`clusters`); how many is
//!    decided by the silhouette (`silhouette`).
//! 5. **What sets a group apart**: tests of shares against a half and against everybody else (`representative`).
//! 6. **Consensus**: the product over groups of (agreed + 1) / (seen + 2), and only of what enough of every group saw
//!    (`consensus`).
//! 7. **Extremity and priority**: how far somebody who only agreed with j would stand from the middle, √M (1 − μ_j)
//!    ‖(v₁ⱼ, v₂ⱼ)‖, and with how much weight j should be shown next (`priority`).
//!
//! It departs from Polis in five points: no order of arrival and no earlier result has any part, so that the same votes
//! give the same map; a number of groups must be clearly better to replace a smaller one, where Polis
//! waits for it to be seen again; votes on silent statements do not help anybody to a place; where too few people or
//! statements are there, groups are refused, where Polis fills up with those who voted least; and what few have seen
//! neither speaks for a group nor is called consensus.
//!
//! ```
//! use tertulia_voices::opinions::{Note, Rules, Vote, Votes, map};
//! let mut votes = Votes::new();
//! for person in 0..12 {
//!     for statement in 0..6 {
//!         votes.add(person, statement, if person % 2 == 0 { Vote::Agree } else { Vote::Disagree }).unwrap();
//!     }
//! }
//! let refused = map(&votes, &Rules::default());
//! assert_eq!(refused.notes, [Note::TooFewPeople { have: 12, need: 15, votes: 6 }]);
//! assert_eq!(refused.notes[0].missing(), Some(3));
//! assert!(refused.groups.is_empty());
//! ```

mod clusters;
mod components;
mod consensus;
mod draw;
mod map;
mod matrix;
mod priority;
mod proportions;
mod rand_index;
mod representative;
mod silhouette;
mod tally;
#[cfg(test)]
mod tests;
pub mod votes;
mod words;

pub use consensus::{Agreed, Consensus};
pub use draw::{map, map_with_groups};
pub use map::{Fit, Group, Note, OpinionMap, Participant, Statement};
pub use rand_index::adjusted_rand_index;
pub use representative::Representative;
pub use tally::{Side, Tally};
pub use votes::{Full, Vote, Votes};

use map::{as_text, as_texts};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a map is made by. The numbers are floors of evidence and bounds of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// Statements that a moderator took out.
    #[serde(serialize_with = "as_texts")]
    pub moderated_out: BTreeSet<u64>,
    /// Statements that say who people are ("I live in the old town") and not what they think: Polis calls them
    /// metadata.
    #[serde(serialize_with = "as_texts")]
    pub meta: BTreeSet<u64>,
    /// On so many statements must somebody have voted to have a place, or on all where there are fewer. 7, as in Polis.
    pub votes: usize,
    /// So many people must have a place before groups are made of them. 15: to fewer, Polis adds those who voted least.
    pub people: usize,
    /// So many statements must there be, that are not silent. 5: with fewer, two directions show next to everything
    /// there is.
    pub statements: usize,
    /// So many must have seen a statement before it is called consensus. 15.
    pub seen: usize,
    /// So many of every group must have seen it, or the whole group where it is smaller. 5; holds as well for what
    /// speaks for a group.
    pub seen_in_group: usize,
    /// No more base clusters than that (at most 200 in any case). 100, as in Polis.
    pub base_clusters: usize,
    /// No more groups than that (at most 9 in any case). 5, as in Polis.
    pub most_groups: usize,
    /// No more statements than that speak for a group. 5, as in Polis.
    pub listed: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            moderated_out: BTreeSet::new(),
            meta: BTreeSet::new(),
            votes: 7,
            people: 15,
            statements: 5,
            seen: 15,
            seen_in_group: 5,
            base_clusters: 100,
            most_groups: 5,
            listed: 5,
        }
    }
}
