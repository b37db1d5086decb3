//! `tertulia import`: an archive read in by this process, with its progress, until its end or Ctrl-C.

use crate::{
    config::{Config, Database},
    connectors,
    installation::{Alone, Installation, Labels},
    lock::FolderLock,
};
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{IsTerminal, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tertulia_engine::{Engine, imports, imports::NewImport, mappings, setup, worker};
use tertulia_model::{BlobRange, ImportId, MappingId};
use tertulia_store::imports::{self as stored, ImportRun};
use tokio::task::JoinHandle;

#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// A mailbox (mbox), a table (CSV), JSON lines, or what a platform exports.
    file: PathBuf,
    /// What the archive is called; files under one name never double a message.
    #[arg(long)]
    name: Option<String>,
    /// An address or account of ours; may be given several times.
    #[arg(long, value_name = "ADDRESS")]
    our: Vec<String>,
    /// Which column holds what: a mapping that was saved under this name, or a file of JSON; what it leaves out is guessed.
    #[arg(long, value_name = "NAME or FILE.json")]
    mapping: Option<PathBuf>,
    /// mbox, twcs, csv, jsonl, mastodon, slack … if it is not to be guessed.
    #[arg(long)]
    format: Option<String>,
}

pub async fn run(config: &Config, args: ImportArgs) -> Result<()> {
    std::fs::create_dir_all(&config.data_dir)?;
    let Some(lock) = FolderLock::try_take(&config.data_dir)? else {
        bail!(
            "A Tertulia is running on {}. Import the file there instead, at {}/import; it goes on in the background. Or stop the program first.",
            config.data_dir.display(),
            config.public_url
        );
    };
    // On PostgreSQL it keeps two imports apart; a server does not hold it, and makes way by the job's claim. On SQLite
    // whoever opens the installation takes it again.
    let beside = matches!(config.database, Database::Postgres(_));
    let _lock = beside.then_some(lock);
    let alone = if beside { Alone::No } else { Alone::Yes };
    let installation = Installation::open(config, connectors::all(), alone, Labels::Yes).await?;
    let done = import(&installation.engine, args).await;
    installation.engine.remember_highest_id().await?;
    installation.close().await;
    done
}

async fn import(engine: &Arc<Engine>, args: ImportArgs) -> Result<()> {
    setup::must_be_done(engine).await?;
    let name = args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let unreadable = || format!("{} cannot be read", args.file.display());
    let mut file = File::open(&args.file).with_context(unreadable)?;
    let mut first = Vec::new();
    file.by_ref().take(imports::FIRST as u64).read_to_end(&mut first).with_context(unreadable)?;
    // Before it is stored: what is refused must not stay in the blob store, where nothing would point to it.
    let told = Told::by(engine, &args).await?;
    let archive = what_is_it(engine, &told, &name, &first)?;
    let again = File::open(&args.file).with_context(unreadable)?;
    imports::check(engine, &archive.format, &archive.mapping, again)?;
    let blob = store(engine, first.chain(file)).with_context(unreadable)?;
    let id = take_up(engine, &told, archive, name, blob).await?;
    if let Some(saved) = told.saved {
        mappings::note_use(engine, saved).await?;
    }
    let run = watch(engine, id).await?;
    report(&run);
    match run.state.as_str() {
        "done" => Ok(()),
        "stopped" => {
            println!("Stopped. The same command goes on from here.");
            Ok(())
        }
        _ => bail!("The import ended early: {}", run.error.unwrap_or_default()),
    }
}

/// Puts the file into the blob store; it is read from there, also by a later run.
fn store(engine: &Engine, mut file: impl Read) -> Result<BlobRange> {
    let mut blob = imports::upload(engine)?;
    let mut piece = vec![0; 1 << 20];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(blob.finish()?),
            read => blob.write(&piece[..read])?,
        }
    }
}

/// Goes on with the earlier run, unless there is none or the command says something else than that run did.
async fn take_up(
    engine: &Arc<Engine>,
    told: &Told,
    archive: Archive,
    name: String,
    blob: BlobRange,
) -> Result<ImportId> {
    if let Some(run) = unfinished(engine, &blob, &name).await? {
        let at = percent(run.position, run.size);
        let others = told.others_than(&run);
        let is_under_way = run.state != "stopped" && run.state != "failed";
        if others.is_empty() {
            eprintln!("Going on with the import of {name} at {at}.");
            if !is_under_way {
                imports::go_on(engine, run.id).await?;
            }
            return Ok(run.id);
        }
        eprintln!(
            "The earlier run is left at {at}, and what it took stays as it was taken. Starting again with another {}.",
            others.join(", ")
        );
        if is_under_way {
            imports::stop(engine, run.id).await?;
        }
    }
    if let Some(note) = archive.note {
        eprintln!("{note}");
    }
    let new = NewImport { name, format: archive.format, mapping: archive.mapping, blob, by: None };
    Ok(imports::start(engine, new).await?)
}

