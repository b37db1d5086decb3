//! How often the interval of a share without its labels' errors holds the true share, where a made-up machine labels.

use crate::figures::Figure;
use std::time::Instant;
use tertulia_voices::simulate::labels::Labelling;

const RUNS: u64 = 2_000;
const SEED: u64 = 42;

/// Tells the figures; with `explain` also of where the assumptions fail.
pub fn tell(explain: bool) {
    for one in Labelling::all().into_iter().filter(|one| !one.is_personal || explain) {
        let begun = Instant::now();
        let found = one.simulate(RUNS, SEED);
        let per_second = RUNS as f64 / begun.elapsed().as_secs_f64();
        let set = format!("label_errors/{}", one.name);
        let figure = |metric, value| Figure { set: &set, metric, value, n: RUNS as usize, per_second }.tell();
        figure("coverage", found.coverage);
        figure("bias_machine", found.machine);
        figure("bias_corrected", found.corrected);
        figure("refused", found.refused);
        if explain {
            eprintln!("{}: {}; true {:.4}, intervals {:.4} wide", one.name, one.about, found.truth, found.width);
        }
    }
}
