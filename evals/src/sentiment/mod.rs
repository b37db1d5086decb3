//! `eval sentiment`: is it heard whether a text speaks well or badly?
//!
//! The shipped model is asked about texts that it was not learnt from: the test part of a set where it is there, else the
//! part for development; which one stands on standard error. `n` is the number of texts; `umsab` is the mean of eight
//! languages. `per_second` is texts a second of one core's time, the median of several passes.
//!
//! With `--model DIR` a bigger model is asked instead, on the same texts and measured alike.

mod asked;
mod sets;
#[cfg(test)]
mod tests;

use crate::arguments::Arguments;
use crate::figures::Figure;
use crate::pace;
use anyhow::Result;
use asked::Asked;
use sets::Set;
use tertulia_analysis::sentiment;
use tertulia_train::linear::figures::{macro_f1, macro_recall};

const CLASSES: u8 = sentiment::Sentiment::ALL.len() as u8;

pub fn run(arguments: &Arguments) -> Result<()> {
    let asked = Asked::of(arguments)?;
    if let Some(set) = sets::tweeteval(arguments) {
        tell(&asked, &set, "macro_recall", macro_recall(&asked.judge(&set), CLASSES));
    }
    let umsab = sets::umsab(arguments);
    let values: Vec<f64> = umsab.iter().map(|set| macro_f1(&asked.judge(set), CLASSES)).collect();
    if !values.is_empty() {
        let all = Set { name: "umsab".to_owned(), texts: umsab.iter().flat_map(|set| set.texts.clone()).collect() };
        tell(&asked, &all, "macro_f1", values.iter().sum::<f64>() / values.len() as f64);
    }
    umsab.iter().zip(&values).for_each(|(set, value)| tell(&asked, set, "macro_f1", *value));
    for set in sets::afrisenti(arguments) {
        tell(&asked, &set, "macro_f1", macro_f1(&asked.judge(&set), CLASSES));
    }
    Ok(())
}

fn tell(asked: &Asked, set: &Set, metric: &str, value: f64) {
    let texts = &set.texts[..asked.enough_for_pace().min(set.texts.len())];
    let per_second = pace::per_second(texts, |(text, _)| asked.say(text));
    Figure { set: &set.name, metric, value, n: set.texts.len(), per_second }.tell();
}
