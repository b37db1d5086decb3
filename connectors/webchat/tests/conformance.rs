//! The promises that every connector keeps.

use serde_json::json;
use tertulia_connector::conformance::{self, Fixture};
use tertulia_connector_webchat::connector;

#[test]
fn the_web_chat_keeps_what_every_connector_must_keep() {
    let fixtures = [
        Fixture::new("unicode", &include_bytes!("../fixtures/unicode.json")[..], json!({})),
        Fixture::new("named", &include_bytes!("../fixtures/named.json")[..], json!({})),
    ];
    conformance::check(&connector(), "shop", &fixtures);
}
