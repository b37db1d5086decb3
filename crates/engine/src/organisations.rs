//! Companies and other bodies that people belong to: by a list, or as a member says; merged where they are the same, and
//! parted again.

use crate::{Engine, EngineError, Result, customers::values::line, ingest::Tries};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};
use tertulia_analysis::tokens::fold;
use tertulia_model::{PersonId, UserId};
use tertulia_store::{
    StoreError, Tx, changes,
    organisations::{self, Organisation},
    person_merges, threads,
};

pub const TOPIC: &str = "organisation";
const LONGEST_NAME: usize = 200;

/// What can be undone, as it travels through the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Undo {
    PutIn { organisation: i64, person: PersonId },
    TakenOut { organisation: i64, person: PersonId },
    Merged { from: i64, into: i64 },
    Renamed { organisation: i64, before: String, after: String },
}

fn missing() -> EngineError {
    EngineError::missing("This organisation")
}

/// By what two names are taken for one: case, accents and the space between words say nothing.
pub fn folded(name: &str) -> String {
    fold(&line(name))
}

/// The organisations of these names, by name: of the one it has, or of one it had before; made where there is none.
pub(crate) async fn called<'a>(
    engine: &Engine,
    tx: &mut Tx,
    names: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, i64>> {
    let wanted: BTreeMap<String, &str> = names.map(|name| (folded(name), name)).collect();
    let keys: Vec<String> = wanted.keys().cloned().collect();
    let mut known: BTreeMap<String, i64> =
        organisations::named(tx, &keys).await?.into_iter().map(|one| (one.name_folded, one.id)).collect();
    for (before, id) in organisations::once_named(tx, &keys).await? {
        known.entry(before).or_insert(id);
    }
    let fresh: Vec<Organisation> = wanted
        .iter()
        .filter(|(folded, _)| !known.contains_key(*folded))
        .map(|(folded, name)| new(engine, name, folded))
        .collect();
    organisations::add(tx, &fresh).await?;
    known.extend(fresh.into_iter().map(|one| (one.name_folded, one.id)));
    Ok(known)
}

fn new(engine: &Engine, name: &str, folded: &str) -> Organisation {
    let id = engine.next_id();
    Organisation {
        id,
        name: line(name),
        name_folded: folded.to_owned(),
        merged_into: None,
        merged_at: None,
        root_id: id,
        created_at: engine.now(),
    }
}

fn fine(name: &str) -> Result<(String, String)> {
    let name = line(name);
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(EngineError::invalid("name", format!("Give a name of 1 to {LONGEST_NAME} letters.")));
    }
    let folded = fold(&name);
    Ok((name, folded))
}

/// The one under which it counts, held until the transaction ends.
async fn held(tx: &mut Tx, id: i64) -> Result<Organisation> {
    let root = organisations::get(tx, id).await?.ok_or_else(missing)?.root_id;
    organisations::get_to_change(tx, &[root]).await?.pop().ok_or_else(missing)
}

