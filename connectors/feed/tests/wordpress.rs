//! The feeds of a real WordPress: its posts, the comments under them, and what it says of changes. What one said is
//! recorded, and heard the same without one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::json;
use std::{collections::BTreeMap, time::Duration};
use support::{Channel, MINUTE};
use tertulia_connector::{Connector, PullError};
use tertulia_model::{Batch, Clock, InboundKind, SystemClock};
use tertulia_testkit::{Blog, WordPress};

const RECORDING: &str = "wordpress.json";

fn comment(run: impl Fn(&str) -> String, post: &str, parent: &str, author: &str, words: &str) -> String {
    run(&format!(
        "return wp_new_comment(['comment_post_ID' => {post}, 'comment_parent' => {parent}, 'comment_author' => '{author}', \
         'comment_author_email' => '{author}@reader.test', 'comment_author_url' => '', 'comment_content' => '{words}', \
         'comment_type' => 'comment', 'comment_author_IP' => '127.0.0.1', 'comment_agent' => ''], true);"
    ))
}

#[tokio::test]
async fn soak_the_posts_and_comments_of_a_real_wordpress_are_heard_edited_and_placed() {
    let Some(blog) = Blog::real(RECORDING, SystemClock.now()) else { return };
    story(&blog).await;
    blog.tape().keep();
}

#[tokio::test]
async fn what_a_wordpress_said_once_is_heard_edited_and_placed() {
    story(&Blog::recorded(RECORDING)).await;
}

async fn story(blog: &Blog) {
    let mut channel = Channel::new(&blog.url("/"), json!({ "comments": true, "whose": "ours" }));
    channel.clock.set(blog.tape().at());
    let lines = channel.feed.test(&channel.ctx).await.unwrap().join("\n");
    assert!(lines.contains("feed=rss2") && lines.contains("feed=comments-rss2"), "{lines}");
    let batches = channel.drain().await;
    assert!(batches.iter().all(|batch| batch.history));
    let said = channel.created(&batches);
    assert_eq!(said.len(), 2, "one post and one comment: {:?}", said.keys());
    let post = &said[&blog.url("/?p=1")];
    assert_eq!((post.text.as_str(), post.subject.as_deref()), ("The kettle is on.", Some("We are open")));

    let posted = blog.run(
        "return wp_insert_post(['post_title' => 'The grinder\u{2019}s noise', 'post_content' => '<p>It <b>roars</b> &amp; \
         shakes.</p>', 'post_status' => 'publish', 'post_author' => 1]);",
    );
    let first = comment(|php| blog.run(php), &posted, "0", "Ann", "Mine too");
    let second = comment(|php| blog.run(php), &posted, &first, "Bo", "Bring it in");
    let batches = channel.later(10).await;
    let said = channel.created(&batches);
    let post = blog.url(&format!("/?p={posted}"));
    assert_eq!(said[&post].text, "It roars & shakes.");
    assert_eq!(said[&post].subject.as_deref(), Some("The grinder\u{2019}s noise"));
    for (id, words) in [(&first, "Mine too"), (&second, "Bring it in")] {
        let heard = said.iter().find(|(key, _)| key.ends_with(&format!("#comment-{id}"))).unwrap().1;
        assert!(heard.text.ends_with(words), "{}", heard.text);
        assert!(heard.addressed_to_us);
        assert_eq!(heard.references[0], post, "under its post");
    }

    // WordPress names a feed's state by its newest post: what was edited before is told of all the same.
    blog.run(&format!("return wp_update_post(['ID' => {posted}, 'post_content' => '<p>It is quiet now.</p>']);"));
    let mut edits = channel.later(10).await;
    edits.extend(channel.later(60).await);
    let events = channel.events(&edits);
    let edited: Vec<&str> = events
        .iter()
        .filter_map(|event| match &event.kind {
            InboundKind::Edited { content, .. } if event.key.external_id == post => Some(content.text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(edited, ["It is quiet now."], "{events:?}");

    // Another way to build addresses changes every link; the ids stay, and nothing is told again.
    blog.run("update_option('permalink_structure', '/index.php/%postname%/'); flush_rewrite_rules(); return 1;");
    let batches = channel.later(70).await;
    let again: Vec<_> = channel.events(&batches);
    assert!(again.is_empty(), "{again:?}");

    // By Atom, the comments of one post say themselves what they answer.
    let atom = blog.url(&format!("/?feed=atom&p={posted}"));
    let mut thread = Channel::new(&atom, json!({}));
    thread.clock.set(blog.tape().at());
    let batches = thread.drain().await;
    let said = thread.created(&batches);
    let answer = said.iter().find(|(key, _)| key.ends_with(&format!("#comment-{second}"))).unwrap().1;
    assert!(answer.references.last().unwrap().ends_with(&format!("#comment-{first}")), "{:?}", answer.references);
}

/// How often each thing was heard, by its id.
fn count(channel: &Channel, batches: &[Batch], heard: &mut BTreeMap<String, usize>) {
    for event in channel.events(batches) {
        assert!(matches!(event.kind, InboundKind::Created(_)), "{event:?}");
        *heard.entry(event.key.external_id).or_default() += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn soak_a_wordpress_that_is_killed_while_it_is_read_is_heard_once_and_whole() {
    let Some(mut blog) = WordPress::start() else { return };
    let mut channel = Channel::new(&blog.url("/"), json!({ "comments": true }));
    channel.clock.set(SystemClock.now());
    let (mut heard, mut said) = (BTreeMap::new(), vec![blog.url("/?p=1"), blog.url("/?p=1#comment-1")]);
    let first = channel.drain().await;
    count(&channel, &first, &mut heard);
    for round in 0..4_u64 {
        let post = blog.run(&format!(
            "return wp_insert_post(['post_title' => 'Round {round}', 'post_content' => '<p>Words of round {round}</p>', \
             'post_status' => 'publish', 'post_author' => 1]);"
        ));
        let answer = comment(|php| blog.run(php), &post, "0", "Ann", &format!("Answer {round}"));
        said.extend([blog.url(&format!("/?p={post}")), blog.url(&format!("/?p={post}#comment-{answer}"))]);
        channel.clock.advance(70 * MINUTE);
        let kill = async {
            tokio::time::sleep(Duration::from_millis(round * 25)).await;
            tokio::task::block_in_place(|| blog.kill());
        };
        let (pulled, ()) = tokio::join!(channel.try_pull(), kill);
        match pulled {
            Ok(batch) => count(&channel, &[batch], &mut heard),
            Err(error) => assert!(error.to_string().len() > 20, "{error}"),
        }
        // Gone: of the feed itself it is said, comments alone are waited for.
        channel.clock.advance(70 * MINUTE);
        match channel.try_pull().await {
            Ok(batch) => assert!(batch.items.is_empty(), "{batch:?}"),
            Err(error) => assert!(matches!(error, PullError::Retry(_) | PullError::RetryAfter { .. }), "{error:?}"),
        }
        tokio::task::block_in_place(|| blog.start_again());
        for _ in 0..3 {
            let batches = channel.later(180).await;
            count(&channel, &batches, &mut heard);
        }
    }
    let expected: BTreeMap<String, usize> = said.into_iter().map(|id| (id, 1)).collect();
    assert_eq!(heard, expected, "{}", blog.log());
}
