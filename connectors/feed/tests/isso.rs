//! The comments under a page, by the feed of a real Isso.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::json;
use support::{Channel, MINUTE};
use tertulia_connector::PullError;
use tertulia_model::{InboundKind, SystemClock};
use tertulia_testkit::Isso;

fn id_of(answer: &str) -> u64 {
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    answer["id"].as_u64().unwrap()
}

#[tokio::test]
async fn comments_answers_and_edits_of_a_real_isso_are_heard_and_an_absence_loses_nothing() {
    let Some(mut isso) = Isso::start() else { return };
    let (first, cookie) =
        isso.comment("/grinder", r#"{"text": "Mine broke after a **week**.", "author": "Ann", "title": "Grinder"}"#);
    let first = id_of(&first);
    // Its clock is the machine's own.
    let mut channel = Channel::new(&isso.feed("/grinder"), json!({ "whose": "ours" }));
    channel.clock.set(tertulia_model::Clock::now(&SystemClock));
    let batches = channel.drain().await;
    assert!(batches[0].history);
    let said = channel.created(&batches);
    let key = format!("tag:blog.test,2018:/isso/1/{first}");
    let comment = &said[&key];
    assert_eq!(comment.text, "Mine broke after a week.");
    assert_eq!(comment.author.display_name.as_deref(), Some("Ann"));
    assert_eq!(comment.references, ["http://blog.test/grinder"], "the page stands for its post");
    assert!(comment.addressed_to_us);
    assert_eq!(comment.permalink.as_deref(), Some(format!("http://blog.test/grinder#isso-{first}").as_str()));

    let reply = format!(r#"{{"text": "Bring it in!", "author": "In\u00e9s", "parent": {first}}}"#);
    let second = id_of(&isso.comment("/grinder", &reply).0);
    let batches = channel.later(10).await;
    let said = channel.created(&batches);
    assert!(!batches[0].history);
    let answer = &said[&format!("tag:blog.test,2018:/isso/1/{second}")];
    assert_eq!(answer.references, std::slice::from_ref(&key));

    // Isso names the state of a feed by its newest comment alone: an edit of another one is not told of by its ETag.
    let (edited, _) = isso.edit(first, r#"{"text": "Mine broke after a year.", "author": "Ann"}"#, &cookie);
    assert_eq!(id_of(&edited), first);
    let mut batches = channel.later(10).await;
    batches.extend(channel.later(60).await);
    let events = channel.events(&batches);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].key.external_id, key);
    let InboundKind::Edited { content, .. } = &events[0].kind else { panic!("{events:?}") };
    assert_eq!(content.text, "Mine broke after a year.");

    isso.stop();
    channel.clock.advance(10 * MINUTE);
    assert!(matches!(channel.try_pull().await, Err(PullError::Retry(_))));
    isso.start_again();
    let third = id_of(&isso.comment("/grinder", r#"{"text": "Same here", "author": "Bo"}"#).0);
    let batches = channel.later(60).await;
    let said = channel.created(&batches);
    assert_eq!(said.keys().collect::<Vec<_>>(), [&format!("tag:blog.test,2018:/isso/1/{third}")], "{}", isso.log());
}
