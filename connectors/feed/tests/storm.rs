//! A server that refuses twenty times in a row: the feed itself, and one of comments beside it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::json;
use support::{Channel, MINUTE, put, rss};
use tertulia_connector::PullError;
use tertulia_model::{Batch, Clock};
use tertulia_testkit::{REFUSALS, Site, Storm};

fn post(n: u32) -> (String, String, String, String, String) {
    let date = format!("{n:02} Jun 2025 12:00:00 GMT");
    (format!("id-{n}"), format!("http://blog.example/{n}"), format!("Post {n}"), format!("Words {n}"), date)
}

fn storm(channel: &Channel) -> std::sync::Arc<Storm> {
    let clock = channel.clock.clone();
    Storm::new(move || clock.now())
}

fn ids(channel: &Channel, batches: &[Batch]) -> Vec<String> {
    channel.events(batches).into_iter().map(|event| event.key.external_id).collect()
}

#[tokio::test]
async fn a_feed_whose_server_refuses_twenty_times_is_asked_when_it_said_and_heard_once() {
    let site = Site::start();
    site.put("/feed", rss(&[post(1)]));
    let mut channel = Channel::new(&site.url("/feed"), json!({}));
    channel.drain().await;
    channel.clock.advance(60 * MINUTE);
    let (storm, clock) = (storm(&channel), channel.clock.clone());
    site.answer("/feed", storm.before(|_| rss(&[post(3), post(2), post(1)])));
    let batch = storm
        .weathered(
            |wait| clock.advance(wait),
            async || match channel.try_pull().await {
                Ok(batch) => Ok(batch),
                Err(PullError::RetryAfter { wait, reason }) => Err((wait, reason)),
                Err(other) => panic!("{other:?}"),
            },
        )
        .await;
    assert_eq!(ids(&channel, &[batch]), ["id-2", "id-3"]);
    let later = channel.later(60).await;
    assert_eq!(ids(&channel, &later), Vec::<String>::new());
}

#[tokio::test]
async fn comments_whose_server_refuses_twenty_times_hold_up_no_post_and_are_heard_once() {
    let site = Site::start();
    put(&site, "/feed", "wordpress.rss");
    let head = "<link rel=alternate type=application/rss+xml title='R &raquo; Comments Feed' href=/comments>";
    site.put("/", tertulia_testkit::Page::html(head));
    let mut channel = Channel::new(&site.url("/feed"), json!({ "comments": true }));
    let storm = storm(&channel);
    let comments = support::fixture(&site, "wordpress_comments.rss");
    site.answer("/comments", storm.before(move |_| tertulia_testkit::Page::new("text/xml", comments.clone())));
    let (mut heard, mut counted) = (Vec::new(), 0);
    for _ in 0..50 * REFUSALS {
        let batch = channel.pull().await;
        counted += batch.unheard.counted.values().sum::<u64>();
        heard.extend(ids(&channel, std::slice::from_ref(&batch)));
        if heard.iter().any(|id| id.contains("#comment")) {
            break;
        }
        if !batch.more {
            channel.clock.set(batch.again_at.unwrap().max(channel.clock.now()));
        }
    }
    storm.is_over();
    assert_eq!(counted, 1, "that they could not be read is said, once");
    let later = channel.later(3 * 60).await;
    heard.extend(ids(&channel, &later));
    heard.sort();
    let all = ["?p=12", "?p=12#comment-31", "?p=7", "?p=7#comment-30"].map(|end| site.url(&format!("/{end}")));
    assert_eq!(heard, all);
}
