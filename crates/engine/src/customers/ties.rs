//! What members say of who a customer is.

use crate::{Engine, EngineError, Result, ingest::Tries};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tertulia_model::{Millis, PersonId, UserId};
use tertulia_store::{
    Tx, changes,
    customer_ties::{self, Said},
    customers, person_merges, threads,
};

/// What was said of a customer before, as it travels through the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub customer: i64,
    pub person: PersonId,
    /// When it was said: nothing is undone of what was said since.
    at: Millis,
    /// (person, whether it is them, who said so, when)
    before: Vec<(PersonId, bool, UserId, Millis)>,
}

/// A member says that a customer is somebody, or is not; `None`: nothing is said of these two any more.
pub async fn say(
    engine: &Arc<Engine>,
    by: UserId,
    (customer, person): (i64, PersonId),
    is_same: Option<bool>,
) -> Result<Undo> {
    let mut tries = Tries::default();
    loop {
        match try_say(engine, by, (customer, person), is_same).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_say(
    engine: &Engine,
    by: UserId,
    (customer, person): (i64, PersonId),
    is_same: Option<bool>,
) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    let known = customers::get_to_change(&mut tx, customer).await?;
    known.ok_or_else(|| EngineError::missing("This customer"))?;
    let standing = person_merges::standing_for(&mut tx, person).await?;
    let person = standing.ok_or_else(|| EngineError::missing("This person"))?.id;
    let before = customer_ties::said(&mut tx, &[customer]).await?;
    let at = engine.now();
    customer_ties::say(&mut tx, (customer, person), is_same, (by, at)).await?;
    customer_ties::retie(&mut tx, &[customer]).await?;
    let kept = |said: Said| (said.person_id, said.is_same, said.by_user, said.at);
    let touched = before.iter().map(|said| said.person_id).chain([person]).collect();
    tell(engine, tx, touched).await?;
    Ok(Undo { customer, person, at, before: before.into_iter().map(kept).collect() })
}

/// Undoes it, unless something else was said of the customer since.
pub async fn undo(engine: &Arc<Engine>, undo: &Undo) -> Result<()> {
    let mut tries = Tries::default();
    loop {
        match try_undo(engine, undo).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_undo(engine: &Engine, undo: &Undo) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    let known = customers::get_to_change(&mut tx, undo.customer).await?;
    known.ok_or_else(|| EngineError::missing("This customer"))?;
    let now = customer_ties::said(&mut tx, &[undo.customer]).await?;
    if now.iter().any(|said| said.at > undo.at) {
        let words = "Something else was said of this customer since, so there is nothing to undo.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    let mut touched: Vec<PersonId> = now.iter().map(|said| said.person_id).collect();
    for said in &now {
        customer_ties::say(&mut tx, (undo.customer, said.person_id), None, (said.by_user, said.at)).await?;
    }
    for (person, is_same, by, at) in &undo.before {
        // Whoever was erased meanwhile does not come back by it.
        if let Some(standing) = person_merges::standing_for(&mut tx, *person).await? {
            customer_ties::say(&mut tx, (undo.customer, standing.id), Some(*is_same), (*by, *at)).await?;
            touched.push(standing.id);
        }
    }
    customer_ties::retie(&mut tx, &[undo.customer]).await?;
    tell(engine, tx, touched).await
}

async fn tell(engine: &Engine, mut tx: Tx, mut persons: Vec<PersonId>) -> Result<()> {
    persons.sort_unstable();
    persons.dedup();
    let told: Vec<(&str, i64)> = persons.iter().map(|person| ("person", person.0)).collect();
    let noted = changes::note(&mut tx, &told, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
