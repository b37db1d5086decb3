//! A whole installation in a folder of its own.

use crate::connector::Firehose;
use anyhow::{Context, Result};
use std::{path::Path, sync::Arc};
use tertulia_analysis::labels::Models;
use tertulia_connector::{Connector, guard::AddressGuard};
use tertulia_engine::{Engine, Parts, Registry, vault::Vault};
use tertulia_model::{ChannelId, ChannelState, Clock, SeededChance, SystemClock};
use tertulia_store::{
    Db,
    blobs::BlobStore,
    channels::{self, Channel},
    migrate,
};

/// SQLite in `folder`, as the program opens it: write-ahead log, synchronous=FULL.
pub async fn on_sqlite(folder: &Path) -> Result<Arc<Engine>> {
    on(Db::open_sqlite(&folder.join("tertulia.db")).await?, folder).await
}

pub async fn on_postgres(url: &str, folder: &Path) -> Result<Arc<Engine>> {
    on(Db::open_postgres(url).await?, folder).await
}

async fn on(db: Db, folder: &Path) -> Result<Arc<Engine>> {
    let clock = Arc::new(SystemClock);
    migrate(&db, clock.now()).await?;
    let connectors: [Arc<dyn Connector>; 5] = [
        Arc::new(tertulia_connector_import::connector()),
        Arc::new(tertulia_connector_bluesky::connector()),
        Arc::new(tertulia_connector_email::connector()),
        Arc::new(tertulia_connector_feed::connector()),
        Arc::new(Firehose::default()),
    ];
    let parts = Parts {
        db,
        blobs: BlobStore::open(folder.join("blobs"))?,
        clock,
        chance: Arc::new(SeededChance::new(1)),
        registry: Registry::new(connectors),
        // What stands for the world listens on this machine.
        guard: AddressGuard::new(["127.0.0.1".to_owned()]),
        outsiders_guard: AddressGuard::default(),
        vault: Vault::new([1; 32]),
        models: Models::default(),
        public_url: "http://127.0.0.1".to_owned(),
        node: 1,
    };
    Ok(Engine::start(parts).await?)
}

/// A channel of the bench's own connector.
pub async fn firehose_channel(engine: &Arc<Engine>) -> Result<(Channel, Arc<dyn Connector>)> {
    let connector = engine.registry.get(Firehose::NAME).context("the firehose is registered")?.clone();
    Ok((channel(engine, Firehose::NAME, serde_json::json!({})).await?, connector))
}

/// A channel that is there already, whatever its connector would ask for in its form.
pub async fn channel(engine: &Arc<Engine>, connector: &str, settings: serde_json::Value) -> Result<Channel> {
    let channel = Channel {
        id: ChannelId(engine.next_id()),
        connector: connector.to_owned(),
        account: "bench".to_owned(),
        name: connector.to_owned(),
        state: ChannelState::Live,
        settings,
        secrets: None,
        caught_up: true,
        failures: 0,
        last_error: None,
        last_pull_at: None,
        last_heard_at: None,
        day_cap: None,
        keep_days: None,
        pull_after: 0,
        send_after: 0,
        created_at: engine.now(),
    };
    let mut tx = engine.db.begin().await?;
    channels::add(&mut tx, &channel).await?;
    tx.commit().await?;
    Ok(channel)
}
