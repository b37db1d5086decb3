//! The demo's clock: the machine's own, and set back while the team does what it did in the weeks before.

use std::sync::atomic::{AtomicI64, Ordering};
use tertulia_model::{Clock, Millis, SystemClock};

#[derive(Debug, Default)]
pub struct StageClock {
    behind: AtomicI64,
}

impl StageClock {
    /// It goes on from so long ago.
    pub fn set_back(&self, by: Millis) {
        self.behind.store(by, Ordering::SeqCst);
    }

    /// So much of the past goes by at once.
    pub fn go_on(&self, by: Millis) {
        self.behind.fetch_sub(by, Ordering::SeqCst);
    }

    /// It is as late as it is.
    pub fn set_right(&self) {
        self.set_back(0);
    }
}

impl Clock for StageClock {
    fn now(&self) -> Millis {
        SystemClock.now() - self.behind.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_set_back_goes_on_and_is_set_right() {
        let clock = StageClock::default();
        let hour = 3_600_000;
        let behind = || SystemClock.now() - clock.now();
        let near = |wanted: Millis| (behind() - wanted).abs() < hour / 60;
        assert!(near(0));
        clock.set_back(3 * hour);
        assert!(near(3 * hour));
        clock.go_on(hour);
        assert!(near(2 * hour));
        clock.set_right();
        assert!(near(0));
    }
}
