//! Search finds what a plain look at every message finds, on both databases.

use crate::support::{
    NOW, World, add_channel, on_both, rounds,
    said::{Said, said},
};
use std::collections::HashMap;
use tertulia_analysis::query::{self, Query};
use tertulia_engine::search::{self, Filter, Found};
use tertulia_model::{Chance, ChannelId, SeededChance, Shows, ThreadId};
use tertulia_store::{
    channels::{self, Channel},
    people, reading,
    reading::Message,
    search::{Bounds, candidates},
};

const TEXTS: [&str; 18] = [
    "The flat white was cold. Never again!",
    "Flat white, please, and a #CoffeeClub sticker",
    "Is the café open on Sunday? See https://roaster.example",
    "Der Kaffee war kalt und die Bedienung unfreundlich.",
    "Ist das Café am Sonntag geöffnet?",
    "El café estaba frío, pero la gente es muy amable.",
    "¿Dónde está mi pedido? Lo espero desde el lunes.",
    "新宿のコーヒー店で東京都民が飲む。",
    "東京の店はとても静かです。コーヒーも美味しい。",
    "สวัสดีครับ กาแฟอร่อยมาก",
    "Кофе остыл, пока я шёл домой.",
    "قهوة باردة جدا",
    "cold cold cold",
    "white flat, not flat white",
    "Order 17 has not come. Where is order 17?",
    "Thanks @Jane_Doe for the beans!",
    "coffee",
    "-",
];
const ATOMS: [&str; 30] = [
    "flat",
    "white",
    "\"flat white\"",
    "cold",
    "caf*",
    "café",
    "coffee",
    "#coffeeclub",
    "東京",
    "コーヒー",
    "กาแฟ",
    "кофе",
    "قهوة",
    "order",
    "17",
    "\"order 17\"",
    "jane",
    "lang:en",
    "lang:de",
    "lang:ja",
    "has:link",
    "has:question",
    "from:rosa",
    "from:tom*",
    "channel:json",
    "has:image",
    "has:attachment",
    "reach>=250",
    "reach<100",
    "absent",
];
const HANDLES: [&str; 3] = ["rosa@home.example", "tom@work.example", "tomoko@work.example"];

/// A query of a few atoms, joined as people join them; some ask for one of these threads.
pub(crate) fn random_query(chance: &SeededChance, threads: &[ThreadId]) -> String {
    let pick = |n: usize| usize::try_from(chance.below(n as u64)).unwrap();
    let atom = || match ATOMS.get(pick(ATOMS.len() + 4)) {
        Some(atom) => (*atom).to_owned(),
        None => format!("in:{}", threads[pick(threads.len())]),
    };
    match chance.below(9) {
        0 => String::new(),
        1 | 2 => atom(),
        3 => format!("{} {}", atom(), atom()),
        4 => format!("{} OR {}", atom(), atom()),
        5 => format!("-{} {}", atom(), atom()),
        6 => format!("({} OR {}) -{}", atom(), atom(), atom()),
        7 => format!("flat NEAR/{} cold {}", chance.below(4), atom()),
        _ => format!("{} since:2026-11-{:02} until:2026-11-{:02}", atom(), 10 + chance.below(8), 15 + chance.below(8)),
    }
}

fn random_filter(chance: &SeededChance, channels: &[ChannelId], people: &[tertulia_model::PersonId]) -> Filter {
    let one_in = |n: u64| chance.below(n) == 0;
    let pick = |n: usize| usize::try_from(chance.below(n as u64)).unwrap();
    Filter {
        channel: one_in(4).then(|| channels[pick(channels.len())]),
        language: one_in(6).then(|| ["en", "de", "und"][pick(3)].to_owned()),
        person: one_in(4).then(|| people[pick(people.len())]),
        since: one_in(5).then(|| day(i64::try_from(chance.below(9)).unwrap() - 9)),
        until: one_in(5).then(|| day(i64::try_from(chance.below(9)).unwrap() - 5)),
        held: false,
    }
}

fn day(n: i64) -> i64 {
    NOW + n * 86_400_000 - 7_000_000
}

/// What talks begin with, and their threads.
pub(crate) async fn begin_talks(world: &World) -> Vec<ThreadId> {
    let mut threads = Vec::new();
    for n in 0..3 {
        let id = format!("root{n}");
        world.hear(&[said(&id, &format!("What about the coffee of round {n}?")).at_minute(n).created()]).await;
        threads.push(world.message(&id).await.thread_id);
    }
    threads
}

/// What the message of this number shows, and what it shows once it was edited.
fn shown_by(n: usize) -> [Shows; 2] {
    let kinds = [Shows::default(), Shows::IMAGE, Shows::FILE, Shows::IMAGE | Shows::FILE];
    [kinds[n % 4], kinds[n / 4 % 4]]
}

