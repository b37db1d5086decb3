//! Sending, against a server of accounts that fails as we like.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

#[expect(dead_code, reason = "shared with the tests of the stream")]
mod support;

use serde_json::{Value, json};
use std::time::Duration;
use support::{Channel, KIM, Pds, US, now_us, outgoing};
use tertulia_connector::{Connector, PullError, Secret, SecretSet, SendError, Sent};
use tertulia_model::{Outgoing, Visibility};

const PUT: &str = "com.atproto.repo.putRecord";

fn asked_uri() -> String {
    format!("at://{KIM}/app.bsky.feed.post/3n3ezdlvdxc2m")
}

async fn desk() -> (Pds, Channel, Outgoing) {
    let pds = Pds::start().await;
    let channel = Channel::new(json!({"handle": "roastery.test", "service": pds.url}));
    pds.put(&asked_uri(), json!({"text": "my order is broken"}));
    let id = channel.bluesky.choose_external_id(&channel.ctx.settings, "1000000000000000000");
    let answer =
        outgoing(&id, Some(&asked_uri()), "Ol\u{e1} @kim.test, see https://roastery.example. #caf\u{e9} @nobody.test");
    (pds, channel, answer)
}

fn put(pds: &Pds) -> Vec<(String, Value)> {
    let state = pds.state.lock().unwrap();
    state
        .records
        .iter()
        .filter(|(uri, _)| uri.contains(US))
        .map(|(uri, record)| (uri.clone(), record.clone()))
        .collect()
}

#[tokio::test]
async fn an_answer_is_a_record_with_its_thread_and_its_features_in_bytes() {
    let (pds, channel, answer) = desk().await;
    let root = json!({"uri": format!("at://{KIM}/app.bsky.feed.post/3root"), "cid": "bafyreiroot"});
    pds.put(&asked_uri(), json!({"text": "still", "reply": {"root": root, "parent": root}}));
    let sent = channel.bluesky.send(&channel.ctx, &answer).await.unwrap();
    let put = put(&pds);
    let (uri, record) = &put[0];
    assert_eq!((uri, put.len()), (&sent.external_id, 1));
    assert_eq!(uri.rsplit('/').next(), answer.external_id.rsplit('/').next(), "the key that was chosen beforehand");
    assert_eq!(record["reply"], json!({"root": root, "parent": {"uri": asked_uri(), "cid": "bafyreic"}}));
    assert_eq!(record["createdAt"], "2031-07-22T11:22:59.101Z", "the message's own time");
    let text = record["text"].as_str().unwrap();
    let shown: Vec<(&str, &str)> = record["facets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|facet| {
            let end = |name: &str| usize::try_from(facet["index"][name].as_u64().unwrap()).unwrap();
            (
                &text[end("byteStart")..end("byteEnd")],
                facet["features"][0]["$type"].as_str().unwrap().rsplit('#').next().unwrap(),
            )
        })
        .collect();
    assert_eq!(shown, [("@kim.test", "mention"), ("https://roastery.example", "link"), ("#caf\u{e9}", "tag")]);
    assert_eq!(record["facets"][0]["features"][0]["did"], KIM);
}

#[tokio::test]
async fn an_answer_whose_answer_is_lost_is_one_record_and_one_change() {
    let (pds, channel, answer) = desk().await;
    pds.fault(PUT, 0, "", json!(null));
    let error = channel.bluesky.send(&channel.ctx, &answer).await.unwrap_err();
    assert!(matches!(&error, SendError::RetryAfter { reason, .. } if reason.contains("same key")), "{error:?}");
    assert_eq!(pds.state.lock().unwrap().commits, 1, "it had been taken");
    pds.fault(PUT, 502, "", json!({}));
    assert!(matches!(channel.bluesky.send(&channel.ctx, &answer).await, Err(SendError::RetryAfter { .. })));
    let found = channel.bluesky.find_sent(&channel.ctx, &answer).await.unwrap();
    let sent = channel.bluesky.send(&channel.ctx, &answer).await.unwrap();
    assert_eq!((found, pds.state.lock().unwrap().commits), (Some(sent), 1));
}

