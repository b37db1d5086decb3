//! One look at one feed: asked politely, read with limits.

use crate::{
    cursor::Followed,
    document::{Document, Read, read},
    memory::hash,
};
use std::time::Duration;
use tertulia_connector::{
    PullError, dates,
    guard::AddressGuard,
    http::{Answer, Ask},
};
use tertulia_model::Millis;
use url::Url;

/// Bytes read of one feed.
const LARGEST: usize = 8 << 20;
/// For so long a server is believed that nothing has changed. Some name a feed by its newest item alone and never tell of
/// an edit (isso), or by the newest post and never of a comment (WordPress).
const BELIEVED_FOR: Millis = 3_600_000;
/// The longest that a feed's wish to be left alone is heeded.
const LONGEST_WISH: Duration = Duration::from_secs(3_600);

const AFTER_TROUBLE: Duration = Duration::from_secs(600);

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, \
    text/html;q=0.5, */*;q=0.1";

pub enum Fetched {
    NotModified,
    Feed(Box<Document>, Box<Answer>),
    Page(String, Box<Answer>),
}

pub async fn fetch(guard: &AddressGuard, followed: &Followed, now: Millis) -> Result<Fetched, PullError> {
    let mut ask = Ask::get(&followed.url).header("accept", ACCEPT).beginning(LARGEST);
    if now < followed.whole_at.saturating_add(BELIEVED_FOR) {
        if let Some(etag) = &followed.etag {
            ask = ask.header("if-none-match", etag);
        }
        if let Some(modified) = &followed.modified {
            ask = ask.header("if-modified-since", modified);
        }
    }
    let answer = guard.ask(&ask).await?;
    if answer.status == 304 {
        return Ok(Fetched::NotModified);
    }
    if !answer.is_success() {
        return Err(refused(&answer, followed, now));
    }
    let at = Url::parse(&answer.url).map_err(|error| PullError::Retry(error.to_string()))?;
    match read(&answer.body, answer.media_type(), &at) {
        Read::Feed(mut document) => {
            if answer.is_cut {
                document.broken = Some(format!("It is larger than {} MB.", LARGEST >> 20));
            }
            if document.entries.is_empty()
                && let Some(broken) = &document.broken
            {
                return Err(later(format!("The feed cannot be read: {broken} It is looked at again later.")));
            }
            Ok(Fetched::Feed(document, Box::new(answer)))
        }
        Read::Page(page) => Ok(Fetched::Page(page, Box::new(answer))),
        Read::Neither(_) if answer.is_cut => {
            Err(later(format!("The answer is larger than {} MB and cannot be read.", LARGEST >> 20)))
        }
        // What was a feed yesterday is probably one again tomorrow.
        Read::Neither(why) if followed.began => Err(later(why)),
        Read::Neither(why) => Err(PullError::Misconfigured(why)),
    }
}

fn refused(answer: &Answer, followed: &Followed, now: Millis) -> PullError {
    match answer.status {
        410 => PullError::Misconfigured(
            "The feed is gone for good, says its server (410). What was heard stays. Give another address, or delete the \
             channel."
                .to_owned(),
        ),
        401 => PullError::Misconfigured(
            "The server asks for a password, and a feed's channel has none. Give an address that everybody may read."
                .to_owned(),
        ),
        404 if !followed.began => {
            PullError::Misconfigured("There is nothing at this address (404). Is it written correctly?".to_owned())
        }
        404 => later("There is nothing at the feed's address any more (404). It is looked at again.".to_owned()),
        _ => match answer.pull_error("The feed's server", now) {
            PullError::Retry(reason) => later(reason),
            error => error,
        },
    }
}

/// Tried again, but no sooner than it would be if all were well: a server in trouble needs no more guests than usual.
pub fn later(reason: String) -> PullError {
    PullError::RetryAfter { wait: AFTER_TROUBLE, reason }
}

/// How long from now until the next look: as set, or longer where the feed asks for it. A little less, by what the feed is
/// called, so that five hundred feeds which were added at once are not asked at once for ever.
pub fn pause(url: &str, interval: Duration, wish: Option<Duration>) -> Millis {
    let wanted = interval.max(wish.unwrap_or_default().min(LONGEST_WISH));
    let wanted = u64::try_from(wanted.as_millis()).unwrap_or(u64::MAX);
    let less = hash(&[url]) % (wanted / 20).max(1);
    Millis::try_from(wanted - less).unwrap_or(Millis::MAX)
}

/// Whether what the server said of the feed's state will be another when the feed is. What changed in this very second may
/// change in it again (RFC 9110 §8.8.2.2), and many make their ETag of the same second.
pub fn is_settled(answer: &Answer) -> bool {
    let time = |name| answer.header(name).and_then(dates::read);
    time("last-modified").zip(time("date")).is_none_or(|(modified, now)| modified + 1_000 < now)
}

/// `Cache-Control: max-age` (RFC 9111 §5.2.2.1): until then the answer would be the same.
pub fn max_age(answer: &Answer) -> Option<Duration> {
    let control = answer.header("cache-control")?.to_ascii_lowercase();
    let age = control.split(',').find_map(|one| one.trim().strip_prefix("max-age=").map(str::to_owned))?;
    age.trim_matches('"').parse().ok().map(Duration::from_secs)
}
