//! What follows once the rows of a person are gone: the job that rids the disk of them and ends the report. Each step can be
//! done again, and what is done is noted, so that it goes on where it stood after whatever stopped it.

use super::{
    beside::put_away,
    find::{drafts, named},
    keys::Keys,
    needles::Needles,
    report::{self, Search},
    take, trim,
};
use crate::{Engine, Result, webhooks, worker::Done};
use serde_json::{Value, json};
use std::{collections::BTreeSet, io, sync::Arc};
use tertulia_model::{ConversationId, Millis};
use tertulia_store::{
    Tx, changes,
    erased::{self, Erased},
    erasing::{self, Counts},
    sayings,
    trims::{self, Cause, Needed},
};

/// Blobs that are looked through before it is noted how far it is.
const PIECE: usize = 200;
/// A database that is no larger is written anew at once: it takes a second or two.
const AT_ONCE: i64 = 256 << 20;
const DAY: Millis = 86_400_000;

/// The job of an erasure.
pub(crate) async fn run(engine: &Arc<Engine>, id: i64) -> Result<Done> {
    let Some(kept) = erased::get_report(&mut engine.db.reader(), id).await? else { return Ok(Done::Finished) };
    let Some(sealed) = &kept.sealed else { return Ok(Done::Finished) };
    let search = Search::unseal(&engine.vault, sealed)?;
    let report = serde_json::from_str(&kept.report).map_err(io::Error::other)?;
    let mut work = Work { engine, id, search, report };
    if !work.search.is_looked_again {
        work.look_again().await?;
    }
    if !work.search.is_walked {
        work.list_copies().await?;
    }
    work.say("Taking their bytes out of the files on the disk").await?;
    trim::trim(engine).await?;
    if trims::is_erasing(&mut engine.db.reader()).await? {
        work.say("Waiting for an import to be done with its file").await?;
        return Ok(Done::PutOff(engine.now() + trim::LOOK_AGAIN));
    }
    if waits_for_rest(engine.db.scrub_size().await?, engine.bus.somebody_works(engine.now()), engine.now() - kept.at) {
        work.say("Waiting until nobody is at work: while the database is written anew, nothing else can be written")
            .await?;
        return Ok(Done::PutOff(engine.now() + trim::LOOK_AGAIN));
    }
    work.say("Writing the database anew without what was taken out of it").await?;
    engine.db.scrub().await?;
    work.end().await?;
    Ok(Done::Finished)
}

/// Whether the database is too large to be written anew while people work: all of them would wait. After a day it is done
/// all the same.
fn waits_for_rest(size: i64, somebody_works: bool, since: Millis) -> bool {
    size > AT_ONCE && somebody_works && since < DAY
}

struct Work<'a> {
    engine: &'a Arc<Engine>,
    id: i64,
    search: Search,
    report: Value,
}

