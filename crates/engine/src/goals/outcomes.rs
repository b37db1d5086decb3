//! Outcomes that are seen outside of Tertulia: dated values, by a form or a table.

use super::form::number;
use crate::{
    Engine, EngineError, Result,
    amounts::{self, Written},
    ingest::Tries,
    today::day_number,
};
use jiff::civil::Date;
use std::{collections::HashMap, sync::Arc};
use tertulia_connector::{FieldError, table};
use tertulia_model::{Millis, UserId};
use tertulia_store::{
    Tx, changes,
    goals::{self, Goal},
    outcomes::{self, Entry, Outcome},
    settings,
};

const LONGEST_NAME: usize = 100;
const LONGEST_UNIT: usize = 40;
/// Outcomes at a time.
const MOST: usize = 200;
/// Values of a file.
const MOST_ROWS: usize = 20_000;
const LARGEST: f64 = 1e15;
/// Rows that are named one by one.
pub const MOST_NAMED: usize = 100;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutcomeForm {
    pub name: String,
    pub unit: String,
    /// Its values are added up over days; else the latest holds.
    pub adds_up: bool,
    /// Nothing new is to be measured by it.
    pub is_archived: bool,
}

impl OutcomeForm {
    fn check(&self) -> Result<()> {
        let mut errors = Vec::new();
        if self.name.trim().is_empty() || self.name.chars().count() > LONGEST_NAME {
            errors.push(FieldError::new("name", format!("Name it in 1 to {LONGEST_NAME} characters.")));
        }
        if self.unit.chars().count() > LONGEST_UNIT {
            errors.push(FieldError::new("unit", format!("Keep it below {LONGEST_UNIT} characters.")));
        }
        if errors.is_empty() { Ok(()) } else { Err(EngineError::Invalid(errors)) }
    }
}

fn missing() -> EngineError {
    EngineError::missing("This outcome")
}

pub async fn add(engine: &Arc<Engine>, by: UserId, form: &OutcomeForm) -> Result<i64> {
    form.check()?;
    let outcome = Outcome {
        id: engine.next_id(),
        name: form.name.trim().to_owned(),
        unit: form.unit.trim().to_owned(),
        adds_up: form.adds_up,
        created_by: by,
        created_at: engine.now(),
        archived_at: None,
    };
    let mut tries = Tries::default();
    loop {
        match try_add(engine, &outcome).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done.map(|()| outcome.id),
        }
    }
}

async fn try_add(engine: &Engine, outcome: &Outcome) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    check_place(&mut tx, outcome).await?;
    outcomes::add(&mut tx, outcome).await?;
    finish(engine, tx).await
}

/// Whoever adds one, names one anew or declares a goal does so one after the other: there are only so many, and no two have
/// one name.
async fn check_place(tx: &mut Tx, outcome: &Outcome) -> Result<()> {
    settings::hold(tx, settings::ORGANISATION).await?;
    let mut all = outcomes::all(tx).await?;
    all.retain(|other| other.id != outcome.id && other.archived_at.is_none());
    if all.len() >= MOST {
        return Err(EngineError::Refused(format!("There are {MOST} outcomes already. Nothing was saved.")));
    }
    if all.iter().any(|other| other.name.to_lowercase() == outcome.name.to_lowercase()) {
        return Err(EngineError::invalid("name", "Another outcome has this name."));
    }
    Ok(())
}

