//! Erasing one person at their wish: what they said and what was said to them leaves every table, the full-text index and
//! the disk; a report without a word of theirs says what went; and hashes keep it from coming back.

mod errands;
mod keys;
mod trim;

pub(crate) use keys::{ERASED, Keys, leave_out};
pub(crate) use trim::trim_waiting;
pub use trim::{Trimmed, trim};

use crate::{Engine, EngineError, Result, consent, ingest::bare_subject, webhooks as outside, worker};
use serde_json::json;
use std::{collections::BTreeSet, io, sync::Arc};
use tertulia_model::{ConversationId, JobId, MessageId, Millis, Outgoing, PersonId, UserId};
use tertulia_store::{
    Sql, Tx, changes, conversations,
    erased::{self, Erased, Report},
    erasing::{self, Counts, Doomed},
    jobs, people,
    people::Identity,
    threads,
    trims::{self, Cause, Needed},
    upkeep, webhooks,
};

/// In the report: how many hashes keep somebody from being written to.
const WISHES: &str = "wishes not to be written to, kept as keyed hashes";

/// What an erasure would take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub name: String,
    pub identities: usize,
    /// Theirs, and ours to them.
    pub written: usize,
    pub answers: usize,
    pub conversations: usize,
    /// Blobs out of which something goes.
    pub blobs: usize,
}

/// Everything that is of one person.
struct Found {
    identities: Vec<Identity>,
    handles: Vec<String>,
    doomed: Vec<Doomed>,
    held: Vec<ConversationId>,
    blobs: BTreeSet<String>,
    aside: Vec<i64>,
    errands: Vec<i64>,
}

/// Says what would go, and changes nothing.
pub async fn preview(engine: &Arc<Engine>, person: PersonId) -> Result<Preview> {
    let mut db = engine.db.reader();
    let name = people::get(&mut db, person).await?.ok_or_else(|| EngineError::missing("This person"))?.name;
    let found = find(engine, &mut db, person).await?;
    let written = found.doomed.iter().filter(|m| m.direction == "theirs").count();
    Ok(Preview {
        name,
        identities: found.identities.len(),
        written,
        answers: found.doomed.len() - written,
        conversations: found.held.len(),
        blobs: found.blobs.len(),
    })
}

async fn find(engine: &Arc<Engine>, on: &mut impl Sql, person: PersonId) -> Result<Found> {
    let identities = people::identities(on, person).await?;
    let mut handles: Vec<String> = identities.iter().map(|identity| identity.handle.clone()).collect();
    handles.extend(identities.iter().filter_map(|identity| identity.claimed_mail.clone()));
    handles.sort();
    handles.dedup();
    let mut doomed = erasing::written_by(on, person).await?;
    doomed.extend(erasing::said_to(on, person, &handles).await?);
    let needles = needles(&handles);
    let edits = erasing::waiting_edits(on).await?;
    let ranges = edits.into_iter().map(|(id, blob, first, many)| (id.0, blob, first, many)).collect();
    let edits: Vec<MessageId> = that_hold(engine, ranges, &needles).await?.into_iter().map(MessageId).collect();
    doomed.extend(erasing::doomed(on, &edits).await?);
    doomed.sort();
    doomed.dedup();
    let held = erasing::conversations(on, person, &doomed).await?;
    let mut blobs: BTreeSet<String> = erasing::blobs(on, &doomed, &held).await?.into_iter().collect();
    let aside = erasing::set_aside(on).await?;
    let beside = |text: &str| needles.iter().any(|n| text.to_lowercase().contains(&*String::from_utf8_lossy(n)));
    let (told, unsure): (Vec<_>, Vec<_>) =
        aside.iter().partition(|a| [&a.item_key, &a.reason, &a.hint].into_iter().any(|text| beside(text)));
    let ranges = unsure.iter().map(|a| (a.id, a.blob.clone(), a.byte_offset, a.size)).collect();
    let mut of_them = that_hold(engine, ranges, &needles).await?;
    of_them.extend(told.iter().map(|a| a.id));
    blobs.extend(aside.iter().filter(|a| of_them.contains(&a.id)).map(|a| a.blob.clone()));
    let errands = errands::about(on, &doomed).await?;
    Ok(Found { identities, handles, doomed, held, blobs, aside: of_them, errands })
}

