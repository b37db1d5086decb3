//! The long tests are ordinary tests whose names start with `soak_`. In a plain run they do their few rounds; here
//! `TERTULIA_SOAK=1` asks them for the many, optimised and one at a time.

use crate::shell;
use anyhow::Result;
use std::ffi::OsString;

pub fn run(arguments: Vec<OsString>) -> Result<()> {
    let filter = arguments.first().map_or("soak_".into(), |name| name.to_string_lossy());
    let mut command = shell::command("", &shell::cargo(), &["test", "--release", "--workspace", filter.as_ref()]);
    command.args(["--", "--nocapture", "--test-threads=1"]).env("TERTULIA_SOAK", "1");
    shell::run(command)
}
