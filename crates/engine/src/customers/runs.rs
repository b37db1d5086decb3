//! A list of customers: looked at, started, read in pieces, stopped. How far it is stands with what was taken, so that a run
//! that was killed goes on where it stood.

use super::{
    TOPIC,
    meaning::{self, Entry, Mapping, Means},
    piece::{self, Read},
    values::{How, Kind, line},
};
use crate::{
    Engine, EngineError, Result,
    amounts::{Looks, Written},
    attributes::{LONGEST_TITLE, MOST as MOST_ATTRIBUTES},
    ingest::Tries,
    promises::time_zone,
    storing,
    worker::{self, Done},
};
use std::{collections::BTreeMap, fs::File, sync::Arc};
use tertulia_connector::{FieldError, table::Rows};
use tertulia_model::{BlobRange, JobId, UserId};
use tertulia_store::{
    Tx,
    attributes::{self, Attribute},
    changes,
    customer_runs::{self, Run},
    customer_ties, customers, jobs, segments, threads,
};

/// A list of a million customers is smaller by far.
pub const MOST_BYTES: u64 = 512 << 20;
/// What becomes of those of a list who stand in a newer file of it no more.
pub const MISSING: [&str; 2] = ["keep", "leave"];
/// Rows a transaction: people may be waiting.
const PIECE: usize = 200;
/// Those who leave in one transaction.
const AT_ONCE: i64 = 500;
const LONGEST_NAME: usize = 80;
/// Earlier runs in which a mapping for such a file is looked for.
const LOOKED_BACK: i64 = 50;

/// What a first look at a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub columns: Vec<String>,
    /// What they seem to mean; as they did when a file with these columns was read before.
    pub mapping: Mapping,
    /// What that list is called.
    pub list: Option<String>,
}

/// A table, of which the heading was read. The file is looked through once for that, so nobody else is kept waiting by it.
async fn open(engine: &Engine, blob: &str) -> Result<Rows<File>> {
    let path = engine.blobs.path(blob)?;
    let opened = tokio::task::spawn_blocking(move || {
        let no_table = |why| EngineError::invalid("file", format!("This is no table that can be read. {why}"));
        Rows::open(File::open(path)?).map_err(no_table)
    });
    opened.await.map_err(std::io::Error::other)?
}

/// Looks at a file that is in the blob store.
pub async fn look(engine: &Engine, blob: &str) -> Result<Look> {
    let columns = open(engine, blob).await?.columns;
    let same: std::collections::BTreeSet<&String> = columns.iter().collect();
    for run in customer_runs::all(&mut engine.db.reader(), None, LOOKED_BACK).await? {
        let before: Vec<String> = serde_json::from_str(&run.columns).unwrap_or_default();
        if before.iter().collect::<std::collections::BTreeSet<_>>() == same {
            return Ok(Look { mapping: Mapping::read(&run.mapping), list: Some(run.list), columns });
        }
    }
    Ok(Look { mapping: meaning::guess(&columns), list: None, columns })
}

/// The first rows as they would be taken: of each its line, and the name with what else it says, or why it is not taken.
pub type Preview = Vec<(i64, std::result::Result<(String, Vec<String>), String>)>;

pub async fn preview(engine: &Engine, blob: &str, mapping: &Mapping, most: usize) -> Result<Preview> {
    let reading = Reading::of(engine, blob, mapping).await?;
    let rows = open(engine, blob).await?.take(most);
    let told = |entry: Entry| {
        let handles = entry.handles.into_iter().map(|(_, handle)| handle);
        let more = handles.chain(entry.organisation).chain(entry.values.into_iter().map(|(_, read)| read.told()));
        (entry.name, more.collect())
    };
    Ok(rows.map(|row| reading.read(row)).map(|(line, read)| (line, read.map(told).map_err(|no| no.why))).collect())
}

/// How rows are read.
pub(super) struct Reading {
    mapping: Mapping,
    kinds: BTreeMap<String, Kind>,
    /// How the numbers of a column are written.
    numbers: BTreeMap<String, Written>,
    zone: jiff::tz::TimeZone,
}

