//! A channel that says when there may be something again is left alone until then, and woken where there is news.

use crate::support::{NOW, Place, add_channel, json::Json, run};
use std::{sync::Arc, time::Duration};
use tertulia_engine::{Engine, channels, scheduler};
use tertulia_model::{Batch, ChannelId, ChannelState, EchoSafety, FixedClock, Millis};

fn resting(again_in: Millis) -> Batch {
    Batch { again_at: Some(NOW + again_in), ..Batch::default() }
}

/// Waits until so many pulls are done, for less than the usual pause between two of them.
async fn pulls_done(engine: &Engine, channel: ChannelId, wanted: u64) {
    for _ in 0..300 {
        let cursor = tertulia_store::channels::cursor(&mut engine.db.reader(), channel).await.unwrap();
        if cursor.and_then(|cursor| cursor.as_u64()) == Some(wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not pulled {wanted} times in three seconds");
}

#[test]
fn a_channel_rests_until_the_time_it_named_or_until_it_is_hurried() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let wire = Arc::new(Json::new("json", EchoSafety::CheckThenSend));
        *wire.batches.lock().unwrap() = vec![resting(50), resting(3_600_000), resting(3_600_000)];
        let clock = Arc::new(FixedClock::at(NOW));
        let engine = Place::Sqlite(folder.path().to_owned()).engine(clock, 1, vec![wire]).await;
        let channel = add_channel(&engine, "blog.example").await;
        let listening = tokio::spawn(scheduler::run_channel(engine.clone(), channel.clone()));
        pulls_done(&engine, channel.id, 2).await;
        tokio::time::sleep(Duration::from_millis(5_500)).await;
        pulls_done(&engine, channel.id, 2).await;
        scheduler::hurry(&engine, channel.id);
        pulls_done(&engine, channel.id, 3).await;
        listening.abort();
    });
}

#[test]
fn a_channel_that_rests_for_an_hour_stops_as_soon_as_it_is_paused() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let wire = Arc::new(Json::new("json", EchoSafety::CheckThenSend));
        *wire.batches.lock().unwrap() = vec![resting(3_600_000), resting(3_600_000)];
        let clock = Arc::new(FixedClock::at(NOW));
        let engine = Place::Sqlite(folder.path().to_owned()).engine(clock, 1, vec![wire]).await;
        let channel = add_channel(&engine, "blog.example").await;
        let listening = tokio::spawn(scheduler::run(engine.clone()));
        pulls_done(&engine, channel.id, 1).await;
        channels::set_state(&engine, channel.id, ChannelState::Paused).await.unwrap();
        // The list of channels is looked at every three seconds.
        tokio::time::sleep(Duration::from_millis(3_500)).await;
        channels::set_state(&engine, channel.id, ChannelState::Live).await.unwrap();
        // Taken up again: so the task that rested has gone.
        tokio::time::sleep(Duration::from_secs(3)).await;
        pulls_done(&engine, channel.id, 2).await;
        listening.abort();
    });
}
