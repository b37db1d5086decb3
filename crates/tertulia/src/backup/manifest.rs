//! What a backup says of itself.

use super::Counts;
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{Read, Write},
    path::Path,
};

const NAME: &str = "manifest.json";
/// The format of the folder and of this file.
pub const FORMAT: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version of the program that made it.
    pub tertulia: String,
    pub made_at: String,
    pub schema: i64,
    /// The file with the database.
    pub database: String,
    pub database_blake3: String,
    /// The fingerprint of the key that its secrets need.
    pub secrets_key: String,
    pub counts: Counts,
    pub blobs: u64,
    pub blob_bytes: u64,
    /// The BLAKE3 of their names in order, a line each: whether a file is missing or too many shows by it.
    #[serde(default)]
    pub blobs_listed: Option<String>,
    /// Files that were gone when the backup was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs_missing: Vec<String>,
    /// Files that were damaged when the backup was made. They are in it as they were found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs_damaged: Vec<String>,
}

impl Manifest {
    /// Written last: a folder without it is no whole backup.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let mut file = File::create_new(folder.join(NAME))?;
        file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        file.sync_all()?;
        File::open(folder)?.sync_all()?;
        Ok(())
    }

    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(NAME);
        let text = fs::read_to_string(&path).with_context(|| {
            format!(
                "{} is no whole backup: {NAME} is missing. Choose the folder that `tertulia backup` made",
                folder.display()
            )
        })?;
        let manifest: Self =
            serde_json::from_str(&text).with_context(|| format!("{} cannot be read", path.display()))?;
        ensure!(
            Path::new(&manifest.database).file_name().is_some_and(|name| name == manifest.database.as_str()),
            "{} names a database outside of the backup. Do not restore it: it was not made by `tertulia backup`.",
            path.display()
        );
        ensure!(
            manifest.format <= FORMAT,
            "This backup was made by a newer Tertulia ({}). Use that one to restore it.",
            manifest.tertulia
        );
        Ok(manifest)
    }

    pub fn in_words(&self) -> String {
        let count = |name: &str| self.counts.get(name).copied().unwrap_or(0);
        format!(
            "{} messages, {} conversations, {} people, {} files of {} MB",
            count("messages"),
            count("conversations"),
            count("persons"),
            self.blobs,
            self.blob_bytes.div_ceil(1 << 20)
        )
    }
}

/// "2 missing and 1 damaged"; nothing where none is.
pub fn lost(missing: usize, damaged: usize) -> Option<String> {
    let told = [(missing, "missing"), (damaged, "damaged")].map(|(n, how)| (n > 0).then(|| format!("{n} {how}")));
    let told: Vec<String> = told.into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join(" and "))
}

/// The BLAKE3 of names in order, a line each.
pub fn list_checksum<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let mut hasher = blake3::Hasher::new();
    for name in names {
        hasher.update(name.as_bytes()).update(b"\n");
    }
    hasher.finalize().to_hex().to_string()
}

/// The BLAKE3 of a file, in hex.
pub fn checksum(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let mut hasher = blake3::Hasher::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hasher.finalize().to_hex().to_string()),
            read => hasher.update(&piece[..read]),
        };
    }
}
