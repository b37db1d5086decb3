//! Shares corrected for what a machine gets wrong, with intervals that hold that doubt, too.
//!
//! Of messages that people labelled it is known how often class *i* is called *j*, P_ij. What was called *j* among all is then a
//! mixture of what is, and what is follows from it:
//!
//! ```text
//! q_j = Σ_i π_i P_ij        so   π = (Pᵀ)⁻¹ q
//! two classes:  π = (q + specificity − 1) / (sensitivity + specificity − 1)      Rogan and Gladen (1978)
//! ```
//!
//! It is corrected where the errors were measured: each message by the errors of its cell (its language on its channel), which are
//! pooled and drawn together ([`errors`]). Of people who count with the part of their messages that is of a class, that adds up
//! ([`parts`]); of people who count where any of their messages is, how many of them were called so decides ([`anyone`]). What is handed in
//! without a cell is so, and is not corrected; only where the errors of the others are known by themselves, since those measured on all
//! messages are of all. What comes out below 0 or above 1 is 0 or 1.
//!
//! Where a machine hardly tells the classes apart in a cell (a language that it cannot read), nothing is made of what it says there: that
//! part may be anything, and the interval holds it.
//!
//! The interval holds both doubts, of whom was heard and of the labels: both are drawn again and again from a seed, and the middle
//! of what comes out is taken (a parametric bootstrap).
//!
//! It holds where errors do not depend on anything but the class and the cell: where the labelled sample was drawn from what is being
//! counted, and the machine is not wrong of one person's messages more than of another's.

mod anyone;
mod errors;
mod mixture;
mod parts;
mod rates;

pub use errors::{Errors, LEAST_APART, LEAST_LABELS, mistakes};

use crate::agreement::middle;
use serde::{Deserialize, Serialize};

/// The most classes that a share is corrected among.
pub const MOST_CLASSES: usize = 4;
/// More than this of what is counted in cells of which nothing was read, or of which nothing can be said, is not corrected, 0..1.
pub const MOST_UNREAD: f64 = 0.5;

const SAMPLES: usize = 600;
/// Of people who count where any of their messages says so: each draw finds a mixture anew.
const SAMPLES_OF_ANY: usize = 150;

/// What somebody said in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// Its place among the cells of [`Errors`]; none where a person said what it is.
    pub cell: Option<u32>,
    /// How many messages were called each class.
    pub counts: [u32; MOST_CLASSES],
}

impl Said {
    #[must_use]
    pub fn all(&self) -> u32 {
        self.counts.iter().sum()
    }
}

/// One person, with what they weigh: any positive number.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    pub weight: f64,
    pub said: &'a [Said],
}

/// Of what else than labels there is doubt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Doubt {
    /// Who was heard stands for others: as sure as so many people of a simple random sample ([`crate::estimate::Estimate::worth`]).
    Sample { worth: f64 },
    /// Nobody stands for anybody else: it is these messages, so many.
    Labels { messages: f64 },
}

/// How a person counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// With the part of their messages that is of the class.
    EachPart,
    /// Wholly, where any of their messages is; of two classes.
    Any,
}

/// A corrected share. All are 0..1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Corrected {
    pub share: f64,
    pub low: f64,
    pub high: f64,
    /// What the machine's guesses come to.
    pub observed: f64,
    /// The part of it all that stands in cells of which nothing was read, and is taken for like the others.
    pub unread: f64,
    /// The part of it all that stands in cells in which the classes are not told apart: of it nothing is said, and it may be anything.
    /// Of people who count wholly, those who wrote there.
    #[serde(default)]
    pub blind: f64,
    /// The part of it all that a person said.
    pub known: f64,
}

/// Why nothing is corrected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Uncorrected {
    #[error("nothing was read")]
    NotMeasured,
    /// `more` labels of it; reading messages as they come, about so many `messages` (none known where none was).
    #[error("of {class} {labels} are labelled; it would take {more} more")]
    TooFewLabels { class: String, labels: f64, more: u64, read: f64, messages: Option<u64> },
    /// So many more messages would make sure that they are told apart; none where no reading mends it.
    #[error("the labels tell the classes apart too little ({apart:.2}) for a correction")]
    TooLittleApart { apart: f64, messages: Option<u64> },
    #[error("of {share:.2} of it nothing like it was read")]
    Unread { share: f64 },
    #[error("of {share:.2} of it the labels do not tell the classes apart, of {unread:.2} nothing like it was read")]
    Blind { share: f64, unread: f64 },
    #[error("there is nothing to correct")]
    Nothing,
    #[error("the shares and the labelled classes do not fit together")]
    Unfit,
}

