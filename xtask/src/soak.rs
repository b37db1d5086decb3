//! The long tests are ordinary tests whose names start with `soak_`. In a plain run they do their few rounds; here
//! `TERTULIA_SOAK=1` asks them for the many, optimised and one at a time.

use crate::shell;
use anyhow::{Result, bail};
use std::ffi::OsString;
use std::process::Command;

pub fn run(arguments: Vec<OsString>) -> Result<()> {
    let filter = arguments.first().map_or("soak_".into(), |name| name.to_string_lossy());
    let listed = shell::output(tests(&filter, &["--list"]))?;
    // A run of no tests passes, which would be a lie.
    let count = listed.lines().filter(|line| line.ends_with(": test")).count();
    if count == 0 {
        bail!("no test's name contains `{filter}`");
    }
    println!("{count} long tests");
    shell::run(tests(&filter, &["--nocapture", "--test-threads=1"]))
}

fn tests(filter: &str, options: &[&str]) -> Command {
    let mut command = shell::command("", &shell::cargo(), &["test", "--quiet", "--release", "--workspace", "--tests"]);
    command.arg(filter).arg("--").args(options).env("TERTULIA_SOAK", "1");
    command
}
