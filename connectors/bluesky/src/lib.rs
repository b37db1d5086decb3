//! Bluesky: what is said on the AT protocol's network, heard by a Jetstream, and answered by records of our own.
//!
//! [`pull`](Connector::pull) looks at each event for no longer than a glance ([`scan`]): the whole network may come by.

mod facets;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod login;
mod names;
mod profiles;
mod pull;
mod said;
mod scan;
mod send;
mod settings;
mod socket;
mod who;

use async_trait::async_trait;
use serde_json::Value;
use settings::Settings;
use std::{sync::Arc, time::Duration};
use tertulia_connector::{Connector, Context, FieldError, NormaliseError, PullError, SendError, Sent};
use tertulia_model::{Batch, ConnectorSpec, Inbound, Outgoing, RawItem};

/// How long one pull waits for a first event.
const WAITING: Duration = Duration::from_secs(25);

pub struct Bluesky {
    spec: ConnectorSpec,
    waiting: Duration,
    profiles: profiles::Profiles,
}

pub fn connector() -> Bluesky {
    Bluesky { spec: settings::spec(), waiting: WAITING, profiles: profiles::Profiles::default() }
}

impl Bluesky {
    /// The same with another time that one pull waits.
    pub fn with_waiting(mut self, waiting: Duration) -> Self {
        self.waiting = waiting;
        self
    }
}

#[async_trait]
impl Connector for Bluesky {
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
        let did = login::check(ctx, &settings).await?;
        let mut seen = vec![format!("Signed in as @{} ({did}).", settings.handle)];
        seen.extend(pull::try_stream(ctx, &settings).await?);
        Ok(seen)
    }

    async fn pull(&self, ctx: &Context, cursor: Option<Value>) -> Result<Batch, PullError> {
        pull::pull(self, ctx, cursor).await
    }

    fn completes(&self) -> bool {
        true
    }

    async fn complete(&self, ctx: &Arc<Context>, items: &mut [RawItem]) {
        self.profiles.complete(ctx, items).await;
    }

    fn cannot_hear(&self, settings: &Value) -> Vec<String> {
        settings::cannot_hear(settings)
    }

    fn normalise(&self, account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        said::normalise(account, item, bytes)
    }

    /// The record's key is chosen now. Our DID is not known yet: the handle stands in its place until it was sent.
    fn choose_external_id(&self, settings: &Value, unique: &str) -> String {
        names::post_uri(&settings::handle(settings), &names::record_key(unique))
    }

    fn source(&self, _account: &str) -> String {
        said::SOURCE.to_owned()
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
