//! One look at a channel: the feed whose time has come is fetched, sifted, and cut into its items.

use crate::{
    cursor::{Cursor, Followed},
    discover::{self, Found},
    document::{Document, Entry},
    fetch::{self, Fetched},
    item::{Item, ids},
    memory::{Marks, Memory},
    settings::Settings,
    sift::sift,
    websub,
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tertulia_connector::{
    Context, PullError,
    guard::AddressGuard,
    http::{Answer, Ask},
};
use tertulia_model::{Batch, Gap, Millis, RawContent, RawItem};
use url::Url;

/// Posts whose own comments are listened to where the site has no feed of all of them.
const MOST_COMMENTED: usize = 10;
/// How often such a feed is asked where nobody says how many comments there are.
const SELDOM: Duration = Duration::from_secs(3_600);
/// A feed that shows fewer hardly keeps anything back.
const LEAST_SHOWN: usize = 5;
const LARGEST_PAGE: usize = 2 << 20;

/// Fetches what is due. `now_at_once`: a hub told of news.
pub async fn pull(ctx: &Context, kept: Option<Value>, now_at_once: bool) -> Result<Batch, PullError> {
    let settings = Settings::read(&ctx.settings)?;
    let cursor = Cursor::read(kept, settings.url.as_str());
    let now = ctx.clock.now();
    let due = if now_at_once { Some(0) } else { cursor.due(now) };
    let Some(at) = due else { return Ok(Batch { again_at: cursor.next_at(), ..Batch::default() }) };
    let guard = ctx.guard.for_all_of(&settings.url).await?;
    let mut look = Look { ctx, guard, settings, cursor, now, batch: Batch::default() };
    look.at(at).await?;
    let Look { cursor, mut batch, .. } = look;
    batch.again_at = cursor.next_at();
    batch.more |= cursor.due(now).is_some();
    batch.next = Some(cursor.to_value());
    Ok(batch)
}

struct Look<'a> {
    ctx: &'a Context,
    guard: Arc<AddressGuard>,
    settings: Settings,
    cursor: Cursor,
    now: Millis,
    batch: Batch,
}

