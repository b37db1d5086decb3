//! The channel against a stream that does what we like.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

#[expect(dead_code, reason = "shared with the tests of sending")]
mod support;

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use support::{Channel, Jet, KIM, Pds, US, asked, event, now_us, said};
use tertulia_connector::{Connector, PullError, conformance};
use tertulia_model::{InboundKind, RawContent, RawItem};

fn settings(pds: &Pds, jets: &[&Jet], more: Value) -> Value {
    let streams: Vec<&str> = jets.iter().map(|jet| jet.url.as_str()).collect();
    let mut settings = json!({"handle": "roastery.test", "service": pds.url, "streams": streams});
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    settings
}

async fn listening(mode: &str) -> (Jet, Pds, Channel) {
    let (jet, pds) = (Jet::start().await, Pds::start().await);
    let mut channel = Channel::new(settings(&pds, &[&jet], json!({"mode": mode, "accounts": "kim.test"})));
    let first = channel.pull().await;
    assert!(first.items.is_empty() && first.next.is_some() && first.more);
    (jet, pds, channel)
}

#[tokio::test]
async fn mentions_deletions_and_our_own_posts_are_given_and_the_rest_is_counted() {
    let (jet, _pds, mut channel) = listening("mentions").await;
    let at = now_us();
    jet.say(at + 1, asked(at + 1, "my order is broken"));
    jet.say(at + 2, said(KIM, at + 2, "nice weather"));
    jet.say(at + 3, said(US, at + 3, "we open at nine"));
    jet.say(at + 4, event(KIM, at + 4, "delete", "k7", None));
    jet.say(at + 5, said(KIM, at + 5, "x").replace("app.bsky.feed.post", "app.bsky.feed.like"));
    jet.say(
        at + 6,
        json!({"did": KIM, "time_us": at + 6, "kind": "account", "account": {"active": false, "status": "takendown"}})
            .to_string(),
    );
    jet.say(at + 7, "{\"did\":".to_owned());
    let batch = channel.pull().await;
    assert_eq!(channel.texts(&batch), ["@us my order is broken", "we open at nine", "Deleted"]);
    assert!(batch.only_watched, "which deletions take back something, the engine knows");
    let counted: Vec<(&str, u64)> =
        batch.unheard.counted.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
    assert_eq!(
        counted,
        [
            ("Changes of accounts and of their names", 1),
            ("Events of the stream that cannot be read", 1),
            ("Likes", 1),
            ("Posts that do not name the account", 1),
        ]
    );
    let events = channel.events(&batch);
    let InboundKind::Created(content) = &events[0].kind else { panic!("{events:?}") };
    assert!(content.addressed_to_us && content.author.handle == KIM);
    assert_eq!(jet.asked(), ["wantedCollections=app.bsky.feed.post"]);
}

/// One pull that may find the stream broken before it said anything: the engine tries again.
async fn patiently(channel: &mut Channel) -> Vec<String> {
    for _ in 0..3 {
        match channel.try_pull().await {
            Ok(batch) => {
                assert!(batch.unheard.gaps.is_empty(), "{:?}", batch.unheard);
                return channel.texts(&batch);
            }
            Err(error) => assert!(matches!(error, PullError::Retry(_)), "{error:?}"),
        }
    }
    panic!("the stream stays broken");
}

#[tokio::test]
async fn a_stream_that_breaks_is_resumed_without_loss_or_double() {
    let (jet, _pds, mut channel) = listening("firehose").await;
    let at = now_us();
    let mut heard = Vec::new();
    for round in 0..4 {
        let at = at + round * 1_000;
        jet.say(at + 1, said(KIM, at + 1, &format!("{round} one")));
        jet.say(at + 2, said(KIM, at + 2, &format!("{round} two")));
        heard.extend(patiently(&mut channel).await);
        jet.hang_up();
        jet.keep(at + 3, said(KIM, at + 3, &format!("{round} while away")));
        if round == 2 {
            channel.restart().await;
        }
    }
    for _ in 0..2 {
        heard.extend(patiently(&mut channel).await);
    }
    let said: Vec<String> =
        (0..4).flat_map(|round| ["one", "two", "while away"].map(|words| format!("{round} {words}"))).collect();
    let mut sorted = heard.clone();
    sorted.sort();
    let mut expected = said;
    expected.sort();
    assert_eq!(sorted, expected);
}

