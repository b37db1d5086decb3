//! The ledger knows when the program itself was not there.

use crate::support::{NOW, World, add_channel, json::item, on_both};
use std::sync::Arc;
use tertulia_engine::{channels, heartbeat};
use tertulia_model::{Batch, ChannelState, Clock, FixedClock};
use tertulia_store::ledger::{self, Silence};

const HOUR: i64 = 3_600_000;

async fn silences(world: &World) -> Vec<Silence> {
    ledger::gaps(&mut world.engine.db.reader(), NOW - HOUR, NOW + 100 * HOUR).await.unwrap()
}

#[test]
fn a_time_in_which_no_node_ran_is_a_span_of_each_channel_that_would_have_been_heard() {
    on_both(async |world| {
        let paused = add_channel(&world.engine, "paused@shop.example").await.id;
        let fresh = add_channel(&world.engine, "never-read@shop.example").await.id;
        let gone = add_channel(&world.engine, "gone@shop.example").await.id;
        let read = Batch { items: vec![item("a", &[], NOW)], next: Some(1.into()), ..Batch::default() };
        world.submit(read).await.unwrap();
        channels::set_state(&world.engine, paused, ChannelState::Paused).await.unwrap();
        channels::set_state(&world.engine, gone, ChannelState::Deleted).await.unwrap();
        heartbeat::begin(&world.engine).await.unwrap();
        assert_eq!(silences(&world).await.len(), 1, "nobody knows of a time before the first beat");
        world.clock.advance(100_000);
        heartbeat::begin(&world.engine).await.unwrap();
        assert_eq!(silences(&world).await.len(), 1, "a short restart is no absence");
        world.clock.advance(12 * HOUR);
        heartbeat::begin(&world.engine).await.unwrap();
        heartbeat::begin(&world.engine).await.unwrap();
        let all = silences(&world).await;
        let (open, over): (Vec<&Silence>, Vec<&Silence>) = all.iter().partition(|gap| gap.until_at.is_none());
        assert_eq!(open.iter().map(|gap| gap.channel_id).collect::<Vec<_>>(), [paused]);
        let (from, until) = (NOW + 100_000, Some(NOW + 100_000 + 12 * HOUR));
        assert!(over.iter().all(|gap| (&*gap.kind, gap.from_at, gap.until_at) == ("away", from, until)), "{over:?}");
        let mut said: Vec<_> = over.iter().map(|gap| (gap.channel_id, gap.reason.as_str())).collect();
        said.sort_unstable();
        let read_on = "Tertulia was not running. What came meanwhile is read on from where it was left.";
        assert_eq!(said, [(world.channel.id, read_on), (fresh, "Tertulia was not running.")]);
    });
}

#[test]
fn while_another_node_runs_nobody_was_away_and_of_two_that_come_back_one_tells() {
    on_both(async |world| {
        let clock = world.clock.clone();
        let other = world.place.engine(clock, 8, vec![world.wire.clone()]).await;
        heartbeat::begin(&world.engine).await.unwrap();
        for _ in 0..60 {
            world.clock.advance(60_000);
            heartbeat::end(&other).await.unwrap();
        }
        heartbeat::begin(&world.engine).await.unwrap();
        assert_eq!(silences(&world).await, []);
        // Beside one whose clock is ahead, turn by turn.
        let fast = Arc::new(FixedClock::at(world.clock.now() + 110_000));
        let ahead = world.place.engine(fast.clone(), 9, vec![world.wire.clone()]).await;
        for _ in 0..4 {
            heartbeat::end(&ahead).await.unwrap();
            heartbeat::end(&world.engine).await.unwrap();
            world.clock.advance(30_000);
            fast.advance(30_000);
        }
        assert_eq!(silences(&world).await, [], "clocks that differ are no absence");
        Arc::into_inner(ahead).unwrap().db.close().await;
        world.clock.advance(HOUR);
        let (one, two) = tokio::join!(heartbeat::end(&world.engine), heartbeat::end(&other));
        assert!(one.is_ok() && two.is_ok());
        let all = silences(&world).await;
        assert_eq!(all.len(), 1, "{all:?}");
        assert!(all[0].reason.starts_with("Tertulia stood still:"), "{all:?}");
        Arc::into_inner(other).unwrap().db.close().await;
    });
}
