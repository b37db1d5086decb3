//! Mappings by name: what the columns of a kind of file mean.

use crate::{Result, Sql, Tx, binds};
use tertulia_model::{MappingId, Millis, UserId};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Mapping {
    pub id: MappingId,
    pub name: String,
    /// The name without its case; unique.
    pub folded: String,
    /// JSON: the columns of the file it was made for.
    pub columns: String,
    /// JSON.
    pub mapping: String,
    pub saved_by: Option<UserId>,
    pub saved_at: Millis,
    /// When a file was last imported with it.
    pub used_at: Option<Millis>,
}

const COLUMNS: &str = "id, name, folded, columns, mapping, saved_by, saved_at, used_at";

/// `Conflict` where another has that name.
pub async fn add(tx: &mut Tx, mapping: &Mapping) -> Result<()> {
    let m = mapping.clone();
    let sql = format!("INSERT INTO mappings ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    tx.run(sql, binds![m.id, m.name, m.folded, m.columns, m.mapping, m.saved_by, m.saved_at, m.used_at]).await?;
    Ok(())
}

/// All of them, by name.
pub async fn all(on: &mut impl Sql) -> Result<Vec<Mapping>> {
    on.rows(format!("SELECT {COLUMNS} FROM mappings ORDER BY folded, id"), binds![]).await
}

pub async fn get(on: &mut impl Sql, id: MappingId) -> Result<Option<Mapping>> {
    on.row(format!("SELECT {COLUMNS} FROM mappings WHERE id = $1"), binds![id]).await
}

pub async fn named(on: &mut impl Sql, folded: &str) -> Result<Option<Mapping>> {
    on.row(format!("SELECT {COLUMNS} FROM mappings WHERE folded = $1"), binds![folded]).await
}

/// `Conflict` where another has that name.
pub async fn rename(tx: &mut Tx, id: MappingId, name: &str, folded: &str) -> Result<()> {
    tx.run("UPDATE mappings SET name = $2, folded = $3 WHERE id = $1", binds![id, name, folded]).await?;
    Ok(())
}

pub async fn note_use(tx: &mut Tx, id: MappingId, at: Millis) -> Result<()> {
    tx.run("UPDATE mappings SET used_at = $2 WHERE id = $1", binds![id, at]).await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, id: MappingId) -> Result<()> {
    tx.run("DELETE FROM mappings WHERE id = $1", binds![id]).await?;
    Ok(())
}
