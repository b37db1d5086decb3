//! Learns the linear classifiers of `tertulia_analysis::linear`.
//!
//! One support vector machine for each class against all others, with features weighed by how rare they are; then rounded to
//! small whole numbers, and made to tell probabilities on texts that were not learnt from.

pub mod calibrate;
pub mod figures;
pub mod rows;
pub mod sources;
pub mod svm;

use anyhow::Result;
use rows::Rows;
use svm::Lesson;
use tertulia_analysis::linear::model::LANES;
use tertulia_analysis::linear::{Head, Model, Settings};

/// A text whose class is known.
#[derive(Debug, Clone)]
pub struct Example {
    pub text: String,
    pub class: u8,
    /// What a mistake costs; it sets how closely the weights follow this text.
    pub cost: f32,
    /// Of which set it is.
    pub source: String,
    /// Texts that read the same are in one fold.
    pub fold: u64,
}

/// How a model is learnt.
#[derive(Debug, Clone, Copy)]
pub struct Recipe {
    pub settings: Settings,
    pub bits: u32,
    pub classes: usize,
    /// How much runs of characters say beside words.
    pub chars: f32,
    pub rounds: usize,
    /// Features of fewer texts than these are passed over…
    pub least_texts: u32,
    /// …where only such texts count.
    pub is_counted: fn(&Example) -> bool,
    /// What a text is to teach the machine of a class.
    pub lesson: fn(&Example, usize) -> Lesson,
}

/// A class against all others.
pub fn one_against_all(example: &Example, class: usize) -> Lesson {
    let sign = if usize::from(example.class) == class { 1.0 } else { -1.0 };
    Lesson { sign, cost: example.cost, margin: 1.0 }
}

/// The share of weights that fit into a byte; the few beyond it are cut.
const UNCUT: f64 = 0.9998;

/// Learns from the examples at the places `of`. The same examples give the same bytes.
pub fn learn(examples: &[Example], rows: &Rows, of: &[usize], recipe: &Recipe) -> Result<Model> {
    learn_as(examples, rows, of, recipe, &[1.0; LANES])
}

/// The same, with the scores of each class multiplied by something.
pub fn learn_as(
    examples: &[Example],
    rows: &Rows,
    of: &[usize],
    recipe: &Recipe,
    strengths: &[f32; LANES],
) -> Result<Model> {
    let counted: Vec<usize> = of.iter().copied().filter(|n| (recipe.is_counted)(&examples[*n])).collect();
    let rarity = rows.rarity(&counted, recipe.least_texts);
    let rows = rows.weighed(of, &rarity);
    let machine = |class: usize| {
        let lessons: Vec<Lesson> = of.iter().map(|n| (recipe.lesson)(&examples[*n], class)).collect();
        let mut machine = svm::squared_hinge(&rows, &lessons, recipe.rounds);
        machine.weights.iter_mut().chain([&mut machine.bias]).for_each(|weight| *weight *= strengths[class]);
        machine
    };
    let machines: Vec<svm::Machine> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..recipe.classes).map(|class| scope.spawn(move || machine(class))).collect();
        started.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    anyhow::ensure!(machines.len() == recipe.classes, "a class could not be learnt");
    round(&machines, &rarity, recipe)
}

/// To whole numbers of a byte.
fn round(machines: &[svm::Machine], rarity: &[f32], recipe: &Recipe) -> Result<Model> {
    let weight = |class: usize, n: usize| machines.get(class).map_or(0.0, |machine| machine.weights[n] * rarity[n]);
    let mut sizes: Vec<f32> = (0..recipe.classes)
        .flat_map(|class| (0..rarity.len()).map(move |n| weight(class, n).abs()))
        .filter(|size| *size > 0.0)
        .collect();
    sizes.sort_unstable_by(f32::total_cmp);
    let largest = sizes.get((sizes.len() as f64 * UNCUT) as usize).or(sizes.last()).copied().unwrap_or(1.0);
    let step = largest.max(f32::MIN_POSITIVE) / 127.0;
    let table = (0..rarity.len())
        .map(|n| std::array::from_fn(|class| (weight(class, n) / step).round().clamp(-127.0, 127.0) as i8))
        .collect();
    let head = Head {
        classes: recipe.classes,
        bits: recipe.bits,
        settings: recipe.settings,
        scales: rows::scales(recipe).map(|scale| scale * step),
        bias: std::array::from_fn(|class| machines.get(class).map_or(0.0, |machine| machine.bias)),
        thresholds: [0.0; LANES],
        temperature: 1.0,
    };
    Ok(Model::new(head, table)?)
}
