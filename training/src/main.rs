//! Learns the small models of the analyses from open data, and writes their cards. `cargo xtask train NAME` starts this.

use anyhow::{Result, bail};
use tertulia_train::arguments::Arguments;
use tertulia_train::{language, sentiment, spam};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The models that can be learnt, each by its own module.
type Trainer = fn(&Arguments) -> Result<()>;

const TRAINERS: &[(&str, Trainer)] = &[("language", language::run), ("sentiment", sentiment::run), ("spam", spam::run)];

fn main() -> Result<()> {
    let arguments = Arguments::read(std::env::args().skip(1))?;
    match TRAINERS.iter().find(|(name, _)| *name == arguments.name) {
        Some((_, train)) => train(&arguments),
        None => {
            let names: Vec<&str> = TRAINERS.iter().map(|(name, _)| *name).collect();
            bail!("there is no model {:?}; there is: {}", arguments.name, names.join(", "))
        }
    }
}