#[tokio::test]
async fn what_was_not_stored_is_given_again() {
    let (jet, _pds, mut channel) = listening("firehose").await;
    let at = now_us();
    jet.say(at + 1, said(KIM, at + 1, "once"));
    let before = channel.cursor.clone();
    let batch = channel.pull().await;
    assert_eq!(channel.texts(&batch), ["once"]);
    channel.cursor = before;
    let batch = channel.pull().await;
    assert_eq!(channel.texts(&batch), ["once"]);
    assert!(channel.pull().await.items.is_empty());
}

#[tokio::test]
async fn a_clamped_cursor_is_a_gap_in_the_ledger() {
    let (jet, _pds, mut channel) = listening("firehose").await;
    let at = now_us();
    let three_days_ago = at - 3 * 86_400_000_000;
    let host = channel.cursor.clone().unwrap()["stream"].clone();
    channel.cursor = Some(json!({"time_us": three_days_ago, "stream": host}));
    channel.restart().await;
    jet.keep(three_days_ago + 1_000_000, said(KIM, three_days_ago + 1_000_000, "lost"));
    jet.forget_until(at - 86_400_000_000);
    jet.keep(at - 80_000_000_000, said(KIM, at - 80_000_000_000, "kept"));
    let batch = channel.pull().await;
    assert_eq!(channel.texts(&batch), ["kept"]);
    let gap = &batch.unheard.gaps[0];
    assert_eq!((gap.from, gap.until), (three_days_ago / 1_000, (at - 80_000_000_000) / 1_000));
    assert!(gap.reason.contains("keeps about a day"), "{gap:?}");
    assert!(channel.pull().await.unheard.gaps.is_empty());
}

#[tokio::test]
async fn a_first_event_that_comes_late_is_no_gap_unless_the_stream_may_have_forgotten_earlier_ones() {
    let hour = 3_600_000_000;
    for (began_before, gaps) in [(2 * hour, 0), (30 * hour, 1)] {
        let (jet, _pds, mut channel) = listening("firehose").await;
        let at = now_us();
        channel.cursor.as_mut().unwrap()["time_us"] = (at - began_before).into();
        channel.restart().await;
        jet.keep(at - 1_000, said(KIM, at - 1_000, "the first"));
        let batch = channel.pull().await;
        assert_eq!((channel.texts(&batch), batch.unheard.gaps.len()), (vec!["the first".to_owned()], gaps));
        // From now on the stream has where it is to begin.
        channel.cursor.as_mut().unwrap()["time_us"] = (at - 2 * hour).into();
        channel.restart().await;
        assert_eq!(channel.pull().await.unheard.gaps.len(), 1);
    }
}

#[tokio::test]
async fn watched_accounts_are_asked_for_alone_and_everything_they_say_is_kept() {
    let (jet, _pds, mut channel) = listening("watched").await;
    let at = now_us();
    jet.say(at + 1, said(KIM, at + 1, "good morning"));
    let batch = channel.pull().await;
    assert_eq!((channel.texts(&batch), batch.only_watched), (vec!["good morning".to_owned()], false));
    let wanted = format!("wantedDids={}", KIM.replace(':', "%3A"));
    assert!(jet.asked()[0].contains(&wanted) && jet.asked()[0].contains(&US.replace(':', "%3A")), "{:?}", jet.asked());
    // Silence says nothing of a gap, being away for longer than any stream keeps does.
    channel.cursor = Some(json!({"time_us": at - 3 * 86_400_000_000, "stream": "elsewhere:443"}));
    let batch = channel.pull().await;
    assert!(batch.unheard.gaps[0].reason.contains("may be missing"), "{:?}", batch.unheard);
}

