//! The command line.

use crate::{
    backup,
    channels::{self, ChannelCommand},
    config::{self, Config, Given},
    demo,
    doctor::{self, DoctorArgs},
    importing::{self, ImportArgs},
    persons::{self, PersonCommand},
    serve,
    simulate::{self, SimulateArgs},
    users::{self, UserCommand},
};
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
    /// Take in an archive: a mailbox, a table, JSON lines.
    Import(ImportArgs),
    /// The channels that are heard.
    #[command(subcommand)]
    Channel(ChannelCommand),
    /// What a person may ask for: all that is kept of them, or that it is erased.
    #[command(subcommand)]
    Person(PersonCommand),
    /// The team.
    #[command(subcommand)]
    User(UserCommand),
    /// The configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Copy everything into an empty folder, while the program may be running.
    Backup {
        /// A folder that is empty or not there yet.
        folder: PathBuf,
    },
    /// Bring a backup back.
    Restore(backup::RestoreArgs),
    /// Look an installation over; changes nothing.
    Doctor(DoctorArgs),
    /// What figures of voices are worth: made-up worlds whose true opinions are known, heard thousands of times.
    Simulate(SimulateArgs),
}

#[derive(Debug, Args)]
struct Listen {
    /// Address and port, instead of the configured ones.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// The folder of a bigger model that labels the tone, instead of the configured one (docs/guides/bigger-models.md).
    #[arg(long, value_name = "FOLDER")]
    label_model: Option<String>,
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
    /// Only what its people said: what the team made of it in the weeks before is left for you to do.
    #[arg(long)]
    bare: bool,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print what holds and where it came from; secrets are hidden.
    Check,
}

pub fn run() -> Result<()> {
    let cli = Cli::parse();
    let over = match &cli.command {
        Command::Serve(listen) => over(listen),
        Command::Demo(args) => over(&args.listen),
        _ => Vec::new(),
    };
    let (config, given) = config::load(cli.config.as_deref(), &config::environment(), over)?;
    log(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads to run on")?;
    let done = runtime.block_on(perform(cli.command, config, &given));
    // A read of the standard input or a slow disk must not hold up the end.
    runtime.shutdown_background();
    done
}

async fn perform(command: Command, config: Config, given: &Given) -> Result<()> {
    match command {
        Command::Serve(_) => serve::run(&config).await,
        Command::Demo(args) => demo::run(config, args.keep, args.speed, args.bare).await,
        Command::Import(args) => importing::run(&config, args).await,
        Command::Channel(command) => channels::run(&config, command).await,
        Command::Person(command) => persons::run(&config, command).await,
        Command::User(command) => users::run(&config, command).await,
        Command::Backup { folder } => backup::run(&config, &folder).await,
        Command::Restore(args) => backup::restore(args).await,
        Command::Doctor(args) => doctor::run(&config, args).await,
        Command::Simulate(args) => simulate::run(&args),
        Command::Config(ConfigCommand::Check) => {
            print!("{}", config::show(&config, given));
            Ok(())
        }
    }
}

fn over(listen: &Listen) -> Vec<(&'static str, String)> {
    let given = [("listen", &listen.listen), ("label_model", &listen.label_model)];
    given.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect()
}

/// Logs go to the error stream, so that what a command prints can be piped on.
fn log(level: &str) -> Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(level)
        .with_context(|| format!("`log` is “{level}”, but should be error, warn, info, debug or trace"))?;
    let ansi = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(ansi)
        .init();
    Ok(())
}
