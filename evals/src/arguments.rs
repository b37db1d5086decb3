//! What the command line says.

use anyhow::{Context, Result, bail};
use std::path::PathBuf;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    pub name: String,
    /// Where the data sets are, if not where they are looked for by themselves.
    pub data: Option<PathBuf>,
    /// The folder of a bigger model, which is measured instead of the one in the program.
    pub model: Option<PathBuf>,
    /// Tells more than the figures, for work on the analysis itself.
    pub explain: bool,
}

impl Arguments {
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut read = Self { name: String::new(), data: None, model: None, explain: false };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--data" => read.data = Some(words.next().context("--data wants a folder")?.into()),
                "--model" => read.model = Some(words.next().context("--model wants a folder")?.into()),
                "--explain" => read.explain = true,
                other if other.starts_with('-') => bail!("{other} is unknown; there are --data, --model and --explain"),
                other if read.name.is_empty() => read.name = other.to_owned(),
                other => bail!("one eval at a time: {} or {other}", read.name),
            }
        }
        if read.name.is_empty() {
            bail!("which eval? For example: cargo xtask eval identity");
        }
        if read.model.is_some() && read.name != "sentiment" {
            bail!("a bigger model speaks of sentiment alone so far: cargo xtask eval sentiment --model …");
        }
        Ok(read)
    }

    /// A file of the data sets, in its folders, in the last of them or in none; where it is absent, that is said on standard
    /// error.
    pub fn data_file(&self, path: &str) -> Option<PathBuf> {
        let folder = self.folder();
        let below = path.match_indices('/').map(|(at, _)| &path[at + 1..]);
        let found = std::iter::once(path).chain(below).map(|path| folder.join(path)).find(|file| file.exists());
        if found.is_none() {
            eprintln!("skipped: {path} is not here");
        }
        found
    }

    /// Where the data sets are.
    pub fn folder(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(tertulia_testkit::data_folder)
    }

    /// A file of the data sets, in its folders or in all but the first; nothing is said where it is absent, since another may
    /// stand for it.
    pub fn quiet_file(&self, path: &str) -> Option<PathBuf> {
        let folder = self.folder();
        let shorter = path.split_once('/').map(|(_, below)| folder.join(below));
        std::iter::once(folder.join(path)).chain(shorter).find(|file| file.exists())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Arguments> {
        Arguments::read(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn a_file_is_found_in_its_folders_and_beside_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let arguments = Arguments {
            name: "identity".to_owned(),
            data: Some(folder.path().to_owned()),
            model: None,
            explain: false,
        };
        let found = || arguments.data_file("identity/febrl/a.csv");
        assert_eq!(found(), None);
        for place in ["a.csv", "febrl/a.csv", "identity/febrl/a.csv"] {
            let file = folder.path().join(place);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, "").unwrap();
            assert_eq!(found(), Some(file), "the more is said of it, the rather it is that one");
        }
    }

    #[test]
    fn a_name_and_a_folder_are_read_and_anything_else_is_refused() {
        let arguments = read(&["identity", "--data", "sets"]).unwrap();
        assert_eq!((arguments.name.as_str(), arguments.data), ("identity", Some("sets".into())));
        for wrong in
            [&[][..], &["--data"], &["identity", "--fast"], &["identity", "other"], &["identity", "--model", "m"]]
        {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
