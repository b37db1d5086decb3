//! Whether the program itself was there to hear. Each node notes twice a minute that it runs; where none did for a while, the
//! ledger says of each channel from when until when it was not heard.

use crate::{Engine, Result};
use std::{sync::Arc, time::Duration};
use tertulia_model::{ChannelState, Gap, Millis};
use tertulia_store::{
    Tx, changes,
    channels::{self, Channel},
    ledger, settings,
};

const BEAT: Duration = Duration::from_secs(30);
/// A beat that failed is made good soon: the ledger must not tell of an absence that was none.
const AGAIN: Duration = Duration::from_secs(5);
/// After so long without a beat of any node nobody was there. Several beats: one may fail, another wait behind a long write.
const MISSED: Millis = 2 * 60_000;

const NOT_RUNNING: &str = "Tertulia was not running.";
const STOOD_STILL: &str = "Tertulia stood still: its machine slept, or its database could not be reached.";
/// Of a channel that is fetched from: what its source does not show any more is a span of its own, by the connector.
const READ_ON: &str = "What came meanwhile is read on from where it was left.";

/// Before anything is heard: notes for how long no node ran.
pub async fn begin(engine: &Arc<Engine>) -> Result<()> {
    beat(engine, NOT_RUNNING).await
}

/// Beats until the task itself is dropped.
pub async fn run(engine: Arc<Engine>) {
    let mut wait = BEAT;
    loop {
        tokio::time::sleep(wait).await;
        wait = BEAT;
        if let Err(error) = end(&engine).await {
            tracing::warn!(%error, "that the program runs could not be noted; trying again");
            wait = AGAIN;
        }
    }
}

/// The last beat of a node that ends in good order.
pub async fn end(engine: &Arc<Engine>) -> Result<()> {
    beat(engine, STOOD_STILL).await
}

async fn beat(engine: &Arc<Engine>, why: &str) -> Result<()> {
    let before = settings::get(&mut engine.db.reader(), settings::ALIVE).await?;
    let mut tx = engine.db.begin_bulk().await?;
    // It may have waited long for its turn to write.
    let now = engine.now();
    let Some(before) = before else {
        settings::set(&mut tx, settings::ALIVE, &now.to_string()).await?;
        return Ok(tx.commit().await?);
    };
    let last: Millis = before.parse().unwrap_or(now);
    // Clocks of nodes differ. One that is behind leaves the beat of another as it is: else the next beat of the one that is
    // ahead would tell of an absence. By more than this it was the clock that was wrong, and was set back.
    if last > now && last - now <= MISSED {
        return Ok(tx.commit().await?);
    }
    // Of several nodes that come back at once, one tells.
    let is_ours = settings::swap(&mut tx, settings::ALIVE, &before, &now.to_string()).await?;
    if !is_ours || now - last <= MISSED {
        return Ok(tx.commit().await?);
    }
    let away = note_away(engine, &mut tx, (last, now), why).await?;
    let noted = changes::note(&mut tx, &away, now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    tracing::info!(minutes = (now - last) / 60_000, "{why}");
    Ok(())
}

/// For each channel that would have been heard; what is paused or stopped has a span that goes on.
async fn note_away(
    engine: &Engine,
    tx: &mut Tx,
    (from, until): (Millis, Millis),
    why: &str,
) -> Result<Vec<(&'static str, i64)>> {
    let mut away = Vec::new();
    for channel in channels::all(tx).await?.into_iter().filter(|channel| is_an_ear(engine, channel)) {
        let pulls = engine.registry.get(&channel.connector).is_some_and(|known| known.spec().pulls);
        // A cursor that cannot be read is that channel's trouble, and keeps nobody from starting.
        let goes_on = pulls && channels::cursor(tx, channel.id).await.is_ok_and(|cursor| cursor.is_some());
        let reason = if goes_on { format!("{why} {READ_ON}") } else { why.to_owned() };
        let span = Gap { from: from.max(channel.created_at), until, reason };
        ledger::note_away(tx, engine.next_id(), channel.id, &span).await?;
        away.push(("channel", channel.id.0));
    }
    Ok(away)
}

/// An archive is read once, and hears nothing.
fn is_an_ear(engine: &Engine, channel: &Channel) -> bool {
    let is_archive = engine.registry.get(&channel.connector).is_some_and(|known| known.archives().is_some());
    matches!(channel.state, ChannelState::Live | ChannelState::Failing) && !is_archive
}
