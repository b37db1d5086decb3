//! How few write how much, from one number a person: how many messages they wrote.

use serde::{Deserialize, Serialize};

/// Whose part of the messages is whose. Shares are 0..1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Concentration {
    /// People who wrote, and what they wrote.
    pub people: u64,
    pub messages: u64,
    /// Gini's coefficient over those who wrote: 0 where all wrote as much, towards 1 where one wrote all.
    pub gini: f64,
    /// The part of the loudest 1 % and 10 %; of a person who is in part among them, that part of theirs counts.
    pub top_1: f64,
    pub top_10: f64,
    /// 90-9-1: the parts of the loudest 1 %, of the 9 % that follow and of the other 90 %.
    pub one_nine_ninety: (f64, f64, f64),
    /// The effective number of voices, (Σm)² / Σm² (Simpson 1949, inverse): so many who all wrote as much would be as diverse.
    pub effective_voices: f64,
}

/// Measures how concentrated messages are. People who wrote nothing may be among the counts: with `silent` they count (then 90-9-1 is of
/// all customers), without it they don't. None where nobody wrote anything.
///
/// ```text
/// Gini = 2 Σ i m(i) / (n Σ m) − (n + 1)/n,   m(1) ≤ m(2) ≤ …
/// ```
#[must_use]
pub fn concentration(counts: &[u32], silent: bool) -> Option<Concentration> {
    let sorted = sorted(counts, silent);
    let n = sorted.len() as f64;
    let messages: u64 = sorted.iter().map(|count| u64::from(*count)).sum();
    if messages == 0 {
        return None;
    }
    let sum = messages as f64;
    let ranked: f64 = sorted.iter().zip(1_u64..).map(|(count, rank)| f64::from(*count) * rank as f64).sum();
    let squares: f64 = sorted.iter().map(|count| f64::from(*count).powi(2)).sum();
    let (top_1, top_10) = (top(&sorted, 0.01) / sum, top(&sorted, 0.1) / sum);
    Some(Concentration {
        people: sorted.iter().filter(|count| **count > 0).count() as u64,
        messages,
        gini: (2.0 * ranked / (n * sum) - (n + 1.0) / n).max(0.0),
        top_1,
        top_10,
        one_nine_ninety: (top_1, top_10 - top_1, 1.0 - top_10),
        effective_voices: sum * sum / squares,
    })
}

/// Points of the concentration curve (Lorenz 1905) at most `points` + 1 of them: part of the people, the quietest first, and their part of the
/// messages. It begins at (0, 0) and ends at (1, 1); empty where nobody wrote.
#[must_use]
pub fn curve(counts: &[u32], points: usize) -> Vec<(f64, f64)> {
    let sorted = sorted(counts, false);
    if sorted.is_empty() || points == 0 {
        return Vec::new();
    }
    let all: u64 = sorted.iter().map(|count| u64::from(*count)).sum();
    let mut curve = vec![(0.0, 0.0)];
    let (mut sum, mut at) = (0_u64, 0);
    for point in 1..=points.min(sorted.len()) {
        let until = (sorted.len() as u128 * point as u128 / points.min(sorted.len()) as u128) as usize;
        sum += sorted[at..until].iter().map(|count| u64::from(*count)).sum::<u64>();
        at = until;
        curve.push((at as f64 / sorted.len() as f64, sum as f64 / all as f64));
    }
    curve
}

/// Counts in order, by counting where they are small, as they mostly are.
fn sorted(counts: &[u32], silent: bool) -> Vec<u32> {
    const SMALL: usize = 1 << 12;
    let mut small = vec![0_usize; SMALL];
    let mut large = Vec::new();
    for count in counts {
        match small.get_mut(*count as usize) {
            Some(place) => *place += 1,
            None => large.push(*count),
        }
    }
    if !silent {
        small[0] = 0;
    }
    large.sort_unstable();
    let mut sorted = Vec::with_capacity(counts.len());
    for (count, times) in small.into_iter().enumerate() {
        sorted.extend(std::iter::repeat_n(count as u32, times));
    }
    sorted.extend(large);
    sorted
}

/// What the loudest part of the people wrote.
fn top(sorted: &[u32], part: f64) -> f64 {
    let people = sorted.len() as f64 * part;
    let whole = people.floor() as usize;
    let mut loudest = sorted.iter().rev().map(|count| f64::from(*count));
    let sum: f64 = loudest.by_ref().take(whole).sum();
    sum + loudest.next().unwrap_or(0.0) * (people - whole as f64)
}

/// A share with the loudest and without them. Shares are 0..1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WithoutLoudest {
    /// How many were left out: as many as asked for, or fewer where there are no more.
    pub left_out: u64,
    /// Their part of the messages.
    pub their_share: f64,
    /// The share of messages that hold (are negative, ask for this), of all.
    pub with: f64,
    /// The same without theirs. None where nothing is left.
    pub without: Option<f64>,
}

