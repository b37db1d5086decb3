//! How often people agreed with each statement, in each group and in all.

use super::matrix::Matrix;
use serde::Serialize;

/// Answers to a statement; who passed is in `seen` alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub agree: u32,
    pub disagree: u32,
    /// Everybody who voted on it, those who passed among them.
    pub seen: u32,
}

/// Agreeing or disagreeing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Agree,
    Disagree,
}

impl Tally {
    pub fn pass(self) -> u32 {
        self.seen.saturating_sub(self.agree + self.disagree)
    }

    pub fn of(self, side: Side) -> u32 {
        match side {
            Side::Agree => self.agree,
            Side::Disagree => self.disagree,
        }
    }

    fn count(&mut self, vote: i8) {
        self.seen += 1;
        self.agree += u32::from(vote > 0);
        self.disagree += u32::from(vote < 0);
    }

    pub fn plus(self, other: Self) -> Self {
        Self { agree: self.agree + other.agree, disagree: self.disagree + other.disagree, seen: self.seen + other.seen }
    }

    pub fn minus(self, other: Self) -> Self {
        Self {
            agree: self.agree.saturating_sub(other.agree),
            disagree: self.disagree.saturating_sub(other.disagree),
            seen: self.seen.saturating_sub(other.seen),
        }
    }
}

/// For each statement, in the matrix's order.
pub struct Tallies {
    /// Of everybody who voted.
    pub all: Vec<Tally>,
    /// Of each group, in the groups' order.
    pub groups: Vec<Vec<Tally>>,
    /// Of all groups together.
    pub grouped: Vec<Tally>,
}

impl Tallies {
    /// `group_of` says for each person which group they are in, if any.
    pub fn count(matrix: &Matrix, group_of: &[Option<usize>], groups: usize) -> Self {
        let none = vec![Tally::default(); matrix.statements.len()];
        let mut tallies = Self { all: none.clone(), groups: vec![none.clone(); groups], grouped: none };
        for (person, group) in group_of.iter().enumerate() {
            for (column, vote) in matrix.row(person) {
                tallies.all[column].count(vote);
                if let Some(group) = group {
                    tallies.groups[*group][column].count(vote);
                    tallies.grouped[column].count(vote);
                }
            }
        }
        tallies
    }

    pub fn of_statement(&self, column: usize) -> Vec<Tally> {
        self.groups.iter().map(|group| group[column]).collect()
    }
}
