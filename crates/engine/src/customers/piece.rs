//! One piece of a list: what its rows say of customers, in one transaction.

use super::{
    TOPIC,
    meaning::{Entry, Wrong},
};
use crate::{
    Engine, Result,
    erase::{ERASED, Keys},
    organisations,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use tertulia_model::PersonId;
use tertulia_store::{
    Tx,
    attributes::{self, Stated},
    changes,
    customer_runs::{self, Run},
    customer_ties,
    customers::{self, Customer, Handle},
    erased, threads,
};

/// A row that was read: its line, and what it says or why it is not taken.
pub(super) type Read = (i64, std::result::Result<Entry, Wrong>);

const TWICE: &str = "Its number or address stands in an earlier row of this file, too: only that row was taken.";

/// Writes what rows say, with the progress it means. False where the run was stopped meanwhile: then nothing is written.
pub(super) async fn write(engine: &Engine, run: &mut Run, piece: &[Read]) -> Result<bool> {
    let mut tx = engine.db.begin_bulk().await?;
    // Nobody is heard for the first time, merged or erased while it is found who these are.
    threads::place_alone(&mut tx).await?;
    let standing = customer_runs::get_to_change(&mut tx, run.id).await?;
    if standing.is_none_or(|standing| !matches!(standing.state.as_str(), "waiting" | "running")) {
        return Ok(false);
    }
    let mut wrong: Vec<(i64, String)> = Vec::new();
    let (mut entries, mut speaks_of) = (Vec::new(), HashMap::new());
    for (line, read) in piece {
        match read {
            Ok(entry) => entries.push(entry),
            Err(no) => {
                wrong.push((*line, no.why.clone()));
                speaks_of.extend(no.rest.as_ref().and_then(|rest| Some((*line, rest.key(&run.list)?))));
            }
        }
    }
    leave_out_erased(engine, &mut tx, &run.list, (&mut entries, &mut wrong)).await?;
    let touched = take(engine, &mut tx, run, &entries, &mut wrong).await?;
    run.position += i64::try_from(piece.len()).unwrap_or(0);
    run.wrong += i64::try_from(wrong.len()).unwrap_or(0);
    let known = customers::by_keys(&mut tx, &speaks_of.values().cloned().collect::<Vec<_>>()).await?;
    let known: HashMap<&str, i64> = known.iter().map(|one| (one.customer_key.as_str(), one.id)).collect();
    let row = |(line, why): (i64, String)| {
        let customer = speaks_of.get(&line).and_then(|key| known.get(key.as_str()));
        (line, why, customer.copied())
    };
    let wrong: Vec<(i64, String, Option<i64>)> = wrong.into_iter().map(row).collect();
    customer_runs::add_wrong(&mut tx, run.id, &wrong).await?;
    customer_runs::progress(&mut tx, run).await?;
    let mut told = vec![(TOPIC, run.id)];
    told.extend(touched.iter().map(|person| ("person", person.0)));
    let noted = changes::note(&mut tx, &told, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(true)
}

/// Who was erased stays so, also where an older list names them. Who stands there all the same with an address of theirs was
/// said to be somebody else.
async fn leave_out_erased(
    engine: &Engine,
    tx: &mut Tx,
    list: &str,
    (entries, wrong): (&mut Vec<&Entry>, &mut Vec<(i64, String)>),
) -> Result<()> {
    if !erased::any(tx).await? {
        return Ok(());
    }
    let keys = Keys::of(engine);
    let rows = |entry: &Entry| -> Vec<String> { entry.key(list).into_iter().chain(entry.address_key(list)).collect() };
    let hashes = |entry: &Entry| -> Vec<Vec<u8>> {
        let handles = entry.handles.iter().map(|(space, handle)| keys.identity(space, handle));
        handles.chain(rows(entry).iter().map(|row| keys.customer(row))).collect()
    };
    let asked = entries.iter().flat_map(|entry| hashes(entry)).collect();
    let known: HashSet<Vec<u8>> = erased::among(tx, asked).await?.into_iter().map(|e| e.key_hash).collect();
    if known.is_empty() {
        return Ok(());
    }
    let all: Vec<String> = entries.iter().flat_map(|entry| rows(entry)).collect();
    let standing = customers::by_keys(tx, &all).await?;
    let have = customers::handles(tx, &standing.iter().map(|one| one.id).collect::<Vec<_>>()).await?;
    entries.retain(|entry| {
        let own = rows(entry);
        let ids: Vec<i64> = standing.iter().filter(|one| own.contains(&one.customer_key)).map(|one| one.id).collect();
        let has = |space: &str, handle: &str| {
            have.iter().any(|one| ids.contains(&one.customer_id) && one.space == space && one.handle == handle)
        };
        let is_out = own.iter().any(|row| known.contains(&keys.customer(row)))
            || entry
                .handles
                .iter()
                .any(|(space, handle)| known.contains(&keys.identity(space, handle)) && !has(space, handle));
        if is_out {
            wrong.push((entry.line, ERASED.to_owned()));
        }
        !is_out
    });
    Ok(())
}

/// Whoever stands there already is changed where the row says something else. Gives the persons who are customers among them.
async fn take(
    engine: &Engine,
    tx: &mut Tx,
    run: &mut Run,
    entries: &[&Entry],
    wrong: &mut Vec<(i64, String)>,
) -> Result<BTreeSet<PersonId>> {
    let keys = entries.iter().flat_map(|entry| [entry.key(&run.list), entry.address_key(&run.list)]);
    let keys: Vec<String> = keys.flatten().collect();
    let known = customers::by_keys(tx, &keys).await?;
    let mut known: HashMap<String, Customer> = known.into_iter().map(|c| (c.customer_key.clone(), c)).collect();
    let called = organisations::called(engine, tx, entries.iter().filter_map(|e| e.organisation.as_deref())).await?;
    let now = engine.now();
    let (mut same, mut changed, mut added) = (Vec::new(), Vec::new(), Vec::new());
    let mut of: BTreeMap<i64, &Entry> = BTreeMap::new();
    for entry in entries {
        let Some(key) = entry.key(&run.list) else { continue };
        let digest = entry.digest(&run.list);
        // A list that has numbers by now had none before: they are the same customers.
        let had_none = |one: &&Customer| one.external_id.is_none() && one.run_id < run.id;
        let by_address = || known.get(&entry.address_key(&run.list)?).filter(had_none);
        let before = known.get(&key).or_else(by_address);
        if before.is_some_and(|before| before.run_id == run.id) {
            wrong.push((entry.line, TWICE.to_owned()));
            continue;
        }
        // A newer file of it is being read as well, and has said what holds.
        if before.is_some_and(|before| before.run_id > run.id) {
            run.same += 1;
            continue;
        }
        let is_same = before.is_some_and(|b| b.digest == digest && b.left_at.is_none());
        let customer = Customer {
            id: before.map_or_else(|| engine.next_id(), |before| before.id),
            list: run.list.clone(),
            customer_key: key.clone(),
            external_id: entry.external_id.clone(),
            name: entry.name.clone(),
            organisation_id: entry
                .organisation
                .as_deref()
                .and_then(|name| called.get(&organisations::folded(name)).copied()),
            digest,
            run_id: run.id,
            left_at: None,
            person_id: before.and_then(|before| before.person_id),
            tie: before.map_or_else(|| customer_ties::NONE.to_owned(), |before| before.tie.clone()),
            created_at: before.map_or(now, |before| before.created_at),
            changed_at: now,
        };
        match (is_same, before) {
            (true, _) => same.push(customer.id),
            (false, Some(_)) => changed.push(customer.clone()),
            (false, None) => added.push(customer.clone()),
        }
        if !is_same {
            of.insert(customer.id, entry);
        }
        if let Some(old) = before.map(|before| before.customer_key.clone()) {
            known.remove(&old);
        }
        known.insert(key, customer);
    }
    customers::seen(tx, &same, run.id).await?;
    customers::add(tx, &added).await?;
    for customer in &changed {
        customers::put(tx, customer).await?;
    }
    let count = |n: usize| i64::try_from(n).unwrap_or(0);
    run.same += count(same.len());
    run.changed += count(changed.len());
    run.added += count(added.len());
    say(engine, tx, run.id, &of).await?;
    Ok(changed.iter().filter_map(|customer| customer.person_id).collect())
}

/// What these say of handles and attributes, instead of what was said before; and who they are by it.
async fn say(engine: &Engine, tx: &mut Tx, run: i64, of: &BTreeMap<i64, &Entry>) -> Result<()> {
    let ids: Vec<i64> = of.keys().copied().collect();
    let handles: Vec<Handle> = of
        .iter()
        .flat_map(|(id, entry)| entry.handles.iter().map(|(space, handle)| (*id, space.clone(), handle.clone())))
        .map(|(customer_id, space, handle)| Handle { customer_id, space, handle })
        .collect();
    let stated: Vec<Stated> = of
        .iter()
        .flat_map(|(id, entry)| entry.values.iter().map(move |value| (*id, value)))
        .map(|(id, (attribute, read))| Stated {
            id: engine.next_id(),
            customer_id: Some(id),
            person_id: None,
            attribute: attribute.clone(),
            value: read.value.clone(),
            folded: read.folded.clone(),
            number: read.number,
            source: "list".to_owned(),
            by_user: None,
            run_id: Some(run),
            at: engine.now(),
        })
        .collect();
    let mut touched: BTreeSet<i64> = customer_ties::sharing(tx, &ids).await?.into_iter().collect();
    customers::set_handles(tx, &ids, &handles).await?;
    attributes::forget_customers(tx, &ids).await?;
    attributes::add(tx, &stated).await?;
    touched.extend(customer_ties::sharing(tx, &ids).await?);
    Ok(customer_ties::retie(tx, &touched.into_iter().collect::<Vec<_>>()).await?)
}
