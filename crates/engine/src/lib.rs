//! The use cases. A message has one way in ([`ingest`]: `prepare`, then `write`) and one way out
//! ([`outbound::queue_reply`]). Channels, visitors and the demo come to it by [`intake::submit`], imports by
//! [`imports::run`], a replay from Quarantine by [`quarantine::replay`].

pub mod accounts;
pub mod amounts;
pub mod attributes;
mod buckets;
pub mod bus;
pub mod by_hand;
pub mod channels;
pub mod colours;
pub mod consent;
mod context;
pub mod customers;
pub mod desk;
pub mod erase;
mod errands;
mod error;
pub mod export;
pub mod feedback;
pub mod figures;
pub mod goals;
pub mod heartbeat;
pub mod hooks;
pub mod imports;
pub mod ingest;
pub mod insights;
pub mod intake;
pub mod invitations;
pub mod knowhow;
pub mod labels;
pub mod languages;
pub(crate) mod ledger;
pub mod mailhtml;
pub mod mappings;
pub mod monitors;
pub mod notes;
pub mod opinions;
pub mod organisations;
pub mod others;
pub mod outbound;
mod panics;
mod passwords;
pub mod people;
pub mod presence;
pub mod promises;
pub mod quarantine;
pub mod refusals;
mod registry;
mod retention;
pub mod roadmap;
pub mod saved_replies;
pub mod scheduler;
pub mod search;
pub mod segments;
pub mod setup;
mod storing;
pub mod story;
pub mod sweep;
pub mod telling;
pub mod threading;
pub mod today;
pub mod topics;
pub mod trackers;
pub mod vault;
pub mod visitors;
pub mod webhooks;
pub mod wording;
pub mod worker;

pub use error::{EngineError, Result};
pub use registry::Registry;

use std::sync::{Arc, atomic::AtomicI64};
use tertulia_analysis::labels::Models;
use tertulia_connector::guard::AddressGuard;
use tertulia_model::{Chance, Clock, IdMaker, Millis};
use tertulia_store::{
    Db, blobs::BlobStore, changes, channels as stored_channels, jobs, messages, settings, webhooks as stored_webhooks,
};

/// Everything a use case needs, handed in once.
pub struct Engine {
    pub db: Db,
    pub blobs: BlobStore,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub registry: Registry,
    /// For what the team set up: the servers of its channels.
    pub guard: Arc<AddressGuard>,
    /// For whatever is fetched because an outsider's content names it: the operator's private hosts are not theirs to reach.
    pub outsiders_guard: Arc<AddressGuard>,
    pub bus: bus::Bus,
    pub vault: vault::Vault,
    /// What is said is labelled by these, whichever way it comes in.
    pub models: Models,
    /// The address under which people reach this installation, without a slash at its end.
    pub public_url: String,
    /// This process among those that share the database: leases and jobs are held in its name.
    pub node: String,
    ids: IdMaker,
    /// Breaks ties between messages of one millisecond.
    tie: AtomicI64,
    /// Wakes the worker.
    pub bell: worker::Bell,
    pub(crate) working: worker::Working,
    /// How much the visitors of chats may post.
    pub(crate) visitor_limits: visitors::Limits,
    pub(crate) hook_limits: hooks::Limits,
    /// What anybody may see of how we answer.
    pub(crate) public: figures::public::Public,
    pub(crate) roadmap_limits: roadmap::Limits,
    pub(crate) tracker_limits: trackers::Limits,
    /// Which sending of a channel goes ahead of the others.
    pub(crate) ahead: outbound::Ahead,
    pub(crate) refusals: refusals::Refusals,
    /// The messages as columns in memory.
    pub(crate) insights: insights::Held,
    /// The maps of ballots.
    pub(crate) opinions: opinions::Held,
    /// Pulls that are to come at once.
    pub(crate) pulls: scheduler::Pulls,
    pub monitors: monitors::Watch,
    /// Rings when something was stored that monitors have to look at.
    pub(crate) heard: tokio::sync::Notify,
    /// Rings when something is to be told to endpoints.
    pub(crate) told: tokio::sync::Notify,
    /// Held by whoever puts bytes into the blob store that a row will refer to, until it does; alone by whoever takes bytes
    /// out of it. Who waits to be alone goes before who comes later, so nobody who holds it may wait for one who comes later.
    pub(crate) storing: Arc<tokio::sync::RwLock<()>>,
    /// Who has a monitor look at the stored past takes turns.
    past: tokio::sync::Semaphore,
    sessions: context::Sessions,
    passwords: passwords::PasswordGate,
    /// How often labels are wrong, as it was computed last.
    pub(crate) measured: labels::Kept,
    /// Who may be the same person, as it was learnt here.
    pub(crate) identities: people::Model,
}

