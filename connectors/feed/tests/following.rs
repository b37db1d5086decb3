//! A feed over time: what changes, what moves, what ends, and what only looks like news.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::json;
use std::io::Write;
use support::{Channel, MINUTE, NOW, fixture, put, rss};
use tertulia_connector::{Connector, PullError};
use tertulia_model::InboundKind;
use tertulia_testkit::{Page, Site};

type Post = (String, String, String, String, String);

fn post(site: &Site, n: usize) -> Post {
    let words = format!("The words of post number {n}, which are as long as words under a title commonly are.");
    (format!("id-{n}"), site.url(&format!("/posts/{n}")), format!("Post {n}"), words, date(n))
}

/// The day before the tests' today, and the days before that.
fn date(n: usize) -> String {
    format!("{:02} Jun 2025 12:00:00 GMT", 14 - (n % 14))
}

async fn begun(site: &Site, posts: &[Post]) -> Channel {
    site.put("/feed", rss(posts));
    let mut channel = Channel::new(&site.url("/feed"), json!({}));
    let batch = channel.pull().await;
    assert_eq!((batch.items.len(), batch.history), (posts.len(), true));
    channel
}

#[tokio::test]
async fn a_feed_that_is_not_due_is_not_asked_and_costs_nothing() {
    let site = Site::start();
    let mut channel = begun(&site, &[post(&site, 1)]).await;
    site.asked();
    let resting = channel.pull().await;
    assert!(resting.items.is_empty() && resting.next.is_none() && !resting.more && site.asked().is_empty());
    let again_at = resting.again_at.unwrap();
    assert!((NOW + 9 * MINUTE..=NOW + 10 * MINUTE).contains(&again_at), "{}", again_at - NOW);
    channel.clock.advance(again_at - NOW);
    channel.pull().await;
    assert_eq!(site.asked().len(), 1);
}

#[tokio::test]
async fn what_is_new_comes_once_in_the_order_in_which_it_was_said() {
    let site = Site::start();
    let mut channel = begun(&site, &[post(&site, 1)]).await;
    let newest_first: Vec<Post> = [3, 2, 1].map(|n| post(&site, n)).into();
    site.put("/feed", rss(&newest_first));
    let batches = channel.later(10).await;
    assert!(!batches[0].history);
    let ids: Vec<String> = channel.events(&batches).into_iter().map(|event| event.key.external_id).collect();
    assert_eq!(ids, ["id-2", "id-3"]);
    assert!(channel.later(10).await[0].items.is_empty());
}

#[tokio::test]
async fn a_server_that_knows_of_no_change_is_believed_for_an_hour() {
    let site = Site::start();
    let page = || rss(&[post(&site, 1)]).etag("\"one\"").header("last-modified", "Sun, 15 Jun 2025 15:00:00 GMT");
    site.put("/feed", page());
    let mut channel = Channel::new(&site.url("/feed"), json!({}));
    channel.drain().await;
    site.asked();
    for _ in 0..7 {
        assert!(channel.later(10).await[0].items.is_empty());
    }
    let asked = site.asked();
    let conditional: Vec<bool> = asked.iter().map(|asked| asked.headers.contains_key("if-none-match")).collect();
    assert_eq!(conditional, [true, true, true, true, true, false, true]);
    assert_eq!(asked[0].headers["if-modified-since"], "Sun, 15 Jun 2025 15:00:00 GMT");
    assert!(asked[0].headers["accept-encoding"].contains("gzip"));
}

#[tokio::test]
async fn what_changed_in_the_second_it_was_fetched_in_is_fetched_whole_again() {
    let site = Site::start();
    let at = "Sun, 15 Jun 2025 15:00:00 GMT";
    site.put("/feed", rss(&[post(&site, 1)]).etag("\"of this second\"").header("last-modified", at).header("date", at));
    let mut channel = Channel::new(&site.url("/feed"), json!({}));
    channel.drain().await;
    site.put("/feed", rss(&[post(&site, 2), post(&site, 1)]).etag("\"of this second\""));
    assert_eq!(channel.later(10).await[0].items.len(), 1);
}

