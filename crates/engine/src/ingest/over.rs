//! A channel may be given a number of messages a day: what comes beyond it, live and not to us, is counted and not kept.

use super::{What, arrive::Arrival};
use crate::{Engine, Result, worker};
use std::collections::BTreeSet;
use tertulia_model::{Direction, JobId};
use tertulia_store::{
    Tx,
    channels::{self, Channel},
    jobs, ledger, trims,
};

/// How many were left out, and the words for it.
pub(crate) type Over = Option<(String, u64)>;

/// Takes out of a piece's arrivals what is beyond the number. Ours, and what is said to us, is always taken and counts;
/// edits and deletions bring no message. In the transaction that notes what was heard, so that no piece goes past it.
pub(super) async fn leave_out(
    engine: &Engine,
    tx: &mut Tx,
    channel: &Channel,
    arrivals: &mut Vec<Arrival<'_>>,
    history: bool,
) -> Result<Over> {
    if history || arrivals.is_empty() {
        return Ok(None);
    }
    // It may have been changed since the channel was taken up.
    let Some(cap) = channels::get(tx, channel.id).await?.and_then(|channel| channel.day_cap) else { return Ok(None) };
    let mut heard = ledger::heard_on(tx, channel.id, ledger::day_of(engine.now())).await?;
    // What must be taken goes first, whatever its place in the piece.
    heard += i64::try_from(arrivals.iter().filter(|a| counts(a) && !may_be_left_out(a)).count()).unwrap_or(i64::MAX);
    let (mut times, mut blobs) = (0, BTreeSet::new());
    arrivals.retain(|arrival| {
        if !may_be_left_out(arrival) {
            return true;
        }
        heard += 1;
        if heard <= cap {
            return true;
        }
        times += 1;
        blobs.insert(arrival.event.raw.blob.clone());
        let files = arrival.words.iter().flat_map(|words| &words.attachments);
        blobs.extend(files.map(|(_, content)| content.blob.clone()));
        false
    });
    if times == 0 {
        return Ok(None);
    }
    trims::add(tx, &blobs.into_iter().collect::<Vec<_>>(), trims::Cause::Unneeded).await?;
    jobs::add(tx, JobId(engine.next_id()), worker::TRIM, 0, engine.now() + LATER).await?;
    Ok(Some((format!("more than {cap} messages a day are not kept"), times)))
}

/// The bytes of many pieces leave the disk at once.
const LATER: i64 = 3_600_000;

fn counts(arrival: &Arrival<'_>) -> bool {
    arrival.state == "shown" && arrival.words.is_some()
}

fn may_be_left_out(arrival: &Arrival<'_>) -> bool {
    let is_new = matches!(arrival.event.what, What::Created(_)) && arrival.existing.is_none();
    let said = arrival.words.map(|words| &words.content);
    counts(arrival) && is_new && said.is_some_and(|c| c.direction == Direction::Theirs && !c.addressed_to_us)
}
