//! Mastodon and what speaks its client API: mentions, hashtags and searches heard, answers sent.
//!
//! [`pull`](Connector::pull) reads by REST what came since the cursor and then listens to the live streams; whatever a
//! stream misses, the next reading by REST brings.

mod api;
mod catchup;
mod cursor;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod items;
mod listen;
mod pull;
mod said;
mod send;
mod settings;
mod sse;
mod text;

use api::{Api, Me};
use async_trait::async_trait;
use serde_json::Value;
use settings::Settings;
use std::time::Duration;
use tertulia_connector::{Connector, Context, FieldError, NormaliseError, PullError, SendError, Sent};
use tertulia_model::{Batch, ConnectorSpec, Inbound, Outgoing, RawItem};

/// How long one pull listens.
const WAITING: Duration = Duration::from_secs(25);

pub struct Mastodon {
    spec: ConnectorSpec,
    waiting: Duration,
}

pub fn connector() -> Mastodon {
    Mastodon { spec: settings::spec(), waiting: WAITING }
}

impl Mastodon {
    /// The same with another time that one pull listens.
    pub fn with_waiting(mut self, waiting: Duration) -> Self {
        self.waiting = waiting;
        self
    }
}

#[async_trait]
impl Connector for Mastodon {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn check(&self, settings: &Value) -> Vec<FieldError> {
        settings::check(settings)
    }

    fn account(&self, settings: &Value) -> String {
        settings::handle(settings)
    }

    async fn test(&self, ctx: &Context) -> Result<Vec<String>, PullError> {
        let settings = Settings::read(&ctx.settings);
        let api = Api::of(ctx, &settings).await?;
        Me::ask(&api).await?;
        let mut seen = vec![format!("Signed in as @{}.", settings.handle)];
        let instance: Option<Value> = api.find("/api/v2/instance", &[]).await?;
        let most = instance.as_ref().and_then(|i| i.pointer("/configuration/statuses/max_characters")?.as_u64());
        if let Some(most) = most {
            seen.push(format!("A post on this server has up to {most} characters."));
        }
        let streams = listen::Streams::open(&api).await?;
        seen.push(match streams.are_open() {
            true => "Posts come at once, by the server's live stream.".to_owned(),
            false => "This server has no live stream: it is asked every half minute.".to_owned(),
        });
        Ok(seen)
    }

    async fn pull(&self, ctx: &Context, cursor: Option<Value>) -> Result<Batch, PullError> {
        pull::pull(self, ctx, cursor).await
    }

    fn cannot_hear(&self, settings: &Value) -> Vec<String> {
        settings::cannot_hear(settings)
    }

    fn normalise(&self, account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        said::normalise(account, item, bytes)
    }

    fn choose_external_id(&self, _: &Value, unique: &str) -> String {
        format!("ours:{unique}")
    }

    fn source(&self, _account: &str) -> String {
        said::SOURCE.to_owned()
    }

    /// Three hundred requests in five minutes, whatever they ask for.
    fn counts_both(&self) -> bool {
        true
    }

    fn speaks_in_public(&self) -> bool {
        true
    }

    async fn send(&self, ctx: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
        send::send(ctx, outgoing).await
    }

    async fn find_sent(&self, ctx: &Context, outgoing: &Outgoing) -> Result<Option<Sent>, PullError> {
        send::find_sent(ctx, outgoing).await
    }
}