#[tokio::test]
async fn an_edit_is_told_with_rising_revisions_and_not_more_often_than_makes_sense() {
    let site = Site::start();
    let mut channel = begun(&site, &[post(&site, 1), post(&site, 2)]).await;
    let mut revisions = Vec::new();
    for round in 0..30 {
        let mut changed = post(&site, 1);
        changed.3 = format!("{} Seen {round} times.", changed.3);
        site.put("/feed", rss(&[changed, post(&site, 2)]).etag("\"the same for ever\""));
        let batches = channel.later(10).await;
        for event in channel.events(&batches) {
            let InboundKind::Edited { revision, content } = event.kind else { panic!("{event:?}") };
            assert_eq!(event.key.external_id, "id-1");
            assert!(content.text.ends_with(&format!("Seen {round} times.")));
            revisions.push(revision);
        }
    }
    assert!(revisions.is_sorted() && (3..=6).contains(&revisions.len()), "{revisions:?}");
    // The last words are told in the end, once they change no more.
    let mut last = Vec::new();
    for _ in 0..60 {
        let batches = channel.later(10).await;
        last.extend(channel.events(&batches));
    }
    assert_eq!(last.len(), 1);
}

#[tokio::test]
async fn a_feed_that_changes_its_ids_or_dates_floods_nothing_and_a_new_post_among_them_is_heard() {
    let site = Site::start();
    let posts: Vec<Post> = (1..=10).map(|n| post(&site, n)).collect();
    for change in ["ids", "dates", "ids and domain", "ids, addresses and words"] {
        let mut channel = begun(&site, &posts).await;
        let mut changed: Vec<Post> = posts.clone();
        for (n, post) in changed.iter_mut().enumerate() {
            match change {
                "ids" => post.0 = format!("urn:uuid:{n}"),
                "dates" => post.4 = "15 Jun 2025 15:29:00 GMT".to_owned(),
                "ids and domain" => {
                    (post.0, post.1) = (format!("n{n}"), format!("https://moved.example/posts/{}", n + 1))
                }
                _ => {
                    (post.0, post.1, post.3) =
                        (format!("n{n}"), format!("/archive/{n}"), format!("Rewritten: {}", post.3))
                }
            }
        }
        let mut new = post(&site, 11);
        new.4 = "15 Jun 2025 15:28:00 GMT".to_owned();
        changed.insert(0, new);
        site.put("/feed", rss(&changed));
        let batches = channel.later(10).await;
        let live: Vec<String> = batches
            .iter()
            .filter(|batch| !batch.history)
            .flat_map(|batch| channel.events(std::slice::from_ref(batch)))
            .map(|event| event.key.external_id)
            .collect();
        assert_eq!(live, ["id-11"], "{change}");
        let past = batches.iter().filter(|batch| batch.history).map(|batch| batch.items.len()).sum::<usize>();
        assert_eq!(past, if change.ends_with("words") { 10 } else { 0 }, "{change}");
        if past > 0 {
            let counted: u64 = batches.iter().flat_map(|batch| batch.unheard.counted.values()).sum();
            assert_eq!(counted, 10, "the ledger says so");
        }
        assert!(channel.later(10).await.iter().all(|batch| batch.items.is_empty()), "{change}: again");
    }
}

#[tokio::test]
async fn what_may_have_come_and_gone_between_two_looks_is_a_gap() {
    let site = Site::start();
    let posts = |numbers: std::ops::Range<usize>| -> Vec<Post> { numbers.map(|n| post(&site, n)).rev().collect() };
    let dated = |mut posts: Vec<Post>| {
        for (n, post) in posts.iter_mut().enumerate() {
            post.4 = format!("15 Jun 2025 {:02}:00:00 GMT", 14 - n);
        }
        posts
    };
    let mut channel = begun(&site, &posts(8..14)).await;
    site.put("/feed", rss(&dated(posts(14..20))));
    let batch = channel.later(10).await.remove(0);
    assert_eq!((batch.items.len(), batch.history, batch.unheard.gaps.len()), (6, false, 1));
    let gap = &batch.unheard.gaps[0];
    assert_eq!(
        (gap.from, gap.until),
        (1_749_211_200_000, 1_749_978_000_000),
        "the sixth at noon, the fifteenth at nine"
    );
    // One of them is known: nothing is missing.
    let mut channel = begun(&site, &posts(8..14)).await;
    site.put("/feed", rss(&dated(posts(13..19))));
    assert_eq!(channel.later(10).await[0].unheard.gaps, []);
}

