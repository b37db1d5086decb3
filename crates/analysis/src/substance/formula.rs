//! The formula: what is counted, weighed and added up in logits. The weights are argued in `docs/models/substance.md`;
//! none was fitted.

use super::features::Features;
use super::languages::{
    AFFECT, COMPARISON, CONDITION, CONTRAST, DETAIL, EVIDENCE, FIRST_PERSON, HEDGE, INSULT, POINTING, PRAISE,
    PROMOTION, PROPOSAL, REASON, SARCASM, SECOND_PERSON,
};

/// What a text of no words at all would have.
const NOTHING: f64 = -3.4;

/// One summand of the score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    pub name: &'static str,
    /// In logits.
    pub value: f64,
}

/// Half of the weight at `half`, all of it at infinity: each further sign of a kind says less.
fn saturating(count: f64, half: f64) -> f64 {
    count / (count + half)
}

/// The summands, in a fixed order.
pub(super) fn parts(features: &Features) -> Vec<Part> {
    PARTS.iter().map(|(name, part)| Part { name, value: part(features) }).collect()
}

pub(super) fn logit(features: &Features) -> f64 {
    PARTS.iter().map(|(_, part)| part(features)).sum()
}

type Summand = fn(&Features) -> f64;

const PARTS: [(&str, Summand); 22] = [
    ("nothing", |_| NOTHING),
    ("content", |f| 1.2 * (1.0 + content(f)).ln()),
    ("reasons", |f| 1.0 * saturating(f.count(REASON), 1.0)),
    ("contrasts", |f| 1.0 * saturating(f.count(CONTRAST), 1.0)),
    ("conditions", |f| 0.8 * saturating(f.count(CONDITION), 1.0)),
    ("hedges", |f| 0.8 * saturating(f.count(HEDGE), 1.0)),
    ("proposals", |f| 1.0 * saturating(f.count(PROPOSAL), 1.0)),
    ("evidence", |f| 1.0 * saturating(f.count(EVIDENCE) + f64::from(f.links), 1.0)),
    ("comparisons", |f| 0.8 * saturating(f.count(COMPARISON), 1.0)),
    ("details", |f| 1.0 * saturating(f.count(DETAIL) + f64::from(f.numbers), 1.0)),
    ("names", |f| 0.5 * saturating(f64::from(f.names), 2.0)),
    ("experience", |f| 0.3 * saturating(f.count(FIRST_PERSON), 3.0)),
    ("long_words", |f| 0.9 * saturating(f64::from(f.long), 4.0)),
    ("word_length", word_length),
    ("structure", structure),
    ("questions", |f| {
        0.4 * saturating(f64::from(f.questions), 1.0) - 0.5 * saturating(f64::from(f.curt_questions), 1.0)
    }),
    ("shouting", shouting),
    ("attack", attack),
    ("feeling", |f| -0.8 * saturating(f.count(AFFECT) + f64::from(f.pictures) / 2.0, 2.0)),
    ("praise", |f| -0.6 * share(f.count(PRAISE), words(f))),
    ("repetition", repetition),
    ("promotion", |f| -2.5 * saturating(f.count(PROMOTION), 1.5)),
];

/// Different words of content, at most about the share of them in prose: where no list knows a language's articles and pronouns,
/// these look like content, too.
fn content(features: &Features) -> f64 {
    (f64::from(features.content_halves) / 2.0).min(0.65 * f64::from(features.different_halves) / 2.0)
}

fn words(features: &Features) -> f64 {
    f64::from(features.halves) / 2.0
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole).min(1.0) } else { 0.0 }
}

/// Words that say something are long: the mean length of different words of content, against the 5.5 letters of plain English
/// prose, each word more than eight making it surer.
fn word_length(features: &Features) -> f64 {
    let spaced = f64::from(features.spaced);
    let mean = if spaced > 0.0 { f64::from(features.letters) / spaced } else { 5.5 };
    0.5 * (mean - 5.5).clamp(-1.5, 1.5) * saturating(spaced, 8.0)
}

/// Several sentences, of several clauses; no more of them than different words can carry. Pointing words carry nothing.
fn structure(features: &Features) -> f64 {
    let carried = f64::from(features.different_halves) / 6.0;
    let sentences = (f64::from(features.sentences) - 1.0).clamp(0.0, carried);
    let joints = f64::from(features.joints).min(carried);
    let quotes = f64::from(features.quotes / 2).min(carried);
    let pointing = (share(features.count(POINTING), words(features)) - 0.1).max(0.0);
    0.5 * saturating(sentences, 2.0) + 0.5 * saturating(joints, 2.0) + 0.3 * saturating(quotes, 1.0) - 2.0 * pointing
}

/// Capitals (two may be names of organisations), exclamation marks, stretched words.
fn shouting(features: &Features) -> f64 {
    let capitals = share(f64::from(features.capitals.saturating_sub(2)), f64::from(features.cased));
    let marks = f64::from(features.exclamations);
    -1.5 * capitals - 0.7 * saturating(marks, 2.0) - 0.4 * saturating(f64::from(features.stretched), 1.0)
}

/// Insults and scorn, and the reader spoken of rather than the matter.
fn attack(features: &Features) -> f64 {
    let insults = features.count(INSULT);
    let second = share(features.count(SECOND_PERSON), words(features));
    -saturating(insults, 1.0)
        - 0.6 * saturating(features.count(SARCASM), 1.0)
        - second.min(0.2) * (1.5 + insults.min(2.0))
}

/// Texts of up to so many words repeat few (type–token ratio near 0.6 in English prose at 200 words).
fn repetition(features: &Features) -> f64 {
    let different = share(f64::from(features.different_halves), f64::from(features.halves));
    -3.0 * (0.55 - different).max(0.0)
}
