//! No estimate: why, and what would mend it.

use super::collapse::Joined;
use super::{Rules, Unlinked};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why there is no estimate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// Too few linked people were heard.
    TooFew { least: u64 },
    /// Too large a part of the population is in categories of which nobody was heard, or far too few.
    Unheard { attribute: String, share: f64 },
    /// Weights that differ so much leave too few effective people.
    TooUneven { effective_n: f64, least: f64 },
    /// The margins cannot be met by those who were heard.
    Unmet { attribute: String, category: String, off: f64 },
}

/// How many more of whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Attribute and category; None: of anybody who can be linked to the population.
    pub of: Option<(String, String)>,
    pub more: u64,
}

/// That the evidence is too thin, with its reason. More is needed of all that `needs` names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub struct Refusal {
    pub reason: Reason,
    /// Linked people.
    pub n: u64,
    pub unlinked: Unlinked,
    pub needs: Vec<Need>,
}

/// Nobody is asked for more than this many more; it is said then that it would take as many or more.
const MOST_NEEDED: u64 = 100_000;

impl Refusal {
    pub(super) fn too_few(n: u64, least: u64, unlinked: Unlinked) -> Self {
        Self { reason: Reason::TooFew { least }, n, unlinked, needs: vec![Need { of: None, more: least - n }] }
    }

    pub(super) fn new(reason: Reason, n: u64, unlinked: Unlinked, joined: &[Joined], rules: &Rules) -> Self {
        let named = |attribute: &str| joined.iter().find(|joined| joined.attribute == attribute);
        let needs = match &reason {
            Reason::TooFew { least } => vec![Need { of: None, more: least.saturating_sub(n) }],
            Reason::Unheard { attribute, .. } => named(attribute).map_or(Vec::new(), |joined| unheard(joined, rules)),
            Reason::TooUneven { effective_n, least } => uneven(joined, n, least / effective_n.max(1.0)),
            Reason::Unmet { attribute, category, .. } => unmet(named(attribute), attribute, category, n),
        };
        Self { reason, n, unlinked, needs }
    }
}

/// So many of the unheard categories, the largest first, that what is left is small enough.
fn unheard(joined: &Joined, rules: &Rules) -> Vec<Need> {
    let mut unheard: Vec<&(String, u64, f64)> = joined.unheard.iter().collect();
    unheard.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    let mut left = joined.unheard_share;
    let mut needs = Vec::new();
    for (category, heard, share) in unheard {
        if left <= rules.most_unheard {
            break;
        }
        left -= share;
        let of = Some((joined.attribute.clone(), category.clone()));
        needs.push(Need { of, more: rules.least_per_category.max(1) - heard });
    }
    needs
}

/// Adds people to the attribute that costs most effective people, always where one more helps most, until there are
/// `times` as many effective ones: with shares W and people n in the categories these are 1/Σ(W²/n).
fn uneven(joined: &[Joined], n: u64, times: f64) -> Vec<Need> {
    let costs =
        |joined: &Joined| joined.heard.iter().map(|(_, heard, share)| share * share / floor(*heard)).sum::<f64>();
    let Some(worst) = joined.iter().max_by(|a, b| costs(a).total_cmp(&costs(b))) else {
        return vec![Need { of: None, more: ((times - 1.0) * n as f64).ceil().clamp(1.0, MOST_NEEDED as f64) as u64 }];
    };
    let mut more = vec![0_u64; worst.heard.len()];
    let wanted = costs(worst) / times;
    let (mut cost, mut added) = (costs(worst), 0);
    while cost > wanted && added < MOST_NEEDED {
        let gain = |at: usize| {
            let (_, heard, share) = &worst.heard[at];
            share * share * (1.0 / floor(heard + more[at]) - 1.0 / floor(heard + more[at] + 1))
        };
        let Some(best) = (0..more.len()).max_by(|a, b| gain(*a).total_cmp(&gain(*b)).then(b.cmp(a))) else { break };
        // Several at once where there is far to go, so that it ends soon.
        let step = 1 + (worst.heard[best].1 + more[best]) / 20;
        let (_, heard, share) = &worst.heard[best];
        cost -= share * share * (1.0 / floor(heard + more[best]) - 1.0 / floor(heard + more[best] + step));
        more[best] += step;
        added += step;
    }
    let need = |(at, more): (usize, &u64)| {
        (*more > 0).then(|| Need { of: Some((worst.attribute.clone(), worst.heard[at].0.clone())), more: *more })
    };
    more.iter().enumerate().filter_map(need).collect()
}

/// Half a person where there is none, as a share of none would be without end.
fn floor(people: u64) -> f64 {
    (people as f64).max(0.5)
}

/// As many as give the category its share: (W n − heard) / (1 − W); where it has too many, as many of the others.
fn unmet(joined: Option<&Joined>, attribute: &str, category: &str, n: u64) -> Vec<Need> {
    let Some((joined, at)) = joined.and_then(|joined| Some((joined, joined.names.iter().position(|c| c == category)?)))
    else {
        return Vec::new();
    };
    let heard = joined.codes.iter().filter(|code| **code as usize == at).count() as f64;
    let share = joined.shares.get(at).copied().unwrap_or(0.0);
    let lacks = (share * n as f64 - heard) / (1.0 - share).max(1e-3);
    let whole = |more: f64| more.ceil().clamp(1.0, MOST_NEEDED as f64) as u64;
    if lacks > 0.0 {
        return vec![Need { of: Some((attribute.to_owned(), category.to_owned())), more: whole(lacks) }];
    }
    let rest = heard / share.max(1e-3) - n as f64;
    let others = joined.names.iter().zip(&joined.shares).enumerate().filter(|(other, _)| *other != at);
    let need = |(_, (name, of_all)): (usize, (&String, &f64))| Need {
        of: Some((attribute.to_owned(), name.clone())),
        more: whole(rest * of_all / (1.0 - share).max(1e-3)),
    };
    others.map(need).collect()
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| (share * 1_000.0).round() / 10.0;
        let n = self.n;
        match &self.reason {
            Reason::TooFew { least } => {
                write!(f, "too few people were heard: {n} who can be linked, {least} are the least")?
            }
            Reason::Unheard { attribute, share } => {
                write!(f, "{attribute}: hardly anybody was heard of {} % of the population", percent(*share))?;
            }
            Reason::TooUneven { effective_n, least } => {
                let worth = effective_n.round();
                write!(
                    f,
                    "those heard differ so much from the population that {n} are worth {worth}, {least} are the least"
                )?;
            }
            Reason::Unmet { attribute, category, off } => {
                let off = percent(off.abs());
                write!(f, "no weights give {attribute} {category} its share; {off} points are missing or too many")?;
            }
        }
        for (at, need) in self.needs.iter().enumerate() {
            let before = if at == 0 { "; it would take " } else { " and " };
            match &need.of {
                None => write!(f, "{before}{} more", need.more)?,
                Some((attribute, category)) => write!(f, "{before}{} more of {attribute} {category}", need.more)?,
            }
        }
        Ok(())
    }
}