#[tokio::test]
async fn many_watched_accounts_are_named_in_a_message_and_one_that_is_gone_stops_none() {
    let (jet, pds) = (Jet::start().await, Pds::start().await);
    let mut accounts: Vec<String> = (0..150).map(|n| format!("did:plc:{n:024}")).collect();
    accounts.push("gone.test".to_owned());
    let mut channel = Channel::new(settings(&pds, &[&jet], json!({"mode": "watched", "accounts": accounts})));
    channel.pull().await;
    channel.restart().await;
    let batch = channel.pull().await;
    let counted: Vec<(&String, &u64)> = batch.unheard.counted.iter().collect();
    assert!(matches!(&counted[..], [(reason, 1)] if reason.contains("leads nowhere")), "{counted:?}");
    let asked = jet.asked();
    assert!(asked[0].contains("requireHello=true") && !asked[0].contains("wantedDids"), "{}", asked[0]);
    let told: Value = serde_json::from_str(&asked[1]).unwrap();
    assert_eq!(
        (told["type"].as_str(), told["payload"]["wantedDids"].as_array().unwrap().len()),
        (Some("options_update"), 151)
    );
    let seen = channel.bluesky.test(&channel.ctx).await.unwrap();
    assert!(seen.last().unwrap().contains("gone.test"), "{seen:?}");
}

#[tokio::test]
async fn an_event_of_ten_megabytes_is_set_aside_and_one_beyond_all_bounds_is_passed_by() {
    let (jet, _pds, mut channel) = listening("firehose").await;
    let at = now_us();
    jet.say(at + 1, said(KIM, at + 1, &"x".repeat(10 << 20)));
    jet.say(at + 2, said(KIM, at + 2, "after it"));
    let mut skipped = Vec::new();
    let mut heard = Vec::new();
    for _ in 0..2 {
        let batch = channel.pull().await;
        heard.extend(channel.texts(&batch));
        skipped.extend(batch.skipped);
    }
    assert_eq!((heard, skipped.len()), (vec!["after it".to_owned()], 1));
    assert!(skipped[0].1.contains("10 MB"), "{skipped:?}");
    jet.say(at + 3, said(KIM, at + 3, &"x".repeat(40 << 20)));
    let batch = channel.pull().await;
    assert!(batch.more && batch.skipped[0].1.contains("32 MB"), "{:?}", batch.skipped);
    // From now on the stream is told to leave such out.
    let batch = channel.pull().await;
    assert!(jet.asked().last().unwrap().contains("maxMessageSizeBytes=1048576"), "{:?}", jet.asked());
    let counted: Vec<(&String, &u64)> = batch.unheard.counted.iter().collect();
    assert!(matches!(&counted[..], [(reason, 1)] if reason.contains("more than 1 MB")), "{counted:?}");
}

#[tokio::test]
async fn the_next_stream_is_taken_when_one_fails_and_the_last_seconds_are_read_again() {
    let (first, second, pds) = (Jet::start().await, Jet::start().await, Pds::start().await);
    let mut channel = Channel::new(settings(&pds, &[&first, &second], json!({"mode": "firehose"})));
    channel.pull().await;
    let at = now_us();
    for jet in [&first, &second] {
        jet.say(at + 1, said(KIM, at + 1, "on both"));
    }
    let batch = channel.pull().await;
    assert_eq!(channel.texts(&batch), ["on both"]);
    first.hang_up();
    let error = channel.try_pull().await.unwrap_err();
    assert!(matches!(&error, PullError::Retry(why) if why.contains("Another stream")), "{error:?}");
    let batch = channel.pull().await;
    assert_eq!(channel.texts(&batch), ["on both"], "its clock is another one: the engine drops what it knows");
    assert!(second.asked()[0].contains(&format!("cursor={}", at + 1 - 5_000_000)), "{:?}", second.asked());
    let dead = json!({"handle": "roastery.test", "service": pds.url, "streams": ["ws://127.0.0.1:9/subscribe"]});
    let error = Channel::new(dead).try_pull().await.unwrap_err();
    assert!(matches!(error, PullError::Retry(_)), "{error:?}");
    let nobody = settings(&pds, &[&first], json!({"handle": "nobody.test"}));
    let error = Channel::new(nobody).try_pull().await.unwrap_err();
    assert!(matches!(&error, PullError::Misconfigured(why) if why.contains("nobody.test")), "{error:?}");
}

