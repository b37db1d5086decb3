//! Who wrote: from a handle on a channel to a person.

mod ask;
mod by_itself;
mod knowing;
mod learn;
mod merge;
mod suggest;
mod traits;

pub use ask::{Choice, MOST_ASKING, Shown, USUAL_WORDS, ask, asked, choices, evidence, look, say, without_links};
pub use by_itself::{PROBABLE, Precision, part_all, precision, want};
pub use knowing::{Knowing, knowing};
pub(crate) use knowing::{MOST_PROMISES, by_promises, days_talked};
pub(crate) use learn::Model;
pub use merge::{Evidence, MOST_TOLD, Side, apart, merge, part, preview};
pub use suggest::{Ground, read_grounds};
pub(crate) use suggest::{catch_up, if_news as suggest_if_news, soon as suggest_soon, suggest};
pub(crate) use traits::{Says, note as note_traits};

use crate::{Engine, EngineError, Result, ingest::Tries};
use std::collections::{BTreeMap, HashMap};
use tertulia_model::{Author, IdentityId, PersonId};
use tertulia_store::{
    Tx, changes, customer_ties,
    people::{self, Identity, Person},
    person_merges, threads,
};

/// The identity and person behind each author of a piece, by space and handle.
#[derive(Debug, Default)]
pub struct Resolved(HashMap<String, HashMap<String, (IdentityId, PersonId)>>);

impl Resolved {
    pub fn get(&self, author: &Author) -> Option<(IdentityId, PersonId)> {
        self.0.get(&author.space)?.get(&author.handle).copied()
    }

    fn note(&mut self, space: String, handle: String, known: (IdentityId, PersonId)) {
        self.0.entry(space).or_default().insert(handle, known);
    }
}

/// Notes an address that somebody typed for themselves. It stays a claim: it proves nothing and shows them nothing until
/// they confirm it by mail, also where a person with that address is known.
pub async fn record_claim(engine: &Engine, author: &Author) -> Result<IdentityId> {
    let mut tries = Tries::default();
    loop {
        match try_record(engine, author).await {
            // Their first message came in the same moment, through another node.
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_record(engine: &Engine, author: &Author) -> Result<IdentityId> {
    let mut tx = engine.db.begin().await?;
    // Whoever reads a list of customers meanwhile sees them, or is seen.
    threads::place_alone(&mut tx).await?;
    let resolved = resolve(engine, &mut tx, [author]).await?;
    let (identity, person) = resolved.get(author).ok_or_else(|| EngineError::missing("This visitor"))?;
    suggest_if_news(engine, &mut tx).await?;
    let noted = changes::note(&mut tx, &[("person", person.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(identity)
}

/// Finds the person behind each author; whoever was never heard before becomes a person of their own. Nobody is taken
/// for somebody else here: that two identities are one human is a link with its evidence
/// (`outbound::confirm_address`). At the end of the transaction [`suggest_if_news`] is to be called.
pub async fn resolve<'a>(
    engine: &Engine,
    tx: &mut Tx,
    authors: impl IntoIterator<Item = &'a Author>,
) -> Result<Resolved> {
    let mut by_space: BTreeMap<&str, BTreeMap<&str, Author>> = BTreeMap::new();
    for author in authors {
        let of_space = by_space.entry(&author.space).or_default();
        let known = of_space.entry(&author.handle).or_insert_with(|| author.clone());
        // What one message leaves out another may say: the first name counts, and the last address that was claimed.
        if known.display_name.is_none() {
            known.display_name.clone_from(&author.display_name);
        }
        if author.claimed_mail.is_some() {
            known.claimed_mail.clone_from(&author.claimed_mail);
        }
    }
    let mut resolved = Resolved::default();
    for (space, authors) in by_space {
        let handles = authors.keys().map(|handle| (*handle).to_owned()).collect();
        for identity in people::find(tx, space, handles).await? {
            if let Some(author) = authors.get(identity.handle.as_str()) {
                learn(engine, tx, &identity, author).await?;
            }
            resolved.note(identity.space, identity.handle, (identity.id, identity.person_id));
        }
        let fresh: Vec<Author> = authors.into_values().filter(|author| resolved.get(author).is_none()).collect();
        add(engine, tx, &fresh, &mut resolved).await?;
    }
    Ok(resolved)
}

async fn add(engine: &Engine, tx: &mut Tx, fresh: &[Author], resolved: &mut Resolved) -> Result<()> {
    let now = engine.now();
    let (mut persons, mut identities) = (Vec::with_capacity(fresh.len()), Vec::with_capacity(fresh.len()));
    for author in fresh {
        let (id, person_id) = (IdentityId(engine.next_id()), PersonId(engine.next_id()));
        persons.push(Person { id: person_id, name: name_of(engine, author), created_at: now });
        identities.push(Identity {
            id,
            space: author.space.clone(),
            handle: author.handle.clone(),
            name: author.display_name.clone(),
            person_id,
            claimed_mail: author.claimed_mail.clone(),
            created_at: now,
        });
        resolved.note(author.space.clone(), author.handle.clone(), (id, person_id));
    }
    people::add_persons(tx, &persons).await?;
    people::add_identities(tx, &identities).await?;
    let own = identities.iter().map(|identity| (identity.space.clone(), identity.handle.clone()));
    let claimed = identities.iter().filter_map(|identity| identity.claimed_mail.clone());
    let heard: Vec<(String, String)> = own.chain(claimed.map(|address| ("mail".to_owned(), address))).collect();
    customer_ties::tie_newcomers(tx, &heard).await?;
    Ok(())
}

/// What an author newly says of themselves. A person still called by their handle gets the name.
async fn learn(engine: &Engine, tx: &mut Tx, identity: &Identity, author: &Author) -> Result<()> {
    let new_name = author.display_name.as_deref().filter(|name| !name.trim().is_empty() && identity.name.is_none());
    let new_claim = author.claimed_mail.as_deref().filter(|claim| identity.claimed_mail.as_deref() != Some(claim));
    if new_name.is_none() && new_claim.is_none() {
        return Ok(());
    }
    people::update_identity(tx, identity.id, new_name, new_claim).await?;
    if let Some(claim) = new_claim {
        // The address that they claimed before may be somebody else's alone by now.
        let claims = identity.claimed_mail.as_deref().into_iter().chain([claim]);
        let claims: Vec<(String, String)> = claims.map(|address| ("mail".to_owned(), address.to_owned())).collect();
        customer_ties::tie_newcomers(tx, &claims).await?;
    }
    let Some(name) = new_name else { return Ok(()) };
    let handle = name_of(engine, &Author { display_name: None, ..author.clone() });
    if people::get(tx, identity.person_id).await?.is_some_and(|person| person.name == handle) {
        people::rename(tx, identity.person_id, name).await?;
    }
    Ok(person_merges::learn_name(tx, identity.id, (&handle, name)).await?)
}

/// What to call somebody: the name they give, else the readable part of the handle.
fn name_of(engine: &Engine, author: &Author) -> String {
    let given = author.display_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let name =
        given.unwrap_or_else(|| author.handle.split('@').find(|part| !part.is_empty()).unwrap_or(&author.handle));
    let is_visitor = || engine.registry.of_space(&author.space).is_some_and(|known| known.spec().hosts_visitors);
    if given.is_none() && is_visitor() { "Visitor".to_owned() } else { name.to_owned() }
}
