//! The data sets: tweets with their labels.

use crate::arguments::Arguments;
use anyhow::{Context, Result};
use std::path::Path;
use tertulia_train::sentiment::sets::{UMSAB, class};

const AFRISENTI: [&str; 14] =
    ["amh", "arq", "ary", "hau", "ibo", "kin", "orm", "pcm", "por", "swa", "tir", "tso", "twi", "yor"];
/// Where the test of TweetEval may lie; UMSAB's English is a part of it with as many of each class.
const TWEETEVAL: [&str; 4] =
    ["sentiment/tweeteval", "tweeteval/sentiment", "sentiment/tweet_eval", "sentiment/umsab/english"];

/// Texts, each with its class.
pub struct Set {
    pub name: String,
    pub texts: Vec<(String, u8)>,
}

/// The first of TweetEval's places that holds a test, else a part for development.
pub fn tweeteval(arguments: &Arguments) -> Result<Option<Set>> {
    for part in ["test", "val"] {
        for folder in TWEETEVAL {
            if let Some(set) = in_two_files(arguments, folder, part, "tweeteval")? {
                return Ok(Some(set));
            }
        }
    }
    eprintln!("skipped: no tweets for tweeteval");
    Ok(None)
}

pub fn umsab(arguments: &Arguments) -> Result<Vec<Set>> {
    let mut sets = Vec::new();
    for language in UMSAB {
        let name = format!("umsab/{language}");
        let read = |part| in_two_files(arguments, &format!("sentiment/{name}"), part, &name);
        match read("test")?.map_or_else(|| read("val"), |set| Ok(Some(set)))? {
            Some(set) => sets.push(set),
            None => eprintln!("skipped: no tweets for {name}"),
        }
    }
    Ok(sets)
}

pub fn afrisenti(arguments: &Arguments) -> Result<Vec<Set>> {
    let mut sets = Vec::new();
    for language in AFRISENTI {
        let name = format!("afrisenti/{language}");
        let found = ["test", "dev"].iter().find_map(|part| {
            let file = format!("sentiment/{name}/{part}.tsv");
            arguments.quiet_file(&file).map(|path| (file, path))
        });
        let Some((file, path)) = found else {
            eprintln!("skipped: no tweets for {name}");
            continue;
        };
        eprintln!("{name}: {file}");
        sets.push(Set { name, texts: rows(&read(&path)?) });
    }
    Ok(sets)
}

fn in_two_files(arguments: &Arguments, folder: &str, part: &str, name: &str) -> Result<Option<Set>> {
    let file = |what: &str| arguments.quiet_file(&format!("{folder}/{part}_{what}.txt"));
    let (Some(texts), Some(labels)) = (file("text"), file("labels")) else { return Ok(None) };
    eprintln!("{name}: {folder}/{part}_text.txt");
    Ok(Some(Set { name: name.to_owned(), texts: lines(&read(&texts)?, &read(&labels)?) }))
}

/// A text a line, and its class in the same line of the other file.
pub fn lines(texts: &str, labels: &str) -> Vec<(String, u8)> {
    let label = |line: &str| line.trim().parse().ok().filter(|class| *class < super::CLASSES);
    texts.split('\n').zip(labels.split('\n')).filter_map(|(text, line)| Some((text.to_owned(), label(line)?))).collect()
}

/// A heading, then in each line a text, a tab and a label; in some files a number stands before the text.
pub fn rows(text: &str) -> Vec<(String, u8)> {
    let row = |row: &str| {
        let (text, label) = row.rsplit_once('\t')?;
        Some((text.rsplit('\t').next()?.to_owned(), class(label)?))
    };
    text.split('\n').skip(1).filter_map(row).collect()
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))
}
