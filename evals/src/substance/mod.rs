//! `eval substance`: are constructive comments told from others, apart from their length?
//!
//! The comments (SFU Opinion and Comments Corpus) are for measuring alone: their licence forbids learning from them, and nothing in the
//! formula was fitted to them. `auc` is over all comments, `within_band_auc` within bands of length ([`bands`]), with a 95 % interval in
//! `within_band_auc_low` and `within_band_auc_high`; `length_auc` and `length_within_band_auc` are what the number of words alone reaches.
//! `n` is the number of comments that a value rests on.

mod bands;

use crate::{arguments::Arguments, figures::Figure, pace, skipped};
use anyhow::{Context, Result, ensure};
use bands::{Band, Case};
use std::path::Path;
use tertulia_analysis::substance;

const FILE: &str = "quality/constructive_sfu.csv";
/// The set is in English.
const LANGUAGE: &str = "en";

pub fn run(arguments: &Arguments) -> Result<()> {
    let Some(file) = arguments.data_file(FILE) else { return Ok(()) };
    let Some(comments) = skipped::unless_sound("sfu", read(&file)) else { return Ok(()) };
    if arguments.explain {
        explain(&comments);
    }
    let per_second = pace::per_second(&comments, |(text, _)| {
        std::hint::black_box(substance::judge(text, LANGUAGE));
    });
    let by_formula = cases(&comments, |text| substance::judge(text, LANGUAGE).score);
    let by_length = cases(&comments, |text| words(text) as f64);
    let figure = |metric, value: Option<f64>, n| match value {
        Some(value) => Figure { set: "sfu", metric, value, n, per_second }.tell(),
        None => skipped::absent(metric, "no band has enough comments of either kind"),
    };
    let all = |cases: &[Case]| bands::auc(&[Band::of(cases.iter())]);
    figure("auc", all(&by_formula), comments.len());
    let within = bands::within(&by_formula);
    let (low, high) = bands::interval(&within).unzip();
    let n = bands::size(&within);
    figure("within_band_auc", bands::auc(&within), n);
    figure("within_band_auc_low", low, n);
    figure("within_band_auc_high", high, n);
    figure("length_auc", all(&by_length), comments.len());
    figure("length_within_band_auc", bands::auc(&bands::within(&by_length)), n);
    Ok(())
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn cases(comments: &[(String, bool)], score: impl Fn(&str) -> f64) -> Vec<Case> {
    let case = |(text, is_constructive): &(String, bool)| Case {
        words: words(text),
        is_constructive: *is_constructive,
        score: score(text),
    };
    comments.iter().map(case).collect()
}

/// The comments that were judged to be one or the other.
fn read(file: &Path) -> Result<Vec<(String, bool)>> {
    let mut reader = csv::Reader::from_path(file)?;
    let headers = reader.byte_headers()?.clone();
    let column = |name: &str| {
        headers.iter().position(|header| header == name.as_bytes()).with_context(|| format!("no column {name}"))
    };
    let (text, verdict) = (column("comment")?, column("is_constructive")?);
    let mut comments = Vec::new();
    for record in reader.byte_records() {
        let record = record?;
        let is_constructive = match record.get(verdict) {
            Some(b"yes") => true,
            Some(b"no") => false,
            _ => continue,
        };
        comments.push((String::from_utf8_lossy(&record[text]).into_owned(), is_constructive));
    }
    let both = [true, false].iter().all(|wanted| comments.iter().any(|(_, is)| is == wanted));
    ensure!(both, "no comments of either kind");
    Ok(comments)
}

/// The mean of each part of the score in either class.
fn explain(comments: &[(String, bool)]) {
    let mut sums: Vec<(&str, [f64; 2])> = Vec::new();
    for (text, is_constructive) in comments {
        for (at, part) in substance::parts(text, LANGUAGE).into_iter().enumerate() {
            if sums.len() == at {
                sums.push((part.name, [0.0; 2]));
            }
            sums[at].1[usize::from(*is_constructive)] += part.value;
        }
    }
    let count = |wanted: bool| comments.iter().filter(|(_, is)| *is == wanted).count().max(1) as f64;
    for (name, [no, yes]) in sums {
        eprintln!("{name:>14} {:>7.3} not constructive {:>7.3} constructive", no / count(false), yes / count(true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_with_a_verdict_are_read_and_others_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.csv");
        let text = b"id,is_constructive,comment\n1,yes,\"Two, because\nof \xff\"\n2,no,No\n3,not_sure,Well\n";
        std::fs::write(&file, text).unwrap();
        let expected = [("Two, because\nof \u{fffd}".to_owned(), true), ("No".to_owned(), false)];
        assert_eq!(read(&file).unwrap(), expected);
        std::fs::write(&file, "a,b\n1,2\n").unwrap();
        assert!(read(&file).is_err());
    }
}
