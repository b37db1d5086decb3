//! Time is handed in. Only [`SystemClock`] reads the machine's clock; `clippy.toml` forbids it elsewhere.

use std::sync::atomic::{AtomicI64, Ordering};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Millis;
}

/// The machine's own clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Millis {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still until told otherwise.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    pub fn at(now: Millis) -> Self {
        Self(AtomicI64::new(now))
    }

    pub fn set(&self, now: Millis) {
        self.0.store(now, Ordering::SeqCst);
    }

    pub fn advance(&self, by: Millis) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Millis {
        self.0.load(Ordering::SeqCst)
    }
}

/// The earliest date a message may state: 1971-01-01. E-mail is older than any channel we hear, and a zero
/// clock says 1970.
const EARLIEST_STATED: Millis = 31_536_000_000;
/// How far ahead of our own clock a sender's may run.
const AHEAD_ALLOWED: Millis = 5 * 60 * 1000;

/// The time a message counts as written: what its sender stated, or the time of arrival where that is missing,
/// at the zero of a clock, or further in the future than clocks differ: a message of tomorrow would stand below what is
/// said today.
///
/// ```
/// use tertulia_model::clamp_stated_time;
/// let arrived = 1_700_000_000_000;
/// assert_eq!(clamp_stated_time(Some(1_600_000_000_000), arrived), 1_600_000_000_000);
/// assert_eq!(clamp_stated_time(Some(0), arrived), arrived);
/// assert_eq!(clamp_stated_time(Some(arrived + 60_000), arrived), arrived + 60_000);
/// assert_eq!(clamp_stated_time(Some(arrived + 3_600_000), arrived), arrived);
/// assert_eq!(clamp_stated_time(None, arrived), arrived);
/// ```
pub fn clamp_stated_time(stated: Option<Millis>, arrived: Millis) -> Millis {
    match stated {
        Some(at) if (EARLIEST_STATED..=arrived.saturating_add(AHEAD_ALLOWED)).contains(&at) => at,
        _ => arrived,
    }
}
