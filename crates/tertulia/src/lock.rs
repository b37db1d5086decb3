//! One program a data folder and a database: two would each believe to be alone with the jobs, the leases and the ids of one SQLite file.

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

    /// For an SQLite file, wherever it stands: two data folders may name it, by a link too.
    pub fn take_beside(database: &Path) -> Result<Self> {
        let mut path = database.canonicalize().unwrap_or_else(|_| database.to_owned()).into_os_string();
        path.push(".lock");
        match Self::try_lock(Path::new(&path))? {
            Some(lock) => Ok(lock),
            None => bail!(
                "Another Tertulia is running on {}. Nothing was changed. Stop that one first, or give this one another `database`.",
                database.display()
            ),
        }
    }

    /// None where another process holds it.
    pub fn try_take(folder: &Path) -> Result<Option<Self>> {
        Self::try_lock(&folder.join(NAME))
    }

    fn try_lock(path: &Path) -> Result<Option<Self>> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
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
