//! Feeds: what a site tells of itself (RSS, Atom, JSON Feed), and the comments under it.
//!
//! A feed is a list that shows its newest items again and again, so the work is in knowing what was heard ([`memory`],
//! [`sift`]), not in fetching ([`fetch`]). The document is cut into its items when it is read; `normalise` sees one item.

mod cursor;
mod discover;
mod document;
mod fetch;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod item;
mod json_feed;
mod memory;
mod pull;
mod settings;
mod sift;
mod websub;
mod xml;
mod xml_feed;

use async_trait::async_trait;
use cursor::Followed;
use fetch::Fetched;
use serde_json::Value;
use settings::Settings;
use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};
use tertulia_connector::{
    Connector, Context, FieldError, NormaliseError, PullError, ReceiveError, Received, Request, http::Answer,
};
use tertulia_model::{Batch, ChannelId, ConnectorSpec, Inbound, RawItem};
use url::Url;

pub fn connector() -> Feed {
    Feed { spec: settings::spec(), told: Mutex::default() }
}

pub struct Feed {
    spec: ConnectorSpec,
    /// The channels of which a hub told news that were not fetched yet. Lost with the process, they are found at the next
    /// look.
    told: Mutex<HashSet<ChannelId>>,
}

impl Feed {
    fn told(&self) -> std::sync::MutexGuard<'_, HashSet<ChannelId>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Connector for Feed {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn check(&self, settings: &Value) -> Vec<FieldError> {
        settings::check(settings)
    }

    fn account(&self, settings: &Value) -> String {
        settings::account(settings)
    }

    async fn test(&self, ctx: &Context) -> Result<Vec<String>, PullError> {
        let settings = Settings::read(&ctx.settings)?;
        let mut followed = Followed { url: settings.url.clone().into(), ..Followed::default() };
        let guard = ctx.guard.for_all_of(&settings.url).await?;
        let mut lines = Vec::new();
        let mut fetched = fetch::fetch(&guard, &followed, ctx.clock.now()).await?;
        if let Fetched::Page(page, answer) = &fetched {
            let at = Url::parse(&answer.url).map_err(|error| PullError::Retry(error.to_string()))?;
            let found = discover::feeds_of(answer, page, &at);
            followed.url = found.feed.or_else(|| found.comments.clone()).ok_or_else(pull::names_none)?;
            lines.push(format!("The page names its feed: {}", followed.url));
            lines.extend(found.comments.map(|comments| {
                let advice = if settings.comments {
                    "it is heard, too"
                } else {
                    "switch on \u{201c}Comments too\u{201d} to hear it"
                };
                format!("It names a feed of its comments: {comments} ({advice}).")
            }));
            fetched = fetch::fetch(&guard, &followed, ctx.clock.now()).await?;
        }
        let Fetched::Feed(document, answer) = fetched else { return Err(pull::names_none()) };
        if answer.moved_for_good {
            lines
                .push(format!("It has moved for good, to {}. It is read there; better give that address.", answer.url));
        }
        lines.extend(seen(&document, &answer));
        Ok(lines)
    }

    async fn pull(&self, ctx: &Context, cursor: Option<Value>) -> Result<Batch, PullError> {
        // What is told while this look is under way is for the next one.
        let now_at_once = self.told().remove(&ctx.channel);
        let pulled = pull::pull(ctx, cursor, now_at_once).await;
        if now_at_once && pulled.is_err() {
            self.told().insert(ctx.channel);
        }
        pulled
    }

    async fn receive(&self, ctx: &Context, request: Request) -> Result<Received, ReceiveError> {
        if !request.path.starts_with(websub::PATH) {
            return Err(ReceiveError::NotFound);
        }
        let (received, news) = websub::receive(ctx, &request)?;
        if news {
            self.told().insert(ctx.channel);
        }
        Ok(received)
    }

    /// The only errand there is: to ask a hub, and to ask it again before its lease ends.
    async fn errand(&self, ctx: &Context, task: Value) -> Result<Batch, PullError> {
        websub::subscribe(ctx, &task).await
    }

    fn cannot_hear(&self, settings: &Value) -> Vec<String> {
        let silent = Settings::read(settings).is_ok_and(|settings| !settings.comments);
        let words = "The comments under the posts: they are switched off for this channel.";
        silent.then(|| words.to_owned()).into_iter().collect()
    }

    fn normalise(&self, account: &str, _: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        Ok(vec![item::Item::read(bytes)?.into_inbound(self.source(account))])
    }

    /// Ids of items are unique within their feed and nowhere else: anybody can write another site's ids into their own.
    fn source(&self, account: &str) -> String {
        format!("feed:{account}")
    }
}

/// What a feed looks like, for whoever set it up.
fn seen(document: &document::Document, answer: &Answer) -> Vec<String> {
    let title = document.title.as_deref().unwrap_or("without a title");
    let mut lines = vec![format!("A feed: {title}. It shows {} items.", document.entries.len())];
    lines.extend(document.broken.as_ref().map(|broken| format!("It cannot be read to its end: {broken}")));
    let at = Url::parse(&answer.url).ok();
    let by_header = at.is_some_and(|at| discover::header_links(answer, &at).iter().any(|link| link.rel("hub")));
    if by_header || !document.hubs.is_empty() {
        lines.push(
            "It has a hub (WebSub), which tells of news at once where it can reach this installation.".to_owned(),
        );
    }
    lines
}

#[cfg(test)]
mod tests;
