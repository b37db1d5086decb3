//! Channels in trouble: each says what is wrong and what to do, stops no other, and goes on where it stood.

use crate::support::{
    NOW, Place, each_place, find,
    json::{Json, SOURCE, item},
    on_both, run,
    said::said,
};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tertulia_connector::{Connector, Context, NormaliseError, PullError};
use tertulia_engine::{
    Engine,
    channels::{self, ChannelForm},
    scheduler, worker,
};
use tertulia_model::{
    Batch, ChannelId, ChannelState, Clock, ConnectorSpec, EchoSafety, Errand, FixedClock, Inbound, RawItem,
};
use tertulia_store::{Sql, channels as stored, errands, ledger, messages};

/// How a channel is treated by its server, or by its own code.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mood {
    Well,
    Broken,
    Throttled,
    Refused,
    Misset,
    Panics,
    Silent,
}

/// How long the throttled one is told to wait.
const PAUSE: Duration = Duration::from_secs(6);

struct Moody {
    json: Json,
    mood: Mutex<Mood>,
    asked: AtomicUsize,
    pause: Mutex<Duration>,
}

impl Moody {
    fn new(name: &str, mood: Mood) -> Arc<Self> {
        let json = Json::new(name, EchoSafety::CheckThenSend);
        let hello = item(name, &[said(name, "Hello").created()], NOW);
        *json.batches.lock().unwrap() = vec![Batch { items: vec![hello], ..Batch::default() }];
        Arc::new(Self { json, mood: Mutex::new(mood), asked: AtomicUsize::new(0), pause: Mutex::new(PAUSE) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn is_well(&self) {
        *self.mood.lock().unwrap() = Mood::Well;
    }
}

#[async_trait]
impl Connector for Moody {
    fn spec(&self) -> &ConnectorSpec {
        self.json.spec()
    }

    fn account(&self, _: &Value) -> String {
        format!("{}@shop.example", self.spec().name)
    }

    fn normalise(&self, account: &str, item: &RawItem, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
        self.json.normalise(account, item, bytes)
    }

    fn source(&self, account: &str) -> String {
        self.json.source(account)
    }

    async fn pull(&self, ctx: &Context, cursor: Option<Value>) -> Result<Batch, PullError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Well => self.json.pull(ctx, cursor).await,
            Mood::Broken => Err(PullError::Retry("The server answered 500. It is asked again.".to_owned())),
            Mood::Throttled => {
                let reason = "The server answered 429. It asks for a pause; it goes on by itself.".to_owned();
                Err(PullError::RetryAfter { wait: *self.pause.lock().unwrap(), reason })
            }
            Mood::Refused => Err(PullError::Reauthorise("The password is not accepted any more: renew it.".to_owned())),
            Mood::Misset => Err(PullError::Misconfigured("There is no such account: correct its name.".to_owned())),
            Mood::Panics => {
                let _session = ctx.session.lock().await;
                panic!("index 7 of 3")
            }
            Mood::Silent => std::future::pending().await,
        }
    }
}

async fn waits_until(what: &str, seconds: u64, holds: impl AsyncFn() -> bool) {
    for _ in 0..seconds * 50 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what}: not within {seconds} seconds");
}

async fn channel(engine: &Engine, id: ChannelId) -> stored::Channel {
    stored::get(&mut engine.db.reader(), id).await.unwrap().unwrap()
}

async fn add(engine: &Arc<Engine>, name: &str) -> ChannelId {
    let form = ChannelForm { name: name.to_owned(), ..ChannelForm::default() };
    channels::add(engine, name, form).await.unwrap()
}

/// Each mood, and what its channel says and how it stands.
const TROUBLES: [(Mood, ChannelState, &str); 5] = [
    (Mood::Broken, ChannelState::Failing, "It is asked again."),
    (Mood::Throttled, ChannelState::Failing, "it goes on by itself."),
    (Mood::Refused, ChannelState::Stopped, "renew it."),
    (Mood::Misset, ChannelState::Stopped, "correct its name."),
    (Mood::Panics, ChannelState::Failing, "index 7 of 3. Please report"),
];

