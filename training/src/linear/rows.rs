//! Texts as sparse rows of numbers.

use super::{Example, Recipe};
use tertulia_analysis::linear::Features;
use tertulia_analysis::linear::features::{CHARS, GROUPS, WORDS};

/// A quarter keeps the rows about one long, so that a cost means the same whatever the recipe.
const LENGTH: f32 = 0.25;
/// What is in nearly every text still says a little.
const LEAST_RARITY: f32 = 0.1;

/// Rows of features, in the order of the examples.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    starts: Vec<usize>,
    index: Vec<u32>,
    value: Vec<f32>,
    pub width: usize,
}

/// By what the features of each group are multiplied, apart from their number.
pub fn scales(recipe: &Recipe) -> [f32; GROUPS] {
    let mut scales = [LENGTH; GROUPS];
    scales[WORDS] *= 1.0;
    scales[CHARS] *= recipe.chars;
    scales
}

impl Rows {
    pub fn of(examples: &[Example], recipe: &Recipe) -> Self {
        let mut rows = Self { starts: vec![0], width: 1 << recipe.bits, ..Self::default() };
        let scales = scales(recipe);
        let mut features = Features::default();
        let mut found: [Vec<u32>; GROUPS] = Default::default();
        for example in examples {
            found.iter_mut().for_each(Vec::clear);
            features.read(&example.text, &recipe.settings, |group, hash| {
                found[group].push((hash >> (64 - recipe.bits)) as u32);
            });
            for (group, found) in found.iter_mut().enumerate() {
                let once = scales[group] / (found.len().max(1) as f32).sqrt();
                found.sort_unstable();
                for same in found.chunk_by(|a, b| a == b) {
                    rows.index.push(same[0]);
                    rows.value.push(same.len() as f32 * once);
                }
            }
            rows.starts.push(rows.index.len());
        }
        rows
    }

    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn row(&self, n: usize) -> (&[u32], &[f32]) {
        let cells = self.starts[n]..self.starts[n + 1];
        (&self.index[cells.clone()], &self.value[cells])
    }

    /// ln((N + 1) / (n_f + 1)) of each feature that *n_f* of these *N* texts have: the inverse document frequency (Spärck
    /// Jones 1972). Nought for what fewer than `least` of them have.
    pub fn rarity(&self, of: &[usize], least: u32) -> Vec<f32> {
        let mut texts = vec![0u32; self.width];
        for n in of {
            self.row(*n).0.iter().for_each(|index| texts[*index as usize] += 1);
        }
        let all = of.len() as f32 + 1.0;
        let rarity = |texts: u32| if texts < least { 0.0 } else { (all / (texts as f32 + 1.0)).ln().max(LEAST_RARITY) };
        texts.into_iter().map(rarity).collect()
    }

    /// Some of the rows, with their features weighed.
    pub fn weighed(&self, of: &[usize], by: &[f32]) -> Self {
        let mut rows = Self { starts: vec![0], width: self.width, ..Self::default() };
        for n in of {
            let (index, value) = self.row(*n);
            for (index, value) in index.iter().zip(value).filter(|(index, _)| by[**index as usize] > 0.0) {
                rows.index.push(*index);
                rows.value.push(value * by[*index as usize]);
            }
            rows.starts.push(rows.index.len());
        }
        rows
    }
}
