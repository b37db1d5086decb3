//! The data sets: tweets of UMSAB and AfriSenti, and lists of words, pairs of words and sentences in 75 languages.

use crate::arguments::Arguments;
use crate::skipped;
use crate::tweets::{self, first_part};

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

/// What was kept aside is called test, or as the part that is not.
pub fn tweets(arguments: &Arguments) -> Vec<Texts> {
    let set = |(folder, code): (&str, &'static str)| {
        let read = |part: &str| tweets::umsab_texts(arguments, folder, part);
        let texts = first_part(&format!("tweets/{folder}"), &["test", "val"], read)?;
        Some(Texts { set: folder.to_owned(), code, texts })
    };
    UMSAB.into_iter().filter_map(set).collect()
}

pub fn african(arguments: &Arguments) -> Vec<Texts> {
    let set = |(folder, code): (&str, &'static str)| {
        let set = format!("afrisenti/{folder}");
        let tweets = first_part(&set, &["test", "dev"], |part| tweets::afrisenti(arguments, folder, part))?;
        Some(Texts { set, code, texts: tweets.into_iter().map(|tweet| tweet.text).collect() })
    };
    AFRISENTI.into_iter().filter_map(set).collect()
}

/// One list in each language whose folder is there.
pub fn lists(arguments: &Arguments, file: &str) -> Vec<Texts> {
    let root = arguments.quiet_file("language").unwrap_or_else(|| arguments.folder());
    let Ok(entries) = std::fs::read_dir(&root) else { return Vec::new() };
    let mut folders: Vec<String> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    folders.sort();
    let set = |folder: String| {
        let path = root.join(&folder).join(file);
        let code = tertulia_analysis::language::known(&folder).filter(|_| path.is_file())?;
        let text = skipped::unless_sound(&format!("{folder}/{file}"), tweets::read(&path))?;
        let texts = text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
        Some(Texts { set: folder, code, texts })
    };
    // An empty list says nothing of its language.
    folders.into_iter().filter_map(set).filter(|list| !list.texts.is_empty()).collect()
}
