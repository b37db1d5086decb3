//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::{connector, login, names, profiles, scan};
use serde_json::{Value, json};
use std::time::Duration;
use tertulia_connector::{conformance::understood, http::Answer};

const NOW: i64 = 1_750_000_000_000;

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

/// What the account's server answers: when it counts anew in the first line, a session or profiles below it.
pub fn server(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let said = String::from_utf8_lossy(&bytes[..at]).into_owned();
    names::micros_of(&said);
    if let Some((repo, key)) = names::parts_of(&said) {
        assert_eq!(names::post_uri(repo, key), said, "it is written as another address");
    }
    let answer = Answer {
        status: 400,
        headers: vec![("ratelimit-reset".to_owned(), said)],
        url: String::new(),
        moved_for_good: false,
        body: bytes[at..].to_vec(),
        is_cut: false,
    };
    let wait = login::pause(&answer, NOW);
    assert!(wait.is_none_or(|wait| wait <= Duration::from_secs(24 * 3_600)), "it is waited for {wait:?}");
    login::error_of(&answer);
    assert!(login::read(&answer).is_none_or(|session| names::is_did(&session.did)), "a session of nobody");
    let list = answer.json().ok().and_then(|json| json.get("profiles")?.as_array().cloned());
    for profile in list.iter().flatten().filter_map(profiles::profile) {
        let name = profile.get("name").and_then(Value::as_str).unwrap_or("?");
        assert!(!name.is_empty() && name.chars().count() <= 201, "{name:?} is no name");
    }
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_events_is_read() {
        replay("jetstream", super::jetstream);
    }

    #[test]
    fn the_corpus_of_the_servers_answers_is_read() {
        replay("server", super::server);
    }
}
