//! What a channel is.
//!
//! A connector turns one kind of channel into [`RawItem`]s and [`Inbound`]s, and our [`Outgoing`]s into whatever the
//! channel carries. It sees the network through its [`Context`] and nothing else: no database, no clock, no chance
//! of its own. `pull` and `receive` fetch, `normalise` understands and is pure, `send` speaks.
//!
//! The [`conformance`] kit says what every connector must keep.

pub mod addresses;
pub mod archive;
pub mod by_hand;
pub mod conformance;
mod context;
pub mod dates;
pub mod fields;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod guard;
pub mod html;
pub mod http;
pub mod numbers;
pub mod settings;
pub mod sign;
pub mod table;
mod text;
pub mod times;
mod visitors;
pub mod words;

pub use context::{BlobSink, BlobWriter, Context, Secret, SecretSet, Session};
pub use text::{clipped, cut, readable};
pub use visitors::{HERE_FOR, Presence, PresenceGuard, VisitorPage};

use async_trait::async_trait;
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tertulia_model::{Author, Batch, ConnectorSpec, Inbound, Millis, Mode, Outgoing, RawItem};

/// One kind of channel. One value serves all channels of the kind.
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    fn spec(&self) -> &ConnectorSpec;

    /// Checks settings beyond what the schema can say. Each error names its field ("imap_host") and says how to mend it.
    fn check(&self, settings: &Value) -> Vec<FieldError> {
        let _ = settings;
        Vec::new()
    }

    /// What the account is called at its source ("hello@roastery.example"). Two channels with the same account hear
    /// the same events, so nothing doubles when a channel is deleted and added again.
    fn account(&self, settings: &Value) -> String;

    /// The addresses that are ours on this account, in lower case, the main one first: what they write is ours, and an
    /// answer may go out as any of them.
    fn our_addresses(&self, settings: &Value) -> Vec<String> {
        vec![self.account(settings)]
    }

    /// Tries the settings against the real service, without changing anything there. The lines say what was seen
    /// ("Signed in; 1,204 mails in the inbox").
    async fn test(&self, ctx: &Context) -> Result<Vec<String>, PullError> {
        let _ = ctx;
        Ok(Vec::new())
    }

    /// Fetches what came after `cursor`, waiting up to about half a minute for something where the channel can tell
    /// us at once. An empty batch is a good answer. Connections may be kept in [`Context::session`].
    async fn pull(&self, ctx: &Context, cursor: Option<Value>) -> Result<Batch, PullError> {
        let _ = (ctx, cursor);
        Ok(Batch::default())
    }

    /// Takes what somebody brought to our door (a webhook, a visitor's words).
    async fn receive(&self, ctx: &Context, request: Request) -> Result<Received, ReceiveError> {
        let _ = (ctx, request);
        Err(ReceiveError::NotFound)
    }

    /// Whether [`Connector::complete`] has something to say of what is kept.
    fn completes(&self) -> bool {
        false
    }

    /// Adds to the hints of items that are about to be stored what their source did not tell with them (who wrote them,
    /// how many people that reaches). Only what is kept of a stream comes here, so whatever it costs is spent on that.
    /// What cannot be found out within a few seconds stays out: nothing waits for it, and nothing fails for it.
    async fn complete(&self, ctx: &Arc<Context>, items: &mut [RawItem]) {
        let _ = (ctx, items);
    }

    /// Does what an earlier batch left for later ([`Batch::errands`]). Done once it gives a batch; a failure is tried again
    /// later, or given up with its reason where a person must help.
    async fn errand(&self, ctx: &Context, task: Value) -> Result<Batch, PullError> {
        let _ = (ctx, task);
        Err(PullError::Misconfigured("This kind of channel knows no such errand.".to_owned()))
    }

    /// What this channel, set as it is, never shows us: sentences for the ledger, besides those of its spec.
    fn cannot_hear(&self, settings: &Value) -> Vec<String> {
        let _ = settings;
        Vec::new()
    }

    /// Who a visitor is, by the token that this connector gave out. Only where the spec says `hosts_visitors`.
    fn visitor(&self, ctx: &Context, token: &str) -> Result<Author, ReceiveError> {
        let _ = (ctx, token);
        Err(ReceiveError::NotFound)
    }

    /// The archives it can read, if that is what it does.
    fn archives(&self) -> Option<&dyn archive::Archives> {
        None
    }

    /// What people who are signed in bring to it by hand: an entry by a form, a file.
    fn by_hand(&self) -> Option<&dyn by_hand::ByHand> {
        None
    }

    /// What the visitors' page shows and who may embed it. Only where the spec says `hosts_visitors`.
    fn visitor_page(&self, settings: &Value) -> Option<VisitorPage> {
        let _ = settings;
        None
    }

    /// Where our server notes whose live stream is open, so that `send` knows who is there to read. Only where the
    /// spec says `hosts_visitors`.
    fn presence(&self) -> Option<&Presence> {
        None
    }

    /// What a sample of what comes to the door would become under these settings, or which settings do not fit it: for a
    /// form that shows it while it is filled in. None where there is nothing to try.
    fn preview(&self, settings: &Value, sample: &[u8]) -> Option<Result<Vec<Inbound>, Vec<FieldError>>> {
        let _ = (settings, sample);
        None
    }

    /// Understands one raw item. Pure: the same bytes give the same events, each time and on every machine. `bytes`
    /// is the item's whole content; `account` is what [`Connector::account`] said.
    fn normalise(&self, account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError>;

    /// Chooses the external id of a message before its first attempt. `unique` is different for each message.
    fn choose_external_id(&self, settings: &Value, unique: &str) -> String {
        let _ = settings;
        unique.to_owned()
    }

    /// The space in which the external ids of sent messages are unique (`EventKey::source`).
    fn source(&self, account: &str) -> String;

    /// Whether a person may write first to this handle, who has said nothing here: then the names that ties what comes back to it, as
    /// [`Content::references`](tertulia_model::Content) of an answer would (none where its id or a token does). Else only answers go out.
    fn begins(&self, settings: &Value, handle: &str) -> Option<Vec<String>> {
        let _ = (settings, handle);
        let spec = self.spec();
        (spec.sends && spec.limits.recipients).then(Vec::new)
    }

    /// Whether some of what it sends can be read by everybody: the composer then says of each answer who can read it.
    fn speaks_in_public(&self) -> bool {
        false
    }

    /// How what is said on it comes about, where it is all of one kind: asked for, or noted after talking. None where people
    /// say it by themselves: then what everybody can read is one source, and what is said to us alone another.
    fn mode(&self) -> Option<Mode> {
        None
    }

    /// Whether its service counts what is fetched and what is sent together: a pause that it asks for is of both.
    fn counts_both(&self) -> bool {
        false
    }

    async fn send(&self, ctx: &Context, outgoing: &Outgoing) -> Result<Sent, SendError> {
        let _ = (ctx, outgoing);
        Err(SendError::Rejected("This channel cannot be answered.".to_owned()))
    }

    /// What somebody said to us on a page of ours, as if they had written it on this channel: their address on it is
    /// proven. None where the channel's people have no addresses of their own.
    fn said_elsewhere(&self, settings: &Value, words: &Elsewhere) -> Option<RawItem> {
        let _ = (settings, words);
        None
    }

    /// Looks for a message that may or may not have gone out. `None` proves nothing.
    async fn find_sent(&self, ctx: &Context, outgoing: &Outgoing) -> Result<Option<Sent>, PullError> {
        let _ = (ctx, outgoing);
        Ok(None)
    }
}

