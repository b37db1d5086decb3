//! Models learnt anew, without what they are then asked about.

use anyhow::Result;
use std::path::Path;
use tertulia_analysis::linear::Features;
use tertulia_analysis::noise;
use tertulia_train::linear::Example;
use tertulia_train::linear::figures::Judged;
use tertulia_train::linear::sources::{fold, key};
use tertulia_train::spam::{learn_and_test, sets};

const TENTHS: u64 = 10;
/// Sets these folds apart from those that the learning makes of the rest.
const SEED: &str = "tenths of 1934:";

/// Tweets and lines of chats that are learnt as no noise.
pub struct Ground(Vec<Example>);

impl Ground {
    /// Those of the data, where they are there.
    pub fn read(data: &Path) -> Result<Self> {
        let mut materials = sets::Materials::default();
        if let Err(absent) = sets::tweets(data, &mut materials) {
            eprintln!("without (all) tweets: {absent:#}");
        }
        if let Err(absent) = sets::chat(data, &mut materials) {
            eprintln!("without chats: {absent:#}");
        }
        Ok(Self(materials.examples))
    }
}

/// What a model says of texts that learnt from others.
pub fn without(asked: &[Example], learnt: &[Example], ground: &Ground) -> Result<Vec<Judged>> {
    let examples = [learnt, &ground.0].concat();
    let (model, _) = learn_and_test(&examples)?;
    let mut features = Features::default();
    let judge = |example: &Example| {
        let said = noise::judge(&model, &example.text, sets::place(&example.source), &mut features);
        Judged { class: example.class, said: said.value as u8, confidence: said.confidence }
    };
    Ok(asked.iter().map(judge).collect())
}

/// Ten-fold: each tenth is asked about, and the rest is learnt from. Messages that read the same are in one tenth.
pub fn in_tenths(messages: &[Example], others: &[Example], ground: &Ground) -> Result<Vec<Judged>> {
    let tenth = |message: &Example| fold(&format!("{SEED}{}", key(&message.text))) % TENTHS;
    let mut judged = Vec::new();
    for number in 0..TENTHS {
        let (asked, rest): (Vec<Example>, Vec<Example>) =
            messages.iter().cloned().partition(|message| tenth(message) == number);
        judged.extend(without(&asked, &[rest, others.to_vec()].concat(), ground)?);
    }
    Ok(judged)
}
