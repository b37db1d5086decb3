//! Webmention and Pingback: somebody's page links to ours, and their program says so at our door.
//!
//! The door ([`door`]) believes nothing and does nothing but note an errand. The errand ([`check`]) fetches the page under
//! the guard for what outsiders name, sees whether it links to us and what it says ([`mention`]), and leaves an errand to
//! look again: what changed is an edit, what is gone is a deletion.

mod check;
mod door;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod limits;
mod links;
mod mention;
mod mf2;
mod settings;
mod tree;
mod xmlrpc;

use async_trait::async_trait;
use check::Task;
use limits::Limits;
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tertulia_connector::{
    Connector, Context, FieldError, NormaliseError, PullError, ReceiveError, Received, Request,
    html::{Token, tokens},
    http::{Answer, Ask},
};
use tertulia_model::{Batch, ChannelId, ConnectorSpec, Inbound, Millis, RawItem};

/// Mentions remembered in memory, so that what was looked at lately need not be looked at anew, and a like is counted once.
const MOST_KNOWN: usize = 20_000;
/// For so long after it was looked at, a page that is told of again need not be looked at anew.
const LATELY: Millis = 60_000;

pub fn connector() -> Webmention {
    Webmention { spec: settings::spec(), limits: Limits::default(), known: Mutex::default() }
}

pub struct Webmention {
    spec: ConnectorSpec,
    limits: Limits,
    /// When mentions were looked at. What they said, their errands know.
    known: Mutex<HashMap<(ChannelId, u64), Millis>>,
}

impl Webmention {
    fn known(&self) -> MutexGuard<'_, HashMap<(ChannelId, u64), Millis>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn knows(&self, ctx: &Context, task: &Task) -> bool {
        self.known().contains_key(&(ctx.channel, task.key()))
    }

    fn looked_at_lately(&self, ctx: &Context, task: &Task, now: Millis) -> bool {
        self.known().get(&(ctx.channel, task.key())).is_some_and(|at| now < at + LATELY)
    }

    fn remember(&self, ctx: &Context, task: &Task) {
        let mut known = self.known();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert((ctx.channel, task.key()), ctx.clock.now());
    }

    fn forget(&self, ctx: &Context, task: &Task) {
        self.known().remove(&(ctx.channel, task.key()));
    }
}

#[async_trait]
impl Connector for Webmention {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn check(&self, settings: &Value) -> Vec<FieldError> {
        settings::check(settings)
    }

    fn account(&self, settings: &Value) -> String {
        settings::account(settings)
    }

    /// Says what to put into one's pages, and whether it stands there already.
    async fn test(&self, ctx: &Context) -> Result<Vec<String>, PullError> {
        let (webmention, pingback) = (ctx.door_url(door::WEBMENTION), ctx.door_url(door::PINGBACK));
        let mut lines =
            vec![format!("The line for the head of your pages: <link rel=\"webmention\" href=\"{webmention}\">")];
        if settings::takes_pingback(&ctx.settings) {
            lines.push(format!(
                "And for Pingback: <link rel=\"pingback\" href=\"{pingback}\"> or the header X-Pingback: {pingback}"
            ));
        }
        for site in settings::sites(&ctx.settings) {
            let answer = ctx.guard.ask(&Ask::get(site.as_str()).beginning(1 << 20)).await?;
            if !answer.is_success() {
                return Err(answer.pull_error(site.as_str(), ctx.clock.now()));
            }
            let says =
                if names(&answer, &webmention) { "says where mentions are taken" } else { "does not say it yet" };
            lines.push(format!("{site} {says}."));
        }
        Ok(lines)
    }

    async fn receive(&self, ctx: &Context, request: Request) -> Result<Received, ReceiveError> {
        door::receive(self, ctx, &request)
    }

    async fn errand(&self, ctx: &Context, task: Value) -> Result<Batch, PullError> {
        let task = serde_json::from_value(task)
            .map_err(|error| PullError::Misconfigured(format!("This errand cannot be read: {error}.")))?;
        check::run(self, ctx, task).await
    }

    fn normalise(&self, account: &str, _: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        Ok(vec![mention::Item::read(bytes)?.into_inbound(self.source(account))])
    }

    /// A mention is named by the two pages, whichever channel heard of it.
    fn source(&self, _: &str) -> String {
        "webmention".to_owned()
    }
}

fn names(answer: &Answer, endpoint: &str) -> bool {
    let by_header = answer.headers.iter().any(|(name, value)| name == "link" && value.contains(endpoint));
    let page = String::from_utf8_lossy(&answer.body);
    by_header
        || tokens(&page).any(|token| {
            matches!(token, Token::Open(tag) if tag.lists("rel", "webmention") && tag.attribute("href") == Some(endpoint))
        })
}

#[cfg(test)]
mod tests;
