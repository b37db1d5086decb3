//! What an opinion map holds.

use super::consensus::Consensus;
use super::representative::Representative;
use super::tally::Tally;
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;

/// Ids are text in JSON, where numbers end at 2⁵³.
pub fn as_text<S: Serializer>(id: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

/// The same of several.
pub fn as_texts<S: Serializer>(ids: &BTreeSet<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(u64::to_string))
}

/// Where people stand, who stands together, and what they agree on. Every figure is finite.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OpinionMap {
    /// How many votes count, one for each person and statement.
    pub votes: usize,
    /// How many people have a place on the map.
    pub placed: usize,
    /// The share of all variance that the first and the second direction show, between 0 and 1. The rest is not on the
    /// map.
    pub explained: [f64; 2],
    /// In the order of their ids.
    pub statements: Vec<Statement>,
    /// In the order of their ids.
    pub participants: Vec<Participant>,
    /// The largest first; empty where a note says why.
    pub groups: Vec<Group>,
    /// How well each number of groups that was tried fits.
    pub tried: Vec<Fit>,
    pub consensus: Consensus,
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statement {
    #[serde(serialize_with = "as_text")]
    pub id: u64,
    /// It has no part in places, groups and consensus, for a moderator took it out or it says who people are.
    pub is_silent: bool,
    /// Its weight in each direction: whoever agrees with it stands farther that way.
    pub weights: [f64; 2],
    /// Where somebody would stand who agreed with this and said nothing else.
    pub position: [f64; 2],
    /// How far from the middle that is.
    pub extremity: f64,
    /// The weight in the draw of what to show next.
    pub priority: f64,
    /// Of everybody who voted.
    pub tally: Tally,
    /// In the groups' order.
    pub by_group: Vec<Tally>,
    /// The product of the groups' smoothed shares of agreement; `None` where there are no groups.
    pub group_aware_consensus: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Participant {
    #[serde(serialize_with = "as_text")]
    pub id: u64,
    /// On how many statements that are not silent they voted.
    pub votes: usize,
    /// `None` where they voted on too little to be placed.
    pub position: Option<[f64; 2]>,
    /// The number of their group.
    pub group: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// 0, 1, 2 … where groups were found, or what it was called where they were given.
    pub number: u32,
    pub size: usize,
    /// The mean place of its people.
    pub centre: [f64; 2],
    /// What sets it apart.
    pub speaks: Vec<Representative>,
}

/// How well a number of groups fits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Fit {
    pub groups: usize,
    /// The mean silhouette over people, between −1 and 1.
    pub silhouette: f64,
    /// Its standard error.
    pub error: f64,
}

/// What whoever reads the map must know.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Note {
    /// A refusal: no groups, for too few people voted on at least `votes` statements.
    TooFewPeople { have: usize, need: usize, votes: usize },
    /// A refusal: no groups, for too few statements were voted on.
    TooFewStatements { have: usize, need: usize },
    /// No groups, for everybody stands in one place.
    AllAlike,
    /// The groups shade into each other: the line between them is drawn rather than found.
    WeakGroups { silhouette: f64 },
    /// So many statements would be called consensus, had enough people seen them.
    TooFewSaw { statements: usize },
}

impl Note {
    /// How many more people or statements would mend it.
    pub fn missing(&self) -> Option<usize> {
        match self {
            Self::TooFewPeople { have, need, .. } | Self::TooFewStatements { have, need } => {
                Some(need.saturating_sub(*have))
            }
            Self::AllAlike | Self::WeakGroups { .. } | Self::TooFewSaw { .. } => None,
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = self.missing().unwrap_or(0);
        match self {
            Self::TooFewPeople { have, need, votes } => write!(
                f,
                "No groups are shown: {have} people voted on at least {votes} statements, and it takes {need}. {missing} more \
                 would do."
            ),
            Self::TooFewStatements { have, need } => write!(
                f,
                "No groups are shown: there are votes on {have} statements, and it takes {need}. {missing} more would \
                 do."
            ),
            Self::AllAlike => write!(f, "There are no groups: everybody who can be placed stands in one place."),
            Self::WeakGroups { silhouette } => write!(
                f,
                "The groups shade into each other (silhouette {silhouette:.2}): read them as ends of a range, not as \
                 camps."
            ),
            Self::TooFewSaw { statements: 1 } => {
                write!(f, "One statement may be agreed on, but too few people have seen it to say so.")
            }
            Self::TooFewSaw { statements } => {
                write!(f, "{statements} statements may be agreed on, but too few people have seen them to say so.")
            }
        }
    }
}
