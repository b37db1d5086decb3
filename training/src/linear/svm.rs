//! Support vector machines by dual coordinate descent.

use super::rows::Rows;
use tertulia_model::{Chance, SeededChance};

/// Of the order in which examples are visited.
pub const SEED: u64 = 1979;

#[derive(Debug, Clone)]
pub struct Machine {
    pub weights: Vec<f32>,
    pub bias: f32,
}

/// Minimises ½|w|² + Σ_i c_i · max(0, 1 − y_i w·x_i)², with the bias as a weight of its own: algorithm 1 of Hsieh and others,
/// "A Dual Coordinate Descent Method for Large-scale Linear SVM" (2008), without shrinking.
pub fn squared_hinge(rows: &Rows, signs: &[f32], costs: &[f32], rounds: usize) -> Machine {
    let mut machine = Machine { weights: vec![0.0; rows.width], bias: 0.0 };
    let mut alphas = vec![0f32; rows.len()];
    let squares: Vec<f32> = (0..rows.len())
        .map(|n| 1.0 + rows.row(n).1.iter().map(|value| value * value).sum::<f32>() + 0.5 / costs[n])
        .collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let chance = SeededChance::new(SEED);
    for _ in 0..rounds {
        for n in (1..order.len()).rev() {
            order.swap(n, chance.below(n as u64 + 1) as usize);
        }
        for n in order.iter().copied() {
            let (index, value) = rows.row(n);
            let score: f32 =
                index.iter().zip(value).map(|(index, value)| machine.weights[*index as usize] * value).sum();
            let slope = signs[n] * (score + machine.bias) - 1.0 + alphas[n] * 0.5 / costs[n];
            let next = (alphas[n] - slope / squares[n]).max(0.0);
            let step = (next - alphas[n]) * signs[n];
            alphas[n] = next;
            if step != 0.0 {
                index.iter().zip(value).for_each(|(index, value)| machine.weights[*index as usize] += step * value);
                machine.bias += step;
            }
        }
    }
    machine
}
