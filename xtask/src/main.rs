//! The project's own commands: `cargo xtask help` names them.

mod bench;
mod connector_new;
mod connectors;
mod demo;
mod eval;
mod fuzz;
mod help;
mod install;
mod servers;
mod shell;
mod soak;
mod test;
mod tidy;
mod train;
mod ui;

use anyhow::{Result, bail};
use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let command = arguments.next().unwrap_or_else(|| "help".into());
    match dispatch(&command.to_string_lossy(), arguments.collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &str, arguments: Vec<OsString>) -> Result<()> {
    match command {
        "help" | "--help" | "-h" => help::run(),
        "ui" => ui::run(),
        "demo" => demo::run(arguments),
        "test" => test::run(arguments),
        "tidy" => tidy::run(),
        "bench" => bench::run(arguments),
        "eval" => eval::run(arguments),
        "train" => train::run(arguments),
        "soak" => soak::run(arguments),
        "connector" => connector_new::run(&arguments),
        "connectors" => connectors::run(),
        other => bail!("there is no command `{other}`; `cargo xtask help` names those there are"),
    }
}
