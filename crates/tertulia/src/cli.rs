//! The command line.

use crate::{config, demo, serve};
use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use std::{io::IsTerminal, path::PathBuf};

#[derive(Debug, Parser)]
#[command(name = "tertulia", version, about = "Hear what people say about you, everywhere, and talk with them.")]
struct Cli {
    /// The configuration; `tertulia.toml` in the working directory is read by itself.
    #[arg(long, global = true, env = "TERTULIA_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the program; without any configuration, an empty installation in ./data.
    Serve(Listen),
    /// Start with a small organisation's messages, in a folder that is thrown away at the end.
    Demo(DemoArgs),
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Args)]
struct Listen {
    /// Address and port, instead of the configured ones.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
}

#[derive(Debug, Args)]
struct DemoArgs {
    #[command(flatten)]
    listen: Listen,
    /// Keep what happens in this folder, to go on with it later.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// How many times faster than life the demo's people write.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print what holds and where it came from.
    Check,
}

pub fn run() -> Result<()> {
    let cli = Cli::parse();
    let over = match &cli.command {
        Command::Serve(listen) => over(listen),
        Command::Demo(args) => over(&args.listen),
        Command::Config(_) => Vec::new(),
    };
    let (config, given) = config::load(cli.config.as_deref(), &config::environment(), over)?;
    log(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads to run on")?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(_) => serve::run(&config).await,
            Command::Demo(args) => demo::run(config, args.keep, args.speed).await,
            Command::Config(ConfigCommand::Check) => {
                print!("{}", config::show(&config, &given));
                Ok(())
            }
        }
    })
}

fn over(listen: &Listen) -> Vec<(&'static str, String)> {
    listen.listen.iter().map(|address| ("listen", address.clone())).collect()
}

/// Logs go to the error stream, so that what a command prints can be piped on.
fn log(level: &str) -> Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(level)
        .with_context(|| format!("`log` is “{level}”, but should be error, warn, info, debug or trace"))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    Ok(())
}
