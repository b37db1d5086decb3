//! Where the test of TweetEval (SemEval 2017, task 4 A) may lie.

use super::{Set, in_two_files, labelled};
use crate::arguments::Arguments;
use crate::skipped;
use crate::tweets;
use anyhow::Result;
use std::path::{Path, PathBuf};
use tertulia_train::linear::sources::checksum;

/// The card of the shipped model: it names what was learnt from.
const CARD: &str = include_str!("../../../../docs/models/sentiment.md");
/// UMSAB's English is a part of it with as many of each class.
const ENGLISH: &str = "sentiment/umsab/english";

const NAME: &str = "tweeteval";

/// The test in a folder of TweetEval, else of SemEval, else of UMSAB's English; else a part for development, in the same order.
pub fn tweeteval(arguments: &Arguments) -> Option<Set> {
    let folders = folders(&arguments.folder());
    for part in ["test", "val"] {
        for folder in &folders {
            if let Some(texts) = skipped::unless_sound(NAME, in_folder(folder, part)).flatten() {
                return Some(Set { name: NAME.to_owned(), texts });
            }
        }
        if let Some((file, texts)) = skipped::unless_sound(NAME, in_two_files(arguments, ENGLISH, part)).flatten() {
            eprintln!("{NAME}: {file}");
            return Some(Set { name: NAME.to_owned(), texts });
        }
    }
    let there: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
    let there = if there.is_empty() { "none of these is here".to_owned() } else { there.join(", ") };
    skipped::absent(
        NAME,
        &format!(
            "no test that was not learnt from; tried sentiment/tweeteval*, sentiment/tweet_eval*, sentiment/semeval* (of these: \
             {there}) and {ENGLISH}, for test_text.txt with test_labels.txt, test.tsv and other .tsv or .txt with \"test\" in \
             their name"
        ),
    );
    None
}

/// Folders that are called after it, and those below them that are called after the task.
fn folders(data: &Path) -> Vec<PathBuf> {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let rank = |path: &Path| {
        let starts = |with: &str| name(path).starts_with(with);
        [starts("tweeteval") || starts("tweet_eval"), starts("semeval")].iter().position(|is| *is)
    };
    let own = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
    let beside = below(&data.join("sentiment")).into_iter().chain(below(data)).chain([own]);
    let mut found: Vec<(usize, PathBuf)> = beside.filter_map(|path| Some((rank(&path)?, path))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found
        .into_iter()
        .flat_map(|(_, path)| [path.clone(), path.join("sentiment")])
        .filter(|path| path.is_dir())
        .collect()
}

/// What is in a folder, by name.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// A part of a folder: two files of lines, a file of rows, or all files of rows that are called after it and were not learnt from.
fn in_folder(folder: &Path, part: &str) -> Result<Option<Vec<(String, u8)>>> {
    let [texts, labels, rows] = ["_text.txt", "_labels.txt", ".tsv"]
        .map(|end| Some(folder.join(format!("{part}{end}"))).filter(|p| p.is_file()));
    if let (Some(texts), Some(labels)) = (texts, labels) {
        return Ok(some(&texts, labelled(tweets::lines(&tweets::read(&texts)?, &tweets::read(&labels)?)?)));
    }
    let files = rows.map_or_else(|| called_after(folder, part), |rows| vec![rows]);
    let mut found = Vec::new();
    for file in &files {
        let text = tweets::read(file)?;
        if !CARD.contains(&checksum(text.as_bytes())) {
            found.extend(some(file, labelled(tweets::rows(&text))).unwrap_or_default());
        }
    }
    Ok(Some(found).filter(|found| !found.is_empty()))
}

fn some(file: &Path, tweets: Vec<(String, u8)>) -> Option<Vec<(String, u8)>> {
    if !tweets.is_empty() {
        eprintln!("{NAME}: {}", file.display());
    }
    Some(tweets).filter(|tweets| !tweets.is_empty())
}

fn called_after(folder: &Path, part: &str) -> Vec<PathBuf> {
    let is_of_rows = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let of_lines = name.ends_with("_text.txt") || name.ends_with("_labels.txt") || name.starts_with("readme");
        path.is_file() && name.contains(part) && !of_lines && (name.ends_with(".tsv") || name.ends_with(".txt"))
    };
    below(folder).into_iter().filter(is_of_rows).collect()
}
