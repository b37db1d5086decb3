//! How many cases a second.

use std::time::{Duration, Instant};

const RUNS: usize = 41;
/// Where a run takes long, fewer do: no more than these…
const FEWER: usize = 7;
/// …once so much time has gone by.
const ENOUGH: Duration = Duration::from_millis(500);
/// A run takes at least so long, that the clock tells something, and no longer, that others at work on the machine get in the way
/// of few.
const LEAST: Duration = Duration::from_millis(5);

/// How long this thread has been at work: what others do with the core meanwhile does not count. Linux tells it (the first number of
/// `schedstat`, in nanoseconds); elsewhere the clock has to do.
struct Work {
    begun: Instant,
    before: Option<u64>,
}

impl Work {
    fn begin() -> Self {
        Self { begun: Instant::now(), before: on_core() }
    }

    fn seconds(&self) -> f64 {
        match self.before.zip(on_core()) {
            Some((before, now)) if now > before => Duration::from_nanos(now - before).as_secs_f64(),
            _ => self.begun.elapsed().as_secs_f64(),
        }
    }
}

fn on_core() -> Option<u64> {
    // The kernel brings the number up to date only when it looks at the thread, else every few milliseconds: ask it to.
    std::thread::yield_now();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok()
}

/// Cases a second of one core's time, however busy the machine is: the median of 41 short runs over all cases, or of 7 or more if
/// they are long.
pub fn per_second<T>(cases: &[T], mut work: impl FnMut(&T)) -> f64 {
    if cases.is_empty() {
        return 0.0;
    }
    let mut run = || {
        let (clock, mut rounds) = (Work::begin(), 0_usize);
        while clock.begun.elapsed() < LEAST {
            cases.iter().for_each(&mut work);
            rounds += 1;
        }
        (rounds * cases.len()) as f64 / clock.seconds()
    };
    let begun = Instant::now();
    let mut runs: Vec<f64> = Vec::with_capacity(RUNS);
    while runs.len() < RUNS && (runs.len() < FEWER || begun.elapsed() < ENOUGH) {
        runs.push(run());
    }
    runs.sort_by(f64::total_cmp);
    runs[runs.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_takes_no_time_and_something_takes_some() {
        assert!(per_second::<u8>(&[], |_| ()) == 0.0);
        assert!(
            per_second(&[1, 2], |n| {
                std::hint::black_box(n);
            }) > 0.0
        );
    }
}
