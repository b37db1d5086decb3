//! Names whose own domains do not answer for a while: servers then say that nobody is called so.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

#[expect(dead_code, reason = "shared with the other tests")]
mod support;

use serde_json::{Value, json};
use std::sync::Arc;
use support::{Channel, Jet, KIM, Pds, asked, now_us, outgoing, said};
use tertulia_connector::{Connector, SendError};
use tertulia_model::{Clock, FixedClock, SystemClock};

const MINUTE: i64 = 60_000;

fn channel(jet: &Jet, pds: &Pds, more: Value) -> (Channel, Arc<FixedClock>) {
    let mut settings = json!({"handle": "roastery.test", "service": pds.url, "streams": [jet.url]});
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut channel = Channel::new(settings);
    let clock = Arc::new(FixedClock::at(SystemClock.now()));
    channel.set().clock = clock.clone();
    (channel, clock)
}

fn look_ups(pds: &Pds) -> usize {
    pds.state.lock().unwrap().asked.iter().filter(|asked| asked.contains("resolveHandle")).count()
}

#[tokio::test]
async fn a_watched_name_that_was_not_found_is_looked_for_again_and_then_heard() {
    let (jet, pds) = (Jet::start().await, Pds::start().await);
    let accounts = json!({"mode": "watched", "accounts": "kim.test\ngone.test"});
    let (mut channel, clock) = channel(&jet, &pds, accounts);
    pds.state.lock().unwrap().hidden = vec!["kim.test"];
    channel.pull().await;
    let (before, at) = (look_ups(&pds), now_us());
    jet.say(at + 1, said(KIM, at + 1, "one"));
    channel.pull().await;
    assert_eq!(look_ups(&pds), before, "not at each pull");
    pds.state.lock().unwrap().hidden.clear();
    clock.advance(15 * MINUTE);
    channel.pull().await;
    let wanted = format!("wantedDids={}", KIM.replace(':', "%3A"));
    let asked = jet.asked();
    assert!(!asked[0].contains(&wanted) && asked.last().unwrap().contains(&wanted), "{asked:?}");
    // Who is lost still is counted; who was found is not looked for any more, also when the program starts anew.
    let before = look_ups(&pds);
    clock.advance(15 * MINUTE);
    channel.pull().await;
    assert_eq!(look_ups(&pds), before + 1, "gone.test alone");
    channel.restart().await;
    pds.state.lock().unwrap().hidden = vec!["kim.test", "roastery.test"];
    let batch = channel.pull().await;
    let counted: Vec<&u64> = batch.unheard.counted.values().collect();
    assert_eq!((counted, look_ups(&pds)), (vec![&1], before + 2));
    assert!(jet.asked().last().unwrap().contains(&wanted), "{:?}", jet.asked());
}

#[tokio::test]
async fn our_own_name_that_is_not_found_for_a_moment_stops_neither_hearing_nor_sending() {
    let (jet, pds) = (Jet::start().await, Pds::start().await);
    let (mut channel, _) = channel(&jet, &pds, json!({"mode": "mentions"}));
    channel.pull().await;
    pds.state.lock().unwrap().hidden = vec!["roastery.test"];
    channel.restart().await;
    let at = now_us();
    jet.say(at + 1, asked(at + 1, "are you there?"));
    let batch = channel.pull().await;
    assert_eq!(channel.texts(&batch), ["@us are you there?"]);
    let post = format!("at://{KIM}/app.bsky.feed.post/k1");
    pds.put(&post, json!({"text": "are you there?"}));
    let id = channel.bluesky.choose_external_id(&channel.ctx.settings, "1000000000000000000");
    let answer = outgoing(&id, Some(&post), "Yes.");
    let later = channel.bluesky.send(&channel.ctx, &answer).await;
    assert!(matches!(later, Err(SendError::RetryAfter { .. })), "{later:?}");
    pds.state.lock().unwrap().hidden.clear();
    channel.bluesky.send(&channel.ctx, &answer).await.unwrap();
}
