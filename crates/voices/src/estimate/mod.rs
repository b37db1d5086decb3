//! What all whom an organisation serves would say, from those who were heard; or a refusal that says what is missing.
//!
//! One person, one voice. Those who can be linked to the population are weighted so that they have its margins
//! ([`crate::raking`]); the interval comes from the linearised variance ([`variance`], [`interval`]). Those of whom nothing is known are not
//! in the estimate; how far they could move it is its Manski range.

mod collapse;
pub mod interval;
mod note;
mod refusal;
pub mod variance;

pub use collapse::MOST_CATEGORIES;
pub use interval::{Interval, wilson};
pub use note::Note;
pub use refusal::{Need, Reason, Refusal};
pub use variance::{Mean, kish, weighted_mean};

use crate::population::Population;
use crate::raking::{Cells, Method, Raked, RakingRules, rake};
use crate::sample::Sample;
use collapse::Joined;
use serde::{Deserialize, Serialize};

/// The floor of evidence and the bounds of weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// Of intervals.
    pub level: f64,
    /// Fewer linked people than this give no estimate.
    pub least_people: u64,
    /// Fewer effective people (Kish) than this give no estimate.
    pub least_effective: f64,
    /// A category with fewer people is joined with another.
    pub least_per_category: u64,
    /// No estimate where more of the population than this is in categories of which nobody was heard, or fewer than that although at
    /// parity there would be as many, 0..1.
    pub most_unheard: f64,
    /// No estimate where some margin is missed by more than this, 0..1.
    pub largest_gap: f64,
    pub raking: RakingRules,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            level: 0.95,
            least_people: 30,
            least_effective: 20.0,
            least_per_category: 5,
            most_unheard: 0.25,
            largest_gap: 0.02,
            raking: RakingRules::default(),
        }
    }
}

/// Those heard whom nothing links to the population.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Unlinked {
    pub people: u64,
    /// Of all who were heard, 0..1.
    pub share: f64,
    /// The mean of their answers, unweighted; None where there are none.
    pub answer: Option<f64>,
}

/// A share of the population, how sure it is, and what it rests on. All shares are 0..1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    pub share: f64,
    pub low: f64,
    pub high: f64,
    /// Of the interval.
    pub level: f64,
    /// The linearised calibration error.
    pub se: f64,
    /// Linked people: those whom the estimate rests on.
    pub n: u64,
    /// Kish's design effect of the weights, n Σw² / (Σw)².
    pub deff: f64,
    /// n / deff.
    pub effective_n: f64,
    /// The people of a simple random sample that would be as sure: what the interval rests on.
    pub worth: f64,
    pub unlinked: Unlinked,
    /// Where the share would lie if those whom the unlinked stand for all said no, and if they all said yes.
    pub manski: (f64, f64),
    /// The mean over all people who were heard, unweighted.
    pub by_person: f64,
    /// The mean over messages, as if each were a vote. None where no messages were counted.
    pub by_message: Option<f64>,
    pub method: Method,
    /// The least and the largest weight, as a multiple of their mean.
    pub weights: (f64, f64),
    pub notes: Vec<Note>,
}

/// An estimate with the weights that it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    pub estimate: Estimate,
    /// Who is linked, by their place in the sample, and what each weighs.
    pub people: Vec<u32>,
    pub weights: Vec<f64>,
}

/// Estimates the share of the population, or refuses.
///
/// # Errors
/// A refusal, where the evidence lies below the floor of `rules`: it says why, and how many more of whom would mend it.
pub fn estimate(sample: &Sample, population: &Population, rules: &Rules) -> Result<Estimate, Refusal> {
    weigh(sample, population, rules).map(|weighed| weighed.estimate)
}

/// The same, with what each person weighs.
///
/// # Errors
/// As [`estimate`].
pub fn weigh(sample: &Sample, population: &Population, rules: &Rules) -> Result<Weighed, Refusal> {
    let (people, unlinked) = linked(sample, population);
    let mut notes = Vec::new();
    let n = people.len() as u64;
    if n < rules.least_people.max(2) {
        return Err(Refusal::too_few(n, rules.least_people.max(2), unlinked));
    }
    let mut joined = join_all(sample, population, &people, rules, &mut notes);
    if let Some(at) = most_unheard(&joined).filter(|at| joined[*at].unheard_share > rules.most_unheard) {
        let reason = Reason::Unheard { attribute: joined[at].attribute.clone(), share: joined[at].unheard_share };
        return Err(Refusal::new(reason, n, unlinked, &joined, rules));
    }
    joined.retain(|joined| joined.is_margin);
    if joined.is_empty() {
        notes.push(Note::Unweighted);
    }
    let refused = |reason: Reason| Refusal::new(reason, n, unlinked, &joined, rules);
    let base = |at: usize| sample.base(people[at] as usize);
    let margins: Vec<(Vec<u32>, usize)> =
        joined.iter().map(|joined| (joined.codes.clone(), joined.names.len())).collect();
    let cells = Cells::new(people.len(), &margins, base);
    let size = population.size.filter(|size| *size >= n as f64);
    let raked = rake(&cells, &targets(&cells, &joined, size), &rules.raking);
    let gap = told_gap(&raked, &joined, &mut notes);
    if gap > rules.largest_gap {
        let at = &joined[raked.gap.margin];
        let category = at.names[raked.gap.category].clone();
        return Err(refused(Reason::Unmet { attribute: at.attribute.clone(), category, off: raked.gap.off }));
    }
    let weights = raked.weights(&cells, base);
    let answers: Vec<f64> = people.iter().map(|person| sample.answers()[*person as usize]).collect();
    let mean = weighted_mean(&cells, &weights, &answers, size);
    if mean.effective_n().is_nan() || mean.effective_n() < rules.least_effective {
        return Err(refused(Reason::TooUneven { effective_n: mean.effective_n(), least: rules.least_effective }));
    }
    let found = interval::interval(&mean, rules.level, size);
    let share = mean.mean.clamp(0.0, 1.0);
    let average = weights.iter().sum::<f64>() / n as f64;
    let extremes = weights.iter().fold((f64::MAX, 0.0), |(low, high): (f64, f64), w| (low.min(*w), high.max(*w)));
    let estimate = Estimate {
        share,
        low: found.low,
        high: found.high,
        level: rules.level,
        se: mean.se,
        n,
        deff: mean.deff,
        effective_n: mean.effective_n(),
        worth: found.worth,
        manski: (share * (1.0 - unlinked.share), share * (1.0 - unlinked.share) + unlinked.share),
        unlinked,
        by_person: sample.mean_of_people().unwrap_or(share),
        by_message: sample.mean_of_messages(),
        method: raked.method,
        weights: (extremes.0 / average, extremes.1 / average),
        notes,
    };
    Ok(Weighed { estimate, people, weights })
}

