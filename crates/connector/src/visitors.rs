//! What our own server needs to know to host a channel's visitors: how their page looks, and who is there right now.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tertulia_model::{ChannelId, Millis};

/// What a visitor's page shows and who may embed it. All of it is public: no secret belongs here.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct VisitorPage {
    pub title: String,
    pub greeting: String,
    /// `#rrggbb`.
    pub colour: String,
    /// The colour of words on it: white or near-black, whichever is read better.
    pub ink: String,
    /// Whether the page asks, once, where to write if the visitor has to leave.
    pub ask_mail: bool,
    /// Shown when nobody answers soon; empty for nothing.
    pub away_text: String,
    /// Characters in one message.
    pub text_limit: usize,
    /// The sources of CSP's `frame-ancestors`, ready to be joined by spaces. Our own pages may always embed it.
    pub frame_ancestors: Vec<String>,
}

/// How long a visitor counts as there after their page last said so. The page says it every 30 s, and browsers slow a
/// hidden page's timers to once a minute, so that one lost beat must not count as leaving.
pub const HERE_FOR: Millis = 100_000;

/// Who is there right now: an open live stream, and a page that has lately given a sign of life. The stream alone
/// proves little, since a closed laptop leaves its connection open for many minutes.
///
/// It lives in the memory of one process, as the streams do.
#[derive(Debug, Clone)]
pub struct Presence {
    here: Arc<Mutex<HashMap<Visitor, Stay>>>,
    arrivals: Arc<tokio::sync::watch::Sender<u64>>,
}

type Visitor = (ChannelId, String);

#[derive(Debug)]
struct Stay {
    streams: usize,
    last_sign: Millis,
}

impl Default for Presence {
    fn default() -> Self {
        Self { here: Arc::default(), arrivals: Arc::new(tokio::sync::watch::Sender::new(0)) }
    }
}

impl Presence {
    /// Says that a visitor's live stream was opened; it counts until the guard is dropped.
    pub fn enter(&self, channel: ChannelId, handle: &str, now: Millis) -> PresenceGuard {
        let visitor = (channel, handle.to_owned());
        let mut here = self.lock();
        let stay = here.entry(visitor.clone()).or_insert(Stay { streams: 0, last_sign: now });
        stay.streams += 1;
        stay.last_sign = stay.last_sign.max(now);
        drop(here);
        self.arrivals.send_modify(|count| *count = count.wrapping_add(1));
        PresenceGuard { presence: self.clone(), visitor }
    }

    /// A sign of life from a visitor's page.
    pub fn sign(&self, channel: ChannelId, handle: &str, now: Millis) {
        if let Some(stay) = self.lock().get_mut(&(channel, handle.to_owned())) {
            stay.last_sign = stay.last_sign.max(now);
        }
        self.arrivals.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub fn is_here(&self, channel: ChannelId, handle: &str, now: Millis) -> bool {
        self.lock().get(&(channel, handle.to_owned())).is_some_and(|stay| now - stay.last_sign <= HERE_FOR)
    }

    /// Whether the visitor is there or comes back within `patience`: somebody who walks from one page of a site to the
    /// next is away for a few seconds.
    pub async fn waits_for(&self, channel: ChannelId, handle: &str, now: Millis, patience: Duration) -> bool {
        let mut arrivals = self.arrivals.subscribe();
        let found = async {
            while !self.is_here(channel, handle, now) {
                if arrivals.changed().await.is_err() {
                    return false;
                }
            }
            true
        };
        tokio::time::timeout(patience, found).await.unwrap_or(false)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Visitor, Stay>> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One open live stream of one visitor.
#[derive(Debug)]
#[must_use = "the visitor leaves when the guard is dropped"]
pub struct PresenceGuard {
    presence: Presence,
    visitor: Visitor,
}

impl Drop for PresenceGuard {
    fn drop(&mut self) {
        let mut here = self.presence.lock();
        if let Some(stay) = here.get_mut(&self.visitor) {
            stay.streams -= 1;
            if stay.streams == 0 {
                here.remove(&self.visitor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: ChannelId = ChannelId(1);

    #[test]
    fn a_visitor_is_here_until_the_last_of_their_tabs_closes() {
        let presence = Presence::default();
        let first = presence.enter(SHOP, "visitor:a", 1_000);
        let second = presence.enter(SHOP, "visitor:a", 1_000);
        drop(first);
        assert!(presence.is_here(SHOP, "visitor:a", 1_000));
        drop(second);
        assert!(!presence.is_here(SHOP, "visitor:a", 1_000));
    }

    #[test]
    fn visitors_of_other_channels_and_other_names_are_others() {
        let presence = Presence::default();
        let _guard = presence.enter(SHOP, "visitor:a", 1_000);
        assert!(!presence.is_here(ChannelId(2), "visitor:a", 1_000));
        assert!(!presence.is_here(SHOP, "visitor:b", 1_000));
    }

    #[test]
    fn an_open_stream_without_a_sign_of_life_does_not_count_for_ever() {
        let presence = Presence::default();
        let _guard = presence.enter(SHOP, "visitor:a", 1_000);
        assert!(presence.is_here(SHOP, "visitor:a", 1_000 + HERE_FOR));
        assert!(!presence.is_here(SHOP, "visitor:a", 1_001 + HERE_FOR));
        presence.sign(SHOP, "visitor:a", 50_000);
        assert!(presence.is_here(SHOP, "visitor:a", 50_000 + HERE_FOR));
    }

    #[test]
    fn a_sign_of_life_without_a_stream_puts_nobody_there() {
        let presence = Presence::default();
        presence.sign(SHOP, "visitor:a", 1_000);
        assert!(!presence.is_here(SHOP, "visitor:a", 1_000));
    }

    #[tokio::test]
    async fn who_walks_to_the_next_page_is_waited_for() {
        let presence = Presence::default();
        let waiting = presence.clone();
        let wait =
            tokio::spawn(async move { waiting.waits_for(SHOP, "visitor:a", 1_000, Duration::from_secs(20)).await });
        tokio::task::yield_now().await;
        let _guard = presence.enter(SHOP, "visitor:a", 1_200);
        assert!(wait.await.unwrap());
        assert!(!presence.waits_for(SHOP, "visitor:b", 1_000, Duration::from_millis(5)).await);
    }
}
