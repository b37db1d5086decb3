//! Anything else: a program posts JSON, and a person says which of its fields holds what.
//!
//! [`proof`] knows who posts, [`mapping`] what an item becomes; [`door`] answers. It only hears: what goes out to other
//! programs is no answer to a person and no matter of a channel.

mod door;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod mapping;
mod proof;
mod settings;

use async_trait::async_trait;
use mapping::Mapping;
use serde::Deserialize;
use serde_json::Value;
use tertulia_connector::{Connector, Context, FieldError, NormaliseError, PullError, ReceiveError, Received, Request};
use tertulia_model::{ConnectorSpec, Inbound, RawItem};

pub fn connector() -> Webhook {
    Webhook { spec: settings::spec() }
}

#[derive(Debug)]
pub struct Webhook {
    spec: ConnectorSpec,
}

#[async_trait]
impl Connector for Webhook {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn check(&self, settings: &Value) -> Vec<FieldError> {
        settings::check(settings)
    }

    fn account(&self, settings: &Value) -> String {
        settings::account(settings)
    }

    fn our_addresses(&self, settings: &Value) -> Vec<String> {
        let ours = Mapping::read(settings).our_accounts;
        if ours.is_empty() { vec![self.account(settings)] } else { ours }
    }

    async fn test(&self, ctx: &Context) -> Result<Vec<String>, PullError> {
        let mut lines = vec![format!("Post to {} as application/json.", ctx.door_url("/in"))];
        let typed = ctx.secret("secret");
        if proof::signs(ctx)
            && let Some(typed) = typed
        {
            proof::key_of(typed.reveal().trim()).map_err(PullError::Misconfigured)?;
        }
        let made = proof::made(ctx)
            .ok_or_else(|| PullError::Misconfigured("This channel has no key yet: add it again.".to_owned()))?;
        lines.push(match (proof::signs(ctx), typed) {
            (true, None) => format!("Sign as Standard Webhooks says, with {made}"),
            (true, Some(_)) => "Sign as Standard Webhooks says, with the secret that you filled in.".to_owned(),
            (false, None) => format!("Send the header Authorization: Bearer {made}"),
            (false, Some(_)) => "Send the header Authorization: Bearer and the secret that you filled in.".to_owned(),
        });
        Ok(lines)
    }

    async fn receive(&self, ctx: &Context, request: Request) -> Result<Received, ReceiveError> {
        door::receive(ctx, &request)
    }

    fn normalise(&self, account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        let mapping = Mapping::deserialize(&*item.hint)
            .map_err(|error| NormaliseError(format!("The channel's fields cannot be understood: {error}.")))?;
        let value: Value =
            serde_json::from_slice(bytes).map_err(|error| NormaliseError(format!("This is no JSON: {error}.")))?;
        mapping.normalise(account, &item.key, &value)
    }

    fn preview(&self, settings: &Value, sample: &[u8]) -> Option<Result<Vec<Inbound>, Vec<FieldError>>> {
        Some(door::preview(settings, sample))
    }

    fn source(&self, account: &str) -> String {
        mapping::source(account)
    }
}
