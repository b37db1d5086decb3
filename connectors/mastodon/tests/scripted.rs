//! A server that does what none does on demand, played by a few lines.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

#[expect(dead_code, reason = "shared with the tests against a real server")]
mod support;

use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use support::{Channel, outgoing, texts};
use tertulia_connector::{Connector, PullError, SendError};
use tertulia_model::Visibility;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

enum Play {
    Json(u16, Value),
    /// A stream of events that then stays open.
    Events(Vec<u8>),
    /// The request is taken and the connection closed.
    HangUp,
}

fn json_of(value: Value) -> Play {
    Play::Json(200, value)
}

/// Answers each request (method and address) with what `play` says, and keeps what was asked.
async fn server(play: impl Fn(&str) -> Play + Send + Sync + 'static) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (asked, play) = (Arc::new(Mutex::new(Vec::new())), Arc::new(play));
    let keep = asked.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, play.clone(), keep.clone()));
        }
    });
    (url, asked)
}

async fn serve(mut stream: TcpStream, play: Arc<impl Fn(&str) -> Play>, asked: Arc<Mutex<Vec<String>>>) {
    let mut buffer = vec![0; 65_536];
    let length = stream.read(&mut buffer).await.unwrap_or(0);
    let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
    let line = request.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    asked.lock().unwrap().push(request);
    match play(&line) {
        Play::Json(status, body) => {
            let body = body.to_string();
            let head = format!(
                "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).await.ok();
            stream.write_all(body.as_bytes()).await.ok();
        }
        Play::Events(bytes) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n").await.ok();
            stream.write_all(&bytes).await.ok();
            tokio::time::sleep(Duration::from_secs(30)).await;
        }
        Play::HangUp => {}
    }
}

fn status(id: u64, words: &str) -> Value {
    json!({"id": id.to_string(), "uri": format!("https://a.example/{id}"), "content": format!("<p>{words}</p>"),
        "created_at": "2026-03-02T09:00:00Z", "visibility": "public", "account": {"id": "9", "acct": "kim@a.example"},
        "mentions": [{"id": "1", "acct": "shop"}]})
}

fn update(id: u64, words: &str) -> Vec<u8> {
    format!("event: notification\ndata: {}\n\n", json!({"type": "mention", "status": status(id, words)})).into_bytes()
}

/// What a server says besides.
fn usual(line: &str) -> Play {
    if line.contains("verify_credentials") {
        return json_of(json!({"id": "1", "acct": "shop"}));
    }
    if line.contains("/api/v2/instance") || line.contains("/streaming/") {
        return Play::Json(404, json!({"error": "Record not found"}));
    }
    json_of(json!([]))
}

#[tokio::test]
async fn an_event_of_ten_megabytes_is_set_aside_with_words_and_the_others_are_heard_in_any_order_once() {
    let mut events = update(30, "three");
    events.extend(update(10, "one"));
    events.extend(update(10, "one"));
    events.extend(update(40, &"x".repeat(10 << 20)));
    events.extend(b"event: delete\ndata: 77\n\nevent: update\ndata: {broken\n\n");
    events.extend(update(20, "two"));
    let (url, _) = server(move |line| match line {
        line if line.contains("/streaming/user") => Play::Events(events.clone()),
        line => usual(line),
    })
    .await;
    let mut shop = Channel::shop(&url, json!({}));
    shop.pull().await;
    let (mut heard, mut skipped, mut counted) = (Vec::new(), Vec::new(), 0);
    for _ in 0..3 {
        let batch = shop.pull().await;
        heard.extend(texts(&shop.events(&batch)));
        skipped.extend(batch.skipped);
        counted += batch.unheard.counted.values().sum::<u64>();
    }
    assert_eq!(heard, ["three", "one", "two"]);
    assert_eq!((skipped.len(), counted), (1, 2));
    assert!(skipped[0].1.contains("10 MB"), "{skipped:?}");
}

#[tokio::test]
async fn a_post_of_ten_megabytes_in_a_page_is_set_aside_and_the_page_is_read() {
    let (url, _) = server(|line| match line {
        line if line.contains("/timelines/tag/coffee") && line.contains("min_id=5&") => {
            json_of(json!([status(8, "after it"), status(7, &"x".repeat(10 << 20)), status(6, "before it")]))
        }
        line if line.contains("/timelines/tag/coffee") && line.contains("limit=1") => {
            json_of(json!([status(5, "early")]))
        }
        line => usual(line),
    })
    .await;
    let mut shop = Channel::shop(&url, json!({"hashtags": ["coffee"], "hear_account": false}));
    shop.pull().await;
    shop.restart().await;
    let batch = shop.pull().await;
    assert_eq!(texts(&shop.events(&batch)), ["before it", "after it"]);
    assert!(batch.skipped[0].0.contains("status/7") && batch.skipped[0].1.contains("10 MB"), "{:?}", batch.skipped);
}

