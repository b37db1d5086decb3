//! Builds `ui/dist`, which the program embeds.

use crate::shell;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub fn run() -> Result<()> {
    packages("ui")?;
    let root = shell::root();
    let stamp = root.join("target/xtask/ui-built");
    let changed = sources(&root.join("ui")).iter().filter_map(|path| newest(path)).max();
    if root.join("ui/dist").is_dir() && newest(&stamp) >= changed {
        println!("ui/dist is up to date");
        return Ok(());
    }
    shell::run(shell::command("ui", "npm", &["run", "build"]))?;
    // Written last: a build that broke off half-way leaves files in dist that look new.
    std::fs::create_dir_all(root.join("target/xtask"))?;
    std::fs::write(stamp, "")?;
    Ok(())
}

/// What stands in the folder, but for what is made from it.
fn sources(ui: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(ui).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| !path.ends_with("dist") && !path.ends_with("node_modules")).collect()
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
    fn a_missing_folder_has_no_time_and_a_filled_one_that_of_its_newest_file() {
        assert_eq!(newest(Path::new("no/such/folder")), None);
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(times(&own.join("src")).len() > 5);
        assert!(newest(own) >= newest(&own.join("src/ui.rs")));
        assert!(sources(own).iter().any(|path| path.ends_with("src")));
    }
}
