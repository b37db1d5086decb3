//! Figures are what a slow, plain recomputation gives, whatever happened.

use crate::{
    figures_by_segment::keep_segments,
    looped::{self, Noted, Way},
    recount::{compare, compare_noted},
    support::{
        NOW, Place, World, add_channel, add_member, each_place,
        json::{Wire, item},
        rounds,
        said::{Said, said},
    },
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};
use std::{cell::Cell, sync::Arc, time::Duration};
use tertulia_analysis::labels::{FINE, Kind, SPAM, SUBSTANTIAL, THIN};
use tertulia_connector::Connector;
use tertulia_engine::{
    EngineError,
    attributes::{self, Source},
    channels, desk, erase,
    figures::{self, Figure, Period},
    intake, labels,
    outbound::{self, ReplyForm, UNDO_MILLIS},
    people::{self as persons, Evidence},
    promises::{self, Due},
    setup, worker,
};
use tertulia_model::{AutoKind, Batch, ConversationId, EchoSafety, PersonId, UserId};
use tertulia_store::channels::Channel;
use tertulia_testkit::first_seed;

pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const DAY: i64 = 24 * 60 * MINUTE;
const PEOPLE: usize = 4;
const SAYS: [&str; 4] = [
    "Where is it? Please tell me soon, I have been waiting since Monday.",
    "¿Dónde está mi pedido? Lo espero desde el lunes, por favor.",
    "Wo bleibt denn meine Bestellung? Ich warte schon seit Montag darauf.",
    "Où est donc ma commande ? Je l’attends depuis lundi, s’il vous plaît.",
];

