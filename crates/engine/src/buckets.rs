//! How often something may be done: buckets of tokens, in memory. Spent tokens are kept as the time at which the bucket is
//! full again (a "generic cell rate algorithm").

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};
use tertulia_model::Millis;

/// How many tokens a bucket holds, and how long it takes for one to come back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub most: i64,
    pub one_each: Millis,
}

/// Above so many buckets, those that are full again are dropped: they say nothing.
const TIDY_ABOVE: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Buckets<K>(Mutex<Kept<K>>);

#[derive(Debug)]
struct Kept<K> {
    full_at: HashMap<K, Millis>,
    tidy_above: usize,
}

impl<K> Default for Buckets<K> {
    fn default() -> Self {
        Self(Mutex::new(Kept { full_at: HashMap::new(), tidy_above: TIDY_ABOVE }))
    }
}

impl<K: Hash + Eq> Buckets<K> {
    /// Takes a token from each bucket; false if one of them is empty, and then none is taken.
    pub fn take(&self, from: impl IntoIterator<Item = (K, Size)>, now: Millis) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.tidy(now);
        let mut paid = Vec::new();
        for (key, size) in from {
            let full = kept.full_at.get(&key).copied().unwrap_or(now).max(now) + size.one_each;
            if full - now > size.most * size.one_each {
                return false;
            }
            paid.push((key, full));
        }
        kept.full_at.extend(paid);
        true
    }

    /// Puts a token back into each.
    pub fn give_back(&self, to: impl IntoIterator<Item = (K, Size)>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, size) in to {
            if let Some(full) = kept.full_at.get_mut(&key) {
                *full -= size.one_each;
            }
        }
    }
}

impl<K: Hash + Eq> Kept<K> {
    /// Looks through all of them only after as many again came, however many there are.
    fn tidy(&mut self, now: Millis) {
        if self.full_at.len() > self.tidy_above {
            self.full_at.retain(|_, at| *at > now);
            self.tidy_above = TIDY_ABOVE.max(2 * self.full_at.len());
        }
    }
}

/// A network hands a house a whole /64 of IPv6 (RFC 6177), so that much counts as one address.
pub(crate) fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_790_000_000_000;
    const SIZE: Size = Size { most: 3, one_each: 1_000 };

    #[test]
    fn an_empty_bucket_takes_nothing_from_the_others_and_a_token_given_back_counts() {
        let buckets = Buckets::default();
        assert_eq!((0..9).filter(|_| buckets.take([("a", SIZE)], NOW)).count(), 3);
        assert!((0..9).all(|_| !buckets.take([("b", SIZE), ("a", SIZE)], NOW)));
        assert_eq!((0..9).filter(|_| buckets.take([("b", SIZE)], NOW)).count(), 3);
        buckets.give_back([("a", SIZE)]);
        assert!(buckets.take([("a", SIZE)], NOW) && !buckets.take([("a", SIZE)], NOW));
        assert!(buckets.take([("a", SIZE)], NOW + 1_000));
    }

    #[test]
    fn buckets_that_are_full_again_are_forgotten() {
        let buckets = Buckets::default();
        for n in 0..=TIDY_ABOVE {
            buckets.take([(n, SIZE)], NOW);
        }
        buckets.take([(0, SIZE)], NOW + 60_000);
        assert_eq!(buckets.0.lock().unwrap().full_at.len(), 1);
    }
}
