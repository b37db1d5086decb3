//! Which segments drive the difference between two sources (Kitagawa 1955, J. Am. Stat. Assoc. 50; Oaxaca 1973).
//!
//! With c the part of a source's people in a segment and r the mean answer there,
//!
//! ```text
//! a − b = Σ (c_a − c_b) · ((r_a + r_b)/2 − R)   composition: other people speak there
//!       + Σ (r_a − r_b) · (c_a + c_b)/2         within: the same kind of people say otherwise
//! ```
//!
//! R is the mean of both sources' answers; it changes no sum, since Σ (c_a − c_b) = 0, and makes one segment's part readable. People of
//! whom the attribute is not known are a segment of their own. Intervals are by the delta method, with independent people.

use crate::distributions::normal_quantile;
use crate::sample::Sample;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Fewer people than this in either source make a segment's part thin.
pub const LEAST: u64 = 10;

/// A part of the difference, with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// What one segment brings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// None: those of whom it is not known.
    pub segment: Option<String>,
    /// People in the first and in the second source.
    pub people: (u64, u64),
    /// Their part of each source's people.
    pub parts: (f64, f64),
    /// Their mean answers; None where nobody is there.
    pub answers: (Option<f64>, Option<f64>),
    pub composition: Part,
    /// 0 where one source has nobody of the segment: then its part is all composition.
    pub within: Part,
    /// One of the sources has fewer than [`LEAST`] people of it.
    pub thin: bool,
}

/// The difference between two sources, taken apart by one attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decomposition {
    pub attribute: String,
    /// Mean answer of the first less that of the second, one person one voice, unweighted.
    pub difference: f64,
    pub composition: Part,
    pub within: Part,
    /// The largest first.
    pub segments: Vec<Contribution>,
}

/// The people of one segment in one source.
#[derive(Debug, Clone, Copy, Default)]
struct Side {
    people: u64,
    part: f64,
    answer: f64,
    /// Of the part, and of the mean answer.
    part_variance: f64,
    answer_variance: f64,
}

/// Takes the difference of two samples apart. None where one of them is empty or lacks the attribute.
#[must_use]
pub fn decompose(attribute: &str, first: &Sample, second: &Sample, level: f64) -> Option<Decomposition> {
    let (mean_a, mean_b) = (first.mean_of_people()?, second.mean_of_people()?);
    let (of_a, of_b) = (sides(first, attribute)?, sides(second, attribute)?);
    let z = normal_quantile(0.5 + level / 2.0);
    let middle = (mean_a + mean_b) / 2.0;
    let mut names: Vec<&Option<String>> = of_a.keys().chain(of_b.keys()).collect();
    names.sort();
    names.dedup();
    let mut segments = Vec::with_capacity(names.len());
    let (mut composition, mut within) = (Total::default(), Total::default());
    for name in names {
        let side = |sides: &BTreeMap<Option<String>, Side>| sides.get(name).copied().unwrap_or_default();
        let (a, b) = (side(&of_a), side(&of_b));
        let (of_people, of_answers) = pieces(a, b, middle);
        composition.add(&of_people, (a.part, b.part));
        within.add(&of_answers, (a.part, b.part));
        let answer = |side: Side| (side.people > 0).then_some(side.answer);
        segments.push(Contribution {
            segment: name.clone(),
            people: (a.people, b.people),
            parts: (a.part, b.part),
            answers: (answer(a), answer(b)),
            composition: of_people.part(a.part_variance + b.part_variance, z),
            within: of_answers.part(a.part_variance + b.part_variance, z),
            thin: a.people.min(b.people) < LEAST,
        });
    }
    let size = |segment: &Contribution| segment.composition.value.abs() + segment.within.value.abs();
    segments.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.segment.cmp(&b.segment)));
    Some(Decomposition {
        attribute: attribute.to_owned(),
        difference: mean_a - mean_b,
        composition: composition.part((first.len(), second.len()), z),
        within: within.part((first.len(), second.len()), z),
        segments,
    })
}

