use crate::shell;
use anyhow::{Result, bail};
use lexopt::prelude::*;
use std::ffi::OsString;

/// The crate that learns; it knows its own names.
const CRATE: &str = "tertulia-train";

pub fn run(arguments: Vec<OsString>) -> Result<()> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut passed: Vec<OsString> = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(name) => passed.push(name),
            Long("data") => passed.extend(["--data".into(), std::path::absolute(parser.value()?)?.into()]),
            other => return Err(other.unexpected().into()),
        }
    }
    let mut command = shell::command("", &shell::cargo(), &["run", "--quiet", "--release", "--package", CRATE, "--"]);
    match command.args(passed).status()? {
        status if status.success() => Ok(()),
        status => bail!("the training failed ({status})"),
    }
}
