//! Imports: a file in the blob store, read by ranges in the background. Position and counts are committed with the
//! messages they speak of, so that a run that was killed goes on where it stood, with nothing missing and nothing double.

mod piece;

use crate::{
    Engine, EngineError, Result, erase,
    ingest::{self, Parts, Prepared, Taken, Tries},
    intake::PieceSize,
    storing, topics,
    worker::{self, Done},
};
use piece::next_piece;
use std::{collections::BTreeMap, fs::File, io::Read, sync::Arc, time::Instant};
use tertulia_connector::{
    Connector,
    archive::{ArchiveReader, Archives, Look, PreviewRow},
};
use tertulia_model::{BlobRange, ChannelId, ChannelState, ImportId, JobId, Millis, UserId};
use tertulia_store::{
    Tx,
    blobs::BlobFile,
    changes,
    channels::{self, Channel},
    imports::{self, ImportRun},
    jobs, messages, trims,
};
use tokio::sync::OwnedRwLockReadGuard;

/// How much of a file is looked at to tell what it is.
pub const FIRST: usize = 256 * 1024;
/// Items a transaction; smaller while people work.
const PIECE: usize = 1_500;
/// Different reasons kept in a report.
const MOST_REASONS: usize = 50;
const UNDATED: &str = "Its time could not be read, or it gives none: it counts as said when it was imported.";
const EDIT_WAITS: &str =
    "It is an edit, here or in an earlier file of this source, and waits for the message that it changes.";
/// Reasons that are told whatever others there are.
const OURS: [&str; 3] = [EDIT_WAITS, UNDATED, erase::ERASED];

fn archives(engine: &Engine) -> Result<Arc<dyn Connector>> {
    let connector = engine.registry.of_archives().cloned();
    connector.ok_or_else(|| {
        EngineError::Refused("This program was built without a connector that reads archives.".to_owned())
    })
}

fn reader_of(connector: &Arc<dyn Connector>) -> Result<&dyn Archives> {
    connector.archives().ok_or_else(|| EngineError::Refused("This connector reads no archives.".to_owned()))
}

/// A first look at a file that is in the blob store already: what it is, how its columns may be meant.
pub fn look(engine: &Engine, name: &str, blob: &str) -> Result<Look> {
    let mut first = Vec::new();
    File::open(engine.blobs.path(blob)?)?.take(FIRST as u64).read_to_end(&mut first)?;
    look_at(engine, name, &first)
}

/// The same by a file's first bytes alone: what cannot be read is refused before the rest of it has been sent.
pub fn look_at(engine: &Engine, name: &str, first: &[u8]) -> Result<Look> {
    let connector = archives(engine)?;
    if first.is_empty() {
        return Err(EngineError::invalid("file", "This file is empty. Choose the file that holds the messages."));
    }
    reader_of(&connector)?.look(name, first).map_err(|error| EngineError::invalid("file", error.0))
}

/// Whether a file can be read with this mapping, told before it is stored.
pub fn check(engine: &Engine, format: &str, mapping: &serde_json::Value, file: File) -> Result<()> {
    open(&archives(engine)?, format, mapping, file, 0).map(drop)
}

fn open(
    connector: &Arc<dyn Connector>,
    format: &str,
    mapping: &serde_json::Value,
    file: File,
    start_at: u64,
) -> Result<Box<dyn ArchiveReader>> {
    let reader = reader_of(connector)?.open(format, mapping, Box::new(file), start_at);
    reader.map_err(|error| EngineError::invalid("mapping", error.0))
}

/// The same beside the others' work: of some files all of it is looked through before its first item is known.
async fn open_beside(
    connector: &Arc<dyn Connector>,
    format: &str,
    mapping: &serde_json::Value,
    file: File,
    start_at: u64,
) -> Result<Box<dyn ArchiveReader>> {
    let (connector, format, mapping) = (connector.clone(), format.to_owned(), mapping.clone());
    let opened = tokio::task::spawn_blocking(move || open(&connector, &format, &mapping, file, start_at));
    opened.await.map_err(std::io::Error::other)?
}

/// How the first rows would be taken with this mapping.
pub async fn preview(
    engine: &Engine,
    blob: &str,
    format: &str,
    mapping: &serde_json::Value,
    most: usize,
) -> Result<Vec<std::result::Result<PreviewRow, String>>> {
    let connector = archives(engine)?;
    let file = File::open(engine.blobs.path(blob)?)?;
    let (format, mapping) = (format.to_owned(), mapping.clone());
    let shown = tokio::task::spawn_blocking(move || {
        Ok(reader_of(&connector)?.preview(&format, &mapping, Box::new(file), most))
    });
    shown.await.map_err(std::io::Error::other)?
}

