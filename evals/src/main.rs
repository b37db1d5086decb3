//! How good the analyses are, measured on data sets with known answers. `cargo xtask eval NAME` starts this.
//!
//! Figures go to standard output. What is not measured is told on standard error, `skipped: NAME: why`: a set that is absent, and
//! one that can't be read or makes no sense, and the rest goes on. The program fails where it was called wrongly, and where something
//! was there but *no* figure came of anything; that nothing was there is no failure.

mod acts;
mod arguments;
mod figures;
mod identity;
mod language;
mod opinions;
mod pace;
mod sentiment;
mod skipped;
mod spam;
mod substance;
mod topics;
mod tweets;
mod voices;

use anyhow::{Result, bail, ensure};
use arguments::Arguments;

/// The program's own, so that speed measured here is speed there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What can be measured, each by its own module.
type Eval = fn(&Arguments) -> Result<()>;

const EVALS: &[(&str, Eval)] = &[
    ("acts", acts::run),
    ("identity", identity::run),
    ("language", language::run),
    ("opinions", opinions::run),
    ("sentiment", sentiment::run),
    ("spam", spam::run),
    ("substance", substance::run),
    ("topics", topics::run),
    ("voices", voices::run),
];

fn main() -> Result<()> {
    let arguments = Arguments::read(std::env::args().skip(1))?;
    match EVALS.iter().find(|(name, _)| *name == arguments.name) {
        Some((name, eval)) => {
            skipped::unless_sound(name, eval(&arguments));
            ensure!(!skipped::nothing_came_of_it(figures::told()), "nothing of what is there could be measured");
            Ok(())
        }
        None => {
            let names: Vec<&str> = EVALS.iter().map(|(name, _)| *name).collect();
            bail!("there is no eval {:?}; there is: {}", arguments.name, names.join(", "))
        }
    }
}
