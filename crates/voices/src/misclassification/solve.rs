//! Small systems: what is, of what was called.

use crate::linear::solve_general;

/// Rows that add up to one.
pub(super) fn scaled(row: &[f64]) -> Vec<f64> {
    let sum: f64 = row.iter().sum();
    let even = 1.0 / row.len().max(1) as f64;
    row.iter().map(|value| if sum > 0.0 { *value / sum } else { even }).collect()
}

/// How well classes are told apart: the determinant of the rates, brought to one class; 1 without an error, 0 where a guess says
/// nothing. For two classes sensitivity + specificity − 1.
pub(super) fn apart(rates: &[Vec<f64>]) -> f64 {
    let root = 1.0 / (rates.len().max(2) - 1) as f64;
    determinant(rates).max(0.0).powf(root)
}

/// Of a small matrix, by elimination.
fn determinant(rows: &[Vec<f64>]) -> f64 {
    let mut rows = rows.to_vec();
    let n = rows.len();
    let mut product = 1.0;
    for column in 0..n {
        let pivot =
            (column..n).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs())).unwrap_or(column);
        if rows[pivot][column] == 0.0 {
            return 0.0;
        }
        if pivot != column {
            rows.swap(pivot, column);
            product = -product;
        }
        product *= rows[column][column];
        let (above, below) = rows.split_at_mut(column + 1);
        for row in below {
            let factor = row[column] / above[column][column];
            row.iter_mut().zip(&above[column]).for_each(|(value, lead)| *value -= factor * lead);
        }
    }
    product
}

/// What each guess is worth for a class, so that their sum over messages is without bias how many are of it: the row of P⁻¹ᵀ. For
/// two classes −(1 − specificity)/J and sensitivity/J … None where there is none.
pub(super) fn worth(rates: &[Vec<f64>], class: usize) -> Option<Vec<f64>> {
    // Σ_j P_ij b_j = 1 where i is the class, else 0.
    let wanted: Vec<f64> = (0..rates.len()).map(|at| f64::from(u8::from(at == class))).collect();
    solve_general(rates, &wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_classes_are_those_of_rogan_and_gladen() {
        let rates = [vec![0.9, 0.1], vec![0.2, 0.8]];
        assert!((apart(&rates) - 0.7).abs() < 1e-12);
        let worth = worth(&rates, 0).unwrap();
        // 34 % are called so: (0.34 + 0.8 − 1)/0.7 = 0.2.
        assert!((0.34 * worth[0] + 0.66 * worth[1] - 0.2).abs() < 1e-12);
        assert_eq!((apart(&[vec![0.5, 0.5], vec![0.5, 0.5]]), scaled(&[0.0, 0.0])), (0.0, vec![0.5, 0.5]));
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
            let shares = scaled(&shares);
            let mixed: Vec<f64> = (0..3).map(|j| (0..3).map(|i| shares[i] * rows[i][j]).sum()).collect();
            for (class, share) in shares.iter().enumerate() {
                let worth = worth(&rows, class).unwrap();
                let found: f64 = mixed.iter().zip(&worth).map(|(called, worth)| called * worth).sum();
                prop_assert!((found - share).abs() < 1e-9);
            }
            prop_assert!(apart(&rows) > 0.4 && apart(&rows) <= 1.0);
        }
    }
}
