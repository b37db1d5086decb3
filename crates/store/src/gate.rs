//! The door to SQLite's one writer.

use std::{
    sync::{
        Arc, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard};

/// Who waits for the writer; the first goes before the others. On PostgreSQL, which has many, nobody waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// A person waits for it.
    Interactive,
    /// Work that goes on by itself, as hearing what is said now.
    Bulk,
    /// What was said long ago, and what nobody misses for a while.
    Background,
}

/// So long the background rests after each passage, or as long as that took, while there is bulk work to be done; then
/// one passes before it, so that the past is heard as well.
const BACKGROUND_RESTS: Duration = Duration::from_millis(200);

/// Lets who writes for a person pass before who writes in bulk, and both before the background.
#[derive(Debug)]
pub struct WriteGate {
    door: Arc<Mutex<()>>,
    people_waiting: AtomicUsize,
    bulk_waiting: AtomicUsize,
    passed_by_people: AtomicUsize,
    background_rests: Duration,
    background_rests_until: std::sync::Mutex<Option<Instant>>,
    commits: AtomicUsize,
    /// How long each passage took, while somebody watches.
    watched: std::sync::Mutex<Option<Vec<Duration>>>,
    /// Tells the keeper of the log that there is more in it.
    pub(crate) wrote: Arc<Notify>,
}

/// The way through, from the beginning of a write transaction to its end.
pub struct Passage {
    gate: Arc<WriteGate>,
    urgency: Urgency,
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
        let took = self.since.elapsed();
        if self.urgency == Urgency::Background {
            *self.gate.background_rests_until() = Some(Instant::now() + took.max(self.gate.background_rests));
        }
        if let Some(watched) = &mut *self.gate.watching() {
            watched.push(took);
        }
    }
}

/// Counts somebody as waiting for as long as it lives: who gives up (a closed browser) must not be waited for.
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

impl Default for WriteGate {
    fn default() -> Self {
        Self::resting(BACKGROUND_RESTS)
    }
}

impl WriteGate {
    fn resting(background_rests: Duration) -> Self {
        Self {
            door: Arc::default(),
            people_waiting: AtomicUsize::default(),
            bulk_waiting: AtomicUsize::default(),
            passed_by_people: AtomicUsize::default(),
            background_rests,
            background_rests_until: std::sync::Mutex::default(),
            commits: AtomicUsize::default(),
            watched: std::sync::Mutex::default(),
            wrote: Arc::default(),
        }
    }

    pub(crate) async fn pass(self: &Arc<Self>, urgency: Urgency) -> Passage {
        let door = self.door_for(urgency).await;
        Passage { gate: self.clone(), urgency, since: Instant::now(), _door: door }
    }

    async fn door_for(&self, urgency: Urgency) -> OwnedMutexGuard<()> {
        let _waiting = match urgency {
            Urgency::Interactive => Some(Waiting::new(&self.people_waiting)),
            Urgency::Bulk => Some(Waiting::new(&self.bulk_waiting)),
            Urgency::Background => None,
        };
        loop {
            let guard = self.door.clone().lock_owned().await;
            if self.may_pass(urgency) {
                return guard;
            }
            // The door is fair: who waits now is before us the next time.
            drop(guard);
            tokio::task::yield_now().await;
        }
    }

    /// Whether nobody waits who goes first; of who stands in the open door.
    fn may_pass(&self, urgency: Urgency) -> bool {
        let nobody = |waiting: &AtomicUsize| waiting.load(Ordering::SeqCst) == 0;
        match urgency {
            Urgency::Interactive => {
                self.passed_by_people.fetch_add(1, Ordering::Relaxed);
                true
            }
            Urgency::Bulk => nobody(&self.people_waiting),
            Urgency::Background => {
                let has_rested = || self.background_rests_until().is_none_or(|until| Instant::now() >= until);
                nobody(&self.people_waiting) && (nobody(&self.bulk_waiting) || has_rested())
            }
        }
    }

    fn background_rests_until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.background_rests_until.lock().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(test)]
mod tests {
    use super::*;
    use Urgency::{Background, Bulk, Interactive};
    use tokio::task::{JoinHandle, yield_now};

    const NEVER: Duration = Duration::from_secs(3_600);

    struct Door {
        gate: Arc<WriteGate>,
        order: Arc<std::sync::Mutex<Vec<Urgency>>>,
    }

    impl Door {
        fn resting(rests: Duration) -> Self {
            Self { gate: Arc::new(WriteGate::resting(rests)), order: Arc::default() }
        }

        /// Comes to the door and waits there.
        async fn come(&self, urgency: Urgency) -> JoinHandle<()> {
            let (gate, order) = (self.gate.clone(), self.order.clone());
            let task = tokio::spawn(async move {
                let _passage = gate.pass(urgency).await;
                order.lock().unwrap_or_else(PoisonError::into_inner).push(urgency);
            });
            yield_now().await;
            task
        }

        async fn open(&self, held: Passage, waiting: Vec<JoinHandle<()>>) -> Vec<Urgency> {
            drop(held);
            for task in waiting {
                task.await.unwrap_or_else(|error| panic!("{error}"));
            }
            std::mem::take(&mut *self.order.lock().unwrap_or_else(PoisonError::into_inner))
        }
    }

    #[tokio::test]
    async fn a_person_passes_before_bulk_and_both_before_the_background_that_waited_longer() {
        let door = Door::resting(NEVER);
        drop(door.gate.pass(Background).await);
        let (held, mut waiting) = (door.gate.pass(Bulk).await, Vec::new());
        for urgency in [Background, Bulk, Interactive, Background, Bulk, Interactive] {
            waiting.push(door.come(urgency).await);
        }
        let order = door.open(held, waiting).await;
        assert_eq!(order, [Interactive, Interactive, Bulk, Bulk, Background, Background]);
    }

    #[tokio::test]
    async fn the_background_passes_in_its_turn_once_it_has_rested_and_last_before() {
        for (rests, expected) in [(Duration::ZERO, [Background, Bulk, Bulk]), (NEVER, [Bulk, Bulk, Background])] {
            let door = Door::resting(rests);
            drop(door.gate.pass(Background).await);
            let (held, mut waiting) = (door.gate.pass(Interactive).await, Vec::new());
            for urgency in [Background, Bulk, Bulk] {
                waiting.push(door.come(urgency).await);
            }
            assert_eq!(door.open(held, waiting).await, expected);
        }
    }

    #[tokio::test]
    async fn a_long_passage_is_followed_by_as_long_a_rest() {
        let door = Door::resting(Duration::ZERO);
        let passage = door.gate.pass(Background).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        let ends = Instant::now();
        drop(passage);
        let until = *door.gate.background_rests_until();
        assert!(until.is_some_and(|until| until >= ends + Duration::from_millis(50)));
    }

    #[tokio::test]
    async fn nobody_waits_for_bulk_work_that_gave_up_waiting() {
        let door = Door::resting(NEVER);
        drop(door.gate.pass(Background).await);
        let held = door.gate.pass(Interactive).await;
        let gone = door.come(Bulk).await;
        gone.abort();
        assert!(gone.await.is_err_and(|error| error.is_cancelled()));
        let waiting = vec![door.come(Background).await];
        assert_eq!(door.open(held, waiting).await, [Background]);
    }
}
