//! Listening: each live channel is pulled by one task, on the one node that holds its lease.

use crate::{Engine, Result, intake, panics::caught, webhooks};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tertulia_connector::{Connector, Context, PullError};
use tertulia_model::{ChannelId, ChannelState, Millis};
use tertulia_store::{
    changes,
    channels::{self, Channel, Pause},
    ledger,
};
use tokio::{sync::Notify, task::JoinHandle, time::Instant};

/// How long a node may be silent before another takes its channels over.
const LEASE: Millis = 20_000;
/// How often the list of channels is looked at for new ones.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// The least time from one pull of a quiet channel to the next. A connector that waits for news itself comes back late and
/// is asked again at once, or it would be deaf in between.
const QUIET: Duration = Duration::from_secs(5);
/// The first and the longest wait after a failure.
const BACKOFF: (u64, u64) = (2, 300);
/// While our own database is away the wait doubles only so often: as soon as it is back, it goes on.
const SOON: i64 = 4;

/// Who waits to pull which channel here, so that it can be told not to wait: a hub says that there is something.
#[derive(Debug, Default)]
pub(crate) struct Pulls(Mutex<HashMap<ChannelId, Arc<Notify>>>);

impl Pulls {
    /// Has a channel pulled at once, if it is this node that pulls it; else it is pulled in its turn.
    pub fn hurry(&self, id: ChannelId) {
        if let Some(waiting) = self.lock().get(&id) {
            waiting.notify_one();
        }
    }

