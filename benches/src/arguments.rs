//! What the command line says.

use anyhow::{Context, Result, bail};
use std::path::PathBuf;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    pub name: String,
    /// Files handed to a child process of ours.
    pub files: Vec<PathBuf>,
    /// Where the data sets are, if not where they are looked for by themselves.
    pub data: Option<PathBuf>,
    pub json: bool,
    /// A fifth of the rows, for work on the bench itself; such figures are not for comparing.
    pub small: bool,
    pub runs: usize,
    /// Measures only the part of that name.
    pub only: Option<String>,
    /// How many are at work, where that is not as many as the targets speak of.
    pub people: Option<usize>,
}

impl Arguments {
    pub fn read(words: impl Iterator<Item = String>) -> Result<Self> {
        let (name, files, data) = Default::default();
        let mut read = Self { name, files, data, json: false, small: false, runs: 3, only: None, people: None };
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            let mut value = |what: &str| words.next().with_context(|| format!("{word} wants {what}"));
            match word.as_str() {
                "--json" => read.json = true,
                "--small" => read.small = true,
                "--runs" => read.runs = value("a number")?.parse().context("--runs wants a number")?,
                "--only" => read.only = Some(value("the name of a part")?),
                "--people" => read.people = Some(value("a number")?.parse().context("--people wants a number")?),
                "--data" => read.data = Some(value("a folder")?.into()),
                other if other.starts_with('-') => {
                    bail!("{other} is unknown; there are --json, --data, --small, --runs, --only, --people")
                }
                other if read.name.is_empty() => read.name = other.to_owned(),
                other => read.files.push(other.into()),
            }
        }
        if read.name.is_empty() {
            bail!("which bench? For example: cargo xtask bench import");
        }
        read.runs = read.runs.max(1);
        Ok(read)
    }

    /// Whether the part of this name is to be measured.
    pub fn wants(&self, part: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == part)
    }

    /// A file of the data sets.
    pub fn data_file(&self, path: &str) -> Option<PathBuf> {
        match &self.data {
            Some(folder) => Some(folder.join(path)).filter(|file| file.exists()),
            None => tertulia_testkit::data(path),
        }
    }

    pub fn size(&self, full: usize) -> usize {
        if self.small { full / 5 } else { full }
    }
}
