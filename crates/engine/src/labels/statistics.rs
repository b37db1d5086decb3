//! ADAPTERS for what `voices` says of agreement and error: [`alpha`] to be `voices::agreement::krippendorff`, [`pool`] to be
//! `voices::pooling::pool`, once they stand there. Called from here alone.

use std::collections::BTreeMap;
use tertulia_model::ChannelId;

/// What people say, what the model says, how often.
pub(super) type Counts = BTreeMap<(u16, u16), usize>;

/// How readers agree, and between which values that lies at 95 %, where it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    pub alpha: f64,
    pub between: Option<(f64, f64)>,
}

/// Krippendorff's alpha for values without an order (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"): 1 where
/// all agree, 0 where they agree no more than by chance. Each unit holds what its readers said; those with one are left out.
/// None where nothing can be compared, or nobody ever said anything else.
pub(super) fn alpha(units: &[Vec<u16>]) -> Option<Agreement> {
    let mut each: BTreeMap<u16, f64> = BTreeMap::new();
    let (mut whole, mut agreed) = (0.0, 0.0);
    for unit in units.iter().filter(|unit| unit.len() > 1) {
        let others = unit.len() as f64 - 1.0;
        let mut times: BTreeMap<u16, f64> = BTreeMap::new();
        for value in unit {
            *times.entry(*value).or_default() += 1.0;
            *each.entry(*value).or_default() += 1.0;
        }
        whole += unit.len() as f64;
        agreed += times.values().map(|times| times * (times - 1.0) / others).sum::<f64>();
    }
    let expected = each.values().map(|times| times * (times - 1.0)).sum::<f64>() / (whole - 1.0).max(1.0);
    let alpha = (whole > 1.0 && whole > expected).then(|| 1.0 - (whole - agreed) / (whole - expected))?;
    Some(Agreement { alpha, between: None })
}

/// A share with the interval in which it lies at 95 % (Wilson 1927): share, low, high.
pub(super) fn share(of: f64, n: f64) -> (f64, f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    if n <= 0.0 {
        return (0.0, 0.0, 1.0);
    }
    let (p, z2) = (of / n, Z * Z);
    let (middle, half) = (p + z2 / (2.0 * n), Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt());
    let whole = 1.0 + z2 / n;
    (p, ((middle - half) / whole).max(0.0), ((middle + half) / whole).min(1.0))
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

/// As much as so many messages of its own weighs what a cell borrows from all others.
const BORROWED: f64 = 20.0;

/// How often a label is wrong in each cell, by its own messages and by those of the others: the fewer of its own, the more of
/// the others'. In the order of the cells.
pub(super) fn pool(cells: &[Read<'_>]) -> Vec<Pooled> {
    let wrong_of =
        |counts: &Counts| counts.iter().filter(|((held, guess), _)| held != guess).map(|(_, n)| *n as f64).sum::<f64>();
    let all_of = |counts: &Counts| counts.values().map(|n| *n as f64).sum::<f64>();
    let (wrong, all): (f64, f64) =
        cells.iter().fold((0.0, 0.0), |sum, cell| (sum.0 + wrong_of(cell.counts), sum.1 + all_of(cell.counts)));
    let each = cells.iter().map(|cell| {
        let (own_wrong, own) = (wrong_of(cell.counts), all_of(cell.counts));
        let (others, others_wrong) = (all - own, wrong - own_wrong);
        if others <= 0.0 {
            return Pooled { error: share(own_wrong, own), own: 1.0, borrowed: Vec::new() };
        }
        let part = BORROWED / (own + BORROWED);
        let lent = |other: &&Read<'_>| (other.channel, other.language) != (cell.channel, cell.language);
        let mut borrowed: Vec<Loan> = cells
            .iter()
            .filter(lent)
            .map(|other| Loan {
                channel: other.channel,
                language: other.language.to_owned(),
                part: part * all_of(other.counts) / others,
            })
            .collect();
        borrowed.sort_by(|a, b| b.part.total_cmp(&a.part));
        let error = share(own_wrong + BORROWED * others_wrong / others, own + BORROWED);
        Pooled { error, own: 1.0 - part, borrowed }
    });
    each.collect()
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
        assert!(told(&units).is_some_and(|alpha| (alpha + 0.1875).abs() < 1e-9), "{:?}", told(&units));
        assert_eq!((told(&[]), told(&[vec![1, 1]])), (None, None), "nothing to compare");
    }

    fn pooled(cells: &[(&str, usize, usize)]) -> Vec<Pooled> {
        let counts: Vec<Counts> =
            cells.iter().map(|(_, right, wrong)| [((1, 1), *right), ((1, 2), *wrong)].into()).collect();
        let read = |((language, ..), counts)| Read { channel: ChannelId(1), language, counts };
        pool(
            &cells
                .iter()
                .zip(&counts)
                .map(|((language, a, b), counts)| read(((*language, a, b), counts)))
                .collect::<Vec<_>>(),
        )
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
