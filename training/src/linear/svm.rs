//! Support vector machines by dual coordinate descent.

use super::rows::Rows;
use tertulia_model::{Chance, SeededChance};

/// Of the order in which examples are visited.
pub const SEED: u64 = 1979;

/// What a row is to teach.
#[derive(Debug, Clone, Copy)]
pub struct Lesson {
    /// 1 or −1.
    pub sign: f32,
    /// What a mistake costs.
    pub cost: f32,
    /// How far on the right side it is to come: 1, or less if it is enough that it is not far on the wrong one.
    pub margin: f32,
}

#[derive(Debug, Clone)]
pub struct Machine {
    pub weights: Vec<f32>,
    pub bias: f32,
}

/// Minimises ½|w|² + Σ_i c_i · max(0, m_i − y_i w·x_i)², with the bias as a weight of its own: algorithm 1 of Hsieh and others,
/// "A Dual Coordinate Descent Method for Large-scale Linear SVM" (2008), without shrinking, and with a
/// margin *m* for each row. What costs nothing is passed over.
pub fn squared_hinge(rows: &Rows, lessons: &[Lesson], rounds: usize) -> Machine {
    let mut machine = Machine { weights: vec![0.0; rows.width], bias: 0.0 };
    let mut alphas = vec![0f32; rows.len()];
    let squares: Vec<f32> = (0..rows.len())
        .map(|n| 1.0 + rows.row(n).1.iter().map(|value| value * value).sum::<f32>() + 0.5 / lessons[n].cost)
        .collect();
    let mut order: Vec<usize> = (0..rows.len()).filter(|n| lessons[*n].cost > 0.0).collect();
    let chance = SeededChance::new(SEED);
    for _ in 0..rounds {
        for n in (1..order.len()).rev() {
            order.swap(n, chance.below(n as u64 + 1) as usize);
        }
        for n in order.iter().copied() {
            let (index, value) = rows.row(n);
            let score: f32 =
                index.iter().zip(value).map(|(index, value)| machine.weights[*index as usize] * value).sum();
            let Lesson { sign, cost, margin } = lessons[n];
            let slope = sign * (score + machine.bias) - margin + alphas[n] * 0.5 / cost;
            let next = (alphas[n] - slope / squares[n]).max(0.0);
            let step = (next - alphas[n]) * sign;
            alphas[n] = next;
            if step != 0.0 {
                index.iter().zip(value).for_each(|(index, value)| machine.weights[*index as usize] += step * value);
                machine.bias += step;
            }
        }
    }
    machine
}
