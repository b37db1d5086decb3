//! How good the analyses are, measured on data sets with known answers. `cargo xtask eval NAME` starts this.

mod arguments;
mod figures;
mod identity;

use anyhow::{Result, bail};
use arguments::Arguments;

/// The program's own, so that speed measured here is speed there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NAMES: &str = "identity";

fn main() -> Result<()> {
    let arguments = Arguments::read(std::env::args().skip(1))?;
    match arguments.name.as_str() {
        "identity" => identity::run(&arguments),
        other => bail!("there is no eval {other:?}; there is: {NAMES}"),
    }
}
