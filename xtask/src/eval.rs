use crate::shell;
use anyhow::{Result, bail};
use lexopt::prelude::*;
use std::ffi::OsString;

/// The crate that measures; it knows its own names.
const CRATE: &str = "tertulia-eval";

pub fn run(arguments: Vec<OsString>) -> Result<()> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut passed: Vec<OsString> = Vec::new();
    let mut features: &[&str] = &[];
    while let Some(argument) = parser.next()? {
        match argument {
            Value(name) => passed.push(name),
            Long("explain") => passed.push("--explain".into()),
            Long("data") => passed.extend(["--data".into(), std::path::absolute(parser.value()?)?.into()]),
            Long("model") => {
                passed.extend(["--model".into(), std::path::absolute(parser.value()?)?.into()]);
                // What runs it is built for whoever needs it.
                features = &["--features", "onnx"];
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let arguments = [&["run", "--quiet", "--release", "--package", CRATE], features, &["--"]].concat();
    let mut command = shell::command("", &shell::cargo(), &arguments);
    // Standard output belongs to the figures: nothing of ours may stand on it.
    match command.args(passed).status()? {
        status if status.success() => Ok(()),
        status => bail!("the eval failed ({status})"),
    }
}
