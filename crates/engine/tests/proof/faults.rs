//! Processes that are killed in the middle: nothing is missing and nothing double after they start again.
//!
//! A test starts this very program again in the role of a node, kills it at a random moment, and so on; then it takes up
//! what is left itself. Each start moves the clock on, so that what the dead node held is free.

use crate::{
    cursor,
    support::{
        NOW, Place, World, add_channel,
        archive::Lines,
        json::{Json, SOURCE},
        rounds, run,
        said::said,
    },
};
use std::{
    cell::Cell,
    collections::HashMap,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};
use tertulia_connector::Connector;
use tertulia_engine::{Engine, imports, imports::NewImport, outbound::UNDO_MILLIS, worker};
use tertulia_model::{
    BlobRange, Chance, Clock, DeliveryState, EchoSafety, FixedClock, Millis, SeededChance, SystemClock,
};
use tertulia_store::{channels, deliveries, imports as runs, messages};

const ROLE: &str = "TERTULIA_TEST_ROLE";
const FOLDER: &str = "TERTULIA_TEST_FOLDER";
const DATABASE: &str = "TERTULIA_TEST_DATABASE";
const SETBACK: &str = "TERTULIA_TEST_CLOCK";
const SENT: &str = "sent.log";
const READY: &str = "the node is ready";
/// Longer than any lease.
const BETWEEN_STARTS: Millis = 3_600_000;

/// The machine's clock, moved.
struct MovedClock(Millis);

impl Clock for MovedClock {
    fn now(&self) -> Millis {
        SystemClock.now() + self.0
    }
}

/// A clock that stands at `at` now and goes on as the machine's does.
fn going_on_from(at: Millis) -> Arc<MovedClock> {
    Arc::new(MovedClock(at - SystemClock.now()))
}

fn wire(folder: &Path, echo_safety: EchoSafety) -> Arc<Json> {
    let mut wire = Json::new("json", echo_safety);
    wire.log = Some(folder.join(SENT));
    wire.slowness = Duration::from_millis(12);
    *wire.batches.lock().unwrap() = cursor::source();
    Arc::new(wire)
}

async fn start(place: &Place, clock: Arc<dyn Clock>, echo_safety: EchoSafety) -> Arc<Engine> {
    let seed = clock.now().unsigned_abs();
    let connectors: Vec<Arc<dyn Connector>> = vec![wire(place.folder(), echo_safety), Arc::new(Lines::default())];
    place.engine(clock, seed, connectors).await
}

/// Tells a story some times on SQLite and, where it is installed, as often on PostgreSQL.
fn on_both(seed: u64, story: impl Fn(&Place, &SeededChance)) {
    let chance = SeededChance::new(seed);
    on_sqlite(&chance, &story);
    let Some(postgres) = tertulia_testkit::Postgres::shared() else { return };
    for _ in 0..rounds() {
        let folder = tempfile::tempdir().unwrap();
        story(&Place::Postgres(postgres.fresh_database(), folder.path().to_owned()), &chance);
    }
}

fn on_sqlite(chance: &SeededChance, story: impl Fn(&Place, &SeededChance)) {
    for _ in 0..rounds() {
        let folder = tempfile::tempdir().unwrap();
        story(&Place::Sqlite(folder.path().to_owned()), chance);
    }
}

/// Not a test of its own, but what a child process does until it is killed: without a role it has nothing to do.
#[test]
fn node_that_is_killed() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let folder = std::path::PathBuf::from(std::env::var(FOLDER).unwrap());
    let at: Millis = std::env::var(SETBACK).unwrap().parse().unwrap();
    let place = match std::env::var(DATABASE) {
        Ok(url) => Place::Postgres(url, folder),
        Err(_) => Place::Sqlite(folder),
    };
    run(async {
        let safety = if role == "send again" { EchoSafety::ProviderDedup } else { EchoSafety::AtMostOnce };
        let engine = start(&place, going_on_from(at), safety).await;
        println!("{READY}");
        match role.as_str() {
            "listen" => cursor::listen(&engine).await,
            _ => worker::run(engine.clone()).await,
        }
    });
}

/// Starts a node, lets it work for a while, and kills it as a power cut would.
fn start_and_kill(role: &str, place: &Place, at: Millis, after: Duration) {
    let mut node = node(role, place, at);
    let mut said = BufReader::new(node.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().contains(READY)), "the node did not start");
    std::thread::sleep(after);
    node.kill().unwrap();
    node.wait().unwrap();
}

