//! Builds `ui/dist`, which the program embeds.

use crate::shell;
use anyhow::{Result, bail};
use std::path::Path;
use std::time::SystemTime;

pub fn run() -> Result<()> {
    packages("ui")?;
    let ui = shell::root().join("ui");
    let sources = ["src", "package.json", "package-lock.json", "build.mjs", "icons.txt", "tsconfig.json"];
    let changed = sources.iter().filter_map(|name| newest(&ui.join(name))).max();
    let built = oldest(&ui.join("dist"));
    if built.is_some() && built >= changed {
        println!("ui/dist is up to date");
        return Ok(());
    }
    shell::run(shell::command("ui", "npm", &["run", "build"]))
}

/// Checks the types of the screens' scripts.
pub fn check() -> Result<()> {
    shell::run(shell::command("ui", "npm", &["run", "check"]))
}

/// Installs the npm packages that the lock file names, when they are not there or older than it.
pub fn packages(folder: &str) -> Result<()> {
    for tool in ["node", "npm"] {
        if shell::program(tool).is_none() {
            bail!(
                "{tool} is not installed. The screens need Node.js 20 or newer; on Debian: apt-get install nodejs npm"
            );
        }
    }
    let base = shell::root().join(folder);
    let lock = base.join("package-lock.json");
    if !lock.is_file() {
        bail!("{folder}/package-lock.json is missing");
    }
    // npm writes this file last, so a broken-off installation doesn't count as one.
    let installed = newest(&base.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= newest(&lock) {
        return Ok(());
    }
    shell::run(shell::command(folder, "npm", &["ci", "--no-audit", "--no-fund"]))
}

fn newest(path: &Path) -> Option<SystemTime> {
    times(path).into_iter().max()
}

fn oldest(path: &Path) -> Option<SystemTime> {
    times(path).into_iter().min()
}

/// When each file under `path` was last written.
fn times(path: &Path) -> Vec<SystemTime> {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        return entries.flat_map(|entry| times(&entry.path())).collect();
    }
    path.metadata().and_then(|metadata| metadata.modified()).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_folder_has_no_time_and_a_filled_one_has_two_ends() {
        assert_eq!(newest(Path::new("no/such/folder")), None);
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        assert!(times(&src).len() > 5);
        assert!(oldest(&src) <= newest(&src));
    }
}
