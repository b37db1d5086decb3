//! Threading: which thread a message belongs to and whose answer it is.
//!
//! A thread is the set of messages that reply headers tie together, directly or through messages that are not here (JWZ
//! threading, <https://www.jwz.org/doc/threading.html>, without its step that guesses by subject). A message's parent is
//! the nearest of its ancestors that is present; where forged ids make a ring, its oldest message has none. Both depend on
//! the messages alone, not on the order of their arrival. A message that names no ancestor may be given a parent by what
//! others say of it: `ingest/told.rs`.

use std::collections::HashMap;
use tertulia_model::{MessageId, ThreadId};
use tertulia_store::{keys::SourceKey, messages::NO_PARENT};

/// A message to be placed.
#[derive(Debug, Clone)]
pub struct Newcomer {
    pub key: SourceKey,
    pub id: MessageId,
    /// The thread it stands in already, if it was stored before as a tombstone or a waiting edit.
    pub thread: ThreadId,
    /// Its ancestors, nearest first.
    pub ancestors: Vec<SourceKey>,
}

/// A message that is stored.
#[derive(Debug, Clone, Copy)]
pub struct Present {
    pub id: MessageId,
    pub thread: ThreadId,
}

/// A stored message that refers to one which was not there.
#[derive(Debug, Clone, Copy)]
pub struct Waiter {
    pub id: MessageId,
    pub thread: ThreadId,
    pub rank: i64,
    pub parent_rank: i64,
}

/// Where everything goes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// For each newcomer, in order: its thread, its parent and how far up that stands.
    pub placed: Vec<(ThreadId, Option<MessageId>, i64)>,
    /// References to messages that are not here: key, who refers, rank.
    pub awaited: Vec<(SourceKey, MessageId, i64)>,
    /// Stored messages whose nearest present ancestor is a newcomer: who, new parent, rank.
    pub adopted: Vec<(MessageId, MessageId, i64)>,
    /// Those of the adopted that had a parent before.
    pub moved: Vec<MessageId>,
    /// Stored threads that turn out to be part of another: from, into.
    pub joined: Vec<(ThreadId, ThreadId)>,
}

/// Places newcomers among what is present. `present` holds every stored ancestor of a newcomer, `waiting` every stored
/// message that refers to a newcomer, `sharing` the thread of the stored messages that refer to an absent ancestor of one.
pub fn assign(
    newcomers: &[Newcomer],
    present: &HashMap<SourceKey, Present>,
    waiting: &HashMap<SourceKey, Vec<Waiter>>,
    sharing: &HashMap<SourceKey, ThreadId>,
) -> Plan {
    let mut sets = ThreadSets::default();
    let mut plan = Plan::default();
    let by_key: HashMap<SourceKey, usize> = newcomers.iter().enumerate().rev().map(|(n, m)| (m.key, n)).collect();
    let mut shared_absent: HashMap<SourceKey, ThreadId> = HashMap::new();
    let mut parents = Vec::with_capacity(newcomers.len());
    for message in newcomers {
        sets.add(message.thread);
        let mut parent = (None, NO_PARENT);
        for (rank, ancestor) in (1..).zip(&message.ancestors) {
            let here = by_key.get(ancestor).map(|n| Present { id: newcomers[*n].id, thread: newcomers[*n].thread });
            if let Some(here) = here.or_else(|| present.get(ancestor).copied()) {
                sets.join(message.thread, here.thread);
                if parent.0.is_none() && here.id != message.id {
                    parent = (Some(here.id), rank);
                }
                continue;
            }
            plan.awaited.push((*ancestor, message.id, rank));
            let shared = *shared_absent.entry(*ancestor).or_insert(message.thread);
            sets.join(message.thread, shared);
            if let Some(stored) = sharing.get(ancestor) {
                sets.join(message.thread, *stored);
            }
        }
        parents.push(parent);
    }
    adopt(newcomers, waiting, &mut sets, &mut plan);
    let mut place =
        |(message, (parent, rank)): (&Newcomer, (Option<MessageId>, i64))| (sets.find(message.thread), parent, rank);
    plan.placed = newcomers.iter().zip(parents).map(&mut place).collect();
    plan.joined = sets.joined();
    plan
}

