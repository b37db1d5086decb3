//! A message whose headers were lost may still be placed: who answered an answer to it names it, and right before it what
//! it answered (JWZ threading, step 1.B). Others are believed only about messages that say nothing themselves.
//!
//! Anybody can write anything into `References`. So a parent is taken from others only where all who speak of the message
//! on its channel agree, both messages are here on that channel, and the parent is the older one and no answer to the
//! other. What they tell moves nothing from thread to thread: naming both has tied them already.

use super::arrive::Arrival;
use crate::{Result, threading::Plan};
use std::collections::{BTreeMap, HashMap, HashSet};
use tertulia_model::MessageId;
use tertulia_store::{
    Tx,
    channels::Channel,
    keys::SourceKey,
    messages::{Known, flags},
    threads,
    told::{self, Standing, TOLD, Told},
};

/// Notes what the arrivals tell of others, and gives a parent to those of whom enough is told, or takes it away again.
/// `cited` are the keys that stored messages were waiting for.
pub(super) async fn write(
    tx: &mut Tx,
    channel: &Channel,
    arrivals: &[Arrival<'_>],
    known: &HashMap<SourceKey, Known>,
    cited: &HashSet<SourceKey>,
    plan: &Plan,
) -> Result<()> {
    let fresh = tellings(channel, arrivals, known);
    told::note(tx, &fresh).await?;
    // Of a newcomer that nobody waited for nothing was told: who tells of a message waits for it.
    let awaited = arrivals.iter().filter(|a| cited.contains(&a.key) || a.existing.is_some());
    let (mut children, mut parents) = (Vec::new(), Vec::new());
    for arrival in awaited {
        children.push(arrival.key);
        parents.push(arrival.id);
    }
    // Whoever has another parent now may have become, or ceased to be, an answer to what is told to be its answer.
    parents.extend(plan.adopted.iter().map(|(child, ..)| *child));
    if !parents.is_empty() {
        children.extend(told::children_of(tx, &parents).await?);
    }
    let here: HashSet<SourceKey> = arrivals.iter().map(|a| a.key).collect();
    let is_here = |key: &SourceKey| here.contains(key) || known.contains_key(key);
    children.extend(fresh.iter().map(|told| told.child).filter(is_here));
    children.sort_unstable();
    children.dedup();
    if children.is_empty() { Ok(()) } else { place(tx, &children).await }
}

/// The pairs next to each other in the arrivals' references, without those whose second says itself what it answers.
fn tellings(channel: &Channel, arrivals: &[Arrival<'_>], known: &HashMap<SourceKey, Known>) -> Vec<Told> {
    let arriving: HashMap<SourceKey, bool> =
        arrivals.iter().filter_map(|a| Some((a.key, !a.words?.ancestors.is_empty()))).collect();
    let names_its_own = |key: &SourceKey| match (arriving.get(key), known.get(key)) {
        (Some(refers), _) => *refers,
        (None, Some(there)) => there.flags & flags::REFERS != 0 || there.parent_rank < TOLD,
        (None, None) => false,
    };
    let mut fresh = Vec::new();
    for arrival in arrivals.iter().filter(|a| !a.doubtful) {
        let Some(words) = arrival.words else { continue };
        // Nearest first.
        for pair in words.ancestors.windows(2) {
            let told = Told { child: pair[0], parent: pair[1], channel: channel.id };
            let strange = told.child == told.parent || told.child == arrival.key || told.parent == arrival.key;
            if !strange && !names_its_own(&told.child) {
                fresh.push(told);
            }
        }
    }
    fresh
}

async fn place(tx: &mut Tx, children: &[SourceKey]) -> Result<()> {
    let mut by_child: BTreeMap<MessageId, Vec<Standing>> = BTreeMap::new();
    for one in told::standing(tx, children).await? {
        by_child.entry(one.child_id).or_default().push(one);
    }
    let mut settled = Vec::new();
    for (child, told) in by_child {
        let one = &told[0];
        if one.child_flags & flags::BARE == 0 && one.child_names_its_own() {
            settled.extend(SourceKey::try_from(one.child_key.as_slice()));
            continue;
        }
        let parent = agreed(&told);
        if parent != one.child_parent {
            threads::leave_ring(tx, child).await?;
            told::set_parent(tx, child, parent).await?;
            threads::cut_ring(tx, child).await?;
        }
    }
    if settled.is_empty() { Ok(()) } else { Ok(told::forget(tx, &settled).await?) }
}

/// The one parent that all who may speak of a message name, if it can be true.
fn agreed(told: &[Standing]) -> Option<MessageId> {
    let mut named = told.iter().filter(|one| one.told_on == one.child_channel);
    let one = named.next()?;
    let plausible = one.child_flags & flags::BARE == 0
        && one.parent_flags.is_some_and(|parent| parent & flags::BARE == 0)
        && one.parent_channel == Some(one.child_channel)
        && one.parent_at.is_some_and(|at| at < one.child_at)
        && one.parents_parent != Some(one.child_id);
    let alone = named.all(|other| other.parent_key == one.parent_key);
    one.parent_id.filter(|_| plausible && alone)
}
