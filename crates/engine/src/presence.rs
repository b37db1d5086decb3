//! Who has which conversation open. The pages say so themselves, again and again while they are looked at; one that has
//! said nothing for a while, or whose browser's live stream has ended, shows nothing. It lives in memory alone, since it is
//! true only for as long as the pages are.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tertulia_model::{ConversationId, UserId};
use tokio::{runtime::Handle, sync::broadcast, time::sleep};

/// A page that is loaded again leaves and comes back; the others are told only once it has had the time to.
const LINGER: Duration = Duration::from_millis(1_500);
/// For how long a browser may be without a live stream before it counts as gone.
const GRACE: Duration = Duration::from_secs(3);
/// For how long a page is believed: a tab that was killed says nothing, and its browser's other tabs go on listening.
const SILENCE: Duration = Duration::from_secs(120);
/// Pages remembered of one browser, so that none fills our memory.
const MOST_PAGES: usize = 100;
/// Live streams open at a time in one browser. Its pages share one; where they can't, a browser allows itself six.
pub const MOST_STREAMS: usize = 20;

#[derive(Debug, Clone)]
pub struct Presence {
    state: Arc<Mutex<State>>,
    news: broadcast::Sender<ConversationId>,
    linger: Duration,
    grace: Duration,
    silence: Duration,
}

#[derive(Debug, Default)]
struct State {
    browsers: HashMap<String, Browser>,
    /// How often a browser fell silent.
    silences: u64,
}

impl State {
    /// A browser without a stream is silent from now on; gives which silence that is. None where it has one.
    fn fall_silent(&mut self, browser: &str) -> Option<u64> {
        let known = self.browsers.get_mut(browser).filter(|known| known.streams == 0)?;
        self.silences += 1;
        known.silence = self.silences;
        Some(known.silence)
    }
}

#[derive(Debug, Default)]
struct Browser {
    streams: usize,
    /// Which of the silences its last one was: whoever was sent to look after an earlier one finds it over.
    silence: u64,
    pages: HashMap<String, Page>,
}

#[derive(Debug)]
struct Page {
    shows: ConversationId,
    user: UserId,
    /// How often it has said so.
    times: u64,
}

impl Default for Presence {
    fn default() -> Self {
        Self::with(LINGER, GRACE, SILENCE)
    }
}

impl Presence {
    fn with(linger: Duration, grace: Duration, silence: Duration) -> Self {
        Self { state: Arc::default(), news: broadcast::channel(1024).0, linger, grace, silence }
    }

    /// Conversations that somebody opened or left.
    pub fn listen(&self) -> broadcast::Receiver<ConversationId> {
        self.news.subscribe()
    }

    /// A page of a browser (its session) shows a conversation, still or from now on.
    pub fn enter(&self, browser: &str, page: &str, conversation: ConversationId, user: UserId) {
        let (left, times, silence) = {
            let mut state = self.lock();
            let known = state.browsers.entry(browser.to_owned()).or_default();
            if known.pages.len() >= MOST_PAGES && !known.pages.contains_key(page) {
                return;
            }
            let before = known.pages.get(page);
            let left = before.map(|before| before.shows);
            let times = before.map_or(0, |before| before.times) + 1;
            known.pages.insert(page.to_owned(), Page { shows: conversation, user, times });
            (left, times, state.fall_silent(browser))
        };
        // Who says the same again is no news.
        if left != Some(conversation) {
            left.into_iter().chain([conversation]).for_each(|changed| self.tell(changed));
        }
        let page = page.to_owned();
        self.later(self.silence, browser, move |presence, browser| presence.forget_if_silent(browser, &page, times));
        if let Some(silence) = silence {
            self.later(self.grace, browser, move |presence, browser| presence.forget_if_unheard(browser, silence));
        }
    }

    /// A page was closed, or shows something else.
    pub fn leave(&self, browser: &str, page: &str) {
        let mut state = self.lock();
        let Some(known) = state.browsers.get_mut(browser) else { return };
        let left = known.pages.remove(page);
        if known.streams == 0 && known.pages.is_empty() {
            state.browsers.remove(browser);
        }
        drop(state);
        if let Some(left) = left {
            self.later(self.linger, browser, move |presence, _| presence.tell(left.shows));
        }
    }

