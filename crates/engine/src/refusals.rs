//! Calls that were refused at a channel's door: whoever is refused for good (a secret that was changed on one side) may be the
//! gateway itself, and nothing else of the channel shows it. They are counted in memory and noted once a minute, so that
//! strangers who knock cost next to nothing.

use crate::{Engine, Result};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tertulia_connector::ReceiveError;
use tertulia_model::ChannelId;
use tertulia_store::{
    changes,
    ledger::{self, Kind, day_of},
};

const EVERY: Duration = Duration::from_secs(60);

/// In the ledger: what was wrong, and then what to do.
const UNPROVEN: &str = "they did not prove who calls. If they should have been heard, compare the secret and the address \
                        that are set here with those that the caller uses.";
const TOO_MANY: &str = "too many came at once from one place. If they should have been heard, have the caller bring less \
                        at a time; what it does not bring again is lost.";
const UNREADABLE: &str = "what they brought is not what this channel takes. If they should have been heard, compare what \
                          the caller sends with what is set here.";

/// How many calls each channel refused, and why, since that was last noted.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<HashMap<ChannelId, BTreeMap<&'static str, u64>>>);

impl Refusals {
    pub fn count(&self, channel: ChannelId, why: &ReceiveError) {
        let reason = match why {
            ReceiveError::Forbidden(_) | ReceiveError::Unauthorised(_) => UNPROVEN,
            ReceiveError::TooMany => TOO_MANY,
            ReceiveError::Invalid(_) => UNREADABLE,
            // Whoever tries addresses at random meant nobody.
            ReceiveError::NotFound => return,
        };
        self.add(channel, reason, 1);
    }

    fn add(&self, channel: ChannelId, reason: &'static str, times: u64) {
        *self.lock().entry(channel).or_default().entry(reason).or_default() += times;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ChannelId, BTreeMap<&'static str, u64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes what was refused, again and again, until the task itself is dropped.
pub async fn run(engine: Arc<Engine>) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(error) = note(&engine).await {
            tracing::warn!(%error, "calls that were refused could not be noted; trying again");
        }
    }
}

/// Notes in the ledger what was refused since the last time.
pub async fn note(engine: &Engine) -> Result<()> {
    let counted = std::mem::take(&mut *engine.refusals.lock());
    let noted = write(engine, &counted).await;
    if noted.is_err() {
        for (channel, reasons) in counted {
            reasons.into_iter().for_each(|(reason, times)| engine.refusals.add(channel, reason, times));
        }
    }
    noted
}

async fn write(engine: &Engine, counted: &HashMap<ChannelId, BTreeMap<&'static str, u64>>) -> Result<()> {
    if counted.is_empty() {
        return Ok(());
    }
    let now = engine.now();
    let mut tx = engine.db.begin_bulk().await?;
    for (channel, reasons) in counted {
        let counts = reasons.iter().map(|(reason, times)| ((Kind::Refused, (*reason).to_owned()), *times)).collect();
        ledger::note_counts(&mut tx, *channel, day_of(now), &counts).await?;
    }
    let told: Vec<_> = counted.keys().map(|channel| ("channel", channel.0)).collect();
    let noted = changes::note(&mut tx, &told, now).await?;
    tx.commit().await?;
    engine.bus.announce(noted);
    Ok(())
}
