//! Reading a mailbox: where to go on, how much at once, and what to do with a mail that cannot be fetched.

use crate::{
    Email,
    cursor::{Cursor, Position, imap_day},
    imap::{Imap, Listed, Opened, Trouble},
    parse::Folder,
    sent,
    settings::{History, Settings},
    words::modified_utf7,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tertulia_connector::{Context, PullError};
use tertulia_model::{Batch, Millis, RawContent, RawItem};

const MAX_MAILS: usize = 100;
const MAX_BYTES: u64 = 20 << 20;
/// Mails above this go piece by piece into the blob store and never as a whole through memory.
const LARGE: u64 = 2 << 20;
const PIECE: u64 = 1 << 20;
/// Of mails above this only the headers are fetched.
const TOO_LARGE: u64 = 150 << 20;
/// Small mails fetched by one command.
const GROUP: u64 = 4 << 20;
/// UIDs looked at by one search; a mailbox of a million mails would answer with megabytes.
const WINDOW: u32 = 2_000;
/// A mail that fails this often is set aside.
const ATTEMPTS: u8 = 3;
const MONTH: Millis = 30 * 24 * 60 * 60 * 1000;

/// What stays between two pulls of a channel.
#[derive(Default)]
struct Kept {
    imap: Option<Imap>,
    sent_folder: Option<String>,
    /// After a connection broke while fetching, mails are fetched one by one until all of them are through.
    one_by_one: bool,
    /// Whether the folder of sent mail is looked at first: in turns, so that a busy inbox does not hide it.
    sent_first: bool,
    /// How often a mail has failed, by its key.
    failures: BTreeMap<String, u8>,
}

pub async fn pull(email: &Email, ctx: &Context, cursor: Option<Value>) -> Result<Batch, PullError> {
    let settings = Settings::read(&ctx.settings);
    let cursor = match Cursor::read(cursor)? {
        Some(cursor) => cursor,
        None => start(ctx, &settings),
    };
    let mut slot = ctx.session.lock().await;
    let mut kept = slot.take().and_then(|any| any.downcast::<Kept>().ok()).map(|kept| *kept).unwrap_or_default();
    let mut puller = Puller { email, ctx, settings: &settings, kept: &mut kept, cursor, found_place: false };
    let result = puller.run().await;
    if result.is_err() {
        kept.imap = None;
    }
    // The count of failures outlives a broken connection; that is its purpose.
    *slot = Some(Box::new(kept));
    result
}

fn start(ctx: &Context, settings: &Settings) -> Cursor {
    let now = ctx.clock.now();
    let since = match settings.history {
        History::Days30 => Some(now - MONTH),
        History::Now => Some(now),
        History::All => None,
    };
    Cursor { started_at: now, since, ..Cursor::default() }
}

struct Puller<'a> {
    email: &'a Email,
    ctx: &'a Context,
    settings: &'a Settings,
    kept: &'a mut Kept,
    cursor: Cursor,
    /// Whether this pull found its place in a folder for the first time.
    found_place: bool,
}

