//! A service that asks for a pause asks the whole channel: what else is to be sent there waits as well, on every node and
//! after a restart. So that a hundred queued answers do not find that out one by one, one goes ahead where nothing has gone
//! well lately, and the others follow once it has.

use crate::{Engine, Result};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tertulia_connector::Connector;
use tertulia_model::{ChannelId, Millis};
use tertulia_store::{
    changes,
    channels::{self, Channel, Pause},
};
use tokio::sync::OwnedMutexGuard;

/// So long one waits for whoever goes ahead: who asks for a pause does so at once, and a server that is merely slow takes
/// more than one at a time.
const BEHIND_AT_MOST: Duration = Duration::from_secs(5);
/// For so long after one went well the next ones go side by side.
const GOES_WELL_FOR: Millis = 60_000;
pub const PAUSE_WORDS: &str = "The other side asked for a pause; it is sent once that is over.";

/// Who goes ahead on each channel, here; each node finds out for itself.
#[derive(Debug, Default)]
pub(crate) struct Ahead(Mutex<HashMap<ChannelId, Arc<Trial>>>);

#[derive(Debug, Default)]
struct Trial {
    well_until: AtomicI64,
    alone: Arc<tokio::sync::Mutex<()>>,
}

/// A sending that has begun.
pub(crate) struct Going {
    trial: Arc<Trial>,
    /// It goes ahead: whoever comes after it waits.
    _alone: Option<OwnedMutexGuard<()>>,
}

impl Ahead {
    /// Waits while another one of the channel goes ahead. A channel has only a few places, so only a few wait here.
    pub async fn go(&self, engine: &Engine, channel: ChannelId) -> Going {
        let trial = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(channel).or_default().clone();
        let goes_well = || trial.well_until.load(Ordering::SeqCst) > engine.now();
        let mut alone = None;
        if !goes_well() {
            let guard = tokio::time::timeout(BEHIND_AT_MOST, trial.alone.clone().lock_owned()).await.ok();
            alone = guard.filter(|_| !goes_well());
        }
        Going { trial, _alone: alone }
    }
}

impl Going {
    pub fn went_well(self, now: Millis) {
        self.trial.well_until.store(now + GOES_WELL_FOR, Ordering::SeqCst);
    }

    /// One that met trouble ends it for all: the next goes ahead again.
    pub fn met_trouble(self) {
        self.trial.well_until.store(0, Ordering::SeqCst);
    }
}

/// How long nothing may be sent on a channel yet.
pub(crate) fn pause_left(engine: &Engine, channel: &Channel) -> Option<Duration> {
    let left = channel.send_after.saturating_sub(engine.now());
    (left > 0).then(|| Duration::from_millis(left.unsigned_abs()))
}

/// Its service asked for a pause.
pub(crate) async fn note_pause(
    engine: &Engine,
    channel: &Channel,
    connector: &dyn Connector,
    wait: Duration,
) -> Result<()> {
    let until = engine.now().saturating_add(Millis::try_from(wait.as_millis()).unwrap_or(Millis::MAX));
    let pause = if connector.counts_both() { Pause::Both } else { Pause::Sending };
    let mut tx = engine.db.begin_bulk().await?;
    channels::rest(&mut tx, channel.id, pause, until).await?;
    let noted = changes::note(&mut tx, &[("channel", channel.id.0)], engine.now()).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
