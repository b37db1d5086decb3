//! The figures: how fast, how small, on which machine. `cargo xtask bench NAME` starts this.

mod agents;
mod arguments;
mod channels;
mod chatter;
mod connector;
mod figures;
mod firehose;
mod idle;
mod import;
mod inbox;
mod ingest;
mod insights;
mod lived;
mod machine;
mod matching;
mod mixed;

mod notmuch;
mod report;
mod telling;
mod today;
mod words;
mod world;

use anyhow::{Result, bail};
use arguments::Arguments;

/// The program's own, so that what is measured here is what runs there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NAMES: &str = "import, ingest, inbox, idle, match, firehose, channels, today, figures, telling, insights";

fn main() -> Result<()> {
    let arguments = Arguments::read(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match arguments.name.as_str() {
            "import" => import::run(&arguments).await,
            import::ALONE => import::alone(&arguments).await,
            "ingest" => ingest::run(&arguments).await,
            "inbox" => inbox::run(&arguments).await,
            inbox::SERVER => inbox::serve(&arguments).await,
            "insights" => insights::run(&arguments).await,
            "idle" => idle::run(&arguments).await,
            "channels" => channels::run(&arguments).await,
            channels::HEARER => channels::hear(&arguments).await,
            "figures" => report::run(&arguments).await,
            "firehose" => firehose::run(&arguments).await,
            firehose::NETWORK => firehose::network(&arguments).await,
            "telling" => telling::run(&arguments).await,
            "match" => matching::run(&arguments),
            "today" => today::run(&arguments).await,
            other => bail!("there is no bench {other:?}; there are: {NAMES}"),
        }
    })
}
