//! The data sets: tweets of UMSAB and AfriSenti, and lists of words, pairs of words and sentences in 75 languages.

use crate::arguments::Arguments;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Texts of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// What the figure is called, or the language's folder.
    pub set: String,
    pub code: &'static str,
    pub texts: Vec<String>,
}

/// UMSAB's folders. Arabic, English, French, German, Italian, Portuguese and Spanish; its Hindi is romanised and full of
/// English.
const UMSAB: [(&str, &str); 7] = [
    ("arabic", "ar"),
    ("english", "en"),
    ("french", "fr"),
    ("german", "de"),
    ("italian", "it"),
    ("portuguese", "pt"),
    ("spanish", "es"),
];

/// AfriSenti's folders: Algerian and Moroccan Arabic, Mozambican Portuguese and Nigerian Pidgin among them.
const AFRISENTI: [(&str, &str); 14] = [
    ("amh", "am"),
    ("arq", "ar"),
    ("ary", "ar"),
    ("hau", "ha"),
    ("ibo", "ig"),
    ("kin", "rw"),
    ("orm", "om"),
    ("pcm", "pcm"),
    ("por", "pt"),
    ("swa", "sw"),
    ("tir", "ti"),
    ("tso", "ts"),
    ("twi", "tw"),
    ("yor", "yo"),
];

/// Each list's set and file.
pub const LISTS: [(&str, &str); 3] =
    [("words", "single-words.txt"), ("pairs", "word-pairs.txt"), ("sentences", "sentences.txt")];

/// The first of the files that is there: what was kept aside is called test, or as the part that is not.
fn first_of(arguments: &Arguments, folder: &str, names: &[&str]) -> Option<PathBuf> {
    let below = folder.match_indices('/').map(|(at, _)| &folder[at + 1..]);
    let folders: Vec<&str> = std::iter::once(folder).chain(below).collect();
    let data = arguments.data.clone().unwrap_or_else(tertulia_testkit::data_folder);
    let mut places = Vec::new();
    for name in names {
        places.extend(folders.iter().map(|folder| data.join(folder).join(name)));
    }
    let found = places.into_iter().find(|file| file.is_file());
    if found.is_none() {
        eprintln!("skipped: {folder} is not here");
    }
    found
}

fn lines(file: &Path) -> Result<Vec<String>> {
    let text = std::fs::read(file).with_context(|| file.display().to_string())?;
    let text = String::from_utf8_lossy(&text);
    Ok(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect())
}

pub fn tweets(arguments: &Arguments) -> Result<Vec<Texts>> {
    let mut all = Vec::new();
    for (folder, code) in UMSAB {
        let names = ["test_text.txt", "val_text.txt"];
        if let Some(file) = first_of(arguments, &format!("sentiment/umsab/{folder}"), &names) {
            all.push(Texts { set: folder.to_owned(), code, texts: lines(&file)? });
        }
    }
    Ok(all)
}

pub fn african(arguments: &Arguments) -> Result<Vec<Texts>> {
    let mut all = Vec::new();
    for (folder, code) in AFRISENTI {
        let names = ["test.tsv", "dev.tsv"];
        let Some(file) = first_of(arguments, &format!("sentiment/afrisenti/{folder}"), &names) else { continue };
        let texts = lines(&file)?.into_iter().skip(1);
        let texts =
            texts.map(|line| line.rsplit_once('\t').map_or(line.clone(), |(text, _)| text.to_owned())).collect();
        all.push(Texts { set: format!("afrisenti/{folder}"), code, texts });
    }
    Ok(all)
}

/// One list in each language whose folder is there.
pub fn lists(arguments: &Arguments, file: &str) -> Result<Vec<Texts>> {
    let data = arguments.data.clone().unwrap_or_else(tertulia_testkit::data_folder);
    let below = data.join("language");
    let root = if below.is_dir() { below } else { data };
    let mut all = Vec::new();
    let Ok(entries) = std::fs::read_dir(&root) else { return Ok(all) };
    let mut folders: Vec<String> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    folders.sort();
    for folder in folders {
        let path = root.join(&folder).join(file);
        let (true, Some(code)) = (path.is_file(), tertulia_analysis::language::known(&folder)) else { continue };
        all.push(Texts { set: folder, code, texts: lines(&path)? });
    }
    Ok(all)
}
