//! One program a data folder: two would each believe to be alone with the jobs, the leases and the ids of one SQLite file.

use anyhow::{Context, Result, bail};
use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
};

/// Held as long as this lives; the system lets it go when the process ends, however it ends.
#[derive(Debug)]
pub struct FolderLock(#[expect(dead_code, reason = "held, not read")] File);

const NAME: &str = "tertulia.lock";

impl FolderLock {
    pub fn take(folder: &Path) -> Result<Self> {
        match Self::try_take(folder)? {
            Some(lock) => Ok(lock),
            None => bail!(
                "Another Tertulia is running on {}. Nothing was changed. Stop that one first, or give this one another `data_dir`.",
                folder.display()
            ),
        }
    }

    /// None where another process holds it.
    pub fn try_take(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(NAME);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("{} cannot be opened", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} cannot be locked", path.display()))
            }
        }
    }
}
