//! The one answer that a STOP, a START or a HELP asks for ("You are off the list").

use crate::{
    Engine, EngineError, Result, outbound,
    panics::caught,
    worker::{self, Done},
};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use tertulia_connector::SendError;
use tertulia_model::{ChannelState, EchoSafety, JobId, MessageId, Millis, Outgoing, Visibility};
use tertulia_store::{
    StoreError, Tx,
    channels::{self, Channel},
    errands::{self, Errand},
    jobs, ledger,
};

/// An answer that could not leave for this long would only puzzle whoever asked.
const GIVE_UP: Millis = 24 * 3_600_000;
/// While the channel is paused or must be signed in to anew.
const WHILE_AWAY: Duration = Duration::from_secs(300);

#[derive(Debug, Serialize, Deserialize)]
struct Task {
    to: String,
    text: String,
    message: MessageId,
    /// When it was asked for.
    at: Millis,
    /// An attempt is under way, or the program stopped in the middle of one.
    #[serde(default)]
    begun: bool,
}

/// Notes that the event of this name is to be answered so.
pub(super) async fn note(
    engine: &Engine,
    tx: &mut Tx,
    channel: &Channel,
    event: &str,
    to: &str,
    text: &str,
) -> Result<()> {
    let message = MessageId(engine.next_id());
    let task = Task { to: to.to_owned(), text: text.to_owned(), message, at: engine.now(), begun: false };
    let name = format!("answer {event}");
    let id = errands::put(tx, engine.next_id(), channel.id, &name, &written(&task)?).await?;
    jobs::add_for(tx, JobId(engine.next_id()), (worker::ANSWER, channel.id), id, engine.now()).await?;
    Ok(())
}

/// Sends it. What surely did not go out is tried again for a day; what may have gone out is not sent twice, unless the
/// channel itself drops repeats: once too few does no harm that a second one would not do.
pub(crate) async fn answer(engine: &Arc<Engine>, id: i64) -> Result<Done> {
    let Some(errand) = errands::get(&mut engine.db.reader(), id).await? else { return Ok(Done::Finished) };
    let channel = channels::get(&mut engine.db.reader(), errand.channel_id).await?;
    let Some(channel) = channel.filter(|c| c.state != ChannelState::Deleted) else {
        return done(engine, &errand, None).await;
    };
    let task = read(&errand)?;
    let connector = engine.connector(&channel)?;
    if task.begun && connector.spec().echo_safety != EchoSafety::ProviderDedup {
        return done(engine, &errand, Some("The program stopped in the middle of sending it.".to_owned())).await;
    }
    let expired = engine.now() - task.at > GIVE_UP;
    if channel.state == ChannelState::Paused {
        let why = "The channel is paused.".to_owned();
        return if expired { done(engine, &errand, Some(why)).await } else { Ok(Done::Again(WHILE_AWAY, why)) };
    }
    if let Some(left) = outbound::pause_left(engine, &channel).filter(|_| !expired) {
        return Ok(Done::Again(left, outbound::PAUSE_WORDS.to_owned()));
    }
    let context = engine.kept_context(&channel)?;
    let outgoing =
        outgoing(&channel, connector.choose_external_id(&channel.settings, &task.message.to_string()), &task);
    // Gone meanwhile: whoever asked was erased.
    let Some(errand) = rewrite(engine, errand, &Task { begun: true, ..task }).await? else { return Ok(Done::Finished) };
    let sent = caught(connector.send(&context, &outgoing)).await;
    match sent.unwrap_or_else(|panic| Err(SendError::Unknown(panic))) {
        Ok(_) => done(engine, &errand, None).await,
        Err(SendError::Throttled { wait, reason }) if !expired => {
            outbound::note_pause(engine, &channel, connector.as_ref(), wait).await?;
            again(engine, errand, wait, reason).await
        }
        Err(SendError::RetryAfter { wait, reason }) if !expired => again(engine, errand, wait, reason).await,
        Err(SendError::Reauthorise(reason)) if !expired => again(engine, errand, WHILE_AWAY, reason).await,
        Err(error) => done(engine, &errand, Some(error.to_string())).await,
    }
}

fn outgoing(channel: &Channel, external_id: String, task: &Task) -> Outgoing {
    Outgoing {
        message: task.message,
        external_id,
        idempotency_key: task.message.to_string(),
        to_handle: task.to.clone(),
        from_address: Some(channel.account.clone()),
        from_name: None,
        recipients: Vec::new(),
        subject: None,
        text: task.text.clone(),
        references: Vec::new(),
        reply_token: None,
        attachments: Vec::new(),
        forwards: None,
        by_machine: true,
        visibility: Visibility::Private,
    }
}

fn read(errand: &Errand) -> Result<Task> {
    serde_json::from_value(errand.task.clone()).map_err(|error| broken(&error))
}

fn written(task: &Task) -> Result<serde_json::Value> {
    serde_json::to_value(task).map_err(|error| broken(&error))
}

fn broken(error: &serde_json::Error) -> EngineError {
    StoreError::Broken(format!("the answer to a wish cannot be read: {error}")).into()
}

async fn rewrite(engine: &Engine, errand: Errand, task: &Task) -> Result<Option<Errand>> {
    let task = written(task)?;
    let mut tx = engine.db.begin_bulk().await?;
    let stands = errands::rewrite(&mut tx, errand.id, &task).await?;
    tx.commit().await?;
    Ok(stands.then_some(Errand { task, ..errand }))
}

async fn again(engine: &Engine, errand: Errand, wait: Duration, reason: String) -> Result<Done> {
    let task = read(&errand)?;
    let stands = rewrite(engine, errand, &Task { begun: false, ..task }).await?;
    Ok(if stands.is_some() { Done::Again(wait, reason) } else { Done::Finished })
}

/// It is sent, or given up: then the ledger counts why.
async fn done(engine: &Engine, errand: &Errand, given_up: Option<String>) -> Result<Done> {
    let mut tx = engine.db.begin_bulk().await?;
    if let Some(reason) = given_up {
        tracing::warn!(channel = %errand.channel_id, reason, "the answer to a STOP, START or HELP was not sent");
        let reason = format!("The answer to a STOP, START or HELP may not have been sent: {reason}");
        let counts = [((ledger::Kind::Counted, reason), 1)].into();
        ledger::note_counts(&mut tx, errand.channel_id, ledger::day_of(engine.now()), &counts).await?;
    }
    errands::finish(&mut tx, errand).await?;
    tx.commit().await?;
    Ok(Done::Finished)
}
