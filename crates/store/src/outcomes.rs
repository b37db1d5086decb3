//! What is seen outside of Tertulia, as dated values: visits, orders, calls that were not needed.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{Millis, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Outcome {
    pub id: i64,
    pub name: String,
    pub unit: String,
    /// Over a span its values are added up; else the latest of them holds.
    pub adds_up: bool,
    pub created_by: UserId,
    pub created_at: Millis,
    /// Since when nothing new is measured by it.
    pub archived_at: Option<Millis>,
}

/// The value of a day (days since 1970-01-01) from one source.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Entry {
    pub id: i64,
    pub outcome_id: i64,
    pub day: i64,
    pub source: String,
    pub value: f64,
    pub given_by: UserId,
    pub given_at: Millis,
}

const COLUMNS: &str = "id, name, unit, adds_up, created_by, created_at, archived_at";
const ENTRY: &str = "id, outcome_id, day, source, value, given_by, given_at";

pub async fn add(tx: &mut Tx, outcome: &Outcome) -> Result<()> {
    let o = outcome.clone();
    let sql = format!("INSERT INTO outcomes ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    tx.run(sql, binds![o.id, o.name, o.unit, o.adds_up, o.created_by, o.created_at, o.archived_at]).await?;
    Ok(())
}

/// Writes what it is called, in what it is counted, how, and whether it still is.
pub async fn change(tx: &mut Tx, outcome: &Outcome) -> Result<()> {
    let o = outcome.clone();
    let sql = "UPDATE outcomes SET name = $2, unit = $3, adds_up = $4, archived_at = $5 WHERE id = $1";
    tx.run(sql, binds![o.id, o.name, o.unit, o.adds_up, o.archived_at]).await?;
    Ok(())
}

/// All of them, by name. They are few.
pub async fn all(on: &mut impl Sql) -> Result<Vec<Outcome>> {
    on.rows(format!("SELECT {COLUMNS} FROM outcomes ORDER BY name, id"), binds![]).await
}

pub async fn get(on: &mut impl Sql, id: i64) -> Result<Option<Outcome>> {
    on.row(format!("SELECT {COLUMNS} FROM outcomes WHERE id = $1"), binds![id]).await
}

/// As [`get`], before its values are changed: nobody else changes them until the commit.
pub async fn get_to_change(tx: &mut Tx, id: i64) -> Result<Option<Outcome>> {
    let lock = tx.dialect().for_update();
    tx.row(format!("SELECT {COLUMNS} FROM outcomes WHERE id = $1 {lock}"), binds![id]).await
}

/// Writes values; one of the same day and source takes the place of what stood.
pub async fn put(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    let row = |e: &Entry| binds![e.id, e.outcome_id, e.day, &e.source, e.value, e.given_by, e.given_at];
    let tail = "ON CONFLICT (outcome_id, day, source) DO UPDATE SET value = excluded.value, given_by = excluded.given_by, \
                given_at = excluded.given_at";
    let values = entries.iter().flat_map(row).collect();
    tx.insert_many(&format!("INSERT INTO outcome_values ({ENTRY})"), 7, tail, values).await?;
    Ok(())
}

pub async fn remove(tx: &mut Tx, outcome: i64, entry: i64) -> Result<u64> {
    tx.run("DELETE FROM outcome_values WHERE outcome_id = $1 AND id = $2", binds![outcome, entry]).await
}

/// Where its values are from, each once, of all outcomes.
pub async fn sources(on: &mut impl Sql) -> Result<Vec<(i64, String)>> {
    on.rows("SELECT DISTINCT outcome_id, source FROM outcome_values ORDER BY outcome_id, source", binds![]).await
}

pub async fn entry(on: &mut impl Sql, outcome: i64, id: i64) -> Result<Option<Entry>> {
    let sql = format!("SELECT {ENTRY} FROM outcome_values WHERE id = $2 AND outcome_id = $1");
    on.row(sql, binds![outcome, id]).await
}

/// The values of the days from one to another, both with it, in their order.
pub async fn between(on: &mut impl Sql, outcome: i64, (first, last): (i64, i64)) -> Result<Vec<Entry>> {
    let sql = format!(
        "SELECT {ENTRY} FROM outcome_values WHERE outcome_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, source"
    );
    on.rows(sql, binds![outcome, first, last]).await
}

/// The values from a day on, the latest day first, below a day and id.
pub async fn list(
    on: &mut impl Sql,
    outcome: i64,
    first: Option<i64>,
    below: Option<(i64, i64)>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let (day, id) = below.unwrap_or((i64::MAX, i64::MAX));
    let sql = format!(
        "SELECT {ENTRY} FROM outcome_values WHERE outcome_id = $1 AND day <= $2 AND (day, id) < ($2, $3) AND day >= $5 \
         ORDER BY day DESC, id DESC LIMIT $4"
    );
    on.rows(sql, binds![outcome, day, id, limit, first.unwrap_or(i64::MIN)]).await
}