/// A share that somebody counted: of `n` people so many. Nobody is known one by one, so nothing is weighted: the interval is
/// Wilson's.
///
/// # Errors
/// A refusal, where fewer people than the floor of `rules` were counted.
pub fn counted(yes: u64, n: u64, rules: &Rules) -> Result<Estimate, Refusal> {
    let unlinked = Unlinked { people: 0, share: 0.0, answer: None };
    let least = rules.least_people.max(2);
    if n < least {
        return Err(Refusal::too_few(n, least, unlinked));
    }
    let size = n as f64;
    let share = yes.min(n) as f64 / size;
    let (low, high) = wilson(share, size, crate::distributions::normal_quantile(0.5 + rules.level / 2.0));
    Ok(Estimate {
        share,
        low,
        high,
        level: rules.level,
        se: (share * (1.0 - share) / size).sqrt(),
        n,
        deff: 1.0,
        effective_n: size,
        worth: size,
        unlinked,
        manski: (share, share),
        by_person: share,
        by_message: None,
        method: Method::Raked,
        weights: (1.0, 1.0),
        notes: vec![Note::Unweighted],
    })
}

/// Who is linked: something that the population's margins know is known of them. Where it has no margins, everybody is.
fn linked(sample: &Sample, population: &Population) -> (Vec<u32>, Unlinked) {
    let mut is_linked = vec![population.attributes.is_empty(); sample.len()];
    for attribute in &population.attributes {
        if let Some(column) = sample.column(&attribute.name) {
            for (linked, known) in is_linked.iter_mut().zip(collapse::is_known(attribute, column)) {
                *linked |= known;
            }
        }
    }
    let people: Vec<u32> = (0..sample.len() as u32).filter(|person| is_linked[*person as usize]).collect();
    let rest = sample.len() - people.len();
    let answers: f64 = sample.answers().iter().zip(&is_linked).filter(|(_, linked)| !**linked).map(|(a, _)| a).sum();
    let unlinked = Unlinked {
        people: rest as u64,
        share: rest as f64 / sample.len().max(1) as f64,
        answer: (rest > 0).then(|| answers / rest as f64),
    };
    (people, unlinked)
}

fn join_all(
    sample: &Sample,
    population: &Population,
    people: &[u32],
    rules: &Rules,
    notes: &mut Vec<Note>,
) -> Vec<Joined> {
    let mut joined = Vec::new();
    for attribute in &population.attributes {
        match sample.column(&attribute.name) {
            Some(column) => {
                joined.push(collapse::join(attribute, column, people, rules.least_per_category.max(1), notes));
            }
            None => notes.push(Note::AttributeNotAsked { attribute: attribute.name.clone() }),
        }
    }
    joined
}

fn most_unheard(joined: &[Joined]) -> Option<usize> {
    (0..joined.len()).max_by(|a, b| joined[*a].unheard_share.total_cmp(&joined[*b].unheard_share).then(b.cmp(a)))
}

/// What each category of each margin should add up to. Those of whom a value is not known keep the weight they have by design,
/// and the others share the rest as the population does.
fn targets(cells: &Cells, joined: &[Joined], size: Option<f64>) -> Vec<Vec<f64>> {
    let base: f64 = cells.base.iter().sum();
    let whole = size.unwrap_or(base);
    let of_margin = |(margin, joined): (usize, &Joined)| {
        let has_unknown = joined.names.len() > joined.shares.len();
        let unknown = if has_unknown { cells.totals(margin, &cells.base)[joined.shares.len()] / base } else { 0.0 };
        let known = joined.shares.iter().map(|share| share * (1.0 - unknown) * whole);
        known.chain(has_unknown.then_some(unknown * whole)).collect()
    };
    joined.iter().enumerate().map(of_margin).collect()
}

/// How far the worst margin is missed; what there is to say of the weights goes into the notes.
fn told_gap(raked: &Raked, joined: &[Joined], notes: &mut Vec<Note>) -> f64 {
    if raked.method == Method::Bounded && raked.converged {
        notes.push(Note::Bounded { at_bound: raked.at_bound });
    }
    let Some(at) = joined.get(raked.gap.margin).filter(|_| !raked.converged) else { return 0.0 };
    notes.push(Note::NotConverged {
        attribute: at.attribute.clone(),
        category: at.names[raked.gap.category].clone(),
        off: raked.gap.off,
        trimmed: raked.method == Method::Trimmed,
    });
    raked.gap.off.abs()
}

#[cfg(test)]
mod tests;
