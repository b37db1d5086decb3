//! One installation taken up: its folder, database, secrets key and engine.

use crate::{
    chance::OsChance,
    config::{Config, Database},
    lock::FolderLock,
    models,
};
use anyhow::{Context, Result, ensure};
use std::{path::Path, sync::Arc};
use tertulia_analysis::labels::Models;
use tertulia_connector::{Connector, guard::AddressGuard};
use tertulia_engine::{Engine, Parts, Registry, outbound, vault::Vault};
use tertulia_model::{Clock, SystemClock};
use tertulia_store::{Db, blobs::BlobStore, migrate, settings};

/// Ids made by a command beside a running server come from a node of their own, so that the two never meet.
const BESIDE: u16 = 1023;

/// A file that `restore` leaves in the data folder for the first start after it, whatever the database.
pub const RESTORED: &str = "restored";

pub struct Installation {
    pub engine: Arc<Engine>,
    /// Absent on PostgreSQL, which any number of programs share, and for a command beside a running server.
    _locks: [Option<FolderLock>; 2],
}

/// Whether a command must be alone with the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alone {
    /// It runs jobs, or reads archives in: there must be no other.
    Yes,
    /// It changes a row or two, or works a job that it claims, and may do so beside a running server.
    No,
}

/// Whether a command labels what is said: then it takes the bigger model that the configuration names, or fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labels {
    Yes,
    No,
}

impl Installation {
    pub async fn open(
        config: &Config,
        connectors: Vec<Arc<dyn Connector>>,
        alone: Alone,
        labels: Labels,
    ) -> Result<Self> {
        Self::open_by(config, connectors, (alone, labels), Arc::new(SystemClock)).await
    }

    /// The same by another clock.
    pub async fn open_by(
        config: &Config,
        connectors: Vec<Arc<dyn Connector>>,
        (alone, labels): (Alone, Labels),
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        // Before anything is made: a wrong folder leaves nothing behind.
        let models = if labels == Labels::Yes { models::read(config)? } else { Models::default() };
        let folder = &config.data_dir;
        std::fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        let own_file = if let Database::Sqlite(path) = &config.database { Some(path) } else { None };
        let lock = match own_file {
            Some(_) if alone == Alone::Yes => Some(FolderLock::take(folder)?),
            _ => None,
        };
        ensure!(
            config.has_database() || !folder.join(RESTORED).exists(),
            "A restore into {} is still going on, was broken off, or its database was not put where it belongs. Nothing was \
             changed. Wait for its end, or restore into an empty folder again.",
            folder.display()
        );
        let db = open_database(&config.database).await?;
        // Also of a file that stands in its own data folder: another folder's configuration may name that very file.
        let alone_with = own_file.filter(|_| lock.is_some());
        let beside = alone_with.map(|path| FolderLock::take_beside(path)).transpose()?;
        migrate(&db, clock.now()).await?;
        if let Some(wanted) = settings::get(&mut db.reader(), settings::SECRETS_CHECK).await? {
            // A new key made in its place would open nothing, and look as if it were the right one.
            ensure!(
                config.secrets_key_file.exists(),
                "This database needs the secrets key {wanted}, and {} is not there. Put it back; nothing was changed.",
                config.secrets_key_file.display()
            );
        }
        let chance = Arc::new(OsChance);
        let vault = Vault::open(&config.secrets_key_file, chance.as_ref())
            .with_context(|| format!("the secrets key {} cannot be used", config.secrets_key_file.display()))?;
        let place = folder.join("blobs");
        let blobs = if lock.is_some() { BlobStore::open(&place) } else { BlobStore::open_shared(&place) }
            .with_context(|| format!("the folder {} cannot be used", place.display()))?;
        let parts = Parts {
            db,
            blobs,
            clock,
            chance,
            registry: Registry::new(connectors),
            guard: AddressGuard::new(config.allow_private_hosts.iter().cloned()),
            outsiders_guard: AddressGuard::default(),
            vault,
            models,
            public_url: config.public_url.clone(),
            node: if alone == Alone::Yes { config.node } else { BESIDE },
        };
        let engine = Engine::start(parts).await?;
        if lock.is_some() {
            // On PostgreSQL nobody knows to be alone: two programs may bear one number while the one takes over from the
            // other, and a claim ends by itself.
            engine.take_over().await?;
        }
        let restored = folder.join(RESTORED);
        if alone == Alone::Yes && restored.exists() {
            let doubted = outbound::doubt_queued(&engine).await?;
            tracing::info!(doubted, "restored from a backup; what was queued in it is looked for before it is sent");
            std::fs::remove_file(&restored).with_context(|| format!("{} cannot be removed", restored.display()))?;
        }
        Ok(Self { engine, _locks: [lock, beside] })
    }