/// Corrects the share of a class over people.
///
/// # Errors
/// Where most of it stands in cells of which nothing was read or the classes are not told apart, where nobody said anything, and where the input does not fit
/// together.
pub fn correct(
    people: &[Person<'_>],
    class: usize,
    counting: Counting,
    errors: &Errors,
    (doubt, level, seed): (Doubt, f64, u64),
) -> Result<Corrected, Uncorrected> {
    let times = if counting == Counting::Any { SAMPLES_OF_ANY } else { SAMPLES };
    sampled(people, class, counting, errors, (doubt, level, seed), times)
}

pub(crate) fn sampled(
    people: &[Person<'_>],
    class: usize,
    counting: Counting,
    errors: &Errors,
    (doubt, level, seed): (Doubt, f64, u64),
    times: usize,
) -> Result<Corrected, Uncorrected> {
    let classes = errors.classes().len();
    let is_there = |said: &Said| said.cell.is_none_or(|cell| (cell as usize) < errors.cells());
    let is_sound = |person: &Person<'_>| {
        person.weight.is_finite()
            && person.weight > 0.0
            && person
                .said
                .iter()
                .all(|said| is_there(said) && said.counts[classes.min(MOST_CLASSES)..].iter().all(|n| *n == 0))
    };
    let any = counting == Counting::Any;
    if class >= classes || classes > MOST_CLASSES || (any && classes != 2) || !people.iter().all(is_sound) {
        return Err(Uncorrected::Unfit);
    }
    let people: Vec<Person<'_>> =
        people.iter().copied().filter(|one| one.said.iter().any(|said| said.all() > 0)).collect();
    if people.is_empty() {
        return Err(Uncorrected::Nothing);
    }
    let parts = parts::Parts::of(&people, errors);
    let patterns = any.then(|| anyone::Patterns::of(&people, class, errors));
    let (unread, of_messages) = parts.unread_and_blind(errors);
    let blind = patterns.as_ref().map_or(of_messages, anyone::Patterns::blind);
    if unread > MOST_UNREAD {
        return Err(Uncorrected::Unread { share: unread });
    }
    if unread + blind > MOST_UNREAD {
        return Err(Uncorrected::Blind { share: blind, unread });
    }
    let doubt = bounded(doubt, &people, any);
    let (observed, (share, mut samples)) = match (&patterns, doubt) {
        (None, _) => (parts.observed(class), parts::shares(&parts, class, errors, doubt, (seed, times))),
        (Some(patterns), Doubt::Sample { worth }) => {
            let whole: f64 = people.iter().map(|person| person.weight).sum();
            let said = people.iter().filter(|one| one.said.iter().any(|said| said.counts[class] > 0));
            let observed = said.map(|person| person.weight / whole).sum();
            (observed, anyone::shares(patterns, class, errors, worth, (seed, times)))
        }
        (Some(_), Doubt::Labels { .. }) => return Err(Uncorrected::Unfit),
    };
    samples.sort_by(f64::total_cmp);
    let share = share.clamp(0.0, 1.0);
    let (low, high) = middle(&samples, level);
    Ok(Corrected {
        share,
        low: low.clamp(0.0, share),
        high: high.clamp(share, 1.0),
        observed,
        unread,
        blind,
        known: parts.known(),
    })
}

/// No share is surer than as many as there are: which of them are called wrongly is chance even where everybody was heard.
fn bounded(doubt: Doubt, people: &[Person<'_>], is_of_any: bool) -> Doubt {
    let messages = || people.iter().flat_map(|person| person.said).map(Said::all).map(f64::from).sum::<f64>();
    let Doubt::Sample { worth } = doubt else { return doubt };
    let most = if is_of_any { people.len() as f64 } else { messages() };
    Doubt::Sample { worth: if worth.is_nan() { 1.0 } else { worth.clamp(1.0, most.max(1.0)) } }
}

#[cfg(test)]
mod tests;
