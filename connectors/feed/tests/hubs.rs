//! WebSub: a hub that tells of news, one that refuses, and people who only say that they are one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use std::collections::HashMap;
use support::{Channel, MINUTE, NOW, rss};
use tertulia_connector::{Connector, PullError, ReceiveError, Request};
use tertulia_model::Errand;
use tertulia_testkit::{Page, Site};

fn request(method: &str, path: &str, query: &[(&str, &str)], headers: &[(&str, &str)], body: &str) -> Request {
    let owned = |pairs: &[(&str, &str)]| pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: owned(query),
        raw_query: String::new(),
        headers: owned(headers),
        body: bytes::Bytes::copy_from_slice(body.as_bytes()),
        from: None,
        at: NOW,
    }
}

fn posted(title: &str) -> Page {
    let item = (title.to_owned(), String::new(), title.to_owned(), String::new(), String::new());
    rss(&[item])
}

fn with_hub(site: &Site, page: Page) -> Page {
    let links = format!("<{}>; rel=\"hub\", <{}>; rel=\"self\"", site.url("/hub"), site.url("/feed"));
    page.header("link", &links)
}

/// A channel that has asked the hub, the errand that did it, and what the hub was told.
async fn asked(site: &Site) -> (Channel, Errand, HashMap<String, String>) {
    site.put("/feed", with_hub(site, posted("one")));
    site.put("/hub", Page::status(202));
    let mut channel = Channel::new(&site.url("/feed"), json!({}));
    let batch = channel.pull().await;
    let errand = batch.errands.into_iter().next().unwrap();
    assert_eq!(errand.due, NOW);
    site.asked();
    channel.feed.errand(&channel.ctx, errand.task.clone()).await.unwrap();
    let body = site.asked().remove(0).body;
    let form =
        url::form_urlencoded::parse(&body).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    (channel, errand, form)
}

fn path_of(form: &HashMap<String, String>) -> String {
    form["hub.callback"].strip_prefix("https://tertulia.example/hooks/7").unwrap().to_owned()
}

fn signature<M: Mac + KeyInit>(secret: &str, body: &str) -> String {
    let mut mac = <M as KeyInit>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn the_hub_is_asked_confirmed_renewed_in_time_and_its_news_is_fetched_at_once() {
    let site = Site::start();
    let (mut channel, first, form) = asked(&site).await;
    assert_eq!((form["hub.mode"].as_str(), form["hub.topic"].clone()), ("subscribe", site.url("/feed")));
    assert!(channel.later(10).await[0].errands.is_empty(), "it is asked once");
    // It asks back.
    let (path, topic) = (path_of(&form), form["hub.topic"].clone());
    let query = |mode: &'static str, topic| {
        [("hub.mode", mode), ("hub.topic", topic), ("hub.challenge", "<b>7</b>"), ("hub.lease_seconds", "1000")]
    };
    let confirmed =
        channel.feed.receive(&channel.ctx, request("GET", &path, &query("subscribe", &topic), &[], "")).await;
    let confirmed = confirmed.unwrap();
    assert_eq!((confirmed.status, confirmed.plain), (200, Some(("text/plain", b"<b>7</b>".to_vec()))));
    let renewal = &confirmed.batch.errands[0];
    assert_eq!((renewal.due, renewal.key == first.key), (NOW + 900_000, true));
    assert_ne!(renewal.task, first.task, "the one that was just done must not be taken for it");
    // It tells of news, by each way to sign that there is.
    for (name, of) in [
        ("sha1", signature::<Hmac<sha1::Sha1>> as fn(&str, &str) -> String),
        ("sha256", signature::<Hmac<sha2::Sha256>>),
        ("sha384", signature::<Hmac<sha2::Sha384>>),
        ("sha512", signature::<Hmac<sha2::Sha512>>),
    ] {
        let header = format!("{name}={}", of(&form["hub.secret"], "<rss/>"));
        let told = request("POST", &path, &[], &[("x-hub-signature", &header)], "<rss/>");
        let told = channel.feed.receive(&channel.ctx, told).await.unwrap();
        assert!(told.pull_now && told.status == 202, "{name}");
        site.put("/feed", with_hub(&site, posted(name)));
        let batches = channel.drain().await;
        assert!(channel.created(&batches).contains_key(name), "{name}: fetched although it was not due");
    }
    // The renewal, when its time has come, and not before.
    let early =
        channel.feed.errand(&channel.ctx, json!({"hub": "http://10.0.0.1", "topic": "t", "due": NOW + 90 * MINUTE}));
    assert_eq!(early.await.unwrap().errands.len(), 1, "kept for later and nobody asked");
    channel.clock.advance(900_000);
    site.asked();
    channel.feed.errand(&channel.ctx, renewal.task.clone()).await.unwrap();
    assert_eq!(site.asked().len(), 1);
}

