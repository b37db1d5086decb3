//! A channel may be given a number of messages a day: what comes beyond it, live and not to us, is counted and not kept; nor
//! is an edit of a message that is not there, since it may be one of those that were left out.

use super::{What, Words, arrive::Arrival};
use crate::{Engine, Result, worker};
use std::collections::{BTreeMap, BTreeSet};
use tertulia_model::{Direction, JobId};
use tertulia_store::{
    Tx,
    channels::{self, Channel},
    jobs, ledger, trims,
};

/// How many were left out, by the words for it.
pub(crate) type Over = BTreeMap<String, u64>;

const EDITS: &str = "edits of messages that are not kept";

/// Takes out of a piece's arrivals what is beyond the number. Ours, and what is said to us, is always taken and counts;
/// deletions bring no words. In the transaction that notes what was heard, so that no piece goes past it.
pub(super) async fn leave_out(
    engine: &Engine,
    tx: &mut Tx,
    channel: &Channel,
    arrivals: &mut Vec<Arrival<'_>>,
    history: bool,
) -> Result<Over> {
    if history || arrivals.is_empty() {
        return Ok(Over::new());
    }
    // It may have been changed since the channel was taken up.
    let Some(cap) = channels::get(tx, channel.id).await?.and_then(|channel| channel.day_cap) else {
        return Ok(Over::new());
    };
    let mut heard = ledger::heard_on(tx, channel.id, ledger::day_of(engine.now())).await?;
    // What must be taken goes first, whatever its place in the piece.
    heard += i64::try_from(arrivals.iter().filter(|a| counts(a) && !may_be_left_out(a)).count()).unwrap_or(i64::MAX);
    let (mut over, mut blobs) = (Over::new(), BTreeSet::new());
    arrivals.retain(|arrival| {
        let words = match &arrival.event.what {
            What::Created(words) if may_be_left_out(arrival) => {
                heard += 1;
                if heard <= cap {
                    return true;
                }
                *over.entry(format!("more than {cap} messages a day are not kept")).or_default() += 1;
                words
            }
            What::Edited(_, words) if is_of_others(words) => {
                *over.entry(EDITS.to_owned()).or_default() += 1;
                words
            }
            _ => return true,
        };
        blobs.insert(arrival.event.raw.blob.clone());
        blobs.extend(words.attachments.iter().map(|(_, content)| content.blob.clone()));
        false
    });
    if over.is_empty() {
        return Ok(over);
    }
    trims::add(tx, &blobs.into_iter().collect::<Vec<_>>(), trims::Cause::Unneeded).await?;
    jobs::add(tx, JobId(engine.next_id()), worker::TRIM, 0, engine.now() + LATER).await?;
    Ok(over)
}

/// The bytes of many pieces leave the disk at once.
pub(super) const LATER: i64 = 3_600_000;

fn counts(arrival: &Arrival<'_>) -> bool {
    arrival.state == "shown" && arrival.words.is_some()
}

fn may_be_left_out(arrival: &Arrival<'_>) -> bool {
    let is_new = matches!(arrival.event.what, What::Created(_)) && arrival.existing.is_none();
    counts(arrival) && is_new && arrival.words.is_some_and(is_of_others)
}

fn is_of_others(words: &Words) -> bool {
    words.content.direction == Direction::Theirs && !words.content.addressed_to_us
}
