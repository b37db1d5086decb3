//! Reading a mailbox: where to go on, how much at once, and what to do with a mail that cannot be fetched.

use crate::{
    Email,
    cursor::{Cursor, Position, imap_day},
    fetch::{Fetcher, TOO_LARGE, group},
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
/// UIDs looked at by one search; a mailbox of a million mails would answer with megabytes.
pub const WINDOW: u32 = 2_000;
/// A mail that fails in so many pulls, while others come, is set aside.
const ATTEMPTS: u8 = 3;
const DAY: Millis = 24 * 60 * 60 * 1000;
const MONTH: Millis = 30 * DAY;

/// What stays between two pulls of a channel.
#[derive(Default)]
pub struct Kept {
    pub imap: Option<Imap>,
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
            Err(Trouble::Gone(why) | Trouble::Busy(why) | Trouble::Storage(why)) => return Err(PullError::Retry(why)),
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
        let until = listed.last().filter(|_| listed.len() < uids.len()).map_or(looked_until, |last| last.uid);
        let (listed, until, history) =
            if position.by_date { alike(listed, until, &self.cursor) } else { (listed, until, history) };
        let mut batch = Batch { history, ..Batch::default() };
        let done = self.fetch(name, folder, &opened, &listed, &mut batch).await?;
        position.last_uid = match listed[..done].last() {
            // Also past UIDs that are no more, and past history that is too old to be read.
            _ if done == listed.len() => until.max(position.last_uid),
            Some(last) => last.uid,
            None => position.last_uid,
        };
        let top = match opened.uidnext {
            _ if history && !position.by_date => position.history_until,
            Some(next) => next.max(1) - 1,
            None => looked_until,
        };
        batch.more = position.last_uid < top || history;
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
        if known.is_some() {
            // A server that moved has new mail below old mail: what came meanwhile, then the copies of the old mailbox.
            return Ok(Position { uidvalidity: opened.uidvalidity, by_date: true, ..Position::default() });
        }
        let newest = match opened.uidnext {
            Some(next) => next.max(1) - 1,
            None if opened.exists == 0 => 0,
            None => self.imap()?.search("ALL").await?.last().copied().unwrap_or(0),
        };
        let last_uid = if self.settings.history == History::Now { newest } else { 0 };
        Ok(Position { uidvalidity: opened.uidvalidity, last_uid, history_until: newest, by_date: false })
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
        // SEARCH compares days of the server's own time zone (RFC 9051 §6.4.4), so that a day more is looked at where
        // the time decides afterwards.
        let since = match self.cursor.since {
            Some(since) if at.by_date => format!(" SINCE {}", imap_day(since - DAY)),
            Some(since) if history => format!(" SINCE {}", imap_day(since)),
            _ => String::new(),
        };
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
        if top == u32::MAX {
            // A server that does not say what it gives next may give any number above the last one.
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
            Err(trouble @ Trouble::Busy(_)) => return Err(trouble.into()),
            // A server that cannot open one mail may not even tell its size, and says nothing of the others then.
            Err(_) => return self.list_one_by_one(name, opened, first).await,
        };
        // A server that does not tell the size of a mail still has the mail.
        for &uid in first {
            if let Err(at) = listed.binary_search_by_key(&uid, |known| known.uid) {
                listed.insert(at, Listed { uid, ..Listed::default() });
            }
        }
        Ok(listed)
    }

    async fn list_one_by_one(&mut self, name: &str, opened: &Opened, uids: &[u32]) -> Result<Vec<Listed>, PullError> {
        let (mut listed, mut told) = (Vec::new(), false);
        for &uid in uids {
            if self.kept.imap.is_none() {
                reconnect(self.email, self.ctx, self.settings, self.kept, (name, opened)).await?;
            }
            let known = match self.imap()?.list(&[uid]).await {
                Ok(one) => one.into_iter().next(),
                // It is tried once more when it is fetched, and set aside if that fails, too.
                Err(Trouble::Refused(_)) => None,
                Err(trouble @ Trouble::Busy(_)) => return Err(trouble.into()),
                Err(Trouble::Gone(_) | Trouble::Storage(_)) => {
                    self.kept.imap = None;
                    None
                }
            };
            told |= known.is_some();
            listed.push(known.unwrap_or(Listed { uid, ..Listed::default() }));
            // To ask for the others is in vain where nothing is told; fetching these shows whose fault it is.
            if !told && listed.len() == 2 {
                break;
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
            let trouble = match fetcher.take(mails, batch).await {
                Ok(()) => {
                    bytes += mails.iter().map(|mail| mail.size.min(TOO_LARGE)).sum::<u64>();
                    done += group;
                    continue;
                }
                // A full disk is no fault of the mail, which must not be set aside for it.
                Err(Trouble::Storage(why)) => return Err(PullError::Retry(why)),
                Err(trouble) => trouble,
            };
            tracing::warn!(folder = name, uid = mails[0].uid, "fetching failed: {}", trouble.words());
            fetcher.kept.one_by_one = true;
            if group > 1 && matches!(trouble, Trouble::Refused(_) | Trouble::Busy(_)) {
                continue;
            }
            if matches!(trouble, Trouble::Gone(_)) {
                fetcher.kept.imap = None;
            }
            // What came is stored first; the next pull begins with the mail that did not.
            if !batch.items.is_empty() || !batch.skipped.is_empty() {
                return Ok(done);
            }
            if matches!(trouble, Trouble::Gone(_)) {
                reconnect(self.email, self.ctx, self.settings, fetcher.kept, (name, opened)).await?;
            }
            if group > 1 {
                continue;
            }
            let (key, why) = (key(name, opened, mails[0].uid), trouble.words());
            let place = (name, opened);
            if !another_comes(&mut fetcher, self.email, self.settings, place, mails[0].uid).await? {
                return Err(PullError::Retry(format!(
                    "The mail server gives no mail just now; it is asked again by itself. It says: {why}"
                )));
            }
            let failed = fetcher.kept.failures.entry(key.clone()).or_default();
            *failed += 1;
            // Once for each pull: between two pulls there is a pause, which a passing trouble needs.
            if *failed < ATTEMPTS {
                return Err(PullError::Retry(format!("A mail could not be fetched; it is tried again: {why}")));
            }
            set_aside(fetcher.kept, key, why, batch);
            done += 1;
        }
        if done == listed.len() {
            fetcher.kept.one_by_one = false;
        }
        Ok(done)
    }
}

/// A mail is at fault only where another one comes. Else it is the server, which throttles or is ill, and would have mail
/// after mail set aside.
async fn another_comes(
    fetcher: &mut Fetcher<'_>,
    email: &Email,
    settings: &Settings,
    place: (&str, &Opened),
    uid: u32,
) -> Result<bool, PullError> {
    for other in fetcher.others(uid).await? {
        let comes = match fetcher.gives(other).await {
            // It may be another one of the same kind, which must not hide those that come.
            Err(Trouble::Gone(_)) => {
                fetcher.kept.imap = None;
                reconnect(email, fetcher.ctx, settings, fetcher.kept, place).await?;
                false
            }
            tasted => tasted?,
        };
        if comes {
            return Ok(true);
        }
    }
    Ok(false)
}

fn key(name: &str, opened: &Opened, uid: u32) -> String {
    format!("{name}/{}/{uid}", opened.uidvalidity)
}

/// Of the next mails of a rebuilt folder those that are all history or all news, and up to which UID that reaches. The
/// time at which the mailbox took a mail (INTERNALDATE, RFC 9051 §2.3.3) tells; without one it is news, so that none is
/// lost. What is older than the history that was asked for is passed over.
fn alike(mut listed: Vec<Listed>, until: u32, cursor: &Cursor) -> (Vec<Listed>, u32, bool) {
    // That time has whole seconds.
    let before = |mail: &Listed, time: Millis| mail.arrived.is_some_and(|at| at / 1000 < time / 1000);
    listed.retain(|mail| !cursor.since.is_some_and(|since| before(mail, since)));
    let history = listed.first().is_some_and(|mail| before(mail, cursor.started_at));
    let turn = listed.iter().position(|mail| before(mail, cursor.started_at) != history);
    listed.truncate(turn.unwrap_or(listed.len()));
    let until = listed.last().filter(|_| turn.is_some()).map_or(until, |last| last.uid);
    (listed, until, history)
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
