//! A cursor is saved only once its batch is durable: whatever fails in between, nothing is missing and nothing double.

use crate::support::{
    NOW, Place, World, add_channel,
    archive::Lines,
    each_place,
    json::{Json, item},
    run,
    said::said,
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tertulia_engine::{Engine, EngineError, scheduler};
use tertulia_model::{Batch, Clock, EchoSafety, FixedClock};
use tertulia_store::{StoreError, channels, messages, quarantine, settings};

const BATCHES: usize = 12;
const EACH: usize = 30;

/// What the source holds: each batch tells again of the last messages of the one before.
pub fn source() -> Vec<Batch> {
    let name = |n: usize| format!("s{n}");
    (0..BATCHES)
        .map(|batch| {
            let first = batch * EACH;
            let numbers = first.saturating_sub(3)..first + EACH;
            let items = numbers.map(|n| {
                let before = name(n / 2);
                let message = said(&name(n), &format!("Message number {n}")).by(&format!("p{}@home.example", n % 7));
                item(&format!("uid {n}"), &[message.answering(&[&before]).created()], NOW)
            });
            Batch { items: items.collect(), more: true, ..Batch::default() }
        })
        .collect()
}

/// Checks that all of the source is there, once.
pub async fn all_there(engine: &Engine) {
    assert_eq!(messages::count(&mut engine.db.reader()).await.unwrap(), (BATCHES * EACH) as i64);
    let mut threads = BTreeSet::new();
    for n in 0..BATCHES * EACH {
        let message = crate::support::find(engine, crate::support::json::SOURCE, &format!("s{n}")).await;
        let message = message.unwrap_or_else(|| panic!("s{n} is missing"));
        assert_eq!(message.text, format!("Message number {n}"));
        assert!(message.conversation_id.is_some());
        threads.insert(message.thread_id);
    }
    assert_eq!(threads.len(), 1, "all of them hang together");
}

/// Listens until the whole source is heard.
pub async fn listen(engine: &Arc<Engine>) {
    let channel = channels::all(&mut engine.db.reader()).await.unwrap().into_iter().next().unwrap();
    let listening = tokio::spawn(scheduler::run_channel(engine.clone(), channel.clone()));
    for _ in 0..6_000 {
        let cursor = channels::cursor(&mut engine.db.reader(), channel.id).await.unwrap();
        if cursor == Some(json!(BATCHES)) {
            listening.abort();
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the source was never heard to its end");
}

fn wire() -> Arc<Json> {
    let wire = Json::new("json", EchoSafety::CheckThenSend);
    *wire.batches.lock().unwrap() = source();
    Arc::new(wire)
}

async fn engine(place: &Place, clock: &Arc<FixedClock>, wire: Arc<Json>, seed: u64) -> Arc<Engine> {
    place.engine(clock.clone(), seed, vec![wire, Arc::new(Lines::default())]).await
}

#[test]
fn the_store_failing_between_pull_and_cursor_loses_nothing_and_doubles_nothing() {
    each_place(async |place| {
        let clock = Arc::new(FixedClock::at(NOW));
        let first = engine(&place, &clock, wire(), 1).await;
        let channel = add_channel(&first, "desk@shop.example").await;
        first.db.close().await;
        // The database goes away after the pull of each batch in turn, before it can be stored; each time we start anew.
        for (seed, fails_at) in (2..).zip([0, 3, 4, BATCHES - 1]) {
            let wire = wire();
            let engine = engine(&place, &clock, wire.clone(), seed).await;
            let db = engine.db.clone();
            wire.after_pulling(move |n| {
                let db = db.clone();
                Box::pin(async move {
                    if n == fails_at {
                        db.close().await;
                    }
                })
            });
            let listening = tokio::spawn(scheduler::run_channel(engine.clone(), channel.clone()));
            tokio::time::timeout(Duration::from_secs(20), async {
                while !is_closed(&engine).await {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            })
            .await
            .unwrap();
            listening.abort();
            let _ = listening.await;
            let again = self::engine(&place, &clock, self::wire(), 50 + seed).await;
            let cursor = channels::cursor(&mut again.db.reader(), channel.id).await.unwrap();
            assert_eq!(cursor, (fails_at > 0).then(|| json!(fails_at)), "the cursor stands before what was not stored");
            again.db.close().await;
            clock.advance(60_000);
        }
        let last = engine(&place, &clock, wire(), 99).await;
        listen(&last).await;
        all_there(&last).await;
        last.db.close().await;
    });
}

async fn is_closed(engine: &Engine) -> bool {
    settings::get(&mut engine.db.reader(), settings::ORGANISATION).await.is_err()
}

#[test]
fn a_full_disk_is_said_as_such_and_it_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let world = World::at(Place::Sqlite(folder.path().to_owned()), EchoSafety::CheckThenSend).await;
        allow_pages(&world.engine, 1).await;
        let before = world.count().await;
        let big = said("big", &"a long story ".repeat(60_000)).created();
        let batch = || Batch { items: vec![item("uid 1", std::slice::from_ref(&big), NOW)], ..Batch::default() };
        let refused = world.submit(batch()).await;
        assert!(matches!(refused, Err(EngineError::Store(StoreError::DiskFull))), "{refused:?}");
        assert!(refused.unwrap_err().to_string().contains("nothing was lost"));
        assert_eq!(world.count().await, before);
        let aside = quarantine::count_waiting_up_to(&mut world.engine.db.reader(), 9).await.unwrap();
        assert_eq!(aside, 0, "no item is at fault");
        // There is room again.
        allow_pages(&world.engine, PLENTY).await;
        assert_eq!(world.submit(batch()).await.unwrap().stored, 1);
        assert_eq!(world.message("big").await.state, "shown");
    });
}

/// More pages than any test fills.
const PLENTY: u32 = 1_000_000;

/// How large the database may grow; with too few it is as on a full disk. (SQLite forgets it with its connection.)
async fn allow_pages(engine: &Engine, pages: u32) {
    let mut tx = engine.db.begin().await.unwrap();
    tx.run(format!("PRAGMA max_page_count = {pages}"), Vec::new()).await.unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn a_disk_that_fills_while_a_channel_is_read_stops_nothing_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let place = Place::Sqlite(folder.path().to_owned());
        let clock = Arc::new(FixedClock::at(NOW));
        let wire = wire();
        let engine = engine(&place, &clock, wire.clone(), 1).await;
        add_channel(&engine, "desk@shop.example").await;
        let filled = Arc::new(AtomicUsize::new(0));
        let (counting, inside) = (filled.clone(), Arc::downgrade(&engine));
        wire.after_pulling(move |n| {
            let (counting, inside) = (counting.clone(), inside.clone());
            Box::pin(async move {
                if n == 5 {
                    // Full when it is fetched first, and roomy when it is fetched again.
                    let pages = if counting.fetch_add(1, Ordering::SeqCst) == 0 { 1 } else { PLENTY };
                    allow_pages(&inside.upgrade().unwrap(), pages).await;
                }
            })
        });
        listen(&engine).await;
        assert_eq!(filled.load(Ordering::SeqCst), 2, "the batch that found no room was fetched again");
        all_there(&engine).await;
    });
}

