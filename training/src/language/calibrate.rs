//! How sure the model may be, fitted on tweets that were held out, whole and in pieces.

use super::HeldOut;
use anyhow::{Context, Result};
use tertulia_analysis::language::learning::{Group, Model, STEP, Weighed, weighed};

/// So many words, and the whole.
const PIECES: [usize; 5] = [1, 2, 4, 8, usize::MAX];

/// The share of tweets that are not in the language of their set, or in none.
const MISLABELLED: f64 = 0.02;

struct Case {
    weighed: Weighed,
    language: usize,
}

/// The two numbers of doubt (see `verdict` in the crate that reads the model) with the least mean −ln of the true
/// language's likelihood.
pub fn fit(bytes: &[u8], held_out: &[HeldOut]) -> Result<[f32; 2]> {
    let model = Model::read(bytes.to_vec().leak()).context("the model cannot be read")?;
    let cases: Vec<Case> = held_out.iter().enumerate().flat_map(|(number, text)| cases(&model, text, number)).collect();
    let mut best = (f64::INFINITY, [1.0, 0.0]);
    for constant in 0..16 {
        for growing in 0..20 {
            let tried = [0.1 * constant as f32, 0.03 * growing as f32];
            let loss = cases.iter().map(|case| loss(case, tried)).sum::<f64>() / cases.len().max(1) as f64;
            if loss < best.0 {
                best = (loss, tried);
            }
        }
    }
    eprintln!("{} pieces held out, loss {:.4} with {:?}", cases.len(), best.0, best.1);
    Ok(best.1)
}

/// A piece of the text of each length.
fn cases(model: &Model, held_out: &HeldOut, number: usize) -> Vec<Case> {
    let words: Vec<&str> = held_out.text.split_whitespace().collect();
    let case = |length: usize| {
        let length = length.min(words.len());
        // Somewhere in the text, the same place each time.
        let begin = number * 7 % (words.len() - length + 1);
        let weighed = weighed(model, &words[begin..begin + length].join(" "))?;
        let language = model.languages(weighed.group).iter().position(|language| language.code == held_out.code)?;
        Some(Case { weighed, language })
    };
    PIECES.into_iter().filter_map(case).collect()
}

fn loss(case: &Case, [constant, growing]: [f32; 2]) -> f64 {
    let doubt = f64::from((constant + growing * (case.weighed.letters as f32).sqrt()).max(0.1)) / f64::from(STEP);
    let costs = &case.weighed.costs;
    let own = costs[case.language];
    let sum: f64 = costs.iter().map(|cost| (f64::from(own - cost) / doubt).min(500.0).exp()).sum();
    -((1.0 - MISLABELLED) / sum + MISLABELLED / costs.len() as f64).ln()
}

/// Of held-out texts of a group: how many, the share that is named rightly, mean confidence.
pub fn measure(model: &Model, held_out: &[&HeldOut]) -> (usize, f64, f64) {
    let (mut right, mut sure) = (0, 0.0);
    for text in held_out {
        let found = tertulia_analysis::language::learning::detected_by(model, &text.text);
        right += usize::from(found.language == text.code);
        sure += f64::from(found.confidence);
    }
    let count = held_out.len();
    (count, right as f64 / count.max(1) as f64, sure / count.max(1) as f64)
}

/// The languages of the model, each once.
pub fn codes(model: &Model) -> Vec<&'static str> {
    Group::ALL.into_iter().flat_map(|group| model.languages(group).iter().map(|language| language.code)).collect()
}
