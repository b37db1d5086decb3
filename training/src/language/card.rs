//! The model's card.

use super::{Materials, THRIFT, TWEETS, calibrate};
use crate::arguments::Arguments;
use anyhow::{Context, Result};
use std::fmt::Write;
use tertulia_analysis::language::learning::{MODEL_VERSION, Model};

pub fn write(arguments: &Arguments, bytes: &[u8], rows: usize, materials: &Materials) -> Result<()> {
    let model = Model::read(bytes.to_vec().leak()).context("the model cannot be read")?;
    let card = arguments.card("language");
    std::fs::create_dir_all(card.parent().context("a folder of cards")?)?;
    std::fs::write(&card, text(&model, bytes, rows, materials)?)?;
    Ok(())
}

fn text(model: &Model, bytes: &[u8], rows: usize, materials: &Materials) -> Result<String> {
    let codes = calibrate::codes(model);
    let mut text = String::new();
    writeln!(
        text,
        "# Languages\n\n\
         Written by `cargo xtask train language --data DIR`. Version {MODEL_VERSION}, {} bytes, BLAKE3 `{}`.\n\n\
         ## What it is\n\n\
         For each language a Markov chain of letters and word boundaries: how likely a letter is after the four before it\n\
         (absolute discounting, interpolated). The n-gram counts are lingua's; where there are tweets of a language, {} of\n\
         its chain is theirs. Kept are the {rows} n-grams whose costs matter (at least {:.1e} nats a letter), in steps of 0.1.\n\
         The model tells apart {} languages of four scripts; languages alone in their script are told by that.\n\n\
         {}\n\n\
         There is no chance in the training: no seed, and the same bytes each time.\n",
        bytes.len(),
        blake3::hash(bytes).to_hex(),
        TWEETS,
        THRIFT.least,
        codes.len(),
        codes.join(" "),
    )?;
    writeln!(
        text,
        "## What it reaches\n\n\
         On every tenth of the tweets below, which were held out from the counts, but used to fit two numbers of the confidence.\n\
         `cargo xtask eval language --data DIR` measures on other sets.\n\n\
         | language | tweets | right | mean confidence |\n|---|---|---|---|"
    )?;
    for code in &codes {
        let held_out: Vec<_> = materials.held_out.iter().filter(|text| text.code == *code).collect();
        if !held_out.is_empty() {
            let (count, right, sure) = calibrate::measure(model, &held_out);
            writeln!(text, "| {code} | {count} | {right:.3} | {sure:.3} |")?;
        }
    }
    writeln!(
        text,
        "\n## What it does not do\n\n\
         Bosnian, Croatian and Serbian in Latin letters, Indonesian and Malay, the two Norwegians and Danish are close: a few\n\
         words of one are often taken for another. A language that it does not know is taken for one that it does, mostly\n\
         with little confidence. The tweets of hi-Latn are few and full of English. Nigerian Pidgin and Hindi in Latin\n\
         letters are believed only where a text has one of their small words, or is nearly surely in them: else plain\n\
         English would often be taken for them.\n\n\
         ## What it was learnt from\n\n\
         The language models of lingua are copyright Peter M. Stahl, under the Apache License 2.0.\n\n\
         | source | version and licence | BLAKE3 |\n|---|---|---|"
    )?;
    for source in &materials.sources {
        writeln!(text, "| {} | {} | `{}` |", source.name, source.licence, source.checksum)?;
    }
    Ok(text)
}
