//! Small dense systems. Margins are collinear by design (each adds up to the whole), so ranks are found, not presumed.

/// A symmetric matrix that is not negative, by rows.
#[derive(Debug, Clone)]
pub struct Symmetric {
    size: usize,
    values: Vec<f64>,
}

/// What came of a system.
#[derive(Debug, Clone, PartialEq)]
pub struct Solved {
    /// 0 for each unknown that depends on the others.
    pub values: Vec<f64>,
    pub rank: usize,
}

/// What is left of a diagonal, as a part of what it was, below which an unknown depends on the others.
const DEPENDENT: f64 = 1e-10;

impl Symmetric {
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self { size, values: vec![0.0; size * size] }
    }

    /// Adds to row `row`, column `column`; what lies above the diagonal is never read.
    pub fn add(&mut self, row: usize, column: usize, value: f64) {
        self.values[row * self.size + column] += value;
    }

    /// Solves A x = b by Cholesky's decomposition in the given order of unknowns, where an unknown that depends on those before
    /// it is left out, as R's `lm` does. b must lie in the range of A, or the solution fits only the independent rows.
    #[must_use]
    pub fn solve(mut self, b: &[f64]) -> Solved {
        let n = self.size;
        let mut kept = vec![false; n];
        for j in 0..n {
            let whole = self.values[j * n + j];
            let mut rest = whole;
            for k in (0..j).filter(|k| kept[*k]) {
                rest -= self.values[j * n + k].powi(2);
            }
            kept[j] = rest > DEPENDENT * whole;
            if !kept[j] {
                continue;
            }
            let root = rest.sqrt();
            self.values[j * n + j] = root;
            for i in j + 1..n {
                let mut value = self.values[i * n + j];
                for k in (0..j).filter(|k| kept[*k]) {
                    value -= self.values[i * n + k] * self.values[j * n + k];
                }
                self.values[i * n + j] = value / root;
            }
        }
        Solved { values: self.substitute(b, &kept), rank: kept.iter().filter(|kept| **kept).count() }
    }

    fn substitute(&self, b: &[f64], kept: &[bool]) -> Vec<f64> {
        let n = self.size;
        let mut x = vec![0.0; n];
        for i in (0..n).filter(|i| kept[*i]) {
            let before: f64 = (0..i).filter(|k| kept[*k]).map(|k| self.values[i * n + k] * x[k]).sum();
            x[i] = (b[i] - before) / self.values[i * n + i];
        }
        for i in (0..n).rev().filter(|i| kept[*i]) {
            let after: f64 = (i + 1..n).filter(|k| kept[*k]).map(|k| self.values[k * n + i] * x[k]).sum();
            x[i] = (x[i] - after) / self.values[i * n + i];
        }
        x
    }
}

/// Solves a small general system by elimination with partial pivoting. None where it has no single solution.
#[must_use]
pub fn solve_general<const N: usize>(mut rows: [[f64; N]; N], mut b: [f64; N]) -> Option<[f64; N]> {
    let largest = rows.iter().flatten().fold(0.0, |most: f64, value| most.max(value.abs()));
    for column in 0..N {
        let pivot = (column..N).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
        if rows[pivot][column].abs() <= 1e-12 * largest {
            return None;
        }
        rows.swap(column, pivot);
        b.swap(column, pivot);
        let leading = rows[column];
        for row in column + 1..N {
            let factor = rows[row][column] / leading[column];
            rows[row].iter_mut().zip(leading).for_each(|(value, lead)| *value -= factor * lead);
            b[row] -= factor * b[column];
        }
    }
    for row in (0..N).rev() {
        let after: f64 = (row + 1..N).map(|column| rows[row][column] * b[column]).sum();
        b[row] = (b[row] - after) / rows[row][row];
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_unknown_that_depends_on_others_is_left_out_and_the_system_still_holds() {
        // Columns a, b and a + b of three rows.
        let columns = [[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [1.0, 3.0, 3.0]];
        let mut matrix = Symmetric::new(3);
        for i in 0..3 {
            for j in 0..3 {
                matrix.add(i, j, (0..3).map(|k| columns[i][k] * columns[j][k]).sum());
            }
        }
        let solved = matrix.solve(&[5.0, 10.0, 15.0]);
        assert_eq!((solved.rank, solved.values[2]), (2, 0.0));
        assert!((5.0 * solved.values[0] + 2.0 * solved.values[1] - 5.0).abs() < 1e-12);
        assert!((2.0 * solved.values[0] + 10.0 * solved.values[1] - 10.0).abs() < 1e-12);
    }

    #[test]
    fn a_system_without_a_single_solution_is_none() {
        assert_eq!(solve_general([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0]), None);
        assert_eq!(solve_general([[0.0, 2.0], [4.0, 0.0]], [2.0, 4.0]), Some([1.0, 1.0]));
    }

    proptest! {
        #[test]
        fn what_is_solved_solves(rows in prop::array::uniform4(prop::array::uniform4(-1.0..1.0_f64)),
                                 x in prop::array::uniform4(-1.0..1.0_f64)) {
            let b: [f64; 4] = rows.map(|row| row.iter().zip(&x).map(|(a, b)| a * b).sum());
            if let Some(found) = solve_general(rows, b) {
                for (row, right) in rows.iter().zip(&b) {
                    let left: f64 = row.iter().zip(&found).map(|(a, b)| a * b).sum();
                    prop_assert!((left - right).abs() < 1e-6);
                }
            }
        }
    }
}
