//! One installation taken up: its folder, database, secrets key and engine.

use crate::{
    chance::OsChance,
    config::{Config, Database},
    lock::FolderLock,
};
use anyhow::{Context, Result, ensure};
use std::{path::Path, sync::Arc};
use tertulia_connector::{Connector, guard::AddressGuard};
use tertulia_engine::{Engine, Parts, Registry, vault::Vault};
use tertulia_model::{Clock, SystemClock};
use tertulia_store::{Db, blobs::BlobStore, migrate, settings};

/// Ids made by a command beside a running server come from a node of their own, so that the two never meet.
const BESIDE: u16 = 1023;

pub struct Installation {
    pub engine: Arc<Engine>,
    /// Absent on PostgreSQL, which any number of programs share, and for a command beside a running server.
    _lock: Option<FolderLock>,
}

/// Whether a command must be alone with the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alone {
    /// It runs jobs, or reads archives in: there must be no other.
    Yes,
    /// It changes a row or two and may do so beside a running server.
    No,
}

impl Installation {
    pub async fn open(config: &Config, connectors: Vec<Arc<dyn Connector>>, alone: Alone) -> Result<Self> {
        let folder = &config.data_dir;
        std::fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        let sqlite = matches!(config.database, Database::Sqlite(_));
        let lock = match alone {
            Alone::Yes if sqlite => Some(FolderLock::take(folder)?),
            _ => None,
        };
        let db = open_database(&config.database).await?;
        let clock = Arc::new(SystemClock);
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
            public_url: config.public_url.clone(),
            node: if alone == Alone::Yes { config.node } else { BESIDE },
        };
        Ok(Self { engine: Engine::start(parts).await?, _lock: lock })
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
