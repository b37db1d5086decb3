//! A WordPress, or what one said once.

use crate::{Tape, WordPress};

/// A real blog behind a tape that records it, or the tape alone.
pub struct Blog {
    tape: Tape,
    real: Option<WordPress>,
}

impl Blog {
    /// A real one, in soaks; what it says goes into the recording of that name. The story begins at `now`.
    pub fn real(recording: &str, now: i64) -> Option<Blog> {
        let tape = Tape::recording(recording, now);
        let real = WordPress::start_behind(Some(tape.port()))?;
        tape.stand_before(real.port);
        Some(Blog { tape, real: Some(real) })
    }

    /// The recording.
    pub fn recorded(recording: &str) -> Blog {
        Blog { tape: Tape::replaying(recording), real: None }
    }

    pub fn tape(&self) -> &Tape {
        &self.tape
    }

    pub fn url(&self, path: &str) -> String {
        self.tape.url(path)
    }

    /// Runs PHP inside the blog, and gives what it returns as JSON.
    pub fn run(&self, php: &str) -> String {
        self.tape.act(php, || self.real.as_ref().map(|real| real.run(php)).unwrap_or_default())
    }

    /// What the servers logged, for the message of a failed assertion.
    pub fn log(&self) -> String {
        self.real.as_ref().map(WordPress::log).unwrap_or_default()
    }
}
