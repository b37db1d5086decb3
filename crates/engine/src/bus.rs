//! Announcements of what was committed, to whoever watches live.

use crate::presence::Presence;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use tertulia_model::Millis;
use tertulia_store::changes::Change;
use tokio::sync::{broadcast, watch};

/// The bus of this process.
#[derive(Clone)]
pub struct Bus {
    sender: broadcast::Sender<Change>,
    newest: Arc<AtomicI64>,
    /// Who has which conversation open.
    pub presence: Presence,
    /// When a person last did something here.
    worked_at: Arc<AtomicI64>,
    sessions_end: watch::Sender<()>,
}

/// For how long after a person's last act bulk work stays polite.
const WORKING_FOR: Millis = 15_000;
/// While people work, whatever nobody waits for rests so many times as long as it worked: it takes a fifth of a core.
const REST_FOR_EACH: u32 = 4;
/// No longer than this at a time.
const MOST_REST: Duration = Duration::from_secs(2);

impl Bus {
    pub fn new(newest: i64) -> Self {
        let (sender, _) = broadcast::channel(4096);
        Self {
            sender,
            newest: Arc::new(AtomicI64::new(newest)),
            presence: Presence::default(),
            worked_at: Arc::new(AtomicI64::new(i64::MIN)),
            sessions_end: watch::Sender::new(()),
        }
    }

    /// Somebody was signed out, by themselves or by others: open streams look whether it was their session.
    pub(crate) fn session_ended(&self) {
        self.sessions_end.send_replace(());
    }

    pub fn sessions_end(&self) -> watch::Receiver<()> {
        self.sessions_end.subscribe()
    }

    pub fn announce(&self, changes: Vec<Change>) {
        for change in changes {
            self.newest.fetch_max(change.seq, Ordering::SeqCst);
            // Nobody watching is no error.
            let _ = self.sender.send(change);
        }
    }

    pub fn listen(&self) -> broadcast::Receiver<Change> {
        self.sender.subscribe()
    }

    /// The sequence of the newest change announced here.
    pub fn newest(&self) -> i64 {
        self.newest.load(Ordering::SeqCst)
    }

    /// Notes that a person does something: bulk work makes room.
    pub fn person_works(&self, now: Millis) {
        self.worked_at.fetch_max(now, Ordering::Relaxed);
    }

    pub fn somebody_works(&self, now: Millis) -> bool {
        now.saturating_sub(self.worked_at.load(Ordering::Relaxed)) < WORKING_FOR
    }

    /// How long a job that nobody waits for rests after a step that took so long.
    fn rest_after(&self, took: Duration, now: Millis) -> Duration {
        if self.somebody_works(now) { took.saturating_mul(REST_FOR_EACH).min(MOST_REST) } else { Duration::ZERO }
    }

    /// After each step of a long job that nobody waits for: makes room for who works here.
    pub(crate) async fn give_way(&self, begun: Instant, now: Millis) {
        tokio::time::sleep(self.rest_after(begun.elapsed(), now)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_job_makes_room_while_people_work_and_hurries_when_nobody_does() {
        let (bus, now) = (Bus::new(0), 1_790_000_000_000);
        let took = Duration::from_millis(30);
        assert_eq!(bus.rest_after(took, now), Duration::ZERO);
        bus.person_works(now);
        assert_eq!(bus.rest_after(took, now + WORKING_FOR - 1), took * REST_FOR_EACH);
        assert_eq!(bus.rest_after(Duration::from_secs(60), now), MOST_REST);
        assert_eq!(bus.rest_after(took, now + WORKING_FOR), Duration::ZERO);
    }
}
