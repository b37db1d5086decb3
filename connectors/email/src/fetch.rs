//! Fetching from an open folder: small mails together, a large one in pieces, of an enormous one its headers.

use crate::{
    imap::{Imap, Listed, Trouble},
    pull::{Kept, WINDOW},
};
use std::collections::BTreeMap;
use tertulia_connector::Context;
use tertulia_model::{Batch, RawContent, RawItem};

/// Mails above this go piece by piece into the blob store and never as a whole through memory.
const LARGE: u64 = 2 << 20;
const PIECE: u64 = 1 << 20;
/// Of mails above this only the headers are fetched.
pub const TOO_LARGE: u64 = 150 << 20;
/// Small mails fetched by one command.
const GROUP: u64 = 4 << 20;
/// So much of another mail shows that the server gives mail at all.
const TASTE: u64 = 1 << 10;

/// How many of the next mails one command fetches: small ones together, a large one alone.
pub fn group(listed: &[Listed]) -> usize {
    let mut bytes = 0;
    let small = listed.iter().take_while(|mail| {
        bytes += mail.size;
        mail.size <= LARGE && bytes <= GROUP
    });
    small.count().max(1)
}

pub struct Fetcher<'a> {
    pub ctx: &'a Context,
    pub kept: &'a mut Kept,
    pub make: &'a (dyn Fn(&Listed, RawContent) -> RawItem + Send + Sync),
}

impl Fetcher<'_> {
    fn imap(&mut self) -> Result<&mut Imap, Trouble> {
        self.kept.imap.as_mut().ok_or_else(|| Trouble::Gone("The connection to the mail server broke.".to_owned()))
    }

    /// Takes some small mails, or a large one. Nothing is added to the batch unless all of them came.
    pub async fn take(&mut self, mails: &[Listed], batch: &mut Batch) -> Result<(), Trouble> {
        if let [mail] = mails
            && mail.size > TOO_LARGE
        {
            return self.headers_only(mail, batch).await;
        }
        if let [mail] = mails
            && mail.size > LARGE
        {
            return self.stream(mail, batch).await;
        }
        let uids: Vec<u32> = mails.iter().map(|mail| mail.uid).collect();
        let mut bodies: BTreeMap<u32, Vec<u8>> = self.imap()?.bodies(&uids).await?.into_iter().collect();
        let missing: Vec<u32> = uids.iter().copied().filter(|uid| !bodies.contains_key(uid)).collect();
        if !missing.is_empty() {
            // Deleted meanwhile, or held back: only what is no longer there may be passed over.
            let still = self.imap()?.search(&format!("UID {}", list_of(&missing))).await?;
            if missing.iter().any(|uid| still.contains(uid)) {
                return Err(Trouble::Refused("The mail server did not give the mail.".to_owned()));
            }
        }
        for mail in mails {
            if let Some(bytes) = bodies.remove(&mail.uid) {
                batch.items.push((self.make)(mail, RawContent::Memory(bytes)));
            }
        }
        Ok(())
    }

    /// A large mail in pieces of a megabyte. The size that the server told is not relied on: some only guess it.
    async fn stream(&mut self, mail: &Listed, batch: &mut Batch) -> Result<(), Trouble> {
        let blobs = self.ctx.blobs.clone();
        let mut writer = blobs.writer().await.map_err(|error| storage(&error))?;
        let mut written = 0;
        while written <= TOO_LARGE {
            let piece = self.imap()?.piece(mail.uid, written, PIECE).await?;
            let Some(piece) = piece else {
                if written == 0 && !self.is_there(mail.uid).await? {
                    return Ok(());
                }
                return Err(Trouble::Refused("The mail server gave only a part of the mail.".to_owned()));
            };
            writer.write(&piece).await.map_err(|error| storage(&error))?;
            written += piece.len() as u64;
            if (piece.len() as u64) < PIECE {
                break;
            }
        }
        let range = writer.finish().await.map_err(|error| storage(&error))?;
        batch.items.push((self.make)(mail, RawContent::Stored(range)));
        Ok(())
    }

    /// Only what was deleted meanwhile may be passed over.
    async fn is_there(&mut self, uid: u32) -> Result<bool, Trouble> {
        Ok(self.imap()?.search(&format!("UID {uid}")).await?.contains(&uid))
    }

    /// Other mails of this folder: the ones next to it, else the ones farthest from it, which a damage that took several
    /// leaves whole.
    pub async fn others(&mut self, uid: u32) -> Result<Vec<u32>, Trouble> {
        let around = format!("UID {}:{}", uid.saturating_sub(WINDOW).max(1), uid.saturating_add(WINDOW));
        let mut others = self.imap()?.search(&around).await?;
        others.retain(|other| *other != uid);
        let at = others.partition_point(|other| *other < uid);
        let places = [at.wrapping_sub(1), at, 0, others.len().wrapping_sub(1)];
        Ok(places.into_iter().filter_map(|at| others.get(at).copied()).collect())
    }

    /// Whether the server gives anything of a mail.
    pub async fn gives(&mut self, uid: u32) -> Result<bool, Trouble> {
        match self.imap()?.piece(uid, 0, TASTE).await {
            Ok(bytes) => Ok(bytes.is_some_and(|bytes| !bytes.is_empty())),
            Err(Trouble::Refused(_)) => Ok(false),
            Err(trouble) => Err(trouble),
        }
    }

    async fn headers_only(&mut self, mail: &Listed, batch: &mut Batch) -> Result<(), Trouble> {
        let megabytes = mail.size >> 20;
        let Some(headers) = self.imap()?.headers(mail.uid).await? else {
            if self.is_there(mail.uid).await? {
                return Err(Trouble::Refused("The mail server did not give the headers of the mail.".to_owned()));
            }
            return Ok(());
        };
        let mut item = (self.make)(mail, RawContent::Memory(headers));
        std::sync::Arc::make_mut(&mut item.hint)["megabytes"] = megabytes.into();
        batch.items.push(item);
        Ok(())
    }
}

fn list_of(uids: &[u32]) -> String {
    uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

fn storage(error: &std::io::Error) -> Trouble {
    Trouble::Storage(format!("The mail could not be stored: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_mails_go_together_and_a_large_one_alone() {
        let mails =
            |sizes: &[u64]| sizes.iter().map(|&size| Listed { uid: 1, size, arrived: None }).collect::<Vec<_>>();
        assert_eq!(group(&mails(&[1000, 1000, 3 << 20])), 2);
        assert_eq!(group(&mails(&[3 << 20, 1000])), 1);
        assert_eq!(group(&mails(&[2 << 20, 2 << 20, 1000])), 2);
    }
}