#[test]
fn a_channel_in_trouble_says_so_stops_no_other_and_goes_on_where_it_stood() {
    each_place(async |place: Place| {
        let moody: Vec<Arc<Moody>> =
            TROUBLES.iter().map(|(mood, ..)| Moody::new(&format!("{mood:?}").to_lowercase(), *mood)).collect();
        let (steady, silent) = (Moody::new("steady", Mood::Well), Moody::new("silent", Mood::Silent));
        let all = moody.iter().chain([&steady, &silent]);
        let connectors = all.clone().map(|moody| moody.clone() as Arc<dyn Connector>).collect();
        let engine = place.engine(Arc::new(FixedClock::at(NOW)), 1, connectors).await;
        let mut ids = Vec::new();
        for moody in all {
            ids.push(add(&engine, &moody.spec().name).await);
        }
        let listening = tokio::spawn(scheduler::run(engine.clone()));
        for ((mood, state, words), id) in TROUBLES.iter().zip(&ids) {
            waits_until(&format!("{mood:?}"), 10, async || channel(&engine, *id).await.state == *state).await;
            let said = channel(&engine, *id).await.last_error.unwrap_or_default();
            assert!(said.contains(words), "{mood:?}: {said}");
        }
        // Whoever is well is heard meanwhile, also what is new now.
        waits_until("steady", 5, async || find(&engine, SOURCE, "steady").await.is_some()).await;
        let news = item("news", &[said("news", "And now?").created()], NOW);
        steady.json.batches.lock().unwrap().push(Batch { items: vec![news], ..Batch::default() });
        scheduler::hurry(&engine, ids[TROUBLES.len()]);
        waits_until("news", 10, async || find(&engine, SOURCE, "news").await.is_some()).await;
        assert_eq!(messages::count(&mut engine.db.reader()).await.unwrap(), 2, "nothing was heard of the others");

        // What passes by itself is made good by itself; what needs a person is not even asked.
        moody.iter().for_each(|moody| moody.is_well());
        for ((mood, state, _), id) in TROUBLES.iter().zip(&ids) {
            if *state == ChannelState::Stopped {
                continue;
            }
            let name = format!("{mood:?}").to_lowercase();
            waits_until(&name, 20, async || find(&engine, SOURCE, &name).await.is_some()).await;
            waits_until(&name, 5, async || channel(&engine, *id).await.state == ChannelState::Live).await;
            assert_eq!(channel(&engine, *id).await.last_error, None);
        }
        for (at, (mood, state, _)) in TROUBLES.iter().enumerate().filter(|(_, t)| t.1 == ChannelState::Stopped) {
            assert_eq!((moody[at].asked(), channel(&engine, ids[at]).await.state), (1, *state), "{mood:?}");
            channels::set_state(&engine, ids[at], ChannelState::Live).await.unwrap();
            let name = format!("{mood:?}").to_lowercase();
            waits_until(&name, 10, async || find(&engine, SOURCE, &name).await.is_some()).await;
        }
        assert_eq!(messages::count(&mut engine.db.reader()).await.unwrap(), 2 + TROUBLES.len() as i64);
        listening.abort();
        engine.db.close().await;
    });
}

/// One channel whose server asks for a pause, after it was asked once.
async fn throttled(place: &Place, clock: &Arc<FixedClock>, pause: Duration) -> (Arc<Engine>, Arc<Moody>, ChannelId) {
    let moody = Moody::new("json", Mood::Throttled);
    *moody.pause.lock().unwrap() = pause;
    let engine = place.engine(clock.clone(), 1, vec![moody.clone()]).await;
    let id = add(&engine, "json").await;
    (engine, moody, id)
}

#[test]
fn a_source_that_asked_for_a_pause_is_left_alone_whatever_comes() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let clock = Arc::new(FixedClock::at(NOW));
        let (engine, moody, id) = throttled(&Place::Sqlite(folder.path().to_owned()), &clock, PAUSE).await;
        let begun = tokio::time::Instant::now();
        let listening = tokio::spawn(scheduler::run(engine.clone()));
        waits_until("asked", 5, async || channel(&engine, id).await.failures == 1).await;
        moody.is_well();
        for _ in 0..2 {
            scheduler::hurry(&engine, id);
            tokio::time::sleep(Duration::from_millis(1_500)).await;
        }
        assert_eq!(moody.asked(), 1, "nobody asks before the time that was named");
        waits_until("heard", 10, async || find(&engine, SOURCE, "json").await.is_some()).await;
        assert!(begun.elapsed() >= PAUSE);
        listening.abort();
    });
}

