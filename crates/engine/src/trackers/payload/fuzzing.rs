//! The body of the fuzz target for what trackers tell.

use super::{is_page, read};

/// What is understood names a page, and reading it again gives the same.
pub fn tracker(bytes: &[u8]) {
    if let Ok(Some(told)) = read(bytes) {
        assert!(is_page(&told.url), "{told:?}");
        assert_eq!(read(bytes), Ok(Some(told)));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_corpus_of_trackers_is_read() {
        tertulia_testkit::replay("tracker", super::tracker);
    }
}