/// "Without the loudest ten it would read …": `messages` a person, and `holding` of them for which it holds. Among those who wrote as
/// much, who comes first in the list is left out first. None where nobody wrote anything or the lists differ in length.
#[must_use]
pub fn without_loudest(messages: &[u32], holding: &[f64], loudest: usize) -> Option<WithoutLoudest> {
    if messages.len() != holding.len() {
        return None;
    }
    let all: f64 = messages.iter().map(|count| f64::from(*count)).sum();
    if all <= 0.0 {
        return None;
    }
    let mut order: Vec<u32> = (0..messages.len() as u32).filter(|person| messages[*person as usize] > 0).collect();
    let loudest = loudest.min(order.len());
    let key = |person: &u32| (std::cmp::Reverse(messages[*person as usize]), *person);
    if loudest > 0 && loudest < order.len() {
        order.select_nth_unstable_by_key(loudest - 1, key);
    }
    let mut left_out = order[..loudest].to_vec();
    left_out.sort_unstable();
    let hold: f64 = holding.iter().sum();
    let theirs: f64 = left_out.iter().map(|person| f64::from(messages[*person as usize])).sum();
    let theirs_hold: f64 = left_out.iter().map(|person| holding[*person as usize]).sum();
    let rest = all - theirs;
    Some(WithoutLoudest {
        left_out: loudest as u64,
        their_share: theirs / all,
        with: hold / all,
        without: (rest > 0.0).then(|| (hold - theirs_hold) / rest),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_who_writes_all_and_all_who_write_as_much() {
        let one = concentration(&[0, 0, 0, 7], true).unwrap();
        assert_eq!((one.gini, one.effective_voices, one.people), (0.75, 1.0, 1));
        let all = concentration(&[3; 200], false).unwrap();
        assert!(all.gini.abs() < 1e-12 && (all.effective_voices - 200.0).abs() < 1e-9);
        assert!((all.top_1 - 0.01).abs() < 1e-12 && (all.one_nine_ninety.2 - 0.9).abs() < 1e-12);
        assert_eq!(concentration(&[0, 0], true), None);
        assert_eq!(concentration(&[], false), None);
    }

    #[test]
    fn known_figures() {
        // By hand: Σ i m(i) = 1·1 + 2·2 + 3·5 + 4·12 = 68.
        let found = concentration(&[12, 1, 5, 2], false).unwrap();
        assert!((found.gini - (2.0 * 68.0 / 80.0 - 1.25)).abs() < 1e-12);
        assert!((found.effective_voices - 400.0 / 174.0).abs() < 1e-12);
        // A tenth of four people is four tenths of the loudest.
        assert!((found.top_10 - 0.4 * 12.0 / 20.0).abs() < 1e-12);
        assert_eq!(curve(&[12, 1, 5, 2], 2), [(0.0, 0.0), (0.5, 0.15), (1.0, 1.0)]);
    }

    #[test]
    fn without_the_loudest_it_reads_otherwise() {
        let (messages, holding) = ([1, 80, 1, 9, 1], [0.0, 80.0, 0.0, 0.0, 1.0]);
        let found = without_loudest(&messages, &holding, 1).unwrap();
        assert!((found.with - 81.0 / 92.0).abs() < 1e-12 && (found.without.unwrap() - 1.0 / 12.0).abs() < 1e-12);
        assert_eq!((found.left_out, found.their_share), (1, 80.0 / 92.0));
        let nobody_left = without_loudest(&messages, &holding, 10).unwrap();
        assert!(nobody_left.without.is_none() && nobody_left.left_out == 5);
        assert_eq!(without_loudest(&messages, &holding, 0).unwrap().without, Some(found.with));
        assert_eq!(without_loudest(&[0], &[0.0], 1), None);
        assert_eq!(without_loudest(&[1], &[], 1), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn order_does_not_matter_and_figures_stay_in_their_range(mut counts in prop::collection::vec(0_u32..20_000, 1..100)) {
            let found = concentration(&counts, false);
            let curve = curve(&counts, 20);
            counts.reverse();
            prop_assert_eq!(&found, &concentration(&counts, false));
            if let Some(found) = found {
                prop_assert!((0.0..1.0).contains(&found.gini));
                prop_assert!(found.effective_voices >= 1.0 - 1e-9 && found.effective_voices <= found.people as f64 + 1e-6);
                prop_assert!(found.top_1 <= found.top_10 && found.top_10 <= 1.0 + 1e-12);
                prop_assert!(curve.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 <= w[1].1 && w[1].1 <= w[1].0 + 1e-12));
            }
        }
    }
}