#[tokio::test]
async fn items_that_share_one_id_are_told_apart_by_their_addresses() {
    let site = Site::start();
    let mut posts: Vec<Post> = (1..=3).map(|n| post(&site, n)).collect();
    for post in &mut posts {
        "https://blog.example/".clone_into(&mut post.0);
    }
    site.put("/feed", rss(&posts));
    let mut channel = Channel::new(&site.url("/feed"), json!({}));
    let batches = channel.drain().await;
    assert_eq!(channel.created(&batches).len(), 3);
}

#[tokio::test]
async fn a_feed_that_moved_for_good_is_asked_at_its_new_address_from_then_on() {
    let site = Site::start();
    let posts = [post(&site, 1)];
    site.put("/new", rss(&posts));
    site.put("/old", Page::redirect(301, "/new"));
    let mut channel = Channel::new(&site.url("/old"), json!({}));
    assert!(channel.feed.test(&channel.ctx).await.unwrap()[0].contains("moved for good"));
    channel.drain().await;
    site.asked();
    channel.later(10).await;
    let paths: Vec<String> = site.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["/new"]);
    // A detour for today is taken anew each time.
    site.put("/old", Page::redirect(302, "/new"));
    let mut other = Channel::new(&site.url("/old"), json!({}));
    other.drain().await;
    site.asked();
    other.later(10).await;
    assert_eq!(site.asked().len(), 2);
}

#[tokio::test]
async fn a_feed_that_is_gone_stops_with_words_and_one_that_is_away_is_tried_again() {
    let site = Site::start();
    let mut channel = begun(&site, &[post(&site, 1)]).await;
    for (page, wanted) in [
        (Page::status(404), "RetryAfter { wait: 600s"),
        (Page::status(500), "RetryAfter { wait: 600s"),
        (Page::html("<html>We are moving house</html>"), "RetryAfter { wait: 600s"),
        (Page::new("text/xml", "<rss><channel><item><title>a"), "RetryAfter { wait: 600s"),
        (Page::status(429).header("retry-after", "900"), "RetryAfter { wait: 900s"),
        (Page::status(401), "Misconfigured("),
        (Page::status(410), "Misconfigured(\"The feed is gone for good"),
    ] {
        site.put("/feed", page);
        channel.clock.advance(10 * MINUTE);
        let error = format!("{:?}", channel.try_pull().await.unwrap_err());
        assert!(error.starts_with(wanted), "{wanted}: {error}");
    }
    site.put("/feed", rss(&[post(&site, 2), post(&site, 1)]));
    let batches = channel.later(10).await;
    assert_eq!(channel.created(&batches).keys().collect::<Vec<_>>(), ["id-2"], "nothing was lost meanwhile");
}

#[tokio::test]
async fn a_feed_that_breaks_off_is_fetched_again_and_nothing_is_lost_or_doubled() {
    let site = Site::start();
    let mut channel = begun(&site, &[post(&site, 1)]).await;
    let whole = rss(&[post(&site, 3), post(&site, 2), post(&site, 1)]);
    site.put("/feed", whole.clone().breaking_after(300));
    channel.clock.advance(10 * MINUTE);
    assert!(matches!(channel.try_pull().await, Err(PullError::Retry(_))));
    // The server itself writes no more than this: what is whole is heard, the rest is told.
    let cut = Page::new("text/xml", whole.body[..whole.body.len() - 150].to_vec()).etag("\"cut\"");
    site.put("/feed", cut);
    let batches = channel.later(10).await;
    assert_eq!(channel.created(&batches).len(), 2);
    assert!(batches[0].skipped[0].1.contains("not read to its end"));
    site.put("/feed", whole.etag("\"cut\""));
    let batches = channel.later(10).await;
    assert!(batches[0].items.is_empty() && batches[0].skipped.is_empty());
}