impl Look<'_> {
    async fn at(&mut self, at: usize) -> Result<(), PullError> {
        let followed = self.cursor.feeds[at].clone();
        match fetch::fetch(&self.guard, &followed, self.now).await {
            Ok(Fetched::NotModified) => {
                self.cursor.feeds[at].failures = 0;
                self.cursor.feeds[at].next_at = self.next_look(&followed, None);
                Ok(())
            }
            Ok(Fetched::Feed(document, answer)) => self.take(at, *document, &answer).await,
            Ok(Fetched::Page(page, answer)) if at == 0 && !followed.began => self.discover(&page, &answer).await,
            Ok(Fetched::Page(..)) => {
                let reason = "A page for people stands where the feed stood; it is looked at again.";
                self.failed(at, fetch::later(reason.to_owned()))
            }
            Err(error) => self.failed(at, error),
        }
    }

    /// The feed itself decides how the channel is; comments that cannot be read hold up nothing.
    fn failed(&mut self, at: usize, error: PullError) -> Result<(), PullError> {
        if at == 0 {
            return Err(error);
        }
        let feed = &mut self.cursor.feeds[at];
        feed.failures = feed.failures.saturating_add(1);
        let (wait, told) = match error {
            PullError::RetryAfter { wait, .. } => (self.settings.interval, wait),
            PullError::Misconfigured(_) | PullError::Reauthorise(_) => {
                (Duration::from_secs(24 * 3_600), Duration::ZERO)
            }
            PullError::Retry(_) => (self.settings.interval * (1 << feed.failures.min(6)), Duration::ZERO),
        };
        let told = Millis::try_from(told.as_millis()).unwrap_or(Millis::MAX);
        feed.next_at = self.now.saturating_add(fetch::pause(&feed.url, wait, None).max(told));
        if feed.failures == 1 {
            tracing::warn!(channel = %self.ctx.channel, %error, "a feed of comments could not be read");
            self.count("A feed of comments that could not be read; it is tried again.", 1);
        }
        Ok(())
    }

    fn count(&mut self, what: &str, times: u64) {
        *self.batch.unheard.counted.entry(what.to_owned()).or_default() += times;
    }

    /// A page was given where a feed belongs: it names its feed.
    async fn discover(&mut self, page: &str, answer: &Answer) -> Result<(), PullError> {
        let at = Url::parse(&answer.url).map_err(|error| PullError::Retry(error.to_string()))?;
        let Found { feed, comments } = discover::feeds_of(answer, page, &at);
        let Some(url) = feed.or_else(|| comments.clone()) else { return Err(names_none()) };
        self.cursor.feeds[0].url = url.clone();
        self.cursor.looked_for_comments = true;
        if let Some(comments) = comments.filter(|comments| self.settings.comments && *comments != url) {
            self.follow_comments(comments);
        }
        match fetch::fetch(&self.guard, &self.cursor.feeds[0], self.now).await? {
            Fetched::Feed(document, answer) => self.take(0, *document, &answer).await,
            _ => Err(PullError::Misconfigured(format!("The page names {url} as its feed, and there is none."))),
        }
    }

    fn follow_comments(&mut self, url: String) {
        self.cursor.feeds.retain(|feed| feed.about.is_none());
        self.cursor.feeds.push(Followed { url, comments: true, ..Followed::default() });
    }

    async fn take(&mut self, at: usize, document: Document, answer: &Answer) -> Result<(), PullError> {
        let first = !self.cursor.feeds[at].began;
        let feed = &self.cursor.feeds[at];
        let live = feed.about.is_some() && feed.newest > 0;
        let ids = ids(&document.entries);
        let marks: Vec<Marks> = ids.iter().zip(&document.entries).map(|(id, entry)| Marks::of(id, entry)).collect();
        let mut memory = Memory::unpack(&self.cursor.heard);
        let newest = Some(feed.newest).filter(|_| !first);
        let sifted = sift(&mut memory, &document.entries, &marks, newest, self.now);
        self.cursor.heard = memory.pack();
        if let Some(newest) = newest.filter(|_| sifted.new.len() == document.entries.len()) {
            self.batch.unheard.gaps.extend(gap_before(&document.entries, newest));
        }
        self.remember(at, &document, &ids).await;
        for (places, edited) in [(&sifted.new, false), (&sifted.past, false), (&sifted.edited, true)] {
            // A feed shows its newest first; heard is in the order in which it was said.
            for place in places.iter().rev() {
                let item = self.item(at, &document, &ids[*place], &document.entries[*place], edited);
                self.batch.items.push(item?);
            }
        }
        self.batch.history = (first && !live) || sifted.is_flood();
        if sifted.is_flood() {
            let count = sifted.past.len() as u64;
            self.count("Old posts that a feed showed as new ones: taken as its past, nobody was told.", count);
        }
        self.note_fetched(at, &document, answer, sifted.waits, sifted.is_flood());
        if at == 0 {
            self.ask_hub(&document, answer).await;
        }
        Ok(())
    }

    fn note_fetched(&mut self, at: usize, document: &Document, answer: &Answer, waits: bool, at_once: bool) {
        let untold = !self.cursor.feeds[at].told;
        if let Some(broken) = document.broken.as_ref().filter(|_| untold) {
            self.batch.skipped.push((answer.url.clone(), format!("The feed was not read to its end. {broken}")));
        }
        if document.left_out > 0 && untold {
            self.count("Items of a feed beyond its first 5,000.", document.left_out as u64);
        }
        let next_at = self.next_look(&self.cursor.feeds[at], document.wish.max(fetch::max_age(answer)));
        let dates = document.entries.iter().filter_map(Entry::stated_at).filter(|stated| *stated <= self.now);
        let feed = &mut self.cursor.feeds[at];
        feed.newest = dates.max().unwrap_or(0).max(feed.newest);
        (feed.began, feed.failures, feed.whole_at) = (true, 0, self.now);
        feed.told = document.broken.is_some() || document.left_out > 0;
        // What was not taken whole is asked for again, whatever the server says of changes.
        let whole = !waits && document.broken.is_none() && fetch::is_settled(answer);
        feed.etag = answer.header("etag").filter(|_| whole).map(str::to_owned);
        feed.modified = answer.header("last-modified").filter(|_| whole).map(str::to_owned);
        feed.next_at = if at_once { self.now } else { next_at };
        if answer.moved_for_good && feed.url != answer.url {
            tracing::info!(channel = %self.ctx.channel, "the feed has moved for good and is read at its new address");
            feed.url.clone_from(&answer.url);
        }
    }

    fn next_look(&self, feed: &Followed, wish: Option<Duration>) -> Millis {
        match (&feed.about, feed.count) {
            // The post's own feed says when there are more.
            (Some(_), Some(_)) => Millis::MAX,
            (Some(_), None) => self.now + fetch::pause(&feed.url, self.settings.interval.max(SELDOM), wish),
            (None, _) => self.now + fetch::pause(&feed.url, self.settings.interval, wish),
        }
    }

    /// What has to be known of the posts to place the comments under them, and where those are.
    async fn remember(&mut self, at: usize, document: &Document, ids: &[String]) {
        if !self.settings.comments || at != 0 {
            return;
        }
        for (id, entry) in ids.iter().zip(&document.entries).take(200).rev() {
            if let Some(link) = &entry.link {
                self.cursor.remember_post(link, id);
            }
        }
        if !self.cursor.looked_for_comments && !self.cursor.hears_all_comments() {
            self.cursor.looked_for_comments = true;
            if let Some(comments) = self.comments_of_site(document).await {
                self.follow_comments(comments);
            }
        }
        if !self.cursor.hears_all_comments() {
            self.follow_posts(document, ids);
        }
    }

    async fn comments_of_site(&self, document: &Document) -> Option<String> {
        let home = document.home.clone().unwrap_or_else(|| self.settings.url.origin().ascii_serialization());
        let answer = self.guard.ask(&Ask::get(home).beginning(LARGEST_PAGE)).await.ok().filter(Answer::is_success)?;
        let found = discover::feeds_of(&answer, &String::from_utf8_lossy(&answer.body), &Url::parse(&answer.url).ok()?);
        found.comments.filter(|url| *url != self.cursor.feeds[0].url)
    }

    /// Listens to the comments of the newest posts, each with a feed of its own; where the posts' feed counts them, only
    /// those that have more than before are asked.
    fn follow_posts(&mut self, document: &Document, ids: &[String]) {
        let began = self.cursor.feeds[0].began;
        let mut kept = vec![self.cursor.feeds[0].clone()];
        for (id, entry) in ids.iter().zip(&document.entries) {
            let Some(url) = entry.comments_feed.as_ref().filter(|_| kept.len() <= MOST_COMMENTED) else { continue };
            let known = self.cursor.feeds.iter().find(|feed| feed.about.is_some() && feed.url == *url).cloned();
            let mut feed = known.unwrap_or_else(|| Followed {
                url: url.clone(),
                comments: true,
                about: Some(id.clone()),
                // Under a post that came while we listened every comment is new.
                newest: if began { 1 } else { 0 },
                next_at: if entry.comments == Some(0) { Millis::MAX } else { self.now },
                count: entry.comments,
                ..Followed::default()
            });
            if entry.comments != feed.count {
                (feed.count, feed.next_at) = (entry.comments, self.now);
            }
            kept.push(feed);
        }
        self.cursor.feeds = kept;
    }

    fn item(
        &self,
        at: usize,
        document: &Document,
        id: &str,
        entry: &Entry,
        edited: bool,
    ) -> Result<RawItem, PullError> {
        let feed = &self.cursor.feeds[at];
        let titled = document.title.as_deref().is_some_and(|title| title.starts_with("Comments "));
        let is_comment = feed.comments || !entry.answers.is_empty() || titled || discover::names_comments(&feed.url);
        let item = Item {
            v: 1,
            id: id.to_owned(),
            edited_at: edited.then_some(self.now),
            site: self.settings.url.host_str().unwrap_or_default().to_owned(),
            feed_title: document.title.clone(),
            is_comment,
            is_our_site: self.settings.is_ours,
            answers: if is_comment { self.answers(feed, entry) } else { Vec::new() },
            entry: entry.clone(),
        };
        let bytes = serde_json::to_vec(&item).map_err(|error| PullError::Retry(error.to_string()))?;
        let key = if edited { format!("{id} ({})", self.now) } else { id.to_owned() };
        Ok(RawItem { key, content: RawContent::Memory(bytes), received_at: self.now, hint: Value::Null.into() })
    }

    /// The post first, then the comment that it answers.
    fn answers(&self, feed: &Followed, entry: &Entry) -> Vec<String> {
        let page = entry.link.as_deref().and_then(|link| link.split('#').next());
        let known = page.and_then(|page| self.cursor.post_at(page));
        let post = feed.about.clone().or(known);
        let post = post.or_else(|| page.filter(|_| entry.answers.is_empty()).map(str::to_owned));
        let mut answers: Vec<String> = post.into_iter().collect();
        for id in &entry.answers {
            if !answers.contains(id) {
                answers.push(id.clone());
            }
        }
        answers
    }

    /// Has the hub tell us of news, if the feed has one that we may use and it is not the one that was asked.
    async fn ask_hub(&mut self, document: &Document, answer: &Answer) {
        let Ok(at) = Url::parse(&answer.url) else { return };
        let links = discover::header_links(answer, &at);
        let named = |rel: &str| links.iter().find(|link| link.rel(rel)).map(|link| link.url.clone());
        let Some(hub) = named("hub").or_else(|| document.hubs.first().cloned()) else { return };
        let topic = named("self").or_else(|| document.own.clone()).unwrap_or_else(|| answer.url.clone());
        let asked = Some((hub, topic));
        if self.cursor.hub == asked {
            return;
        }
        if let Some((hub, topic)) = &asked
            && websub::is_usable(self.ctx, &self.guard, hub).await
        {
            self.batch.errands.push(websub::errand(hub, topic, self.now));
            self.cursor.hub = asked;
        }
    }
}

/// A feed of which nothing was known shows its newest items only: what came after the last known and before the oldest of
/// them was never seen.
fn gap_before(entries: &[Entry], newest: Millis) -> Option<Gap> {
    let oldest = entries.iter().filter_map(Entry::stated_at).min()?;
    let full = entries.len() >= LEAST_SHOWN && newest > 0 && oldest > newest;
    full.then(|| Gap {
        from: newest,
        until: oldest,
        reason: format!("The feed shows its newest {} items only, and all of them were new.", entries.len()),
    })
}

pub fn names_none() -> PullError {
    let reason =
        "This is a page that names no feed. Look there for the word RSS or Feed, and give the address behind it.";
    PullError::Misconfigured(reason.to_owned())
}
