//! From weighed pairs to a decision about all of them together.

use std::collections::HashMap;

/// A pair and the logarithm of its odds, to base 2 (above 0: rather one person than two).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    pub a: u32,
    pub b: u32,
    pub odds_bits: f64,
}

/// The stronger first; equal ones in an order that does not depend on how they came.
fn strongest_first(links: &mut [Link]) {
    links.sort_by(|one, other| {
        other.odds_bits.total_cmp(&one.odds_bits).then_with(|| (one.a, one.b).cmp(&(other.a, other.b)))
    });
}

/// Links two lists of which neither has anybody twice: the strongest link first, each record once (greedy matching;
/// see Christen 2012, "Data Matching", 6.12). `least` is the weakest that counts, in bits.
#[must_use]
pub fn one_to_one(mut links: Vec<Link>, least: f64) -> Vec<Link> {
    links.retain(|link| link.odds_bits >= least);
    strongest_first(&mut links);
    let mut taken = std::collections::HashSet::new();
    links.retain(|link| {
        let free = !taken.contains(&link.a) && !taken.contains(&link.b);
        if free {
            taken.extend([link.a, link.b]);
        }
        free
    });
    links
}

/// Groups records of one person: agglomerative clustering with average linkage. Two groups become one while the mean of
/// `odds_bits` over all pairs between them is above 0, so that one strong link does not tie together groups that
/// contradict each other otherwise. Groups of one are left out.
///
/// `weigh` gives the odds of pairs that are not among `links`.
#[must_use]
pub fn clusters(mut links: Vec<Link>, weigh: impl Fn(u32, u32) -> f64) -> Vec<Vec<u32>> {
    links.retain(|link| link.odds_bits > 0.0);
    strongest_first(&mut links);
    let known: HashMap<(u32, u32), f64> = links.iter().map(|link| (ordered(link.a, link.b), link.odds_bits)).collect();
    let odds = |a: u32, b: u32| known.get(&ordered(a, b)).copied().unwrap_or_else(|| weigh(a, b));
    let mut group_of: HashMap<u32, usize> = HashMap::new();
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for link in links {
        let [one, other] = [link.a, link.b].map(|record| {
            *group_of.entry(record).or_insert_with(|| {
                groups.push(vec![record]);
                groups.len() - 1
            })
        });
        if one == other || mean(&groups[one], &groups[other], &odds) <= 0.0 {
            continue;
        }
        let (larger, smaller) = if groups[one].len() >= groups[other].len() { (one, other) } else { (other, one) };
        let moved = std::mem::take(&mut groups[smaller]);
        group_of.extend(moved.iter().map(|record| (*record, larger)));
        groups[larger].extend(moved);
    }
    let mut found: Vec<Vec<u32>> = groups.into_iter().filter(|group| group.len() > 1).collect();
    found.iter_mut().for_each(|group| group.sort_unstable());
    found.sort_unstable();
    found
}

fn ordered(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}

fn mean(one: &[u32], other: &[u32], odds: &impl Fn(u32, u32) -> f64) -> f64 {
    let sum: f64 = one.iter().flat_map(|a| other.iter().map(|b| odds(*a, *b))).sum();
    sum / (one.len() * other.len()) as f64
}