#[tokio::test]
async fn a_home_timeline_that_was_cut_is_a_gap_in_the_ledger() {
    let (url, _) = server(|line| match line {
        line if line.contains("/timelines/home") && line.contains("max_id") => json_of(json!([])),
        line if line.contains("/timelines/home") && line.contains("min_id=5&") => {
            json_of((900..940).map(|id| status(id, "late")).rev().collect())
        }
        line if line.contains("/timelines/home") && line.contains("limit=1") => json_of(json!([status(5, "early")])),
        line => usual(line),
    })
    .await;
    let mut shop = Channel::shop(&url, json!({"hear_home": true, "hear_account": false}));
    shop.pull().await;
    shop.restart().await;
    let batch = shop.pull().await;
    assert_eq!((batch.items.len(), batch.unheard.gaps.len()), (40, 1));
    assert!(batch.unheard.gaps[0].reason.contains("keeps only the newest"), "{:?}", batch.unheard);
    assert!(shop.pull().await.unheard.gaps.is_empty(), "it is told once");
}

#[tokio::test]
async fn a_search_that_finds_more_than_the_server_gives_is_a_gap() {
    let calls = AtomicUsize::new(0);
    let (url, _) = server(move |line| match line {
        line if line.contains("/api/v2/search") && line.contains("limit=1&") || line.ends_with("limit=1") => {
            json_of(json!({"statuses": [status(5, "early")]}))
        }
        // It knows no second page: the same forty, again and again.
        line if line.contains("/api/v2/search") => {
            calls.fetch_add(1, Ordering::Relaxed);
            json_of(json!({"statuses": (900..940).rev().map(|id| status(id, "late")).collect::<Vec<_>>()}))
        }
        line => usual(line),
    })
    .await;
    let mut shop = Channel::shop(&url, json!({"searches": ["roastery"], "hear_account": false}));
    shop.pull().await;
    shop.restart().await;
    let batch = shop.pull().await;
    assert_eq!(batch.items.len(), 40);
    assert!(batch.unheard.gaps[0].reason.contains("search roastery found more"), "{:?}", batch.unheard.gaps);
}

#[tokio::test]
async fn a_search_that_the_server_refuses_stops_nothing_else_and_is_counted() {
    for refusal in [422, 403] {
        let (url, _) = server(move |line| match line {
            line if line.contains("/api/v2/search") => {
                Play::Json(refusal, json!({"error": "no full-text search here"}))
            }
            line if line.contains("/timelines/tag/coffee") && line.contains("min_id=5&") => {
                json_of(json!([status(6, "heard")]))
            }
            line if line.contains("/timelines/tag/coffee") && line.contains("limit=1") => {
                json_of(json!([status(5, "early")]))
            }
            line => usual(line),
        })
        .await;
        let mut shop = Channel::shop(&url, json!({"searches": ["roastery"], "hashtags": ["coffee"]}));
        shop.pull().await;
        shop.restart().await;
        let batch = shop.pull().await;
        assert_eq!(texts(&shop.events(&batch)), ["heard"]);
        let counted: Vec<(&String, &u64)> = batch.unheard.counted.iter().collect();
        assert!(matches!(&counted[..], [(reason, 1)] if reason.contains("refused")), "{counted:?}");
    }
}

#[tokio::test]
async fn what_is_forbidden_stops_the_channel_only_where_the_server_does_not_know_the_account_any_more() {
    let own_words = || json!({"error": "This action is outside the authorized scopes"});
    // What a wall before the server says is no JSON of the server's.
    for (forbidden, disabled, stops) in
        [(own_words(), false, false), (own_words(), true, true), (json!("Access denied by the wall"), true, false)]
    {
        let asked_for_us = AtomicUsize::new(0);
        let words = forbidden.clone();
        let (url, _) = server(move |line| match line {
            line if line.contains("/api/v1/notifications") => Play::Json(403, words.clone()),
            line if line.contains("verify_credentials") && asked_for_us.fetch_add(1, Ordering::Relaxed) > 0 => {
                if disabled {
                    Play::Json(403, words.clone())
                } else {
                    usual(line)
                }
            }
            line => usual(line),
        })
        .await;
        let mut shop = Channel::shop(&url, json!({}));
        let error = shop.try_pull().await.unwrap_err();
        assert!(error.to_string().contains("403"), "{error}");
        assert_eq!(matches!(error, PullError::Reauthorise(_)), stops, "{forbidden}, {disabled}: {error:?}");
        assert!(stops || matches!(error, PullError::Retry(_)), "{error:?}");
    }
}

