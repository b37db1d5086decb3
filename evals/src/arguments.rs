//! What the command line says.

use crate::skipped;
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

    /// Where the data sets are.
    pub fn folder(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(tertulia_testkit::data_folder)
    }

    /// A file or folder of the data sets; where it is absent, that is said on standard error.
    pub fn data_file(&self, path: &str) -> Option<PathBuf> {
        let found = self.quiet_file(path);
        if found.is_none() {
            skipped::absent(path, "is not here");
        }
        found
    }

    /// The same; nothing is said where it is absent, since another may stand for it.
    ///
    /// `sentiment/umsab/german/test_text.txt` is looked for in the folder that was told by that name, then by
    /// `umsab/german/test_text.txt` and so on, so the folder may be that of all data, of sentiment, of UMSAB. Where every set has a
    /// file of the same name (`test.tsv`), the folder that tells them apart has to be there, or be the one that was told.
    pub fn quiet_file(&self, path: &str) -> Option<PathBuf> {
        let folder = self.folder();
        let own_name = std::path::absolute(&folder).ok().and_then(|folder| folder.file_name().map(ToOwned::to_owned));
        let is_own = |name: &str| own_name.as_deref().is_some_and(|own| own == name);
        let mut parts: Vec<&str> = path.split('/').collect();
        let name = parts.pop().unwrap_or_default();
        let needs_folder = parts.len() > 1 && is_of_every_set(name);
        let own_folder = parts.last().is_some_and(|folder| is_own(folder));
        let in_folders = (0..parts.len()).map(|at| folder.join(parts[at..].join("/")).join(name));
        let beside = (!needs_folder || own_folder).then(|| folder.join(name));
        let found = in_folders.chain(beside).find(|file| file.exists());
        found.or_else(|| Some(folder.clone()).filter(|folder| is_own(name) && folder.is_dir()))
    }
}

/// Whether a file's name says which part it is, and not of which set.
fn is_of_every_set(name: &str) -> bool {
    ["test.", "test_", "val.", "val_", "dev.", "dev_", "train.", "train_"].iter().any(|part| name.starts_with(part))
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
    fn a_folder_at_any_depth_holds_the_set_but_not_that_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let german = folder.path().join("data/sentiment/umsab/german");
        std::fs::create_dir_all(&german).unwrap();
        std::fs::write(german.join("test_text.txt"), "").unwrap();
        let found = |below: &str, path: &str| {
            let data = Some(folder.path().join(below));
            Arguments { name: "sentiment".to_owned(), data, model: None, explain: false }.quiet_file(path)
        };
        for below in
            ["data", "data/sentiment", "data/sentiment/umsab", "data/sentiment/umsab/german", "data/./sentiment"]
        {
            let path = found(below, "sentiment/umsab/german/test_text.txt");
            assert!(path.is_some_and(|path| path.ends_with("german/test_text.txt")), "{below}");
            assert_eq!(found(below, "sentiment/umsab/french/test_text.txt"), None, "{below}");
        }
        assert_eq!(found("data/sentiment/umsab", "sentiment/umsab"), Some(folder.path().join("data/sentiment/umsab")));
        assert_eq!(found("data/sentiment/umsab", "opinions/polis"), None);
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