#[tokio::test]
async fn an_item_of_ten_megabytes_is_set_aside_with_words_and_stops_nothing() {
    let site = Site::start();
    let mut channel = begun(&site, &[post(&site, 1)]).await;
    let mut giant = post(&site, 3);
    giant.3 = "so much to say ".repeat(700_000);
    let posts = [post(&site, 4), giant, post(&site, 2), post(&site, 1)];
    site.put("/feed", rss(&posts));
    let batches = channel.later(10).await;
    assert_eq!(channel.created(&batches).keys().collect::<Vec<_>>(), ["id-4"]);
    assert!(batches[0].skipped[0].1.contains("larger than 8 MB"), "{:?}", batches[0].skipped);
    assert!(channel.later(10).await[0].skipped.is_empty(), "it is said once");
    site.put("/feed", rss(&[post(&site, 4), post(&site, 2)]));
    let batches = channel.later(10).await;
    assert_eq!(channel.created(&batches).keys().collect::<Vec<_>>(), ["id-2"]);
}

fn packed(body: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(body).unwrap();
    gzip.finish().unwrap()
}

#[tokio::test]
async fn a_packed_feed_is_unpacked_and_one_that_is_a_bomb_no_further_than_any_other() {
    let site = Site::start();
    let whole = rss(&[post(&site, 1)]);
    site.put("/feed", Page::new("text/xml", packed(&whole.body)).header("content-encoding", "gzip"));
    let mut channel = Channel::new(&site.url("/feed"), json!({}));
    assert_eq!(channel.pull().await.items.len(), 1);
    let bomb = [&whole.body[..60], &vec![b' '; 300 << 20]].concat();
    site.put("/feed", Page::new("text/xml", packed(&bomb)).header("content-encoding", "gzip"));
    channel.clock.advance(10 * MINUTE);
    let error = channel.try_pull().await.unwrap_err();
    assert!(error.to_string().contains("larger than 8 MB"), "{error}");
}

#[tokio::test]
async fn a_feed_may_ask_to_be_left_alone_for_up_to_an_hour() {
    let site = Site::start();
    let with = |inside: &str| {
        format!(
            "<rss version='2.0' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel>{inside}</channel></rss>"
        )
    };
    for (page, least, most) in [
        (Page::new("text/xml", with("<ttl>30</ttl>")), 28, 30),
        (Page::new("text/xml", with("<ttl>99999999999999999</ttl>")), 57, 60),
        (Page::new("text/xml", with("<ttl>1</ttl>")), 9, 10),
        (Page::new("text/xml", with("<sy:updatePeriod>daily</sy:updatePeriod>")), 57, 60),
        (Page::new("text/xml", with("<sy:updatePeriod>hourly</sy:updatePeriod>")), 9, 10),
        (Page::new("text/xml", with("")).header("cache-control", "public, max-age=1500"), 23, 25),
    ] {
        site.put("/feed", page);
        let mut channel = Channel::new(&site.url("/feed"), json!({}));
        let wait = channel.pull().await.again_at.unwrap() - NOW;
        assert!((least * MINUTE..=most * MINUTE).contains(&wait), "{least}: {wait}");
    }
}

