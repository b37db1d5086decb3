//! Mappings by name: whoever imports the same kind of file again and again says once what its columns mean.

use crate::{Engine, EngineError, Result};
use serde_json::Value;
use std::collections::HashSet;
use tertulia_connector::archive::Look;
use tertulia_model::{MappingId, UserId};
use tertulia_store::{StoreError, Tx, mappings};

const LONGEST_NAME: usize = 80;
/// More than anybody keeps apart.
const MOST: usize = 500;

/// A mapping as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    pub id: MappingId,
    pub name: String,
    /// The columns of the file that it was made for.
    pub columns: Vec<String>,
    pub mapping: Value,
    pub saved_at: i64,
    pub used_at: Option<i64>,
}

/// How a mapping fits a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// A column that it names is not there.
    No,
    /// All columns that it names are there.
    Named,
    /// The file has exactly the columns of the one it was made for.
    Same,
}

/// What became of a wish to give something a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    Done(MappingId),
    /// Another has the name: whoever wants it to be replaced says so.
    Taken,
}

impl From<mappings::Mapping> for Saved {
    fn from(kept: mappings::Mapping) -> Self {
        Self {
            id: kept.id,
            name: kept.name,
            columns: serde_json::from_str(&kept.columns).unwrap_or_default(),
            mapping: serde_json::from_str(&kept.mapping).unwrap_or_default(),
            saved_at: kept.saved_at,
            used_at: kept.used_at,
        }
    }
}

impl Saved {
    /// How it fits a file with these columns. `fields` are the names of those that hold a column.
    fn fit(&self, fields: &[String], columns: &[String]) -> Fit {
        let present: HashSet<&str> = columns.iter().map(String::as_str).collect();
        let mut named = fields.iter().filter_map(|field| self.mapping.get(field)?.as_str()).peekable();
        if named.peek().is_none() || !named.all(|column| present.contains(column)) {
            return Fit::No;
        }
        let made_for: HashSet<&str> = self.columns.iter().map(String::as_str).collect();
        if made_for == present { Fit::Same } else { Fit::Named }
    }
}

/// All of them, by name.
pub async fn all(engine: &Engine) -> Result<Vec<Saved>> {
    Ok(mappings::all(&mut engine.db.reader()).await?.into_iter().map(Saved::from).collect())
}

pub async fn get(engine: &Engine, id: MappingId) -> Result<Saved> {
    let kept = mappings::get(&mut engine.db.reader(), id).await?;
    kept.map(Saved::from).ok_or_else(|| EngineError::missing("This mapping"))
}

/// The one that is called so, whatever its case.
pub async fn named(engine: &Engine, name: &str) -> Result<Option<Saved>> {
    let (_, folded) = plain(name);
    Ok(mappings::named(&mut engine.db.reader(), &folded).await?.map(Saved::from))
}

/// Those that fit a file, the best first: of several as good, the one that was used or saved last.
pub async fn fitting(engine: &Engine, look: &Look) -> Result<Vec<(Saved, Fit)>> {
    if !look.needs_mapping {
        return Ok(Vec::new());
    }
    let fields: Vec<String> = crate::imports::mapping_fields(engine)?.into_iter().map(|field| field.name).collect();
    let with_fit = |saved: Saved| (saved.fit(&fields, &look.columns), saved);
    let mut fitting: Vec<(Fit, Saved)> = all(engine).await?.into_iter().map(with_fit).collect();
    fitting.retain(|(fit, _)| *fit > Fit::No);
    fitting.sort_by_key(|(fit, saved)| std::cmp::Reverse((*fit, saved.used_at.unwrap_or(saved.saved_at))));
    Ok(fitting.into_iter().map(|(fit, saved)| (saved, fit)).collect())
}

/// The one that was made for a file with just these columns: what it says can be taken without asking.
pub async fn made_for(engine: &Engine, look: &Look) -> Result<Option<Saved>> {
    let best = fitting(engine, look).await?.into_iter().next();
    Ok(best.filter(|(_, fit)| *fit == Fit::Same).map(|(saved, _)| saved))
}