/// What may happen. Numbers name one of what there is by then.
#[derive(Debug, Clone)]
enum Step {
    /// Somebody writes, or we do somewhere else; answering what was said before, or nothing.
    Hear {
        person: usize,
        answers: Option<usize>,
        minutes_ago: i64,
        ours: bool,
        auto: AutoKind,
        addressed: bool,
        how: How,
        /// Which of [`SAYS`], and on which channel.
        words: usize,
        channel: usize,
    },
    /// We answer from here, and it gets through or not.
    Answer {
        to: usize,
        gets_through: bool,
        forward: bool,
    },
    Delete(usize),
    Merge(usize, usize),
    Part(usize),
    MergePeople(usize, usize),
    PartPeople(usize),
    State(usize, &'static str),
    PutOff(usize),
    /// It is closed as just listened to.
    Listen(usize),
    /// What one or two messages asked is done, and whoever asked is told, or all but told.
    Tell([usize; 2], Way),
    /// The channel keeps its messages for so many days only, for a moment.
    Age(i64),
    Promise {
        of: usize,
        in_days: Option<i32>,
        becomes: &'static str,
    },
    Erase(usize),
    /// It is known, or corrected, which plan they have.
    Know(usize, &'static str),
    Open(usize),
    /// Somebody says what a message is worth, or that it is noise.
    Weigh(usize, Kind, u16),
    Pass(i64),
}

#[derive(Debug, Clone, Copy)]
enum How {
    News,
    /// Received only now, whatever its date.
    Late,
    History,
}

fn step() -> impl Strategy<Value = Step> {
    let auto = prop_oneof![8 => Just(AutoKind::Person), 1 => Just(AutoKind::Reply), 1 => Just(AutoKind::Bulk)];
    let how = prop_oneof![6 => Just(How::News), 1 => Just(How::Late), 1 => Just(How::History)];
    let hear = (
        0..PEOPLE,
        prop::option::weighted(0.6, any::<prop::sample::Index>()),
        // Also just around midnight, and some days ago.
        prop_oneof![0..200_i64, 0..60_000_i64],
        prop::bool::weighted(0.3),
        auto,
        prop::bool::weighted(0.85),
        how,
        (0..SAYS.len(), 0..2_usize),
    )
        .prop_map(|(person, answers, minutes_ago, ours, auto, addressed, how, (words, channel))| Step::Hear {
            person,
            answers: answers.map(|index| index.index(40)),
            minutes_ago,
            ours,
            auto,
            addressed,
            how,
            words,
            channel,
        });
    let n = || 0..40_usize;
    let state = prop_oneof![Just("open"), Just("pending"), Just("closed")];
    let worth = prop_oneof![
        3 => Just((Kind::Substance, SUBSTANTIAL)),
        2 => Just((Kind::Substance, THIN)),
        1 => Just((Kind::Noise, SPAM)),
        1 => Just((Kind::Noise, FINE)),
    ];
    let becomes = prop_oneof![Just("open"), Just("kept"), Just("broken")];
    let sent = prop::bool::weighted(0.7).prop_map(|gets_through| Way::Sent { gets_through });
    let way = prop_oneof![2 => Just(Way::ByHand), 3 => sent, 1 => Just(Way::TakenBack)];
    prop_oneof![
        10 => hear,
        4 => (n(), prop::bool::weighted(0.8), prop::bool::weighted(0.1))
            .prop_map(|(to, gets_through, forward)| Step::Answer { to, gets_through, forward }),
        1 => n().prop_map(Step::Delete),
        1 => (n(), n()).prop_map(|(from, into)| Step::Merge(from, into)),
        1 => n().prop_map(Step::Part),
        1 => (0..PEOPLE, 0..PEOPLE).prop_map(|(from, into)| Step::MergePeople(from, into)),
        1 => n().prop_map(Step::PartPeople),
        1 => n().prop_map(Step::PutOff),
        3 => n().prop_map(Step::Listen),
        2 => (n(), n(), way).prop_map(|(one, other, way)| Step::Tell([one, other], way)),
        1 => (5..30_i64).prop_map(Step::Age),
        2 => (n(), state).prop_map(|(of, state)| Step::State(of, state)),
        2 => (n(), prop::option::of(0..3_i32), becomes)
            .prop_map(|(of, in_days, becomes)| Step::Promise { of, in_days, becomes }),
        1 => n().prop_map(Step::Erase),
        2 => (0..PEOPLE, prop_oneof![Just("Gold"), Just("Silver"), Just("Iron")])
            .prop_map(|(person, plan)| Step::Know(person, plan)),
        1 => n().prop_map(Step::Open),
        3 => (n(), worth).prop_map(|(of, (kind, value))| Step::Weigh(of, kind, value)),
        2 => (1..2_000_i64).prop_map(Step::Pass),
    ]
}

/// A history while it happens.
struct Story<'a> {
    world: &'a World,
    /// Who answers, by turns.
    members: [UserId; 2],
    channels: &'a [Channel; 2],
    /// Who was told, in this history and those before.
    noted: &'a Cell<Noted>,
    tag: String,
    heard: Vec<String>,
    merged: Vec<desk::Merged>,
    merged_people: Vec<i64>,
    erased: bool,
}

/// What cannot be done as things stand is left.
pub(crate) fn if_it_can_be<T>(done: Result<T, EngineError>) -> Option<T> {
    match done {
        Ok(done) => Some(done),
        Err(EngineError::Refused(_) | EngineError::NotFound(_) | EngineError::Invalid(_) | EngineError::Unseen(_)) => {
            None
        }
        Err(error) => panic!("{error}"),
    }
}

impl Story<'_> {
    fn said(&self, n: usize, person: usize, words: &str, at: i64) -> Said {
        Said { at, ..said(&format!("{}m{n}", self.tag), words).by(&format!("p{person}@{}.example", self.tag)) }
    }

    async fn conversation(&self, n: usize) -> Option<ConversationId> {
        let name = self.heard.get(n % self.heard.len().max(1))?;
        self.world.find(name).await?.conversation_id
    }

    async fn person(&self, n: usize) -> Option<PersonId> {
        let handle = format!("p{n}@{}.example", self.tag);
        let db = &mut self.world.engine.db.reader();
        let identity = tertulia_store::people::identity(db, "mail", &handle).await.unwrap()?;
        Some(identity.person_id)
    }

