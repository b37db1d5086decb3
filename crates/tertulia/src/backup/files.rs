//! The blobs of a backup.

use super::checksum;
use anyhow::{Context, Result};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};
use tertulia_store::blobs::BlobStore;

/// Blobs that were taken into a backup's folder, by their names.
pub struct Files {
    from: BlobStore,
    to: PathBuf,
    pub there: BTreeMap<String, Taken>,
    /// Asked for, and not in the installation.
    pub missing: Vec<String>,
}

pub struct Taken {
    pub bytes: u64,
    is_damaged: bool,
}

impl Files {
    pub fn new(from: &Path, to: PathBuf) -> io::Result<Self> {
        Ok(Self { from: BlobStore::open_shared(from)?, to, there: BTreeMap::new(), missing: Vec::new() })
    }

    /// Takes those that are not here yet.
    pub fn take(&mut self, wanted: &[String]) -> Result<()> {
        self.missing.clear();
        for hash in wanted.iter().filter(|hash| !self.there.contains_key(*hash)).collect::<Vec<_>>() {
            let target = self.target(hash);
            fs::create_dir_all(target.parent().unwrap_or(&self.to))?;
            let source = self.from.path(hash)?;
            match link_or_copy(&source, &target) {
                Ok(bytes) => {
                    // Found out now, while an older backup may still hold it whole, and not by whoever restores.
                    let is_damaged = checksum(&target).ok().as_ref() != Some(hash);
                    self.there.insert(hash.clone(), Taken { bytes, is_damaged });
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => self.missing.push(hash.clone()),
                Err(error) if checksum(&source).is_ok() => {
                    return Err(error).with_context(|| format!("the file {hash} could not be copied"));
                }
                // The disk does not give it whole any more: all else is taken, and of it what came.
                Err(_) => {
                    let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&target)?;
                    let bytes = file.metadata()?.len();
                    self.there.insert(hash.clone(), Taken { bytes, is_damaged: true });
                }
            }
        }
        Ok(())
    }

    /// Takes out all but these, which are in order: what was erased meanwhile is not to live on in the backup.
    pub fn keep_only(&mut self, wanted: &[String]) -> io::Result<()> {
        let unwanted = |hash: &String| wanted.binary_search(hash).is_err();
        for hash in self.there.keys().filter(|hash| unwanted(hash)) {
            fs::remove_file(self.target(hash))?;
        }
        self.there.retain(|hash, _| !unwanted(hash));
        Ok(())
    }

    pub fn damaged(&self) -> Vec<String> {
        self.there.iter().filter(|(_, file)| file.is_damaged).map(|(hash, _)| hash.clone()).collect()
    }

    fn target(&self, hash: &str) -> PathBuf {
        self.to.join(&hash[..2]).join(hash)
    }
}

/// A second name for the same bytes where both stand on one disk, since blobs never change; else a copy.
fn link_or_copy(from: &Path, to: &Path) -> io::Result<u64> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(fs::metadata(to)?.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        Err(_) => {
            let bytes = fs::copy(from, to)?;
            fs::File::open(to)?.sync_all()?;
            Ok(bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_stays_when_it_goes_and_what_is_not_wanted_goes() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = BlobStore::open_shared(folder.path().join("blobs")).unwrap();
        let mut names: Vec<String> = [b"one", b"two", b"six"].map(|bytes| blobs.put(bytes).unwrap().blob).into();
        names.sort_unstable();
        let mut files = Files::new(&folder.path().join("blobs"), folder.path().join("backup")).unwrap();
        files.take(&names[..2]).unwrap();
        for name in &names {
            blobs.remove(name).unwrap();
        }
        files.take(&names).unwrap();
        assert_eq!(files.missing, names[2..], "what went before it was taken");
        files.keep_only(&names[1..]).unwrap();
        assert_eq!(files.there.keys().collect::<Vec<_>>(), [&names[1]]);
        let backup = names_in(&folder.path().join("backup"));
        assert_eq!(backup, [names[1].clone()]);
        assert!(files.damaged().is_empty() && files.there[&names[1]].bytes == 3);
    }

    #[test]
    fn one_that_the_disk_does_not_give_keeps_no_other_from_being_taken() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = BlobStore::open_shared(folder.path().join("blobs")).unwrap();
        let mut names: Vec<String> = [b"one", b"two"].map(|bytes| blobs.put(bytes).unwrap().blob).into();
        names.sort_unstable();
        let broken = blobs.path(&names[0]).unwrap();
        fs::remove_file(&broken).unwrap();
        // What stands there can neither be linked nor read.
        fs::create_dir(&broken).unwrap();
        let mut files = Files::new(&folder.path().join("blobs"), folder.path().join("backup")).unwrap();
        files.take(&names).unwrap();
        assert_eq!((files.damaged(), files.missing.len()), (names[..1].to_vec(), 0));
        assert_eq!((files.there[&names[0]].bytes, files.there[&names[1]].bytes), (0, 3));
        assert_eq!(names_in(&folder.path().join("backup")).len(), 2);
    }

    fn names_in(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for place in fs::read_dir(folder).unwrap() {
            for file in fs::read_dir(place.unwrap().path()).unwrap() {
                found.push(file.unwrap().file_name().into_string().unwrap());
            }
        }
        found
    }
}