impl Reading {
    async fn of(engine: &Engine, blob: &str, mapping: &Mapping) -> Result<Self> {
        let mut db = engine.db.reader();
        let known = attributes::all(&mut db).await?;
        let kinds = known.into_iter().map(|attribute| (attribute.name, Kind::of(&attribute.kind))).collect();
        let numbers = written(engine, blob, mapping, &kinds).await?;
        Ok(Self { mapping: mapping.clone(), kinds, numbers, zone: time_zone(&mut db).await? })
    }

    fn read(&self, (line, row): (u64, std::result::Result<tertulia_connector::table::Row, String>)) -> Read {
        let how = How { dates: self.mapping.dates, zone: &self.zone, numbers: self.mapping.numbers };
        let known = (&self.kinds, &self.numbers);
        let cells = |row: tertulia_connector::table::Row| row.value.as_object().cloned().unwrap_or_default();
        let entry = row.map_err(meaning::Wrong::from);
        let entry = entry.and_then(|row| meaning::entry(line, &cells(row), &self.mapping, &how, known));
        (i64::try_from(line).unwrap_or(i64::MAX), entry)
    }
}

/// How the numbers of each column are written. Where nobody chose it all rows are looked through for that: one alone may say
/// either.
async fn written(
    engine: &Engine,
    blob: &str,
    mapping: &Mapping,
    kinds: &BTreeMap<String, Kind>,
) -> Result<BTreeMap<String, Written>> {
    let numbers = mapping.columns.iter().filter(|(column, means)| means.kind(column, kinds) == Some(Kind::Number));
    let columns: Vec<String> = numbers.map(|(column, _)| column.clone()).collect();
    if columns.is_empty() || mapping.numbers != Written::Auto {
        return Ok(BTreeMap::new());
    }
    let rows = open(engine, blob).await?;
    let looked = tokio::task::spawn_blocking(move || -> BTreeMap<String, Written> {
        let mut looks: BTreeMap<String, Looks> = columns.into_iter().map(|column| (column, Looks::default())).collect();
        for row in rows.filter_map(|(_, row)| row.ok()) {
            for (column, looks) in &mut looks {
                let cell = row.value.get(column.as_str()).and_then(serde_json::Value::as_str);
                looks.see(cell.unwrap_or_default());
            }
        }
        looks.into_iter().map(|(column, looks)| (column, looks.written())).collect()
    });
    Ok(looked.await.map_err(std::io::Error::other)?)
}

/// What starts a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    pub list: String,
    pub name: String,
    pub blob: BlobRange,
    pub mapping: Mapping,
    /// One of [`MISSING`].
    pub missing: String,
    pub by: UserId,
}

fn checked(new: &New, columns: &[String]) -> Result<String> {
    let list = line(&new.list);
    let mut errors = Vec::new();
    match list.chars().count() {
        0 => {
            errors.push(FieldError::new("list", "Give the list a name: a newer file of it then brings it up to date."))
        }
        1..=LONGEST_NAME => {}
        _ => errors.push(FieldError::new("list", format!("This name is too long: at most {LONGEST_NAME} letters."))),
    }
    if !MISSING.contains(&new.missing.as_str()) {
        errors.push(FieldError::new("missing", "Say what becomes of those who stand in it no more: keep or leave."));
    }
    if !new.mapping.knows_again() {
        let words = "Choose the column with their number, e-mail address or telephone: by it they are known again.";
        errors.push(FieldError::new("columns", words));
    }
    if let Some(column) = new.mapping.twice() {
        let words = format!("“{column}” means what another column means already: choose one of them.");
        errors.push(FieldError::new("columns", words));
    }
    if let Some(column) = new.mapping.columns.keys().find(|column| !columns.contains(column)) {
        errors.push(FieldError::new("columns", format!("The file has no column “{column}”.")));
    }
    if !new.mapping.country.chars().all(|c| c.is_ascii_digit()) || new.mapping.country.len() > 3 {
        errors.push(FieldError::new("country", "Give the digits before numbers of that country, such as 49."));
    }
    if errors.is_empty() { Ok(list) } else { Err(EngineError::Invalid(errors)) }
}