    async fn step(&mut self, step: &Step) {
        let (world, engine) = (self.world, &self.world.engine);
        match *step {
            Step::Hear { person, answers, minutes_ago, ours, auto, addressed, how, words, channel } => {
                let at = world.engine.now() - minutes_ago * MINUTE;
                let mut one = self.said(self.heard.len(), person, SAYS[words], at).auto(auto);
                one.addressed = addressed;
                if let Some(parent) = answers.and_then(|n| self.heard.get(n % self.heard.len().max(1))) {
                    one.references = vec![parent.clone()];
                }
                let one = if ours { one.by_us() } else { one };
                self.heard.push(one.id.clone());
                self.hear(&one, channel, how).await;
            }
            Step::Answer { to, gets_through, forward } => self.answer(to, gets_through, forward).await,
            Step::Delete(n) => {
                if let Some(id) = self.heard.get(n % self.heard.len().max(1)) {
                    world.hear(&[said(id, "").deleted()]).await;
                }
            }
            Step::Merge(from, into) => {
                if let (Some(from), Some(into)) = (self.conversation(from).await, self.conversation(into).await) {
                    self.merged.extend(if_it_can_be(desk::merge(engine, from, into).await));
                }
            }
            Step::Part(n) => {
                if !self.merged.is_empty() {
                    let merged = self.merged.swap_remove(n % self.merged.len());
                    if_it_can_be(desk::undo_merge(engine, merged).await);
                }
            }
            Step::MergePeople(from, into) => {
                if let (Some(from), Some(into)) = (self.person(from).await, self.person(into).await) {
                    let merged =
                        persons::merge(engine, world.user, (from, into), "One of both", &Evidence::known()).await;
                    self.merged_people.extend(if_it_can_be(merged));
                }
            }
            Step::PartPeople(n) => {
                if !self.merged_people.is_empty() {
                    let merge = self.merged_people.swap_remove(n % self.merged_people.len());
                    if_it_can_be(persons::part(engine, world.user, merge).await);
                }
            }
            Step::State(of, state) => {
                if let Some(id) = self.conversation(of).await {
                    if_it_can_be(desk::set_state(engine, id, state).await);
                }
            }
            Step::PutOff(of) => {
                if let Some(id) = self.conversation(of).await {
                    if_it_can_be(desk::snooze(engine, id, engine.now() + DAY).await);
                }
            }
            Step::Listen(of) => {
                if let Some(id) = self.conversation(of).await {
                    if_it_can_be(desk::close_as(engine, id, "listened", self.members[of % 2]).await);
                }
            }
            Step::Tell(of, way) => self.tell(of, way).await,
            Step::Age(days) => self.age(days).await,
            Step::Promise { of, in_days, becomes } => self.promise(of, in_days, becomes).await,
            // Somebody is erased in few histories, and then once.
            Step::Erase(n) => {
                if let Some(person) = self.person(n % PEOPLE).await.filter(|_| n < 10 && !self.erased) {
                    self.erased = if_it_can_be(erase::erase(engine, person, world.user).await).is_some();
                }
            }
            Step::Know(n, plan) => {
                if let Some(person) = self.person(n).await {
                    let by = (world.user, Source::Hand);
                    if_it_can_be(attributes::set(engine, by, person, ("plan", None), plan).await);
                }
            }
            Step::Open(n) => {
                let name = self.heard.get(n % self.heard.len().max(1));
                if let Some(name) = name
                    && let Some(message) = world.find(name).await
                {
                    if_it_can_be(desk::open_thread(engine, message.id, world.user).await);
                }
            }
            Step::Weigh(n, kind, value) => {
                let name = self.heard.get(n % self.heard.len().max(1));
                if let Some(name) = name
                    && let Some(message) = world.find(name).await
                {
                    if_it_can_be(labels::correct(engine, world.user, message.id, kind, value).await);
                }
            }
            Step::Pass(minutes) => world.clock.advance(minutes * MINUTE),
        }
    }

    async fn answer(&mut self, to: usize, gets_through: bool, forward: bool) {
        let (world, engine) = (self.world, &self.world.engine);
        let Some(id) = self.conversation(to).await else { return };
        let Some(channel) = world.conversation(id).await.map(|held| held.channel_id) else { return };
        let mut form = ReplyForm { channel, ..world.reply(id, &format!("{}{}", self.tag, engine.next_id())) };
        if forward {
            form.forwards = world.find(&self.heard[to % self.heard.len()]).await.map(|message| message.id);
        }
        let Some(delivery) = if_it_can_be(outbound::queue_reply(engine, self.members[to % 2], form).await) else {
            return;
        };
        world.clock.advance(UNDO_MILLIS + 1);
        if !gets_through {
            world.wire.script.lock().unwrap().push_back(Wire::Rejected("No such mailbox."));
        }
        outbound::run_send(engine, delivery.id).await.unwrap();
        world.wire.script.lock().unwrap().clear();
    }

