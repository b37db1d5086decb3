//! The house rules that a compiler doesn't know.

mod borders;
mod connectors;
mod folders;
mod licences;
mod names;
mod outgoing;
mod sizes;
mod sql;

use crate::{connectors as wiring, shell};
use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A tracked text file.
pub struct File {
    /// From the root, with `/`.
    pub path: String,
    pub text: String,
}

impl File {
    /// Whether the file is there for tests alone.
    pub fn is_test(&self) -> bool {
        let inside = ["/tests/", "/fixtures/", "/benches/"].iter().any(|folder| self.path.contains(folder));
        inside || ["tests.rs", ".test.ts", ".test.mjs"].iter().any(|end| self.path.ends_with(end))
    }

    /// The lines with their numbers, up to the unit tests that stand at the end of a Rust file.
    pub fn product_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let rust = self.path.ends_with(".rs");
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.take_while(move |(_, line)| !(rust && line.trim_start() == "#[cfg(test)]"))
    }
}

pub fn run() -> Result<()> {
    let problems = problems()?;
    for problem in &problems {
        println!("{problem}");
    }
    deny()?;
    match problems.len() {
        0 => {
            println!("tidy: all rules hold");
            Ok(())
        }
        1 => bail!("one house rule is broken"),
        count => bail!("{count} house rules are broken"),
    }
}

fn problems() -> Result<Vec<String>> {
    let metadata = metadata()?;
    let files = tracked()?;
    let deny = std::fs::read_to_string(shell::root().join("deny.toml")).context("deny.toml can't be read")?;
    let mut problems = borders::check(&metadata);
    problems.extend(sql::check(&files));
    problems.extend(sizes::check(&files));
    problems.extend(licences::check(&metadata, &files, &deny)?);
    problems.extend(names::check(&files));
    problems.extend(folders::check(&files));
    problems.extend(connectors::check(&files));
    problems.extend(outgoing::check(&files));
    problems.extend(wiring::stale(&metadata));
    Ok(problems)
}

/// cargo-deny knows more (bans, sources), but it is no part of a bare machine.
fn deny() -> Result<()> {
    if shell::program("cargo-deny").is_none() {
        println!("cargo-deny is not installed: licences are checked here, bans and sources are not");
        return Ok(());
    }
    shell::run(shell::command("", &shell::cargo(), &["deny", "--offline", "check", "licenses", "bans", "sources"]))
}

/// What `cargo metadata` says about the workspace and all it depends on.
pub fn metadata() -> Result<Value> {
    let arguments = ["metadata", "--format-version", "1", "--locked"];
    let text = shell::output(shell::command("", &shell::cargo(), &arguments))?;
    serde_json::from_str(&text).context("cargo metadata gave no JSON")
}

/// Every text file that git knows or would take.
fn tracked() -> Result<Vec<File>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed =
        shell::output(shell::command("", "git", &arguments)).context("the rules are checked in a git checkout")?;
    let root = shell::root();
    let read = |path: &str| {
        // Pictures and fonts aren't text, and a file deleted but not yet committed isn't there.
        let text = std::fs::read_to_string(root.join(path)).ok()?;
        Some(File { path: path.to_owned(), text })
    };
    Ok(listed.split('\0').filter(|path| !path.is_empty()).filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_tests_at_the_end_of_a_file_are_not_the_product() {
        let text = "fn a() {}\n\n#[cfg(test)]\nmod tests {}\n".to_owned();
        let rust = File { path: "crates/a/src/lib.rs".into(), text: text.clone() };
        assert_eq!(rust.product_lines().count(), 2);
        let other = File { path: "crates/a/notes.md".into(), text };
        assert_eq!(other.product_lines().count(), 4);
    }
}
