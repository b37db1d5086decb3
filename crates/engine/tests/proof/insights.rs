//! Insights are what a slow, plain recomputation gives, whatever happened: columns that followed every change hold what a fresh
//! reading holds, and both what the messages say.

use crate::support::{
    World, each_place,
    json::item,
    said::{Said, said},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
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
        overview::overview,
        voices::{self, answers},
    },
    intake,
    people::{self, Evidence},
    promises,
};
use tertulia_model::{Batch, EchoSafety, PersonId};
use tertulia_store::{Sql, binds, messages::flags};

/// All that columns say, by the ids of what they speak of.
fn told(columns: &Columns) -> BTreeSet<(i64, i64, i64, String, u16)> {
    let everything = Chosen::all(columns).with_noise();
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
    let sql = "SELECT at, direction, state, auto, flags, person_id FROM messages";
    type Row = (i64, String, String, String, i64, Option<PersonId>);
    let all: Vec<Row> = db.rows(sql, binds![]).await.unwrap();
    let (mut people, mut of_nobody) = (BTreeMap::new(), 0);
    for (at, direction, state, auto, facts, person) in all {
        let is_there = state == "shown" || facts & flags::AGED != 0;
        let counts = direction == "theirs" && auto == "person" && is_there && facts & flags::FORWARD == 0;
        if counts && (from..until).contains(&at) {
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

async fn hear(world: &World, all: &[Said]) {
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
        // Nothing was labelled: no answer is known, and nothing is said.
        let answer = &answers(engine, &filter, &[Question::Negative]).await.unwrap()[0];
        assert_eq!((answer.people, answer.raw), (0, None));
        assert!(answer.by_person.is_err() && answer.weighted.as_ref().unwrap().is_err());

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
