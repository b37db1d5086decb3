//! `train spam`: the model that tells spam and promotion from what people have to say.

mod card;
pub mod sets;

use crate::arguments::Arguments;
use crate::linear::calibrate::{Calibration, HeldOut};
use crate::linear::figures::{Judged, mcc};
use crate::linear::rows::Rows;
use crate::linear::{Example, Recipe, learn};
use anyhow::{Context, Result};
use tertulia_analysis::linear::model::{LANES, softmax};
use tertulia_analysis::linear::{Features, Model, Settings};
use tertulia_analysis::noise::{Place, decide};

/// Chosen on folds of the training parts, as are the costs of [`sets`].
pub const RECIPE: Recipe = Recipe {
    settings: Settings { shortest: 3, longest: 5, most_bytes: 1_000, skips: false, negation: false, opens_links: true },
    bits: 17,
    classes: 3,
    chars: 1.0,
    rounds: 10,
};

/// A fold is held out from the others, and each in turn.
pub const FOLDS: u64 = 4;
/// How many good text messages in so many may be blocked.
pub const BLOCKED_AT_MOST: (usize, usize) = (1, 1_500);
/// Where nothing tells better.
const THRESHOLD: f32 = 0.5;

/// What held-out folds say of the recipe.
pub struct Tested<'a> {
    pub calibration: Calibration,
    pub thresholds: [f32; LANES],
    /// Each example, once, with what was said of it.
    pub judged: Vec<(&'a Example, Judged)>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let materials = sets::read(&arguments.data)?;
    eprintln!("{} texts", materials.examples.len());
    let (model, tested) = learn_and_test(&materials.examples)?;
    tested.tell();
    let bytes = model.to_bytes();
    let path = arguments.model("spam");
    std::fs::create_dir_all(path.parent().context("a folder of models")?)?;
    std::fs::write(&path, &bytes)?;
    card::write(arguments, &bytes, &materials, &tested)
}

/// Learns from all examples; confidence and thresholds are fitted on folds of them that were held out.
pub fn learn_and_test(examples: &[Example]) -> Result<(Model, Tested<'_>)> {
    learn_and_test_as(examples, &RECIPE)
}

/// The same by another recipe, for work on the recipe itself.
pub fn learn_and_test_as<'a>(examples: &'a [Example], recipe: &Recipe) -> Result<(Model, Tested<'a>)> {
    let rows = Rows::of(examples, recipe);
    let mut held_out: Vec<(&Example, HeldOut)> = Vec::new();
    let mut features = Features::default();
    for fold in 0..FOLDS {
        let (asked, of): (Vec<usize>, Vec<usize>) =
            (0..examples.len()).partition(|n| examples[*n].fold % FOLDS == fold);
        let model = learn(examples, &rows, &of, recipe)?;
        for example in asked.into_iter().map(|n| &examples[n]) {
            let counts = if sets::is_tweet(&example.source) { 0.1 } else { 1.0 };
            let scores = model.scores(&example.text, &mut features);
            held_out.push((example, HeldOut { scores, class: example.class, counts }));
        }
    }
    let texts: Vec<HeldOut> = held_out.iter().map(|(_, text)| *text).collect();
    let calibration = Calibration::fit(&texts, RECIPE.classes);
    let thresholds = thresholds(&held_out, &calibration);
    let judged = held_out
        .iter()
        .map(|(example, text)| (*example, judge(text, sets::place(&example.source), &calibration, &thresholds)))
        .collect();
    let all: Vec<usize> = (0..rows.len()).collect();
    let mut model = learn(examples, &rows, &all, recipe)?;
    calibration.put(&mut model);
    model.head.thresholds = thresholds;
    Ok((model, Tested { calibration, thresholds, judged }))
}

fn judge(text: &HeldOut, place: Place, calibration: &Calibration, thresholds: &[f32; LANES]) -> Judged {
    let said = decide(softmax(calibration.scores(text.scores), RECIPE.classes, 1.0), thresholds, place);
    Judged { class: text.class, said: said.value as u8, confidence: said.confidence }
}

/// In private the lowest with which hardly any good text message is blocked; in public the one with the best correlation on
/// comments.
fn thresholds(held_out: &[(&Example, HeldOut)], calibration: &Calibration) -> [f32; LANES] {
    let steps: Vec<f32> = (10..=99).map(|step| step as f32 / 100.0).collect();
    let of = |is_it: fn(&str) -> bool| -> Vec<HeldOut> {
        held_out.iter().filter(|(example, _)| is_it(&example.source)).map(|(_, text)| *text).collect()
    };
    let (sms, comments) = (of(sets::is_sms), of(sets::is_comment));
    let judged = |texts: &[HeldOut], place: Place, threshold: f32| -> Vec<Judged> {
        texts.iter().map(|text| judge(text, place, calibration, &[threshold; LANES])).collect()
    };
    let good = sms.iter().filter(|text| text.class == 0).count();
    let most = good * BLOCKED_AT_MOST.0 / BLOCKED_AT_MOST.1;
    let blocks_few = |threshold: f32| {
        let judged = judged(&sms, Place::Private, threshold);
        judged.iter().filter(|judged| judged.class == 0 && judged.said != 0).count() <= most
    };
    let private = match good {
        0 => THRESHOLD,
        _ => steps.iter().copied().find(|step| blocks_few(*step)).unwrap_or(0.99),
    };
    let correlation = |threshold: f32| mcc(&judged(&comments, Place::Public, threshold));
    let best = steps.iter().copied().map(|step| (step, correlation(step))).max_by(|a, b| {
        // Of two that are as good, the one nearer to the middle.
        let middle = |of: &(f32, f64)| (of.0 - THRESHOLD).abs();
        a.1.total_cmp(&b.1).then(middle(b).total_cmp(&middle(a)))
    });
    [0.0, private, best.map_or(THRESHOLD, |best| best.0), 0.0]
}

impl Tested<'_> {
    /// What was said of the texts of some sources.
    pub fn of(&self, is_it: impl Fn(&str) -> bool) -> Vec<Judged> {
        self.judged.iter().filter(|(example, _)| is_it(&example.source)).map(|(_, judged)| *judged).collect()
    }

    fn tell(&self) {
        let share = |of: &[Judged], class: bool| {
            let of: Vec<&Judged> = of.iter().filter(|judged| (judged.class != 0) == class).collect();
            (of.iter().filter(|judged| judged.said != 0).count(), of.len())
        };
        let (sms, comments, tweets) = (self.of(sets::is_sms), self.of(sets::is_comment), self.of(sets::is_tweet));
        eprintln!("sms: caught {:?}, blocked {:?}", share(&sms, true), share(&sms, false));
        eprintln!(
            "comments: MCC {:.4}, caught {:?}, blocked {:?}",
            mcc(&comments),
            share(&comments, true),
            share(&comments, false)
        );
        eprintln!("tweets: blocked {:?}", share(&tweets, false));
        eprintln!("{:?}, thresholds {:?}", self.calibration, self.thresholds);
    }
}