async fn finish(engine: &Engine, mut tx: Tx) -> Result<()> {
    let noted = changes::note(&mut tx, &[("goal", 0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// What it is called, in what and how it is counted, and whether it still is. How, only until a goal rests on it.
pub async fn change(engine: &Arc<Engine>, id: i64, form: &OutcomeForm) -> Result<()> {
    form.check()?;
    let mut tries = Tries::default();
    loop {
        match try_change(engine, id, form).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_change(engine: &Engine, id: i64, form: &OutcomeForm) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    // In the order in which goals take them: first the organisation.
    settings::hold(&mut tx, settings::ORGANISATION).await?;
    let stood = outcomes::get_to_change(&mut tx, id).await?.ok_or_else(missing)?;
    let outcome = Outcome {
        name: form.name.trim().to_owned(),
        unit: form.unit.trim().to_owned(),
        adds_up: form.adds_up,
        archived_at: form.is_archived.then(|| stood.archived_at.unwrap_or_else(|| engine.now())),
        ..stood.clone()
    };
    if outcome.archived_at.is_none() {
        check_place(&mut tx, &outcome).await?;
    }
    let rests_on_it = |goal: &Goal| goal.outcome_id == Some(id) && goal.frozen_at.is_some();
    if outcome.adds_up != stood.adds_up && goals::all(&mut tx).await?.iter().any(rests_on_it) {
        let why = "A goal is measured by it and was frozen as it is counted now. Make another outcome.";
        return Err(EngineError::invalid("how", why));
    }
    outcomes::change(&mut tx, &outcome).await?;
    finish(engine, tx).await
}

/// What a row of a file, or a form, says.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    row: usize,
    day: i64,
    value: f64,
}

/// Which column holds what, and from where it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Found by its name where none is named.
    pub day: String,
    pub value: String,
    pub source: String,
    /// What stands for a day with another value is replaced.
    pub replace: bool,
    /// How numbers are written.
    pub numbers: Written,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The columns that were read.
    pub day: String,
    pub value: String,
    pub columns: Vec<String>,
    /// The first number that stood otherwise than it was read, and as what it was: "1.250", 1250.
    pub example: Option<(String, f64)>,
    pub taken: usize,
    pub replaced: usize,
    /// The same day, source and value stood already.
    pub known: usize,
    /// Rows that could not be taken, and why; the first hundred.
    pub wrong: Vec<(usize, String)>,
    /// All of them.
    pub wrong_count: usize,
}

impl Report {
    fn refuse(&mut self, row: usize, why: impl Into<String>) {
        self.wrong_count += 1;
        if self.wrong.len() < MOST_NAMED {
            self.wrong.push((row, why.into()));
        }
    }
}

/// Takes a table in: one value a day. The same again changes nothing.
pub async fn bring(
    engine: &Arc<Engine>,
    by: UserId,
    outcome: i64,
    (bytes, mapping): (&[u8], &Mapping),
) -> Result<Report> {
    let source = source(&mapping.source)?;
    let table = table::read(bytes, "values").map_err(|why| EngineError::invalid("file", why))?;
    if table.rows.len() > MOST_ROWS {
        return Err(EngineError::invalid("file", format!("It has more than {MOST_ROWS} rows: bring it in parts.")));
    }
    let mut report = Report { columns: table.columns.clone(), ..Report::default() };
    report.day = column(&table.columns, &mapping.day, "date day datum dia fecha data jour giorno when tag", "day")?;
    let rest: Vec<String> = table.columns.iter().filter(|name| **name != report.day).cloned().collect();
    let names = "value count number total amount wert anzahl valor numero valeur nombre visits orders calls";
    report.value = match column(&rest, &mapping.value, names, "value") {
        Err(_) if rest.len() == 1 => rest[0].clone(),
        found => found?,
    };
    for (row, why) in table.wrong {
        report.refuse(row, why);
    }
    let cells = table.rows.iter().filter_map(|row| row.value.get(&report.value)?.as_str());
    let numbers = amounts::of_column(mapping.numbers, cells);
    let mut told: Vec<Told> = Vec::new();
    let mut rows: HashMap<i64, usize> = HashMap::new();
    for row in table.rows {
        let cell = |name: &str| row.value.get(name).map(words).unwrap_or_default();
        // What a program wrote as a number is one, also with an exponent.
        let amount = match row.value.get(&report.value) {
            Some(serde_json::Value::Number(known)) => known.as_f64(),
            _ => amounts::read(&cell(&report.value), numbers),
        };
        if report.example.is_none() {
            let stood = cell(&report.value).trim().to_owned();
            report.example = amount.filter(|amount| amount.to_string() != stood).map(|amount| (stood, amount));
        }
        match read(&cell(&report.day), (amount, &cell(&report.value))) {
            Ok((day, value)) => match rows.insert(day, row.number) {
                Some(before) => report.refuse(row.number, format!("Row {before} speaks of the same day.")),
                None => told.push(Told { row: row.number, day, value }),
            },
            Err(why) => report.refuse(row.number, why),
        }
    }
    store(engine, by, outcome, (&told, &source, mapping.replace), report).await
}

fn words(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn source(text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_NAME {
        return Err(EngineError::invalid("source", "Say from where it is known, such as “the till”."));
    }
    Ok(text.to_owned())
}

/// The column that is named, else one that is called so.
fn column(columns: &[String], named: &str, names: &str, what: &str) -> Result<String> {
    let named = named.trim();
    if !named.is_empty() {
        let found = columns.iter().find(|column| *column == named);
        return found.cloned().ok_or_else(|| {
            EngineError::invalid(what, format!("There is no column “{named}”. There are: {}.", columns.join(", ")))
        });
    }
    table::Free::of(columns).take(names).ok_or_else(|| {
        let all = columns.join(", ");
        EngineError::invalid(what, format!("Say which column holds the {what}. There are: {all}."))
    })
}

/// The days that are taken: a year of two digits is a slip.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2100;

/// A day: `2026-11-21`, `21.11.2026`, `21/11/2026`; a time behind it is left.
fn day_of(text: &str) -> Option<Date> {
    let text = text.trim().split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = text.split(['-', '.', '/']).collect();
    let [one, two, three] = parts.as_slice() else { return None };
    let (year, month, day) = if one.len() == 4 { (one, two, three) } else { (three, two, one) };
    if year.len() != 4 {
        return None;
    }
    let day = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    YEARS.contains(&day.year()).then_some(day)
}

fn read(day: &str, (amount, value): (Option<f64>, &str)) -> std::result::Result<(i64, f64), String> {
    let at = day_of(day).ok_or_else(|| match day.trim() {
        "" => "It names no day.".to_owned(),
        day => format!("“{}” is no day. Write it as 2026-11-21.", shortened(day)),
    })?;
    let amount = amount.filter(|n| n.abs() <= LARGEST).ok_or_else(|| match value.trim() {
        "" => "It has no value.".to_owned(),
        value => format!("“{}” is no number.", shortened(value)),
    })?;
    Ok((day_number(at), amount))
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// What became of a value that was written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Entered {
    /// As it stands now.
    pub entry: Entry,
    /// What stood for the day and source, and another value.
    pub replaced: Option<Entry>,
    /// The same value stood already.
    pub was_known: bool,
}

/// Writes one value down; what stood for the day and source is replaced.
pub async fn enter(
    engine: &Arc<Engine>,
    by: UserId,
    outcome: i64,
    (day, value, from): (&str, &str, &str),
) -> Result<Entered> {
    let from = source(from)?;
    if day_of(day).is_none() {
        return Err(EngineError::invalid("day", "Choose a day."));
    }
    let (day, value) = read(day, (number(value), value)).map_err(|why| EngineError::invalid("value", why))?;
    let (id, given_at) = (engine.next_id(), engine.now());
    let entry = Entry { id, outcome_id: outcome, day, source: from, value, given_by: by, given_at };
    let mut tries = Tries::default();
    loop {
        match try_enter(engine, &entry).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_enter(engine: &Engine, entry: &Entry) -> Result<Entered> {
    let mut tx = engine.db.begin().await?;
    outcomes::get_to_change(&mut tx, entry.outcome_id).await?.ok_or_else(missing)?;
    let stood = standing(&mut tx, entry).await?;
    if let Some(known) = stood.clone().filter(|stood| stood.value.total_cmp(&entry.value).is_eq()) {
        return Ok(Entered { entry: known, replaced: None, was_known: true });
    }
    outcomes::put(&mut tx, std::slice::from_ref(entry)).await?;
    let now = standing(&mut tx, entry).await?.ok_or_else(missing)?;
    finish(engine, tx).await?;
    Ok(Entered { entry: now, replaced: stood, was_known: false })
}

/// What stands for the day and source of an entry.
async fn standing(tx: &mut Tx, entry: &Entry) -> Result<Option<Entry>> {
    let of_day = outcomes::between(tx, entry.outcome_id, (entry.day, entry.day)).await?;
    Ok(of_day.into_iter().find(|other| other.source == entry.source))
}

/// Puts a value back as it was given, by whom and when: it was taken away, or `instead` (its id, and when that was given) took
/// its place. Whatever was entered since is left as it is.
pub async fn put_back(engine: &Arc<Engine>, entry: &Entry, instead: Option<(i64, Millis)>) -> Result<()> {
    let mut tries = Tries::default();
    loop {
        match try_put_back(engine, entry, instead).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_put_back(engine: &Engine, entry: &Entry, instead: Option<(i64, Millis)>) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    outcomes::get_to_change(&mut tx, entry.outcome_id).await?.ok_or_else(missing)?;
    if standing(&mut tx, entry).await?.map(|stands| (stands.id, stands.given_at)) != instead {
        let why =
            "Another value was entered for this day and source since, or it was taken away. It was left as it is.";
        return Err(EngineError::Refused(why.to_owned()));
    }
    outcomes::put(&mut tx, std::slice::from_ref(entry)).await?;
    finish(engine, tx).await
}

async fn store(
    engine: &Arc<Engine>,
    by: UserId,
    outcome: i64,
    what: (&[Told], &str, bool),
    report: Report,
) -> Result<Report> {
    let mut tries = Tries::default();
    loop {
        match try_store(engine, by, outcome, what, report.clone()).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_store(
    engine: &Engine,
    by: UserId,
    outcome: i64,
    (told, source, replace): (&[Told], &str, bool),
    mut report: Report,
) -> Result<Report> {
    let mut tx = engine.db.begin().await?;
    outcomes::get_to_change(&mut tx, outcome).await?.ok_or_else(missing)?;
    let days = told.iter().map(|one| one.day);
    let span = (days.clone().min().unwrap_or(0), days.max().unwrap_or(0));
    let stood = outcomes::between(&mut tx, outcome, span).await?;
    let stood: HashMap<i64, f64> =
        stood.into_iter().filter(|one| one.source == source).map(|one| (one.day, one.value)).collect();
    let mut entries = Vec::new();
    for one in told {
        match stood.get(&one.day) {
            Some(value) if *value == one.value => report.known += 1,
            Some(value) if !replace => {
                report.refuse(one.row, format!("Another value stands for this day: {value}. It was left as it is."));
            }
            known => {
                report.replaced += usize::from(known.is_some());
                report.taken += usize::from(known.is_none());
                entries.push(Entry {
                    id: engine.next_id(),
                    outcome_id: outcome,
                    day: one.day,
                    source: source.to_owned(),
                    value: one.value,
                    given_by: by,
                    given_at: engine.now(),
                });
            }
        }
    }
    report.wrong.sort_unstable();
    outcomes::put(&mut tx, &entries).await?;
    finish(engine, tx).await?;
    Ok(report)
}

/// Takes a value away again; gives what stood there.
pub async fn remove(engine: &Arc<Engine>, outcome: i64, entry: i64) -> Result<Entry> {
    let mut tx = engine.db.begin().await?;
    outcomes::get_to_change(&mut tx, outcome).await?.ok_or_else(missing)?;
    let stood = outcomes::entry(&mut tx, outcome, entry).await?.ok_or_else(|| EngineError::missing("This value"))?;
    outcomes::remove(&mut tx, outcome, entry).await?;
    finish(engine, tx).await?;
    Ok(stood)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_tables_write_them() {
        let day = Date::constant(2026, 11, 21);
        for text in ["2026-11-21", "21.11.2026", "21/11/2026", "2026-11-21T10:00:00Z", " 2026/11/21 10:00"] {
            assert_eq!(day_of(text), Some(day), "{text}");
        }
        for text in ["", "11-21", "21.11.26", "2026-13-01", "0026-11-21", "yesterday"] {
            assert_eq!(day_of(text), None, "{text}");
        }
        let read = |day, value| read(day, (number(value), value));
        assert_eq!(read("2026-11-21", "12"), Ok((20_778, 12.0)));
        assert_eq!(read("2026-11-21", "many").unwrap_err(), "“many” is no number.");
        assert_eq!(read("", "12").unwrap_err(), "It names no day.");
    }
}