    /// Lets the database go in good order.
    pub async fn close(self) {
        self.engine.db.close().await;
    }
}

pub async fn open_database(database: &Database) -> Result<Db> {
    match database {
        Database::Sqlite(path) => {
            if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
            }
            Db::open_sqlite(path).await.with_context(|| format!("the database {} cannot be opened", path.display()))
        }
        Database::Postgres(url) => {
            Db::open_postgres(url.reveal()).await.context("the PostgreSQL database cannot be opened")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_model::{ChannelId, ChannelState, JobId};
    use tertulia_store::{
        channels::{self, Channel},
        jobs,
    };

    async fn open(folder: &Path, alone: Alone) -> Installation {
        Installation::open(&Config::in_folder(folder), Vec::new(), alone, Labels::No).await.unwrap()
    }

    #[tokio::test]
    async fn a_bigger_model_is_asked_for_by_those_alone_who_label() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { label_model: Some(folder.path().join("none")), ..Config::in_folder(folder.path()) };
        for alone in [Alone::Yes, Alone::No] {
            let refused = Installation::open(&config, Vec::new(), alone, Labels::Yes).await;
            assert!(refused.err().is_some_and(|why| format!("{why:#}").contains("label_model")), "{alone:?}");
            // An erasure works whatever the model is.
            Installation::open(&config, Vec::new(), alone, Labels::No).await.unwrap().close().await;
        }
    }

    #[tokio::test]
    async fn nothing_starts_on_a_restore_that_was_broken_off() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(RESTORED), "2026-11-21").unwrap();
        let config = Config::in_folder(folder.path());
        for alone in [Alone::Yes, Alone::No] {
            let refused = Installation::open(&config, Vec::new(), alone, Labels::No).await;
            assert!(refused.err().is_some_and(|why| why.to_string().contains("was broken off")), "{alone:?}");
        }
        assert!(!folder.path().join("tertulia.db").exists() && folder.path().join(RESTORED).exists());
    }

    /// Whether another could take the job and the channel that were held.
    async fn can_take(engine: &Engine) -> (bool, bool) {
        let now = engine.now();
        let mut tx = engine.db.begin().await.unwrap();
        let job = !jobs::claim(&mut tx, "next", now, now + 1, 1).await.unwrap().is_empty();
        (job, channels::lease(&mut tx, ChannelId(1), "next", now, now + 1).await.unwrap())
    }

    #[tokio::test]
    async fn what_a_killed_program_held_is_free_at_the_next_start_but_not_for_a_command_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let killed = open(folder.path(), Alone::Yes).await;
        let (engine, now) = (&killed.engine, killed.engine.now());
        let channel = Channel {
            id: ChannelId(1),
            connector: "email".to_owned(),
            account: "shop@roaster.example".to_owned(),
            name: "Shop".to_owned(),
            state: ChannelState::Live,
            settings: serde_json::json!({}),
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
            created_at: now,
        };
        let mut tx = engine.db.begin().await.unwrap();
        channels::add(&mut tx, &channel).await.unwrap();
        jobs::add(&mut tx, JobId(1), "send", 1, now).await.unwrap();
        assert_eq!(jobs::claim(&mut tx, &engine.node, now, now + 120_000, 1).await.unwrap().len(), 1);
        assert!(channels::lease(&mut tx, ChannelId(1), &engine.node, now, now + 25_000).await.unwrap());
        tx.commit().await.unwrap();
        let beside = open(folder.path(), Alone::No).await;
        assert_eq!(can_take(&beside.engine).await, (false, false), "a living program's are its own");
        beside.close().await;
        killed.close().await;
        let next = open(folder.path(), Alone::Yes).await;
        assert_eq!(can_take(&next.engine).await, (true, true));
        next.close().await;
    }
}
