//! The labelled messages.

use anyhow::{Context, Result, bail};
use tertulia_analysis::acts::Act;

const SAMPLE: &str = include_str!("sample.tsv");

#[derive(Debug, PartialEq)]
pub struct Labelled {
    /// Whether it was set aside while the rules were made.
    pub is_aside: bool,
    pub acts: Vec<Act>,
    pub is_substantial: bool,
    pub text: String,
}

pub fn sample() -> Result<Vec<Labelled>> {
    let read = |(number, line)| row(line).with_context(|| format!("line {} of the sample", number + 2));
    SAMPLE.lines().skip(1).enumerate().map(read).collect()
}

fn row(line: &str) -> Result<Labelled> {
    let mut columns = line.splitn(4, '\t');
    let (Some(half), Some(acts), Some(substance), Some(text)) =
        (columns.next(), columns.next(), columns.next(), columns.next())
    else {
        bail!("it has not four columns");
    };
    let act = |name: &str| Act::ALL.into_iter().find(|act| act.as_str() == name).with_context(|| format!("{name}?"));
    Ok(Labelled {
        is_aside: choice(half, "first", "aside")?,
        acts: acts.split(',').filter(|name| *name != "-").map(act).collect::<Result<_>>()?,
        is_substantial: choice(substance, "thin", "substantial")?,
        text: plain(text),
    })
}

fn choice(word: &str, no: &str, yes: &str) -> Result<bool> {
    match word {
        _ if word == yes => Ok(true),
        _ if word == no => Ok(false),
        _ => bail!("{word} is neither {no} nor {yes}"),
    }
}

/// `\n`, `\t` and `\\` stand for what they stand for everywhere.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                other => other.unwrap_or('\\'),
            },
            (c, false) => c,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_sample_is_read_and_half_of_them_are_set_aside() {
        let sample = sample().unwrap();
        assert!(sample.len() >= 150 && sample.iter().all(|message| !message.text.is_empty()));
        let aside = sample.iter().filter(|message| message.is_aside).count();
        assert!(aside.abs_diff(sample.len() - aside) <= 1);
        for act in Act::ALL {
            assert!(sample.iter().filter(|message| message.acts.contains(&act)).count() >= 15, "{}", act.as_str());
        }
    }

    #[test]
    fn what_is_not_a_row_is_refused() {
        let labelled = row("aside\tquestion,thanks\tthin\ta\\nb\\\\n").unwrap();
        assert_eq!((labelled.text.as_str(), &labelled.acts[..]), ("a\nb\\n", &[Act::Question, Act::Thanks][..]));
        for wrong in ["", "first\t-\tthin", "second\t-\tthin\ta", "first\tsigh\tthin\ta", "first\t-\tdeep\ta"] {
            assert!(row(wrong).is_err(), "{wrong}");
        }
    }
}
