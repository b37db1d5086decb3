//! What `voices` says of agreement and error, in the terms of labels.

use std::collections::{BTreeMap, BTreeSet};
use tertulia_model::ChannelId;
use tertulia_voices::{
    agreement::krippendorff, confusion::Confusion, distributions::normal_quantile, estimate::wilson, pooling,
};

/// What people say, what the model says, how often.
pub(super) type Counts = BTreeMap<(u16, u16), usize>;

/// Of all intervals.
const LEVEL: f64 = 0.95;
/// Chance of the interval of an agreement: the same readings always have the same one.
const SEED: u64 = 1970;

/// How readers agree, and between which values that lies at 95 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    pub alpha: f64,
    pub between: (f64, f64),
}

/// Krippendorff's alpha for values without an order (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"): 1 where
/// all agree, 0 where they agree no more than by chance. Each unit holds what its readers said; those with one are left out.
/// None where nothing can be compared, or nobody ever said anything else.
pub(super) fn alpha(units: &[Vec<u16>]) -> Option<Agreement> {
    let values: BTreeSet<u16> = units.iter().flatten().copied().collect();
    let class = |value: &u16| values.iter().position(|known| known == value);
    let readings: Vec<Vec<Option<usize>>> = units.iter().map(|unit| unit.iter().map(class).collect()).collect();
    let found = krippendorff(&readings, values.len(), LEVEL, SEED)?;
    Some(Agreement { alpha: found.alpha, between: (found.low, found.high) })
}

/// A share with the interval in which it lies at 95 % (Wilson 1927): share, low, high. `n` may be an effective number.
pub(super) fn share(of: f64, n: f64) -> (f64, f64, f64) {
    if n <= 0.0 {
        return (0.0, 0.0, 1.0);
    }
    let (low, high) = wilson(of / n, n, normal_quantile(0.5 + LEVEL / 2.0));
    (of / n, low, high)
}

/// What was read of one language on one channel.
pub(super) struct Read<'a> {
    pub channel: ChannelId,
    pub language: &'a str,
    pub counts: &'a Counts,
}

/// What another cell lends, as a part of the whole, 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Loan {
    pub channel: ChannelId,
    pub language: String,
    pub part: f64,
}

/// How often a label is wrong in one cell.
pub(super) struct Pooled {
    /// Share, low and high.
    pub error: (f64, f64, f64),
    /// The part of it that rests on the cell's own messages, 0 to 1.
    pub own: f64,
    /// Who lends the rest, the largest first.
    pub borrowed: Vec<Loan>,
}

/// How often a label is wrong in each cell, by its own messages and by those of the others: the fewer of its own, the more of
/// the others' ([`pooling`]). In the order of the cells.
pub(super) fn pool(cells: &[Read<'_>]) -> Vec<Pooled> {
    let values: BTreeSet<u16> = cells.iter().flat_map(|cell| cell.counts.keys()).flat_map(|(a, b)| [*a, *b]).collect();
    let names: Vec<String> = values.iter().map(u16::to_string).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let class = |value: u16| values.iter().position(|known| *known == value);
    let told = |cell: &Read<'_>| {
        let mut confusion = Confusion::new(&names);
        for ((is, said), times) in cell.counts {
            if let (Some(is), Some(said)) = (class(*is), class(*said)) {
                confusion.counts[is][said] += *times as f64;
            }
        }
        pooling::Cell { language: cell.language.to_owned(), channel: cell.channel.to_string(), confusion }
    };
    let told: Vec<pooling::Cell> = cells.iter().map(told).collect();
    pooling::pool(&told, LEVEL).iter().map(of_cell).collect()
}

