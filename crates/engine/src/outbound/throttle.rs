//! A service that asks for a pause asks the whole channel: what else is to be sent there waits as well, on every node and
//! after a restart. So that a hundred queued answers do not find that out one by one, one goes ahead where nothing has gone
//! well lately, and the others follow once it has.

use crate::{Engine, Result};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tertulia_connector::Connector;
use tertulia_model::{ChannelId, Millis};
use tertulia_store::{
    changes,
    channels::{self, Channel, Pause},
};

/// For so long after one went well the next ones go side by side.
const GOES_WELL_FOR: Millis = 60_000;
pub const PAUSE_WORDS: &str = "The other side asked for a pause; it is sent once that is over.";

/// Who goes ahead on each channel, here; each node finds out for itself.
#[derive(Debug, Default)]
pub(crate) struct Ahead(Mutex<HashMap<ChannelId, Trial>>);

#[derive(Debug, Default, Clone, Copy)]
struct Trial {
    well_until: Millis,
    under_way: bool,
}

/// A sending that has begun. Dropped without a word, it is over, and nobody knows how it went.
pub(crate) struct Going<'a> {
    ahead: &'a Ahead,
    channel: ChannelId,
    went_well_at: Option<Millis>,
}

impl Ahead {
    /// None where another one of the channel goes ahead just now.
    pub fn go(&self, channel: ChannelId, now: Millis) -> Option<Going<'_>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let trial = all.entry(channel).or_default();
        if trial.well_until <= now {
            if trial.under_way {
                return None;
            }
            trial.under_way = true;
        }
        Some(Going { ahead: self, channel, went_well_at: None })
    }
}

impl Going<'_> {
    pub fn went_well(mut self, now: Millis) {
        self.went_well_at = Some(now);
    }
}

impl Drop for Going<'_> {
    fn drop(&mut self) {
        let well_until = self.went_well_at.map_or(0, |at| at + GOES_WELL_FOR);
        let trial = Trial { well_until, under_way: false };
        self.ahead.0.lock().unwrap_or_else(PoisonError::into_inner).insert(self.channel, trial);
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

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: ChannelId = ChannelId(1);

    #[test]
    fn one_goes_ahead_and_the_others_follow_once_it_went_well() {
        let ahead = Ahead::default();
        let first = ahead.go(ONE, 1_000).unwrap();
        assert!(ahead.go(ONE, 1_000).is_none() && ahead.go(ChannelId(2), 1_000).is_some());
        first.went_well(1_000);
        let (second, third) = (ahead.go(ONE, 2_000).unwrap(), ahead.go(ONE, 2_000).unwrap());
        second.went_well(2_000);
        // One that met trouble ends it for all.
        drop(third);
        let alone = ahead.go(ONE, 2_000).unwrap();
        assert!(ahead.go(ONE, 2_000).is_none());
        drop(alone);
        ahead.go(ONE, 3_000).unwrap().went_well(3_000);
        let _later = ahead.go(ONE, 3_000 + GOES_WELL_FOR).unwrap();
        assert!(ahead.go(ONE, 3_000 + GOES_WELL_FOR).is_none(), "it went well too long ago to know");
    }
}
