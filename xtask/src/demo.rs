use crate::{shell, ui};
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::os::unix::process::CommandExt;

pub fn run(arguments: Vec<OsString>) -> Result<()> {
    ui::run()?;
    shell::run(shell::command("", &shell::cargo(), &["build", "--release", "--package", "tertulia"]))?;
    let mut demo = shell::command("", &built("release", "tertulia")?, &["demo"]);
    demo.args(arguments);
    // The program takes our place, so that Ctrl-C reaches it and nothing stands between.
    Err(demo.exec()).context("the demo could not be started")
}

/// Where cargo puts a program.
pub fn built(profile: &str, name: &str) -> Result<String> {
    let metadata = crate::tidy::metadata()?;
    let target = metadata["target_directory"].as_str().context("cargo metadata names no target folder")?;
    Ok(format!("{target}/{profile}/{name}"))
}
