//! Topics that are told by the same words are put together.
//!
//! The sampler leaves several topics where one was meant: moving message by message it hardly ever crosses from two to one. How
//! alike two are is the cosine of how far their words stand from all words, on the scale of Hellinger's distance:
//!
//! ```text
//! h_k(w) = √p_k(w) − √q(w),     p_k(w) = (n_kw + β_w) / (N_k + B)
//! ```
//!
//! where *q* is the share of a word among all. The most alike are put together and compared anew, until none are alike.

use super::mixture::Mixture;

/// From here on two topics are told by the same words. Two that were known as two before must be more alike.
const ALIKE: f64 = 0.3;
const ALIKE_THOUGH_KNOWN: f64 = 0.6;

/// What is known of a topic from before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Fresh,
    Known,
    /// A person made it what it is.
    Pinned,
}

struct Pool {
    topics: Vec<usize>,
    standing: Standing,
    counts: Vec<f64>,
    size: f64,
    apart: Vec<f64>,
    length: f64,
}

/// Which topics are one: groups of their numbers, the known ones first and in their order. Empty fresh ones are in none.
pub(super) fn groups(mixture: &Mixture<'_>, standings: &[Standing]) -> Vec<Vec<usize>> {
    let standing = |topic: usize| standings.get(topic).copied().unwrap_or(Standing::Fresh);
    let mut pools: Vec<Pool> = (0..mixture.topics())
        .filter(|topic| standing(*topic) != Standing::Fresh || mixture.messages(*topic) > 0.0)
        .map(|topic| {
            let (counts, size) = mixture.words_of(topic);
            let mut pool =
                Pool { topics: vec![topic], standing: standing(topic), counts, size, apart: Vec::new(), length: 0.0 };
            measure(&mut pool, mixture);
            pool
        })
        .collect();
    let mut alike: Vec<Vec<f64>> =
        (0..pools.len()).map(|one| (0..one).map(|other| cosine(&pools[one], &pools[other])).collect()).collect();
    while let Some((later, earlier)) = closest(&pools, &alike) {
        let gone = pools.remove(later);
        alike.remove(later);
        alike.iter_mut().skip(later).for_each(|row| {
            row.remove(later);
        });
        let pool = &mut pools[earlier];
        pool.topics.extend(gone.topics);
        pool.counts.iter_mut().zip(&gone.counts).for_each(|(sum, count)| *sum += count);
        pool.size += gone.size;
        measure(pool, mixture);
        for other in 0..pools.len() {
            let (row, column) = (earlier.max(other), earlier.min(other));
            if row != column {
                alike[row][column] = cosine(&pools[row], &pools[column]);
            }
        }
    }
    pools.into_iter().map(|pool| pool.topics).collect()
}

fn measure(pool: &mut Pool, mixture: &Mixture<'_>) {
    let prior = mixture.prior();
    let apart = pool.counts.iter().zip(&prior.words).enumerate().map(|(word, (count, expected))| {
        ((count + expected) / (pool.size + prior.sum)).sqrt() - prior.share(word).sqrt()
    });
    pool.apart = apart.collect();
    pool.length = pool.apart.iter().map(|part| part * part).sum::<f64>().sqrt();
}

fn cosine(one: &Pool, other: &Pool) -> f64 {
    let both = one.length * other.length;
    if both <= 0.0 {
        return 0.0;
    }
    one.apart.iter().zip(&other.apart).map(|(one, other)| one * other).sum::<f64>() / both
}

/// The two that are most alike, the later first, if any are alike enough.
fn closest(pools: &[Pool], alike: &[Vec<f64>]) -> Option<(usize, usize)> {
    let mut best = None;
    for (later, row) in alike.iter().enumerate() {
        for (earlier, alike) in row.iter().enumerate() {
            let least = match (pools[later].standing, pools[earlier].standing) {
                (Standing::Fresh, _) | (_, Standing::Fresh) => ALIKE,
                (Standing::Known, Standing::Known) => ALIKE_THOUGH_KNOWN,
                _ => continue,
            };
            if *alike >= least && best.is_none_or(|(most, _, _)| *alike > most) {
                best = Some((*alike, later, earlier));
            }
        }
    }
    best.map(|(_, later, earlier)| (later, earlier))
}
