//! Twenty times in a row a server asks for patience: whoever asks it must wait as long as it was told to, say why, and go
//! on afterwards as if nothing had been.

use crate::{Asked, Page};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// So often it refuses.
pub const REFUSALS: usize = 20;
/// For how many seconds it wants to be left alone, in turns.
const PAUSES: [i64; 4] = [7, 1, 900, 30];

/// A server's bad hour. It answers 429 with `Retry-After`, and remembers who came before their time.
pub struct Storm {
    /// The clock of whoever asks.
    now: Box<dyn Fn() -> i64 + Send + Sync>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    refused: usize,
    not_before: i64,
    early: Vec<String>,
}

impl Storm {
    pub fn new(now: impl Fn() -> i64 + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { now: Box::new(now), state: Mutex::default() })
    }

    /// Somebody asks: for how many seconds they are to go away. None when the storm is over.
    pub fn asked(&self) -> Option<i64> {
        let mut state = self.state();
        let now = (self.now)();
        if now < state.not_before {
            let early = format!("{} ms early after refusal {}", state.not_before - now, state.refused);
            state.early.push(early);
        }
        if state.refused >= REFUSALS {
            return None;
        }
        let pause = PAUSES[state.refused % PAUSES.len()];
        state.refused += 1;
        state.not_before = now + pause * 1_000;
        Some(pause)
    }

    /// Of a page of a [`crate::Site`]: what stands there once the storm is over.
    pub fn before(
        self: &Arc<Self>,
        then: impl Fn(&Asked) -> Page + Send + Sync + 'static,
    ) -> impl Fn(&Asked) -> Page + Send + Sync + 'static {
        let storm = self.clone();
        move |asked| match storm.asked() {
            Some(pause) => Page::status(429).header("retry-after", &pause.to_string()),
            None => then(asked),
        }
    }

    /// Tries until it is done, each time after the wait that the attempt was given with its reason. `advance` lets so many
    /// milliseconds pass on the clock.
    ///
    /// # Panics
    /// With the first promise that is broken.
    pub async fn weathered<T>(
        &self,
        advance: impl Fn(i64),
        mut attempt: impl AsyncFnMut() -> Result<T, (Duration, String)>,
    ) -> T {
        for tried in 1..=REFUSALS {
            let Err((pause, reason)) = attempt().await else { panic!("attempt {tried} was taken for done") };
            assert!(reason.contains("429"), "the reason does not say what happened: {reason}");
            assert_eq!(self.state().refused, tried, "one attempt asked more than once, or not at all");
            advance(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
        }
        let done = attempt().await.unwrap_or_else(|(_, reason)| panic!("it does not go on afterwards: {reason}"));
        self.is_over();
        done
    }

    /// All of it was sat out, and nobody came before their time.
    ///
    /// # Panics
    /// Else.
    pub fn is_over(&self) {
        self.is_respected();
        let state = self.state();
        assert_eq!(state.refused, REFUSALS, "the storm is not over");
    }

    /// So far nobody came before their time.
    ///
    /// # Panics
    /// Else.
    pub fn is_respected(&self) {
        assert_eq!(self.state().early, Vec::<String>::new());
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, Ordering};

    fn storm() -> (Arc<AtomicI64>, Arc<Storm>) {
        let clock = Arc::new(AtomicI64::new(0));
        let now = clock.clone();
        (clock, Storm::new(move || now.load(Ordering::SeqCst)))
    }

    #[test]
    fn whoever_waits_as_long_as_they_were_told_sits_it_out() {
        let (clock, storm) = storm();
        while let Some(pause) = storm.asked() {
            clock.fetch_add(pause * 1_000, Ordering::SeqCst);
        }
        storm.is_over();
    }

    #[test]
    #[should_panic(expected = "1 ms early after refusal 1")]
    fn whoever_comes_early_is_found() {
        let (clock, storm) = storm();
        while let Some(pause) = storm.asked() {
            clock.fetch_add(pause * 1_000 - 1, Ordering::SeqCst);
        }
        storm.is_over();
    }

    #[test]
    #[should_panic(expected = "the storm is not over")]
    fn whoever_gives_up_is_found() {
        let (_, storm) = storm();
        storm.asked();
        storm.is_over();
    }
}
