//! From raw items to stored messages, a piece at a time: [`prepare()`] understands them on all cores, without the database;
//! [`write()`] stores the piece in one transaction, and sets aside what the database refuses.

mod amend;
mod arrive;
mod hold;
mod ours;
mod over;
mod prepare;
mod refused;
mod told;
mod variants;

pub(crate) use amend::learn_name;
pub(crate) use arrive::{partner, shown};
pub use hold::bare_subject;
pub(crate) use prepare::language_of;
pub use prepare::prepare;
pub(crate) use refused::{Parts, hindrance, why_refused};

use crate::{
    Engine, EngineError, Result, erase, knowhow, ledger, people::suggest_if_news, storing, visitors, webhooks,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, atomic::Ordering},
};
use tertulia_analysis::analyse::Analysis;
use tertulia_model::{Attachment, Author, BlobRange, BounceNotice, Content, EventKey, Millis, RawItem, UserId};
use tertulia_store::{
    Tx, Urgency, changes,
    channels::{self, Channel},
    keys::SourceKey,
    ledger::Kind,
    quarantine::{self, Quarantined},
    threads,
};

/// A raw item whose bytes are durable. `bytes` is there if they are in memory anyway.
#[derive(Debug, Clone)]
pub struct Item {
    pub raw: RawItem,
    pub range: BlobRange,
    pub bytes: Option<Vec<u8>>,
}

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    pub stored: usize,
    /// Heard before, so not stored again.
    pub known: usize,
    pub skipped: usize,
    pub quarantined: usize,
    /// Of the stored, those that gave no time that could be read.
    pub undated: usize,
    /// Why something was skipped or set aside, and how often.
    pub reasons: BTreeMap<String, usize>,
    /// When the newest of the stored messages counts as written.
    pub newest_at: Option<Millis>,
}

impl Taken {
    pub fn add(&mut self, other: Self) {
        self.stored += other.stored;
        self.known += other.known;
        self.skipped += other.skipped;
        self.quarantined += other.quarantined;
        self.undated += other.undated;
        for (reason, count) in other.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
        self.newest_at = self.newest_at.max(other.newest_at);
    }
}

/// One event, understood.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub key: SourceKey,
    pub name: EventKey,
    pub received_at: Millis,
    pub raw: BlobRange,
    pub what: What,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    Created(Box<Words>),
    Edited(i64, Box<Words>),
    Deleted,
    Bounced(BounceNotice),
    /// Of ours, by its external id.
    Arrived(String),
    Consent(Box<Wish>),
}

/// Whether somebody wants to hear from us on a channel.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub author: Author,
    /// None: they only asked for help.
    pub allowed: Option<bool>,
    pub words: String,
    pub answer: Option<String>,
}

/// A content with everything that can be said of it without the database.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    pub content: Content,
    pub analysis: Analysis,
    pub fingerprint: i64,
    /// Keys of the ancestors, nearest first.
    pub ancestors: Vec<SourceKey>,
    /// Attachments whose bytes are in the blob store already. What `content` shows counts them.
    pub attachments: Vec<(Attachment, BlobRange)>,
    pub at: Millis,
    /// The member who entered it by hand.
    pub brought_by: Option<UserId>,
}

/// A piece ready to be written.
#[derive(Debug, Clone, Default)]
pub struct Prepared {
    /// What the items told, one item's events after another's.
    pub(crate) events: Vec<Event>,
    /// The items, and how many of the events are each one's.
    pub(crate) items: Vec<(Item, usize)>,
    pub(crate) quarantined: Vec<Quarantined>,
    /// What was understood and held nothing that somebody said: why, and how often.
    pub(crate) passed_over: BTreeMap<String, usize>,
    /// What was understood and is not to be kept, by its reason.
    pub(crate) left_out: BTreeMap<(Kind, String), u64>,
}

/// Why an item left nothing behind.
const NOTHING_SAID: &str = "It held nothing that was said.";

impl Prepared {
    /// Why the one item of a replay failed again, if it did.
    pub(crate) fn take_reason(&mut self) -> Option<String> {
        self.quarantined.pop().map(|item| item.reason)
    }

    /// What is no event of it.
    pub(crate) fn clone_rest(&self) -> Self {
        Self {
            quarantined: self.quarantined.clone(),
            passed_over: self.passed_over.clone(),
            left_out: self.left_out.clone(),
            ..Self::default()
        }
    }

    /// The blobs that its rows are to name.
    fn blobs(&self) -> BTreeSet<&str> {
        let mut blobs: BTreeSet<&str> = self.quarantined.iter().map(|item| item.blob.as_str()).collect();
        for event in &self.events {
            blobs.insert(event.raw.blob.as_str());
            if let What::Created(words) | What::Edited(_, words) = &event.what {
                blobs.extend(words.attachments.iter().map(|(_, content)| content.blob.as_str()));
            }
        }
        blobs
    }

    /// Adds parts that were no items at all.
    pub(crate) fn set_aside(&mut self, troubles: Vec<Quarantined>) {
        self.quarantined.extend(troubles);
    }

    /// Counts parts that say nothing, by their reasons.
    pub(crate) fn pass_over(&mut self, reasons: BTreeMap<String, usize>) {
        for (reason, times) in reasons {
            *self.passed_over.entry(reason).or_default() += times;
        }
    }
}

/// How often a piece is tried again when another node stored the same message, or a message at the same place, in between.
const CONFLICTS_BORNE: usize = 5;

/// How often a transaction has met another so far.
#[derive(Debug, Default)]
pub(crate) struct Tries(usize);

