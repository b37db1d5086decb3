//! The model's card.

use super::{FOLDS, RECIPE, Tested, sets};
use crate::arguments::Arguments;
use crate::linear::figures::{calibration_error, macro_f1, macro_recall};
use crate::linear::sources::{checksum, table};
use crate::linear::svm::SEED;
use anyhow::{Context, Result};
use std::fmt::Write;
use tertulia_analysis::sentiment::MODEL_VERSION;

pub fn write(arguments: &Arguments, bytes: &[u8], materials: &sets::Materials, tested: &Tested) -> Result<()> {
    let path = arguments.card("sentiment");
    std::fs::create_dir_all(path.parent().context("a folder of cards")?)?;
    std::fs::write(path, text(bytes, materials, tested)?)?;
    Ok(())
}

fn text(bytes: &[u8], materials: &sets::Materials, tested: &Tested) -> Result<String> {
    let mut text = String::new();
    writeln!(
        text,
        "# Sentiment\n\n\
         Written by `cargo xtask train sentiment --data DIR`. Version {MODEL_VERSION}, {} bytes, BLAKE3 `{}`.\n\n\
         ## What it is\n\n\
         A linear model of three classes (negative, neutral, positive) for all languages: words, pairs of words, words behind a\n\
         negation, and runs of {} to {} characters, hashed into {} rows of small whole numbers. Learnt were support vector\n\
         machines, one class against the others (squared hinge loss, dual coordinate descent, {} rounds, seed {SEED}), with\n\
         features weighed by how rare they are. Learning twice gives the same bytes.\n",
        bytes.len(),
        checksum(bytes),
        RECIPE.settings.shortest,
        RECIPE.settings.longest,
        1u32 << RECIPE.bits,
        RECIPE.rounds,
    )?;
    writeln!(
        text,
        "## What it reaches\n\n\
         On folds that were held out: each of {FOLDS} in turn, of models learnt from the others, so from a quarter less than the\n\
         one that is shipped. Two tweets that read the same are in one fold. `cargo xtask eval sentiment --data DIR` measures\n\
         the shipped one on other parts, which were not learnt from: tweets of those were left out wherever else they stood.\n\n\
         | set | tweets | macro-F1 | macro-recall | calibration error |\n|---|---|---|---|---|"
    )?;
    for (source, judged) in &tested.judged {
        let figures = (macro_f1(judged, 3), macro_recall(judged, 3), calibration_error(judged));
        writeln!(text, "| {source} | {} | {:.3} | {:.3} | {:.3} |", judged.len(), figures.0, figures.1, figures.2)?;
    }
    let balanced = tested.balanced();
    let mean = (macro_f1(&balanced, 3), macro_recall(&balanced, 3), calibration_error(&balanced));
    writeln!(
        text,
        "| all of umsab | {} | {:.3} | {:.3} | {:.3} |\n\n\
         The confidence was fitted (temperature and a shift for each class, on these same folds) to tweets of eight languages\n\
         with as many of each class. The calibration error is that over ten bands of confidence. Where most messages are of one\n\
         class, it is off by as much as the balance is.\n\n\
         ## What it does not do\n\n\
         It counts words and does not understand them: irony, a negation far off and \"not bad\" in a language with few\n\
         examples go wrong. It was learnt from tweets of 2013 to 2020; longer and more formal writing is often called neutral.\n\
         A language that is not below it hardly knows.\n\n\
         ## What it was learnt from\n\n\
         UMSAB (Barbieri and others 2022), AfriSenti (Muhammad and others 2023), SemEval 2013 to 2016, task \"Sentiment analysis\n\
         in Twitter\". The count is of tweets that no file above held.\n\n\
         {}",
        balanced.len(),
        mean.0,
        mean.1,
        mean.2,
        table(&materials.sources, sets::licence)
    )?;
    Ok(text)
}