    async fn tell(&self, of: [usize; 2], way: Way) {
        let mut asked = Vec::new();
        for n in of {
            let Some(name) = self.heard.get(n % self.heard.len().max(1)) else { return };
            let message = self.world.find(name).await.filter(|message| message.direction == "theirs");
            asked.extend(message.map(|message| message.id));
        }
        let mut noted = self.noted.take();
        looped::tell(self.world, &asked, way, &mut noted).await;
        self.noted.set(noted);
    }

    async fn hear(&self, one: &Said, channel: usize, how: How) {
        let (world, engine) = (self.world, &self.world.engine);
        let received_at = if matches!(how, How::News) { one.at } else { engine.now() };
        let items = vec![item(&one.id, &[one.created()], received_at)];
        let batch = Batch { items, history: matches!(how, How::History), ..Batch::default() };
        let connector: Arc<dyn Connector> = world.wire.clone();
        intake::submit(engine, &self.channels[channel], &connector, batch).await.unwrap();
    }

    async fn age(&self, days: i64) {
        let engine = &self.world.engine;
        let each = self.channels.iter().flat_map(|channel| [(channel.id, Some(days)), (channel.id, None)]);
        for (channel, keep_days) in each {
            channels::set_bounds(engine, channel, channels::Bounds { day_cap: None, keep_days }).await.unwrap();
            if let Some(job) = worker::take(engine, worker::RETAIN, channel.0).await.unwrap() {
                job.await.unwrap();
            }
        }
    }

    async fn promise(&mut self, of: usize, in_days: Option<i32>, becomes: &str) {
        let (world, engine) = (self.world, &self.world.engine);
        let Some(id) = self.conversation(of).await else { return };
        let ours = world.messages_in(id).await.into_iter().find(|message| message.direction == "ours");
        let Some(message) = ours else { return };
        let today = Period::last_days(engine, 1).await.unwrap().last();
        let due = in_days.map_or(Due::NoDay, |days| Due::On(today.saturating_add(jiff::Span::new().days(days))));
        let Some(noted) = if_it_can_be(promises::add(engine, message.id, world.user, "I will look", due).await) else {
            return;
        };
        match becomes {
            "kept" => drop(promises::keep(engine, noted.promise, world.user, None).await.unwrap()),
            "broken" => drop(promises::break_it(engine, noted.promise, world.user, None).await.unwrap()),
            _ => {}
        }
    }
}

async fn histories(world: &World, cases: u32, zone: &str) {
    setup::set_time_zone(&world.engine, zone).await.unwrap();
    let members = [world.user, add_member(&world.engine).await];
    keep_segments(world).await;
    crate::insights::lay_out(world).await;
    let channels = [world.channel.clone(), add_channel(&world.engine, "orders@shop.example").await];
    let (noted, languages) = (Cell::new(Noted::new()), Cell::new(0));
    let (case, held) = (Cell::new(0), Cell::new([0_usize; Figure::ALL.len()]));
    let handle = tokio::runtime::Handle::current();
    let tell = |(steps, days): (Vec<Step>, i64)| {
        case.set(case.get() + 1);
        tokio::task::block_in_place(|| {
            handle.block_on(async {
                let tag = format!("x{}", case.get());
                let (heard, merged) = (Vec::new(), Vec::new());
                let (channels, noted, merged_people) = (&channels, &noted, Vec::new());
                let mut story =
                    Story { world, members, channels, noted, tag, heard, merged, merged_people, erased: false };
                for step in &steps {
                    story.step(step).await;
                }
                let told = noted.take();
                compare_noted(world, days, &told).await;
                crate::insights::compare(world, days).await;
                noted.set(told);
                let report = figures::report(&world.engine, Period::last_days(&world.engine, 90).await.unwrap()).await;
                let report = report.unwrap();
                languages.set(figures::parted(&report.first, |case| case.language.clone()).len());
                held.set(Figure::ALL.map(|figure| report.cases(figure).len()));
                // What is long ago is no part of the next history's days.
                world.clock.advance(DAY);
            });
        });
        Ok(())
    };
    let config =
        Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(23 + first_seed()), ..Config::default() };
    let steps = (prop::collection::vec(step(), 5..40), prop_oneof![Just(1_i64), Just(7), Just(30), Just(90)]);
    TestRunner::new(config).run(&steps, tell).unwrap();
    assert!(languages.get() > 1, "they are asked in several languages");
    let held = held.get();
    assert!(held.iter().all(|cases| *cases > 0), "the histories show something of every figure: {held:?}");
}

