//! Whom we hear and whom we don't: each segment's part of the customers, of the people heard and of the messages.
//!
//! ```text
//! index = (heard in the segment / heard) / (customers in the segment / customers)
//! ```
//!
//! 1 is parity, 0.5 half as many as there should be. The customers are taken for known exactly (they are counted, or given), so the
//! interval of the index is Wilson's interval of the share heard, divided by the share of customers. A segment is called unheard
//! where the whole interval lies below 1, and the order goes by its upper end: by what is sure, so that a small segment of which
//! nobody was heard by chance does not come first. With many segments some would be called so by chance; the level is divided by their
//! number (Bonferroni).

use crate::distributions::normal_quantile;
use crate::estimate::wilson;
use crate::population::Attribute;
use crate::sample::{Column, Sample};
use serde::{Deserialize, Serialize};

/// What a segment's interval says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Surely heard less than its part.
    Unheard,
    /// Nothing sure: its part lies within the interval.
    AtPar,
    /// Surely heard more than its part.
    Loud,
}

/// One segment. Shares are 0..1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    pub name: String,
    /// Of the population, and how many that is, in the unit of its margins.
    pub customers: f64,
    pub customers_share: f64,
    pub heard: u64,
    pub heard_share: f64,
    pub messages: u64,
    pub messages_share: f64,
    /// Share heard by share of customers, with its interval.
    pub index: f64,
    pub low: f64,
    pub high: f64,
    pub standing: Standing,
    /// Fewer than [`LEAST_EXPECTED`] people would have been heard at parity, so little can be said of it.
    pub thin: bool,
}

/// How the segments of an attribute are heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    pub attribute: String,
    /// The surely unheard first, the most unheard of them before the others.
    pub segments: Vec<Segment>,
    /// People heard of whom it is not known, and their part of all who were heard.
    pub unlinked: u64,
    pub unlinked_share: f64,
    /// The part of the population of whom it is not known.
    pub population_unknown: f64,
}

/// People expected at parity below which a segment is thin.
pub const LEAST_EXPECTED: f64 = 5.0;

/// Lays those who were heard beside the population, for one attribute. Shares heard are among those of whom it is known; level is of
/// all intervals together (0.95). An attribute that the sample does not have is heard of nobody.
#[must_use]
pub fn coverage(sample: &Sample, attribute: &Attribute, level: f64) -> Coverage {
    let heard = match sample.column(&attribute.name) {
        Some(column) => count(column, sample.messages(), attribute),
        None => vec![(0, 0); attribute.categories.len()],
    };
    let people: u64 = heard.iter().map(|(people, _)| people).sum();
    let messages: u64 = heard.iter().map(|(_, messages)| messages).sum();
    let segments = attribute.categories.len().max(1) as f64;
    let z = normal_quantile(1.0 - (1.0 - level) / segments / 2.0);
    let shares = attribute.shares();
    let mut segments: Vec<Segment> = attribute
        .categories
        .iter()
        .zip(shares)
        .zip(heard)
        // Of whom there are no customers nobody can be unheard.
        .filter(|((_, share), _)| *share > 0.0)
        .map(|((category, share), heard)| Segment {
            name: category.name.clone(),
            customers: category.count,
            ..segment(share, heard, (people, messages), z)
        })
        .collect();
    segments.sort_by(|a, b| a.high.total_cmp(&b.high).then(b.customers_share.total_cmp(&a.customers_share)));
    let unlinked = sample.len() as u64 - people;
    Coverage {
        attribute: attribute.name.clone(),
        segments,
        unlinked,
        unlinked_share: unlinked as f64 / sample.len().max(1) as f64,
        population_unknown: attribute.unknown,
    }
}

/// People and messages of each category of the population.
fn count(column: &Column, messages: &[u32], attribute: &Attribute) -> Vec<(u64, u64)> {
    let mut by_code = vec![(0_u64, 0_u64); column.categories.len()];
    for (code, messages) in column.codes.iter().zip(messages) {
        if let Some((people, all)) = by_code.get_mut(*code as usize) {
            *people += 1;
            *all += u64::from(*messages);
        }
    }
    let codes: std::collections::HashMap<&str, (u64, u64)> =
        column.categories.iter().map(String::as_str).zip(by_code).collect();
    let of = |name: &str| codes.get(name).copied().unwrap_or_default();
    attribute.categories.iter().map(|category| of(&category.name)).collect()
}

