//! Margins: how everybody is made up by one attribute, put down by hand or read from a file, with where they are from.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{Millis, UserId};

/// One part of a margin: a count of people, or a share.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Part {
    pub attribute: String,
    pub folded: String,
    pub value: String,
    pub amount: f64,
}

/// Where the margin of an attribute is from.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Source {
    pub attribute: String,
    /// In the words of whoever put it down.
    pub source: String,
    /// Of which day it is, such as `2025-12-31`.
    pub as_of: String,
    pub by_user: UserId,
    pub at: Millis,
    pub version: i64,
}

/// All parts, by attribute and word.
pub async fn parts(on: &mut impl Sql) -> Result<Vec<Part>> {
    on.rows("SELECT attribute, folded, value, amount FROM margins ORDER BY attribute, folded", binds![]).await
}

/// Where each is from, by attribute.
pub async fn sources(on: &mut impl Sql) -> Result<Vec<Source>> {
    let sql = "SELECT attribute, source, as_of, by_user, at, version FROM margin_sources ORDER BY attribute";
    on.rows(sql, binds![]).await
}

/// The margin of an attribute, in place of what stood there.
pub async fn put(tx: &mut Tx, source: &Source, parts: &[Part]) -> Result<()> {
    tx.news().customers();
    let s = source.clone();
    // First of all: whoever puts down another of the same attribute waits for this row.
    let sql = "INSERT INTO margin_sources (attribute, source, as_of, by_user, at, version) VALUES ($1, $2, $3, $4, $5, 1) \
               ON CONFLICT (attribute) DO UPDATE SET source = excluded.source, as_of = excluded.as_of, \
               by_user = excluded.by_user, at = excluded.at, version = margin_sources.version + 1";
    tx.run(sql, binds![s.attribute, s.source, s.as_of, s.by_user, s.at]).await?;
    tx.run("DELETE FROM margins WHERE attribute = $1", binds![&source.attribute]).await?;
    let row = |p: &Part| binds![&source.attribute, &p.folded, &p.value, p.amount];
    let values = parts.iter().flat_map(row).collect();
    tx.insert_many("INSERT INTO margins (attribute, folded, value, amount)", 4, "", values).await?;
    Ok(())
}

/// Takes the margin of an attribute away; whether there was one.
pub async fn remove(tx: &mut Tx, attribute: &str) -> Result<bool> {
    tx.news().customers();
    let gone = tx.run("DELETE FROM margin_sources WHERE attribute = $1", binds![attribute]).await?;
    tx.run("DELETE FROM margins WHERE attribute = $1", binds![attribute]).await?;
    Ok(gone > 0)
}