/// What a text or a file is searched for: handles that are long enough to mean somebody.
fn needles(handles: &[String]) -> Vec<Vec<u8>> {
    let long = handles.iter().filter(|handle| handle.chars().count() >= erasing::SHORTEST);
    long.flat_map(|handle| erasing::forms(handle)).map(String::into_bytes).collect()
}

/// Those of these (id, blob, offset, length) whose bytes hold one of the needles.
async fn that_hold(
    engine: &Arc<Engine>,
    ranges: Vec<(i64, String, i64, i64)>,
    needles: &[Vec<u8>],
) -> Result<Vec<i64>> {
    let (blobs, needles) = (engine.blobs.clone(), needles.to_vec());
    let look = move || -> io::Result<Vec<i64>> {
        let mut found = Vec::new();
        for (id, blob, first, many) in ranges {
            let (first, end) = (first.unsigned_abs(), (first + many).unsigned_abs());
            if many > 0 && blobs.holds_any(&blob, &needles, &[(0, first), (end, u64::MAX / 2)])? {
                found.push(id);
            }
        }
        Ok(found)
    };
    Ok(tokio::task::spawn_blocking(look).await.map_err(io::Error::other)??)
}

/// Erases a person; gives the id of the report.
pub async fn erase(engine: &Arc<Engine>, person: PersonId, by: UserId) -> Result<i64> {
    let now = engine.now();
    let id = engine.next_id();
    let (found, counts) = {
        // Nobody holds bytes meanwhile that no row tells of yet. What comes later is kept out by the hashes.
        let _alone = engine.storing.write().await;
        erase_rows(engine, person, by, id, now).await?
    };
    forget_copies(engine, &found.handles).await?;
    let trimmed = trim(engine).await?;
    engine.db.scrub().await?;
    let mut told = words(&found, &counts, Some(trimmed), now);
    told["backups"] = backups(engine).await?;
    let report = Report { id, at: now, by_user: by, report: told.to_string() };
    let mut tx = engine.db.begin().await?;
    erased::report(&mut tx, &report).await?;
    tx.commit().await?;
    Ok(id)
}

