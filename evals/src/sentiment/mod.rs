//! `eval sentiment`: is it heard whether a text speaks well or badly?
//!
//! The shipped model is asked about texts that it was not learnt from: the test part of a set where it is there, else the
//! part for development; which one stands on standard error. `n` is the number of texts; `umsab` is the mean of eight
//! languages. `per_second` is texts a second of one core's time, the median of several passes.

mod sets;
#[cfg(test)]
mod tests;

use crate::arguments::Arguments;
use crate::figures::Figure;
use crate::pace;
use anyhow::Result;
use sets::Set;
use std::hint::black_box;
use tertulia_analysis::{language, sentiment};
use tertulia_train::linear::figures::{Judged, macro_f1, macro_recall};

const CLASSES: u8 = sentiment::Sentiment::ALL.len() as u8;

pub fn run(arguments: &Arguments) -> Result<()> {
    if let Some(set) = sets::tweeteval(arguments) {
        tell(&set, "macro_recall", macro_recall(&judge(&set), CLASSES));
    }
    let umsab = sets::umsab(arguments);
    let values: Vec<f64> = umsab.iter().map(|set| macro_f1(&judge(set), CLASSES)).collect();
    if !values.is_empty() {
        let all = Set { name: "umsab".to_owned(), texts: umsab.iter().flat_map(|set| set.texts.clone()).collect() };
        tell(&all, "macro_f1", values.iter().sum::<f64>() / values.len() as f64);
    }
    umsab.iter().zip(&values).for_each(|(set, value)| tell(set, "macro_f1", *value));
    for set in sets::afrisenti(arguments) {
        tell(&set, "macro_f1", macro_f1(&judge(&set), CLASSES));
    }
    Ok(())
}

/// As the program does it: first the language is told, then the sentiment.
fn judge(set: &Set) -> Vec<Judged> {
    let judge = |(text, class): &(String, u8)| {
        let said = sentiment::of(text, language::detect(text));
        Judged { class: *class, said: said.value as u8, confidence: said.confidence }
    };
    set.texts.iter().map(judge).collect()
}

fn tell(set: &Set, metric: &str, value: f64) {
    let per_second = pace::per_second(&set.texts, |(text, _)| {
        black_box(sentiment::of(text, "und"));
    });
    Figure { set: &set.name, metric, value, n: set.texts.len(), per_second }.tell();
}
