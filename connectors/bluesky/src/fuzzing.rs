//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{connector, scan};
use serde_json::json;
use tertulia_connector::conformance::understood;

/// One event of a Jetstream: a glance at it sees what reading it sees.
pub fn jetstream(bytes: &[u8]) {
    let event = String::from_utf8_lossy(bytes);
    if let Some(seen) = scan::slow(&event) {
        assert_eq!(scan::glance(&event), Some(seen), "a glance sees something else");
    } else {
        scan::glance(&event);
    }
    understood(&connector(), "roastery.example", json!({ "us": "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" }), bytes);
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_events_is_read() {
        replay("jetstream", super::jetstream);
    }
}
