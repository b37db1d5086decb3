//! Errands: what a connector left for later, done by the worker under the connector's own rules.

use crate::{
    Engine, Result, intake,
    scheduler::backoff,
    worker::{self, Done},
};
use std::{sync::Arc, time::Duration};
use tertulia_connector::PullError;
use tertulia_model::{ChannelId, ChannelState, Errand, JobId};
use tertulia_store::{Tx, channels, errands, jobs, ledger};

/// How often an errand is tried before it is given up and its reason counted in the ledger.
const TRIES: i64 = 8;
/// While its channel is paused or stopped.
const WHILE_AWAY: Duration = Duration::from_secs(300);

/// Notes what a batch leaves for later.
pub(crate) async fn note(engine: &Engine, tx: &mut Tx, channel: ChannelId, left: &[Errand]) -> Result<()> {
    for errand in left {
        let id = errands::put(tx, engine.next_id(), channel, &errand.key, &errand.task).await?;
        jobs::add(tx, JobId(engine.next_id()), worker::ERRAND, id, errand.due).await?;
    }
    Ok(())
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
        return Ok(Done::Again(WHILE_AWAY, "its channel is not at work".to_owned()));
    }
    let connector = engine.connector(&channel)?;
    let context = engine.kept_context(&channel)?;
    match connector.errand(&context, errand.task.clone()).await {
        Ok(batch) => {
            intake::submit(engine, &channel, &connector, batch).await?;
            finish(engine, &errand, None).await
        }
        Err(PullError::RetryAfter { wait, reason }) if attempts < TRIES => Ok(Done::Again(wait, reason)),
        Err(PullError::Retry(reason)) if attempts < TRIES => Ok(Done::Again(backoff(engine, attempts + 2), reason)),
        Err(error) => finish(engine, &errand, Some(error.to_string())).await,
    }
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
