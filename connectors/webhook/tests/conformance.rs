//! The promises that every connector keeps.

use serde_json::json;
use tertulia_connector::{
    Request,
    conformance::{self, Carries, Fixture},
};
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

#[test]
fn hostile_words_are_kept_or_turned_away() {
    let webhook = connector();
    let settings = json!({ "account": "shop", "proof": "bearer", "text": "said", "author": "by", "subject": "title" });
    let ctx = conformance::context(&webhook, settings);
    let token = format!("Bearer {}", ctx.secrets["secret"].reveal());
    conformance::check_hostile(&webhook, &ctx.account, Carries::Words, |words| {
        let body = json!({ "said": words, "by": words, "title": words }).to_string();
        let headers = vec![("authorization".to_owned(), token.clone())];
        let request = Request { headers, ..conformance::request("POST", "/in", "", body.as_bytes()) };
        conformance::knock(&webhook, &ctx, request)
    });
}
