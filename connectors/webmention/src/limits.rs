//! Whose pages may be said to mention us how often: each is fetched, so nobody may have us fetch what they like.

use std::{collections::HashMap, sync::Mutex};
use tertulia_model::{ChannelId, Millis};

/// Mentions of one host's pages in an hour. A blog that imports its archive tells of it with patience.
const MOST: u32 = 60;
const SPAN: Millis = 3_600_000;
const MINUTE: Millis = 60_000;
/// Hosts remembered; at more, those whose hour is over are forgotten.
const MOST_HOSTS: usize = 10_000;

#[derive(Debug, Default)]
struct Counts {
    /// Since when, and how many.
    of_hosts: HashMap<(ChannelId, String), (Millis, u32)>,
    tidied_at: Millis,
}

#[derive(Debug, Default)]
pub struct Limits(Mutex<Counts>);

impl Limits {
    pub fn take(&self, channel: ChannelId, host: &str, now: Millis) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Counts { of_hosts, tidied_at } = &mut *counts;
        if of_hosts.len() >= MOST_HOSTS && now >= *tidied_at + MINUTE {
            of_hosts.retain(|_, (since, _)| now < *since + SPAN);
            *tidied_at = now;
        }
        let key = (channel, host.to_owned());
        // A flood of hosts that nobody has heard of waits until some are forgotten.
        if of_hosts.len() >= MOST_HOSTS && !of_hosts.contains_key(&key) {
            return false;
        }
        let (since, count) = of_hosts.entry(key).or_insert((now, 0));
        if now >= *since + SPAN {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count <= MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_host_is_heard_so_often_in_an_hour_and_the_others_all_the_same() {
        let limits = Limits::default();
        let (one, other) = (ChannelId(1), ChannelId(2));
        assert!((0..MOST).all(|_| limits.take(one, "a.example", 0)));
        assert!(!limits.take(one, "a.example", SPAN - 1));
        assert!(limits.take(one, "b.example", 0) && limits.take(other, "a.example", 0));
        assert!(limits.take(one, "a.example", SPAN));
    }

    #[test]
    fn ten_thousand_made_up_hosts_fill_no_memory() {
        let limits = Limits::default();
        let taken = (0..3 * MOST_HOSTS).filter(|n| limits.take(ChannelId(1), &format!("{n}.example"), 0)).count();
        assert_eq!(taken, MOST_HOSTS);
        assert!(limits.take(ChannelId(1), "a.example", SPAN));
    }
}
