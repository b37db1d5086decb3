//! A file of votes or of statements: looked at, previewed, taken.

use super::{
    batch::{Given, Taken, give},
    reading::{Brought, Mapping, Reader, guess},
};
use crate::{Engine, EngineError, Result, promises::time_zone, storing};
use std::{collections::HashMap, fs::File, sync::Arc};
use tertulia_connector::table::Rows;
use tertulia_model::UserId;
use tertulia_voices::opinions::Votes;

/// A file of two million votes is about as large.
pub const MOST_BYTES: u64 = 64 << 20;

/// What a first look at a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub columns: Vec<String>,
    /// What they seem to mean.
    pub mapping: Mapping,
}

fn open(engine: &Engine, blob: &str) -> Result<Rows<File>> {
    let path = engine.blobs.path(blob)?;
    let no_table = |why| EngineError::invalid("file", format!("This is no table that can be read. {why}"));
    Rows::open(File::open(path)?).map_err(no_table)
}

/// Looks at a file that is in the blob store.
pub async fn look(engine: &Arc<Engine>, blob: &str) -> Result<Look> {
    let (engine, blob) = (engine.clone(), blob.to_owned());
    let columns = tokio::task::spawn_blocking(move || open(&engine, &blob).map(|rows| rows.columns));
    let columns = columns.await.map_err(std::io::Error::other)??;
    Ok(Look { mapping: guess(&columns), columns })
}

/// What a file would bring, all of it.
pub struct Preview {
    pub brought: Brought,
    /// The first votes as they would be taken: by whom, on what, and which.
    pub first: Vec<(String, String, &'static str)>,
}

/// Reads the whole file, and changes nothing.
pub async fn preview(engine: &Arc<Engine>, blob: &str, mapping: &Mapping, most: usize) -> Result<Preview> {
    let brought = read(engine, blob, mapping).await?;
    let one = |said: &super::Said| {
        let statement = &brought.statements[said.statement as usize];
        let words = if statement.text.is_empty() { &statement.key } else { &statement.text };
        let vote = match said.vote.number() {
            1 => "agrees",
            0 => "passes",
            _ => "disagrees",
        };
        (brought.participants[said.participant as usize].clone(), words.clone(), vote)
    };
    let first = brought.votes.iter().take(most).map(one).collect();
    Ok(Preview { first, brought })
}

async fn read(engine: &Arc<Engine>, blob: &str, mapping: &Mapping) -> Result<Brought> {
    let zone = time_zone(&mut engine.db.reader()).await?;
    let (engine, blob, mapping) = (engine.clone(), blob.to_owned(), mapping.clone());
    let reading = tokio::task::spawn_blocking(move || -> Result<Brought> {
        let mut rows = open(&engine, &blob)?;
        if let Some((field, why)) = mapping.wrong(&rows.columns) {
            return Err(EngineError::invalid(field, why));
        }
        let mut reader = Reader::new(&mapping, &zone);
        let mut many = 0;
        for (line, row) in rows.by_ref() {
            many += 1;
            if many > Votes::MOST_VOTES {
                return Err(EngineError::invalid("file", format!("It has more than {} rows.", Votes::MOST_VOTES)));
            }
            match row {
                Ok(row) => reader.take(line, &row.value),
                Err(why) => reader.refuse(line, why),
            }
            if let Some(why) = reader.is_too_much() {
                return Err(EngineError::invalid("file", why));
            }
        }
        match rows.trouble() {
            Some(trouble) => Err(EngineError::Refused(trouble.to_owned())),
            None => Ok(reader.done()),
        }
    });
    reading.await.map_err(std::io::Error::other)?
}

/// Takes a file in; its bytes leave the disk again.
pub async fn start(
    engine: &Arc<Engine>,
    (ballot, by): (i64, UserId),
    (name, blob): (&str, &str),
    mapping: &Mapping,
) -> Result<Taken> {
    let brought = read(engine, blob, mapping).await?;
    if brought.votes.is_empty() && (mapping.has_votes() || brought.statements.is_empty()) {
        return Err(EngineError::invalid("file", "Nothing in it could be taken. Look at the rows that are told."));
    }
    let taken = give(engine, &Given { ballot, by, name, brought: &brought, persons: &HashMap::new() }).await?;
    let mut tx = engine.db.begin_bulk().await?;
    storing::let_go(engine, &mut tx, &[blob.to_owned()], engine.now()).await?;
    tx.commit().await?;
    engine.bell.ring();
    Ok(taken)
}
