//! What was not measured: each set by its name, and why, in a line on standard error.
//!
//! A set that is absent is no error, and neither is a broken one beside others that are sound: the rest is measured. It is an error
//! where files were there and not one figure came of them ([`nothing_came_of_it`]).

use std::sync::atomic::{AtomicUsize, Ordering};

/// Sets that were there and broken.
static BROKEN: AtomicUsize = AtomicUsize::new(0);

/// What is not among the data, or has nothing to measure on.
pub fn absent(name: &str, why: &str) {
    eprintln!("skipped: {name}: {why}");
}

/// What came of reading or measuring a set; none, with a word on standard error, where nothing did.
pub fn unless_sound<T>(name: &str, result: anyhow::Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            BROKEN.fetch_add(1, Ordering::Relaxed);
            eprintln!("skipped: {name}: {}", one_line(&format!("{error:#}")));
            None
        }
    }
}

/// Whether something was there and no figure came of anything.
pub fn nothing_came_of_it(told: usize) -> bool {
    told == 0 && BROKEN.load(Ordering::Relaxed) > 0
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_an_error_only_where_something_was_there_and_no_figure_came_of_it() {
        absent("words", "is not here");
        assert_eq!(unless_sound("pairs", Ok(3)), Some(3));
        assert_eq!(unless_sound::<u8>("tweets", Err(anyhow::anyhow!("no\nUTF-8"))), None);
        assert!(nothing_came_of_it(0) && !nothing_came_of_it(1));
        assert_eq!(one_line("no\n UTF-8"), "no UTF-8");
    }
}
