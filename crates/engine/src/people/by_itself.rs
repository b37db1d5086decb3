//! Whether so probable suggestions are made one without anybody's looking. That is off until what members decided here shows
//! how seldom they are wrong, and then until an owner wants it. It takes proof besides: names, and addresses that a mail, a form
//! or a page brought along, are what somebody typed, and whoever wants to be taken for somebody else types what is theirs.

use super::merge::{self, Evidence};
use crate::{Engine, EngineError, Result, ingest::Tries};
use std::sync::Arc;
use tertulia_analysis::{bounds::lower_bound, identity::own_mailbox};
use tertulia_model::{Permission, PersonId, UserId};
use tertulia_store::{
    Sql, Tx, people, person_merges, reviews, settings,
    suggestions::{self, Below, Found},
    threads, users,
};

/// Only what is so probable is made one by itself, and by such pairs it is measured.
pub const PROBABLE: f64 = 0.995;
/// So much the share of those that are one person has to be, at the least.
pub const NEEDED: f64 = 0.995;
const CONFIDENCE: f64 = 0.95;
/// In one round.
const MOST: i64 = 100;
const WORDS: &str = "Made one by itself: it is so probable, and both confirmed an address of the same mailbox.";

/// How often such suggestions were right here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    pub reviewed: u64,
    pub same: u64,
    /// With 95 of 100 confidence the share is not below it.
    pub at_least: f64,
    /// An owner wants it.
    pub is_wanted: bool,
}

impl Precision {
    pub fn suffices(&self) -> bool {
        self.at_least >= NEEDED
    }

    /// Pairs that have to be reviewed in all before it can suffice, if every one of them is right.
    pub fn least_needed() -> u64 {
        ((1.0 - CONFIDENCE).ln() / NEEDED.ln()).ceil() as u64
    }
}

pub async fn precision(engine: &Engine) -> Result<Precision> {
    measured(&mut engine.db.reader()).await
}

async fn measured(on: &mut impl Sql) -> Result<Precision> {
    let counted = reviews::counted(on, PROBABLE).await?;
    let (reviewed, same) = (counted.reviewed.unsigned_abs(), counted.same.unsigned_abs());
    Ok(Precision {
        reviewed,
        same,
        at_least: lower_bound(same, reviewed, CONFIDENCE),
        is_wanted: wanted_by(on).await?.is_some(),
    })
}

/// The owner who wants it, as long as they are one.
async fn wanted_by(on: &mut impl Sql) -> Result<Option<UserId>> {
    let kept = settings::get(on, settings::MERGE_BY_ITSELF).await?;
    let Some(id) = kept.and_then(|id| id.parse().ok()).map(UserId) else { return Ok(None) };
    let owner = users::get(on, id).await?;
    Ok(owner.filter(|user| user.disabled_at.is_none() && user.role.may(Permission::Manage)).map(|user| user.id))
}

/// Whether these two may become one by themselves; asked in the transaction that makes them one.
pub(super) async fn may(tx: &mut Tx, (from, into): (PersonId, PersonId)) -> Result<bool> {
    let precision = measured(tx).await?;
    Ok(precision.is_wanted
        && precision.suffices()
        && !person_merges::apart_from(tx, from).await?.contains(&into)
        && !reviews::were_told_apart(tx, (from, into)).await?
        && have_one_mailbox(tx, (from, into)).await?)
}

/// Whether both confirmed, by the link in a mail, an address that leads to the same mailbox. What both say when they are asked is
/// less: of the other address they saw the first letter alone, and one who wants to be taken for them chooses one that begins so.
async fn have_one_mailbox(on: &mut impl Sql, (one, other): (PersonId, PersonId)) -> Result<bool> {
    let own = people::confirmed(on, one).await?;
    let own: Vec<String> = own.iter().filter_map(|address| own_mailbox(address)).collect();
    let others = people::confirmed(on, other).await?;
    Ok(others.iter().filter_map(|address| own_mailbox(address)).any(|mailbox| own.contains(&mailbox)))
}

/// An owner wants it, or does not any more. What was made one stays so.
pub async fn want(engine: &Arc<Engine>, by: UserId, is_wanted: bool) -> Result<()> {
    let mut tries = Tries::default();
    loop {
        match try_want(engine, by, is_wanted).await {
            Err(error) if tries.again(engine, &error) => {}
            done => return done,
        }
    }
}

async fn try_want(engine: &Engine, by: UserId, is_wanted: bool) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    // Nobody decides about a pair between its being counted here and its being wanted.
    threads::place_alone(&mut tx).await?;
    if is_wanted && !measured(&mut tx).await?.suffices() {
        return Err(EngineError::Refused(format!(
            "This stays off until at least {NEEDED} of what is so probable is known to be right. Decide about more of what is suggested first."
        )));
    }
    let value = if is_wanted { by.to_string() } else { String::new() };
    settings::set(&mut tx, settings::MERGE_BY_ITSELF, &value).await?;
    if is_wanted {
        super::suggest::soon(engine, &mut tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Makes one what is so probable, if that is wanted and still measures up.
pub(super) async fn merge_probable(engine: &Arc<Engine>) -> Result<()> {
    let Some(by) = wanted_by(&mut engine.db.reader()).await? else { return Ok(()) };
    if !precision(engine).await?.suffices() {
        return Ok(());
    }
    let mut below: Option<Below> = None;
    loop {
        let found = suggestions::confirmed(&mut engine.db.reader(), PROBABLE, below, MOST).await?;
        let Some(last) = found.last() else { return Ok(()) };
        below = Some(Below::after(last));
        for one in &found {
            // Asked once more with the lock held; here it spares a transaction for each pair that proved nothing in common.
            if have_one_mailbox(&mut engine.db.reader(), (one.person_id, one.other_person_id)).await? {
                merge_one(engine, by, one).await?;
            }
        }
    }
}

/// Whoever was known first stays. What changed since it was read (they are one already, somebody is gone) is left alone.
async fn merge_one(engine: &Arc<Engine>, by: UserId, found: &Found) -> Result<()> {
    let (into, from) = if found.person_id < found.other_person_id {
        (found.person_id, found.other_person_id)
    } else {
        (found.other_person_id, found.person_id)
    };
    let name = if into == found.person_id { &found.name } else { &found.other_name };
    let evidence = Evidence { words: WORDS.to_owned(), confidence: found.probability, is_automatic: true };
    match merge::merge(engine, by, (from, into), name, &evidence).await {
        Err(EngineError::Refused(_) | EngineError::NotFound(_)) => Ok(()),
        done => done.map(|_| ()),
    }
}

/// Parts many merges at once, the latest first. Gives how many it parted; those that are apart already are passed over.
pub async fn part_all(engine: &Arc<Engine>, by: UserId, merges: &[i64]) -> Result<usize> {
    let mut merges = merges.to_vec();
    merges.sort_unstable();
    let mut parted = 0;
    for id in merges.iter().rev() {
        match merge::part(engine, by, *id).await {
            Ok(PersonId(_)) => parted += 1,
            Err(EngineError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(parted)
}