/// The latest run over the same bytes, if it did not come to its end.
async fn unfinished(engine: &Engine, blob: &BlobRange, name: &str) -> Result<Option<ImportRun>> {
    let runs = stored::all(&mut engine.db.reader(), None, 1_000).await?;
    let latest = runs.into_iter().find(|run| run.blob == blob.blob && run.name == name);
    Ok(latest.filter(|run| run.state != "done" && run.state != "given_up"))
}

/// What the command says of the archive, over whatever is guessed.
struct Told {
    format: Option<String>,
    /// Whether it says which columns hold what.
    says_columns: bool,
    mapping: Map<String, Value>,
    /// The saved mapping that this is.
    saved: Option<MappingId>,
}

impl Told {
    async fn by(engine: &Engine, args: &ImportArgs) -> Result<Self> {
        let (mut mapping, saved) = match &args.mapping {
            None => (Map::new(), None),
            Some(path) if path.is_file() => (in_file(path)?, None),
            Some(name) => saved(engine, &name.to_string_lossy()).await?,
        };
        if let Some(name) = &args.name {
            mapping.insert("source".to_owned(), name.clone().into());
        }
        if !args.our.is_empty() {
            mapping.insert("our_accounts".to_owned(), args.our.clone().into());
        }
        Ok(Self { format: args.format.clone(), says_columns: args.mapping.is_some(), mapping, saved })
    }

    /// The names of what an earlier run took otherwise.
    fn others_than(&self, run: &ImportRun) -> Vec<&str> {
        let had: Value = serde_json::from_str(&run.mapping).unwrap_or_default();
        let format = self.format.iter().filter(|format| **format != run.format).map(|_| "format");
        let fields = self.mapping.iter().filter(|(field, value)| had.get(field.as_str()) != Some(*value));
        format.chain(fields.map(|(field, _)| field.as_str())).collect()
    }
}

fn in_file(path: &Path) -> Result<Map<String, Value>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON with an object in braces", path.display()))
}

/// The mapping that was saved under a name.
async fn saved(engine: &Engine, name: &str) -> Result<(Map<String, Value>, Option<MappingId>)> {
    if let Some(saved) = mappings::named(engine, name).await? {
        return Ok((saved.mapping.as_object().cloned().unwrap_or_default(), Some(saved.id)));
    }
    let names: Vec<String> =
        mappings::all(engine).await?.into_iter().map(|saved| format!("“{}”", saved.name)).collect();
    match names.is_empty() {
        true => bail!("There is neither a file “{name}” nor a saved mapping of that name; none is saved yet."),
        false => {
            bail!("There is neither a file “{name}” nor a saved mapping of that name. Saved are: {}.", names.join(", "))
        }
    }
}

/// Format and mapping, and what is said of them.
struct Archive {
    format: String,
    mapping: Value,
    note: Option<String>,
}

/// What the file is: guessed by its first bytes, then what the command says over it.
fn what_is_it(engine: &Engine, told: &Told, name: &str, first: &[u8]) -> Result<Archive> {
    let look = imports::look_at(engine, name, first)?;
    let mut mapping = look.mapping;
    if let Some(mapping) = mapping.as_object_mut() {
        mapping.extend(told.mapping.clone());
    }
    let mut note = Some(look.note).filter(|note| !note.is_empty());
    if look.needs_mapping {
        let mut words = format!("{}. Its columns are taken as: {}.", look.title, taken_as(engine, &mapping)?);
        if !told.says_columns {
            words += "\nIf that is wrong, stop it with Ctrl-C and say it with --mapping NAME or FILE.json.";
        }
        note = Some(words);
    }
    let format = told.format.clone().unwrap_or(look.format);
    Ok(Archive { format, mapping, note })
}

/// Where each field of a message comes from, and how its time is understood.
fn taken_as(engine: &Engine, mapping: &Value) -> Result<String> {
    let told = |name: &str| Some(format!("{name} = {}", mapping.get(name)?.as_str()?));
    let fields = imports::mapping_fields(engine)?;
    let columns = fields.iter().filter_map(|field| told(&field.name));
    let times = told("time").and_then(|_| told("time_format"));
    Ok(columns.chain(times).collect::<Vec<_>>().join(", "))
}

