//! Bringing a backup back, into an empty folder, every file checked on its way.

use super::{BLOBS, DATABASE, checksum, describe, key_fingerprint, make_empty_folder, manifest, manifest::Manifest};
use crate::{installation::RESTORED, lock::FolderLock};
use anyhow::{Context, Result, ensure};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};
use tertulia_store::newest_version;

#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// The folder that `tertulia backup` made.
    backup: PathBuf,
    /// An empty folder, to be the `data_dir`.
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    /// The secrets key that belongs to it, to be put in its place.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

pub async fn run(args: RestoreArgs) -> Result<()> {
    let manifest = Manifest::read(&args.backup)?;
    ensure!(
        manifest.schema <= newest_version(),
        "This backup was made by a newer Tertulia ({}). Nothing was changed. Restore it with that one.",
        manifest.tertulia
    );
    if let Some(key) = &args.key {
        let fingerprint = key_fingerprint(key)?;
        ensure!(
            fingerprint == manifest.secrets_key,
            "This backup needs the secrets key {}, but {} holds {fingerprint}. Nothing was changed.",
            manifest.secrets_key,
            key.display()
        );
    }
    let database = args.backup.join(&manifest.database);
    ensure!(
        checksum(&database)? == manifest.database_blake3,
        "{} was changed or damaged since the backup was made. Nothing was restored. Use another backup.",
        database.display()
    );
    make_empty_folder(&args.to)?;
    // Nothing starts on half of it.
    let _lock = FolderLock::take(&args.to)?;
    fs::write(args.to.join(RESTORED), &manifest.made_at)?;
    File::open(args.to.join(RESTORED))?.sync_all()?;
    let mut blobs = copy_checked(&args.backup.join(BLOBS), &args.to.join(BLOBS), &manifest.blobs_damaged)?;
    blobs.sort_unstable();
    ensure!(
        blobs.len() as u64 == manifest.blobs,
        "The backup holds {} files, but should hold {}. Use another backup; {} is not to be used.",
        blobs.len(),
        manifest.blobs,
        args.to.display()
    );
    let listed = manifest::list_checksum(&blobs);
    ensure!(
        manifest.blobs_listed.as_ref().is_none_or(|should| *should == listed),
        "The backup holds other files than its database points to. Use another backup; {} is not to be used.",
        args.to.display()
    );
    // Under its own name last: whoever starts on what was broken off is told so.
    let part = args.to.join(format!("{}.part", manifest.database));
    fs::copy(&database, &part)?;
    if manifest.database == DATABASE {
        let (counts, ..) = describe(&part).await?;
        ensure!(
            counts == manifest.counts,
            "The restored database does not hold what the backup says. Use another backup."
        );
    }
    if let Some(key) = &args.key {
        put_key(key, &args.to)?;
    }
    // After it was looked into, which writes to its head.
    File::open(&part)?.sync_all()?;
    fs::rename(&part, args.to.join(&manifest.database))?;
    File::open(&args.to)?.sync_all()?;
    tell(&args, &manifest);
    Ok(())
}

/// Copies all blobs and gives their names; each is named by its checksum and must have it, unless it was damaged when the
/// backup was made: what is left of it is brought back too.
fn copy_checked(from: &Path, to: &Path, damaged: &[String]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    fs::create_dir_all(to)?;
    if !from.exists() {
        return Ok(names);
    }
    for folder in fs::read_dir(from)? {
        let folder = folder?;
        let place = to.join(folder.file_name());
        fs::create_dir_all(&place)?;
        for file in fs::read_dir(folder.path())? {
            let file = file?;
            let target = place.join(file.file_name());
            let name = file.file_name().to_string_lossy().into_owned();
            let was_damaged = damaged.contains(&name);
            match fs::copy(file.path(), &target) {
                // Of one that the disk does not give any more nothing is left.
                Err(_) if was_damaged => {
                    names.push(name);
                    continue;
                }
                copied => copied?,
            };
            ensure!(
                was_damaged || checksum(&target)? == name,
                "{} was changed or damaged since the backup was made. Use another backup; what was restored so far is not to be used.",
                file.path().display()
            );
            File::open(&target)?.sync_all()?;
            names.push(name);
        }
    }
    Ok(names)
}

fn put_key(key: &Path, to: &Path) -> Result<()> {
    let target = to.join("secrets.key");
    fs::copy(key, &target).with_context(|| format!("{} could not be written", target.display()))?;
    #[cfg(unix)]
    fs::set_permissions(&target, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}

fn tell(args: &RestoreArgs, manifest: &Manifest) {
    println!("Restored to {}: {}, as of {}.", args.to.display(), manifest.in_words(), manifest.made_at);
    if let Some(lost) = manifest::lost(manifest.blobs_missing.len(), manifest.blobs_damaged.len()) {
        println!(
            "Files that messages point to were lost before the backup was made: {lost}. `tertulia doctor --thorough` names them."
        );
    }
    if manifest.database != DATABASE {
        println!(
            "The database is in {0}. Put it into an empty PostgreSQL database: pg_restore --no-owner --dbname postgres://… {0}",
            args.to.join(&manifest.database).display()
        );
    }
    let key = args.to.join("secrets.key");
    if args.key.is_none() {
        println!(
            "It needs the secrets key {}. Put that file at {} before you start it.",
            manifest.secrets_key,
            key.display()
        );
    }
    println!("Then start it: TERTULIA_DATA_DIR={} tertulia serve", args.to.display());
}