/// Stored messages that waited for a newcomer come into its thread, and under it where it is nearer than their parent.
fn adopt(newcomers: &[Newcomer], waiting: &HashMap<SourceKey, Vec<Waiter>>, sets: &mut ThreadSets, plan: &mut Plan) {
    let mut nearest: HashMap<MessageId, (MessageId, i64)> = HashMap::new();
    for message in newcomers {
        for waiter in waiting.get(&message.key).into_iter().flatten() {
            sets.join(message.thread, waiter.thread);
            if waiter.id == message.id || waiter.rank >= waiter.parent_rank {
                continue;
            }
            if waiter.parent_rank < NO_PARENT {
                plan.moved.push(waiter.id);
            }
            let best = nearest.entry(waiter.id).or_insert((message.id, waiter.rank));
            if waiter.rank < best.1 {
                *best = (message.id, waiter.rank);
            }
        }
    }
    plan.adopted = nearest.into_iter().map(|(child, (parent, rank))| (child, parent, rank)).collect();
    plan.adopted.sort_unstable();
}

impl Plan {
    /// The messages that may stand on a ring now. Where stored ones stand on it, one of them has got a newcomer for its
    /// parent that has a parent itself; a ring of newcomers alone is found by going up from each.
    pub fn on_rings(&self, newcomers: &[MessageId]) -> Vec<MessageId> {
        let claims: HashMap<MessageId, MessageId> =
            newcomers.iter().zip(&self.placed).filter_map(|(id, (_, parent, _))| Some((*id, (*parent)?))).collect();
        let adopted =
            self.adopted.iter().filter(|(_, parent, _)| claims.contains_key(parent)).map(|(child, ..)| *child);
        let mut found: Vec<MessageId> = adopted.collect();
        let mut walked: HashMap<MessageId, MessageId> = HashMap::new();
        for start in claims.keys() {
            let mut at = *start;
            while !walked.contains_key(&at) {
                walked.insert(at, *start);
                match claims.get(&at) {
                    Some(parent) => at = *parent,
                    None => break,
                }
            }
            // Met on this very walk, not on one before it.
            if claims.contains_key(&at) && walked.get(&at) == Some(start) {
                found.push(at);
            }
        }
        found
    }
}

/// Union–find; a set is named by its lowest thread id, so that the name does not depend on the order of joins.
#[derive(Default)]
struct ThreadSets(HashMap<ThreadId, ThreadId>);

impl ThreadSets {
    fn add(&mut self, thread: ThreadId) {
        self.0.entry(thread).or_insert(thread);
    }

    /// Halves the way it goes: an archive that tells its threads backwards would make it as long as the thread.
    fn find(&mut self, mut thread: ThreadId) -> ThreadId {
        while let Some(above) = self.0.get(&thread).copied().filter(|above| *above != thread) {
            let top = self.0.get(&above).copied().unwrap_or(above);
            self.0.insert(thread, top);
            thread = top;
        }
        thread
    }

    fn join(&mut self, a: ThreadId, b: ThreadId) {
        self.add(a);
        self.add(b);
        let (a, b) = (self.find(a), self.find(b));
        let root = a.min(b);
        self.0.insert(a.max(b), root);
        self.0.insert(root, root);
    }

    fn joined(&mut self) -> Vec<(ThreadId, ThreadId)> {
        let threads: Vec<ThreadId> = self.0.keys().copied().collect();
        let mut joined: Vec<_> =
            threads.into_iter().map(|thread| (thread, self.find(thread))).filter(|(from, into)| from != into).collect();
        joined.sort_unstable();
        joined
    }
}