/// Works the import, or waits while another program does, and shows how far it is; Ctrl-C stops it between two pieces.
async fn watch(engine: &Arc<Engine>, id: ImportId) -> Result<ImportRun> {
    let on_screen = std::io::stderr().is_terminal();
    let every = Duration::from_millis(if on_screen { 400 } else { 5_000 });
    let mut work: Option<JoinHandle<()>> = None;
    let (mut stopping, mut told) = (false, false);
    loop {
        let run = current(engine, id).await?;
        if work.as_ref().is_none_or(JoinHandle::is_finished) {
            if !matches!(run.state.as_str(), "waiting" | "running") {
                break;
            }
            // Also later: whoever works it may end before it does.
            work = worker::take(engine, worker::IMPORT, id.0).await?;
            if work.is_none() && !told {
                told = true;
                eprintln!(
                    "This import waits: another Tertulia works on it, or it is tried again shortly. Ctrl-C stops it."
                );
            }
        }
        let ours = async {
            match &mut work {
                Some(work) => work.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            ended = ours => ended?,
            () = tokio::time::sleep(every) => {
                let line = progress(&current(engine, id).await?);
                if on_screen { eprint!("\r\x1b[K{line}") } else { eprintln!("{line}") }
            }
            pressed = tokio::signal::ctrl_c(), if !stopping => {
                pressed?;
                stopping = true;
                eprintln!("\nStopping after the piece at hand …");
                imports::stop(engine, id).await?;
            }
        }
    }
    if on_screen {
        eprint!("\r\x1b[K");
    }
    current(engine, id).await
}

async fn current(engine: &Engine, id: ImportId) -> Result<ImportRun> {
    stored::get(&mut engine.db.reader(), id).await?.context("the import is not there any more")
}

fn percent(part: i64, whole: i64) -> String {
    format!("{} %", if whole > part { part.max(0).saturating_mul(100) / whole } else { 100 })
}

fn rate(run: &ImportRun) -> i64 {
    let items = run.taken + run.known + run.skipped + run.quarantined;
    items.saturating_mul(1_000) / run.worked_ms.max(1)
}

fn progress(run: &ImportRun) -> String {
    if run.position <= 0 {
        return "starting".to_owned();
    }
    let bytes_left = (run.size - run.position).max(0);
    let left = time(run.worked_ms.saturating_mul(bytes_left) / run.position);
    format!("{} messages, {} a second, {}, {left} left", run.taken, rate(run), percent(run.position, run.size))
}

fn time(milliseconds: i64) -> String {
    match milliseconds / 1_000 {
        seconds if seconds < 90 => format!("{seconds} s"),
        seconds if seconds < 5_400 => format!("{} min", seconds / 60),
        seconds => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// A rate of less than a second's work would say nothing.
fn taken(run: &ImportRun) -> String {
    let rate = if run.worked_ms < 1_000 { String::new() } else { format!(", {} a second", rate(run)) };
    format!("{}: {} messages taken in {}{rate}.", run.name, run.taken, time(run.worked_ms))
}

fn report(run: &ImportRun) {
    println!("{}", taken(run));
    println!("{} were here already, {} skipped, {} set aside in Quarantine.", run.known, run.skipped, run.quarantined);
    let reasons: BTreeMap<String, i64> = serde_json::from_str(&run.reasons).unwrap_or_default();
    for (reason, times) in reasons {
        println!("  {times} × {reason}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_tell_them() {
        assert_eq!([time(1_500), time(150_000), time(7_500_000)], ["1 s", "2 min", "2 h 5 min"]);
    }

    fn run(taken: i64, position: i64, worked_ms: i64) -> ImportRun {
        ImportRun {
            id: ImportId(1),
            channel_id: tertulia_model::ChannelId(1),
            name: "letters.mbox".to_owned(),
            format: "mbox".to_owned(),
            mapping: "{}".to_owned(),
            blob: String::new(),
            size: 1_000,
            position,
            state: "running".to_owned(),
            taken,
            known: 0,
            skipped: 10,
            quarantined: 0,
            reasons: "{}".to_owned(),
            error: None,
            worked_ms,
            created_by: None,
            created_at: 0,
            finished_at: None,
        }
    }

    #[test]
    fn progress_says_how_fast_how_far_and_how_long_yet() {
        assert_eq!(progress(&run(490, 250, 100_000)), "490 messages, 5 a second, 25 %, 5 min left");
        assert_eq!(progress(&run(490, 1_200, 100_000)), "490 messages, 5 a second, 100 %, 0 s left");
        assert_eq!(progress(&run(0, 0, 0)), "starting");
        assert_eq!(taken(&run(490, 1_000, 100_000)), "letters.mbox: 490 messages taken in 1 min, 5 a second.");
        assert_eq!(taken(&run(0, 1_000, 3)), "letters.mbox: 0 messages taken in 0 s.");
    }
}
