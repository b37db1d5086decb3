//! The gate before passwords: few are hashed at once, and few are tried.

use crate::{EngineError, Result};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tertulia_model::Millis;
use tokio::sync::Semaphore;

/// Tries for one address or from one place within [`TRIES_WITHIN`] before it is made to wait.
const TRIES: usize = 8;
const TRIES_WITHIN: Millis = 60_000;
/// Argon2 takes 19 MiB and tens of milliseconds each time.
const AT_ONCE: usize = 2;

pub(crate) struct PasswordGate {
    at_once: Arc<Semaphore>,
    /// When each address and place lately tried.
    tries: Mutex<HashMap<String, Vec<Millis>>>,
}

impl Default for PasswordGate {
    fn default() -> Self {
        Self { at_once: Arc::new(Semaphore::new(AT_ONCE)), tries: Mutex::default() }
    }
}

impl PasswordGate {
    /// Does the work of hashing on a thread of its own, once it is its turn. The turn lasts as long as the work, also
    /// where nobody waits for it any more: a browser that goes away does not stop the thread.
    pub async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = self.at_once.clone().acquire_owned().await.map_err(|_| EngineError::TooMany)?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        Ok(done.await.map_err(std::io::Error::other)?)
    }

    /// Counts a try before it is made, so that many at once are counted too; false where it must wait.
    pub fn begin(&self, who: &[&str], now: Millis) -> bool {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.retain(|_, times| {
            times.retain(|at| now - *at < TRIES_WITHIN);
            !times.is_empty()
        });
        if who.iter().any(|one| tries.get(*one).is_some_and(|times| times.len() >= TRIES)) {
            return false;
        }
        for one in who {
            tries.entry((*one).to_owned()).or_default().push(now);
        }
        true
    }

    /// The try was the right one: it counts for nothing.
    pub fn succeeded(&self, who: &[&str]) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        for one in who {
            if let Some(times) = tries.get_mut(*one) {
                times.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    #[tokio::test(flavor = "multi_thread")]
    async fn two_passwords_are_hashed_at_once_also_when_browsers_go_away() {
        let gate = Arc::new(PasswordGate::default());
        let (running, most, done) = <(Arc<AtomicUsize>, Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        let hash = || {
            let (gate, running, most, done) = (gate.clone(), running.clone(), most.clone(), done.clone());
            async move {
                let work = move || {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(30));
                    running.fetch_sub(1, Ordering::SeqCst);
                    done.fetch_add(1, Ordering::SeqCst);
                };
                gate.work(work).await
            }
        };
        // Each of these browsers goes away while its password is being hashed, or before.
        for _ in 0..6 {
            let _ = tokio::time::timeout(Duration::from_millis(3), hash()).await;
        }
        let waiting: Vec<_> = (0..6).map(|_| tokio::spawn(hash())).collect();
        for one in waiting {
            one.await.unwrap().unwrap();
        }
        assert_eq!(most.load(Ordering::SeqCst), AT_ONCE);
        assert!(done.load(Ordering::SeqCst) >= 6, "who waits gets their turn");
    }
}
