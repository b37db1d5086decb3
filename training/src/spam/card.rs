//! The model's card.

use super::{FOLDS, RECIPE, Tested, sets};
use crate::arguments::Arguments;
use crate::linear::figures::{Judged, calibration_error, mcc};
use crate::linear::sources::{checksum, table};
use crate::linear::svm::SEED;
use anyhow::{Context, Result};
use std::fmt::Write;
use tertulia_analysis::noise::MODEL_VERSION;

/// Whether a text of this name is of a kind.
type IsOf = fn(&str) -> bool;

pub fn write(arguments: &Arguments, bytes: &[u8], materials: &sets::Materials, tested: &Tested<'_>) -> Result<()> {
    let path = arguments.card("spam");
    std::fs::create_dir_all(path.parent().context("a folder of cards")?)?;
    std::fs::write(path, text(bytes, materials, tested)?)?;
    Ok(())
}

fn text(bytes: &[u8], materials: &sets::Materials, tested: &Tested<'_>) -> Result<String> {
    let mut text = String::new();
    writeln!(
        text,
        "# Spam and promotion\n\n\
         Written by `cargo xtask train spam --data DIR`. Version {MODEL_VERSION}, {} bytes, BLAKE3 `{}`.\n\n\
         ## What it is\n\n\
         Two linear models over the same features, one for each place: in private it tells spam (text messages called so), in\n\
         public also promotion (comments called spam below videos: people who draw others to what is their own). Words, pairs of\n\
         words and runs of {} to {} characters, with what a link leads to, hashed into {} rows of small whole numbers; what\n\
         stands in one text alone does not count. Learnt were support vector machines (squared hinge loss, dual coordinate\n\
         descent, {} rounds, seed {SEED}), with features weighed by how rare they are. Learning twice gives the same bytes. Tweets in\n\
         twenty languages and lines of a chat where people help each other were learnt as fine, with little weight; in public\n\
         they and text messages have but to stay off the wrong side.\n\n\
         In private, a text is noise if that is at least as probable as {:.2}: the lowest with which at most one good text message\n\
         in 1,500 is blocked. In public, if it is at least as probable as {:.2}, which was set and not\n\
         fitted: doubt speaks for the writer.\n",
        bytes.len(),
        checksum(bytes),
        RECIPE.settings.shortest,
        RECIPE.settings.longest,
        1u32 << RECIPE.bits,
        RECIPE.rounds,
        tested.thresholds[1],
        tested.thresholds[2],
    )?;
    writeln!(
        text,
        "## What it reaches\n\n\
         On folds that were held out: each of {FOLDS} in turn, of models learnt from the others. The comments of a video are in\n\
         one fold. The threshold in private and the probabilities were fitted on the same folds, so the figures flatter them a\n\
         little; `cargo xtask eval spam --data DIR` fits anew each time, without the texts it is then asked about.\n\n\
         | set | noise caught | good ones blocked | MCC | calibration error |\n|---|---|---|---|---|"
    )?;
    let kinds: [(&str, IsOf); 4] = [
        ("text messages", sets::is_sms),
        ("comments", sets::is_comment),
        ("tweets", sets::is_tweet),
        ("lines of chats", sets::is_chat),
    ];
    for (name, is_it) in kinds {
        let judged = tested.of(is_it);
        let (caught, blocked) = (share(&judged, true), share(&judged, false));
        writeln!(text, "| {name} | {caught} | {blocked} | {:.3} | {:.3} |", mcc(&judged), calibration_error(&judged))?;
    }
    writeln!(
        text,
        "\nSome of the tweets and lines that are blocked do advertise: nobody labelled them.\n\n\
         ## What it does not do\n\n\
         What it learnt of noise is English, of 2005 to 2015, and of two places; it lets through what is advertised in other\n\
         languages. It looks at one text alone: who sends the same to everybody is not seen here.\n\n\
         ## What it was learnt from\n\n\
         SMS Spam Collection (Almeida, Hidalgo and Yamakami 2011), YouTube Spam Collection (Alberto, Lochter and Almeida 2015),\n\
         UMSAB (Barbieri and others 2022), AfriSenti (Muhammad and others 2023), IRC\n\
         Disentanglement (Kummerfeld and others 2019).\n\n\
         {}",
        table(&materials.sources, sets::licence)
    )?;
    Ok(text)
}

/// How many of those that are noise, or are not, were called so.
fn share(judged: &[Judged], is_noise: bool) -> String {
    let of: Vec<&Judged> = judged.iter().filter(|judged| (judged.class != 0) == is_noise).collect();
    let said = of.iter().filter(|judged| judged.said != 0).count();
    if of.is_empty() {
        "–".to_owned()
    } else {
        format!("{said} of {} ({:.4})", of.len(), said as f64 / of.len() as f64)
    }
}