/// Of all classes together, each as often as it was labelled here: how wrong each is, with what it borrows, and the interval
/// that of as many messages as weigh as much together (Kish's effective number).
fn of_cell(pooled: &pooling::Pooled) -> Pooled {
    let labels: f64 = pooled.classes.iter().map(|class| class.labels).sum();
    let weight = |class: &pooling::PooledClass| if labels > 0.0 { class.labels / labels } else { 0.0 };
    let (mut wrong, mut squares) = (0.0, 0.0);
    for (class, row) in pooled.classes.iter().zip(&pooled.confusion.counts) {
        let (weight, known) = (weight(class), row.iter().sum::<f64>());
        if weight > 0.0 && known > 0.0 {
            wrong += weight * (1.0 - class.right);
            squares += weight * weight / known;
        }
    }
    let n = if squares > 0.0 { 1.0 / squares } else { 0.0 };
    let mut lent: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for class in &pooled.classes {
        for loan in &class.borrowed {
            *lent.entry((&loan.language, &loan.channel)).or_default() += weight(class) * loan.part;
        }
    }
    let loan = |((language, channel), part): ((&str, &str), f64)| Loan {
        channel: ChannelId(channel.parse().unwrap_or_default()),
        language: language.to_owned(),
        part,
    };
    let mut borrowed: Vec<Loan> = lent.into_iter().filter(|(_, part)| *part > 0.0).map(loan).collect();
    borrowed.sort_by(|a, b| b.part.total_cmp(&a.part));
    let own = pooled.classes.iter().map(|class| weight(class) * class.own).sum();
    Pooled { error: share(wrong * n, n), own, borrowed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_who_agree_always_or_never_are_told_apart() {
        let told = |units: &[Vec<u16>]| alpha(units).map(|agreement| agreement.alpha);
        let agree = [vec![1, 1], vec![2, 2], vec![1, 1], vec![3]];
        assert_eq!(told(&agree), Some(1.0));
        let differ = [vec![1, 2], vec![2, 1]];
        assert!(told(&differ).is_some_and(|alpha| alpha < 0.0));
        // Krippendorff's example of two readers and ten units.
        let units: Vec<Vec<u16>> = [(1, 2), (1, 1), (1, 2), (1, 1), (1, 1), (1, 1), (1, 2), (1, 1), (2, 1), (1, 1)]
            .iter()
            .map(|(a, b)| vec![*a, *b])
            .collect();
        let both = alpha(&units).unwrap();
        assert!((both.alpha + 0.1875).abs() < 1e-9, "{both:?}");
        assert!(both.between.0 <= both.alpha && both.alpha <= both.between.1, "{both:?}");
        assert_eq!((told(&[]), told(&[vec![1, 1]])), (None, None), "nothing to compare");
    }

    fn pooled(cells: &[(&str, usize, usize)]) -> Vec<Pooled> {
        let counts: Vec<Counts> =
            cells.iter().map(|(_, right, wrong)| Counts::from([((1, 1), *right), ((1, 2), *wrong)])).collect();
        let reads: Vec<Read<'_>> = cells
            .iter()
            .zip(&counts)
            .map(|((language, ..), counts)| Read { channel: ChannelId(1), language, counts })
            .collect();
        pool(&reads)
    }

    #[test]
    fn few_messages_say_little_of_their_own_and_whoever_lends_is_named() {
        let both = pooled(&[("en", 900, 100), ("es", 0, 2)]);
        let (spanish, low, high) = both[1].error;
        assert!(spanish < 0.3 && low < spanish && spanish < high, "{spanish}");
        assert!(both[1].own < 0.1 && both[1].borrowed[0].language == "en");
        assert!(
            both.iter()
                .all(|one| (one.own + one.borrowed.iter().map(|loan| loan.part).sum::<f64>() - 1.0).abs() < 1e-9)
        );
        assert!(both[0].own > 0.95 && (both[0].error.0 - 0.1).abs() < 0.03);
        let alone = pooled(&[("en", 3, 1)]);
        assert_eq!((alone[0].own, alone[0].error.0, alone[0].borrowed.len()), (1.0, 0.25, 0));
    }
}
