//! A server that refuses twenty times in a row: what is said meanwhile is heard once, what we say goes out once.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

#[expect(dead_code, reason = "shared with the tests against a real server")]
mod support;

use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use support::{Channel, outgoing, texts};
use tertulia_connector::{Connector, PullError, SendError};
use tertulia_model::{Clock, FixedClock, SystemClock, Visibility};
use tertulia_testkit::{Page, Site, Storm};

fn page(body: &Value) -> Page {
    Page::new("application/json", body.to_string())
}

fn status(id: u64, words: &str) -> Value {
    json!({"id": id.to_string(), "uri": format!("https://a.example/{id}"), "content": format!("<p>{words}</p>"),
        "created_at": "2026-03-02T09:00:00Z", "visibility": "public", "account": {"id": "9", "acct": "kim@a.example"}})
}

/// A channel that hears one hashtag of a server without streams, on a clock that stands still.
fn shop(site: &Site) -> (Channel, Arc<FixedClock>, Arc<Storm>) {
    site.put("/api/v1/accounts/verify_credentials", page(&json!({"id": "1", "acct": "shop"})));
    let mut shop = Channel::shop(&site.url(""), json!({"hashtags": ["coffee"], "hear_account": false}));
    let clock = Arc::new(FixedClock::at(SystemClock.now()));
    shop.ctx.clock = clock.clone();
    let storms = clock.clone();
    (shop, clock, Storm::new(move || storms.now()))
}

#[tokio::test]
async fn what_is_said_during_twenty_refusals_is_heard_once() {
    let site = Site::start();
    let (mut shop, clock, storm) = shop(&site);
    let path = "/api/v1/timelines/tag/coffee";
    site.put(path, page(&json!([status(5, "early")])));
    shop.pull().await;
    shop.restart().await;
    site.answer(
        path,
        storm.before(|asked| match asked.path.contains("min_id=5&") {
            true => page(&json!([status(6, "in the storm")])),
            false => page(&json!([])),
        }),
    );
    let batch = storm
        .weathered(
            |wait| clock.advance(wait),
            async || match shop.try_pull().await {
                Ok(batch) => Ok(batch),
                Err(PullError::RetryAfter { wait, reason }) => Err((wait, reason)),
                Err(other) => panic!("{other:?}"),
            },
        )
        .await;
    assert_eq!(texts(&shop.events(&batch)), ["in the storm"]);
    clock.advance(3_600_000);
    let batch = shop.pull().await;
    assert_eq!(texts(&shop.events(&batch)), Vec::<String>::new());
}

#[tokio::test]
async fn what_we_say_goes_out_once_after_twenty_refusals() {
    let site = Site::start();
    let (shop, clock, storm) = shop(&site);
    site.put("/api/v2/search", page(&json!({"statuses": [status(7, "Open?")]})));
    // After an hour the server may have forgotten the key, so it is asked for what we said.
    site.put("/api/v1/accounts/1/statuses", page(&json!([])));
    let posted = Arc::new(Mutex::new(Vec::new()));
    let posts = posted.clone();
    site.answer(
        "/api/v1/statuses",
        storm.before(move |asked| {
            posts.lock().unwrap().push(asked.headers["idempotency-key"].clone());
            page(&json!({"id": "8", "uri": "https://a.example/8"}))
        }),
    );
    let answer = outgoing("kim@a.example", Some("https://a.example/7"), "Yes.", Visibility::Public);
    let sent = storm
        .weathered(
            |wait| clock.advance(wait),
            async || match shop.mastodon.send(&shop.ctx, &answer).await {
                Ok(sent) => Ok(sent),
                Err(SendError::RetryAfter { wait, reason } | SendError::Throttled { wait, reason }) => {
                    Err((wait, reason))
                }
                Err(other) => panic!("{other:?}"),
            },
        )
        .await;
    assert_eq!(sent.external_id, "https://a.example/8");
    assert_eq!(posted.lock().unwrap().len(), 1);
}
