//! Secrets at rest: XChaCha20-Poly1305 under a key that stands in a file of its own, beside the database and not in it.

use crate::{Engine, EngineError, Result};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::Aead};
use std::{io::Write, path::Path};
use tertulia_connector::{Secret, SecretSet, sign};
use tertulia_model::Chance;
use tertulia_store::settings;

pub struct Vault {
    key: [u8; 32],
}

impl Vault {
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// Reads the key file, or makes one that only its owner may read.
    pub fn open(path: &Path, chance: &dyn Chance) -> std::io::Result<Self> {
        if let Ok(text) = std::fs::read_to_string(path) {
            let key = unhex(text.trim()).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            return key.map(Self::new).ok_or_else(|| {
                let why = format!("{} does not hold a key (64 hexadecimal digits)", path.display());
                std::io::Error::new(std::io::ErrorKind::InvalidData, why)
            });
        }
        let mut key = [0; 32];
        chance.fill(&mut key);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        writeln!(file, "{}", hex(&key))?;
        file.sync_all()?;
        Ok(Self::new(key))
    }

    /// A short name for the key, to be shown beside a backup. It tells nothing of the key.
    pub fn fingerprint(&self) -> String {
        sign::sign(&self.key, "tertulia secrets key")[..12].to_owned()
    }

    /// A key of its own for each purpose.
    pub fn key_for(&self, purpose: &str) -> Vec<u8> {
        sign::sign(&self.key, purpose).into_bytes()
    }

    pub fn lock(&self, secrets: &SecretSet, chance: &dyn Chance) -> Vec<u8> {
        let plain: std::collections::BTreeMap<&str, &str> =
            secrets.iter().map(|(name, secret)| (name.as_str(), secret.reveal())).collect();
        let plain = serde_json::to_vec(&plain).unwrap_or_default();
        let mut nonce = [0; 24];
        chance.fill(&mut nonce);
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), plain.as_slice()).unwrap_or_default();
        [nonce.as_slice(), &sealed].concat()
    }

    pub fn unlock(&self, locked: &[u8]) -> Result<SecretSet> {
        let wrong = || EngineError::Refused("The stored secrets cannot be read with this secrets key. Put back the key file that belongs to this database.".to_owned());
        let (nonce, sealed) = locked.split_at_checked(24).ok_or_else(wrong)?;
        let nonce = <[u8; 24]>::try_from(nonce).map_err(|_| wrong())?;
        let plain = self.cipher().decrypt(&XNonce::from(nonce), sealed).map_err(|_| wrong())?;
        let plain: std::collections::BTreeMap<String, String> = serde_json::from_slice(&plain).map_err(|_| wrong())?;
        Ok(plain.into_iter().map(|(name, value)| (name, Secret::new(value))).collect())
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.key.into())
    }

    /// Refuses to start on a database that was written with another key.
    pub(crate) async fn check(&self, engine: &Engine) -> Result<()> {
        let mut tx = engine.db.begin().await?;
        let stands = settings::set_once(&mut tx, settings::SECRETS_CHECK, &self.fingerprint()).await?;
        if stands != self.fingerprint() {
            return Err(EngineError::Refused(format!(
                "This database belongs to the secrets key {stands}, but the key file holds {}. Put back the right key file; nothing was changed.",
                self.fingerprint()
            )));
        }
        tx.commit().await?;
        Ok(())
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_model::SeededChance;

    #[test]
    fn secrets_come_back_with_the_same_key_and_not_with_another() {
        let chance = SeededChance::new(1);
        let secrets = SecretSet::from([("password".to_owned(), Secret::new("olive-tree"))]);
        let locked = Vault::new([7; 32]).lock(&secrets, &chance);
        assert!(!String::from_utf8_lossy(&locked).contains("olive"));
        assert_eq!(Vault::new([7; 32]).unlock(&locked).unwrap()["password"].reveal(), "olive-tree");
        assert!(Vault::new([8; 32]).unlock(&locked).is_err());
        assert!(Vault::new([7; 32]).unlock(&locked[..20]).is_err());
    }

    #[test]
    fn a_key_file_is_made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.key");
        let first = Vault::open(&path, &SeededChance::new(1)).unwrap().fingerprint();
        assert_eq!(Vault::open(&path, &SeededChance::new(2)).unwrap().fingerprint(), first);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
        std::fs::write(&path, "not a key").unwrap();
        assert!(Vault::open(&path, &SeededChance::new(3)).is_err());
    }
}