/// A segment's part of one kind: its value, how fast it changes with the part of the people, and the variance that answers bring.
struct Piece {
    value: f64,
    slope: f64,
    answers: f64,
}

impl Piece {
    fn part(&self, part_variance: f64, z: f64) -> Part {
        part(self.value, self.slope.powi(2) * part_variance + self.answers, z)
    }
}

/// A sum over segments. Parts of people are one multinomial sample, so what one segment has more another has less:
/// the variance of Σ slope · c is (Σ c slope² − (Σ c slope)²)/n.
#[derive(Default)]
struct Total {
    value: f64,
    answers: f64,
    first: (f64, f64),
    second: (f64, f64),
}

impl Total {
    fn add(&mut self, piece: &Piece, parts: (f64, f64)) {
        self.value += piece.value;
        self.answers += piece.answers;
        for (sums, part) in [(&mut self.first, parts.0), (&mut self.second, parts.1)] {
            *sums = (sums.0 + part * piece.slope, sums.1 + part * piece.slope.powi(2));
        }
    }

    fn part(&self, people: (usize, usize), z: f64) -> Part {
        let spread = |(sum, squares): (f64, f64), n: usize| (squares - sum * sum).max(0.0) / n as f64;
        part(self.value, self.answers + spread(self.first, people.0) + spread(self.second, people.1), z)
    }
}

/// A segment's pieces, composition and within.
fn pieces(mut a: Side, mut b: Side, middle: f64) -> (Piece, Piece) {
    // Where one source has nobody, the other's answer is all that is known.
    if a.people == 0 {
        (a.answer, a.answer_variance) = (b.answer, 0.0);
    } else if b.people == 0 {
        (b.answer, b.answer_variance) = (a.answer, 0.0);
    }
    let (answers, parts) = ((a.answer + b.answer) / 2.0 - middle, (a.part + b.part) / 2.0);
    let (people_differ, answers_differ) = (a.part - b.part, a.answer - b.answer);
    let variance = a.answer_variance + b.answer_variance;
    let of_people =
        Piece { value: people_differ * answers, slope: answers, answers: people_differ.powi(2) / 4.0 * variance };
    let of_answers =
        Piece { value: answers_differ * parts, slope: answers_differ / 2.0, answers: parts.powi(2) * variance };
    (of_people, of_answers)
}

fn part(value: f64, variance: f64, z: f64) -> Part {
    let reach = z * variance.max(0.0).sqrt();
    Part { value, low: value - reach, high: value + reach }
}

