//! Web chat: our own widget on the organisation's site.
//!
//! There is no service behind it: the visitors' page is served by us, what they say is posted to us ([`door`]), and
//! what we answer is stored by the engine and read from the live stream that our server keeps open for them. So `send`
//! only has to say whether somebody is there to read; if not, the engine goes on by e-mail.

mod door;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod identity;
mod mail;
mod said;
mod settings;
mod token;

use async_trait::async_trait;
use said::Said;
use serde_json::Value;
use std::time::Duration;
use tertulia_connector::{
    Connector, Context, FieldError, NormaliseError, Presence, PullError, ReceiveError, Received, Request, SendError,
    Sent, VisitorPage,
};
use tertulia_model::{Author, ConnectorSpec, Inbound, Outgoing, RawItem};

/// How long a visitor who walks from one page of the site to the next is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

pub fn connector() -> WebChat {
    WebChat { spec: settings::spec(), presence: Presence::default(), patience: PATIENCE }
}

#[derive(Debug)]
pub struct WebChat {
    spec: ConnectorSpec,
    presence: Presence,
    patience: Duration,
}

#[async_trait]
impl Connector for WebChat {
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
        let page = settings::page(&ctx.settings);
        let sites: Vec<&str> = page.frame_ancestors.iter().map(String::as_str).filter(|s| *s != "'self'").collect();
        let shown = if sites.is_empty() {
            "No site may show the chat yet; its own page works, for you to try it.".to_owned()
        } else {
            format!("These sites may show the chat: {}.", sites.join(", "))
        };
        let script = format!("{}/chat/{}/widget.js", ctx.public_url, ctx.channel);
        Ok(vec![format!("The line to paste: <script async src=\"{script}\"></script>"), shown])
    }

    async fn receive(&self, ctx: &Context, request: Request) -> Result<Received, ReceiveError> {
        door::receive(&self.presence, ctx, &request)
    }

    fn visitor(&self, ctx: &Context, token: &str) -> Result<Author, ReceiveError> {
        door::visitor(ctx, token)
    }

    fn visitor_page(&self, settings: &Value) -> Option<VisitorPage> {
        Some(settings::page(settings))
    }

    fn presence(&self) -> Option<&Presence> {
        Some(&self.presence)
    }

    fn normalise(&self, account: &str, _: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        let said: Said = serde_json::from_slice(bytes)
            .map_err(|error| NormaliseError(format!("This is not a message of the web chat: {error}.")))?;
        said.normalise(account).map(|inbound| vec![inbound])
    }

    fn choose_external_id(&self, _: &Value, unique: &str) -> String {
        format!("ours:{unique}")
    }

    fn source(&self, account: &str) -> String {
        said::source(account)
    }

    /// The engine stored the answer before it came here, and the stream carries whatever is stored: a repeat shows
    /// nothing twice.
    async fn send(&self, ctx: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
        if !said::is_handle(&outgoing.to_handle) {
            return Err(SendError::Rejected("This message is addressed to no visitor of the chat.".to_owned()));
        }
        if !outgoing.attachments.is_empty() {
            let reason = "The web chat carries no files. Send this answer by e-mail, or without the file.";
            return Err(SendError::Rejected(reason.to_owned()));
        }
        let now = ctx.clock.now();
        if self.presence.waits_for(ctx.channel, &outgoing.to_handle, now, self.patience).await {
            return Ok(Sent { external_id: outgoing.external_id.clone() });
        }
        Err(SendError::Gone("The visitor has left the chat.".to_owned()))
    }
}

#[cfg(test)]
mod tests;