/// What the program hands in.
pub struct Parts {
    pub db: Db,
    pub blobs: BlobStore,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub registry: Registry,
    pub guard: AddressGuard,
    /// Allows nothing private, except in a test whose listener stands for a server in the world.
    pub outsiders_guard: AddressGuard,
    pub vault: vault::Vault,
    pub models: Models,
    pub public_url: String,
    pub node: u16,
}

impl Engine {
    /// Takes up an installation whose database has been migrated.
    pub async fn start(parts: Parts) -> Result<Arc<Self>> {
        let mut db = parts.db.reader();
        let remembered =
            settings::get(&mut db, settings::HIGHEST_ID).await?.and_then(|id| id.parse().ok()).unwrap_or(0);
        let highest = messages::highest_id(&mut db).await?.max(remembered);
        let newest = changes::newest(&mut db).await?;
        let mut unique = [0; 8];
        parts.chance.fill(&mut unique);
        let tie = i64::from_le_bytes(unique) & i64::from(u32::MAX);
        let engine = Arc::new(Self {
            ids: IdMaker::new(parts.clock.clone(), parts.node, highest),
            tie: AtomicI64::new(tie),
            node: format!("node-{}-{}", parts.node, vault::hex(&unique)),
            bus: bus::Bus::new(newest),
            db: parts.db,
            blobs: parts.blobs,
            clock: parts.clock,
            chance: parts.chance,
            registry: parts.registry,
            guard: Arc::new(parts.guard),
            outsiders_guard: Arc::new(parts.outsiders_guard),
            vault: parts.vault,
            models: parts.models,
            public_url: parts.public_url.trim_end_matches('/').to_owned(),
            bell: worker::Bell::default(),
            working: worker::Working::default(),
            visitor_limits: visitors::Limits::default(),
            hook_limits: hooks::Limits::default(),
            public: figures::public::Public::default(),
            roadmap_limits: roadmap::Limits::default(),
            tracker_limits: trackers::Limits::default(),
            ahead: outbound::Ahead::default(),
            refusals: refusals::Refusals::default(),
            insights: insights::Held::default(),
            opinions: opinions::Held::default(),
            pulls: scheduler::Pulls::default(),
            monitors: monitors::Watch::default(),
            heard: tokio::sync::Notify::new(),
            told: tokio::sync::Notify::new(),
            storing: Arc::default(),
            past: tokio::sync::Semaphore::new(1),
            sessions: context::Sessions::default(),
            passwords: passwords::PasswordGate::default(),
            measured: labels::Kept::default(),
            identities: people::Model::default(),
        });
        engine.vault.check(&engine).await?;
        Ok(engine)
    }

    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    pub fn next_id(&self) -> i64 {
        self.ids.next()
    }

    /// Takes up what an earlier run under the same number left: channels and jobs that it held when it was killed. Only for
    /// whoever runs jobs, and with a number of its own among those that share the database.
    pub async fn take_over(&self) -> Result<()> {
        let name = self.node.rfind('-').map_or(self.node.as_str(), |end| &self.node[..=end]);
        let mut tx = self.db.begin_bulk().await?;
        let channels = stored_channels::release_all(&mut tx, name).await?;
        let jobs = jobs::release_all(&mut tx, name).await?;
        stored_webhooks::release_all(&mut tx, name).await?;
        tx.commit().await?;
        if channels + jobs > 0 {
            tracing::info!(channels, jobs, "taking up what was under way when the program ended");
        }
        Ok(())
    }

    /// Remembers the highest id made so far, so that a clock set back while we are away makes none twice.
    pub async fn remember_highest_id(&self) -> Result<()> {
        let mut tx = self.db.begin_bulk().await?;
        settings::set(&mut tx, settings::HIGHEST_ID, &self.next_id().to_string()).await?;
        tx.commit().await?;
        Ok(())
    }
}
