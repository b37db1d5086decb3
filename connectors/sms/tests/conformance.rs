//! The promises that every connector keeps.

use serde_json::json;
use tertulia_connector::conformance::{self, Fixture};
use tertulia_connector_sms::connector;

#[test]
fn text_messages_keep_what_every_connector_must_keep() {
    let hint = || json!({ "country": "49", "stop_answer": "Bye.", "stop_words": ["adios"] });
    let fixtures = [
        Fixture::new("kannel", &include_bytes!("../fixtures/kannel.json")[..], hint()),
        Fixture::new("joined", &include_bytes!("../fixtures/joined.json")[..], hint()),
        Fixture::new("stop", &include_bytes!("../fixtures/stop.json")[..], hint()),
        Fixture::new("pictures", &include_bytes!("../fixtures/pictures.json")[..], hint()),
        Fixture::new("failed", &include_bytes!("../fixtures/failed.json")[..], hint()),
    ];
    conformance::check(&connector(), "+49301234567", &fixtures);
}
