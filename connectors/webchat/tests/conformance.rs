//! The promises that every connector keeps.

use serde_json::json;
use tertulia_connector::conformance::{self, Carries, Fixture};
use tertulia_connector_webchat::connector;

#[test]
fn the_web_chat_keeps_what_every_connector_must_keep() {
    let fixtures = [
        Fixture::new("unicode", &include_bytes!("../fixtures/unicode.json")[..], json!({})),
        Fixture::new("named", &include_bytes!("../fixtures/named.json")[..], json!({})),
    ];
    conformance::check(&connector(), "shop", &fixtures);
}

#[test]
fn hostile_words_are_kept() {
    conformance::check_hostile(&connector(), "shop", Carries::Words, |words| {
        let said = json!({ "v": 1, "handle": "user:42", "id": "7d1c55e4-93b0-4e0c-b1d4-5a1f0f3c2e11", "text": words,
            "received": 1_750_000_000_000_i64, "written": null, "posted": null, "name": "Kim", "claimed_mail": null });
        Ok(vec![Fixture::new("said", said.to_string(), json!({})).item])
    });
}