#[test]
fn a_pause_that_outlives_a_lease_is_kept_by_every_node() {
    each_place(async |place: Place| {
        let clock = Arc::new(FixedClock::at(NOW));
        let (engine, moody, id) = throttled(&place, &clock, Duration::from_secs(60)).await;
        let listening = tokio::spawn(scheduler::run(engine.clone()));
        waits_until("asked", 5, async || channel(&engine, id).await.failures == 1).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        moody.is_well();
        // Later than a lease lasts that nobody renews.
        clock.advance(30_000);
        let other = place.engine(clock.clone(), 2, vec![moody.clone()]).await;
        let too = tokio::spawn(scheduler::run(other.clone()));
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert_eq!(moody.asked(), 1, "the other node asks nobody before that time, either");
        // Once that has passed, whoever comes first asks, even where the first node is gone.
        listening.abort();
        clock.advance(31_000);
        waits_until("heard", 10, async || find(&other, SOURCE, "json").await.is_some()).await;
        assert_eq!(messages::count(&mut other.db.reader()).await.unwrap(), 1);
        too.abort();
        engine.db.close().await;
        other.db.close().await;
    });
}

#[test]
fn whoever_is_left_takes_up_new_settings_in_the_middle_of_a_pause() {
    each_place(async |place: Place| {
        let clock = Arc::new(FixedClock::at(NOW));
        let (engine, moody, id) = throttled(&place, &clock, Duration::from_secs(3_600)).await;
        let listening = tokio::spawn(scheduler::run(engine.clone()));
        waits_until("asked", 5, async || channel(&engine, id).await.failures == 1).await;
        listening.abort();
        moody.is_well();
        clock.advance(30_000);
        let other = place.engine(clock.clone(), 2, vec![moody.clone()]).await;
        let too = tokio::spawn(scheduler::run(other.clone()));
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(moody.asked(), 1, "the pause is kept");
        channels::update(&other, id, ChannelForm::default()).await.unwrap();
        waits_until("heard", 10, async || find(&other, SOURCE, "json").await.is_some()).await;
        too.abort();
        engine.db.close().await;
        other.db.close().await;
    });
}

/// Runs the one errand as often as it is due, up to so many times; gives how often it ran.
async fn run_errand(world: &crate::support::World, most: usize) -> usize {
    for times in 0..most {
        let waits = "SELECT run_at, subject FROM jobs WHERE kind = 'errand' ORDER BY run_at LIMIT 1";
        let due: Option<(i64, i64)> = world.engine.db.reader().row(waits, vec![]).await.unwrap();
        let Some((at, subject)) = due else { return times };
        world.clock.set(at.max(world.clock.now()));
        let job = worker::take(&world.engine, worker::ERRAND, subject).await.unwrap();
        job.unwrap().await.unwrap();
    }
    most
}

#[test]
fn an_errand_outlasts_a_storm_of_twenty_refusals_and_is_done_once() {
    on_both(async |world| {
        let says = serde_json::to_value([said("page", "A page about you").overheard().created()]).unwrap();
        let task = json!({ "fails": "in a storm", "of": 20, "says": says, "at": NOW });
        let errands = vec![Errand { key: "page".to_owned(), task, due: NOW }];
        world.submit(Batch { errands, ..Batch::default() }).await.unwrap();
        assert_eq!(run_errand(&world, 40).await, 21);
        assert_eq!(world.message("page").await.text, "A page about you");
        assert!(world.clock.now() >= NOW + 20 * 30_000, "each pause was kept");
        assert_eq!(world.wire.errands.lock().unwrap().len(), 21);
    });
}

#[test]
fn an_errand_that_panics_is_tried_again_and_given_up_with_its_reason() {
    on_both(async |world| {
        let errands = vec![Errand { key: "page".to_owned(), task: json!({ "fails": "in a panic" }), due: NOW }];
        world.submit(Batch { errands, ..Batch::default() }).await.unwrap();
        assert_eq!(run_errand(&world, 40).await, 8);
        let mut db = world.engine.db.reader();
        assert_eq!(errands::count(&mut db, world.channel.id).await.unwrap(), 0);
        let day = |at| ledger::day_of(at);
        let counts = ledger::counts(&mut db, day(NOW), day(world.clock.now())).await.unwrap();
        assert!(counts.iter().any(|count| count.reason.contains("an errand went wrong")), "{counts:?}");
    });
}
