//! Erasing a customer who never wrote: what a list says of them, and what names their addresses. Whoever wrote is a person, and
//! takes the customers along that they are.

use super::{
    Along, addresses, begin_report, errands,
    find::{Found, named},
    keys::Keys,
    needles::Needles,
    nothing_is_read,
};
use crate::{
    Engine, EngineError, Result,
    webhooks::{self as outside, Event},
};
use std::{collections::BTreeSet, sync::Arc};
use tertulia_model::{Millis, UserId};
use tertulia_store::{
    Sql, Tx, attributes, changes, customer_ties,
    customers::{self, Customer, Handle},
    erased::{self, Erased},
    erasing::{self, Counts},
    kept::WhichDrafts,
    opinions, threads, webhooks,
};

/// What an erasure of a customer would take, and who is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerPreview {
    pub name: String,
    pub list: String,
    /// Addresses and accounts that the list names, and values.
    pub addresses: usize,
    pub values: usize,
    /// Messages of ours that went to an address that nobody else has.
    pub answers: usize,
    /// What could not be understood, and names such an address.
    pub set_aside: usize,
    /// Others of lists who have an address in common with them, and stay.
    pub others: Vec<Along>,
}

/// One who never wrote.
fn unheard(customer: Option<Customer>) -> Result<Customer> {
    let customer = customer.ok_or_else(|| EngineError::missing("This customer"))?;
    if customer.person_id.is_none() {
        return Ok(customer);
    }
    let words = "They have written: open who they are under People, and erase that person. The customer goes along. If it is \
                 somebody else, say so on the customer's page first.";
    Err(EngineError::Refused(words.to_owned()))
}

/// Says what would go, and changes nothing.
pub async fn preview_customer(engine: &Arc<Engine>, id: i64) -> Result<CustomerPreview> {
    let mut db = engine.db.reader();
    let customer = unheard(customers::get(&mut db, id).await?)?;
    let handles = customers::handles(&mut db, &[id]).await?;
    let alone = bare(&customers::alone(&mut db, id).await?);
    let named = named(engine, &mut db, &alone, i64::MAX).await?;
    let values = attributes::of_customers(&mut db, &[id]).await?.len();
    Ok(CustomerPreview {
        others: others(&mut db, id).await?,
        name: customer.name,
        list: customer.list,
        addresses: handles.len(),
        values,
        answers: named.messages.len(),
        set_aside: named.aside.len(),
    })
}

async fn others(on: &mut impl Sql, id: i64) -> Result<Vec<Along>> {
    let mut found = Vec::new();
    for other in customer_ties::sharing(on, &[id]).await?.into_iter().filter(|other| *other != id) {
        found.extend(customers::get(on, other).await?.map(|customer| Along::of(customer, None)));
    }
    Ok(found)
}

fn bare(handles: &[Handle]) -> Vec<String> {
    handles.iter().map(|one| one.handle.clone()).collect()
}

/// By what a customer who goes is known again: the row of their list, and the addresses that nobody else has.
pub(super) async fn hashes(on: &mut impl Sql, keys: &Keys, customer: &Customer, at: Millis) -> Result<Vec<Erased>> {
    let row = (keys.customer(&customer.customer_key), "customer");
    let alone = customers::alone(on, customer.id).await?;
    let theirs = alone.iter().map(|one| (keys.identity(&one.space, &one.handle), "identity"));
    Ok(theirs.chain([row]).map(|(key_hash, kind)| Erased { key_hash, kind: kind.to_owned(), at }).collect())
}

/// By what somebody is known again who voted: their ballots, and what they were called there.
pub(super) fn voters(keys: &Keys, voted: &[(i64, String)], at: Millis) -> Vec<Erased> {
    let known = |(ballot, name): &(i64, String)| keys.voter(*ballot, name);
    voted.iter().map(|one| Erased { key_hash: known(one), kind: "voter".to_owned(), at }).collect()
}

/// Erases a customer. Nothing of what a list says of them is shown or found any more once this is done; what names their
/// addresses is looked for by the job whose subject is the report, the id of which is given.
pub async fn erase_customer(engine: &Arc<Engine>, id: i64, by: UserId) -> Result<i64> {
    let (report, now) = (engine.next_id(), engine.now());
    let mut tx = engine.db.begin().await?;
    threads::place_alone(&mut tx).await?;
    let customer = unheard(customers::get_to_change(&mut tx, id).await?)?;
    nothing_is_read(&mut tx).await?;
    erasing::overwrite(&mut tx, true).await?;
    let mut counts = Counts::new();
    let keys = Keys::of(engine);
    let mut hashes = hashes(&mut tx, &keys, &customer, now).await?;
    let found = found(&mut tx, id).await?;
    counts.insert("errands".to_owned(), erasing::forget_errands(&mut tx, &found.errands).await?);
    customers::forget_these(&mut tx, &[id], &mut counts).await?;
    let voted = opinions::forget(&mut tx, None, &addresses(&found.handles), &mut counts).await?;
    hashes.extend(voters(&keys, &voted, now));
    // What programs and endpoints answered, or were answered, may repeat anything.
    counts.insert("api_answers".to_owned(), erasing::forget_answers(&mut tx).await?);
    counts.insert("webhook_attempts".to_owned(), webhooks::forget_answers(&mut tx).await?);
    erased::remember(&mut tx, &hashes).await?;
    erasing::overwrite(&mut tx, false).await?;
    begin_report(engine, &mut tx, (report, by, now), &found, &[customer.name], (&counts, &[])).await?;
    outside::tell(engine, &mut tx, &[Event::ErasedCustomer { customer: id, report }]).await?;
    let noted = changes::note(&mut tx, &[("erasure", report)], now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.bell.ring();
    Ok(report)
}

/// They said nothing: there is only what names them, which the job looks for.
async fn found(tx: &mut Tx, id: i64) -> Result<Found> {
    let handles = bare(&customers::alone(tx, id).await?);
    Ok(Found {
        errands: errands::repeating(tx, &Needles::of(&handles)).await?,
        identities: Vec::new(),
        handles,
        doomed: Vec::new(),
        held: Vec::new(),
        drafts: WhichDrafts::default(),
        blobs: BTreeSet::new(),
        aside: Vec::new(),
    })
}
