//! `train sentiment`: the model that tells good from bad.

mod card;
pub mod sets;

use crate::arguments::Arguments;
use crate::linear::calibrate::{Calibration, HeldOut};
use crate::linear::figures::Judged;
use crate::linear::rows::Rows;
use crate::linear::{Example, Recipe, learn, one_against_all};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use tertulia_analysis::linear::{Features, Model, Settings};

/// Chosen on folds of the training parts, as are the costs of [`sets`].
pub const RECIPE: Recipe = Recipe {
    settings: Settings { shortest: 2, longest: 5, most_bytes: 1_500, skips: false, negation: true, opens_links: false },
    bits: 19,
    classes: 3,
    chars: 1.3,
    rounds: 8,
    least_texts: 0,
    is_counted: |_| true,
    lesson: one_against_all,
};

/// A fold is held out from the others, and each in turn.
const FOLDS: u64 = 4;

/// What held-out folds say of the recipe.
pub struct Tested {
    pub calibration: Calibration,
    /// By source.
    pub judged: BTreeMap<String, Vec<Judged>>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let materials = sets::read(&arguments.data)?;
    eprintln!("{} texts", materials.examples.len());
    let tested = test(&materials.examples, &RECIPE)?;
    tested.tell();
    let rows = Rows::of(&materials.examples, &RECIPE);
    let all: Vec<usize> = (0..rows.len()).collect();
    let mut model = learn(&materials.examples, &rows, &all, &RECIPE)?;
    tested.calibration.put(&mut model);
    let bytes = model.to_bytes();
    let path = arguments.model("sentiment");
    std::fs::create_dir_all(path.parent().context("a folder of models")?)?;
    std::fs::write(&path, &bytes)?;
    card::write(arguments, &bytes, &materials, &tested)
}

/// Learns from all folds but one and looks at that one, in turn.
pub fn test(examples: &[Example], recipe: &Recipe) -> Result<Tested> {
    let rows = Rows::of(examples, recipe);
    let mut held_out: Vec<(&str, HeldOut)> = Vec::new();
    for fold in 0..FOLDS {
        let (asked, of): (Vec<usize>, Vec<usize>) =
            (0..examples.len()).partition(|n| examples[*n].fold % FOLDS == fold);
        let model = learn(examples, &rows, &of, recipe)?;
        held_out.extend(look(examples, &asked, &model));
    }
    // Each set of tweets with as many of each class counts the same; the others have their own balance.
    let balanced: Vec<HeldOut> =
        held_out.iter().filter(|(source, _)| sets::is_balanced(source)).map(|(_, text)| *text).collect();
    let calibration = Calibration::fit(&balanced, recipe.classes);
    let mut judged: BTreeMap<String, Vec<Judged>> = BTreeMap::new();
    for (source, text) in &held_out {
        judged.entry((*source).to_owned()).or_default().push(calibration.judge(text, recipe.classes));
    }
    Ok(Tested { calibration, judged })
}

fn look<'a>(examples: &'a [Example], asked: &[usize], model: &Model) -> Vec<(&'a str, HeldOut)> {
    let mut features = Features::default();
    let look = |n: &usize| {
        let example = &examples[*n];
        let scores = model.scores(&example.text, &mut features);
        (example.source.as_str(), HeldOut { scores, class: example.class, counts: 1.0 })
    };
    asked.iter().map(look).collect()
}

impl Tested {
    /// The texts of the balanced sets.
    pub fn balanced(&self) -> Vec<Judged> {
        let balanced = self.judged.iter().filter(|(source, _)| sets::is_balanced(source));
        balanced.flat_map(|(_, judged)| judged.iter().copied()).collect()
    }

    fn tell(&self) {
        use crate::linear::figures::{calibration_error, macro_f1, macro_recall};
        for (source, judged) in &self.judged {
            eprintln!(
                "{source}: F1 {:.3}, recall {:.3} of {}",
                macro_f1(judged, 3),
                macro_recall(judged, 3),
                judged.len()
            );
        }
        let balanced = self.judged.iter().filter(|(source, _)| sets::is_balanced(source));
        let mean = balanced.map(|(_, judged)| macro_f1(judged, 3)).sum::<f64>() / sets::UMSAB.len() as f64;
        eprintln!(
            "mean {mean:.4}, calibration error {:.4}, {:?}",
            calibration_error(&self.balanced()),
            self.calibration
        );
    }
}
