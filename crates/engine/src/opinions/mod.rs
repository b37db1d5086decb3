//! Opinion groups: ballots (a question with statements), the votes that are brought to them, and the map of who thinks alike.

mod batch;
mod bring;
mod erasing;
mod map;
mod reading;
mod statements;

pub use batch::{Given, Taken, give, take_back};
pub use bring::{Look, MOST_BYTES, Preview, look, preview, start};
pub(crate) use erasing::named;
pub use map::{Drawn, Held, draw};
pub use reading::{Brought, MOST_NAMED, Mapping, Named, Said, guess, kinds_of, voter_key};
pub use statements::{
    LONGEST as LONGEST_STATEMENT, MOST_LINES, StatementForm, add as add_statements, change as change_statement,
};

use crate::{Engine, EngineError, Result, customers::values::line, ingest::Tries};
use std::sync::Arc;
use tertulia_model::UserId;
use tertulia_store::{
    Tx, changes,
    opinions::{self, Ballot},
    settings,
};

pub const TOPIC: &str = "ballot";
/// Ballots at a time.
pub const MOST: i64 = 500;
const LONGEST_QUESTION: usize = 300;

fn missing() -> EngineError {
    EngineError::missing("This ballot")
}

/// The ballot of an id.
pub async fn get(engine: &Engine, id: i64) -> Result<Ballot> {
    opinions::get(&mut engine.db.reader(), id).await?.ok_or_else(missing)
}

fn question(text: &str) -> Result<String> {
    let text = line(text);
    if text.is_empty() || text.chars().count() > LONGEST_QUESTION {
        let words = format!("Say in 1 to {LONGEST_QUESTION} characters what people vote on.");
        return Err(EngineError::invalid("question", words));
    }
    Ok(text)
}

/// Makes a ballot, with its statements if some are known already: a line each.
pub async fn add(engine: &Arc<Engine>, by: UserId, asked: &str, lines: &str) -> Result<i64> {
    let ballot =
        Ballot { id: engine.next_id(), question: question(asked)?, created_by: by, created_at: engine.now(), stamp: 0 };
    let forms = statements::of_lines(lines)?;
    let mut tries = Tries::default();
    loop {
        match try_add(engine, &ballot, &forms).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done.map(|()| ballot.id),
        }
    }
}

async fn try_add(engine: &Engine, ballot: &Ballot, forms: &[StatementForm]) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    settings::hold(&mut tx, settings::ORGANISATION).await?;
    if opinions::count(&mut tx).await? >= MOST {
        return Err(EngineError::Refused(format!("There are {MOST} ballots already. Remove one first.")));
    }
    opinions::add(&mut tx, ballot).await?;
    statements::put(engine, &mut tx, ballot.id, forms).await?;
    finish(engine, tx, ballot.id).await
}

/// Writes the question anew.
pub async fn rename(engine: &Engine, id: i64, asked: &str) -> Result<()> {
    let asked = question(asked)?;
    let mut tx = engine.db.begin().await?;
    if !opinions::rename(&mut tx, id, &asked).await? {
        return Err(missing());
    }
    finish(engine, tx, id).await
}

/// Removes a ballot that nothing was brought to, or from which everything was taken back.
pub async fn remove(engine: &Engine, id: i64) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    opinions::get_to_change(&mut tx, id).await?.ok_or_else(missing)?;
    if !opinions::batches(&mut tx, id, None, 1).await?.is_empty() {
        let words =
            "Votes were brought to this ballot. Take back what was brought, then remove it. Nothing was changed.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    opinions::remove(&mut tx, id).await?;
    finish(engine, tx, id).await
}

async fn finish(engine: &Engine, mut tx: Tx, id: i64) -> Result<()> {
    let noted = changes::note(&mut tx, &[(TOPIC, id)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