    /// A live stream of a browser; what its pages show is forgotten once its last one has ended. None where it has as many
    /// as it may: those that it has go on, since one that was ended would only come back and end the next.
    pub fn stream(&self, browser: &str) -> Option<StreamGuard> {
        let mut state = self.lock();
        let known = state.browsers.entry(browser.to_owned()).or_default();
        if known.streams >= MOST_STREAMS {
            return None;
        }
        known.streams += 1;
        Some(StreamGuard { presence: self.clone(), browser: browser.to_owned() })
    }

    /// Who else has a conversation open.
    pub fn others(&self, conversation: ConversationId, but: UserId) -> Vec<UserId> {
        let state = self.lock();
        let pages = state.browsers.values().flat_map(|browser| browser.pages.values());
        let mut users: Vec<UserId> =
            pages.filter(|page| page.shows == conversation && page.user != but).map(|page| page.user).collect();
        users.sort_unstable();
        users.dedup();
        users
    }

    /// What the pages of a browser show.
    pub fn shown_in(&self, browser: &str) -> Vec<ConversationId> {
        let state = self.lock();
        let mut shown: Vec<ConversationId> =
            state.browsers.get(browser).map_or_else(Vec::new, |b| b.pages.values().map(|page| page.shows).collect());
        shown.sort_unstable();
        shown.dedup();
        shown
    }

    /// `silence`: which of its silences lasts, if it still does. A browser between two pages has no stream either.
    fn forget_if_unheard(&self, browser: &str, silence: u64) {
        let gone = {
            let mut state = self.lock();
            if state.browsers.get(browser).is_none_or(|known| known.streams > 0 || known.silence != silence) {
                return;
            }
            state.browsers.remove(browser)
        };
        for page in gone.into_iter().flat_map(|browser| browser.pages.into_values()) {
            self.tell(page.shows);
        }
    }

    /// `times`: how often it had said so when it was last heard.
    fn forget_if_silent(&self, browser: &str, page: &str, times: u64) {
        let is_silent = {
            let state = self.lock();
            let known = state.browsers.get(browser).and_then(|known| known.pages.get(page));
            known.is_some_and(|known| known.times == times)
        };
        if is_silent {
            self.leave(browser, page);
        }
    }

    fn tell(&self, conversation: ConversationId) {
        // Nobody watching is no error.
        let _ = self.news.send(conversation);
    }