impl Puller<'_> {
    async fn run(&mut self) -> Result<Batch, PullError> {
        self.connect().await?;
        let mut folders = self.folders();
        if self.kept.sent_first {
            folders.reverse();
        }
        self.kept.sent_first = !self.kept.sent_first;
        for (name, folder) in folders {
            let batch = self.look(&name, folder).await?;
            if !batch.items.is_empty() || batch.more || !batch.skipped.is_empty() {
                return Ok(batch);
            }
        }
        if self.found_place {
            // Where we start is to be kept before we wait: what comes after it must not be taken for old mail.
            return Ok(Batch { next: Some(self.cursor.write()), more: true, ..Batch::default() });
        }
        let inbox = self.settings.folder.clone();
        // Opened again, for the folder of sent mail was opened last; what came in between is not waited for.
        let opened = self.open(&inbox).await?;
        let position = self.cursor.folders.get(&inbox).copied().unwrap_or_default();
        let waiting = opened.uidnext.is_some_and(|next| next > position.last_uid.saturating_add(1));
        let most = self.email.waiting;
        if waiting || self.imap()?.wait(most).await? {
            return self.look(&inbox, Folder::Inbox).await;
        }
        Ok(Batch { next: Some(self.cursor.write()), ..Batch::default() })
    }

    async fn connect(&mut self) -> Result<(), PullError> {
        if self.kept.imap.is_none() {
            let mut imap = Imap::sign_in(self.ctx, self.settings, &self.email.tokens).await?;
            if self.kept.sent_folder.is_none() {
                self.kept.sent_folder = sent::folder(&mut imap, self.settings).await?;
            }
            self.kept.imap = Some(imap);
        }
        Ok(())
    }

    fn imap(&mut self) -> Result<&mut Imap, PullError> {
        self.kept.imap.as_mut().ok_or_else(|| PullError::Retry("The connection to the mail server broke.".to_owned()))
    }

    fn folders(&self) -> Vec<(String, Folder)> {
        let inbox = &self.settings.folder;
        let sent = self.kept.sent_folder.iter().filter(|sent| *sent != inbox).map(|sent| (sent.clone(), Folder::Sent));
        std::iter::once((inbox.clone(), Folder::Inbox)).chain(sent).collect()
    }

    async fn open(&mut self, name: &str) -> Result<Opened, PullError> {
        let why = match self.imap()?.open(name).await {
            Ok(opened) => return Ok(opened),
            Err(Trouble::Gone(why) | Trouble::Storage(why)) => return Err(PullError::Retry(why)),
            Err(Trouble::Refused(why)) => why,
        };
        // A folder that is there and cannot be opened is the server's trouble, and passes.
        let wire_name = modified_utf7(name);
        let there = self.imap()?.folders().await?.iter().any(|(known, _)| known.eq_ignore_ascii_case(&wire_name));
        if there {
            return Err(PullError::Retry(format!(
                "The mail server did not open the folder \u{201c}{name}\u{201d}: {why}"
            )));
        }
        Err(PullError::Misconfigured(format!(
            "There is no folder \u{201c}{name}\u{201d} in this mailbox. Check its name in the settings."
        )))
    }

    /// What is new in one folder, as one batch.
    async fn look(&mut self, name: &str, folder: Folder) -> Result<Batch, PullError> {
        let opened = self.open(name).await?;
        let mut position = self.position(name, &opened).await?;
        let history = position.last_uid < position.history_until;
        let (uids, looked_until) = self.next_uids(&opened, position, history).await?;
        let listed = self.list(name, &opened, &uids).await?;
        let more_known = listed.len() < uids.len();
        let mut batch = Batch { history, ..Batch::default() };
        let done = self.fetch(name, folder, &opened, &listed, &mut batch).await?;
        let complete = done == listed.len();
        position.last_uid = match listed.get(..done).and_then(<[Listed]>::last) {
            Some(last) if !complete || more_known => last.uid,
            // Also past UIDs that are no more, and past history that is too old to be read.
            _ if complete => looked_until.max(position.last_uid),
            _ => position.last_uid,
        };
        let top =
            if history { position.history_until } else { opened.uidnext.map_or(position.last_uid, |n| n.max(1) - 1) };
        batch.more = !complete || more_known || position.last_uid < top || history;
        self.cursor.folders.insert(name.to_owned(), position);
        batch.next = Some(self.cursor.write());
        Ok(batch)
    }

    /// Where to go on in a folder. After a reset of its UIDs (RFC 9051 §2.3.1.1) all is read again; what is known
    /// already is not doubled, since events are told apart by Message-ID.
    async fn position(&mut self, name: &str, opened: &Opened) -> Result<Position, PullError> {
        let known = self.cursor.folders.get(name).copied();
        if let Some(position) = known.filter(|position| position.uidvalidity == opened.uidvalidity) {
            return Ok(position);
        }
        self.found_place = true;
        let newest = match opened.uidnext {
            Some(next) => next.max(1) - 1,
            None if opened.exists == 0 => 0,
            None => self.imap()?.search("ALL").await?.last().copied().unwrap_or(0),
        };
        let history_until = if known.is_some() {
            // What came since we read this mailbox is not history, whatever its new number.
            let day = imap_day(self.cursor.started_at);
            self.imap()?.search(&format!("BEFORE {day}")).await?.last().copied().unwrap_or(0)
        } else {
            newest
        };
        let last_uid = if self.settings.history == History::Now { history_until } else { 0 };
        Ok(Position { uidvalidity: opened.uidvalidity, last_uid, history_until })
    }

    /// The next UIDs after a position, and up to where was looked.
    async fn next_uids(&mut self, opened: &Opened, at: Position, history: bool) -> Result<(Vec<u32>, u32), PullError> {
        let from = at.last_uid.saturating_add(1);
        let top = match (history, opened.uidnext) {
            (true, _) => at.history_until,
            (false, Some(next)) => next.max(1) - 1,
            (false, None) => u32::MAX,
        };
        if opened.exists == 0 || from > top {
            return Ok((Vec::new(), at.last_uid.max(if top == u32::MAX { 0 } else { top })));
        }
        let since =
            self.cursor.since.filter(|_| history).map(|at| format!(" SINCE {}", imap_day(at))).unwrap_or_default();
        let end = from.saturating_add(WINDOW - 1).min(top);
        let imap = self.imap()?;
        let mut until = end;
        let mut uids = imap.search(&format!("UID {from}:{end}{since}")).await?;
        if uids.is_empty() && end < top {
            until = top;
            let range = if top == u32::MAX { format!("{from}:*") } else { format!("{from}:{top}") };
            uids = imap.search(&format!("UID {range}{since}")).await?;
        }
        // `n:*` names the last mail even where n is beyond it.
        uids.retain(|uid| (from..=until).contains(uid));
        if until == u32::MAX {
            until = uids.last().copied().unwrap_or(at.last_uid);
        }
        Ok((uids, until))
    }

    async fn list(&mut self, name: &str, opened: &Opened, uids: &[u32]) -> Result<Vec<Listed>, PullError> {
        let first = &uids[..uids.len().min(MAX_MAILS)];
        if first.is_empty() {
            return Ok(Vec::new());
        }
        let mut listed = match self.imap()?.list(first).await {
            Ok(listed) => listed,
            // A server that cannot open one mail may not even tell its size, and says nothing of the others then.
            Err(_) => self.list_one_by_one(name, opened, first).await?,
        };
        // A server that does not tell the size of a mail still has the mail.
        for &uid in first {
            if let Err(at) = listed.binary_search_by_key(&uid, |known| known.uid) {
                listed.insert(at, Listed { uid, size: 0, arrived: None });
            }
        }
        Ok(listed)
    }

    async fn list_one_by_one(&mut self, name: &str, opened: &Opened, uids: &[u32]) -> Result<Vec<Listed>, PullError> {
        let mut listed = Vec::new();
        for uid in uids {
            if self.kept.imap.is_none() {
                reconnect(self.email, self.ctx, self.settings, self.kept, (name, opened)).await?;
            }
            match self.imap()?.list(&[*uid]).await {
                Ok(one) => listed.extend(one),
                // It is tried once more when it is fetched, and set aside if that fails, too.
                Err(Trouble::Refused(_)) => {}
                Err(Trouble::Gone(_) | Trouble::Storage(_)) => self.kept.imap = None,
            }
        }
        if self.kept.imap.is_none() {
            reconnect(self.email, self.ctx, self.settings, self.kept, (name, opened)).await?;
        }
        Ok(listed)
    }

    /// Fetches the mails in their order into `batch`, and says how many of them are done with.
    async fn fetch(
        &mut self,
        name: &str,
        folder: Folder,
        opened: &Opened,
        listed: &[Listed],
        batch: &mut Batch,
    ) -> Result<usize, PullError> {
        let make = |mail: &Listed, content: RawContent| RawItem {
            key: key(name, opened, mail.uid),
            content,
            received_at: mail.arrived.filter(|at| *at <= self.ctx.clock.now()).unwrap_or_else(|| self.ctx.clock.now()),
            hint: json!({"folder": folder, "ours": self.settings.ours, "checker": self.settings.checker}).into(),
        };
        let make: &(dyn Fn(&Listed, RawContent) -> RawItem + Send + Sync) = &make;
        let mut fetcher = Fetcher { ctx: self.ctx, kept: &mut *self.kept, make };
        let (mut done, mut bytes) = (0, 0);
        while done < listed.len() && bytes < MAX_BYTES {
            let group = if fetcher.kept.one_by_one { 1 } else { group(&listed[done..]) };
            let mails = &listed[done..done + group];
            match fetcher.take(mails, batch).await {
                Ok(()) => {
                    bytes += mails.iter().map(|mail| mail.size.min(TOO_LARGE)).sum::<u64>();
                    done += group;
                }
                // A full disk is no fault of the mail, which must not be set aside for it.
                Err(Trouble::Storage(why)) => return Err(PullError::Retry(why)),
                Err(trouble) => {
                    tracing::warn!(folder = name, uid = mails[0].uid, "fetching failed: {}", trouble.words());
                    fetcher.kept.one_by_one = true;
                    if group > 1 && matches!(trouble, Trouble::Refused(_)) {
                        continue;
                    }
                    if group == 1 {
                        let failed = fetcher.kept.failures.entry(key(name, opened, mails[0].uid)).or_default();
                        *failed += 1;
                        if *failed >= ATTEMPTS {
                            set_aside(fetcher.kept, key(name, opened, mails[0].uid), trouble.words(), batch);
                            done += 1;
                        }
                    }
                    if matches!(trouble, Trouble::Gone(_)) {
                        fetcher.kept.imap = None;
                        if !batch.items.is_empty() || !batch.skipped.is_empty() {
                            return Ok(done);
                        }
                        reconnect(self.email, self.ctx, self.settings, fetcher.kept, (name, opened)).await?;
                    }
                }
            }
        }
        if done == listed.len() {
            fetcher.kept.one_by_one = false;
        }
        Ok(done)
    }
}