#[tokio::test]
async fn nobody_else_can_speak_for_the_hub() {
    let site = Site::start();
    let (mut channel, _, form) = asked(&site).await;
    let (path, topic) = (path_of(&form), form["hub.topic"].clone());
    let verify = |path: &str, mode: &str, topic: &str| {
        request("GET", path, &[("hub.mode", mode), ("hub.topic", topic), ("hub.challenge", "7")], &[], "")
    };
    for refused in [
        verify(&path, "subscribe", "https://other.example/feed"),
        verify(&path, "unsubscribe", &topic),
        verify("/hub/aHR0cDovL2V2aWw/c2ln", "subscribe", &topic),
        verify("/hub/", "subscribe", &topic),
        verify("/elsewhere", "subscribe", &topic),
        request("DELETE", &path, &[], &[], ""),
    ] {
        let answer = channel.feed.receive(&channel.ctx, refused.clone()).await;
        assert_eq!(answer.unwrap_err(), ReceiveError::NotFound, "{refused:?}");
    }
    let good = signature::<Hmac<sha2::Sha256>>(&form["hub.secret"], "<rss/>");
    for (header, body) in [
        (None, "<rss/>"),
        (Some(String::new()), "<rss/>"),
        (Some("sha256=".to_owned()), "<rss/>"),
        (Some("md5=00".to_owned()), "<rss/>"),
        (Some(format!("sha1={good}")), "<rss/>"),
        (Some(format!("sha256={good}")), "<rss />"),
        (Some(format!("sha256={}", "\u{e9}".repeat(64))), "<rss/>"),
    ] {
        let headers: Vec<(&str, &str)> = header.iter().map(|header| ("x-hub-signature", header.as_str())).collect();
        let answer = channel.feed.receive(&channel.ctx, request("POST", &path, &[], &headers, body)).await;
        assert!(matches!(answer, Err(ReceiveError::Forbidden(_))), "{header:?}");
    }
    site.asked();
    assert!(channel.pull().await.items.is_empty() && site.asked().is_empty(), "nothing was fetched for them");
}

#[tokio::test]
async fn without_a_hub_that_can_reach_us_the_feed_is_asked_as_ever() {
    let site = Site::start();
    let (mut channel, errand, _) = asked(&site).await;
    site.put("/hub", Page::status(403));
    let refused = channel.feed.errand(&channel.ctx, errand.task.clone()).await.unwrap();
    assert!(refused.errands[0].due > NOW + 24 * 60 * MINUTE, "it may think otherwise in a week");
    site.put("/hub", Page::status(503));
    let away = channel.feed.errand(&channel.ctx, errand.task.clone()).await;
    assert!(matches!(away, Err(PullError::RetryAfter { .. })));
    let nonsense = channel.feed.errand(&channel.ctx, json!({"hub": 7})).await;
    assert!(matches!(nonsense, Err(PullError::Misconfigured(_))));
    site.put("/feed", posted("two"));
    let batches = channel.later(10).await;
    assert_eq!(channel.created(&batches).len(), 1);
    // An installation that the internet cannot reach asks no hub of the internet.
    let far = "<http://93.184.216.34/hub>; rel=hub";
    site.put("/feed", posted("one").header("link", far));
    let mut channel = Channel::new(&site.url("/feed"), json!({}));
    channel.ctx.public_url = "http://localhost:8080".to_owned();
    assert!(channel.pull().await.errands.is_empty());
    site.put("/feed", with_hub(&site, posted("one")));
    let mut channel = Channel::new(&site.url("/feed"), json!({}));
    channel.ctx.public_url = "http://localhost:8080".to_owned();
    assert_eq!(channel.pull().await.errands.len(), 1, "one in the house can be asked");
}
