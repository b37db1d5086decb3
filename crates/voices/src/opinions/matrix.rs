//! The votes as a sparse matrix, people by statements, and what stands in its middle.

use super::Rules;
use super::votes::Votes;

/// People by statements, only what was voted, row by row; both in the order of their ids.
pub struct Matrix {
    pub people: Vec<u64>,
    pub statements: Vec<u64>,
    /// Where each person's votes begin in `columns` and `votes`; one more than there are people.
    begins: Vec<usize>,
    columns: Vec<u32>,
    votes: Vec<i8>,
    /// Statements that say nothing of where people stand: taken out by a moderator, or about who people are.
    pub silent: Vec<bool>,
    /// The mean vote of each statement; 0 where it is silent.
    pub means: Vec<f64>,
}

impl Matrix {
    pub fn new(votes: &Votes, rules: &Rules) -> Self {
        let statements: Vec<u64> = votes.statements().collect();
        let silent: Vec<bool> =
            statements.iter().map(|id| rules.moderated_out.contains(id) || rules.meta.contains(id)).collect();
        let mut people: Vec<u64> = Vec::with_capacity(votes.people());
        let (mut begins, mut columns, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        for (person, statement, vote) in votes.iter() {
            if people.last() != Some(&person) {
                people.push(person);
                begins.push(columns.len());
            }
            // Every statement that was voted on is in the list.
            if let Ok(column) = statements.binary_search(&statement) {
                columns.push(column as u32);
                numbers.push(vote.number());
            }
        }
        begins.push(columns.len());
        let mut matrix = Self { people, statements, begins, columns, votes: numbers, silent, means: Vec::new() };
        matrix.means = matrix.means();
        matrix
    }

    fn means(&self) -> Vec<f64> {
        let mut sums = vec![(0_i64, 0_u32); self.statements.len()];
        for (column, vote) in self.columns.iter().zip(&self.votes) {
            let sum = &mut sums[*column as usize];
            *sum = (sum.0 + i64::from(*vote), sum.1 + 1);
        }
        let mean =
            |(sum, silent): (&(i64, u32), &bool)| if *silent { 0.0 } else { sum.0 as f64 / f64::from(sum.1.max(1)) };
        sums.iter().zip(&self.silent).map(mean).collect()
    }

    /// One person's votes: the place of the statement, and −1, 0 or 1.
    pub fn row(&self, person: usize) -> impl Iterator<Item = (usize, i8)> + '_ {
        let range = self.begins[person]..self.begins[person + 1];
        self.columns[range.clone()].iter().zip(&self.votes[range]).map(|(column, vote)| (*column as usize, *vote))
    }

    /// The centred matrix: a missing vote counts as its statement's mean, which is 0 here, so that what is sparse stays
    /// so.
    pub fn centred(&self) -> Centred<'_> {
        let spoken = self.columns.iter().zip(&self.votes).map(|(column, vote)| {
            let column = *column as usize;
            if self.silent[column] { 0.0 } else { f64::from(*vote) - self.means[column] }
        });
        Centred { begins: &self.begins, columns: &self.columns, values: spoken.collect(), width: self.statements.len() }
    }

    /// How many statements that are not silent each person voted on, and how many there are.
    pub fn spoken(&self) -> (Vec<usize>, usize) {
        let count = |person| self.row(person).filter(|(column, _)| !self.silent[*column]).count();
        let all = self.silent.iter().filter(|silent| !**silent).count();
        ((0..self.people.len()).map(count).collect(), all)
    }
}

/// The sparse matrix C of votes less their statement's mean.
pub struct Centred<'a> {
    begins: &'a [usize],
    columns: &'a [u32],
    values: Vec<f64>,
    pub width: usize,
}

/// Four vectors side by side, so that one walk over the votes serves them all.
pub type Four = [f64; 4];

impl Centred<'_> {
    /// CᵀC times four vectors: the scatter matrix, never written out. Work: 16 operations a vote.
    pub fn scatter(&self, vectors: &[Four]) -> Vec<Four> {
        let mut result = vec![[0.0; 4]; self.width];
        for window in self.begins.windows(2) {
            let (columns, values) = (&self.columns[window[0]..window[1]], &self.values[window[0]..window[1]]);
            let mut sum = [0.0; 4];
            for (column, value) in columns.iter().zip(values) {
                let vector = &vectors[*column as usize];
                (0..4).for_each(|lane| sum[lane] += value * vector[lane]);
            }
            for (column, value) in columns.iter().zip(values) {
                let target = &mut result[*column as usize];
                (0..4).for_each(|lane| target[lane] += value * sum[lane]);
            }
        }
        result
    }

    /// The sum of squares: what all components together explain.
    pub fn total(&self) -> f64 {
        self.values.iter().map(|value| value * value).sum()
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }
}