impl Tries {
    /// Whether what ended so is made again from its beginning.
    pub fn again(&mut self, engine: &Engine, error: &EngineError) -> bool {
        if !error.met_another() || self.0 >= CONFLICTS_BORNE {
            return false;
        }
        self.0 += 1;
        jump_ties(engine);
        true
    }
}

/// Moves the tie-breaks on by chance, after two messages met at one place.
fn jump_ties(engine: &Engine) {
    let jump = i64::try_from(engine.chance.below(1 << 20)).unwrap_or(1);
    engine.tie.fetch_add(jump, Ordering::Relaxed);
}

/// Stores a piece and announces what changed. An item that the database refuses is set aside and holds up nothing.
pub async fn write(
    engine: &Arc<Engine>,
    channel: &Channel,
    prepared: Prepared,
    (history, urgency): (bool, Urgency),
) -> Result<Taken> {
    let mut parts = Parts::of(prepared);
    let mut taken = Taken::default();
    while let Some(part) = parts.next() {
        match write_whole(engine, channel, &part, (history, urgency)).await {
            Ok(stored) => taken.add(stored),
            Err(error) => parts.without_refused(engine, channel, part, error, history)?,
        }
    }
    Ok(taken)
}

/// Stores a piece in one transaction or not at all, and announces what changed.
pub(crate) async fn write_whole(
    engine: &Arc<Engine>,
    channel: &Channel,
    prepared: &Prepared,
    (history, urgency): (bool, Urgency),
) -> Result<Taken> {
    let mut tries = Tries::default();
    loop {
        match try_write(engine, channel, prepared, (history, urgency)).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_write(
    engine: &Arc<Engine>,
    channel: &Channel,
    prepared: &Prepared,
    (history, urgency): (bool, Urgency),
) -> Result<Taken> {
    let mut tx = engine.db.begin_as(urgency).await?;
    let written = write_into(engine, &mut tx, channel, prepared, history).await?;
    let noted = changes::note(&mut tx, &written.changes, engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    engine.heard.notify_one();
    Ok(written.taken)
}

/// What a piece came to, and what is to be announced of it once it is committed.
pub(crate) struct Written {
    pub taken: Taken,
    pub changes: Vec<(&'static str, i64)>,
}

/// Stores a piece in a transaction to which the caller adds what must be true together with it.
pub(crate) async fn write_into(
    engine: &Engine,
    tx: &mut Tx,
    channel: &Channel,
    prepared: &Prepared,
    history: bool,
) -> Result<Written> {
    threads::place_alone(tx).await?;
    storing::hold(engine, tx, prepared.blobs()).await?;
    // Behind the lock that an erasure takes as well: either it has found what is stored here, or this finds what it left.
    let left = erase::leave_out(engine, tx, prepared, history).await?;
    let prepared = left.as_ref().unwrap_or(prepared);
    let mut taken = Taken { quarantined: prepared.quarantined.len(), ..Taken::default() };
    for item in &prepared.quarantined {
        *taken.reasons.entry(item.reason.clone()).or_default() += 1;
    }
    quarantine::add(tx, &prepared.quarantined).await?;
    let arrived = arrive::write(engine, tx, channel, &prepared.events, history).await?;
    taken.stored = arrived.stored;
    taken.undated = arrived.undated;
    taken.known = arrived.known;
    taken.newest_at = arrived.newest_at;
    let mut touched = arrived.touched;
    let vouches = engine.registry.vouches(&channel.connector);
    let amended = amend::write(engine, tx, channel, &prepared.events, &arrived.back, (vouches, history)).await?;
    touched.extend(amended.touched);
    taken.known += amended.known;
    let mut passed_over: BTreeMap<&str, usize> =
        prepared.passed_over.iter().map(|(why, times)| (why.as_str(), *times)).collect();
    for why in amended.skipped {
        *passed_over.entry(why).or_default() += 1;
    }
    for (why, times) in &arrived.over {
        let times = usize::try_from(*times).unwrap_or(usize::MAX);
        taken.skipped += times;
        taken.reasons.insert(why.clone(), times);
    }
    let piece = ledger::Piece { new: arrived.new, history, prepared, passed: &passed_over, over: arrived.over };
    ledger::note_piece(engine, tx, channel.id, &piece).await?;
    channels::note_passed_over(tx, channel.id, &passed_over, engine.now()).await?;
    taken.skipped += passed_over.values().sum::<usize>();
    for ((_, why), times) in &prepared.left_out {
        let times = usize::try_from(*times).unwrap_or(usize::MAX);
        taken.skipped += times;
        *taken.reasons.entry(why.clone()).or_default() += times;
    }
    taken.reasons.extend(passed_over.into_iter().map(|(why, times)| (why.to_owned(), times)));
    let mut changes = hold::changes(&touched, history, taken.stored > 0, taken.quarantined > 0);
    suggest_if_news(engine, tx).await?;
    // A question may lack its mark, and what an import brings may be of these days.
    if taken.stored > 0 && !touched.is_empty() {
        knowhow::questions_soon(engine, tx).await?;
    }
    // Last, since from here on this transaction stands in the order of commits.
    changes.extend(visitors::appear(tx, &arrived.said).await?);
    for message in amended.sent {
        // A visitor whose answer went on by mail is told so.
        changes.extend(visitors::note_changed(tx, message).await?);
    }
    let mut happened = arrived.happened;
    happened.extend(amended.happened);
    webhooks::tell(engine, tx, &happened).await?;
    if visitors::hosts(engine, channel) {
        for event in prepared.events.iter().filter(|event| matches!(event.what, What::Deleted)) {
            changes.extend(visitors::gone(tx, event.key).await?);
        }
    }
    Ok(Written { taken, changes })
}
