use crate::shell;
use anyhow::{Result, bail};
use lexopt::prelude::*;
use std::ffi::OsString;

/// The crate that measures; it knows its own names.
const CRATE: &str = "tertulia-bench";

pub fn run(arguments: Vec<OsString>) -> Result<()> {
    if !shell::root().join("benches/Cargo.toml").is_file() {
        bail!("there is no benches/ crate, so there are no figures to measure");
    }
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut passed: Vec<OsString> = Vec::new();
    let mut data = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Value(name) => passed.push(name),
            Long("json") => passed.push("--json".into()),
            Long("small") => passed.push("--small".into()),
            Long("runs") => passed.extend(["--runs".into(), parser.value()?]),
            Long("people") => passed.extend(["--people".into(), parser.value()?]),
            Long("only") => passed.extend(["--only".into(), parser.value()?]),
            Long("data") => data = Some(parser.value()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let mut command = shell::command("", &shell::cargo(), &["run", "--quiet", "--release", "--package", CRATE, "--"]);
    command.args(passed);
    if let Some(folder) = data {
        command.env("TERTULIA_DATA", std::path::absolute(&folder)?).arg("--data").arg(std::path::absolute(&folder)?);
    }
    // With --json, standard output belongs to the figures: nothing of ours may stand on it.
    match command.status()? {
        status if status.success() => Ok(()),
        status => bail!("the bench failed ({status})"),
    }
}
