//! What every connector must keep, on our own fixtures.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::json;
use support::{Channel, put};
use tertulia_connector::conformance::{self, Carries, Fixture};
use tertulia_model::RawContent;
use tertulia_testkit::{Page, Site};

const FEEDS: [&str; 7] = [
    "wordpress.rss",
    "wordpress_comments.rss",
    "wordpress_comments.atom",
    "blog.atom",
    "old.rdf",
    "oldest.rss",
    "feed.json",
];

#[test]
fn feeds_keep_what_every_connector_must_keep() {
    let site = Site::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut fixtures = Vec::new();
    for name in FEEDS {
        put(&site, "/feed", name);
        let mut channel = Channel::new(&site.url("/feed"), json!({}));
        let batch = runtime.block_on(channel.pull());
        assert!(batch.history, "{name}: what was there before is history");
        for item in batch.items {
            let RawContent::Memory(bytes) = item.content else { panic!("{name}: an item is small") };
            fixtures.push(Fixture::new(name, bytes, json!(null)));
        }
    }
    assert!(fixtures.len() >= 12, "only {} items", fixtures.len());
    conformance::check(&tertulia_connector_feed::connector(), "https://blog.example/feed", &fixtures);
}

#[tokio::test]
async fn a_cursor_leads_to_the_same_place_and_holds_no_secret() {
    let site = Site::start();
    put(&site, "/feed", "wordpress.rss");
    let channel = Channel::new(&site.url("/feed"), json!({ "comments": true }));
    conformance::check_secrets(&channel.feed, &channel.ctx).await;
    let first = conformance::check_cursor(&channel.feed, &channel.ctx).await.unwrap();
    assert_eq!(first.items.len(), 2);
    site.put("/feed", Page::status(500));
    assert!(conformance::check_cursor(&channel.feed, &channel.ctx).await.is_none());
}

#[test]
fn hostile_words_are_kept_or_set_aside_and_what_is_to_be_run_is_left_out() {
    let site = Site::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let feed = tertulia_connector_feed::connector();
    conformance::check_hostile(&feed, "https://blog.example/feed", Carries::Html, |html| {
        let xml = html.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let date = "Sun, 15 Jun 2025 14:00:00 GMT".to_owned();
        site.put("/feed", support::rss(&[("1".to_owned(), site.url("/1"), "Words".to_owned(), xml, date)]));
        let mut channel = Channel::new(&site.url("/feed"), json!({}));
        runtime.block_on(channel.try_pull()).map_err(|error| error.to_string()).and_then(conformance::came)
    });
}

#[test]
fn a_feed_whose_name_leads_into_our_house_is_not_asked() {
    let settings = json!({ "url": format!("https://{}/feed", conformance::HOUSE) });
    conformance::check_house(&tertulia_connector_feed::connector(), settings, "", None);
}
