//! Insights are what a slow, plain recomputation gives, whatever happened: columns that followed every change hold what a fresh
//! reading holds, and both what the messages say.

use crate::{
    customers::bring,
    monitors::{settle, watch},
    recount,
    retention::{days_ago, keep, retain},
    support::{
        World, each_place,
        json::item,
        on_both,
        said::{Said, said},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tertulia_analysis::labels::{Kind as Label, NEGATIVE, NEUTRAL, SPAM, VERSION};
use tertulia_connector::Connector;
use tertulia_engine::{
    attributes::{self, Source},
    customers::values::Kind,
    figures::Period,
    insights::{
        self,
        asked::{Filter, Question},
        columns::{Chosen, Columns, Heard, load},
        margins::{self, Form},
        overview::{Overview, overview},
        voices::{self, Answer, answers},
    },
    intake, labels,
    people::{self, Evidence},
    promises,
};
use tertulia_model::{Batch, EchoSafety, PersonId};
use tertulia_store::{
    Sql, binds,
    labels::{self as stored, Labelled},
    messages::flags,
};

/// All that columns say, by the ids of what they speak of.
fn told(columns: &Columns) -> BTreeSet<(i64, i64, i64, String, u16)> {
    let everything = Chosen::all(columns);
    let mut all = BTreeSet::new();
    for place in columns.behind(&everything, Heard::Anything, i64::MAX, usize::MAX) {
        let row = columns.at(place).unwrap();
        let person = columns.person(row.person).map_or(0, |person| person.0);
        let channel = columns.channels()[usize::from(row.channel)].0;
        all.insert((place, person, channel, columns.languages()[usize::from(row.language)].clone(), row.bits));
    }
    all
}

/// People by what they wrote in these days, as a plain look at all messages counts them.
async fn plainly(world: &World, period: Period) -> (BTreeMap<PersonId, u32>, u64) {
    let db = &mut world.engine.db.reader();
    let zone = promises::time_zone(db).await.unwrap();
    let begin = |day: jiff::civil::Date| day.to_zoned(zone.clone()).unwrap().timestamp().as_millisecond();
    let (from, until) = (begin(period.first()), begin(period.last().tomorrow().unwrap()));
    let sql = "SELECT id, at, direction, state, auto, flags, person_id FROM messages";
    type Row = (i64, i64, String, String, String, i64, Option<PersonId>);
    let all: Vec<Row> = db.rows(sql, binds![]).await.unwrap();
    let (mut people, mut of_nobody) = (BTreeMap::new(), 0);
    for (id, at, direction, state, auto, facts, person) in all {
        let is_there = state == "shown" || facts & flags::AGED != 0;
        let counts = direction == "theirs" && auto == "person" && is_there && facts & flags::FORWARD == 0;
        if counts && (from..until).contains(&at) && !recount::worth(db, id, facts).await.1 {
            match person {
                Some(person) if facts & flags::DOUBTFUL == 0 => *people.entry(person).or_default() += 1,
                _ => of_nobody += 1,
            }
        }
    }
    (people, of_nobody)
}

/// Holds what is counted in memory against all messages.
pub async fn compare(world: &World, days: i64) {
    let engine = &world.engine;
    let period = Period::last_days(engine, days).await.unwrap();
    let filter = Filter::of(period);
    let held = insights::view(engine).await.unwrap();
    let fresh = load(&engine.db).await.unwrap();
    assert_eq!(told(&held.columns), told(&fresh), "what followed every change is what is read anew");
    let (people, of_nobody) = plainly(world, period).await;
    let (found, all) = voices::people(engine, &filter, None, (0, 10_000)).await.unwrap();
    let found: BTreeMap<PersonId, u32> = found.into_iter().map(|voice| (voice.person, voice.messages)).collect();
    assert_eq!((found, all), (people.clone(), people.len() as u64));
    let overview = overview(engine, &filter).await.unwrap();
    let messages: u32 = people.values().sum();
    assert_eq!((overview.people, overview.of_nobody), (people.len() as u64, of_nobody));
    assert_eq!(overview.messages, u64::from(messages) + of_nobody);
    assert!(overview.messages == 0 || !told(&fresh).is_empty(), "what is held was compared");
    for of in &overview.coverage {
        let db = &mut engine.db.reader();
        let sql = "SELECT person_id, folded FROM person_values WHERE attribute = $1";
        let known: Vec<(PersonId, String)> = db.rows(sql, binds![&of.attribute]).await.unwrap();
        let known: BTreeMap<PersonId, String> = known.into_iter().collect();
        for part in &of.parts {
            let theirs = people.iter().filter(|(person, _)| known.get(person) == Some(&part.key));
            let (heard, wrote) = theirs.fold((0, 0), |(heard, wrote), (_, n)| (heard + 1, wrote + u64::from(*n)));
            assert_eq!((part.heard, part.messages), (heard, wrote), "{}: {}", of.attribute, part.key);
        }
        let inside: u64 = of.parts.iter().map(|part| part.heard).sum();
        assert_eq!(of.unlinked, people.len() as u64 - inside, "who is in no part is told");
    }
}

/// Everybody is made up of these plans.
pub async fn lay_out(world: &World) {
    let form = Form {
        attribute: "plan".to_owned(),
        parts: "Gold; 20\nSilver; 30\nIron; 50".to_owned(),
        source: "Our own count".to_owned(),
        as_of: "2026-01-01".to_owned(),
    };
    margins::put(&world.engine, world.user, &form).await.unwrap();
}

pub async fn hear(world: &World, all: &[Said]) {
    let items = all.iter().map(|one| item(&one.id, &[one.created()], one.at)).collect();
    let connector: Arc<dyn Connector> = world.wire.clone();
    let batch = Batch { items, ..Batch::default() };
    intake::submit(&world.engine, &world.channel, &connector, batch).await.unwrap();
}

#[test]
fn who_is_heard_is_held_beside_everybody_and_the_loudest_do_not_drown_the_others() {
    each_place(async |place| {
        let world = World::at(place, EchoSafety::CheckThenSend).await;
        let engine = &world.engine;
        lay_out(&world).await;
        let by = |person: usize, n: usize| {
            let handle = format!("p{person}@home.example");
            said(&format!("m{person}-{n}"), "Do you have it in blue?").by(&handle)
        };
        let mut all: Vec<Said> = (0..40).map(|person| by(person, 0)).collect();
        all.extend((1..60).map(|n| by(0, n)));
        hear(&world, &all).await;
        for person in 0..36_usize {
            let handle = format!("p{person}@home.example");
            let identity = tertulia_store::people::identity(&mut engine.db.reader(), "mail", &handle).await.unwrap();
            let plan = if person < 30 { "Gold" } else { "Silver" };
            let of = identity.unwrap().person_id;
            attributes::set(engine, (world.user, Source::Hand), of, ("plan", Some(Kind::Choice)), plan).await.unwrap();
        }
        compare(&world, 30).await;
        let filter = Filter::of(Period::last_days(engine, 30).await.unwrap());
        let found = overview(engine, &filter).await.unwrap();
        let of = &found.coverage[0];
        let names: Vec<(&str, u64)> = of.parts.iter().map(|part| (part.name.as_str(), part.heard)).collect();
        assert_eq!((names[0], of.unlinked), (("Iron", 0), 4), "the unheard first");
        assert!(found.voices[0].concentration.top_10 > 0.6, "{:?}", found.voices[0].concentration);
        let gold = Filter { part: Some(("plan".to_owned(), "gold".to_owned())), ..filter.clone() };
        assert_eq!(overview(engine, &gold).await.unwrap().people, 30);
        assert!(overview(engine, &Filter { segment: Some(7), ..filter.clone() }).await.is_err());
        let answer = &answers(engine, &filter, &[Question::Negative]).await.unwrap()[0];
        assert_eq!((answer.people, answer.raw), (40, Some(0.0)), "whoever asks for blue is not angry");
        assert!(answer.by_person.is_ok() && answer.weighted.is_some());

        // Two turn out to be one, and are parted again.
        let ids: Vec<PersonId> =
            voices::people(engine, &filter, None, (0, 2)).await.unwrap().0.iter().map(|v| v.person).collect();
        let both = (ids[1], ids[0]);
        let merged = people::merge(engine, world.user, both, "One of both", &Evidence::known()).await.unwrap();
        compare(&world, 30).await;
        assert_eq!(overview(engine, &filter).await.unwrap().people, 39);
        people::part(engine, world.user, merged).await.unwrap();
        compare(&world, 30).await;
        assert_eq!(overview(engine, &filter).await.unwrap().people, 40);
        world.engine.db.close().await;
    });
}

pub fn handle(person: usize) -> String {
    format!("p{person}@home.example")
}

/// So many people write once each, as loudly as the other.
async fn crowd(world: &World, people: usize) {
    let all: Vec<Said> =
        (0..people).map(|n| said(&format!("m{n}"), "Do you have it in blue?").by(&handle(n))).collect();
    hear(world, &all).await;
}

/// What models are to have made of their messages: of each whether it is negative.
pub async fn label(world: &World, negative: impl Fn(usize) -> bool, people: usize) {
    let all: Vec<(String, bool)> = (0..people).map(|n| (format!("m{n}"), negative(n))).collect();
    label_all(world, &all).await;
}

pub async fn label_all(world: &World, all: &[(String, bool)]) {
    let mut labelled = Vec::new();
    for (name, is_negative) in all {
        let tone = i64::from(if *is_negative { NEGATIVE } else { NEUTRAL });
        let sure = Some(90);
        let values = [None, None, Some(tone), sure, Some(1), sure, Some(1), sure, Some(0), Some(0)];
        let message_id = world.message(name).await.id;
        labelled.push(Labelled { message_id, revision: 1, version: VERSION, values });
    }
    let mut tx = world.engine.db.begin().await.unwrap();
    stored::put(&mut tx, &labelled).await.unwrap();
    tx.commit().await.unwrap();
}

pub fn list(customers: std::ops::Range<usize>) -> String {
    let mut text = "Customer number;Name;E-mail;Plan\n".to_owned();
    for n in customers {
        let plan = if n < 40 { "Gold" } else { "Silver" };
        text.push_str(&format!("{};Customer {n};{};{plan}\n", n + 1, handle(n)));
    }
    text
}

async fn said_of(world: &World, filter: &Filter, question: Question) -> (Overview, Answer) {
    let found = overview(&world.engine, filter).await.unwrap();
    let mut said = answers(&world.engine, filter, &[question]).await.unwrap();
    (found, said.remove(0))
}

#[test]
fn a_share_that_is_known_is_found_from_those_who_were_heard_unevenly() {
    on_both(async |world| {
        // Of 40 customers with gold all are heard and 10 complain; of 40 with silver 20 are, and 15 of these do.
        crowd(&world, 60).await;
        label(&world, |n| n < 10 || (40..55).contains(&n), 60).await;
        bring(&world, &list(0..80), "leave").await;
        let filter = Filter::of(Period::last_days(&world.engine, 30).await.unwrap());
        let (found, answer) = said_of(&world, &filter, Question::Negative).await;
        assert_eq!(found.customers, Some((80, 60)));
        let plan = found.coverage.iter().find(|of| of.attribute == "plan").unwrap();
        assert_eq!((plan.by_identity, plan.by_statement, plan.unlinked), (60, 0, 0));
        let share = |said: &Answer| said.weighted.as_ref().unwrap().as_ref().unwrap().share;
        assert!((answer.raw.unwrap() - 25.0 / 60.0).abs() < 1e-9);
        assert!((share(&answer) - 0.5).abs() < 1e-6, "{:?}", answer.weighted);
        assert_eq!(answer.margins.iter().map(|(title, _)| title.as_str()).collect::<Vec<_>>(), ["Plan"]);

        let on_channel = Filter { channel: Some(world.channel.id), ..filter.clone() };
        let (_, answer) = said_of(&world, &on_channel, Question::Negative).await;
        assert!(answer.is_narrowed && (share(&answer) - 0.5).abs() < 1e-6);
        let gold = Filter { part: Some(("plan".to_owned(), "gold".to_owned())), ..filter.clone() };
        let (found, answer) = said_of(&world, &gold, Question::Negative).await;
        assert_eq!((found.people, found.customers, found.coverage.len(), found.is_made_up), (40, None, 0, true));
        assert!(answer.weighted.is_none() && (answer.by_person.unwrap().share - 0.25).abs() < 1e-6);

        // Of who left nothing is known that holds for a customer; of who is twice in a list each is one.
        let again = format!("{}99;Customer 1 again;{};Gold\n", list(1..80), handle(1));
        bring(&world, &again, "leave").await;
        let (found, _) = said_of(&world, &filter, Question::Negative).await;
        let plan = found.coverage.iter().find(|of| of.attribute == "plan").unwrap();
        assert!(plan.unlinked >= 1, "{plan:?}");
        let (all, heard) = found.customers.unwrap();
        assert!(heard <= 59 && all >= 79, "{:?}", found.customers);
    });
}

#[test]
fn whoever_writes_in_a_language_is_of_it_in_whatever_script() {
    on_both(async |world| {
        crowd(&world, 40).await;
        let mut tx = world.engine.db.begin().await.unwrap();
        for n in 0..40 {
            let id = world.message(&format!("m{n}")).await.id;
            let language = if n < 10 { "hi-Latn" } else { "en" };
            tx.run("UPDATE messages SET language = $2 WHERE id = $1", binds![id, language]).await.unwrap();
        }
        tx.commit().await.unwrap();
        let form = |parts: &str| Form {
            attribute: "language".to_owned(),
            parts: parts.to_owned(),
            source: "Our own count".to_owned(),
            as_of: "2026-01-01".to_owned(),
        };
        assert!(margins::put(&world.engine, world.user, &form("Hindi; 30\nNorth; 70")).await.is_err());
        margins::put(&world.engine, world.user, &form("Hindi; 30\nen; 70")).await.unwrap();
        let filter = Filter::of(Period::last_days(&world.engine, 30).await.unwrap());
        let found = overview(&world.engine, &filter).await.unwrap();
        let of = &found.coverage[0];
        assert_eq!((of.by_language, of.unlinked), (40, 0));
        let hindi = of.parts.iter().find(|part| part.name == "Hindi").unwrap();
        assert_eq!((hindi.key.as_str(), hindi.heard), ("hi", 10));
        // Who comes later is linked as well, and one language is compared with no other.
        hear(&world, &[said("late", "Do you have it in blue?").by("late@home.example")]).await;
        let found = overview(&world.engine, &filter).await.unwrap();
        assert_eq!((found.people, found.coverage[0].by_language + found.coverage[0].unlinked), (41, 41));
        let english = Filter { language: Some("en".to_owned()), ..filter };
        assert!(overview(&world.engine, &english).await.unwrap().coverage.is_empty());
    });
}

#[test]
fn what_has_aged_stays_noise_and_is_asked_no_monitor() {
    on_both(async |world| {
        let all = [
            days_ago("spam", 40).by("spam@home.example").overheard(),
            days_ago("fine", 40).by("fine@home.example").overheard(),
            days_ago("young", 3).by("young@home.example").overheard(),
        ];
        world.hear(&all.each_ref().map(Said::created)).await;
        let spam = world.message("spam").await.id;
        labels::correct(&world.engine, world.user, spam, Label::Noise, SPAM).await.unwrap();
        let monitor = watch(&world, "words").await;
        settle(&world).await;
        let filter = Filter::of(Period::last_days(&world.engine, 90).await.unwrap());
        let question = Question::Monitor(monitor);
        let (found, answer) = said_of(&world, &filter, question).await;
        assert_eq!((found.people, answer.judged, answer.raw), (2, 2, Some(1.0)));
        keep(&world, Some(30)).await;
        retain(&world).await;
        assert_eq!(world.message("fine").await.state, "deleted");
        let (found, answer) = said_of(&world, &filter, question).await;
        assert_eq!(found.people, 2, "who sent spam is not heard since its labels are gone");
        assert_eq!((answer.messages, answer.judged, answer.raw), (2, 1, Some(1.0)), "what was let go says neither");
        let noisy = Filter { with_noise: true, ..filter };
        assert_eq!(overview(&world.engine, &noisy).await.unwrap().people, 3);
        compare_columns(&world).await;
    });
}

/// What followed every change is what is read anew.
async fn compare_columns(world: &World) {
    let held = insights::view(&world.engine).await.unwrap();
    assert_eq!(told(&held.columns), told(&load(&world.engine.db).await.unwrap()));
}