/// The fields a mapping may fill: (name, title, required).
pub fn mapping_fields(engine: &Engine) -> Result<Vec<tertulia_connector::archive::MappingField>> {
    let connector = archives(engine)?;
    Ok(reader_of(&connector)?.fields())
}

/// A place to stream an uploaded file to.
pub fn upload(engine: &Engine) -> Result<BlobFile> {
    Ok(engine.blobs.writer()?)
}

/// What starts an import.
#[derive(Debug, Clone, PartialEq)]
pub struct NewImport {
    pub name: String,
    pub format: String,
    pub mapping: serde_json::Value,
    /// The file in the blob store.
    pub blob: BlobRange,
    pub by: Option<UserId>,
}

/// Starts an import in the background.
pub async fn start(engine: &Arc<Engine>, new: NewImport) -> Result<ImportId> {
    let connector = archives(engine)?;
    let _storing = engine.storing.read().await;
    let file = File::open(engine.blobs.path(&new.blob.blob)?)?;
    // Whoever asked is told now what is wrong with the file or the mapping, not later by a report.
    let reader = open_beside(&connector, &new.format, &new.mapping, file, 0).await?;
    let size = reader.size().unwrap_or(new.blob.length);
    let now = engine.now();
    let mut tx = engine.db.begin().await?;
    storing::hold(engine, &mut tx, [new.blob.blob.as_str()].into()).await?;
    let channel = channel(engine, &mut tx, &connector, &new, now).await?;
    let run = ImportRun {
        id: ImportId(engine.next_id()),
        channel_id: channel,
        name: new.name,
        format: new.format,
        mapping: new.mapping.to_string(),
        blob: new.blob.blob,
        size: size.cast_signed(),
        position: 0,
        state: "waiting".to_owned(),
        taken: 0,
        known: 0,
        skipped: 0,
        quarantined: 0,
        reasons: "{}".to_owned(),
        error: None,
        worked_ms: 0,
        created_by: new.by,
        created_at: now,
        finished_at: None,
    };
    imports::add(&mut tx, &run).await?;
    jobs::add(&mut tx, JobId(engine.next_id()), worker::IMPORT, run.id.0, now).await?;
    let noted = changes::note(&mut tx, &[("import", run.id.0)], now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.bell.ring();
    Ok(run.id)
}

/// Imports of one source share a channel, so that what was imported can be told apart and filtered.
async fn channel(
    engine: &Engine,
    tx: &mut tertulia_store::Tx,
    connector: &Arc<dyn Connector>,
    new: &NewImport,
    now: Millis,
) -> Result<ChannelId> {
    let named = new.mapping.get("source").and_then(serde_json::Value::as_str).filter(|s| !s.is_empty());
    let name = named.unwrap_or(&new.name).to_owned();
    let settings = serde_json::json!({ "name": name });
    let account = connector.account(&settings);
    let kind = &connector.spec().name;
    if let Some(channel) = channels::by_account(tx, kind, &account).await?.filter(|c| c.state != ChannelState::Deleted)
    {
        return Ok(channel.id);
    }
    let channel = Channel {
        id: ChannelId(engine.next_id()),
        connector: kind.clone(),
        account,
        name,
        state: ChannelState::Live,
        settings,
        secrets: None,
        caught_up: true,
        failures: 0,
        last_error: None,
        last_pull_at: None,
        last_heard_at: None,
        day_cap: None,
        keep_days: None,
        pull_after: 0,
        send_after: 0,
        created_at: now,
    };
    channels::add(tx, &channel).await?;
    Ok(channel.id)
}

/// Stops a run between two batches; it can go on later.
pub async fn stop(engine: &Arc<Engine>, id: ImportId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    set_state(&mut tx, id, &["waiting", "running"], "stopped").await?;
    tell(engine, tx, id).await
}

/// Goes on with a run that was stopped or failed.
pub async fn go_on(engine: &Arc<Engine>, id: ImportId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    set_state(&mut tx, id, &["stopped", "failed"], "waiting").await?;
    // Together with the state: a run that waits without a job would wait for ever.
    jobs::add(&mut tx, JobId(engine.next_id()), worker::IMPORT, id.0, engine.now()).await?;
    tell(engine, tx, id).await?;
    engine.bell.ring();
    Ok(())
}

/// Leaves a run that was stopped or failed as it stands, for good: its file is let go as that of one which is done.
pub async fn give_up(engine: &Arc<Engine>, id: ImportId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    // Before the run's row, as those have it who count what they took in.
    jobs::add(&mut tx, JobId(engine.next_id()), worker::TRIM, 0, engine.now()).await?;
    set_state(&mut tx, id, &["stopped", "failed"], "given_up").await?;
    tell(engine, tx, id).await?;
    engine.bell.ring();
    Ok(())
}

async fn set_state(tx: &mut Tx, id: ImportId, from: &[&str], to: &str) -> Result<()> {
    let run = imports::get_to_change(tx, id).await?.ok_or_else(|| EngineError::missing("This import"))?;
    if !from.contains(&run.state.as_str()) {
        return Err(EngineError::Refused(format!("This import is {}.", run.state.replace('_', " "))));
    }
    Ok(imports::set_state(tx, id, to).await?)
}

async fn tell(engine: &Arc<Engine>, mut tx: Tx, id: ImportId) -> Result<()> {
    let noted = changes::note(&mut tx, &[("import", id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// Runs the job of one import to its end, or until it is stopped.
pub async fn run(engine: &Arc<Engine>, id: ImportId) -> Result<Done> {
    let Some(mut run) = imports::get(&mut engine.db.reader(), id).await? else { return Ok(Done::Finished) };
    if matches!(run.state.as_str(), "done" | "stopped" | "failed" | "given_up") {
        return Ok(Done::Finished);
    }
    let connector = archives(engine)?;
    let channel = channels::get(&mut engine.db.reader(), run.channel_id)
        .await?
        .ok_or_else(|| EngineError::missing("The channel"))?;
    "running".clone_into(&mut run.state);
    match work(engine, &connector, &channel, &mut run).await {
        Ok(()) => Ok(Done::Finished),
        Err(EngineError::Store(error)) if error.is_passing() => Err(EngineError::Store(error)),
        Err(error) => {
            "failed".clone_into(&mut run.state);
            run.error = Some(error.to_string());
            note_progress(engine, &run).await?;
            Ok(Done::Finished)
        }
    }
}

async fn work(
    engine: &Arc<Engine>,
    connector: &Arc<dyn Connector>,
    channel: &Channel,
    run: &mut ImportRun,
) -> Result<()> {
    let mapping: serde_json::Value = serde_json::from_str(&run.mapping).unwrap_or_default();
    let file = File::open(engine.blobs.path(&run.blob)?)?;
    let reader = open_beside(connector, &run.format, &mapping, file, run.position.cast_unsigned()).await?;
    let mut ready = tokio::spawn(prepare_next(engine, connector, channel, run, reader));
    loop {
        let waiting = Instant::now();
        let Ready { prepared, next_offset, reader, storing } = ready.await.map_err(std::io::Error::other)??;
        let waited_ms = i64::try_from(waiting.elapsed().as_millis()).unwrap_or(0);
        run.worked_ms += waited_ms;
        let reached = ImportRun { position: next_offset.cast_signed(), ..run.clone() };
        let Some(reader) = reader else {
            write_piece(engine, channel, run, &reached, prepared).await?;
            drop(storing);
            return finish(engine, channel, run).await;
        };
        // While this piece is being written the next one is understood.
        ready = tokio::spawn(prepare_next(engine, connector, channel, &reached, reader));
        write_piece(engine, channel, run, &reached, prepared).await?;
        // The next piece may wait for somebody who waits to be alone, and who in turn waits for this one.
        drop(storing);
        if is_stopped(engine, run.id).await? {
            ready.abort();
            return note_progress(engine, run).await;
        }
    }
}

async fn finish(engine: &Arc<Engine>, channel: &Channel, run: &mut ImportRun) -> Result<()> {
    // Only now, since what an edit changes may stand anywhere in the file.
    let waiting = messages::waiting_edits(&mut engine.db.reader(), channel.id).await?;
    note_reason(run, EDIT_WAITS, waiting);
    cut_file(engine, run).await?;
    "done".clone_into(&mut run.state);
    run.finished_at = Some(engine.now());
    note_progress(engine, run).await?;
    // What people talked about before is nothing to wait a week for.
    topics::catch_up(engine).await
}

/// A file that held something of somebody who was erased is no longer needed as it is: what was taken from it stays.
async fn cut_file(engine: &Engine, run: &ImportRun) -> Result<()> {
    let reasons: BTreeMap<String, serde_json::Value> = serde_json::from_str(&run.reasons).unwrap_or_default();
    if !reasons.contains_key(erase::ERASED) {
        return Ok(());
    }
    let mut tx = engine.db.begin_bulk().await?;
    trims::add(&mut tx, std::slice::from_ref(&run.blob), trims::Cause::Erased).await?;
    jobs::add(&mut tx, JobId(engine.next_id()), worker::TRIM, 0, engine.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// A piece that is understood; `reader` goes on after it, if there is more.
struct Ready {
    prepared: Prepared,
    next_offset: u64,
    reader: Option<Box<dyn ArchiveReader>>,
    /// Its bytes stay in the blob store until rows name them.
    storing: OwnedRwLockReadGuard<()>,
}

fn prepare_next(
    engine: &Arc<Engine>,
    connector: &Arc<dyn Connector>,
    channel: &Channel,
    run: &ImportRun,
    mut reader: Box<dyn ArchiveReader>,
) -> impl Future<Output = Result<Ready>> + Send + 'static {
    let (engine, connector, channel, run) = (engine.clone(), connector.clone(), channel.clone(), run.clone());
    async move {
        let storing = engine.storing.clone().read_owned().await;
        let now = PieceSize::now(&engine);
        let most = PieceSize { items: now.items.min(PIECE), ..now };
        let reading = engine.clone();
        let read = tokio::task::spawn_blocking(move || {
            let piece = next_piece(&reading, &run, reader.as_mut(), most)?;
            Ok::<_, EngineError>((piece, reader))
        });
        let (piece, reader) = read.await.map_err(std::io::Error::other)??;
        let mut prepared = ingest::prepare(&engine, &channel, &connector, piece.items, true).await?;
        prepared.set_aside(piece.troubles);
        prepared.pass_over(piece.passed_over);
        let reader = (!piece.last).then_some(reader);
        Ok(Ready { prepared, next_offset: piece.next_offset, reader, storing })
    }
}

/// Writes a piece together with the progress it means, in one transaction. Where the database refuses something of it, its
/// parts are counted one by one, and only the last moves the position: whoever goes on from before it knows the others.
/// `run` always says what is committed, also where a later part ends with an error.
async fn write_piece(
    engine: &Arc<Engine>,
    channel: &Channel,
    run: &mut ImportRun,
    reached: &ImportRun,
    prepared: Prepared,
) -> Result<()> {
    let mut parts = Parts::of(prepared);
    while let Some(part) = parts.next() {
        let mut with_part = run.clone();
        if parts.is_at_the_end() {
            with_part.position = reached.position;
        }
        match write_part(engine, channel, &with_part, &part).await {
            Ok(after) => *run = after,
            Err(error) => parts.without_refused(engine, channel, part, error, true)?,
        }
    }
    Ok(())
}

async fn write_part(
    engine: &Arc<Engine>,
    channel: &Channel,
    run: &ImportRun,
    prepared: &Prepared,
) -> Result<ImportRun> {
    let mut tries = Tries::default();
    loop {
        match try_write_part(engine, channel, run, prepared).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_write_part(
    engine: &Arc<Engine>,
    channel: &Channel,
    run: &ImportRun,
    prepared: &Prepared,
) -> Result<ImportRun> {
    let started = Instant::now();
    let mut tx = engine.db.begin_as(storing::urgency_of_the_past(engine)).await?;
    let written = ingest::write_into(engine, &mut tx, channel, prepared, true).await?;
    let mut after = run.clone();
    count(&mut after, &written.taken);
    after.worked_ms += i64::try_from(started.elapsed().as_millis()).unwrap_or(0);
    imports::progress(&mut tx, &after).await?;
    let mut changed = written.changes;
    changed.push(("import", run.id.0));
    let noted = changes::note(&mut tx, &changed, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(after)
}

fn count(run: &mut ImportRun, taken: &Taken) {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    run.taken += number(taken.stored);
    run.known += number(taken.known);
    run.skipped += number(taken.skipped);
    run.quarantined += number(taken.quarantined);
    note_reason(run, UNDATED, number(taken.undated));
    for (reason, times) in &taken.reasons {
        note_reason(run, reason, number(*times));
    }
}

fn note_reason(run: &mut ImportRun, reason: &str, times: i64) {
    if times == 0 {
        return;
    }
    let mut reasons: BTreeMap<String, i64> = serde_json::from_str(&run.reasons).unwrap_or_default();
    let has_room = reasons.len() < MOST_REASONS || reasons.contains_key(reason) || OURS.contains(&reason);
    *reasons.entry(if has_room { reason } else { "other reasons" }.to_owned()).or_default() += times;
    run.reasons = serde_json::to_string(&reasons).unwrap_or_else(|_| "{}".to_owned());
}

async fn note_progress(engine: &Arc<Engine>, run: &ImportRun) -> Result<()> {
    let mut tx = engine.db.begin_bulk().await?;
    imports::progress(&mut tx, run).await?;
    tell(engine, tx, run.id).await
}

async fn is_stopped(engine: &Arc<Engine>, id: ImportId) -> Result<bool> {
    let run = imports::get(&mut engine.db.reader(), id).await?;
    Ok(run.is_none_or(|run| matches!(run.state.as_str(), "stopped" | "given_up")))
}