#[test]
fn what_a_channel_counts_for_itself_outlives_a_pull_that_fails() {
    each_place(async |place| {
        let clock = Arc::new(FixedClock::at(NOW));
        let wire = wire();
        wire.failing_pulls.store(3, Ordering::SeqCst);
        let engine = engine(&place, &clock, wire, 1).await;
        add_channel(&engine, "desk@shop.example").await;
        tokio::time::timeout(Duration::from_secs(20), listen(&engine)).await.unwrap();
        all_there(&engine).await;
        engine.db.close().await;
    });
}

#[test]
fn a_clock_set_back_between_two_runs_makes_no_id_twice() {
    each_place(async |place| {
        let clock = Arc::new(FixedClock::at(NOW));
        let first = engine(&place, &clock, wire(), 1).await;
        add_channel(&first, "desk@shop.example").await;
        listen(&first).await;
        // The newest ids are not those of messages.
        let highest = (0..5_000).map(|_| first.next_id()).max().unwrap();
        let member = crate::support::add_member(&first).await;
        assert!(member.0 > highest);
        first.db.close().await;

        clock.set(NOW - 86_400_000);
        let second = engine(&place, &clock, wire(), 2).await;
        let next = second.next_id();
        assert!(next > member.0, "{next} comes after {}", member.0);
        let world_channel = channels::all(&mut second.db.reader()).await.unwrap().remove(0);
        let connector: Arc<dyn tertulia_connector::Connector> = wire();
        let news = item("news", &[said("news", "Something else").created()], clock.now());
        let batch = Batch { items: vec![news], ..Batch::default() };
        tertulia_engine::intake::submit(&second, &world_channel, &connector, batch).await.unwrap();
        let news = crate::support::find(&second, "mail", "news").await.unwrap();
        assert!(news.id.0 > next && news.conversation_id.unwrap().0 > next);
        let old = crate::support::find(&second, "mail", "s0").await.unwrap();
        assert_ne!(news.conversation_id, old.conversation_id);
        second.db.close().await;
    });
}