/// What is wrong with one setting.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

impl FieldError {
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.to_owned(), message: message.into() }
    }
}

/// A request that came to a channel's own address, cut free from any web framework.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// What follows the channel's own address: `/session`, `/messages`.
    pub path: String,
    pub query: Vec<(String, String)>,
    /// The same as it came, for what is no text (bytes of UTF-16) and for signatures over the whole address.
    pub raw_query: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: bytes::Bytes,
    pub from: Option<std::net::IpAddr>,
    pub at: Millis,
}

impl Request {
    /// A parameter of the address.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The token of an `Authorization: Bearer` header.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// What a request brought, and what to answer once that is durable.
#[derive(Debug, Clone, Default)]
pub struct Received {
    pub batch: Batch,
    pub status: u16,
    /// The JSON to answer; null for no body at all.
    pub body: Value,
    /// What to answer instead where it is no JSON: its media type and its bytes.
    pub plain: Option<(&'static str, Vec<u8>)>,
    /// A channel that is pulled has something to fetch: it is pulled at once.
    pub pull_now: bool,
    /// Somebody typed an address outside of any message: noted on their identity, and confirmed by a mail before it
    /// counts for anything (`Author::claimed_mail`).
    pub claim: Option<Author>,
}

/// What somebody said to us on a page of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Different for each: [`Connector::choose_external_id`] makes the message's id of it.
    pub unique: String,
    pub address: String,
    pub subject: String,
    pub text: String,
    pub at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The id the channel knows it by; the one chosen before, unless the channel insists on its own.
    pub external_id: String,
}

/// Why fetching failed; the variant says what happens next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PullError {
    /// Tried again by itself, later each time.
    #[error("{0}")]
    Retry(String),
    /// The channel named the time.
    #[error("{reason}")]
    RetryAfter { wait: Duration, reason: String },
    /// The channel stops until a person gives new credentials.
    #[error("{0}")]
    Reauthorise(String),
    /// The channel stops until a person mends a setting.
    #[error("{0}")]
    Misconfigured(String),
}

/// Why a request at our door was turned away.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiveError {
    #[error("There is nothing at this address.")]
    NotFound,
    #[error("{0}")]
    Forbidden(String),
    #[error("{0}")]
    Unauthorised(String),
    #[error("{0}")]
    Invalid(String),
    #[error("Too many requests; try again in a minute.")]
    TooMany,
}

/// Why an item could not be understood. It goes to quarantine with this reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NormaliseError(pub String);

/// Why sending failed; the variant says what happens next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It surely did not go out; tried again by itself.
    #[error("{reason}")]
    RetryAfter { wait: Duration, reason: String },
    /// It surely did not go out, and the other side asks for a pause from all of the channel: nothing is sent before.
    #[error("{reason}")]
    Throttled { wait: Duration, reason: String },
    /// It surely did not go out and will not: the person who wrote it decides.
    #[error("{0}")]
    Rejected(String),
    /// It waits until a person gives new credentials.
    #[error("{0}")]
    Reauthorise(String),
    /// It may have gone out. Looked for where the spec allows, else a person decides.
    #[error("{0}")]
    Unknown(String),
    /// The visitor is no longer there to read it here; the engine looks for another way to them.
    #[error("{0}")]
    Gone(String),
}
