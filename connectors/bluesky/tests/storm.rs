//! Servers that refuse twenty times in a row: that of the accounts, and the streams.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

#[expect(dead_code, reason = "shared with the other tests")]
mod support;

use serde_json::json;
use std::{sync::Arc, time::Duration};
use support::{Channel, Jet, KIM, Pds, now_us, outgoing, said};
use tertulia_connector::{Connector, PullError, SendError};
use tertulia_model::{Clock, FixedClock, SystemClock};
use tertulia_testkit::Storm;

/// A clock that stands still, for a channel and for a storm.
fn clock(channel: &mut Channel) -> (Arc<FixedClock>, Arc<Storm>) {
    let clock = Arc::new(FixedClock::at(SystemClock.now()));
    channel.set().clock = clock.clone();
    let storms = clock.clone();
    (clock, Storm::new(move || storms.now()))
}

#[tokio::test]
async fn an_answer_goes_out_once_after_twenty_refusals_of_any_of_its_calls() {
    for method in ["com.atproto.server.createSession", "com.atproto.repo.getRecord", "com.atproto.repo.putRecord"] {
        let pds = Pds::start().await;
        let mut channel = Channel::new(json!({"handle": "roastery.test", "service": pds.url}));
        let (clock, storm) = clock(&mut channel);
        let asked = format!("at://{KIM}/app.bsky.feed.post/3n3ezdlvdxc2m");
        pds.put(&asked, json!({"text": "my order is broken"}));
        pds.state.lock().unwrap().storm = Some((method, storm.clone()));
        let id = channel.bluesky.choose_external_id(&channel.ctx.settings, "1000000000000000000");
        let answer = outgoing(&id, Some(&asked), "It is on its way.");
        let sent = storm
            .weathered(
                |wait| clock.advance(wait),
                async || match channel.bluesky.send(&channel.ctx, &answer).await {
                    Ok(sent) => Ok(sent),
                    Err(SendError::RetryAfter { wait, reason } | SendError::Throttled { wait, reason }) => {
                        Err((wait, reason))
                    }
                    Err(other) => panic!("{method}: {other:?}"),
                },
            )
            .await;
        assert_eq!(channel.bluesky.send(&channel.ctx, &answer).await.unwrap(), sent);
        let state = pds.state.lock().unwrap();
        assert_eq!((state.commits, state.records.len()), (1, 2), "{method}: it stands there once");
        assert!(state.sign_ins <= 1, "{method}: signed in {} times", state.sign_ins);
    }
}

fn refused(error: PullError) -> (Duration, String) {
    match error {
        PullError::RetryAfter { wait, reason } => (wait, reason),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_stream_that_refuses_twenty_times_is_resumed_where_it_was_left() {
    let (jet, pds) = (Jet::start().await, Pds::start().await);
    let settings = json!({"handle": "roastery.test", "service": pds.url, "streams": [jet.url], "mode": "firehose"});
    let mut channel = Channel::new(settings);
    let (clock, storm) = clock(&mut channel);
    channel.pull().await;
    let at = now_us();
    jet.say(at + 1, said(KIM, at + 1, "before"));
    let batch = channel.pull().await;
    let mut heard = channel.texts(&batch);
    jet.storm(&storm);
    jet.hang_up();
    jet.keep(at + 2, said(KIM, at + 2, "in the storm"));
    // The broken connection itself is told of at once.
    channel.try_pull().await.ok();
    let batch = storm.weathered(|wait| clock.advance(wait), async || channel.try_pull().await.map_err(refused)).await;
    heard.extend(channel.texts(&batch));
    jet.say(at + 3, said(KIM, at + 3, "after it"));
    let batch = channel.pull().await;
    heard.extend(channel.texts(&batch));
    assert_eq!(heard, ["before", "in the storm", "after it"]);
}

#[tokio::test]
async fn each_of_two_streams_is_left_alone_for_as_long_as_it_said_itself() {
    let (first, second, pds) = (Jet::start().await, Jet::start().await, Pds::start().await);
    let streams = [&first.url, &second.url];
    let settings = json!({"handle": "roastery.test", "service": pds.url, "streams": streams, "mode": "firehose"});
    let mut channel = Channel::new(settings);
    let (clock, storm) = clock(&mut channel);
    let beside = Storm::new({
        let clock = clock.clone();
        move || clock.now()
    });
    // Begun one step apart, so that they ask for other pauses at the same time.
    beside.asked();
    clock.advance(10_000);
    first.storm(&storm);
    second.storm(&beside);
    let mut pulls = 0;
    let error = loop {
        pulls += 1;
        assert!(pulls < 100, "it never ends");
        match channel.try_pull().await {
            Ok(_) => break None,
            Err(PullError::RetryAfter { wait, .. }) => clock.advance(i64::try_from(wait.as_millis()).unwrap()),
            Err(other) => break Some(other),
        }
    };
    assert_eq!(error, None);
    // Whichever lets us in first, neither was asked before its time.
    storm.is_respected();
    beside.is_respected();
}
