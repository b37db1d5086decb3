//! How fast a text is looked at.

use std::hint::black_box;
use std::time::Instant;

const PASSES: usize = 7;
/// What passes too quickly is done again until so many were looked at.
const LEAST: usize = 20_000;

/// Cases a second on one core: the median of several passes, each over all cases, several times if they are few.
pub fn median<T, R>(cases: &[T], look: impl Fn(&T) -> R) -> f64 {
    if cases.is_empty() {
        return 0.0;
    }
    let times = LEAST.div_ceil(cases.len());
    let mut passes: Vec<f64> = (0..PASSES)
        .map(|_| {
            let begun = Instant::now();
            for _ in 0..times {
                cases.iter().for_each(|case| {
                    black_box(look(case));
                });
            }
            (times * cases.len()) as f64 / begun.elapsed().as_secs_f64()
        })
        .collect();
    passes.sort_by(f64::total_cmp);
    passes[PASSES / 2]
}
