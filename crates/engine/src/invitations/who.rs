//! Where a customer who said nothing can be written to first, and why somebody cannot be.

use crate::{Engine, Result, consent, outbound};
use std::collections::HashSet;
use tertulia_model::PersonId;
use tertulia_store::{
    Sql,
    channels::{self, Channel},
    customer_ties::DOUBTFUL,
    customers::{self, Customer, Handle},
    invitations, people,
};

/// Why somebody cannot be invited, in words for the team.
pub fn reason_words(reason: &str) -> &'static str {
    match reason {
        "no_address" => "No list names an address of theirs.",
        "no_way" => "Nobody can be written to first on a channel of yours by the addresses that are known.",
        "shared" => "Another customer of the list has the same address: nobody knows whose it is.",
        "twice" => "They stand in another list as well, with the same address, and are counted there.",
        "doubtful" => "Somebody wrote by an address that leads to two customers. Say first who is who.",
        "refused" => "They do not want to be written to.",
        "invited" => "They were invited lately, or an invitation waits for them.",
        "withdrawn" => "It was stopped on its way, and its words are gone.",
        _ => "It could not be sent.",
    }
}

/// Channels on which a person may write first.
pub(super) struct Doors<'a> {
    engine: &'a Engine,
    channels: Vec<Channel>,
}

impl<'a> Doors<'a> {
    pub async fn of(engine: &'a Engine, on: &mut impl Sql) -> Result<Self> {
        Ok(Self { engine, channels: channels::all(on).await? })
    }

    fn to(&self, address: &Handle) -> Option<&Channel> {
        let kind = &self.engine.registry.of_space(&address.space)?.spec().name;
        let is_door =
            |known: &&Channel| known.connector == *kind && outbound::begins(self.engine, known, &address.handle);
        self.channels.iter().find(is_door)
    }

    /// The first of these addresses that leads to one person, and the channel to it; else why there is none.
    pub fn reach<'b>(
        &self,
        addresses: &'b [Handle],
        is_shared: impl Fn(&Handle) -> bool,
    ) -> std::result::Result<(&Channel, &'b Handle), &'static str> {
        let mut why = if addresses.is_empty() { "no_address" } else { "no_way" };
        for address in addresses {
            let Some(channel) = self.to(address) else { continue };
            if !is_shared(address) {
                return Ok((channel, address));
            }
            why = "shared";
        }
        Err(why)
    }

    /// A channel of each kind that these addresses lead to, to ask for wishes that outlived an erasure.
    pub fn doors<'b>(&'b self, addresses: &'b [Handle]) -> impl Iterator<Item = (&'b Channel, &'b Handle)> {
        addresses.iter().filter_map(|address| Some((self.to(address)?, address)))
    }
}

/// The addresses of somebody: those that they themselves were known by before, then what lists name, mail first.
pub(super) async fn addresses(
    on: &mut impl Sql,
    (customer, person): (i64, Option<PersonId>),
    of_lists: Vec<Handle>,
) -> Result<Vec<Handle>> {
    let mut found = Vec::new();
    if let Some(person) = person {
        let theirs = people::identities(on, person).await?.into_iter();
        found.extend(theirs.map(|known| Handle { customer_id: customer, space: known.space, handle: known.handle }));
    }
    let mut listed = of_lists;
    listed.sort_by_key(|one| one.space != "mail");
    for one in listed {
        if !found.iter().any(|known: &Handle| (&known.space, &known.handle) == (&one.space, &one.handle)) {
            found.push(one);
        }
    }
    Ok(found)
}

/// What forbids to write to somebody by any of their addresses, if anything does: a wish on one channel counts for an invitation by
/// another as well.
pub(super) async fn refusal(
    engine: &Engine,
    on: &mut impl Sql,
    doors: &Doors<'_>,
    addresses: &[Handle],
) -> Result<Option<String>> {
    for (channel, address) in doors.doors(addresses) {
        let whom = consent::Whom { handles: vec![address.handle.clone()], answers: None };
        if let Some(refused) = consent::refusal(engine, on, channel, whom).await? {
            return Ok(Some(refused.words()));
        }
    }
    Ok(None)
}

/// Of these customers, of whom it must be looked up one by one whether they want to be written to: few ever said anything.
pub(super) async fn suspects(
    engine: &Engine,
    on: &mut impl Sql,
    doors: &Doors<'_>,
    all: &[(i64, Vec<Handle>)],
) -> Result<HashSet<i64>> {
    let handles = all.iter().flat_map(|(_, addresses)| addresses.iter().map(|one| one.handle.clone()));
    let known = people::with_handles(on, handles.collect()).await?;
    let known: HashSet<(&str, &str)> = known.iter().map(|one| (one.space.as_str(), one.handle.as_str())).collect();
    let is_known = |one: &Handle| known.contains(&(one.space.as_str(), one.handle.as_str()));
    let mut found: HashSet<i64> =
        all.iter().filter(|(_, addresses)| addresses.iter().any(is_known)).map(|(id, _)| *id).collect();
    if consent::any_kept(on).await? {
        let asked: Vec<(i64, &Channel, String)> = all
            .iter()
            .flat_map(|(id, addresses)| doors.doors(addresses).map(|(door, one)| (*id, door, one.handle.clone())))
            .collect();
        found.extend(consent::with_kept(engine, on, &asked).await?);
    }
    Ok(found)
}

/// One customer, as they stand this moment.
pub(super) struct One {
    /// How they are reached; else why they are not.
    pub reached: std::result::Result<(Channel, Handle), &'static str>,
    /// They do not want it: in words.
    pub refused: Option<String>,
}

pub(super) async fn one(engine: &Engine, on: &mut impl Sql, customer: &Customer) -> Result<One> {
    let doors = Doors::of(engine, on).await?;
    let listed = customers::handles(on, &[customer.id]).await?;
    let addresses = addresses(on, (customer.id, customer.person_id), listed).await?;
    let shared = invitations::shared(on, customer.id).await?;
    let is_shared =
        |one: &Handle| shared.iter().any(|known| (&known.space, &known.handle) == (&one.space, &one.handle));
    let reached = match customer.tie == DOUBTFUL {
        true => Err("doubtful"),
        false => doors.reach(&addresses, is_shared).map(|(channel, address)| (channel.clone(), address.clone())),
    };
    let refused = refusal(engine, on, &doors, &addresses).await?;
    Ok(One { reached, refused })
}
