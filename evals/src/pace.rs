//! How many cases a second.

use std::time::{Duration, Instant};

const RUNS: usize = 41;
/// A run takes at least so long, that the clock tells something, and no longer, that others at work on the machine get in the way
/// of few.
const LEAST: Duration = Duration::from_millis(5);

/// Cases a second on one core: the median of 41 short runs over all cases.
pub fn per_second<T>(cases: &[T], mut work: impl FnMut(&T)) -> f64 {
    if cases.is_empty() {
        return 0.0;
    }
    let mut run = || {
        let (begun, mut rounds) = (Instant::now(), 0_usize);
        while begun.elapsed() < LEAST {
            cases.iter().for_each(&mut work);
            rounds += 1;
        }
        (rounds * cases.len()) as f64 / begun.elapsed().as_secs_f64()
    };
    let mut runs: Vec<f64> = (0..RUNS).map(|_| run()).collect();
    runs.sort_by(f64::total_cmp);
    runs[RUNS / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_takes_no_time_and_something_takes_some() {
        assert!(per_second::<u8>(&[], |_| ()) == 0.0);
        assert!(per_second(&[1, 2], |n| drop(std::hint::black_box(n))) > 0.0);
    }
}
