//! The door to SQLite's one writer.

use std::{
    sync::{
        Arc, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    Interactive,
    Bulk,
}

/// Lets who writes for a person pass before who writes in bulk.
#[derive(Debug, Default)]
pub struct WriteGate {
    door: Arc<Mutex<()>>,
    people_waiting: AtomicUsize,
    passed_by_people: AtomicUsize,
    commits: AtomicUsize,
    /// How long each passage took, while somebody watches.
    watched: std::sync::Mutex<Option<Vec<Duration>>>,
    /// Tells the keeper of the log that there is more in it.
    pub(crate) wrote: Arc<Notify>,
}

/// The way through, from the beginning of a write transaction to its end.
pub struct Passage {
    gate: Arc<WriteGate>,
    since: Instant,
    _door: OwnedMutexGuard<()>,
}

impl Passage {
    /// Something was committed.
    pub(crate) fn wrote(self) {
        self.gate.commits.fetch_add(1, Ordering::SeqCst);
        self.gate.wrote.notify_one();
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        if let Some(watched) = &mut *self.gate.watching() {
            watched.push(self.since.elapsed());
        }
    }
}

/// Counts one person as waiting for as long as it lives: who gives up (a closed browser) must not be waited for.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl WriteGate {
    pub(crate) async fn pass(self: &Arc<Self>, urgency: Urgency) -> Passage {
        let door = self.door_for(urgency).await;
        Passage { gate: self.clone(), since: Instant::now(), _door: door }
    }

    async fn door_for(&self, urgency: Urgency) -> OwnedMutexGuard<()> {
        if urgency == Urgency::Interactive {
            let waiting = Waiting::new(&self.people_waiting);
            let guard = self.door.clone().lock_owned().await;
            drop(waiting);
            self.passed_by_people.fetch_add(1, Ordering::Relaxed);
            return guard;
        }
        loop {
            let guard = self.door.clone().lock_owned().await;
            if self.people_waiting.load(Ordering::SeqCst) == 0 {
                return guard;
            }
            // The door is fair: who waits now is before us the next time.
            drop(guard);
            tokio::task::yield_now().await;
        }
    }

    /// How many people have passed so far.
    pub(crate) fn passed_by_people(&self) -> usize {
        self.passed_by_people.load(Ordering::Relaxed)
    }

    /// How often something was committed so far.
    pub(crate) fn commits(&self) -> usize {
        self.commits.load(Ordering::SeqCst)
    }

    pub(crate) fn watch(&self) {
        *self.watching() = Some(Vec::new());
    }

    /// How long each passage took since [`WriteGate::watch`], which ends.
    pub(crate) fn watched(&self) -> Vec<Duration> {
        self.watching().take().unwrap_or_default()
    }

    fn watching(&self) -> MutexGuard<'_, Option<Vec<Duration>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
