//! What fuzzing found and what it begins with, read again in every run of the tests.

use crate::workspace_root;
use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

/// No file of a corpus takes longer, on a busy machine and without optimisation.
const LONGEST: Duration = Duration::from_secs(20);

/// Hands each file of `fuzz/corpus/TARGET` to the body of that fuzz target. Panics with the names of those that make it
/// panic or take long, and where there is no such corpus.
pub fn replay(target: &str, body: impl Fn(&[u8])) {
    let folder = workspace_root().join("fuzz/corpus").join(target);
    let files =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("there is no corpus {}: {error}", folder.display()));
    let mut read = 0;
    let mut bad = Vec::new();
    for file in files.filter_map(Result::ok).map(|file| file.path()) {
        let bytes = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let begun = Instant::now();
        let survived = catch_unwind(AssertUnwindSafe(|| body(&bytes))).is_ok();
        if !survived || begun.elapsed() > LONGEST {
            bad.push(format!("{} after {:?}", file.display(), begun.elapsed()));
        }
        read += 1;
    }
    assert!(read > 0, "the corpus {} is empty", folder.display());
    assert!(bad.is_empty(), "{target} fails on {bad:#?}");
}

#[cfg(test)]
mod tests {
    use super::replay;
    use std::{panic::catch_unwind, sync::atomic::AtomicUsize, sync::atomic::Ordering};

    #[test]
    fn a_missing_corpus_fails_and_so_does_a_body_that_panics() {
        let read = AtomicUsize::new(0);
        replay("query", |_| {
            read.fetch_add(1, Ordering::Relaxed);
        });
        assert!(read.into_inner() > 0);
        assert!(catch_unwind(|| replay("no such target", |_| {})).is_err());
        assert!(catch_unwind(|| replay("query", |_| panic!("as a parser would"))).is_err());
    }
}
