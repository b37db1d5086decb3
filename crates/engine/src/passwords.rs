//! The gate before passwords: few are hashed at once, and few are tried.

use crate::{
    EngineError, Result,
    buckets::{Buckets, Size, household},
};
use std::{net::IpAddr, sync::Arc};
use tertulia_model::Millis;
use tokio::sync::Semaphore;

/// Argon2 takes 19 MiB and tens of milliseconds each time.
const AT_ONCE: usize = 2;

/// Whom a try is counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    /// A browser that signed in as this member before. Whatever others try, its own tries are its own.
    Browser(String),
    /// This address from this place.
    Here(String, Option<IpAddr>),
    /// A place, whatever address it tries; a whole office may stand behind it.
    Place(Option<IpAddr>),
    /// An address, wherever it is tried from. Whoever knows it can use this up, so it is far larger, and only there to
    /// hold up a guesser with a thousand places.
    Address(String),
}

fn size(who: &Who) -> Size {
    match who {
        Who::Browser(_) | Who::Here(..) => Size { most: 8, one_each: 7_500 },
        Who::Place(_) => Size { most: 40, one_each: 1_500 },
        Who::Address(_) => Size { most: 200, one_each: 600 },
    }
}

/// A try that was counted.
#[derive(Debug)]
pub(crate) struct Try(Vec<Who>);

impl Try {
    /// With the mark of a browser that signed in as this member before, or from this place.
    pub fn of(mail: &str, place: Option<IpAddr>, browser: Option<&str>) -> Self {
        let place = place.map(household);
        Self(match browser {
            Some(mark) => vec![Who::Browser(mark.to_owned())],
            None => vec![Who::Here(mail.to_owned(), place), Who::Place(place), Who::Address(mail.to_owned())],
        })
    }

    fn buckets(&self) -> impl Iterator<Item = (Who, Size)> {
        self.0.iter().map(|who| (who.clone(), size(who)))
    }
}

pub(crate) struct PasswordGate {
    at_once: Arc<Semaphore>,
    tries: Buckets<Who>,
}

impl Default for PasswordGate {
    fn default() -> Self {
        Self { at_once: Arc::new(Semaphore::new(AT_ONCE)), tries: Buckets::default() }
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
    pub fn begin(&self, one: &Try, now: Millis) -> bool {
        self.tries.take(one.buckets(), now)
    }

    /// The try was the right one: it counts for nothing.
    pub fn succeeded(&self, one: &Try) {
        self.tries.give_back(one.buckets());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    const NOW: Millis = 1_790_000_000_000;

    fn place(n: u64) -> Option<IpAddr> {
        Some(IpAddr::V6((0x2001_0db8_u128 << 96 | u128::from(n) << 64 | u128::from(n)).into()))
    }

    #[test]
    fn who_tries_an_address_from_elsewhere_keeps_nobody_out() {
        let gate = PasswordGate::default();
        let tried = |n: u64| (0..50).filter(|_| gate.begin(&Try::of("ines", place(n), None), NOW)).count();
        assert_eq!((1..=10).map(tried).collect::<Vec<_>>(), [8; 10], "each place has its own tries");
        assert!(gate.begin(&Try::of("ines", place(99), None), NOW), "who holds the address has theirs");
    }

    #[test]
    fn a_guesser_with_a_thousand_places_is_held_up_and_the_members_own_browser_is_not() {
        let gate = PasswordGate::default();
        let tried = (0..1_000).filter(|n| gate.begin(&Try::of("ines", place(*n), None), NOW)).count();
        assert_eq!(tried, 200);
        let own = Try::of("ines", place(5_000), Some("mark"));
        assert_eq!((0..50).filter(|_| gate.begin(&own, NOW)).count(), 8);
        gate.succeeded(&own);
        assert!(gate.begin(&own, NOW), "a right password counts for nothing");
    }

    #[test]
    fn all_addresses_of_one_network_are_one_place() {
        let gate = PasswordGate::default();
        let of = |n: u16| Some(IpAddr::V6([0x2001, 0xdb8, 0, 0, 0, 0, 0, n].into()));
        assert_eq!((0..99).filter(|n| gate.begin(&Try::of("ines", of(*n), None), NOW)).count(), 8);
        assert_eq!((0..99).filter(|n| gate.begin(&Try::of(&n.to_string(), of(*n), None), NOW)).count(), 40 - 8);
    }

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