fn node(role: &str, place: &Place, at: Millis) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    if let Place::Postgres(url, _) = place {
        command.env(DATABASE, url);
    }
    command
        .args(["faults::node_that_is_killed", "--exact", "--nocapture"])
        .env(ROLE, role)
        .env(FOLDER, place.folder())
        .env(SETBACK, at.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills a node twice or thrice at random moments; gives when the next may start.
fn kill_some(role: &str, place: &Place, chance: &SeededChance, longest: u64) -> Millis {
    let mut at = NOW;
    for _ in 0..2 + chance.below(2) {
        at += BETWEEN_STARTS;
        start_and_kill(role, place, at, Duration::from_millis(chance.below(longest)));
    }
    at + BETWEEN_STARTS
}

#[test]
fn soak_a_node_killed_while_it_reads_a_channel_misses_nothing_and_doubles_nothing() {
    on_both(31, |place, chance| {
        run(async {
            let engine = start(place, Arc::new(FixedClock::at(NOW)), EchoSafety::AtMostOnce).await;
            add_channel(&engine, "desk@shop.example").await;
            engine.db.close().await;
        });
        let at = kill_some("listen", place, chance, 400);
        run(async {
            let engine = start(place, going_on_from(at), EchoSafety::AtMostOnce).await;
            cursor::listen(&engine).await;
            cursor::all_there(&engine).await;
            engine.db.close().await;
        });
    });
}

const LINES: usize = 3_000;

/// An archive in which each message answers an earlier one, half of them standing before what they answer.
fn archive() -> Vec<u8> {
    let mut numbers: Vec<usize> = (0..LINES).collect();
    numbers[..LINES / 2].reverse();
    let mut file = Vec::new();
    for n in numbers {
        let message = said(&format!("l{n}"), &format!("Line number {n}")).answering(&[&format!("l{}", n / 2)]);
        serde_json::to_writer(&mut file, &[message.by(&format!("p{}@home.example", n % 9)).created()]).unwrap();
        file.push(b'\n');
    }
    file.extend_from_slice(b"this line is no message\n");
    file
}

#[test]
fn soak_a_node_killed_while_it_imports_misses_nothing_and_doubles_nothing() {
    on_both(32, |place, chance| {
        let id = run(async {
            let engine = start(place, Arc::new(FixedClock::at(NOW)), EchoSafety::AtMostOnce).await;
            let blob: BlobRange = engine.blobs.put(&archive()).unwrap();
            let mapping = serde_json::json!({"source": "past"});
            let new = NewImport { name: "past".into(), format: "lines".into(), mapping, blob, by: None };
            let id = imports::start(&engine, new).await.unwrap();
            engine.db.close().await;
            id
        });
        let at = kill_some("import", place, chance, 1_400);
        run(async {
            let engine = start(place, going_on_from(at), EchoSafety::AtMostOnce).await;
            let working = tokio::spawn(worker::run(engine.clone()));
            let mut db = engine.db.reader();
            for _ in 0..6_000 {
                if runs::get(&mut db, id).await.unwrap().unwrap().state == "done" {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            working.abort();
            let done = runs::get(&mut db, id).await.unwrap().unwrap();
            assert_eq!((done.state.as_str(), done.taken, done.quarantined), ("done", LINES as i64, 1));
            assert_eq!(messages::count(&mut db).await.unwrap(), LINES as i64);
            let root = crate::support::find(&engine, SOURCE, "l0").await.unwrap();
            for n in (1..LINES).step_by(37) {
                let line = crate::support::find(&engine, SOURCE, &format!("l{n}")).await.unwrap();
                let parent = crate::support::find(&engine, SOURCE, &format!("l{}", n / 2)).await.unwrap();
                assert_eq!((line.parent_id, line.thread_id), (Some(parent.id), root.thread_id));
            }
            engine.db.close().await;
        });
    });
}

const REPLIES: usize = 14;

/// Replies that wait to be sent; the node that does it is killed. Gives how each ended, and how often it reached the wire.
fn killed_while_sending(
    role: &str,
    place: &Place,
    safety: EchoSafety,
    chance: &SeededChance,
) -> Vec<(DeliveryState, usize)> {
    let queued = run(async {
        let world = World::at(place.clone(), safety).await;
        let mut queued = Vec::new();
        for n in 0..REPLIES {
            let id = format!("q{n}");
            world.hear(&[said(&id, "Where is my order?").created()]).await;
            queued.push(world.answer(&id, &id).await);
        }
        world.clock.advance(UNDO_MILLIS);
        world.engine.db.close().await;
        queued
    });
    let at = kill_some(role, place, chance, 160);
    let ends = run(async {
        let engine = start(place, going_on_from(at), safety).await;
        let working = tokio::spawn(worker::run(engine.clone()));
        let mut ends = Vec::new();
        for delivery in &queued {
            let mut state = DeliveryState::Queued;
            for _ in 0..3_000 {
                state = deliveries::get(&mut engine.db.reader(), delivery.id).await.unwrap().unwrap().state;
                if state != DeliveryState::Queued {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            ends.push(state);
        }
        working.abort();
        assert_eq!(messages::count(&mut engine.db.reader()).await.unwrap(), 2 * REPLIES as i64);
        engine.db.close().await;
        ends
    });
    let log = std::fs::read_to_string(place.folder().join(SENT)).unwrap();
    let mut reached: HashMap<&str, usize> = HashMap::new();
    for id in log.lines() {
        *reached.entry(id).or_default() += 1;
    }
    let times = queued.iter().map(|d| reached.get(d.outgoing.external_id.as_str()).copied().unwrap_or(0));
    ends.into_iter().zip(times.collect::<Vec<_>>()).collect()
}

#[test]
fn soak_a_node_killed_while_it_sends_sends_nothing_twice_and_says_what_it_does_not_know() {
    let (doubtful, all) = (Cell::new(0), Cell::new(0));
    on_both(33, |place, chance| {
        all.set(all.get() + REPLIES);
        for (state, times) in killed_while_sending("send", place, EchoSafety::AtMostOnce, chance) {
            match state {
                DeliveryState::Sent => assert_eq!(times, 1),
                DeliveryState::Unknown => {
                    assert!(times <= 1, "{times} times");
                    doubtful.set(doubtful.get() + 1);
                }
                other => panic!("a reply ended as {other:?}"),
            }
        }
    });
    println!("replies in doubt after the kills: {} of {}", doubtful.get(), all.get());
}

#[test]
fn soak_a_channel_that_knows_repeats_gets_every_reply_at_least_once_and_all_end_as_sent() {
    on_sqlite(&SeededChance::new(34), |place, chance| {
        for (state, times) in killed_while_sending("send again", place, EchoSafety::ProviderDedup, chance) {
            assert_eq!(state, DeliveryState::Sent);
            assert!(times >= 1);
        }
    });
}

#[test]
fn a_run_that_a_person_stops_stays_stopped_and_goes_on_where_it_stood() {
    crate::support::on_both(async |world| {
        let blob = world.engine.blobs.put(&archive()).unwrap();
        let mapping = serde_json::json!({"source": "past"});
        let new = NewImport { name: "past".into(), format: "lines".into(), mapping, blob: blob.clone(), by: None };
        let id = imports::start(&world.engine, new.clone()).await.unwrap();
        // While somebody works the pieces are small, so that the stop falls between two of them.
        world.engine.bus.person_works(world.engine.now());
        let working = tokio::spawn(worker::run(world.engine.clone()));
        let mut db = world.engine.db.reader();
        while runs::get(&mut db, id).await.unwrap().unwrap().position == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        imports::stop(&world.engine, id).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        let stopped = runs::get(&mut db, id).await.unwrap().unwrap();
        assert_eq!(stopped.state, "stopped");
        assert!(stopped.position < blob.length.cast_signed(), "it stopped before the end");
        imports::go_on(&world.engine, id).await.unwrap();
        let again = imports::start(&world.engine, new).await.unwrap();
        for run in [id, again] {
            while runs::get(&mut db, run).await.unwrap().unwrap().state != "done" {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        working.abort();
        assert_eq!(world.count().await, LINES as i64);
        let both = [runs::get(&mut db, id).await.unwrap().unwrap(), runs::get(&mut db, again).await.unwrap().unwrap()];
        assert_eq!(both.iter().map(|run| run.taken).sum::<i64>(), LINES as i64);
        assert_eq!(both.iter().map(|run| run.known).sum::<i64>(), LINES as i64);
        let aside = tertulia_store::quarantine::count_waiting_up_to(&mut db, 9).await.unwrap();
        assert_eq!(aside, 1, "the line that is no message is set aside once, however often the file is read");
        assert!(channels::all(&mut db).await.unwrap().len() == 2, "both runs share a channel");
    });
}