/// Everything that the database holds, in one transaction, with the list of the blobs that are to be trimmed and the
/// hashes of what must not come back.
async fn erase_rows(
    engine: &Arc<Engine>,
    person: PersonId,
    by: UserId,
    report: i64,
    now: Millis,
) -> Result<(Found, Counts)> {
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    people::get(&mut tx, person).await?.ok_or_else(|| EngineError::missing("This person"))?;
    if !trims::being_read(&mut tx).await?.is_empty() {
        return Err(EngineError::Refused(
            "A file is being imported, and may hold words of theirs. Wait until it is read, or stop it under Import; \
             then erase them. Nothing was changed."
                .to_owned(),
        ));
    }
    erasing::overwrite(&mut tx, true).await?;
    let found = find(engine, &mut tx, person).await?;
    let keys = Keys::of(engine);
    let theirs = found.identities.iter().map(|i| (keys.identity(&i.space, &i.handle), "identity"));
    let said = found.doomed.iter().map(|m| (keys.message(&m.source_key), "message"));
    let hashes: Vec<Erased> =
        theirs.chain(said).map(|(key_hash, kind)| Erased { key_hash, kind: kind.to_owned(), at: now }).collect();
    let wishes = consent::outlive(engine, &mut tx, &found.identities, now).await?;
    let mut counts = Counts::new();
    detach_shared(&mut tx, &found, &mut counts).await?;
    erasing::bury(&mut tx, &found.doomed, emptied, &mut counts).await?;
    erasing::forget_beside(&mut tx, &found.held, &mut counts).await?;
    reword(&mut tx, &found.held, &mut counts).await?;
    counts.insert("quarantine".to_owned(), erasing::forget_aside(&mut tx, &found.aside).await?);
    counts.insert("errands".to_owned(), erasing::forget_errands(&mut tx, &found.errands).await?);
    erasing::forget_person(&mut tx, person, &found.handles, &mut counts).await?;
    // What endpoints answered may repeat anything; what they were told never held a word.
    counts.insert("webhook_attempts".to_owned(), webhooks::forget_answers(&mut tx).await?);
    erased::remember(&mut tx, &hashes).await?;
    erased::forget(&mut tx, wishes.over).await?;
    erased::remember(&mut tx, &wishes.hashes).await?;
    counts.insert(WISHES.to_owned(), wishes.hashes.len() as u64);
    trims::add(&mut tx, &found.blobs.iter().cloned().collect::<Vec<_>>(), Cause::Erased).await?;
    jobs::add(&mut tx, JobId(engine.next_id()), worker::TRIM, 0, now).await?;
    erasing::overwrite(&mut tx, false).await?;
    let begun = Report { id: report, at: now, by_user: by, report: words(&found, &counts, None, now).to_string() };
    erased::report(&mut tx, &begun).await?;
    outside::tell(engine, &mut tx, &[outside::Event::Erased { person, report }]).await?;
    let mut told: Vec<(&str, i64)> = vec![("person", person.0)];
    told.extend(found.held.iter().map(|id| ("conversation", id.0)));
    let noted = changes::note(&mut tx, &told, now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok((found, counts))
}

/// An item may have told of several messages: then its bytes go, and of the others stays what was understood.
async fn detach_shared(tx: &mut Tx, found: &Found, counts: &mut Counts) -> Result<()> {
    let doomed: BTreeSet<i64> = found.doomed.iter().map(|m| m.id.0).collect();
    let blobs: Vec<String> = found.blobs.iter().cloned().collect();
    let all: Vec<Needed> =
        trims::needed(tx, &blobs).await?.into_iter().filter(|needed| needed.table == "bodies").collect();
    let gone: Vec<Needed> = all.iter().filter(|needed| doomed.contains(&needed.id)).cloned().collect();
    let mut by_blob: std::collections::BTreeMap<&str, Vec<Needed>> = std::collections::BTreeMap::new();
    for needed in gone {
        let Some(one) = all.iter().find(|a| a.blob == needed.blob) else { continue };
        by_blob.entry(&one.blob).or_default().push(needed);
    }
    for (blob, gone) in by_blob {
        let extents = trim::merged(&gone);
        for stays in all.iter().filter(|needed| needed.blob == blob && !doomed.contains(&needed.id)) {
            let (first, end) = (stays.first.unsigned_abs(), (stays.first + stays.many).unsigned_abs());
            if extents.iter().any(|(start, many)| *start < end && first < start + many) {
                trims::detach(tx, stays).await?;
                *counts.entry("items shared with others, of which the bytes went".to_owned()).or_default() += 1;
            }
        }
    }
    Ok(())
}

/// What is left of what was handed to the wire: which message it was, and by which key.
pub(crate) fn emptied(sent: &str) -> String {
    let Ok(outgoing) = serde_json::from_str::<Outgoing>(sent) else { return "{}".to_owned() };
    let left = Outgoing {
        to_handle: String::new(),
        from_address: None,
        from_name: None,
        recipients: Vec::new(),
        subject: None,
        text: String::new(),
        references: Vec::new(),
        reply_token: None,
        attachments: Vec::new(),
        forwards: None,
        ..outgoing
    };
    serde_json::to_string(&left).unwrap_or_else(|_| "{}".to_owned())
}

/// Conversations in which others talk keep their words; the others are closed, and say nothing.
async fn reword(tx: &mut Tx, held: &[ConversationId], counts: &mut Counts) -> Result<()> {
    let mut all = conversations::get_to_change(tx, held.to_vec()).await?;
    for conversation in &mut all {
        let (subject, newest) = erasing::left_of(tx, conversation.id).await?;
        conversation.subject = subject.as_deref().map(bare_subject).unwrap_or_default().to_owned();
        match newest {
            Some((snippet, person)) => (conversation.snippet, conversation.person_id) = (snippet, person),
            None => {
                conversation.snippet.clear();
                conversation.person_id = None;
                "closed".clone_into(&mut conversation.state);
                (conversation.waiting_since, conversation.snoozed_until, conversation.woken) = (None, None, false);
            }
        }
    }
    conversations::put(tx, &all).await?;
    counts.insert("conversations".to_owned(), all.len() as u64);
    Ok(())
}

/// Bytes that came twice, or were never stored, have no row: blobs are searched for the handles outside of what rows refer
/// to, and those that hold one are trimmed as well.
async fn forget_copies(engine: &Arc<Engine>, handles: &[String]) -> Result<()> {
    let needles = needles(handles);
    if needles.is_empty() {
        return Ok(());
    }
    let blobs = engine.blobs.clone();
    let all = tokio::task::spawn_blocking(move || blobs.all()).await.map_err(io::Error::other)??;
    let mut found = Vec::new();
    for piece in all.chunks(800) {
        let needed = trims::needed(&mut engine.db.reader(), piece).await?;
        let (blobs, piece, needles) = (engine.blobs.clone(), piece.to_vec(), needles.clone());
        let look = move || -> io::Result<Vec<String>> {
            let mut found = Vec::new();
            for blob in piece {
                let of_rows: Vec<Needed> = needed.iter().filter(|n| n.blob == blob).cloned().collect();
                if blobs.holds_any(&blob, &needles, &trim::merged(&of_rows))? {
                    found.push(blob);
                }
            }
            Ok(found)
        };
        found.extend(tokio::task::spawn_blocking(look).await.map_err(io::Error::other)??);
    }
    let mut tx = engine.db.begin_bulk().await?;
    trims::add(&mut tx, &found, Cause::Erased).await?;
    tx.commit().await?;
    Ok(())
}

/// The backups that were made here, and still hold what was erased.
async fn backups(engine: &Engine) -> Result<serde_json::Value> {
    let all = upkeep::backups(&mut engine.db.reader()).await?;
    Ok(all.into_iter().map(|(folder, at)| json!({ "folder": folder, "made_at": at })).collect())
}

/// The report: numbers and sentences, and no word of theirs.
fn words(found: &Found, counts: &Counts, trimmed: Option<Trimmed>, now: Millis) -> serde_json::Value {
    let written = found.doomed.iter().filter(|m| m.direction == "theirs").count();
    let rows: serde_json::Map<String, serde_json::Value> =
        counts.iter().filter(|(_, rows)| **rows > 0).map(|(table, rows)| (table.clone(), (*rows).into())).collect();
    let mut stays = vec![
        "That there were messages, when, and in which thread: without words, name or address.",
        "What other people wrote, also where they quote or name this person, or wrote to them as well.",
    ];
    if counts.get(WISHES).is_some_and(|kept| *kept > 0) {
        stays.push(
            "That they do not want to be written to: as a keyed hash, from which neither name nor address can be read, so \
             that nobody here writes to them again, not even after an import. If they write anew, that wish still holds, \
             until they take it back.",
        );
    }
    json!({
        "at": now,
        "identities": found.identities.len(),
        "messages_of_theirs": written,
        "messages_of_ours_to_them": found.doomed.len() - written,
        "conversations": found.held.len(),
        "set_aside": found.aside.len(),
        "rows": rows,
        "blobs": trimmed.map(|t| json!({ "rewritten": t.rewritten, "removed": t.removed, "bytes_gone": t.bytes })),
        "finished": trimmed.is_some(),
        "kept_so_that_it_does_not_come_back": "A keyed hash of each identity and of each message, from which neither can be read.",
        "what_stays": stays,
        "out_of_reach": [
            "Backups made before this moment still hold them, until they are deleted; one that is put back brings them back, and they have to be erased again.",
            "What was sent to them or to others has left this installation. Programs that are told of events were told of this one, if they chose to be.",
            "Where the disk keeps older copies of a file (snapshots, copy-on-write, SSD wear levelling), those copies.",
            "PostgreSQL: its dead rows were vacuumed; their bytes may stand in free parts of its files and in its archived log until those are written over.",
        ],
    })
}