#[test]
fn soak_figures_are_what_a_plain_recomputation_gives_over_any_history() {
    each_place(async |place| {
        let is_small = matches!(place, Place::Postgres(..));
        let world = World::at(place, EchoSafety::CheckThenSend).await;
        let cases = u32::try_from(rounds()).unwrap() * if is_small { 6 } else { 16 };
        histories(&world, cases, if is_small { "UTC" } else { "Pacific/Auckland" }).await;
        world.engine.db.close().await;
    });
}

#[test]
fn answers_by_several_members_and_by_hand_are_answers_and_robots_are_none() {
    crate::support::on_both(async |world| {
        let absent = said("r", "I am away").answering(&["q"]).at_minute(1).auto(AutoKind::Reply);
        world.hear(&[said("q", "Where is it?").created(), absent.created()]).await;
        let report = async || {
            let period = Period::last_days(&world.engine, 7).await.unwrap();
            figures::report(&world.engine, period).await.unwrap()
        };
        assert_eq!(report().await.waiting.len(), 1);
        let robot = said("o", "We got your mail").by_us().answering(&["q"]).at_minute(2).auto(AutoKind::Reply);
        world.hear(&[robot.created()]).await;
        assert!(!report().await.first[0].holds, "a program's answer is none");
        let delivery = world.answer("q", "k").await;
        assert!(!report().await.first[0].holds, "it has not left yet");
        world.clock.advance(UNDO_MILLIS + Duration::from_secs(1).as_millis() as i64);
        outbound::run_send(&world.engine, delivery.id).await.unwrap();
        let said = report().await;
        assert_eq!((said.first.len(), said.first[0].value), (1, Some(3_600_000)));
        assert!(said.waiting.is_empty());
        assert_eq!(NOW, delivery.created_at);
    });
}

#[test]
fn who_was_just_listened_to_and_asks_months_later_waits_since_then() {
    crate::support::on_both(async |world| {
        world.hear(&[said("q", "I was so glad").created()]).await;
        let held = world.conversation_of("q").await.id;
        desk::close_as(&world.engine, held, "listened", world.user).await.unwrap();
        world.clock.advance(90 * DAY);
        let at = world.engine.now();
        let again = Said { at, ..said("r", "Do you have it in blue?").answering(&["q"]) };
        world.hear(&[again.created()]).await;
        let report = async || {
            let period = Period::last_days(&world.engine, 120).await.unwrap();
            figures::report(&world.engine, period).await.unwrap()
        };
        let said = report().await;
        assert_eq!((said.first[0].listened, said.later.len()), (true, 1));
        assert_eq!(said.waiting.iter().map(|case| case.at).collect::<Vec<_>>(), [at]);
        let answered = figures::estimate(Figure::Answered, said.cases(Figure::Answered));
        assert_eq!((answered.n, answered.listened), (0, 1), "on neither side");
        compare(&world, 120).await;
        // Opened by hand it was not the end.
        world.clock.advance(MINUTE);
        desk::close_as(&world.engine, held, "listened", world.user).await.unwrap();
        assert!(report().await.later[0].listened);
        desk::set_state(&world.engine, held, "open").await.unwrap();
        assert!(!report().await.later[0].listened);
        compare(&world, 120).await;
    });
}

#[test]
fn whoever_waits_since_before_the_days_waits_in_them() {
    crate::support::on_both(async |world| {
        let asked = Said { at: NOW - 45 * DAY, ..said("q", "Where is it?") };
        world.hear(&[asked.created()]).await;
        let period = Period::last_days(&world.engine, 30).await.unwrap();
        let report = figures::report(&world.engine, period).await.unwrap();
        assert_eq!((report.waiting.len(), report.first.len()), (1, 0));
        compare(&world, 30).await;
    });
}