fn key(name: &str, opened: &Opened, uid: u32) -> String {
    format!("{name}/{}/{uid}", opened.uidvalidity)
}

/// How many of the next mails one command fetches: small ones together, a large one alone.
fn group(listed: &[Listed]) -> usize {
    let mut bytes = 0;
    let small = listed.iter().take_while(|mail| {
        bytes += mail.size;
        mail.size <= LARGE && bytes <= GROUP
    });
    small.count().max(1)
}

fn set_aside(kept: &mut Kept, key: String, why: &str, batch: &mut Batch) {
    kept.failures.remove(&key);
    batch
        .skipped
        .push((key, format!("This mail could not be fetched, {ATTEMPTS} times: {why} It is still in the mailbox.")));
}

/// A new connection with the same folder open.
async fn reconnect(
    email: &Email,
    ctx: &Context,
    settings: &Settings,
    kept: &mut Kept,
    (name, opened): (&str, &Opened),
) -> Result<(), PullError> {
    let mut imap = Imap::sign_in(ctx, settings, &email.tokens).await?;
    if imap.open(name).await?.uidvalidity != opened.uidvalidity {
        return Err(PullError::Retry("The mailbox was rebuilt in the middle of reading; it is read again.".to_owned()));
    }
    kept.imap = Some(imap);
    Ok(())
}

struct Fetcher<'a> {
    ctx: &'a Context,
    kept: &'a mut Kept,
    make: &'a (dyn Fn(&Listed, RawContent) -> RawItem + Send + Sync),
}

impl Fetcher<'_> {
    fn imap(&mut self) -> Result<&mut Imap, Trouble> {
        self.kept.imap.as_mut().ok_or_else(|| Trouble::Gone("The connection to the mail server broke.".to_owned()))
    }

    /// Takes some small mails, or a large one. Nothing is added to the batch unless all of them came.
    async fn take(&mut self, mails: &[Listed], batch: &mut Batch) -> Result<(), Trouble> {
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
