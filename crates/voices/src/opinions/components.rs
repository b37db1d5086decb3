//! The two directions in which opinions differ most: principal components of the votes.
//!
//! What is sought are the two leading eigenvectors of the scatter matrix S = CᵀC, where C holds the votes less each
//! statement's mean and 0 where a vote is missing. Polis finds them by power iteration, which takes hundreds of rounds
//! where the second and third are nearly as strong. Here they are found in a Krylov space of blocks of four with full
//! orthogonalisation and the Rayleigh-Ritz method, restarted (Golub and Van Loan, *Matrix Computations*, 4th ed., 10.3;
//! Saad 2011, *Numerical Methods for Large Eigenvalue Problems*, ch. 6 and 7): where there are no more than 64
//! statements the space is all there is, and the answer exact to rounding.

use super::matrix::{Centred, Four};

/// Vectors in a block; more than the two that are wanted, so that equal eigenvalues are found as well.
const BLOCK: usize = 4;
/// Vectors in a Krylov space, before it begins anew from the best of them.
const SPACE: usize = 64;
/// Restarts until what was found is taken as it is.
const ROUNDS: usize = 40;
/// Work that is too much: votes times vectors, over all rounds.
const MOST_WORK: usize = 4_000_000_000;
/// How far S v may be from λ v, as a share of the largest λ.
const EXACT: f64 = 1e-11;
/// Below this share of all variance a direction is rounding.
const NOTHING: f64 = 1e-12;

/// Two orthogonal directions of unit length (or 0 where people differ in fewer ways) and the share of variance of each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Components {
    /// For each statement its weight in the first and in the second direction.
    pub weights: Vec<[f64; 2]>,
    pub explained: [f64; 2],
}

/// The first two principal components. A component's sign means nothing; it is chosen so that the weights' sum is not
/// negative.
pub fn components(centred: &Centred<'_>) -> Components {
    let width = centred.width;
    let total = centred.total();
    let mut found = Components { weights: vec![[0.0; 2]; width], explained: [0.0; 2] };
    if width == 0 || total <= 0.0 {
        return found;
    }
    let pairs = leading(centred);
    for (place, (value, mut vector)) in pairs.into_iter().take(2).enumerate() {
        if value <= NOTHING * total {
            break;
        }
        let sum: f64 = vector.iter().sum();
        if sum < 0.0 {
            vector.iter_mut().for_each(|weight| *weight = -*weight);
        }
        found.weights.iter_mut().zip(vector).for_each(|(weights, weight)| weights[place] = weight);
        found.explained[place] = value / total;
    }
    found
}

/// The leading eigenvalues and eigenvectors of S, the largest first.
fn leading(centred: &Centred<'_>) -> Vec<(f64, Vec<f64>)> {
    let rounds = (MOST_WORK / (centred.len().max(1) * SPACE)).clamp(2, ROUNDS);
    let mut pairs = Vec::new();
    // Their images, so that a statement on which nobody differs has no weight at all, not even by rounding.
    let start = beginning(centred.width);
    let mut start = images(centred, &start.iter().map(Vec::as_slice).collect::<Vec<_>>());
    for _ in 0..rounds {
        let mut space = Space::new(centred);
        space.fill(start);
        pairs = space.ritz_pairs();
        if space.is_whole || are_exact(centred, &pairs) {
            break;
        }
        start = pairs.iter().map(|(_, vector)| vector.clone()).collect();
    }
    pairs
}

