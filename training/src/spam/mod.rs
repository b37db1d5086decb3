//! `train spam`: the model that tells spam and promotion from what people have to say.

mod card;
pub mod sets;

use crate::arguments::Arguments;
use crate::linear::calibrate::{Calibration, HeldOut};
use crate::linear::figures::{Judged, mcc};
use crate::linear::rows::Rows;
use crate::linear::{Example, Recipe, learn, learn_as};
use anyhow::{Context, Result};
use tertulia_analysis::linear::model::{LANES, Scores};
use tertulia_analysis::linear::{Features, Model, Settings};
use tertulia_analysis::noise::{self, Place, decide};

/// Chosen on folds of the training parts, as are the costs of [`sets`].
pub const RECIPE: Recipe = Recipe {
    settings: Settings { shortest: 3, longest: 5, most_bytes: 1_000, skips: false, negation: false, opens_links: true },
    bits: 17,
    classes: 3,
    chars: 0.5,
    rounds: 10,
    least_texts: 2,
    is_counted: |example| !sets::is_ground(&example.source),
    lesson: sets::lesson,
};

/// A fold is held out from the others, and each in turn.
pub const FOLDS: u64 = 4;
/// How many good text messages in so many may be blocked.
pub const BLOCKED_AT_MOST: (usize, usize) = (1, 1_500);
/// In public a text must be so probably noise: doubt speaks for the writer. It is not fitted, since two videos or three say too
/// little of the next one: whatever they say lies between 0.46 and 0.82, and in most of that the correlation is the same.
pub const PUBLIC: f32 = 0.75;
/// In private, where nothing tells better.
const UNKNOWN: f32 = 0.5;

/// What held-out folds say of the recipe.
pub struct Tested<'a> {
    pub odds: Odds,
    pub thresholds: [f32; LANES],
    /// Each example, once, with what was said of it.
    pub judged: Vec<(&'a Example, Judged)>,
}

/// How the scores of each place become the logarithm of odds: multiplied by `strengths`, and `shift` added.
#[derive(Debug, Clone, Copy)]
pub struct Odds {
    pub strengths: [f32; LANES],
    pub shift: [f32; LANES],
}

impl Odds {
    /// Fitted for either place on the texts that stand there.
    fn fit(held_out: &[(&Example, HeldOut)]) -> Self {
        let mut odds = Self { strengths: [1.0; LANES], shift: [0.0; LANES] };
        for place in [Place::Private, Place::Public] {
            let lane = noise::lane(place);
            let against_nought = |text: &HeldOut| HeldOut {
                scores: [0.0, text.scores[lane], 0.0, 0.0],
                class: u8::from(text.class != 0),
                counts: 1.0,
            };
            let texts: Vec<HeldOut> = of_place(held_out, place).iter().map(against_nought).collect();
            if !texts.is_empty() {
                let fitted = Calibration::fit(&texts, 2);
                odds.strengths[lane] = fitted.sharpness as f32;
                odds.shift[lane] = (fitted.shift[1] - fitted.shift[0]) as f32;
            }
        }
        odds
    }

    fn of(&self, scores: &Scores) -> Scores {
        std::array::from_fn(|lane| scores[lane] * self.strengths[lane] + self.shift[lane])
    }
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
    let rows = Rows::of(examples, &RECIPE);
    let mut held_out: Vec<(&Example, HeldOut)> = Vec::new();
    let mut features = Features::default();
    for fold in 0..FOLDS {
        let (asked, of): (Vec<usize>, Vec<usize>) =
            (0..examples.len()).partition(|n| examples[*n].fold % FOLDS == fold);
        let model = learn(examples, &rows, &of, &RECIPE)?;
        for example in asked.into_iter().map(|n| &examples[n]) {
            let scores = model.scores(&example.text, &mut features);
            held_out.push((example, HeldOut { scores, class: example.class, counts: 1.0 }));
        }
    }
    let odds = Odds::fit(&held_out);
    for (_, text) in &mut held_out {
        text.scores = odds.of(&text.scores);
    }
    let thresholds = thresholds(&held_out);
    let judged = held_out
        .iter()
        .map(|(example, text)| (*example, judge(text, sets::place(&example.source), &thresholds)))
        .collect();
    let all: Vec<usize> = (0..rows.len()).collect();
    let mut model = learn_as(examples, &rows, &all, &RECIPE, &odds.strengths)?;
    model.head.bias.iter_mut().zip(odds.shift).for_each(|(bias, shift)| *bias += shift);
    model.head.thresholds = thresholds;
    Ok((model, Tested { odds, thresholds, judged }))
}

/// Tweets stand in public, and are no part of it here: nobody labelled them.
fn of_place(held_out: &[(&Example, HeldOut)], place: Place) -> Vec<HeldOut> {
    let is_it = |source: &str| if place == Place::Private { sets::is_sms(source) } else { sets::is_comment(source) };
    held_out.iter().filter(|(example, _)| is_it(&example.source)).map(|(_, text)| *text).collect()
}

fn judge(text: &HeldOut, place: Place, thresholds: &[f32; LANES]) -> Judged {
    let said = decide(text.scores, thresholds, place);
    Judged { class: text.class, said: said.value as u8, confidence: said.confidence }
}

/// In private the lowest with which hardly any good text message is blocked; in public [`PUBLIC`].
fn thresholds(held_out: &[(&Example, HeldOut)]) -> [f32; LANES] {
    let good: Vec<HeldOut> = of_place(held_out, Place::Private).into_iter().filter(|text| text.class == 0).collect();
    let most = good.len() * BLOCKED_AT_MOST.0 / BLOCKED_AT_MOST.1;
    let blocks_few = |threshold: &f32| {
        let is_blocked = |text: &&HeldOut| judge(text, Place::Private, &[*threshold; LANES]).said != 0;
        good.iter().filter(is_blocked).count() <= most
    };
    let private = match good.len() {
        0 => UNKNOWN,
        _ => (10..=99).map(|step| step as f32 / 100.0).find(blocks_few).unwrap_or(0.99),
    };
    let mut thresholds = [0.0; LANES];
    (thresholds[noise::lane(Place::Private)], thresholds[noise::lane(Place::Public)]) = (private, PUBLIC);
    thresholds
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
        eprintln!(
            "tweets: blocked {:?}, lines of chats {:?}",
            share(&tweets, false),
            share(&self.of(sets::is_chat), false)
        );
        eprintln!("{:?}, thresholds {:?}", self.odds, self.thresholds);
    }
}