/// Starts reading a list in the background.
pub async fn start(engine: &Arc<Engine>, new: New) -> Result<i64> {
    let _storing = engine.storing.read().await;
    if new.blob.length > MOST_BYTES {
        let words = format!("This file is larger than {} MB. Split it, and bring in its parts.", MOST_BYTES >> 20);
        return Err(EngineError::invalid("file", words));
    }
    let columns = open(engine, &new.blob.blob).await?.columns;
    let list = checked(&new, &columns)?;
    let mut tx = engine.db.begin().await?;
    storing::hold(engine, &mut tx, [new.blob.blob.as_str()].into()).await?;
    make_attributes(engine, &mut tx, &new.mapping).await?;
    let run = Run {
        id: engine.next_id(),
        list,
        name: new.name,
        size: new.blob.length.cast_signed(),
        blob: new.blob.blob,
        columns: serde_json::json!(columns).to_string(),
        mapping: serde_json::to_string(&new.mapping).unwrap_or_default(),
        missing: new.missing,
        state: "waiting".to_owned(),
        position: 0,
        read_bytes: 0,
        added: 0,
        changed: 0,
        same: 0,
        wrong: 0,
        gone: 0,
        error: None,
        created_by: new.by,
        created_at: engine.now(),
        finished_at: None,
    };
    customer_runs::add(&mut tx, &run).await?;
    jobs::add(&mut tx, JobId(engine.next_id()), worker::CUSTOMERS, run.id, engine.now()).await?;
    tell(engine, tx, run.id).await?;
    engine.bell.ring();
    Ok(run.id)
}

/// Makes the attributes that a list brings, and sees that the others are there.
async fn make_attributes(engine: &Engine, tx: &mut Tx, mapping: &Mapping) -> Result<()> {
    let known = attributes::all(tx).await?;
    let mut many = known.len();
    for (column, means) in &mapping.columns {
        match means {
            Means::Attribute(name) if !known.iter().any(|one| one.name == *name) => {
                return Err(EngineError::invalid("columns", format!("“{column}”: there is no attribute “{name}”.")));
            }
            Means::New(kind) if !known.iter().any(|one| one.name == meaning::name_of(column)) => {
                many += 1;
                let title: String = line(column).chars().take(LONGEST_TITLE).collect();
                let made = Attribute {
                    name: meaning::name_of(column),
                    title: if title.is_empty() { "Unnamed".to_owned() } else { title },
                    kind: kind.as_str().to_owned(),
                    place: engine.next_id(),
                };
                attributes::make(tx, &made).await?;
            }
            _ => {}
        }
    }
    if many > MOST_ATTRIBUTES {
        let words = format!(
            "There would be more than {MOST_ATTRIBUTES} attributes. Leave columns out, or use those there are."
        );
        return Err(EngineError::invalid("columns", words));
    }
    Ok(())
}