/// Four vectors that favour no statement, always the same: SplitMix64 over places (Steele, Lea and Flood 2014).
fn beginning(width: usize) -> Vec<Vec<f64>> {
    let number = |place: usize| {
        let mut mixed = (place as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    (0..BLOCK).map(|lane| (0..width).map(|place| number(place * BLOCK + lane)).collect()).collect()
}

fn are_exact(centred: &Centred<'_>, pairs: &[(f64, Vec<f64>)]) -> bool {
    let vectors: Vec<&[f64]> = pairs.iter().map(|(_, vector)| vector.as_slice()).collect();
    let largest = pairs.first().map_or(0.0, |(value, _)| *value);
    let images = images(centred, &vectors);
    pairs.iter().zip(images).take(2).all(|((value, vector), image)| {
        let apart = image.iter().zip(vector).map(|(image, at)| (image - value * at) * (image - value * at));
        apart.sum::<f64>().sqrt() <= EXACT * largest
    })
}

/// S times each of up to four vectors.
fn images(centred: &Centred<'_>, vectors: &[&[f64]]) -> Vec<Vec<f64>> {
    let mut block: Vec<Four> = vec![[0.0; 4]; centred.width];
    for (lane, vector) in vectors.iter().take(BLOCK).enumerate() {
        block.iter_mut().zip(*vector).for_each(|(row, value)| row[lane] = *value);
    }
    let image = centred.scatter(&block);
    (0..vectors.len().min(BLOCK)).map(|lane| image.iter().map(|row| row[lane]).collect()).collect()
}

/// An orthonormal basis that grows by its own images, and S as seen in it.
struct Space<'a, 'b> {
    centred: &'a Centred<'b>,
    basis: Vec<Vec<f64>>,
    /// Row i, column j: basis vector i times S times basis vector j.
    inner: Vec<Vec<f64>>,
    /// The longest vector that came, so that rounding is not taken for a direction.
    longest: f64,
    /// Nothing leads out of it, so what is found in it is exact.
    is_whole: bool,
}

impl<'a, 'b> Space<'a, 'b> {
    fn new(centred: &'a Centred<'b>) -> Self {
        Self { centred, basis: Vec::new(), inner: Vec::new(), longest: 0.0, is_whole: false }
    }

    fn fill(&mut self, start: Vec<Vec<f64>>) {
        let most = SPACE.min(self.centred.width);
        start.into_iter().for_each(|vector| _ = self.take_in(vector, most));
        self.longest = 0.0;
        let mut done = 0;
        while done < self.basis.len() {
            let block: Vec<&[f64]> = self.basis[done..].iter().take(BLOCK).map(Vec::as_slice).collect();
            let images = images(self.centred, &block);
            done += images.len();
            for image in images {
                let along = self.take_in(image, most);
                self.inner.push(along);
            }
        }
        self.is_whole = self.basis.len() < most || most == self.centred.width;
    }

    /// Takes in what of a vector is not in the basis yet, if there is room, and gives its parts along the basis before.
    /// Twice is enough (Giraud et al. 2005): once leaves rounding that grows.
    fn take_in(&mut self, mut vector: Vec<f64>, most: usize) -> Vec<f64> {
        self.longest = self.longest.max(norm(&vector));
        let mut along = vec![0.0; self.basis.len()];
        for _ in 0..2 {
            for (axis, part) in self.basis.iter().zip(&mut along) {
                let inner = dot(axis, &vector);
                *part += inner;
                vector.iter_mut().zip(axis).for_each(|(value, at)| *value -= inner * at);
            }
        }
        let rest = norm(&vector);
        if self.basis.len() < most && rest > self.longest * 1e-10 {
            vector.iter_mut().for_each(|value| *value /= rest);
            self.basis.push(vector);
        }
        along
    }

    /// The best approximations in this space, the largest first; at most four.
    fn ritz_pairs(&self) -> Vec<(f64, Vec<f64>)> {
        let size = self.basis.len();
        // Each vector was seen beside those before it and its own block; the rest follows from symmetry.
        let at = |row: usize, column: usize| {
            let seen = |row: usize, column: usize| self.inner.get(column).and_then(|along| along.get(row)).copied();
            seen(row, column).or_else(|| seen(column, row)).unwrap_or(0.0)
        };
        let matrix =
            (0..size).map(|row| (0..size).map(|column| at(row.min(column), row.max(column))).collect()).collect();
        let (values, vectors) = eigen(matrix);
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
        let lift = |place: usize| {
            let mut sum = vec![0.0; self.centred.width];
            for (axis, row) in self.basis.iter().zip(&vectors) {
                sum.iter_mut().zip(axis).for_each(|(sum, at)| *sum += row[place] * at);
            }
            (values[place], sum)
        };
        order.into_iter().take(BLOCK).map(lift).collect()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Four sums, so that the processor need not wait for each addition.
    let mut sums = [0.0; 4];
    let (chunks, others) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = chunks.remainder().iter().zip(others.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in chunks.zip(others) {
        (0..4).for_each(|lane| sums[lane] += a[lane] * b[lane]);
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

fn norm(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}

/// All eigenvalues of a symmetric matrix, and the eigenvectors as columns, by Jacobi's rotations in rows' order (Golub
/// and Van Loan, 8.5). At most 64 rows come here.
fn eigen(mut matrix: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let size = matrix.len();
    let mut vectors: Vec<Vec<f64>> =
        (0..size).map(|row| (0..size).map(|column| f64::from(u8::from(row == column))).collect()).collect();
    let scale: f64 = matrix.iter().flatten().map(|value| value * value).sum::<f64>();
    for _ in 0..30 {
        let mut off = 0.0;
        for p in 0..size {
            for q in p + 1..size {
                let value = matrix[p][q];
                off += value * value;
                if value * value > scale * 1e-34 {
                    rotate(&mut matrix, &mut vectors, p, q);
                }
            }
        }
        if off <= scale * 1e-30 {
            break;
        }
    }
    ((0..size).map(|place| matrix[place][place]).collect(), vectors)
}

/// Makes the entry at (p, q) 0.
fn rotate(matrix: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    let angle = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
    let tangent = angle.signum() / (angle.abs() + (angle * angle + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    let turn = |rows: &mut [Vec<f64>]| {
        for row in rows {
            (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
        }
    };
    turn(matrix);
    turn(vectors);
    let (above, below) = matrix.split_at_mut(q);
    for (first, second) in above[p].iter_mut().zip(&mut below[0]) {
        (*first, *second) = (cosine * *first - sine * *second, sine * *first + cosine * *second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opinions::matrix::Matrix;
    use crate::opinions::{Rules, Vote, Votes};
    use tertulia_model::{Chance, SeededChance};

    fn random_votes(people: u64, statements: u64, seed: u64) -> Votes {
        let chance = SeededChance::new(seed);
        let mut votes = Votes::new();
        for person in 0..people {
            for statement in 0..statements {
                if chance.below(3) > 0 {
                    let lean = if (person + statement) % 2 == 0 { 1 } else { -1 };
                    let vote = if chance.below(4) == 0 { chance.below(3) as i64 - 1 } else { lean };
                    votes.add(person, statement, Vote::from_number(vote).unwrap()).unwrap();
                }
            }
        }
        votes
    }

    /// S written out.
    fn scatter(matrix: &Matrix) -> Vec<Vec<f64>> {
        let width = matrix.statements.len();
        let mut scatter = vec![vec![0.0; width]; width];
        for person in 0..matrix.people.len() {
            let row: Vec<(usize, f64)> =
                matrix.row(person).map(|(column, vote)| (column, f64::from(vote) - matrix.means[column])).collect();
            for (a, left) in &row {
                row.iter().for_each(|(b, right)| scatter[*a][*b] += left * right);
            }
        }
        scatter
    }

    #[test]
    fn what_is_found_are_eigenvectors_also_where_there_are_more_statements_than_the_space_holds() {
        for (people, statements) in [(9, 5), (40, 30), (50, 150)] {
            let votes = random_votes(people, statements, people);
            let matrix = Matrix::new(&votes, &Rules::default());
            let found = components(&matrix.centred());
            let scatter = scatter(&matrix);
            let total = matrix.centred().total();
            assert!(found.explained[0] >= found.explained[1] && found.explained[1] > 0.0);
            for place in 0..2 {
                let vector: Vec<f64> = found.weights.iter().map(|weights| weights[place]).collect();
                assert!((norm(&vector) - 1.0).abs() < 1e-12);
                for (row, at) in scatter.iter().zip(&vector) {
                    let apart = dot(row, &vector) - found.explained[place] * total * at;
                    assert!(apart.abs() < 1e-8 * total, "{people} × {statements}, component {place}: {apart}");
                }
            }
            let across: f64 = found.weights.iter().map(|[a, b]| a * b).sum();
            assert!(across.abs() < 1e-10);
        }
    }

    #[test]
    fn the_largest_are_found_and_not_just_any() {
        let votes = random_votes(60, 100, 3);
        let matrix = Matrix::new(&votes, &Rules::default());
        let (mut values, _) = eigen(scatter(&matrix));
        values.sort_by(|a, b| b.total_cmp(a));
        let found = components(&matrix.centred());
        let total = matrix.centred().total();
        for (value, explained) in values.iter().zip(found.explained) {
            assert!((value / total - explained).abs() < 1e-10, "{value} of {total}, found {explained}");
        }
    }

    #[test]
    fn jacobi_gives_the_eigenvalues_of_a_matrix_that_is_known() {
        // Second differences: 2 − 2 cos(kπ / (n + 1)).
        let size = 6;
        let entry = |row: usize, column: usize| match row.abs_diff(column) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        };
        let (mut values, _) =
            eigen((0..size).map(|row| (0..size).map(|column| entry(row, column)).collect()).collect());
        values.sort_by(f64::total_cmp);
        for (place, value) in values.iter().enumerate() {
            let expected = 2.0 - 2.0 * (std::f64::consts::PI * (place + 1) as f64 / (size + 1) as f64).cos();
            assert!((value - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn people_who_differ_in_one_way_have_no_second_direction() {
        let mut votes = Votes::new();
        for person in 0..20 {
            for statement in 0..8 {
                let vote = if person < 10 { Vote::Agree } else { Vote::Disagree };
                votes.add(person, statement, vote).unwrap();
            }
        }
        let found = components(&Matrix::new(&votes, &Rules::default()).centred());
        assert!((found.explained[0] - 1.0).abs() < 1e-12);
        assert_eq!(found.explained[1], 0.0);
        assert!(found.weights.iter().all(|weights| weights[1] == 0.0));
    }
}