    /// Where nothing runs any more there is nobody to tell.
    fn later(&self, wait: Duration, browser: &str, act: impl FnOnce(&Self, &str) + Send + 'static) {
        let Ok(runtime) = Handle::try_current() else { return };
        let (presence, browser) = (self.clone(), browser.to_owned());
        runtime.spawn(async move {
            sleep(wait).await;
            act(&presence, &browser);
        });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One open live stream of one browser.
#[derive(Debug)]
#[must_use = "the browser leaves when the guard is dropped"]
pub struct StreamGuard {
    presence: Presence,
    browser: String,
}

impl Drop for StreamGuard {
    fn drop(&mut self) {
        let silence = {
            let mut state = self.presence.lock();
            let Some(known) = state.browsers.get_mut(&self.browser) else { return };
            known.streams = known.streams.saturating_sub(1);
            state.fall_silent(&self.browser)
        };
        let Some(silence) = silence else { return };
        // A page that is left for another ends its stream and opens a new one at once.
        let forget = move |presence: &Presence, browser: &str| presence.forget_if_unheard(browser, silence);
        self.presence.later(self.presence.grace, &self.browser, forget);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{Instant, timeout};

    const PARCEL: ConversationId = ConversationId(7);
    const INES: UserId = UserId(1);
    const SALMA: UserId = UserId(2);
    const LINGER: Duration = Duration::from_millis(40);
    const GRACE: Duration = Duration::from_millis(200);
    const SILENCE: Duration = Duration::from_millis(600);

    fn quick() -> Presence {
        Presence::with(LINGER, GRACE, SILENCE)
    }

    #[tokio::test]
    async fn a_tab_that_died_is_forgotten_though_its_browser_goes_on_listening() {
        let presence = quick();
        let _stream = presence.stream("salma's").unwrap();
        presence.enter("salma's", "dead", PARCEL, SALMA);
        presence.enter("salma's", "alive", ConversationId(8), SALMA);
        let mut news = presence.listen();
        for _ in 0..4 {
            sleep(SILENCE / 2).await;
            presence.enter("salma's", "alive", ConversationId(8), SALMA);
        }
        assert!(presence.others(PARCEL, INES).is_empty());
        assert_eq!(presence.shown_in("salma's"), [ConversationId(8)], "who says so again is believed");
        assert_eq!(news.try_recv(), Ok(PARCEL), "whoever looks on is told");
        assert!(news.try_recv().is_err(), "and of what stays the same nothing");
    }

    #[tokio::test]
    async fn who_opens_is_told_at_once_and_who_closes_after_the_time_of_a_reload() {
        let presence = quick();
        let mut news = presence.listen();
        let _stream = presence.stream("salma's").unwrap();
        presence.enter("salma's", "tab", PARCEL, SALMA);
        assert_eq!(news.try_recv(), Ok(PARCEL));
        assert_eq!((presence.others(PARCEL, INES), presence.others(PARCEL, SALMA)), (vec![SALMA], vec![]));
        assert_eq!(presence.shown_in("salma's"), [PARCEL]);
        let left_at = Instant::now();
        presence.leave("salma's", "tab");
        assert_eq!(news.recv().await, Ok(PARCEL));
        assert!(left_at.elapsed() >= LINGER && presence.others(PARCEL, INES).is_empty());
    }

    #[tokio::test]
    async fn a_page_that_shows_another_conversation_has_left_the_first() {
        let presence = quick();
        let mut news = presence.listen();
        let _stream = presence.stream("salma's").unwrap();
        presence.enter("salma's", "tab", PARCEL, SALMA);
        presence.enter("salma's", "tab", ConversationId(8), SALMA);
        let told = [news.try_recv(), news.try_recv(), news.try_recv()];
        assert_eq!(told, [Ok(PARCEL), Ok(PARCEL), Ok(ConversationId(8))]);
        assert!(presence.others(PARCEL, INES).is_empty());
    }

    #[tokio::test]
    async fn a_browser_that_vanishes_without_a_word_has_left_a_few_seconds_later() {
        let presence = quick();
        let stream = presence.stream("salma's").unwrap();
        presence.enter("salma's", "tab", PARCEL, SALMA);
        let mut news = presence.listen();
        drop(stream);
        assert_eq!(presence.others(PARCEL, INES), [SALMA], "perhaps it only went to another page");
        assert_eq!(timeout(GRACE * 50, news.recv()).await, Ok(Ok(PARCEL)));
        assert!(presence.others(PARCEL, INES).is_empty());
        assert!(presence.lock().browsers.is_empty(), "nothing is kept of it");
    }

    #[tokio::test]
    async fn a_browser_that_comes_back_in_time_was_never_gone() {
        let presence = quick();
        let stream = presence.stream("salma's").unwrap();
        presence.enter("salma's", "tab", PARCEL, SALMA);
        drop(stream);
        sleep(GRACE / 10).await;
        let _stream = presence.stream("salma's").unwrap();
        sleep(GRACE * 2).await;
        assert_eq!(presence.others(PARCEL, INES), [SALMA]);
    }

    #[tokio::test]
    async fn a_browser_between_two_pages_is_not_gone_because_it_was_between_two_others_before() {
        let presence = quick();
        drop(presence.stream("salma's").unwrap());
        sleep(GRACE * 3 / 4).await;
        // Somebody is sent to look when the first stream ended; that falls between the second and the third.
        drop(presence.stream("salma's").unwrap());
        presence.enter("salma's", "tab", PARCEL, SALMA);
        sleep(GRACE / 2).await;
        assert_eq!(presence.others(PARCEL, INES), [SALMA]);
        let _stream = presence.stream("salma's").unwrap();
        sleep(GRACE * 2).await;
        assert_eq!(presence.others(PARCEL, INES), [SALMA]);
    }

    #[tokio::test]
    async fn a_page_whose_browser_never_listens_is_not_kept() {
        let presence = quick();
        presence.enter("salma's", "tab", PARCEL, SALMA);
        sleep(GRACE * 2).await;
        assert!(presence.others(PARCEL, INES).is_empty());
    }

    #[tokio::test]
    async fn one_browser_has_so_many_streams_and_no_more() {
        let presence = quick();
        let mut streams: Vec<_> = (0..MOST_STREAMS).map(|_| presence.stream("salma's").unwrap()).collect();
        assert!(presence.stream("salma's").is_none());
        assert!(presence.stream("inés's").is_some(), "another one has its own");
        streams.pop();
        assert!(presence.stream("salma's").is_some(), "who ends one may begin one");
    }

    #[tokio::test]
    async fn one_browser_fills_no_memory() {
        let presence = quick();
        for page in 0..10 * MOST_PAGES {
            presence.enter("salma's", &page.to_string(), PARCEL, SALMA);
        }
        assert_eq!(presence.lock().browsers["salma's"].pages.len(), MOST_PAGES);
    }
}