#[tokio::test]
async fn a_session_is_reused_renewed_when_it_is_over_and_begun_anew_when_that_fails() {
    let (pds, channel, answer) = desk().await;
    for _ in 0..5 {
        channel.bluesky.send(&channel.ctx, &answer).await.unwrap();
    }
    let counts = || {
        let state = pds.state.lock().unwrap();
        (state.sign_ins, state.renewals)
    };
    assert_eq!(counts(), (1, 0));
    pds.fault(PUT, 400, "", json!({"error": "ExpiredToken", "message": "Token has expired"}));
    channel.bluesky.send(&channel.ctx, &answer).await.unwrap();
    assert_eq!(counts(), (1, 1));
    pds.fault(PUT, 401, "", json!({"error": "InvalidToken", "message": "Token could not be verified"}));
    pds.fault("com.atproto.server.refreshSession", 400, "", json!({"error": "ExpiredToken"}));
    channel.bluesky.send(&channel.ctx, &answer).await.unwrap();
    assert_eq!(counts(), (2, 1));
    pds.fault(PUT, 400, "", json!({"error": "ExpiredToken"}));
    pds.fault("com.atproto.server.refreshSession", 400, "", json!({"error": "ExpiredToken"}));
    pds.fault("com.atproto.server.createSession", 401, "", json!({"error": "AuthenticationRequired"}));
    let error = channel.bluesky.send(&channel.ctx, &answer).await.unwrap_err();
    assert!(matches!(&error, SendError::Reauthorise(why) if why.contains("app password")), "{error:?}");
}

#[tokio::test]
async fn a_pause_that_the_server_asks_for_is_kept() {
    let (pds, channel, answer) = desk().await;
    pds.fault("com.atproto.server.createSession", 429, "retry-after: 12\r\n", json!({"error": "RateLimitExceeded"}));
    let error = channel.bluesky.send(&channel.ctx, &answer).await.unwrap_err();
    assert!(matches!(&error, SendError::Throttled { wait, .. } if *wait == Duration::from_secs(12)), "{error:?}");
    let reset: &'static str = format!("ratelimit-reset: {}\r\n", now_us() / 1_000_000 + 90).leak();
    pds.fault(PUT, 429, reset, json!({"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}));
    let error = channel.bluesky.send(&channel.ctx, &answer).await.unwrap_err();
    let SendError::Throttled { wait, .. } = error else { panic!("{error:?}") };
    assert!((80..=90).contains(&wait.as_secs()), "{wait:?}");
    channel.bluesky.send(&channel.ctx, &answer).await.unwrap();
}

#[tokio::test]
async fn what_cannot_go_out_is_given_back_with_its_reason() {
    let (pds, mut channel, answer) = desk().await;
    let rejected = async |channel: &Channel, answer: &Outgoing, why: &str| {
        let error = channel.bluesky.send(&channel.ctx, answer).await.unwrap_err();
        assert!(matches!(&error, SendError::Rejected(said) if said.contains(why)), "{error:?}");
    };
    rejected(&channel, &Outgoing { visibility: Visibility::Private, ..answer.clone() }, "Everybody can read").await;
    rejected(&channel, &Outgoing { references: Vec::new(), ..answer.clone() }, "no post here").await;
    rejected(&channel, &Outgoing { text: " ".to_owned(), ..answer.clone() }, "no words").await;
    let gone = vec![format!("at://{KIM}/app.bsky.feed.post/3gone")];
    rejected(&channel, &Outgoing { references: gone, ..answer.clone() }, "gone").await;
    let long = json!({"error": "InvalidRequest", "message": "Invalid app.bsky.feed.post record: grapheme too big"});
    pds.fault(PUT, 400, "", long);
    rejected(&channel, &answer, "grapheme too big").await;
    assert!(put(&pds).is_empty(), "nothing went out");
    channel.set().secrets = SecretSet::from([("app_password".to_owned(), Secret::new("wrong"))]);
    channel.restart().await;
    let error = channel.bluesky.send(&channel.ctx, &answer).await.unwrap_err();
    assert!(matches!(&error, SendError::Reauthorise(_)), "{error:?}");
    let error = channel.bluesky.test(&channel.ctx).await.unwrap_err();
    assert!(matches!(&error, PullError::Reauthorise(_)), "{error:?}");
    let nowhere = Outgoing { external_id: "x".to_owned(), ..answer };
    rejected(&channel, &nowhere, "no record key").await;
    assert_eq!(channel.bluesky.find_sent(&channel.ctx, &nowhere).await, Ok(None::<Sent>));
}
