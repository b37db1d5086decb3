//! A server that refuses twenty times in a row: what is said meanwhile is heard once, what we say goes out once.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

#[expect(dead_code, reason = "shared with the tests against a real server")]
mod support;

use serde_json::{Value, json};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};
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
    shop_of(site, &["coffee"])
}

fn shop_of(site: &Site, hashtags: &[&str]) -> (Channel, Arc<FixedClock>, Arc<Storm>) {
    site.put("/api/v1/accounts/verify_credentials", page(&json!({"id": "1", "acct": "shop"})));
    let mut shop = Channel::shop(&site.url(""), json!({"hashtags": hashtags, "hear_account": false}));
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
async fn a_refusal_in_the_middle_holds_back_nothing_that_came_before_it_and_is_kept() {
    let site = Site::start();
    let (mut shop, clock, storm) = shop_of(&site, &["coffee", "tea"]);
    let (coffee, tea) = ("/api/v1/timelines/tag/coffee", "/api/v1/timelines/tag/tea");
    site.put(coffee, page(&json!([status(5, "early")])));
    site.put(tea, page(&json!([status(5, "early")])));
    shop.pull().await;
    shop.restart().await;
    // Something new at each look, so that each refusal of the other hashtag comes in the middle.
    let looks = AtomicU64::new(200);
    site.answer(coffee, move |_| match looks.fetch_add(1, Ordering::Relaxed) {
        look if look % 2 == 0 => page(&json!([status(look / 2, &format!("coffee {}", look / 2))])),
        _ => page(&json!([])),
    });
    site.answer(
        tea,
        storm.before(|asked| match asked.path.contains("min_id=5&") {
            true => page(&json!([status(6, "tea")])),
            false => page(&json!([])),
        }),
    );
    let (mut heard, mut pauses) = (Vec::new(), 0);
    while !heard.contains(&"tea".to_owned()) {
        match shop.try_pull().await {
            Ok(batch) => heard.extend(texts(&shop.events(&batch))),
            Err(PullError::RetryAfter { wait, reason }) => {
                assert!(reason.contains("429"), "{reason}");
                pauses += 1;
                clock.advance(i64::try_from(wait.as_millis()).unwrap());
            }
            Err(other) => panic!("{other:?}"),
        }
        assert!(pauses <= 20 && heard.len() < 100, "it never ends: {heard:?}");
    }
    storm.is_respected();
    let mut expected: Vec<String> = (100..=120).map(|id| format!("coffee {id}")).collect();
    expected.push("tea".to_owned());
    assert_eq!((pauses, heard), (20, expected));
}

#[tokio::test]
async fn what_needs_a_question_waits_for_the_end_of_the_pause() {
    let site = Site::start();
    let (mut shop, clock, _) = shop_of(&site, &["coffee", "tea"]);
    let (coffee, tea) = ("/api/v1/timelines/tag/coffee", "/api/v1/timelines/tag/tea");
    site.put(coffee, page(&json!([status(5, "early")])));
    site.put(tea, page(&json!([])));
    shop.pull().await;
    shop.restart().await;
    let mut answer = status(6, "Yes.");
    answer["in_reply_to_id"] = "77".into();
    site.put(coffee, page(&json!([answer.clone()])));
    site.put(tea, Page::status(429).header("retry-after", "7"));
    site.answer("/api/v1/statuses", move |asked| match asked.path.contains("=77") {
        true => page(&json!([status(77, "Open?")])),
        false => page(&json!([answer.clone()])),
    });
    site.asked();
    let error = shop.try_pull().await.unwrap_err();
    assert!(matches!(error, PullError::RetryAfter { wait, .. } if wait.as_secs() == 7), "{error:?}");
    let asked = site.asked();
    assert!(!asked.iter().any(|asked| asked.path.contains("/statuses")), "{asked:?}");
    clock.advance(7_000);
    site.put(tea, page(&json!([])));
    let batch = shop.pull().await;
    let events = shop.events(&batch);
    assert_eq!(texts(&events), ["Yes."]);
    assert_eq!(support::created(&events[0]).references, ["https://a.example/77"]);
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
