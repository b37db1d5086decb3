//! Writing the coverage ledger: what each channel heard, what it saw and did not keep, when it was not heard.

use crate::{Engine, Result, ingest::Prepared};
use std::collections::BTreeMap;
use tertulia_model::{Batch, ChannelId, Millis, Unheard};
use tertulia_store::{
    Tx,
    ledger::{self, Heard, Kind, day_of},
};

/// Of one piece: the messages that were new with when each says it was written and was heard, and whether they are history.
pub(crate) struct Piece<'a> {
    pub new: Vec<(Option<Millis>, Millis)>,
    pub history: bool,
    pub prepared: &'a Prepared,
    pub passed: &'a BTreeMap<&'a str, usize>,
    /// What was left out for the channel's number for the day, in words, and how often.
    pub over: BTreeMap<String, u64>,
}

/// Notes a piece in the transaction that stores it, so that the ledger and what is stored are never at odds.
pub(crate) async fn note_piece(engine: &Engine, tx: &mut Tx, channel: ChannelId, piece: &Piece<'_>) -> Result<()> {
    let day = day_of(engine.now());
    let heard = heard(piece);
    if heard != Heard::default() {
        ledger::note_heard(tx, channel, day, &heard).await?;
    }
    let mut counts: BTreeMap<(Kind, String), u64> = piece.prepared.left_out.clone();
    for (reason, times) in &piece.over {
        *counts.entry((Kind::Over, reason.clone())).or_default() += times;
    }
    for (reason, times) in piece.passed {
        *counts.entry((Kind::Passed, (*reason).to_owned())).or_default() += *times as u64;
    }
    for item in &piece.prepared.quarantined {
        *counts.entry((Kind::Aside, item.reason.clone())).or_default() += 1;
    }
    Ok(ledger::note_counts(tx, channel, day, &counts).await?)
}

fn heard(piece: &Piece<'_>) -> Heard {
    let mut heard = Heard::default();
    for (stated, arrived) in &piece.new {
        if piece.history {
            heard.history += 1;
            continue;
        }
        heard.live += 1;
        // A clock that runs ahead makes nothing early.
        if let Some(lag) = stated.map(|at| (arrived - at).max(0)) {
            heard.lag_times += 1;
            heard.lag_total += lag;
            heard.lag_most = heard.lag_most.max(lag);
        }
    }
    heard
}

/// Notes what a batch says of what it does not hold.
pub(crate) async fn note_unheard(
    engine: &Engine,
    tx: &mut Tx,
    channel: ChannelId,
    unheard: &Unheard,
    left_out: BTreeMap<(Kind, String), u64>,
) -> Result<()> {
    let mut counts = left_out;
    for (reason, times) in &unheard.counted {
        *counts.entry((Kind::Counted, reason.clone())).or_default() += times;
    }
    let day = day_of(engine.now());
    for gap in &unheard.gaps {
        ledger::note_lost(tx, engine.next_id(), channel, gap).await?;
    }
    if let Some(share) = unheard.sampled {
        let sampled = Heard { sampled: Some(share.clamp(0.0, 1.0)), ..Heard::default() };
        ledger::note_heard(tx, channel, day, &sampled).await?;
    }
    Ok(ledger::note_counts(tx, channel, day, &counts).await?)
}

/// Whether a batch brings nothing and has nothing to say.
pub(crate) fn is_silent(batch: &Batch) -> bool {
    batch.items.is_empty()
        && batch.skipped.is_empty()
        && batch.errands.is_empty()
        && batch.gathered.is_empty()
        && batch.unheard == Unheard::default()
}