fn sides(sample: &Sample, attribute: &str) -> Option<BTreeMap<Option<String>, Side>> {
    let column = sample.column(attribute)?;
    let unknown = column.categories.len();
    // People, sum of answers, sum of squares.
    let mut sums = vec![(0_u64, 0.0, 0.0); unknown + 1];
    for (code, answer) in column.codes.iter().zip(sample.answers()) {
        let sum = &mut sums[(*code as usize).min(unknown)];
        *sum = (sum.0 + 1, sum.1 + answer, sum.2 + answer * answer);
    }
    let all = sample.len() as f64;
    let side = |(people, answers, squares): (u64, f64, f64)| {
        let n = people as f64;
        let (part, answer) = (n / all, answers / n);
        // A quarter more, as of one further person who is of two minds: few who agree are no proof that all would.
        let spread = (squares - n * answer * answer).max(0.0) + 0.25;
        Side { people, part, answer, part_variance: part * (1.0 - part) / all, answer_variance: spread / (n * n) }
    };
    let name = |at: usize| column.categories.get(at).cloned();
    Some((0..=unknown).filter(|at| sums[*at].0 > 0).map(|at| (name(at), side(sums[at]))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::Draws;
    use crate::sample::Voice;
    use proptest::prelude::*;

    fn sample(people: &[(Option<&str>, f64)]) -> Sample {
        let mut sample = Sample::new(&["age"]);
        people
            .iter()
            .for_each(|(age, answer)| sample.push(Voice { values: &[*age], answer: *answer, messages: 1 }).unwrap());
        sample
    }

    fn people(age: &'static str, yes: usize, no: usize) -> Vec<(Option<&'static str>, f64)> {
        [vec![(Some(age), 1.0); yes], vec![(Some(age), 0.0); no]].concat()
    }

    #[test]
    fn other_people_who_say_the_same_are_composition_alone() {
        let first = sample(&[people("young", 80, 20), people("old", 5, 20)].concat());
        let second = sample(&[people("young", 20, 5), people("old", 20, 80)].concat());
        let found = decompose("age", &first, &second, 0.95).unwrap();
        assert!((found.difference - 0.36).abs() < 1e-12);
        assert!((found.composition.value - 0.36).abs() < 1e-12 && found.within.value.abs() < 1e-12);
        assert!(found.composition.low > 0.2 && found.segments.iter().all(|segment| !segment.thin));
    }

    #[test]
    fn the_same_people_who_say_otherwise_are_within_and_the_segment_is_named() {
        let first = sample(&[people("young", 80, 20), people("old", 50, 50)].concat());
        let second = sample(&[people("young", 20, 80), people("old", 50, 50)].concat());
        let found = decompose("age", &first, &second, 0.95).unwrap();
        assert_eq!(found.segments[0].segment.as_deref(), Some("young"));
        assert!((found.segments[0].within.value - 0.3).abs() < 1e-12 && found.composition.value.abs() < 1e-12);
        assert!(found.segments[0].within.low > 0.0 && found.segments[1].within.low < 0.0);
    }

    #[test]
    fn a_segment_of_one_source_alone_is_composition_and_thin() {
        let first = sample(&people("young", 10, 10));
        let second = sample(&[people("young", 10, 10), people("old", 20, 0)].concat());
        let found = decompose("age", &first, &second, 0.95).unwrap();
        let old = found.segments.iter().find(|segment| segment.segment.as_deref() == Some("old")).unwrap();
        assert_eq!((old.within.value, old.answers, old.thin), (0.0, (None, Some(1.0)), true));
        assert!(decompose("age", &sample(&[]), &second, 0.95).is_none());
        assert!(decompose("size", &first, &second, 0.95).is_none());
    }

    #[test]
    fn intervals_hold_the_true_part_as_often_as_they_say() {
        let mut draws = Draws::new(3);
        // First: 60 % young, who say yes with 0.5; second: 40 %, 0.3. The old say yes with 0.2 in both.
        let mut draw = |young: f64, yes: f64, n: usize| {
            let person = |draws: &mut Draws| {
                let is_young = draws.happens(young);
                let answer = f64::from(u8::from(draws.happens(if is_young { yes } else { 0.2 })));
                (Some(if is_young { "young" } else { "old" }), answer)
            };
            let people: Vec<_> = (0..n).map(|_| person(&mut draws)).collect();
            sample(&people)
        };
        let (mut within, mut composition) = (0, 0);
        for _ in 0..400 {
            let found = decompose("age", &draw(0.6, 0.5, 200), &draw(0.4, 0.3, 300), 0.95).unwrap();
            within += usize::from((found.within.low..=found.within.high).contains(&0.1));
            composition += usize::from((found.composition.low..=found.composition.high).contains(&0.04));
        }
        assert!((364..=396).contains(&within), "{within}");
        assert!((364..=396).contains(&composition), "{composition}");
    }

    proptest! {
        #[test]
        fn the_parts_add_up_to_the_difference(
            first in prop::collection::vec((0..4_usize, 0.0..=1.0_f64), 1..40),
            second in prop::collection::vec((0..4_usize, 0.0..=1.0_f64), 1..40),
        ) {
            let named = |people: &[(usize, f64)]| {
                let ages = [Some("a"), Some("b"), Some("c"), None];
                sample(&people.iter().map(|(age, answer)| (ages[*age], *answer)).collect::<Vec<_>>())
            };
            let found = decompose("age", &named(&first), &named(&second), 0.95).unwrap();
            prop_assert!((found.composition.value + found.within.value - found.difference).abs() < 1e-9);
        }
    }
}