/// A member says that somebody belongs to an organisation, which is made where none is called so.
pub async fn put_in(engine: &Arc<Engine>, by: UserId, person: PersonId, name: &str) -> Result<(i64, Option<Undo>)> {
    let (name, _) = fine(name)?;
    let mut tries = Tries::default();
    loop {
        match try_put_in(engine, by, person, &name).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_put_in(engine: &Engine, by: UserId, person: PersonId, name: &str) -> Result<(i64, Option<Undo>)> {
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    let standing = person_merges::standing_for(&mut tx, person).await?;
    let person = standing.ok_or_else(|| EngineError::missing("This person"))?.id;
    let found = called(engine, &mut tx, [name].into_iter()).await?;
    let id = found.values().next().copied().ok_or_else(missing)?;
    let root = held(&mut tx, id).await?.id;
    let belongs = organisations::of_person(&mut tx, person).await?.iter().any(|one| one.id == root);
    let is_new = !belongs && organisations::put_in(&mut tx, root, person, (by, engine.now())).await?;
    tell(engine, tx, &[root], &[person]).await?;
    Ok((root, is_new.then_some(Undo::PutIn { organisation: root, person })))
}

/// A member says that somebody does not belong to it. What a list says stays.
pub async fn take_out(engine: &Arc<Engine>, id: i64, person: PersonId) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    let standing = person_merges::standing_for(&mut tx, person).await?;
    let person = standing.ok_or_else(|| EngineError::missing("This person"))?.id;
    let root = held(&mut tx, id).await?.id;
    if organisations::take_out(&mut tx, root, person).await? == 0 {
        let words = "A list of customers says that they belong to it: what a list says is changed by the next list.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    tell(engine, tx, &[root], &[person]).await?;
    Ok(Undo::TakenOut { organisation: root, person })
}

/// Gives it another name. The one before is remembered, so that a list which still has it means this one.
pub async fn rename(engine: &Arc<Engine>, id: i64, name: &str) -> Result<Undo> {
    name_it(engine, id, name, true).await
}

async fn name_it(engine: &Arc<Engine>, id: i64, name: &str, remembers: bool) -> Result<Undo> {
    let (name, folded) = fine(name)?;
    let mut tx = engine.db.begin().await?;
    // No list makes one of that name meanwhile.
    threads::place_alone(&mut tx).await?;
    let before = organisations::get_to_change(&mut tx, &[id]).await?.pop().ok_or_else(missing)?;
    let renamed = organisations::rename(&mut tx, id, &name, &folded).await;
    if matches!(renamed, Err(StoreError::Conflict)) {
        return Err(EngineError::invalid("name", "Another organisation is called so. Make the two one instead."));
    }
    renamed?;
    if remembers && folded != before.name_folded {
        organisations::keep_name(&mut tx, id, &before.name, &before.name_folded).await?;
    }
    tell(engine, tx, &[id], &[]).await?;
    Ok(Undo::Renamed { organisation: id, before: before.name, after: name })
}

/// `from` becomes part of `into`, with everybody who belongs to it.
pub async fn merge(engine: &Arc<Engine>, by: UserId, from: i64, into: i64) -> Result<Undo> {
    let mut tries = Tries::default();
    loop {
        match try_merge(engine, by, from, into).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_merge(engine: &Engine, by: UserId, from: i64, into: i64) -> Result<Undo> {
    let mut tx = engine.db.begin().await?;
    let both = organisations::get_to_change(&mut tx, &[from, into]).await?;
    if both.len() < 2 && from != into {
        return Err(missing());
    }
    if from == into || both.iter().any(|one| one.merged_into.is_some()) {
        let words = "One of these two is part of another already. Nothing was changed.";
        return Err(EngineError::Refused(words.to_owned()));
    }
    organisations::merge(&mut tx, (from, into), (by, engine.now())).await?;
    tell(engine, tx, &[from, into], &[]).await?;
    Ok(Undo::Merged { from, into })
}

/// `from`, which is part of another, is by itself again.
pub async fn part(engine: &Arc<Engine>, from: i64) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let known = organisations::get(&mut tx, from).await?.ok_or_else(missing)?;
    organisations::get_to_change(&mut tx, &[from, known.root_id]).await?;
    let root = organisations::part(&mut tx, from).await?;
    let root = root.ok_or_else(|| EngineError::Refused("These two are apart already.".to_owned()))?;
    tell(engine, tx, &[from, root], &[]).await
}

/// Undoes it, where nothing came of it since.
pub async fn undo(engine: &Arc<Engine>, by: UserId, undo: &Undo) -> Result<i64> {
    match undo {
        Undo::PutIn { organisation, person } => {
            take_out(engine, *organisation, *person).await?;
            Ok(*organisation)
        }
        Undo::TakenOut { organisation, person } => {
            let name = organisations::get(&mut engine.db.reader(), *organisation).await?.ok_or_else(missing)?.name;
            Ok(put_in(engine, by, *person, &name).await?.0)
        }
        Undo::Merged { from, into } => {
            let now = organisations::get(&mut engine.db.reader(), *from).await?.ok_or_else(missing)?;
            if now.merged_into != Some(*into) {
                let words = "It is part of the other no more, so there is nothing to undo.";
                return Err(EngineError::Refused(words.to_owned()));
            }
            part(engine, *from).await.map(|()| *from)
        }
        Undo::Renamed { organisation, before, after } => {
            let now = organisations::get(&mut engine.db.reader(), *organisation).await?.ok_or_else(missing)?;
            if now.name != *after {
                let words = "It was given another name since, so there is nothing to undo.";
                return Err(EngineError::Refused(words.to_owned()));
            }
            // That it was called so was a slip: nobody means it by that.
            name_it(engine, *organisation, before, false).await.map(|_| *organisation)
        }
    }
}

async fn tell(engine: &Engine, mut tx: Tx, organisations: &[i64], persons: &[PersonId]) -> Result<()> {
    let persons = persons.iter().map(|person| ("person", person.0));
    let told: Vec<(&str, i64)> = organisations.iter().map(|id| (TOPIC, *id)).chain(persons).collect();
    let noted = changes::note(&mut tx, &told, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
