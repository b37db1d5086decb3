//! How much one visitor may post and how many streams they may have open, and how much may come from one address: buckets
//! of tokens and counts, in memory.
//!
//! A page that is told to wait keeps what was written and tries again, so a limit costs an honest visitor a moment.

use crate::buckets::{Buckets, Size, household};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tertulia_model::{ChannelId, Millis};

/// What a request costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// A message, a session, an address, a stream.
    Words,
    /// A sign of life or of typing, which a page gives twice a minute and more by itself.
    Sign,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    Visitor(String),
    Address(IpAddr),
}

fn size(kind: Kind, who: &Who) -> Size {
    match (kind, who) {
        // What a page had kept through a tunnel comes in one go.
        (Kind::Words, Who::Visitor(_)) => Size { most: 30, one_each: 2_000 },
        // A school or an office may stand behind one address.
        (Kind::Words, Who::Address(_)) => Size { most: 120, one_each: 500 },
        (Kind::Sign, Who::Visitor(_)) => Size { most: 60, one_each: 1_000 },
        (Kind::Sign, Who::Address(_)) => Size { most: 600, one_each: 100 },
    }
}

/// Live streams open at once: a window has one, and one that broke in a tunnel lives on for some minutes.
fn most_streams(who: &Who) -> usize {
    match who {
        Who::Visitor(_) => 20,
        Who::Address(_) => 300,
    }
}

/// The buckets, and who has how many streams open.
#[derive(Debug, Default)]
pub struct Limits {
    words: Buckets<(ChannelId, Kind, Who)>,
    streams: Arc<Streams>,
}

type Streams = Mutex<HashMap<(ChannelId, Who), usize>>;

/// One open stream; it counts until this is dropped.
#[derive(Debug)]
pub(super) struct OpenStream {
    streams: Arc<Streams>,
    counted: Vec<(ChannelId, Who)>,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        for who in &self.counted {
            match streams.get_mut(who) {
                Some(count) if *count > 1 => *count -= 1,
                _ => drop(streams.remove(who)),
            }
        }
    }
}

/// Whom a request is counted for.
fn payers(from: Option<IpAddr>, handle: Option<&str>) -> impl Iterator<Item = Who> {
    let address = from.map(|address| Who::Address(household(address)));
    address.into_iter().chain(handle.map(|handle| Who::Visitor(handle.to_owned())))
}

impl Limits {
    /// Counts a stream for its visitor and for their address; none where either has too many open.
    pub(super) fn open(&self, channel: ChannelId, from: Option<IpAddr>, handle: &str) -> Option<OpenStream> {
        let counted: Vec<_> = payers(from, Some(handle)).map(|who| (channel, who)).collect();
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.iter().any(|who| streams.get(who).is_some_and(|count| *count >= most_streams(&who.1))) {
            return None;
        }
        for who in &counted {
            *streams.entry(who.clone()).or_default() += 1;
        }
        Some(OpenStream { streams: self.streams.clone(), counted })
    }

    /// Takes a token from the visitor's bucket and from their address's; false if either is empty.
    pub(super) fn take(
        &self,
        channel: ChannelId,
        kind: Kind,
        from: Option<IpAddr>,
        handle: Option<&str>,
        now: Millis,
    ) -> bool {
        let bucket = |who: Who| {
            let size = size(kind, &who);
            ((channel, kind, who), size)
        };
        self.words.take(payers(from, handle).map(bucket), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: ChannelId = ChannelId(1);
    const NOW: Millis = 1_790_000_000_000;

    fn say(limits: &Limits, from: &str, handle: &str, now: Millis) -> bool {
        limits.take(SHOP, Kind::Words, Some(from.parse().unwrap()), Some(handle), now)
    }

    #[test]
    fn a_visitor_who_writes_without_end_is_slowed_and_goes_on_after_a_moment() {
        let limits = Limits::default();
        let taken = (0..100).filter(|_| say(&limits, "192.0.2.1", "visitor:a", NOW)).count();
        assert_eq!(taken, 30);
        assert!(say(&limits, "192.0.2.1", "visitor:b", NOW), "another visitor is another");
        assert!(!say(&limits, "192.0.2.1", "visitor:a", NOW + 1_999));
        assert!(say(&limits, "192.0.2.1", "visitor:a", NOW + 2_000));
        assert!(!say(&limits, "192.0.2.1", "visitor:a", NOW + 2_000));
    }

    #[test]
    fn new_names_from_one_address_do_not_help() {
        let limits = Limits::default();
        let taken = (0..500).filter(|n| say(&limits, "192.0.2.1", &format!("visitor:{n}"), NOW)).count();
        assert_eq!(taken, 120);
        assert!(say(&limits, "192.0.2.2", "visitor:x", NOW));
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_are_one() {
        let limits = Limits::default();
        let taken = (0..500).filter(|n| say(&limits, &format!("2001:db8::{n:x}"), &format!("v:{n}"), NOW)).count();
        assert_eq!(taken, 120);
        assert!(say(&limits, "2001:db8:0:1::1", "visitor:x", NOW));
    }

    #[test]
    fn signs_of_life_have_a_larger_bucket_of_their_own() {
        let limits = Limits::default();
        while say(&limits, "192.0.2.1", "visitor:a", NOW) {}
        let sign = || limits.take(SHOP, Kind::Sign, None, Some("visitor:a"), NOW);
        assert_eq!((0..100).filter(|_| sign()).count(), 60);
    }

    #[test]
    fn open_streams_are_counted_until_they_close() {
        let limits = Limits::default();
        let open = |from: &str, handle: &str| limits.open(SHOP, Some(from.parse().unwrap()), handle);
        let mut kept: Vec<_> = (0..1_000).filter_map(|_| open("192.0.2.1", "visitor:a")).collect();
        assert_eq!(kept.len(), 20);
        assert!(open("192.0.2.9", "visitor:a").is_none(), "another address is no way around");
        assert!(open("192.0.2.1", "visitor:b").is_some(), "another visitor is another");
        assert!(limits.open(ChannelId(2), None, "visitor:a").is_some());
        kept.pop();
        kept.extend(open("192.0.2.1", "visitor:a"));
        assert_eq!(kept.len(), 20, "one that closed makes room");
        let many: Vec<_> = (0..1_000).filter_map(|n| open("192.0.2.2", &format!("visitor:{n}"))).collect();
        assert_eq!(many.len(), 300, "new names from one address do not help");
        drop((kept, many));
        assert!(limits.streams.lock().unwrap().is_empty(), "nothing is remembered of who has gone");
    }
}
