//! `train language`: the model that tells languages apart.
//!
//! Each language is a Markov chain of letters and word boundaries, five letters long, from the n-gram counts of lingua's
//! crates (`training/languages`), mixed with tweets where there are some. Kept is what tells languages apart.

mod calibrate;
mod card;
mod counts;
mod languages;
mod rows;
mod sources;
mod table;

use crate::arguments::Arguments;
use anyhow::{Context, Result};
use counts::Mixture;
use languages::{LEARNT, Learnt};
use rows::Thrift;
use sources::{Crates, Source};
use tertulia_analysis::language::learning::Group;

/// How much of a language with both is tweets.
const TWEETS: f64 = 0.15;
/// Chosen for the size of the model that follows.
const THRIFT: Thrift = Thrift { least: 2e-5 };

/// A text whose language is known, and which was not learnt from.
pub struct HeldOut {
    pub code: &'static str,
    pub text: String,
}

#[derive(Default)]
pub struct Materials {
    pub sources: Vec<Source>,
    pub held_out: Vec<HeldOut>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let crates = Crates::fetch(&arguments.project)?;
    let mut materials = Materials::default();
    let mut rows = Vec::new();
    let mut groups = Vec::new();
    for group in Group::ALL {
        let of_group: Vec<&Learnt> = LEARNT.iter().filter(|learnt| learnt.group == group).collect();
        let mixtures = of_group
            .iter()
            .map(|learnt| mixture(learnt, arguments, &crates, &mut materials))
            .collect::<Result<Vec<Mixture>>>()?;
        let learnt = rows::learn(&mixtures, THRIFT);
        eprintln!("{group:?}: {} languages, {} n-grams", mixtures.len(), learnt.len());
        rows.extend(learnt);
        groups.push(of_group.iter().map(|learnt| (learnt.code, learnt.prior)).collect());
    }
    let first = table::bytes(&groups, &rows, [1.0, 0.0])?;
    let calibration = calibrate::fit(&first, &materials.held_out)?;
    let bytes = table::bytes(&groups, &rows, calibration)?;
    let model = arguments.model("language");
    std::fs::create_dir_all(model.parent().context("a folder of models")?)?;
    std::fs::write(&model, &bytes)?;
    eprintln!("{}: {} bytes, {} rows, calibration {calibration:?}", model.display(), bytes.len(), rows.len());
    card::write(arguments, &bytes, rows.len(), &materials)
}

fn mixture(learnt: &Learnt, arguments: &Arguments, crates: &Crates, materials: &mut Materials) -> Result<Mixture> {
    let mut parts = Vec::new();
    if let Some(language) = learnt.lingua {
        let (counts, source) = crates.counts(language, learnt)?;
        materials.sources.push(source);
        parts.push((if learnt.tweets.is_empty() { 1.0 } else { 1.0 - TWEETS }, counts));
    }
    let mut texts = Vec::new();
    for folder in learnt.tweets {
        let tweets = sources::tweets(arguments, folder)?;
        materials.sources.push(tweets.source);
        materials.held_out.extend(tweets.held_out.into_iter().map(|text| HeldOut { code: learnt.code, text }));
        texts.extend(tweets.learnt);
    }
    if !texts.is_empty() {
        parts.push((if parts.is_empty() { 1.0 } else { TWEETS }, sources::counts(&texts, learnt)));
    }
    Ok(Mixture { parts })
}