#[tokio::test]
async fn posts_are_heard_where_streams_first_wordings_and_looks_at_older_posts_are_forbidden() {
    let (url, _) = server(|line| match line {
        line if line.contains("/streaming/") || line.contains("/history") || line.contains("/api/v1/statuses") => {
            Play::Json(403, json!({"error": "This method is not allowed"}))
        }
        line if line.contains("/timelines/tag/coffee") && line.contains("min_id=5&") => {
            let mut edited = status(6, "heard");
            edited["edited_at"] = "2026-03-02T10:00:00Z".into();
            edited["in_reply_to_id"] = "3".into();
            json_of(json!([edited]))
        }
        line if line.contains("/timelines/tag/coffee") && line.contains("limit=1") => {
            json_of(json!([status(5, "early")]))
        }
        line => usual(line),
    })
    .await;
    let mut shop = Channel::shop(&url, json!({"hashtags": ["coffee"]}));
    shop.pull().await;
    shop.restart().await;
    let batch = shop.pull().await;
    let heard = texts(&shop.events(&batch));
    assert!(heard.iter().any(|words| words.ends_with("heard")), "{heard:?}");
    shop.restart().await;
    let batch = shop.pull().await;
    assert!(batch.items.is_empty(), "what may not be looked at again is not taken for deleted: {batch:?}");
}

#[tokio::test]
async fn a_server_without_streams_is_asked_from_time_to_time() {
    let (url, asked) = server(usual).await;
    let mut shop = Channel::shop(&url, json!({}));
    shop.pull().await;
    shop.pull().await;
    shop.pull().await;
    let questions = asked.lock().unwrap().iter().filter(|line| line.contains("/api/v1/notifications")).count();
    assert_eq!(questions, 1, "not at each pull");
    shop.restart().await;
    shop.pull().await;
    let questions = asked.lock().unwrap().iter().filter(|line| line.contains("/api/v1/notifications")).count();
    assert_eq!(questions, 2);
}

#[tokio::test]
async fn a_connection_that_ends_after_the_post_was_taken_is_tried_again_with_the_same_key() {
    let attempts = AtomicUsize::new(0);
    let (url, asked) = server(move |line| match line {
        line if line.starts_with("POST /api/v1/statuses") => match attempts.fetch_add(1, Ordering::Relaxed) {
            0 => Play::HangUp,
            _ => json_of(json!({"id": "8", "uri": "https://a.example/8"})),
        },
        line if line.contains("/api/v2/search") => json_of(json!({"statuses": [
            {"id": "7", "uri": "https://a.example/7", "visibility": "mutuals_only", "account": {"acct": "kim@a.example"}}]})),
        line => usual(line),
    })
    .await;
    let shop = Channel::shop(&url, json!({}));
    let answer = outgoing("kim@a.example", Some("https://a.example/7"), "Yes.", Visibility::Public);
    let error = shop.mastodon.send(&shop.ctx, &answer).await.unwrap_err();
    assert!(matches!(&error, SendError::RetryAfter { reason, .. } if reason.contains("same key")), "{error:?}");
    let sent = shop.mastodon.send(&shop.ctx, &answer).await.unwrap();
    assert_eq!(sent.external_id, "https://a.example/8");
    let asked = asked.lock().unwrap();
    let posts: Vec<&String> = asked.iter().filter(|request| request.starts_with("POST")).collect();
    let key = |request: &str| request.lines().find(|line| line.starts_with("idempotency-key")).map(str::to_owned);
    assert_eq!((posts.len(), key(posts[0])), (2, key(posts[1])));
    assert!(
        posts[1].contains(r#""visibility":"direct""#),
        "what we do not know is answered to one alone: {}",
        posts[1]
    );
}

#[tokio::test]
async fn what_one_answer_is_forbidden_is_that_answers_alone_and_only_refused_credentials_stop_the_channel() {
    let found = |line: &str| match line {
        line if line.contains("/api/v2/search") => json_of(json!({"statuses": [
            {"id": "7", "uri": "https://a.example/7", "visibility": "public", "account": {"acct": "kim@a.example"}}]})),
        line => usual(line),
    };
    let forbidden = |status: u16| Play::Json(status, json!({"error": "This action is not allowed"}));
    let answer = outgoing("kim@a.example", Some("https://a.example/7"), "Yes.", Visibility::Public);
    // By whom it is refused: the posting, and the look at what is answered.
    for refused in ["POST /api/v1/statuses", "/api/v2/search"] {
        let (url, _) = server(move |line| if line.contains(refused) { forbidden(403) } else { found(line) }).await;
        let shop = Channel::shop(&url, json!({}));
        let error = shop.mastodon.send(&shop.ctx, &answer).await.unwrap_err();
        assert!(matches!(&error, SendError::Rejected(why) if why.contains("not allowed")), "{refused}: {error:?}");
        let (url, _) = server(move |line| if line.contains(refused) { forbidden(401) } else { found(line) }).await;
        let shop = Channel::shop(&url, json!({}));
        let error = shop.mastodon.send(&shop.ctx, &answer).await.unwrap_err();
        assert!(matches!(&error, SendError::Reauthorise(_)), "{refused}: {error:?}");
    }
}
