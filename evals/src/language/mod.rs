//! `eval language`: is the language of a text named rightly?
//!
//! A text that is "und" to the detector is a miss. `n` is the number of texts; `words`, `pairs` and `sentences` are means
//! over languages, `tweets` over tweets of seven. `per_second` is texts a second of one core's time, the median of several passes.

mod sets;
#[cfg(test)]
mod tests;

use crate::arguments::Arguments;
use crate::figures::Figure;
use crate::pace;
use crate::skipped;
use anyhow::Result;
use sets::Texts;
use std::hint::black_box;
use tertulia_analysis::language;

pub fn run(arguments: &Arguments) -> Result<()> {
    let tweets = sets::tweets(arguments);
    tell("tweets", &tweets, pooled(&tweets), arguments.explain);
    for (set, file) in sets::LISTS {
        let lists = sets::lists(arguments, file);
        tell(set, &lists, mean(&lists), arguments.explain);
    }
    for texts in sets::african(arguments) {
        let set = texts.set.clone();
        let of_one = [texts];
        tell(&set, &of_one, pooled(&of_one), arguments.explain);
    }
    Ok(())
}

fn right(texts: &Texts) -> usize {
    texts.texts.iter().filter(|text| language::detect(text) == texts.code).count()
}

/// The share of all texts that is named rightly.
fn pooled(all: &[Texts]) -> f64 {
    let count: usize = all.iter().map(|texts| texts.texts.len()).sum();
    all.iter().map(right).sum::<usize>() as f64 / count.max(1) as f64
}

/// The mean of the languages' shares.
fn mean(all: &[Texts]) -> f64 {
    let share = |texts: &Texts| right(texts) as f64 / texts.texts.len().max(1) as f64;
    all.iter().map(share).sum::<f64>() / all.len().max(1) as f64
}

fn tell(set: &str, all: &[Texts], value: f64, explain: bool) {
    let n = all.iter().map(|texts| texts.texts.len()).sum();
    if n == 0 {
        skipped::absent(set, "no texts are here");
        return;
    }
    Figure { set, metric: "accuracy", value, n, per_second: speed(all) }.tell();
    if explain {
        for texts in all {
            eprintln!(
                "{set} {} {:.3} {}",
                texts.set,
                right(texts) as f64 / texts.texts.len().max(1) as f64,
                taken_for(texts)
            );
        }
    }
}

/// What the texts of a language are most often taken for.
fn taken_for(texts: &Texts) -> String {
    let mut wrong: Vec<(&str, usize)> = Vec::new();
    for found in texts.texts.iter().map(|text| language::detect(text)).filter(|found| *found != texts.code) {
        match wrong.iter_mut().find(|(code, _)| *code == found) {
            Some((_, count)) => *count += 1,
            None => wrong.push((found, 1)),
        }
    }
    wrong.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
    wrong.iter().take(4).map(|(code, count)| format!("{code}:{count} ")).collect()
}

fn speed(all: &[Texts]) -> f64 {
    let texts: Vec<&String> = all.iter().flat_map(|texts| &texts.texts).collect();
    pace::per_second(&texts, |text| {
        black_box(language::detect(black_box(text)));
    })
}