/// Keeps a mapping under a name. Where the name is taken, only `replace` puts this one in the other's place.
pub async fn save(
    engine: &Engine,
    name: &str,
    mapping: &Value,
    columns: &[String],
    replace: bool,
    by: UserId,
) -> Result<Naming> {
    let (name, folded) = fine(name)?;
    let mut tx = engine.db.begin().await?;
    let known = mappings::all(&mut tx).await?;
    let taken = known.iter().find(|known| known.folded == folded);
    if taken.is_some() && !replace {
        return Ok(Naming::Taken);
    }
    match taken {
        Some(taken) => mappings::delete(&mut tx, taken.id).await?,
        None if known.len() >= MOST => return Err(EngineError::Refused(too_many())),
        None => {}
    }
    let kept = mappings::Mapping {
        id: MappingId(engine.next_id()),
        name,
        folded,
        columns: serde_json::json!(columns).to_string(),
        mapping: mapping.to_string(),
        saved_by: Some(by),
        saved_at: engine.now(),
        used_at: None,
    };
    let added = mappings::add(&mut tx, &kept).await;
    finished(tx, added, kept.id).await
}

/// Gives it another name. Where that is taken, only `replace` lets the other go.
pub async fn rename(engine: &Engine, id: MappingId, name: &str, replace: bool) -> Result<Naming> {
    let (name, folded) = fine(name)?;
    let mut tx = engine.db.begin().await?;
    mappings::get(&mut tx, id).await?.ok_or_else(|| EngineError::missing("This mapping"))?;
    if let Some(taken) = mappings::named(&mut tx, &folded).await?.filter(|taken| taken.id != id) {
        if !replace {
            return Ok(Naming::Taken);
        }
        mappings::delete(&mut tx, taken.id).await?;
    }
    let renamed = mappings::rename(&mut tx, id, &name, &folded).await;
    finished(tx, renamed, id).await
}

/// Somebody may take the name between the look and the write.
async fn finished(tx: Tx, done: tertulia_store::Result<()>, id: MappingId) -> Result<Naming> {
    match done {
        Err(StoreError::Conflict) => Ok(Naming::Taken),
        Err(error) => Err(error.into()),
        Ok(()) => {
            tx.commit().await?;
            Ok(Naming::Done(id))
        }
    }
}

/// Lets it go. What was imported with it stays as it was taken.
pub async fn delete(engine: &Engine, id: MappingId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    mappings::delete(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// Notes that a file is imported with it.
pub async fn note_use(engine: &Engine, id: MappingId) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    mappings::note_use(&mut tx, id, engine.now()).await?;
    Ok(tx.commit().await?)
}

/// A name in one line, and the same without its case.
fn plain(name: &str) -> (String, String) {
    let words = name.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join(" ");
    let folded = name.to_lowercase();
    (name, folded)
}

fn fine(name: &str) -> Result<(String, String)> {
    let (name, folded) = plain(name);
    match name.chars().count() {
        0 => Err(EngineError::invalid("name", "Give the mapping a name, so that you find it again.")),
        1..=LONGEST_NAME => Ok((name, folded)),
        _ => Err(EngineError::invalid("name", format!("This name is too long: at most {LONGEST_NAME} characters."))),
    }
}

fn too_many() -> String {
    format!("There are {MOST} saved mappings already. Delete some that nobody uses, then save this one.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn saved(mapping: Value) -> Saved {
        let columns = ["who", "text", "at"].map(str::to_owned).to_vec();
        Saved { id: MappingId(1), name: "x".to_owned(), columns, mapping, saved_at: 0, used_at: None }
    }

    #[test]
    fn a_mapping_fits_where_all_columns_that_it_names_are_there() {
        let fields = ["text", "author", "time"].map(str::to_owned);
        let fit = |mapping: Value, columns: &[&str]| {
            let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
            saved(mapping).fit(&fields, &columns)
        };
        let mapping = json!({ "text": "text", "author": "who", "time": null, "source": "forum" });
        assert_eq!(fit(mapping.clone(), &["text", "at", "who"]), Fit::Same, "in whichever order");
        assert_eq!(fit(mapping.clone(), &["text", "who", "more"]), Fit::Named);
        assert_eq!(fit(mapping.clone(), &["text", "author"]), Fit::No);
        assert_eq!(fit(json!({ "source": "forum" }), &["text"]), Fit::No, "it says nothing of columns");
    }

    #[test]
    fn names_are_one_line_and_one_name_whatever_their_case() {
        assert_eq!(plain(" Monthly\r\n survey \u{7}"), ("Monthly survey".to_owned(), "monthly survey".to_owned()));
        assert!(fine(" \n").is_err() && fine(&"x".repeat(81)).is_err() && fine(&"é".repeat(80)).is_ok());
    }
}
