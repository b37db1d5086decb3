//! `tertulia doctor`: looks an installation over, changes nothing, and says what to do.

use crate::{
    backup::{checksum, key_fingerprint},
    config::{Config, Database},
    installation::open_database,
};
use anyhow::{Result, bail};
use std::path::Path;
use tertulia_model::{Clock, SystemClock, id_at};
use tertulia_store::{Db, blobs::BlobStore, channels, messages, newest_version, settings, upkeep};

/// Below this, SQLite and the blob store soon have no room for a busy day.
const LITTLE_SPACE: u64 = 1 << 30;
/// Missing or damaged files that are named.
const NAMED: usize = 10;

#[derive(Default)]
struct Findings {
    troubles: usize,
}

impl Findings {
    fn well(&self, what: &str) {
        println!("well     {what}");
    }

    fn trouble(&mut self, what: &str) {
        self.troubles += 1;
        println!("trouble  {what}");
    }
}

#[derive(Debug, clap::Args)]
pub struct DoctorArgs {
    /// Also read every file, to find damaged ones: about a minute for each 10 GB, on a slow disk several.
    #[arg(long)]
    thorough: bool,
}

pub async fn run(config: &Config, args: DoctorArgs) -> Result<()> {
    let mut findings = Findings::default();
    space(&mut findings, &config.data_dir);
    if let Database::Sqlite(path) = &config.database
        && !path.exists()
    {
        findings.trouble(&format!("There is no database at {}. `tertulia serve` makes one.", path.display()));
    } else {
        match open_database(&config.database).await {
            Ok(mut db) => {
                database(&mut findings, config, &mut db, &args).await?;
                db.close().await;
            }
            Err(error) => findings.trouble(&format!("{error:#}.")),
        }
    }
    match findings.troubles {
        0 => Ok(()),
        1 => bail!("One thing needs you; see above. Nothing was changed."),
        several => bail!("{several} things need you; see above. Nothing was changed."),
    }
}

async fn database(findings: &mut Findings, config: &Config, db: &mut Db, args: &DoctorArgs) -> Result<()> {
    match upkeep::schema_version(db).await {
        Ok(version) if version > newest_version() => {
            findings.trouble(&format!(
                "The database was made by a newer Tertulia (schema {version}, this one knows {}). Start the newer one.",
                newest_version()
            ));
            return Ok(());
        }
        Ok(version) if version < newest_version() => {
            findings
                .well(&format!("The database has schema {version}; the next start brings it to {}.", newest_version()));
        }
        Ok(version) => findings.well(&format!("The database opens and has schema {version}.")),
        Err(_) => {
            findings.trouble("The database has no schema of ours. Is `database` right?");
            return Ok(());
        }
    }
    let damage = upkeep::damage(db).await?;
    if damage.is_empty() {
        findings.well("The database finds no damage in itself.");
    }
    for line in damage {
        findings.trouble(&format!("The database is damaged: {line}. Stop the program and restore the last backup."));
    }
    key(findings, config, db).await?;
    files(findings, config, db, args.thorough).await?;
    channels_well(findings, db).await?;
    clock(findings, db).await
}

async fn key(findings: &mut Findings, config: &Config, db: &mut Db) -> Result<()> {
    let Some(wanted) = settings::get(db, settings::SECRETS_CHECK).await? else { return Ok(()) };
    match key_fingerprint(&config.secrets_key_file) {
        Ok(found) if found == wanted => findings.well(&format!("The secrets key {found} belongs to this database.")),
        Ok(found) => findings.trouble(&format!(
            "The database needs the secrets key {wanted}, but {} holds {found}. Put back the right file.",
            config.secrets_key_file.display()
        )),
        Err(error) => findings.trouble(&format!("{error:#} The database needs the key {wanted}.")),
    }
    Ok(())
}

async fn files(findings: &mut Findings, config: &Config, db: &mut Db, thorough: bool) -> Result<()> {
    let used = upkeep::blobs_used(db).await?;
    let blobs = BlobStore::open_shared(config.data_dir.join("blobs"))?;
    let (there, missing): (Vec<&String>, Vec<&String>) = used.iter().partition(|hash| blobs.size(hash).is_ok());
    let lost = |lost: &[&String], how: &str| {
        let named: Vec<&str> = lost.iter().take(NAMED).map(|hash| &hash[..12]).collect();
        format!(
            "{} of {} files that messages point to are {how} {} ({}…). Copy them back from the folder `blobs` of a backup that was made without trouble.",
            lost.len(),
            used.len(),
            blobs.folder().display(),
            named.join(", ")
        )
    };
    if missing.is_empty() {
        findings.well(&format!("All {} files that messages point to are there.", used.len()));
    } else {
        findings.trouble(&lost(&missing, "missing from"));
    }
    if !thorough {
        return Ok(());
    }
    let mut damaged = Vec::new();
    for hash in there {
        if checksum(&blobs.path(hash)?).ok().as_ref() != Some(hash) {
            damaged.push(hash);
        }
    }
    if damaged.is_empty() {
        findings.well("Every file that is there was read, and is whole.");
    } else {
        findings.trouble(&lost(&damaged, "damaged or cannot be read in"));
    }
    Ok(())
}

async fn channels_well(findings: &mut Findings, db: &mut Db) -> Result<()> {
    let all = channels::all(db).await?;
    let mut well = 0;
    for channel in &all {
        match &channel.last_error {
            Some(error) => {
                findings.trouble(&format!("The channel “{}” is {}: {error}", channel.name, channel.state.as_str()))
            }
            None => well += 1,
        }
    }
    findings.well(&format!("{well} of {} channels are without error.", all.len()));
    Ok(())
}

/// A clock that was set back shows by ids that were made later than now.
async fn clock(findings: &mut Findings, db: &mut Db) -> Result<()> {
    const SLACK: i64 = 60_000;
    let remembered = settings::get(db, settings::HIGHEST_ID).await?.and_then(|id| id.parse().ok()).unwrap_or(0);
    let highest = messages::highest_id(db).await?.max(remembered);
    if highest > id_at(SystemClock.now() + SLACK) {
        findings.trouble(
            "This machine's clock is behind what was stored earlier. Set it right; until then new messages are dated too early.",
        );
    } else {
        findings.well("The clock is not behind what was stored.");
    }
    Ok(())
}

fn space(findings: &mut Findings, folder: &Path) {
    let Ok(disk) = rustix::fs::statvfs(folder) else {
        findings.trouble(&format!("The folder {} cannot be looked at. Is `data_dir` right?", folder.display()));
        return;
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let megabytes = free >> 20;
    if free < LITTLE_SPACE {
        findings.trouble(&format!("Only {megabytes} MB are free at {}. Make room.", folder.display()));
    } else {
        findings.well(&format!("{megabytes} MB are free at {}.", folder.display()));
    }
}
