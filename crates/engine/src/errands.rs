//! Errands: what a connector left for later, done by the worker under the connector's own rules.

use crate::{
    Engine, Result, intake,
    panics::caught,
    scheduler::backoff,
    worker::{self, Done},
};
use std::{sync::Arc, time::Duration};
use tertulia_connector::PullError;
use tertulia_model::{Batch, ChannelId, ChannelState, Errand, JobId, Millis};
use tertulia_store::{Tx, channels, errands, jobs, ledger};

/// How often an errand is tried before it is given up and its reason counted in the ledger.
const TRIES: i64 = 8;
/// A source that names the time at which it may be asked again is asked more often before it is given up: storms pass.
const PAUSES: i64 = 60;
/// While its channel is paused or stopped.
const WHILE_AWAY: Millis = 300_000;

/// What a batch leaves for later, besides what it brings.
pub(crate) struct Left {
    errands: Vec<Errand>,
    gathered: Vec<Errand>,
}

impl Left {
    /// Takes out of a batch what goes under this name.
    fn named(batch: &mut Batch, name: &str) -> Self {
        let take = |all: &mut Vec<Errand>| all.extract_if(.., |errand| errand.key == name).collect();
        Self { errands: take(&mut batch.errands), gathered: take(&mut batch.gathered) }
    }

    pub fn of(batch: &mut Batch) -> Self {
        Self { errands: std::mem::take(&mut batch.errands), gathered: std::mem::take(&mut batch.gathered) }
    }

    pub fn is_empty(&self) -> bool {
        self.errands.is_empty() && self.gathered.is_empty()
    }
}

/// Notes what a batch leaves for later.
pub(crate) async fn note(engine: &Engine, tx: &mut Tx, channel: ChannelId, left: &Left) -> Result<()> {
    for (id, due) in put(engine, tx, channel, left).await? {
        jobs::add_for(tx, JobId(engine.next_id()), (worker::ERRAND, channel), id, due).await?;
    }
    Ok(())
}

/// Notes errands without their jobs; gives the ids under which they stand and when they are due.
async fn put(engine: &Engine, tx: &mut Tx, channel: ChannelId, left: &Left) -> Result<Vec<(i64, Millis)>> {
    let mut noted = Vec::new();
    for errand in &left.errands {
        noted.push((errands::put(tx, engine.next_id(), channel, &errand.key, &errand.task).await?, errand.due));
    }
    for errand in &left.gathered {
        noted.push((errands::gather(tx, engine.next_id(), channel, errand.clone()).await?, errand.due));
    }
    Ok(noted)
}

/// Runs the job of one errand.
pub(crate) async fn run(engine: &Arc<Engine>, id: i64, attempts: i64) -> Result<Done> {
    let mut db = engine.db.reader();
    let Some(errand) = errands::get(&mut db, id).await? else { return Ok(Done::Finished) };
    let channel = channels::get(&mut db, errand.channel_id).await?.filter(|c| c.state != ChannelState::Deleted);
    let Some(channel) = channel else {
        return finish(engine, &errand, None).await;
    };
    if matches!(channel.state, ChannelState::Paused | ChannelState::Stopped) {
        // To wait is no try.
        return Ok(Done::PutOff(engine.now() + WHILE_AWAY));
    }
    let connector = engine.connector(&channel)?;
    let context = engine.kept_context(&channel)?;
    let done = caught(connector.errand(&context, errand.task.clone())).await;
    match done.unwrap_or_else(|panic| Err(PullError::Retry(panic))) {
        Ok(mut batch) => {
            let own = Left::named(&mut batch, &errand.name);
            intake::submit(engine, &channel, &connector, batch).await?;
            if own.is_empty() { finish(engine, &errand, None).await } else { put_off(engine, &errand, &own).await }
        }
        Err(PullError::RetryAfter { wait, reason }) if attempts < PAUSES => {
            let least = if attempts < TRIES { Duration::ZERO } else { backoff(engine, attempts) };
            Ok(Done::Again(wait.max(least), reason))
        }
        Err(PullError::Retry(reason)) if attempts < TRIES => Ok(Done::Again(backoff(engine, attempts + 2), reason)),
        Err(error) => finish(engine, &errand, Some(error.to_string())).await,
    }
}

/// An errand that leaves itself for later (a renewal, a message of which parts are missing) is put off: its own job runs
/// again, so that nothing runs twice in a row without waiting.
async fn put_off(engine: &Engine, errand: &errands::Errand, own: &Left) -> Result<Done> {
    let mut tx = engine.db.begin_bulk().await?;
    // Whom it was about may have been erased while it was done.
    if errands::get(&mut tx, errand.id).await?.is_none() {
        return Ok(Done::Finished);
    }
    let noted = put(engine, &mut tx, errand.channel_id, own).await?;
    tx.commit().await?;
    let due = noted.iter().map(|(_, due)| *due).min().unwrap_or_else(|| engine.now());
    Ok(Done::PutOff(due))
}

/// The errand is done, or given up: then the ledger counts why.
async fn finish(engine: &Engine, errand: &errands::Errand, given_up: Option<String>) -> Result<Done> {
    let mut tx = engine.db.begin_bulk().await?;
    if let Some(reason) = given_up {
        let counts = [((ledger::Kind::Counted, format!("Given up: {reason}")), 1)].into();
        ledger::note_counts(&mut tx, errand.channel_id, ledger::day_of(engine.now()), &counts).await?;
    }
    errands::finish(&mut tx, errand).await?;
    tx.commit().await?;
    Ok(Done::Finished)
}