fn segment(share: f64, heard: (u64, u64), all: (u64, u64), z: f64) -> Segment {
    let part = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let heard_share = part(heard.0, all.0);
    let (low, high) = wilson(heard_share, all.0 as f64, z);
    let (index, low, high) = (heard_share / share, low / share, high / share);
    let standing = match (low, high) {
        (_, high) if high < 1.0 => Standing::Unheard,
        (low, _) if low > 1.0 => Standing::Loud,
        _ => Standing::AtPar,
    };
    Segment {
        name: String::new(),
        customers: 0.0,
        customers_share: share,
        heard: heard.0,
        heard_share,
        messages: heard.1,
        messages_share: part(heard.1, all.1),
        index,
        low,
        high,
        standing,
        thin: share * (all.0 as f64) < LEAST_EXPECTED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::Draws;
    use crate::population::Population;
    use crate::sample::Voice;

    fn sample(kinds: &[(Option<&str>, usize, u32)]) -> Sample {
        let mut sample = Sample::new(&["age"]);
        for (age, people, messages) in kinds {
            (0..*people)
                .for_each(|_| sample.push(Voice { values: &[*age], answer: 0.0, messages: *messages }).unwrap());
        }
        sample
    }

    fn ages(categories: &[(&str, f64)]) -> Attribute {
        let categories = categories.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        Population::from_margins([("age".to_owned(), categories)], None).unwrap().attributes.remove(0)
    }

    #[test]
    fn the_surely_unheard_come_first_and_noise_does_not() {
        let customers = ages(&[("young", 5_000.0), ("middle", 9_000.0), ("old", 4_397.0), ("very old", 3.0)]);
        let heard = sample(&[(Some("young"), 120, 5), (Some("middle"), 88, 1), (Some("old"), 4, 1), (None, 38, 1)]);
        let found = coverage(&heard, &customers, 0.95);
        let names: Vec<&str> = found.segments.iter().map(|segment| segment.name.as_str()).collect();
        assert_eq!(names, ["old", "middle", "young", "very old"]);
        let old = &found.segments[0];
        assert_eq!((old.standing, old.heard, old.thin), (Standing::Unheard, 4, false));
        assert!((old.index - (4.0 / 212.0) / (4_397.0 / 18_400.0)).abs() < 1e-12);
        let very_old = &found.segments[3];
        assert_eq!((very_old.standing, very_old.index, very_old.thin), (Standing::AtPar, 0.0, true));
        assert_eq!(found.segments[2].standing, Standing::Loud);
        assert!((found.segments[2].messages_share - 600.0 / 692.0).abs() < 1e-12);
        assert_eq!((found.unlinked, found.unlinked_share), (38, 38.0 / 250.0));
    }

    #[test]
    fn nobody_heard_is_no_evidence() {
        let found = coverage(&sample(&[]), &ages(&[("young", 1.0), ("old", 1.0)]), 0.95);
        assert!(found.segments.iter().all(|segment| segment.standing == Standing::AtPar && segment.thin));
        let unknown = coverage(&Sample::new(&[]), &ages(&[("young", 1.0)]), 0.95);
        assert_eq!(unknown.segments[0].heard, 0);
    }

    #[test]
    fn a_segment_at_parity_is_seldom_called_anything_else() {
        let mut draws = Draws::new(11);
        let customers = ages(&[("a", 10.0), ("b", 30.0), ("c", 25.0), ("d", 35.0)]);
        let called = (0..1_000)
            .filter(|_| {
                let mut counts = [0_usize; 4];
                for _ in 0..200 {
                    let at = draws.uniform();
                    counts[[0.1, 0.4, 0.65].iter().filter(|end| at >= **end).count()] += 1;
                }
                let kinds = [("a", counts[0]), ("b", counts[1]), ("c", counts[2]), ("d", counts[3])];
                let heard = sample(&kinds.map(|(name, people)| (Some(name), people, 1)));
                coverage(&heard, &customers, 0.95).segments.iter().any(|s| s.standing != Standing::AtPar)
            })
            .count();
        // 5 % of 1,000 in expectation, less for the intervals hang together.
        assert!((20..=65).contains(&called), "{called}");
    }
}