impl Work<'_> {
    /// Notes how far it is, with whatever else the transaction does.
    async fn note(&self, tx: Tx, is_done: bool) -> Result<()> {
        self.note_with(tx, is_done, &[]).await
    }

    async fn note_with(&self, mut tx: Tx, is_done: bool, changed: &[ConversationId]) -> Result<()> {
        let engine = self.engine;
        let sealed = if is_done { None } else { Some(self.search.seal(&engine.vault, engine.chance.as_ref())?) };
        erased::go_on(&mut tx, self.id, &self.report.to_string(), sealed).await?;
        let mut told = vec![("erasure", self.id)];
        told.extend(changed.iter().map(|id| ("conversation", id.0)));
        let noted = changes::note(&mut tx, &told, engine.now()).await?;
        tx.commit().await?;
        engine.bus.announce(noted);
        Ok(())
    }

    async fn say(&mut self, words: &str) -> Result<()> {
        self.report["doing"] = json!({ "what": words });
        let tx = self.engine.db.begin_bulk().await?;
        self.note(tx, false).await
    }

    /// What came while it was first looked for, and what the program's own texts say of them: their rows went in one short
    /// transaction, in which nobody could wait for all that to be read.
    async fn look_again(&mut self) -> Result<()> {
        let engine = self.engine;
        let mut db = engine.db.reader();
        let named = named(engine, &mut db, &self.search.handles, self.search.below).await?;
        let needles = Needles::of(&self.search.handles);
        let mut sayings = sayings::all(&mut db).await?;
        sayings.retain(|saying| needles.are_repeated_in(&saying.text));
        let mut counts = Counts::new();
        let mut tx = engine.db.begin_bulk().await?;
        trims::keep_blobs(&mut tx).await?;
        erasing::overwrite(&mut tx, true).await?;
        let doomed = erasing::doomed(&mut tx, &named.messages).await?;
        let keys = Keys::of(engine);
        let at = engine.now();
        let hash =
            |m: &erasing::Doomed| Erased { key_hash: keys.message(&m.source_key), kind: "message".to_owned(), at };
        let hashes: Vec<Erased> = doomed.iter().map(hash).collect();
        erased::remember(&mut tx, &hashes).await?;
        let held: BTreeSet<ConversationId> = doomed.iter().filter_map(|m| m.conversation_id).collect();
        let held: Vec<ConversationId> = held.into_iter().collect();
        let theirs = erasing::without_others(&mut tx, None, &held).await?;
        let drafts = drafts(&mut tx, &self.search.handles, theirs, &doomed, self.search.until).await?;
        let withdrawn = take(&mut tx, (&doomed, &named.aside), &self.search.handles, &mut counts).await?;
        let (unsent, happened) = put_away(&mut tx, &held, &drafts, &withdrawn, &mut counts).await?;
        webhooks::tell(engine, &mut tx, &happened).await?;
        sayings::forget(&mut tx, &sayings, &mut counts).await?;
        erasing::overwrite(&mut tx, false).await?;
        report::add(&mut self.report, &counts);
        report::add_unsent(&mut self.report, &unsent);
        self.search.is_looked_again = true;
        self.note_with(tx, false, &held).await
    }

    /// Bytes that came twice, or were never stored, have no row: blobs are searched for the handles outside of what rows
    /// refer to, and those that hold one are trimmed as well.
    async fn list_copies(&mut self) -> Result<()> {
        let needles = Needles::of(&self.search.handles);
        let blobs = self.engine.blobs.clone();
        let all = tokio::task::spawn_blocking(move || blobs.all()).await.map_err(io::Error::other)??;
        let begin =
            if needles.is_empty() { all.len() } else { all.partition_point(|name| *name <= self.search.walked) };
        for (n, piece) in all[begin..].chunks(PIECE).enumerate() {
            let found = self.that_hold_copies(piece, &needles).await?;
            let mut tx = self.engine.db.begin_bulk().await?;
            trims::add(&mut tx, &found, Cause::Erased).await?;
            if let Some(last) = piece.last() {
                self.search.walked.clone_from(last);
            }
            let looked = (begin + (n + 1) * PIECE).min(all.len());
            let what = "Looking through the files on the disk for what else names them";
            self.report["doing"] = json!({ "what": what, "done": looked, "of": all.len() });
            self.note(tx, false).await?;
        }
        self.search.is_walked = true;
        let tx = self.engine.db.begin_bulk().await?;
        self.note(tx, false).await
    }

    async fn that_hold_copies(&self, piece: &[String], needles: &Needles) -> Result<Vec<String>> {
        let needed = trims::needed(&mut self.engine.db.reader(), piece).await?;
        let (blobs, piece, needles) = (self.engine.blobs.clone(), piece.to_vec(), needles.bytes());
        let look = move || -> io::Result<Vec<String>> {
            let mut found = Vec::new();
            for blob in piece {
                let of_rows: Vec<Needed> = needed.iter().filter(|n| n.blob == blob).cloned().collect();
                if blobs.holds_any(&blob, 0..u64::MAX, &needles, &trim::merged(&of_rows))? {
                    found.push(blob);
                }
            }
            Ok(found)
        };
        Ok(tokio::task::spawn_blocking(look).await.map_err(io::Error::other)??)
    }

    async fn end(&mut self) -> Result<()> {
        let engine = self.engine;
        let mut db = engine.db.reader();
        let Some(kept) = erased::get_report(&mut db, self.id).await? else { return Ok(()) };
        let named_in = report::named_in(engine, &self.search).await?;
        report::end(&mut self.report, &kept, named_in, report::backups(&mut db).await?);
        let tx = engine.db.begin_bulk().await?;
        self.note(tx, true).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_database_is_written_anew_when_nobody_works_but_within_a_day() {
        assert!(waits_for_rest(AT_ONCE + 1, true, 0));
        assert!(!waits_for_rest(AT_ONCE, true, 0) && !waits_for_rest(i64::MAX, false, 0));
        assert!(!waits_for_rest(i64::MAX, true, DAY));
    }
}
