//! `tertulia backup` and `restore`: a folder with a copy of the database, the blobs that it points to, and a manifest.
//!
//! A blob is durable before anything points to it, so whatever a copy of the database points to was there at that moment. It
//! may go a moment later: what nothing needs any more is trimmed, and its rows point elsewhere. So the blobs are taken before
//! the database is copied, those that came meanwhile after it, and where one went in between all is done once more. Blobs are
//! named by their checksum and never change.

mod files;
mod manifest;
mod postgres;
mod restore;

pub use manifest::checksum;
pub use restore::{RestoreArgs, run as restore};

use crate::{
    config::{Config, Database},
    installation::open_database,
};
use anyhow::{Context, Result, bail, ensure};
use files::Files;
use manifest::Manifest;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tertulia_engine::vault::Vault;
use tertulia_model::{Clock, SystemClock};
use tertulia_store::{Db, Sql, settings, upkeep};

const DATABASE: &str = "tertulia.db";
const DUMP: &str = "tertulia.pgdump";
const BLOBS: &str = "blobs";
/// How often all is copied anew because something went while it was copied.
const ATTEMPTS: usize = 5;

/// Backs an installation up into `to`, which must be empty, while it goes on working.
pub async fn run(config: &Config, to: &Path) -> Result<()> {
    ensure!(config.has_database(), "There is no installation in {} to back up.", config.data_dir.display());
    let mut db = open_database(&config.database).await?;
    let fingerprint = key_of(&mut db, &config.secrets_key_file).await?;
    make_empty_folder(to)?;
    // Before anything is copied: an erasure that ends meanwhile is to name this backup in its report.
    if let Err(error) = note(&db, to).await {
        println!("That there is this backup could not be noted ({error}): the report of an erasure will not name it.");
    }
    let copy = copy_whole(config, &mut db, to).await?;
    let database = if to.join(DATABASE).exists() { DATABASE } else { DUMP };
    let manifest = Manifest {
        format: manifest::FORMAT,
        tertulia: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: made_at()?,
        schema: copy.schema,
        database: database.to_owned(),
        database_blake3: checksum(&to.join(database))?,
        secrets_key: fingerprint.clone(),
        counts: copy.counts,
        blobs: copy.files.there.len() as u64,
        blob_bytes: copy.files.there.values().map(|file| file.bytes).sum(),
        blobs_listed: Some(manifest::list_checksum(copy.files.there.keys())),
        blobs_missing: copy.files.missing.clone(),
        blobs_damaged: copy.files.damaged(),
    };
    manifest.write(to)?;
    db.close().await;
    println!("Backed up to {}: {}.", to.display(), manifest.in_words());
    println!(
        "The secrets key {fingerprint} ({}) is not in it. Keep that file elsewhere: without it the channels' passwords cannot be read.",
        config.secrets_key_file.display()
    );
    if let Some(lost) = manifest::lost(manifest.blobs_missing.len(), manifest.blobs_damaged.len()) {
        bail!(
            "Files that messages point to were lost before: {lost}. `tertulia doctor --thorough` names them and says what to do. Everything else is in the backup."
        );
    }
    Ok(())
}

/// Notes where it stands: what is erased later is still in it.
async fn note(db: &Db, to: &Path) -> Result<()> {
    let mut tx = db.begin_bulk().await?;
    upkeep::note_backup(&mut tx, &fs::canonicalize(to)?.display().to_string(), SystemClock.now()).await?;
    Ok(tx.commit().await?)
}

fn made_at() -> Result<String> {
    Ok(jiff::Timestamp::from_millisecond(SystemClock.now())?.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The name of the key that the channels' passwords are encrypted with.
pub fn key_fingerprint(path: &Path) -> Result<String> {
    ensure!(path.exists(), "The secrets key {} is not there. Put it back first.", path.display());
    let vault = Vault::open(path, &crate::chance::OsChance)
        .with_context(|| format!("the secrets key {} cannot be read", path.display()))?;
    Ok(vault.fingerprint())
}

/// The name of the key, which must be the database's own: whoever restores puts back the key that the backup names.
async fn key_of(db: &mut Db, path: &Path) -> Result<String> {
    let found = key_fingerprint(path)?;
    if let Some(wanted) = settings::get(db, settings::SECRETS_CHECK).await? {
        ensure!(
            found == wanted,
            "The database needs the secrets key {wanted}, but {} holds {found}. Nothing was backed up. Put back the right file, or name it by `secrets_key_file`.",
            path.display()
        );
    }
    Ok(found)
}

fn make_empty_folder(to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("{} cannot be made a folder", to.display()))?;
    ensure!(
        fs::read_dir(to)?.next().is_none(),
        "{} is not empty. Nothing was changed. Name a new folder; a backup is never written over another.",
        to.display()
    );
    Ok(())
}

type Counts = std::collections::BTreeMap<String, i64>;

/// A copy of the database and of the blobs that this copy points to.
struct Copy {
    counts: Counts,
    schema: i64,
    files: Files,
}

async fn copy_whole(config: &Config, db: &mut Db, to: &Path) -> Result<Copy> {
    let mut files = Files::new(&config.data_dir.join(BLOBS), to.join(BLOBS))?;
    for _ in 0..ATTEMPTS {
        files.take(&upkeep::blobs_used(db).await?)?;
        let (counts, schema, used) = copy_database(config, db, to).await?;
        files.take(&used)?;
        files.keep_only(&used)?;
        let needed = upkeep::blobs_used(db).await?;
        // Bytes that went may have been stored anew since.
        files.take(&used)?;
        // What is missing here and still pointed to was lost long ago; another copy would not find it either.
        if files.missing.iter().all(|hash| needed.binary_search(hash).is_ok()) {
            return Ok(Copy { counts, schema, files });
        }
    }
    bail!(
        "Files were erased all the while, faster than they could be copied: {} is not to be used: delete it, and try again once the erasing is done.",
        to.display()
    )
}

/// Copies the database over an earlier copy, and tells what the copy holds.
async fn copy_database(config: &Config, db: &Db, to: &Path) -> Result<(Counts, i64, Vec<String>)> {
    match &config.database {
        Database::Sqlite(_) => {
            let path = to.join(DATABASE);
            if path.exists() {
                fs::remove_file(&path)?;
            }
            upkeep::copy_to(db, &path).await.context("the database could not be copied")?;
            describe(&path).await
        }
        Database::Postgres(url) => {
            let (mut moment, name) = upkeep::hold_moment(db).await?;
            let found = holds(&mut moment).await?;
            postgres::dump(url, &name, &to.join(DUMP)).await?;
            Ok(found)
        }
    }
}

/// What a database holds, which schema it has, and which blobs it points to.
async fn holds(on: &mut impl Sql) -> Result<(Counts, i64, Vec<String>)> {
    let counts = upkeep::counts(on).await?.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    Ok((counts, upkeep::schema_version(on).await?, upkeep::blobs_used(on).await?))
}

/// What a copied SQLite database holds: it is opened, so a copy that cannot be read is found out now.
async fn describe(path: &Path) -> Result<(Counts, i64, Vec<String>)> {
    let mut copy = Db::open_sqlite(path).await?;
    let found = holds(&mut copy).await?;
    copy.close().await;
    // What WAL mode left beside it is empty now.
    for suffix in ["-wal", "-shm"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        let _ = fs::remove_file(PathBuf::from(beside));
    }
    Ok(found)
}