/// Some hundred messages on two channels over ten days, and two of long ago; some edited, some deleted. Some answer what
/// the talks began with, some what comes later or never.
pub(crate) async fn fill(world: &World) -> Vec<ChannelId> {
    let chance = SeededChance::new(5);
    let second = add_channel(&world.engine, "other@shop.example").await;
    let channels = [world.channel.clone(), second];
    for (n, channel) in (0..160).zip(channels.iter().cycle()) {
        let text = TEXTS[usize::try_from(chance.below(TEXTS.len() as u64)).unwrap()];
        let back = i64::try_from(chance.below(10 * 86_400_000)).unwrap();
        let at = match n {
            7 => 470_000_000_000,
            8 => 600_000_000_000,
            _ => NOW - back,
        };
        let handle = HANDLES[n % HANDLES.len()].to_owned();
        let [shows, later] = shown_by(n);
        let reach = [None, Some(0), Some(250), Some(10_001)][n / 3 % 4];
        let mut message = Said { at, handle, name: None, shows, reach, ..said(&format!("m{n}"), text) };
        message.references = match n % 6 {
            0 => vec![format!("root{}", n / 6 % 3)],
            1 => vec![format!("bridge{}", n / 6 % 3)],
            2 if n > 10 => vec![format!("m{}", n - 7)],
            _ => Vec::new(),
        };
        if n % 15 == 8 {
            message = message.with_file("cup.png", &[n as u8; 9]);
        }
        let mut events = vec![message.created()];
        if n % 11 == 3 {
            let edited = Said { files: Vec::new(), ..message.clone() }.showing(later);
            events.push(edited.edited(1, TEXTS[n % TEXTS.len()]));
        }
        if n % 13 == 5 {
            events.push(message.deleted());
        }
        if n % 17 == 9 {
            events.remove(0);
        }
        let connector: std::sync::Arc<dyn tertulia_connector::Connector> = world.wire.clone();
        let items =
            events.iter().map(|event| crate::support::json::item(&format!("{n}"), std::slice::from_ref(event), NOW));
        let batch = tertulia_model::Batch { items: items.collect(), ..tertulia_model::Batch::default() };
        tertulia_engine::intake::submit(&world.engine, channel, &connector, batch).await.unwrap();
    }
    channels.iter().map(|channel| channel.id).collect()
}

/// Every message that is shown, newest first.
pub(crate) async fn all_shown(world: &World) -> Vec<Message> {
    let mut db = world.engine.db.reader();
    let places = candidates(&mut db, None, &Bounds::default(), i64::MAX, 10_000).await.unwrap();
    reading::at_places(&mut db, &places).await.unwrap()
}

fn naive(query: &Query, filter: &Filter, all: &[Message], channels: &HashMap<ChannelId, Channel>) -> Vec<String> {
    let holds = |m: &&Message| {
        filter.channel.is_none_or(|channel| m.channel_id == channel)
            && filter.language.as_ref().is_none_or(|language| m.language == *language)
            && filter.person.is_none_or(|person| m.person_id == Some(person))
            && filter.since.is_none_or(|since| m.at >= since)
            && filter.until.is_none_or(|until| m.at < until)
            && search::matches(query, m, channels)
    };
    all.iter().filter(holds).map(|m| m.external_id.clone()).collect()
}

async fn page(world: &World, query: &Query, filter: &Filter, below: Option<i64>, limit: usize) -> Found {
    search::search(&world.engine, query, filter, below, limit).await.unwrap()
}

#[test]
fn soak_search_finds_what_a_plain_look_at_every_message_finds_page_by_page() {
    on_both(async |world| {
        let threads = begin_talks(&world).await;
        let ids = fill(&world).await;
        let all = all_shown(&world).await;
        assert!(all.len() > 120, "{}", all.len());
        let mut db = world.engine.db.reader();
        let channels: HashMap<ChannelId, Channel> =
            channels::all_ever(&mut db).await.unwrap().into_iter().map(|c| (c.id, c)).collect();
        let mut persons = Vec::new();
        for handle in HANDLES {
            persons.push(people::identity(&mut db, "mail", handle).await.unwrap().unwrap().person_id);
        }
        let chance = SeededChance::new(21);
        let mut hits = 0;
        for _ in 0..40 * rounds() {
            let text = random_query(&chance, &threads);
            let filter = random_filter(&chance, &ids, &persons);
            let query = query::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let expected = naive(&query, &filter, &all, &channels);
            hits += usize::from(!expected.is_empty());
            for limit in [3, 1_000] {
                let (mut found, mut below, mut pages) = (Vec::new(), None, 0);
                loop {
                    let next = page(&world, &query, &filter, below, limit).await;
                    assert!(next.messages.len() <= limit);
                    found.extend(next.messages.into_iter().map(|m| m.external_id));
                    below = next.below;
                    pages += 1;
                    if below.is_none() || pages > 200 {
                        break;
                    }
                }
                assert_eq!(found, expected, "“{text}” {filter:?}, {limit} a page");
            }
        }
        let nothing = query::parse("").unwrap();
        for (since, until, expected) in [(None, 500, "m7"), (Some(550), 601, "m8")] {
            let seconds = |n: i64| n * 1_000_000_000;
            let filter = Filter { since: since.map(seconds), until: Some(seconds(until)), ..Filter::default() };
            let found = page(&world, &nothing, &filter, None, 9).await.messages;
            let found: Vec<&str> = found.iter().map(|m| m.external_id.as_str()).collect();
            assert_eq!(found, [expected], "the years before 1991 are told apart too");
        }
        assert!(hits > 40, "most of the questions must have an answer: {hits}");
    });
}
