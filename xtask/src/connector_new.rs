//! `cargo xtask connector new NAME`: a folder under `connectors/` that keeps the kit's promises from its first minute.

use crate::{connectors, shell};
use anyhow::{Context, Result, bail};
use std::{ffi::OsString, fs, path::Path};

/// Each file of the folder, and what it begins as.
const FILES: [(&str, &str); 7] = [
    ("Cargo.toml", include_str!("../templates/connector/Cargo.toml.txt")),
    ("README.md", include_str!("../templates/connector/README.md.txt")),
    ("src/lib.rs", include_str!("../templates/connector/lib.rs.txt")),
    ("src/settings.rs", include_str!("../templates/connector/settings.rs.txt")),
    ("src/normalise.rs", include_str!("../templates/connector/normalise.rs.txt")),
    ("fixtures/said.json", include_str!("../templates/connector/said.json.txt")),
    ("tests/conformance.rs", include_str!("../templates/connector/conformance.rs.txt")),
];

pub fn run(arguments: &[OsString]) -> Result<()> {
    let words: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let [verb, name] = words.as_slice() else { bail!("write `cargo xtask connector new NAME`") };
    if verb != "new" {
        bail!("`{verb}` is nothing that can be done with a connector; write `cargo xtask connector new NAME`");
    }
    make(&shell::root(), name)?;
    connectors::run()?;
    println!("connectors/{name} is made, and the program knows it. Try it:");
    println!("  cargo nextest run -p tertulia-connector-{name}");
    Ok(())
}

/// Makes the folder, and names it in the workspace and in the program.
pub fn make(root: &Path, name: &str) -> Result<()> {
    check(name)?;
    let folder = root.join("connectors").join(name);
    if folder.exists() {
        bail!("connectors/{name} is there already");
    }
    for (file, template) in FILES {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        fs::write(&path, filled(template, name)).with_context(|| format!("{} could not be written", path.display()))?;
    }
    let line = format!("tertulia-connector-{name} = {{ path = \"connectors/{name}\" }}\n");
    add_line(&root.join("Cargo.toml"), "tertulia-connector-", &line)?;
    let line = format!("tertulia-connector-{name}.workspace = true\n");
    add_line(&root.join("crates/tertulia/Cargo.toml"), "tertulia-connector-", &line)
}

fn check(name: &str) -> Result<()> {
    let fits = name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !fits || name.ends_with('-') {
        bail!("“{name}” cannot be a connector's name: write it in small letters, such as `matrix` or `hacker-news`");
    }
    Ok(())
}

fn filled(template: &str, name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    let words: Vec<String> = name.split('-').map(capital).collect();
    template
        .replace("IDENT", &name.replace('-', "_"))
        .replace("TITLE", &words.join(" "))
        .replace("TYPE", &words.concat())
        .replace("NAME", name)
}

/// Puts a line below the last one of its kind.
fn add_line(file: &Path, kind: &str, line: &str) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let last = text.split_inclusive('\n').rfind(|one| one.starts_with(kind));
    let last = last.with_context(|| format!("{} names no connector", file.display()))?;
    let end = text.rfind(last).unwrap_or(0) + last.len();
    fs::write(file, format!("{}{line}{}", &text[..end], &text[end..]))?;
    Ok(())
}

/// A connector made as a newcomer would make it passes the kit and clippy: in a small workspace of its own, so that this
/// one stays as it is. What it depends on is taken from here.
pub fn prove() -> Result<()> {
    const NAME: &str = "made-by-the-test";
    let (here, there) = (shell::root(), shell::root().join("target/xtask/new-connector"));
    if there.exists() {
        fs::remove_dir_all(&there)?;
    }
    fs::create_dir_all(there.join("crates/tertulia"))?;
    let manifest = fs::read_to_string(here.join("Cargo.toml"))?;
    let members =
        manifest.lines().find(|line| line.starts_with("members = ")).context("the workspace names no members")?;
    let from_here = format!("path = \"{}/", here.display());
    let manifest = manifest.replace(members, "members = [\"connectors/*\"]").replace("path = \"", &from_here);
    fs::write(there.join("Cargo.toml"), manifest)?;
    for file in ["Cargo.lock", "crates/tertulia/Cargo.toml", "rustfmt.toml", "clippy.toml"] {
        fs::copy(here.join(file), there.join(file)).with_context(|| format!("{file} could not be copied"))?;
    }
    make(&there, NAME)?;
    for arguments in [&["test", "--quiet"][..], &["fmt", "--check"], CLIPPY] {
        let mut command = shell::command("target/xtask/new-connector", &shell::cargo(), arguments);
        command.env("CARGO_TARGET_DIR", here.join("target"));
        shell::run(command)?;
    }
    Ok(())
}

const CLIPPY: &[&str] = &["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_crate_is_refused_and_each_file_is_filled() {
        for wrong in ["", "Feed", "9gag", "a b", "../x", "a-", "naïve"] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
        assert!(check("hacker-news2").is_ok());
        for (file, template) in FILES {
            let text = filled(template, "hacker-news");
            for left in ["IDENT", "TITLE", "TYPE", "NAME"] {
                assert!(!text.contains(left), "{file} still holds {left}");
            }
        }
        assert!(
            filled("struct TYPE; tertulia_connector_IDENT TITLE", "hacker-news")
                .contains("struct HackerNews; tertulia_connector_hacker_news Hacker News")
        );
    }
}
