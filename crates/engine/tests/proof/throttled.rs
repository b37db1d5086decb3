//! A service that asks for a pause is left alone by all of its channel, on every node and after a restart.

use crate::{
    outbound::until,
    support::{
        NOW, Place, World,
        archive::Lines,
        each_place,
        json::{Json, Wire},
        said::said,
    },
};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tertulia_engine::{Engine, outbound::UNDO_MILLIS, scheduler, worker};
use tertulia_model::{DeliveryState, EchoSafety};
use tertulia_store::{channels, deliveries::Delivery};

const QUEUED: usize = 20;
const PAUSE: Duration = Duration::from_secs(60);

/// Twenty answers are queued, and the first that is sent is told to wait.
async fn queued(world: &World) -> Vec<Delivery> {
    let mut queued = Vec::new();
    for n in 0..QUEUED {
        let id = format!("q{n}");
        world.hear(&[said(&id, "Where is my order?").by(&format!("r{n}@home.example")).created()]).await;
        queued.push(world.answer(&id, &id).await);
    }
    world.wire.will([Wire::Throttled(PAUSE)]);
    world.clock.advance(UNDO_MILLIS);
    queued
}

/// Lets a worker run for a while, with its clock a little ahead so that what waits for half a second is tried again.
async fn work(engine: &Arc<Engine>, world: &World, millis: i64) {
    let working = tokio::spawn(worker::run(engine.clone()));
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(30)).await;
        world.clock.advance(millis / 20);
        engine.bell.ring();
    }
    working.abort();
}

fn asked(world: &World) -> usize {
    world.wire.asked_to_send.load(Ordering::SeqCst)
}

#[test]
fn of_twenty_queued_answers_one_is_told_to_wait_and_all_wait_also_after_a_restart() {
    each_place(async |place: Place| {
        let world = World::at(place.clone(), EchoSafety::CheckThenSend).await;
        let queued = queued(&world).await;
        work(&world.engine, &world, 20_000).await;
        assert_eq!(asked(&world), 1, "what the server says to one it says to all");
        for delivery in &queued {
            let now = world.delivery(delivery.id).await;
            assert_eq!(now.state, DeliveryState::Queued);
            assert!(now.reason.is_some(), "it says why it waits");
        }
        let channel = channels::get(&mut world.engine.db.reader(), world.channel.id).await.unwrap().unwrap();
        assert!(channel.send_after > NOW + 60_000, "{channel:?}");
        assert_eq!(channel.pull_after, 0, "what is fetched is counted apart");
        // Started anew.
        let wire = world.wire.clone();
        let again = place.engine(world.clock.clone(), 2, vec![wire, Arc::new(Lines::default())]).await;
        again.take_over().await.unwrap();
        work(&again, &world, 20_000).await;
        assert_eq!(asked(&world), 1, "nobody asks before the time that was named");
        world.clock.advance(61_000);
        let working = tokio::spawn(worker::run(again.clone()));
        until("all is sent", async || {
            world.clock.advance(100);
            again.bell.ring();
            world.wire.sent_ids().len() == QUEUED
        })
        .await;
        working.abort();
        assert_eq!(asked(&world), 1 + QUEUED);
        world.engine.db.close().await;
        again.db.close().await;
    });
}

#[test]
fn where_fetching_and_sending_are_counted_together_both_rest() {
    each_place(async |place: Place| {
        let world = World::at(place, EchoSafety::CheckThenSend).await;
        world.wire.counts_both.store(true, Ordering::SeqCst);
        queued(&world).await;
        work(&world.engine, &world, 10_000).await;
        let listening = tokio::spawn(scheduler::run_channel(world.engine.clone(), world.channel.clone()));
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!((asked(&world), world.wire.pulled.load(Ordering::SeqCst)), (1, 0));
        listening.abort();
        // What is fetched may be what asks for the pause, too.
        world.clock.advance(61_000);
        world.wire.failing_pulls.store(1, Ordering::SeqCst);
        let listening = tokio::spawn(scheduler::run_channel(world.engine.clone(), world.channel.clone()));
        until("it was asked for news", async || world.wire.pulled.load(Ordering::SeqCst) > 1).await;
        listening.abort();
        let channel = channels::get(&mut world.engine.db.reader(), world.channel.id).await.unwrap().unwrap();
        assert!(channel.send_after == channel.pull_after && channel.send_after > NOW + 61_000, "{channel:?}");
        world.engine.db.close().await;
    });
}

#[test]
fn a_source_that_asked_for_a_pause_is_not_asked_by_who_starts_anew() {
    each_place(async |place: Place| {
        let world = World::at(place.clone(), EchoSafety::CheckThenSend).await;
        let mut tx = world.engine.db.begin().await.unwrap();
        let until_then = NOW + 60_000;
        channels::rest(&mut tx, world.channel.id, channels::Pause::Pulling, until_then).await.unwrap();
        tx.commit().await.unwrap();
        let start = async |seed: u64| {
            let wire = Arc::new(Json::new("json", EchoSafety::CheckThenSend));
            let engine = place.engine(world.clock.clone(), seed, vec![wire.clone()]).await;
            let listening = tokio::spawn(scheduler::run(engine.clone()));
            tokio::time::sleep(Duration::from_millis(600)).await;
            listening.abort();
            engine.take_over().await.unwrap();
            engine.db.close().await;
            wire.pulled.load(Ordering::SeqCst)
        };
        assert_eq!(start(2).await, 0);
        world.clock.set(until_then + 1);
        assert!(start(3).await > 0);
        world.engine.db.close().await;
    });
}