#[tokio::test]
async fn a_page_leads_to_its_feed_and_a_page_without_one_says_what_to_do() {
    let site = Site::start();
    put(&site, "/feed/", "wordpress.rss");
    put(&site, "/comments/feed/", "wordpress_comments.rss");
    let links = "<link rel=alternate type=application/rss+xml title='R &raquo; Comments Feed' href=/comments/feed/>\
        <link rel=alternate type=application/rss+xml title='R &raquo; Feed' href=/feed/>";
    site.put("/", Page::html(format!("<!doctype html><head>{links}")));
    site.put("/none", Page::html("<!doctype html><p>Nothing"));
    let mut channel = Channel::new(&site.url("/"), json!({ "comments": "true" }));
    let lines = channel.feed.test(&channel.ctx).await.unwrap().join("\n");
    assert!(lines.contains("/feed/") && lines.contains("/comments/feed/") && lines.contains("2 items"), "{lines}");
    let batches = channel.drain().await;
    assert_eq!(channel.created(&batches).len(), 4);
    let mut channel = Channel::new(&site.url("/none"), json!({}));
    for error in [channel.try_pull().await.unwrap_err(), channel.feed.test(&channel.ctx).await.unwrap_err()] {
        assert!(matches!(&error, PullError::Misconfigured(words) if words.contains("names no feed")), "{error}");
    }
}

#[tokio::test]
async fn where_a_site_has_no_feed_of_all_comments_those_of_posts_with_new_ones_are_asked() {
    let site = Site::start();
    put(&site, "/feed", "wordpress.rss");
    put(&site, "/2025/06/new-grinder/feed/", "wordpress_comments.atom");
    let mut channel = Channel::new(&site.url("/feed"), json!({ "comments": true }));
    let batches = channel.drain().await;
    assert!(batches.iter().all(|batch| batch.history));
    let said = channel.created(&batches);
    assert_eq!(said.len(), 4);
    let (first, second) = (site.url("/?p=12#comment-31"), site.url("/?p=12#comment-32"));
    assert_eq!(said[&second].references, [site.url("/?p=12"), first]);
    site.asked();
    channel.later(60).await;
    let paths: Vec<String> = site.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["/feed"], "nothing more was said under any post");
    // The second post gets its first comment.
    let more = String::from_utf8(fixture(&site, "wordpress.rss")).unwrap();
    site.put("/feed", Page::new("text/xml", more.replace("<slash:comments>0<", "<slash:comments>1<")));
    let comment = ("c1".to_owned(), site.url("/2025/05/hours/#c1"), "By: Bo".to_owned(), "Late?".to_owned(), date(0));
    site.put("/2025/05/hours/feed/", rss(&[comment]));
    let batches = channel.later(10).await;
    let said = channel.created(&batches);
    assert_eq!(said["c1"].references, [site.url("/?p=7")]);
}

#[tokio::test]
async fn five_thousand_items_are_read_and_more_are_counted() {
    let site = Site::start();
    let posts: Vec<Post> = (0..5_200).map(|n| post(&site, n)).collect();
    site.put("/feed", rss(&posts));
    let mut channel = Channel::new(&site.url("/feed"), json!({}));
    let batch = channel.pull().await;
    assert_eq!(batch.items.len(), 5_000);
    assert_eq!(batch.unheard.counted.values().sum::<u64>(), 200);
    assert!(channel.later(10).await[0].items.is_empty());
    assert!(channel.cursor.unwrap().to_string().len() < 250_000);
}

#[tokio::test]
async fn a_feed_in_the_house_or_behind_a_redirect_into_it_is_not_fetched() {
    let site = Site::start();
    for to in ["http://169.254.169.254/feed", "http://[::1]/feed", "http://10.0.0.1/feed"] {
        site.put("/feed", Page::redirect(302, to));
        for url in [site.url("/feed"), to.to_owned()] {
            let mut channel = Channel::new(&url, json!({}));
            let error = channel.try_pull().await.unwrap_err();
            assert!(matches!(&error, PullError::Misconfigured(words) if words.contains("private address")), "{error}");
        }
    }
    // Nor what a feed names: its comments, its hub.
    let evil = "<rss><channel><item><guid>1</guid><title>t</title><wfw:commentRss>http://169.254.169.254/x</wfw:commentRss>\
        </item></channel></rss>";
    site.put("/feed", Page::new("text/xml", evil));
    let mut channel = Channel::new(&site.url("/feed"), json!({ "comments": true }));
    let batches = channel.drain().await;
    assert_eq!(channel.created(&batches).len(), 1);
    assert_eq!(batches.iter().flat_map(|batch| batch.unheard.counted.values()).sum::<u64>(), 1);
}
