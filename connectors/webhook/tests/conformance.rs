//! The promises that every connector keeps.

use serde_json::json;
use tertulia_connector::conformance::{self, Fixture};
use tertulia_connector_webhook::connector;

#[test]
fn a_webhook_keeps_what_every_connector_must_keep() {
    let mapping = || {
        json!({
            "text": "review.body", "id": "review.id", "author": "buyer.handle", "author_name": "buyer.name",
            "time": "/review/at", "edited_at": "review.changed", "permalink": "review.url", "thread": "order.id",
            "visibility": "field", "visibility_field": "review.public", "addressed": "yes",
        })
    };
    let fixtures = [
        Fixture::new("review", &include_bytes!("../fixtures/review.json")[..], mapping()),
        Fixture::new("edited", &include_bytes!("../fixtures/edited.json")[..], mapping()),
    ];
    conformance::check(&connector(), "shop", &fixtures);
}
