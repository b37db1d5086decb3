//! Sets of tweets with labels, as UMSAB, AfriSenti, TweetEval and SemEval lay them out.

use crate::arguments::Arguments;
use crate::skipped;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use tertulia_train::sentiment::sets::class;

/// A tweet, and its class where the file says one that is known: 0 negative, 1 neutral, 2 positive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tweet {
    pub text: String,
    pub class: Option<u8>,
}

/// One part of a set: where it was found, and what it holds; none where it is absent.
pub type Part<T> = Option<(String, Vec<T>)>;

const CLASSES: u8 = 3;
/// How a column of texts, and one of labels, may be headed.
const TEXTS: [&str; 3] = ["tweet", "text", "content"];
const LABELS: [&str; 3] = ["label", "sentiment", "class"];
/// What stands for a tweet that is no longer there.
const GONE: &str = "Not Available";

/// The first part of a set that is there, `test` before what is not kept aside, by what reads it; `read` gives none where a part
/// is absent. The set that is absent, broken or without a tweet is told.
pub fn first_part<T>(name: &str, parts: &[&str], read: impl Fn(&str) -> Result<Part<T>>) -> Option<Vec<T>> {
    for part in parts {
        let Some((file, tweets)) = skipped::unless_sound(name, read(part))? else { continue };
        if tweets.is_empty() {
            return skipped::unless_sound(name, Err(anyhow::anyhow!("{file} holds none")));
        }
        eprintln!("{name}: {file}");
        return Some(tweets);
    }
    skipped::absent(name, &format!("no {} is here", parts.join(" or ")));
    None
}

/// The texts of one part of a UMSAB folder, without their labels; none where it is absent.
pub fn umsab_texts(arguments: &Arguments, language: &str, part: &str) -> Result<Part<String>> {
    let file = format!("sentiment/umsab/{language}/{part}_text.txt");
    let Some(path) = arguments.quiet_file(&file) else { return Ok(None) };
    let texts = read(&path)?;
    let texts = texts.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
    Ok(Some((file, texts)))
}

/// One part of an AfriSenti folder; none where it is absent.
pub fn afrisenti(arguments: &Arguments, language: &str, part: &str) -> Result<Part<Tweet>> {
    let file = format!("sentiment/afrisenti/{language}/{part}.tsv");
    let Some(path) = arguments.quiet_file(&file) else { return Ok(None) };
    Ok(Some((file, rows(&read(&path)?))))
}

/// A text a line, and its class in the same line of the other file.
pub fn lines(texts: &str, labels: &str) -> Result<Vec<Tweet>> {
    let label = |line: &str| line.trim().parse().ok().filter(|class| *class < CLASSES);
    let (all, labels): (Vec<&str>, Vec<&str>) = (texts.split('\n').collect(), labels.trim_end().split('\n').collect());
    // The last tweets may be empty.
    let fewest = texts.trim_end().split('\n').count();
    ensure!((fewest..=all.len()).contains(&labels.len()), "{fewest} texts, {} labels", labels.len());
    let tweet = |(text, line): (&str, &str)| Tweet { text: text.trim_end_matches('\r').to_owned(), class: label(line) };
    Ok(all.into_iter().zip(labels).map(tweet).collect())
}

/// Cells between tabs. A heading may say which column is which (`ID`, `tweet`, `label`); where there is none, or a row has other
/// cells than it, the label is the cell that names a class, and the text the last of the others: `tweet label`, `ID tweet label` and
/// `ID label tweet` are all read.
pub fn rows(text: &str) -> Vec<Tweet> {
    let text = text.trim_start_matches('\u{feff}');
    let cells = |row: &str| -> Vec<String> { row.trim_end_matches('\r').split('\t').map(str::to_owned).collect() };
    let mut all = text.split('\n').filter(|row| !row.trim().is_empty()).map(cells).peekable();
    let heading = all.next_if(|row| place(row, &TEXTS).is_some());
    let heading = heading.unwrap_or_default();
    let (texts, labels) = (place(&heading, &TEXTS), place(&heading, &LABELS));
    let tweet = |row: Vec<String>| {
        let (text, class) = match texts.filter(|_| row.len() == heading.len()) {
            Some(texts) => (row[texts].clone(), labels.and_then(|labels| any_class(&row[labels]))),
            None => by_cells(&row)?,
        };
        (!text.trim().is_empty() && text.trim() != GONE).then_some(Tweet { text, class })
    };
    all.filter_map(tweet).collect()
}

fn place(row: &[String], names: &[&str]) -> Option<usize> {
    row.iter().position(|cell| names.contains(&cell.trim().to_lowercase().as_str()))
}

/// In words or as a number.
fn any_class(label: &str) -> Option<u8> {
    class(&label.to_lowercase()).or_else(|| label.trim().parse().ok().filter(|class| *class < CLASSES))
}

fn by_cells(row: &[String]) -> Option<(String, Option<u8>)> {
    let label = row.iter().rposition(|cell| class(cell).is_some());
    // A number is a label only where nothing else is.
    let last = row.len() - 1;
    let label = label.or_else(|| Some(last).filter(|last| *last > 0 && any_class(&row[*last]).is_some()));
    let mut others = row.iter().enumerate().filter(|(at, cell)| Some(*at) != label && !cell.trim().is_empty());
    let text = match label {
        Some(_) => others.next_back(),
        None => others.max_by_key(|(_, cell)| cell.len()),
    };
    Some((text?.1.clone(), label.and_then(|label| any_class(&row[label]))))
}

/// Of bytes that are no UTF-8 what can be read.
pub fn read(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tweet(text: &str, class: Option<u8>) -> Tweet {
        Tweet { text: text.to_owned(), class }
    }

    #[test]
    fn the_text_is_found_by_its_heading_or_beside_its_label() {
        let expected = [tweet("nzuri sana", Some(2)), tweet("mbaya", Some(0))];
        for file in [
            "tweet\tlabel\nnzuri sana\tpositive\r\nmbaya\tnegative\n",
            "\u{feff}ID\ttweet\tlabel\nsw_1\tnzuri sana\tpositive\nsw_2\tmbaya\tnegative\n",
            "id\tlabel\ttext\n1\t2\tnzuri sana\n2\t0\tmbaya\n",
            "1\tpositive\tnzuri sana\t\n2\tnegative\tmbaya\n3\tneutral\tNot Available\n",
            "tweet\tlabel\nsw_1\tnzuri sana\tpositive\nsw_2\tmbaya\tnegative\n",
            "nzuri sana\tpositive\nmbaya\tnegative\n",
        ] {
            assert_eq!(rows(file), expected, "{file:?}");
        }
    }

    #[test]
    fn a_text_without_a_known_label_is_there_without_a_class() {
        assert_eq!(rows("ID\ttweet\nsw_1\tsawa\n"), [tweet("sawa", None)]);
        assert_eq!(rows("tweet\tlabel\nsawa\tmixed\nonly a text\n"), [tweet("sawa", None), tweet("only a text", None)]);
        let read = lines("good\r\nodd\nbad\n", "2\n7\n0\n").unwrap();
        assert_eq!(read, [tweet("good", Some(2)), tweet("odd", None), tweet("bad", Some(0))]);
    }

    #[test]
    fn labels_of_other_texts_are_refused() {
        assert!(lines("one\ntwo\nthree\n", "1\n2\n").is_err());
        assert!(lines("one\n", "1\n2\n2\n2\n").is_err());
        assert_eq!(lines("one\n\n", "1\n2\n").unwrap().len(), 2, "the last may be empty");
    }
}
