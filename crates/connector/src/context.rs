//! What a connector may use.

use crate::guard::AddressGuard;
use async_trait::async_trait;
use serde_json::Value;
use std::{any::Any, collections::BTreeMap, sync::Arc};
use tertulia_model::{BlobRange, Chance, ChannelId, Clock};

/// A secret setting. It has no `Display`, and `Debug` shows no character of it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The secret itself, for the wire.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The secret settings of one channel by name.
pub type SecretSet = BTreeMap<String, Secret>;

/// A slot in which a connector keeps a connection, and what it counts, between pulls of one channel. It is emptied when
/// the channel's settings change or it stops. A pull that fails leaves it: what broke is the connector's to drop.
pub type Session = tokio::sync::Mutex<Option<Box<dyn Any + Send>>>;

/// Where large raw content is written while it is still coming in.
#[async_trait]
pub trait BlobSink: Send + Sync {
    async fn writer(&self) -> std::io::Result<Box<dyn BlobWriter>>;
    /// The whole content of a range: an attachment to be sent.
    async fn read(&self, range: &BlobRange) -> std::io::Result<Vec<u8>>;
}

/// One blob being written. Dropped before `finish`, it leaves nothing behind.
#[async_trait]
pub trait BlobWriter: Send {
    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()>;
    /// Makes it durable and gives its range.
    async fn finish(self: Box<Self>) -> std::io::Result<BlobRange>;
}

/// A connector's whole world.
pub struct Context {
    pub channel: ChannelId,
    /// What [`crate::Connector::account`] says.
    pub account: String,
    /// The settings that are no secret.
    pub settings: Value,
    pub secrets: SecretSet,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub guard: Arc<AddressGuard>,
    pub blobs: Arc<dyn BlobSink>,
    pub session: Session,
    /// The address under which people and programs reach this installation, without a slash at its end.
    pub public_url: String,
}

impl Context {
    /// A text setting, if it is there and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.settings.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    /// The address at which programs reach this channel's own door ([`crate::Connector::receive`]); `path` begins with a
    /// slash and is what the request will say.
    pub fn door_url(&self, path: &str) -> String {
        format!("{}/hooks/{}{path}", self.public_url, self.channel)
    }

    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(name).filter(|secret| !secret.reveal().is_empty())
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("channel", &self.channel)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}