async fn tell(engine: &Engine, mut tx: Tx, id: i64) -> Result<()> {
    let noted = changes::note(&mut tx, &[(TOPIC, id)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// Stops a run between two pieces. What was taken stays; the same file brought again changes nothing of it.
pub async fn stop(engine: &Arc<Engine>, id: i64) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let run = customer_runs::get_to_change(&mut tx, id).await?;
    let mut run = run.ok_or_else(|| EngineError::missing("This list"))?;
    if !matches!(run.state.as_str(), "waiting" | "running") {
        return Err(EngineError::Refused(format!("This list is {} already.", run.state)));
    }
    end(engine, &mut tx, &mut run, "stopped").await?;
    tell(engine, tx, id).await
}

/// Notes that a run is over, also where it was not read to its end, counts how the customers are made up by now, and lets its
/// file go: what it said stands in rows.
async fn end(engine: &Engine, tx: &mut Tx, run: &mut Run, state: &str) -> Result<()> {
    state.clone_into(&mut run.state);
    run.finished_at = Some(engine.now());
    customer_runs::progress(tx, run).await?;
    segments::count_shares(tx).await?;
    storing::let_go(engine, tx, std::slice::from_ref(&run.blob), engine.now()).await
}

/// Reads a list to its end, or until it is stopped.
pub(crate) async fn run(engine: &Arc<Engine>, id: i64) -> Result<Done> {
    let Some(mut run) = customer_runs::get(&mut engine.db.reader(), id).await? else { return Ok(Done::Finished) };
    if !matches!(run.state.as_str(), "waiting" | "running") {
        return Ok(Done::Finished);
    }
    "running".clone_into(&mut run.state);
    let worked = work(engine, &mut run).await;
    match worked {
        Ok(()) => {}
        Err(EngineError::Store(error)) if error.is_passing() => return Err(EngineError::Store(error)),
        Err(error) => {
            run.error = Some(error.to_string());
            let mut tx = engine.db.begin_bulk().await?;
            end(engine, &mut tx, &mut run, "failed").await?;
            tell(engine, tx, id).await?;
        }
    }
    engine.bell.ring();
    Ok(Done::Finished)
}

async fn work(engine: &Arc<Engine>, run: &mut Run) -> Result<()> {
    let reading = Arc::new(Reading::of(engine, &run.blob, &Mapping::read(&run.mapping)).await?);
    let (mut rows, skipped) = (open(engine, &run.blob).await?, run.position.unsigned_abs());
    let skipping = tokio::task::spawn_blocking(move || {
        for _ in 0..skipped {
            rows.next();
        }
        rows
    });
    let mut rows = skipping.await.map_err(std::io::Error::other)?;
    loop {
        let reading = reading.clone();
        let next = tokio::task::spawn_blocking(move || {
            let piece: Vec<Read> = rows.by_ref().take(PIECE).map(|row| reading.read(row)).collect();
            (piece, rows)
        });
        let (piece, after) = next.await.map_err(std::io::Error::other)?;
        rows = after;
        if piece.is_empty() {
            break;
        }
        let read_bytes = i64::try_from(rows.read_bytes()).unwrap_or(i64::MAX).min(run.size);
        if !retried(engine, run, |run| run.read_bytes = read_bytes, &piece).await? {
            return Ok(());
        }
    }
    // Whoever stands behind where it broke off has not left.
    if let Some(trouble) = rows.trouble() {
        return Err(EngineError::Refused(trouble.to_owned()));
    }
    finish(engine, run).await
}

/// Writes a piece with the progress it means. False where the run was stopped meanwhile.
async fn retried(engine: &Arc<Engine>, run: &mut Run, reached: impl Fn(&mut Run), piece: &[Read]) -> Result<bool> {
    let mut tries = Tries::default();
    loop {
        let mut after = run.clone();
        reached(&mut after);
        match piece::write(engine, &mut after, piece).await {
            Err(error) if tries.again(engine, &error) => {}
            Ok(goes_on) => {
                *run = after;
                return Ok(goes_on);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Those who stand in it no more leave, where that was wanted; and it is counted how the customers are made up by now.
async fn finish(engine: &Arc<Engine>, run: &mut Run) -> Result<()> {
    let mut tries = Tries::default();
    loop {
        let mut after = run.clone();
        match try_finish(engine, &mut after).await {
            Err(error) if tries.again(engine, &error) => {}
            Ok(goes_on) => {
                *run = after;
                if !goes_on {
                    return Ok(());
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// One step of it. False where nothing is left to do, or the run was stopped meanwhile.
async fn try_finish(engine: &Arc<Engine>, run: &mut Run) -> Result<bool> {
    let some = customers::missing(&mut engine.db.reader(), &run.list, run.id, 1).await?;
    let leaves = run.missing == "leave" && !some.is_empty();
    let mut tx = engine.db.begin_bulk().await?;
    if leaves {
        threads::place_alone(&mut tx).await?;
    }
    let standing = customer_runs::get_to_change(&mut tx, run.id).await?;
    if standing.is_none_or(|standing| !matches!(standing.state.as_str(), "waiting" | "running")) {
        return Ok(false);
    }
    // Looked at once more: a newer file may have named them meanwhile.
    let missing = if leaves { customers::missing(&mut tx, &run.list, run.id, AT_ONCE).await? } else { Vec::new() };
    if missing.is_empty() {
        run.read_bytes = run.size;
        end(engine, &mut tx, run, "done").await?;
        tell(engine, tx, run.id).await?;
        return Ok(false);
    }
    customers::leave(&mut tx, &missing, engine.now()).await?;
    // An address that they had in common with others may be only one's by now.
    let shared = customer_ties::sharing(&mut tx, &missing).await?;
    customer_ties::retie(&mut tx, &shared).await?;
    run.gone += i64::try_from(missing.len()).unwrap_or(0);
    customer_runs::progress(&mut tx, run).await?;
    tell(engine, tx, run.id).await?;
    Ok(true)
}
