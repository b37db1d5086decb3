//! Text messages (SMS), by a gateway that speaks HTTP: Kannel, or a provider in the manner of Twilio.
//!
//! The gateway brings what comes to our door ([`door`]); parts that it did not join are gathered as errands
//! ([`gather`]). What goes out cannot be looked for afterwards, so it goes once ([`send`]); delivery reports come to the
//! door again.

mod door;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod gather;
mod kannel;
mod pieces;
mod said;
mod send;
mod settings;
mod twilio;
mod wish;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;
use settings::Gateway;
use tertulia_connector::{
    Connector, Context, FieldError, NormaliseError, PullError, ReceiveError, Received, Request, SendError, Sent,
    numbers,
};
use tertulia_model::{Batch, ConnectorSpec, Inbound, Outgoing, RawItem};

pub fn connector() -> Sms {
    Sms { spec: settings::spec() }
}

#[derive(Debug)]
pub struct Sms {
    spec: ConnectorSpec,
}

#[async_trait]
impl Connector for Sms {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn check(&self, settings: &Value) -> Vec<FieldError> {
        settings::check(settings)
    }

    fn account(&self, settings: &Value) -> String {
        settings::numbers(settings).into_iter().next().unwrap_or_else(|| "unnumbered".to_owned())
    }

    fn our_addresses(&self, settings: &Value) -> Vec<String> {
        settings::numbers(settings)
    }

    /// Says what to enter at the gateway. Kannel and the provider have nothing that could be tried without sending.
    async fn test(&self, ctx: &Context) -> Result<Vec<String>, PullError> {
        Ok(match settings::gateway(&ctx.settings) {
            Gateway::Kannel => match kannel::door(ctx) {
                Some(door) => vec![
                    "Put this into the sms-service group of Kannel's configuration:".to_owned(),
                    format!(
                        "post-url = \"{door}&from=%p&to=%P&id=%I&time=%T&coding=%c&charset=%C\"",
                    ),
                    "Below it: max-messages = 0, catch-all = true, accept-x-kannel-headers = true. In the smsbox group: \
                     http-request-retry = 1000, http-queue-delay = 10, so that nothing is lost while we are away."
                        .to_owned(),
                ],
                None => return Err(PullError::Misconfigured("This channel has no key yet: add it again.".to_owned())),
            },
            Gateway::Twilio => vec![format!(
                "At the provider, set \u{201c}A message comes in\u{201d} to: Webhook, HTTP POST, {}",
                ctx.door_url("/in")
            )],
        })
    }

    async fn receive(&self, ctx: &Context, request: Request) -> Result<Received, ReceiveError> {
        door::receive(ctx, &request)
    }

    async fn errand(&self, ctx: &Context, task: Value) -> Result<Batch, PullError> {
        gather::run(task, ctx.clock.now())
    }

    fn normalise(&self, account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        let hint = said::Hint::deserialize(&*item.hint).unwrap_or_default();
        said::normalise(account, &hint, bytes)
    }

    fn choose_external_id(&self, _: &Value, unique: &str) -> String {
        format!("sms:{unique}")
    }

    fn source(&self, account: &str) -> String {
        said::source(account)
    }

    /// Any number can be written to; what it answers finds the talk of the two numbers.
    fn begins(&self, settings: &Value, handle: &str) -> Option<Vec<String>> {
        let ours = settings::numbers(settings).into_iter().next()?;
        numbers::is_number(handle).then(|| vec![said::talk(handle, &ours)])
    }

    async fn send(&self, ctx: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
        send::send(ctx, outgoing).await
    }
}