#[tokio::test]
async fn a_flood_comes_in_batches_and_in_order_and_a_time_of_the_future_moves_no_cursor() {
    let (jet, _pds, mut channel) = listening("firehose").await;
    let at = now_us();
    let count = 10_000;
    for n in 1..=count {
        jet.say(at + n, said(KIM, at + n, &n.to_string()));
    }
    jet.say(i64::MAX, said(KIM, i64::MAX, "from the future"));
    let (mut heard, mut largest) = (Vec::new(), 0);
    let until = Instant::now() + Duration::from_secs(60);
    while heard.len() <= 10_000 && Instant::now() < until {
        let batch = channel.pull().await;
        largest = largest.max(batch.items.len());
        heard.extend(channel.texts(&batch));
    }
    assert!(largest <= 4_000, "{largest}");
    let mut expected: Vec<String> = (1..=count).map(|n| n.to_string()).collect();
    expected.push("from the future".to_owned());
    assert_eq!(heard, expected);
    assert_eq!(channel.cursor.unwrap()["time_us"], at + count);
}

#[tokio::test]
async fn a_flood_of_large_posts_comes_in_batches_that_memory_can_hold() {
    let (jet, _pds, mut channel) = listening("firehose").await;
    let at = now_us();
    for n in 1..=40 {
        jet.say(at + n, said(KIM, at + n, &"x".repeat(1_000_000)));
    }
    let (mut heard, mut largest) = (0, 0);
    let until = Instant::now() + Duration::from_secs(60);
    while heard < 40 && Instant::now() < until {
        let batch = channel.pull().await;
        let size = |item: &RawItem| if let RawContent::Memory(bytes) = &item.content { bytes.len() } else { 0 };
        let bytes: usize = batch.items.iter().map(size).sum();
        assert!(batch.more || heard + batch.items.len() >= 40 || bytes < 16 << 20, "more is waiting");
        largest = largest.max(bytes);
        heard += batch.items.len();
    }
    assert_eq!(heard, 40);
    assert!(largest < 18 << 20, "{largest}");
}

#[tokio::test]
async fn a_cursor_leads_to_the_same_events_and_no_secret_shows() {
    let (jet, _pds, channel) = listening("firehose").await;
    let at = now_us();
    jet.say(at + 1, said(KIM, at + 1, "before"));
    conformance::check_cursor(&channel.bluesky, &channel.ctx).await.expect("the stream is there");
    conformance::check_secrets(&channel.bluesky, &channel.ctx).await;
    let seen = channel.bluesky.test(&channel.ctx).await.unwrap();
    assert_eq!(seen[0], format!("Signed in as @roastery.test ({US})."));
}

/// Not a measure, a bound: a debug build on a busy machine looks at far more than the network says.
#[tokio::test]
async fn looking_at_an_event_costs_little() {
    let (jet, _pds, mut channel) = listening("mentions").await;
    let at = now_us();
    for n in 1..=20_000 {
        jet.say(at + n, said(KIM, at + n, "a post of usual length about nothing that we would ever want to know"));
    }
    let begun = std::time::Instant::now();
    let mut seen = 0;
    while seen < 20_000 && begun.elapsed().as_secs() < 60 {
        seen += channel.pull().await.unheard.counted.values().sum::<u64>();
    }
    assert_eq!(seen, 20_000);
    tertulia_testkit::told(&format!(
        "20,000 events of a stream were looked at in {:?} (debug build, both ends)",
        begun.elapsed()
    ));
}
