//! What a connector gets to see of us: its settings, the guard, a place for large content.

use crate::{Engine, EngineError, Result};
use async_trait::async_trait;
use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError},
};
use tertulia_connector::{BlobSink, BlobWriter, Connector, Context, SecretSet};
use tertulia_model::{BlobRange, ChannelId};
use tertulia_store::{
    blobs::{BlobFile, BlobStore},
    channels::Channel,
};

/// The contexts in use, one a channel, so that pull and send share nothing but settings, and a changed channel starts anew.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<ChannelId, (i64, Arc<Context>)>>);

impl Engine {
    pub fn connector(&self, channel: &Channel) -> Result<Arc<dyn Connector>> {
        self.registry.get(&channel.connector).cloned().ok_or_else(|| {
            EngineError::Refused(format!("This program has no connector called {}. Update it, or delete the channel.", channel.connector))
        })
    }

    /// A fresh context for one channel.
    pub fn context(&self, channel: &Channel) -> Result<Context> {
        let secrets = match &channel.secrets {
            Some(locked) => self.vault.unlock(locked)?,
            None => SecretSet::new(),
        };
        Ok(self.context_with(channel, secrets))
    }

    pub(crate) fn context_with(&self, channel: &Channel, secrets: SecretSet) -> Context {
        Context {
            channel: channel.id,
            account: channel.account.clone(),
            settings: channel.settings.clone(),
            secrets,
            clock: self.clock.clone(),
            chance: self.chance.clone(),
            guard: self.guard.clone(),
            blobs: Arc::new(Sink(self.blobs.clone())),
            session: tokio::sync::Mutex::new(None),
            public_url: self.public_url.clone(),
        }
    }

    /// The context kept for sending on a channel; made anew when the channel's settings changed.
    pub(crate) fn kept_context(&self, channel: &Channel) -> Result<Arc<Context>> {
        let mark = tertulia_store::keys::fingerprint(&[
            &channel.settings.to_string(),
            &channel.secrets.as_deref().map(crate::vault::hex).unwrap_or_default(),
        ]);
        let mut kept = self.sessions.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, context)) = kept.get(&channel.id).filter(|(then, _)| *then == mark) {
            return Ok(context.clone());
        }
        let context = Arc::new(self.context(channel)?);
        kept.insert(channel.id, (mark, context.clone()));
        Ok(context)
    }
}

struct Sink(BlobStore);

#[async_trait]
impl BlobSink for Sink {
    async fn writer(&self) -> io::Result<Box<dyn BlobWriter>> {
        Ok(Box::new(SinkWriter(self.0.writer()?)))
    }

    async fn read(&self, range: &BlobRange) -> io::Result<Vec<u8>> {
        let (blobs, range) = (self.0.clone(), range.clone());
        tokio::task::spawn_blocking(move || blobs.read(&range)).await.map_err(io::Error::other)?
    }
}

struct SinkWriter(BlobFile);

#[async_trait]
impl BlobWriter for SinkWriter {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write(bytes)
    }

    async fn finish(self: Box<Self>) -> io::Result<BlobRange> {
        tokio::task::spawn_blocking(move || self.0.finish()).await.map_err(io::Error::other)?
    }
}
