//! A change that is asked for twice happens once.

use super::{Api, problem};
use crate::support::Answer;
use serde_json::{Value, json};
use tertulia_engine::accounts;
use tertulia_store::{answers, users};

const PATH: &str = "/api/v1/monitors";

async fn save(api: &Api, key: &str, query: &str) -> Answer {
    let bearer = format!("Bearer {}", api.key);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", key)];
    api.ask("POST", PATH, &headers, &json!({ "query": query }).to_string()).await
}

async fn count(api: &Api) -> usize {
    api.read(PATH).await["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_repeated_change_is_answered_as_before_and_happens_once() {
    let api = Api::new().await;
    let first = save(&api, "m-1", "espresso").await;
    let again = save(&api, "m-1", "espresso").await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!(first.body, again.body);
    for name in ["location", "content-type"] {
        assert_eq!(first.headers[name], again.headers[name]);
    }
    assert!(!first.headers.contains_key("idempotent-replayed"));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(count(&api).await, 1);
    assert_eq!(save(&api, "m-2", "espresso").await.status, 201);
    assert_eq!(count(&api).await, 2, "a new key is a new wish");
}

#[tokio::test]
async fn a_refusal_is_kept_too_and_a_key_stands_for_one_request_only() {
    let api = Api::new().await;
    let wrong = save(&api, "k", "\"open").await;
    assert_eq!(problem(&wrong).0, 422);
    assert_eq!(problem(&save(&api, "k", "\"open").await), problem(&wrong));
    let (status, words) = problem(&save(&api, "k", "espresso").await);
    assert!(status == 422 && words.contains("another request"), "{words}");
    let bearer = format!("Bearer {}", api.key);
    for key in ["", &"x".repeat(201)] {
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
        assert_eq!(problem(&api.ask("POST", PATH, &headers, "").await).0, 422);
    }
    assert_eq!(count(&api).await, 0);
}

#[tokio::test]
async fn two_programs_do_not_meet_in_a_key() {
    let api = Api::new().await;
    assert_eq!(save(&api, "k", "espresso").await.status, 201);
    let key = accounts::add_api_token(&api.site.engine, api.owner, "b", &["listen".into(), "read".into()]).await;
    let other = Api { key: key.unwrap(), ..api };
    assert_eq!(save(&other, "k", "tea").await.status, 201);
    assert_eq!(count(&other).await, 2);
}

#[tokio::test]
async fn a_request_that_is_still_under_way_is_not_begun_again() {
    let api = Api::new().await;
    assert_eq!(save(&api, "k", "espresso").await.status, 201);
    let mut db = api.site.engine.db.reader();
    let token = users::api_tokens(&mut db).await.unwrap()[0].id;
    let hash = answers::get(&mut db, token, "k").await.unwrap().unwrap().request_hash;
    let mut tx = api.site.engine.db.begin().await.unwrap();
    answers::forget(&mut tx, i64::MAX).await.unwrap();
    answers::begin(&mut tx, token, "k", &hash, api.site.engine.now(), 0).await.unwrap();
    tx.commit().await.unwrap();
    let (status, words) = problem(&save(&api, "k", "espresso").await);
    assert!(status == 409 && words.contains("still under way"), "{words}");
    api.site.clock.advance(5 * 60_000 + 1);
    assert_eq!(save(&api, "k", "espresso").await.status, 201, "its program ended; the same request takes it up");
    assert_eq!(count(&api).await, 2);
}

#[tokio::test]
async fn the_same_request_at_the_same_moment_happens_once() {
    let api = Api::new().await;
    let (one, two, three) =
        tokio::join!(save(&api, "k", "espresso"), save(&api, "k", "espresso"), save(&api, "k", "espresso"));
    let statuses: Vec<u16> = [&one, &two, &three].map(|answer| answer.status.as_u16()).into();
    assert!(statuses.contains(&201) && statuses.iter().all(|status| matches!(status, 201 | 409)), "{statuses:?}");
    assert_eq!(count(&api).await, 1);
    let found: Value = api.read(PATH).await;
    assert_eq!(found["items"][0]["query"], "espresso");
}
