//! Who voted how on what.

use serde::Serialize;
use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

pub use super::words::read_vote;

/// One person's word on one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    Disagree,
    /// Seen, and neither: it counts as an answer that says nothing.
    Pass,
    Agree,
}

impl Vote {
    /// −1, 0 or 1.
    pub fn number(self) -> i8 {
        match self {
            Self::Disagree => -1,
            Self::Pass => 0,
            Self::Agree => 1,
        }
    }

    /// The vote of −1, 0 or 1; `None` for any other number.
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            -1 => Some(Self::Disagree),
            0 => Some(Self::Pass),
            1 => Some(Self::Agree),
            _ => None,
        }
    }
}

/// Why a vote is not taken: there is no room. What was taken before stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    #[error("no more than {} people can be on one map", Votes::MOST_PEOPLE)]
    People,
    #[error("no more than {} statements can be on one map", Votes::MOST_STATEMENTS)]
    Statements,
    #[error("no more than {} votes can be on one map", Votes::MOST_VOTES)]
    Votes,
}

/// The votes of one conversation, one for each person and statement: the later one counts. The order in which different
/// pairs are told means nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Votes {
    /// By person and then by statement: small trees in a larger one are walked faster than one of all pairs.
    by_person: BTreeMap<u64, BTreeMap<u64, Vote>>,
    statements: BTreeSet<u64>,
    len: usize,
}

impl Votes {
    /// As Polis has it, and for the same reason: what is larger takes minutes.
    pub const MOST_PEOPLE: usize = 100_000;
    pub const MOST_STATEMENTS: usize = 10_000;
    pub const MOST_VOTES: usize = 5_000_000;

    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a vote; it replaces an earlier one of that person on that statement.
    ///
    /// # Errors
    /// Where a new person, statement or vote would be more than there is room for.
    pub fn add(&mut self, person: u64, statement: u64, vote: Vote) -> Result<(), Full> {
        let is_new = !self.statements.contains(&statement);
        if is_new && self.statements.len() >= Self::MOST_STATEMENTS {
            return Err(Full::Statements);
        }
        let people = self.by_person.len();
        let place = match self.by_person.entry(person) {
            Entry::Vacant(_) if people >= Self::MOST_PEOPLE => return Err(Full::People),
            Entry::Vacant(_) if self.len >= Self::MOST_VOTES => return Err(Full::Votes),
            place => place.or_default(),
        };
        match place.entry(statement) {
            Entry::Occupied(mut earlier) => _ = earlier.insert(vote),
            Entry::Vacant(_) if self.len >= Self::MOST_VOTES => return Err(Full::Votes),
            Entry::Vacant(free) => {
                free.insert(vote);
                self.len += 1;
            }
        }
        if is_new {
            self.statements.insert(statement);
        }
        Ok(())
    }

    /// How many votes count.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many people voted on anything.
    pub fn people(&self) -> usize {
        self.by_person.len()
    }

    /// The statements that anybody voted on, in order.
    pub fn statements(&self) -> impl ExactSizeIterator<Item = u64> + '_ {
        self.statements.iter().copied()
    }

    /// Person, statement and vote, ordered by person and then by statement.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64, Vote)> + '_ {
        self.by_person
            .iter()
            .flat_map(move |(person, votes)| votes.iter().map(move |(statement, vote)| (*person, *statement, *vote)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_vote_of_a_pair_counts() {
        let mut votes = Votes::new();
        for vote in [Vote::Agree, Vote::Pass, Vote::Disagree] {
            votes.add(7, 3, vote).unwrap();
        }
        votes.add(7, 4, Vote::Agree).unwrap();
        assert_eq!(votes.iter().collect::<Vec<_>>(), [(7, 3, Vote::Disagree), (7, 4, Vote::Agree)]);
        assert_eq!((votes.len(), votes.people(), votes.statements().len()), (2, 1, 2));
    }

    #[test]
    fn there_is_room_for_so_many_statements_and_an_old_one_stays_open() {
        let mut votes = Votes::new();
        for statement in 0..Votes::MOST_STATEMENTS as u64 {
            votes.add(1, statement, Vote::Agree).unwrap();
        }
        assert_eq!(votes.add(1, u64::MAX, Vote::Agree), Err(Full::Statements));
        assert_eq!(votes.add(u64::MAX, 0, Vote::Agree), Ok(()));
        assert_eq!(votes.add(1, 0, Vote::Disagree), Ok(()), "a vote can still be changed");
        assert_eq!(votes.people(), 2);
    }

    #[test]
    fn there_is_room_for_so_many_people() {
        let mut votes = Votes::new();
        for person in 0..Votes::MOST_PEOPLE as u64 {
            votes.add(person, 1, Vote::Pass).unwrap();
        }
        assert_eq!(votes.add(u64::MAX, 1, Vote::Agree), Err(Full::People));
        assert_eq!(votes.len(), Votes::MOST_PEOPLE);
    }

    #[test]
    fn a_vote_and_its_number_are_one() {
        for vote in [Vote::Disagree, Vote::Pass, Vote::Agree] {
            assert_eq!(Vote::from_number(vote.number().into()), Some(vote));
        }
        assert_eq!(Vote::from_number(2), None);
    }
}