    fn of(&self, id: ChannelId) -> Arc<Notify> {
        self.lock().entry(id).or_default().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ChannelId, Arc<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has a channel pulled at once, however long it meant to rest.
pub fn hurry(engine: &Engine, id: ChannelId) {
    engine.pulls.hurry(id);
}

/// Keeps one task for each channel that is to be heard, until the task itself is dropped.
pub async fn run(engine: Arc<Engine>) {
    let mut tasks = Tasks::new();
    loop {
        if let Err(error) = look(&engine, &mut tasks).await {
            tracing::warn!(%error, "the list of channels could not be read; trying again");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The tasks that listen, each with the channel as it was when it began.
type Tasks = HashMap<ChannelId, (JoinHandle<()>, Channel)>;

async fn look(engine: &Arc<Engine>, tasks: &mut Tasks) -> Result<()> {
    tasks.retain(|_, (task, _)| !task.is_finished());
    for channel in channels::all(&mut engine.db.reader()).await? {
        if let Some((_, started_as)) = tasks.get(&channel.id) {
            // It would notice by itself at its next pull, which may be hours away.
            if !goes_on(&channel, started_as) {
                engine.pulls.hurry(channel.id);
            }
            continue;
        }
        let pulls = engine.registry.get(&channel.connector).is_some_and(|connector| connector.spec().pulls);
        if pulls && listens(channel.state) {
            let task = tokio::spawn(run_channel(engine.clone(), channel.clone()));
            tasks.insert(channel.id, (task, channel));
        }
    }
    Ok(())
}

/// Whether a task that began with a channel as it was then may go on with it.
fn goes_on(channel: &Channel, started_as: &Channel) -> bool {
    listens(channel.state) && channel.settings == started_as.settings && channel.secrets == started_as.secrets
}

fn listens(state: ChannelState) -> bool {
    matches!(state, ChannelState::Live | ChannelState::Failing)
}

/// Pulls one channel until it is paused, changed or deleted, stops with an error that needs a person, or another node
/// holds its lease.
pub async fn run_channel(engine: Arc<Engine>, channel: Channel) {
    let context = match engine.context(&channel) {
        Ok(context) => context,
        Err(error) => {
            let _ = fail(&engine, channel.id, ChannelState::Stopped, None, &error.to_string()).await;
            return;
        }
    };
    let hurried = engine.pulls.of(channel.id);
    let mut unstored = 0;
    // The pause that was waited out here: by this process's own time, which no clock that is set moves.
    let mut waited_out = 0;
    loop {
        match guarded_step(&engine, &channel, &context, waited_out).await {
            Ok(Next::At(wait)) => {
                unstored = 0;
                // A long rest outlives the lease: whoever wakes first when it is over takes it up, here or elsewhere.
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = hurried.notified() => {}
                }
            }
            Ok(Next::NotBefore(until)) => {
                unstored = 0;
                waited_out = until;
                let wait = Duration::from_millis(until.saturating_sub(engine.now()).max(0).unsigned_abs());
                if !leave_alone(&engine, &channel, &hurried, wait).await {
                    break;
                }
            }
            Ok(Next::Stop) => break,
            Err(reason) => {
                // Nothing was lost: the cursor stands where it was.
                tracing::warn!(channel = %channel.id, reason, "a pull could not be finished; trying again");
                // Where not even that can be noted, the log has it.
                let _ = fail(&engine, channel.id, ChannelState::Failing, None, &reason).await;
                tokio::time::sleep(backoff(&engine, unstored.min(SOON))).await;
                unstored += 1;
            }
        }
    }
    if let Ok(mut tx) = engine.db.begin_bulk().await {
        let _ = channels::release(&mut tx, channel.id, &engine.node).await;
        let _ = tx.commit().await;
    }
}

enum Next {
    At(Duration),
    /// The source asked to be left alone until then.
    NotBefore(Millis),
    Stop,
}

/// A step, or why it could not be finished: the database is away or full, or the connector is broken.
async fn guarded_step(
    engine: &Arc<Engine>,
    channel: &Channel,
    context: &Context,
    waited_out: Millis,
) -> std::result::Result<Next, String> {
    match caught(step(engine, channel, context, waited_out)).await {
        Ok(Ok(next)) => Ok(next),
        Ok(Err(error)) => Err(format!("What it brought could not be stored, and is fetched again: {error}")),
        Err(panic) => {
            // Half of what it kept for its next pull may be missing.
            *context.session.lock().await = None;
            Err(format!("{panic} The channel is tried again by itself."))
        }
    }
}

/// Waits until the source may be asked again. News hurry nothing here, only a change of the channel does. No lease is kept
/// for it: the channel itself says to every node until when it rests, and whoever is left takes up new settings at once.
async fn leave_alone(engine: &Engine, channel: &Channel, hurried: &Notify, wait: Duration) -> bool {
    let until = Instant::now() + wait;
    loop {
        tokio::select! {
            () = tokio::time::sleep_until(until.min(Instant::now() + LOOK_EVERY)) => {}
            () = hurried.notified() => {}
        }
        if Instant::now() >= until {
            return true;
        }
        match channels::get(&mut engine.db.reader(), channel.id).await {
            Ok(Some(now)) if goes_on(&now, channel) && now.pull_after > engine.now() => {}
            Ok(now) => return now.is_some_and(|now| goes_on(&now, channel)),
            Err(error) => tracing::warn!(%error, "a channel that rests could not be looked at; trying again"),
        }
    }
}

/// One pull, stored with its cursor.
async fn step(engine: &Arc<Engine>, started_as: &Channel, context: &Context, waited_out: Millis) -> Result<Next> {
    let Some(channel) = channels::get(&mut engine.db.reader(), started_as.id).await? else { return Ok(Next::Stop) };
    if !goes_on(&channel, started_as) {
        return Ok(Next::Stop);
    }
    if !lease(engine, channel.id).await? {
        return Ok(Next::Stop);
    }
    // Asked for before we started, of another node, or by the answer to what was sent.
    if channel.pull_after > engine.now() && channel.pull_after != waited_out {
        return Ok(Next::NotBefore(channel.pull_after));
    }
    let connector = engine.connector(&channel)?;
    let cursor = channels::cursor(&mut engine.db.reader(), channel.id).await?;
    let asked = Instant::now();
    let Some(pulled) = while_leased(engine, channel.id, connector.pull(context, cursor.clone())).await else {
        return Ok(Next::Stop);
    };
    let mut batch = match pulled {
        Ok(batch) => batch,
        // What the connector keeps for its next pull stays: it drops a broken connection itself, and may count what fails.
        Err(error) => return after_failure(engine, &channel, connector.as_ref(), error).await,
    };
    batch.next = batch.next.filter(|next| cursor.as_ref() != Some(next));
    let (moves, more, history) = (batch.next.is_some(), batch.more, batch.history);
    let (heard, again_at) = (!batch.items.is_empty(), batch.again_at);
    // To store much takes longer than a lease lasts, too.
    let stored = while_leased(engine, channel.id, intake::submit(engine, &channel, &connector, batch)).await;
    let Some(stored) = stored else { return Ok(Next::Stop) };
    stored?;
    succeed(engine, &channel, heard || moves, heard, !history || !more).await?;
    Ok(Next::At(match again_at {
        _ if more => Duration::ZERO,
        Some(at) => Duration::from_millis(at.saturating_sub(engine.now()).max(0).unsigned_abs()),
        None if heard => Duration::ZERO,
        None => QUIET.saturating_sub(asked.elapsed()),
    }))
}

async fn lease(engine: &Engine, id: ChannelId) -> Result<bool> {
    let now = engine.now();
    let mut tx = engine.db.begin_bulk().await?;
    let held = channels::lease(&mut tx, id, &engine.node, now, now.saturating_add(LEASE)).await?;
    tx.commit().await?;
    Ok(held)
}

/// Does this while the lease is kept; none where it is lost meanwhile: another node does it.
async fn while_leased<T>(engine: &Engine, id: ChannelId, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        () = keep_lease(engine, id) => None,
    }
}

/// Ends only when the lease is lost.
async fn keep_lease(engine: &Engine, id: ChannelId) {
    loop {
        tokio::time::sleep(Duration::from_millis(LEASE.unsigned_abs() / 3)).await;
        if matches!(lease(engine, id).await, Ok(false)) {
            return;
        }
    }
}

async fn succeed(engine: &Engine, channel: &Channel, moved: bool, heard: bool, caught_up: bool) -> Result<()> {
    let quiet = !moved && channel.state == ChannelState::Live && channel.last_error.is_none();
    let now = engine.now();
    // A quiet pull of a healthy channel is noted once a minute: the disk has better things to do.
    if quiet && channel.caught_up && channel.last_pull_at.is_some_and(|at| now - at < 60_000) {
        return Ok(());
    }
    let mut tx = engine.db.begin_bulk().await?;
    channels::note_success(&mut tx, channel.id, heard, caught_up, now).await?;
    ledger::end_away(&mut tx, channel.id, now).await?;
    let noted = changes::note(&mut tx, &[("channel", channel.id.0)], now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

async fn after_failure(
    engine: &Engine,
    channel: &Channel,
    connector: &dyn Connector,
    error: PullError,
) -> Result<Next> {
    let (state, next) = match &error {
        PullError::Retry(_) => (ChannelState::Failing, Next::At(backoff(engine, channel.failures))),
        PullError::RetryAfter { wait, .. } => {
            let wait = Millis::try_from(wait.as_millis()).unwrap_or(Millis::MAX);
            (ChannelState::Failing, Next::NotBefore(engine.now().saturating_add(wait)))
        }
        PullError::Reauthorise(_) | PullError::Misconfigured(_) => (ChannelState::Stopped, Next::Stop),
    };
    tracing::warn!(channel = %channel.id, connector = channel.connector, %error, "pull failed");
    let rest = match &next {
        Next::NotBefore(until) => Some((if connector.counts_both() { Pause::Both } else { Pause::Pulling }, *until)),
        _ => None,
    };
    fail(engine, channel.id, state, rest, &error.to_string()).await?;
    Ok(next)
}

/// A channel that fails so often in a row is told of: one failure is gone before anybody looks.
const TOLD_AFTER: i64 = 3;

async fn fail(
    engine: &Engine,
    id: ChannelId,
    state: ChannelState,
    rest: Option<(Pause, Millis)>,
    reason: &str,
) -> Result<()> {
    let mut tx = engine.db.begin_bulk().await?;
    let before = channels::get(&mut tx, id).await?.filter(|c| listens(c.state));
    if before.is_some_and(|c| state == ChannelState::Stopped || c.failures + 1 == TOLD_AFTER) {
        let troubled = webhooks::Event::Troubled { channel: id, state: state.as_str() };
        webhooks::tell(engine, &mut tx, &[troubled]).await?;
    }
    channels::note_failure(&mut tx, id, state, reason).await?;
    if let Some((pause, until)) = rest {
        channels::rest(&mut tx, id, pause, until).await?;
    }
    ledger::begin_away(&mut tx, engine.next_id(), id, reason, engine.now()).await?;
    let noted = changes::note(&mut tx, &[("channel", id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}

/// Doubles with each failure in a row, with up to a quarter of jitter, so that many channels do not return as one.
pub(crate) fn backoff(engine: &Engine, failures: i64) -> Duration {
    let doubled = BACKOFF.0.saturating_mul(1 << failures.clamp(0, 10));
    let seconds = doubled.min(BACKOFF.1);
    Duration::from_millis(seconds * 1000 + engine.chance.below(seconds * 250))
}
