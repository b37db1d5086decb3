//! What every connector must keep, on our own fixtures.

use serde_json::json;
use tertulia_connector::{
    Connector,
    conformance::{Fixture, check},
};

#[test]
fn the_connector_keeps_what_every_connector_must() {
    let folder = format!("{}/fixtures", env!("CARGO_MANIFEST_DIR"));
    let mut fixtures = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name: &'static str = path.file_stem().unwrap().to_string_lossy().into_owned().leak();
        let folder = if name == "sent_by_us" { "sent" } else { "inbox" };
        let hint = json!({"folder": folder, "ours": ["shop@roastery.example"]});
        fixtures.push(Fixture::new(name, std::fs::read(&path).unwrap(), hint));
    }
    assert!(fixtures.len() >= 25, "only {} fixtures", fixtures.len());
    check(&tertulia_connector_email::connector(), "hello@roastery.example", &fixtures);
}

#[test]
fn a_message_id_is_the_same_for_the_same_message_and_fit_for_a_header() {
    let email = tertulia_connector_email::connector();
    let settings = json!({"address": "Hello <hello@Roastery.example>"});
    let id = email.choose_external_id(&settings, "7123-abc>\r\nBcc: x");
    assert_eq!(id, "tertulia.7123-abcBccx@roastery.example");
    assert_eq!(id, email.choose_external_id(&settings, "7123-abc>\r\nBcc: x"));
    assert_eq!(email.account(&settings), "hello@roastery.example");
    assert_eq!(email.source("hello@roastery.example"), "mail");
}
