//! What the command line says.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// One training: which model, from which data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    pub name: String,
    /// Where the data sets are.
    pub data: PathBuf,
    /// The project's own folder: models and their cards are written below it.
    pub project: PathBuf,
}

impl Arguments {
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let (mut name, mut data) = (None, None);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--data" => data = Some(PathBuf::from(words.next().context("--data wants a folder")?)),
                other if other.starts_with('-') => bail!("{other} is unknown; there is --data"),
                other if name.is_none() => name = Some(other.to_owned()),
                other => bail!("one model at a time, not {other} as well"),
            }
        }
        Ok(Self {
            name: name.context("which model? For example: cargo xtask train language --data DIR")?,
            data: data.context("--data DIR is missing: the folder that holds the data sets")?,
            project: PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default(),
        })
    }

    /// Where the model that the program reads is written.
    pub fn model(&self, name: &str) -> PathBuf {
        self.project.join(format!("crates/analysis/models/{name}.bin"))
    }

    /// Where the model's card is written.
    pub fn card(&self, name: &str) -> PathBuf {
        self.project.join(format!("docs/models/{name}.md"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Arguments> {
        Arguments::read(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn a_model_and_a_folder_are_read_and_anything_else_is_refused() {
        let arguments = read(&["language", "--data", "sets"]).unwrap();
        assert_eq!((arguments.name.as_str(), arguments.data.as_path()), ("language", Path::new("sets")));
        assert!(arguments.project.join("training/Cargo.toml").is_file(), "{}", arguments.project.display());
        for wrong in [&[][..], &["language"], &["--data", "sets"], &["a", "b", "--data", "sets"], &["a", "--fast"]] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
