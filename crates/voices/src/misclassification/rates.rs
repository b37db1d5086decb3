//! How often each class is called each, and what is, of what was called.

use super::MOST_CLASSES;
use crate::linear::solve_general;

/// A number a class; 0 of those that there are not.
pub(super) type Each = [f64; MOST_CLASSES];

/// For each class that is, how often it is called each. Classes that there are not are called as they are, so that what is solved
/// and multiplied is that of the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rates {
    classes: usize,
    called: [Each; MOST_CLASSES],
}

impl Rates {
    /// Without an error; of [`MOST_CLASSES`] at the most.
    pub fn right(classes: usize) -> Self {
        Self { classes, called: std::array::from_fn(unit) }
    }

    /// How often one that is of a class is called each.
    pub fn row(&self, is: usize) -> &[f64] {
        &self.called[is][..self.classes]
    }

    pub fn row_mut(&mut self, is: usize) -> &mut [f64] {
        &mut self.called[is][..self.classes]
    }

    /// How well classes are told apart: the determinant of the rates, brought to one class; 1 without an error, 0 where a guess says
    /// nothing. For two classes sensitivity + specificity − 1.
    pub fn apart(&self) -> f64 {
        let root = 1.0 / (self.classes.max(2) - 1) as f64;
        determinant(self.called).max(0.0).powf(root)
    }

    /// What each guess is worth for a class, so that their sum over messages is without bias how many are of it: the row of P⁻¹ᵀ. For
    /// two classes −(1 − specificity)/J and sensitivity/J … None where there is none.
    pub fn worth(&self, class: usize) -> Option<Each> {
        // Σ_j P_ij b_j = 1 where i is the class, else 0.
        solve_general(self.called, unit(class))
    }
}

fn unit(class: usize) -> Each {
    std::array::from_fn(|at| f64::from(u8::from(at == class)))
}

/// Of a small matrix, by elimination.
fn determinant(mut rows: [Each; MOST_CLASSES]) -> f64 {
    let mut product = 1.0;
    for column in 0..MOST_CLASSES {
        let pivot = (column..MOST_CLASSES)
            .max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))
            .unwrap_or(column);
        if rows[pivot][column] == 0.0 {
            return 0.0;
        }
        if pivot != column {
            rows.swap(pivot, column);
            product = -product;
        }
        product *= rows[column][column];
        let leading = rows[column];
        for row in &mut rows[column + 1..] {
            let factor = row[column] / leading[column];
            row.iter_mut().zip(leading).for_each(|(value, lead)| *value -= factor * lead);
        }
    }
    product
}

/// Shares that add up to one; even where all are 0.
pub(super) fn scaled(row: &[f64], shares: &mut [f64]) {
    let sum: f64 = row.iter().sum();
    let even = 1.0 / row.len().max(1) as f64;
    shares.iter_mut().zip(row).for_each(|(share, value)| *share = if sum > 0.0 { *value / sum } else { even });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rates(rows: &[&[f64]]) -> Rates {
        let mut rates = Rates::right(rows.len());
        for (is, row) in rows.iter().enumerate() {
            rates.row_mut(is).copy_from_slice(row);
        }
        rates
    }

    #[test]
    fn two_classes_are_those_of_rogan_and_gladen() {
        let rates = rates(&[&[0.9, 0.1], &[0.2, 0.8]]);
        assert!((rates.apart() - 0.7).abs() < 1e-12);
        let worth = rates.worth(0).unwrap();
        // 34 % are called so: (0.34 + 0.8 − 1)/0.7 = 0.2.
        assert!((0.34 * worth[0] + 0.66 * worth[1] - 0.2).abs() < 1e-12);
        let blind = super::tests::rates(&[&[0.5, 0.5], &[0.5, 0.5]]);
        let mut even = [0.0, 0.0];
        scaled(&[0.0, 0.0], &mut even);
        assert_eq!((blind.apart(), blind.worth(0), even), (0.0, None, [0.5, 0.5]));
    }

    proptest! {
        #[test]
        fn what_is_mixed_is_unmixed(
            shares in prop::collection::vec(0.01..1.0_f64, 3),
            errors in prop::collection::vec(0.0..0.12_f64, 6),
        ) {
            let rows: Vec<Vec<f64>> = (0..3).map(|i| {
                let off = [errors[2 * i], errors[2 * i + 1]];
                let mut row = vec![0.0; 3];
                (row[i], row[(i + 1) % 3], row[(i + 2) % 3]) = (1.0 - off[0] - off[1], off[0], off[1]);
                row
            }).collect();
            let whole: f64 = shares.iter().sum();
            let shares: Vec<f64> = shares.iter().map(|share| share / whole).collect();
            let mixed: Vec<f64> = (0..3).map(|j| (0..3).map(|i| shares[i] * rows[i][j]).sum()).collect();
            let rates = rates(&rows.iter().map(Vec::as_slice).collect::<Vec<&[f64]>>());
            for (class, share) in shares.iter().enumerate() {
                let worth = rates.worth(class).unwrap();
                let found: f64 = mixed.iter().zip(&worth).map(|(called, worth)| called * worth).sum();
                prop_assert!((found - share).abs() < 1e-9);
            }
            prop_assert!(rates.apart() > 0.4 && rates.apart() <= 1.0);
        }
    }
}
