//! The state is a function of what was said, not of the order, the batches or the number of times in which it was heard.

use crate::support::{
    NOW, World, each_place, find, json, rounds,
    said::{Said, said},
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};
use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};
use tertulia_model::{Batch, EchoSafety, Inbound};
use tertulia_store::{
    messages::flags,
    people, reading,
    search::{self, Bounds, Terms},
};

const WORDS: [&str; 6] = ["amber", "birch", "cedar", "delta", "ember", "fjord"];
/// Messages that may be referred to; the last two never come.
const IDS: usize = 9;
const COMING: usize = 7;

/// What happened, as it happened.
#[derive(Debug, Clone)]
struct History {
    messages: Vec<OneMessage>,
}

#[derive(Debug, Clone)]
struct OneMessage {
    comes: bool,
    words: Vec<usize>,
    references: Vec<usize>,
    edits: Vec<Vec<usize>>,
    deleted: bool,
    handle: usize,
    named: bool,
    addressed: bool,
    minute: i64,
}

/// In which order and batches it is heard: a number for each event and each cut, and which events come again.
#[derive(Debug, Clone)]
struct Hearing {
    order: Vec<u32>,
    cuts: Vec<bool>,
    again: Vec<usize>,
}

fn one_message() -> impl Strategy<Value = OneMessage> {
    let words = || prop::collection::vec(0..WORDS.len(), 1..4);
    (
        prop::bool::weighted(0.85),
        words(),
        prop::collection::vec(0..IDS, 0..4),
        prop::collection::vec(words(), 0..3),
        prop::bool::weighted(0.25),
        0..3_usize,
        any::<bool>(),
        any::<bool>(),
        0..50_i64,
    )
        .prop_map(|(comes, words, references, edits, deleted, handle, named, addressed, minute)| OneMessage {
            comes,
            words,
            references,
            edits,
            deleted,
            handle,
            named,
            addressed,
            minute,
        })
}

fn stories() -> impl Strategy<Value = (History, Vec<Hearing>)> {
    let messages = prop::collection::vec(one_message(), 1..=COMING);
    let hearing = (
        prop::collection::vec(any::<u32>(), 64),
        prop::collection::vec(any::<bool>(), 64),
        prop::collection::vec(0..28_usize, 0..8),
    )
        .prop_map(|(order, cuts, again)| Hearing { order, cuts, again });
    (messages.prop_map(|messages| History { messages }), prop::collection::vec(hearing, 2))
}

impl History {
    /// The events in the order in which they happened, under names of their own, so that many fit into one database.
    fn events(&self, tag: &str) -> Vec<Inbound> {
        let mut events = Vec::new();
        for (n, message) in self.messages.iter().enumerate() {
            let said = self.said(n, tag);
            if message.comes {
                events.push(said.created());
            }
            for (edit, words) in (1..).zip(&message.edits) {
                events.push(said.edited(edit, &text(words, tag)));
            }
            if message.deleted {
                events.push(said.deleted());
            }
        }
        events
    }

    fn said(&self, n: usize, tag: &str) -> Said {
        let message = &self.messages[n];
        Said {
            source: tag.to_owned(),
            space: tag.to_owned(),
            handle: format!("person {}", message.handle),
            name: message.named.then(|| format!("Name {}", message.handle)),
            references: message.references.iter().map(|n| id(*n)).collect(),
            addressed: message.addressed,
            at: NOW - 3_600_000 + message.minute * 60_000,
            ..said(&id(n), &text(&message.words, tag))
        }
    }
}

fn id(n: usize) -> String {
    format!("m{n}")
}

fn text(words: &[usize], tag: &str) -> String {
    words.iter().map(|n| format!("{}{tag}", WORDS[*n])).collect::<Vec<_>>().join(" ")
}

/// The events as somebody heard them, batch after batch.
fn batches(events: &[Inbound], hearing: &Hearing) -> Vec<Vec<Inbound>> {
    let mut heard: Vec<Inbound> = events.to_vec();
    heard.extend(hearing.again.iter().filter_map(|n| events.get(*n).cloned()));
    let mut order: Vec<usize> = (0..heard.len()).collect();
    order.sort_by_key(|n| hearing.order[n % hearing.order.len()].wrapping_add(*n as u32));
    let mut batches = vec![Vec::new()];
    for (step, n) in order.into_iter().enumerate() {
        batches.last_mut().unwrap().push(heard[n].clone());
        if hearing.cuts[step % hearing.cuts.len()] {
            batches.push(Vec::new());
        }
    }
    batches
}

/// All that can be seen of one message.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    state: String,
    revision: i64,
    text: String,
    parent: Option<String>,
    /// The least name of a message in its thread.
    thread: String,
    handle: Option<String>,
    person: Option<String>,
    flags: i64,
    wordings: Vec<(i64, String)>,
}

#[derive(Debug, PartialEq, Eq)]
struct State {
    messages: BTreeMap<String, Seen>,
    found: BTreeMap<&'static str, BTreeSet<String>>,
    people: BTreeMap<String, String>,
}

async fn state(world: &World, tag: &str) -> State {
    let mut db = world.engine.db.reader();
    let mut rows = BTreeMap::new();
    for name in (0..IDS).map(id) {
        if let Some(message) = find(&world.engine, tag, &name).await {
            rows.insert(name, message);
        }
    }
    let mut messages = BTreeMap::new();
    for (name, m) in &rows {
        let mut top = m;
        for _ in 0..rows.len() {
            top = top.parent_id.and_then(|p| rows.values().find(|m| m.id == p)).unwrap_or(top);
        }
        assert_eq!(top.parent_id, None, "{name} stands on a ring, or below one");
        let alive = m.state == "shown";
        let wordings = reading::revisions(&mut db, m.id).await.unwrap();
        let seen = Seen {
            state: m.state.clone(),
            revision: if m.state == "deleted" { 0 } else { m.revision },
            text: m.text.replace(tag, ""),
            parent: m.parent_id.and_then(|p| rows.iter().find(|(_, m)| m.id == p)).map(|(name, _)| name.clone()),
            thread: rows.iter().find(|(_, o)| o.thread_id == m.thread_id).map(|(name, _)| name.clone()).unwrap(),
            handle: m.handle.clone(),
            person: m.person_name.clone(),
            flags: if alive { m.flags } else { 0 },
            wordings: wordings.into_iter().map(|w| (w.revision, w.text.replace(tag, ""))).collect(),
        };
        assert!(
            !(alive && m.flags & flags::ADDRESSED != 0 && m.conversation_id.is_none()),
            "{name} is addressed to us and in no conversation"
        );
        messages.insert(name.clone(), seen);
    }
    let mut found = BTreeMap::new();
    for word in WORDS {
        let terms = Terms::Term(format!("{word}{tag}"));
        let places = search::candidates(&mut db, Some(&terms), &Bounds::default(), i64::MAX, 100).await.unwrap();
        let hits = reading::at_places(&mut db, &places).await.unwrap();
        assert_eq!(hits.len(), places.len(), "the index names a message that is not there");
        found.insert(word, hits.into_iter().map(|m| m.external_id).collect());
    }
    let mut people = BTreeMap::new();
    for handle in (0..3).map(|n| format!("person {n}")) {
        if let Some(identity) = people::identity(&mut db, tag, &handle).await.unwrap() {
            let person = people::get(&mut db, identity.person_id).await.unwrap().unwrap();
            people.insert(handle, person.name);
        }
    }
    State { messages, found, people }
}

async fn hear(world: &World, batches: &[Vec<Inbound>]) {
    for batch in batches {
        world.hear(batch).await;
    }
}

fn config(cases: u64, seed: u64) -> Config {
    let cases = u32::try_from(cases).unwrap();
    Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(seed), ..Config::default() }
}

#[test]
fn soak_any_order_any_batches_any_number_of_times_give_the_same_state() {
    each_place(async |place| {
        let world = World::at(place, EchoSafety::CheckThenSend).await;
        let case = Cell::new(0);
        let handle = tokio::runtime::Handle::current();
        let tell = |story: (History, Vec<Hearing>)| {
            let (history, hearings) = story;
            case.set(case.get() + 1);
            tokio::task::block_in_place(|| {
                handle.block_on(async {
                    let tag = format!("x{}t", case.get());
                    world.hear(&history.events(&tag)).await;
                    let expected = state(&world, &tag).await;
                    for (n, hearing) in hearings.iter().enumerate() {
                        let tag = format!("x{}t{n}t", case.get());
                        hear(&world, &batches(&history.events(&tag), hearing)).await;
                        prop_assert_eq!(&state(&world, &tag).await, &expected);
                    }
                    Ok(())
                })
            })
        };
        TestRunner::new(config(8 * rounds(), 11)).run(&stories(), tell).unwrap();
    });
}

#[test]
fn two_nodes_that_hear_the_same_at_once_store_it_once() {
    each_place(async |place| {
        let world = World::at(place, EchoSafety::CheckThenSend).await;
        let parts: Vec<std::sync::Arc<dyn tertulia_connector::Connector>> = vec![world.wire.clone()];
        let other = world.place.engine(world.clock.clone(), 1_234, parts).await;
        let mut events = Vec::new();
        for n in 0..60 {
            let message = said(&format!("n{n}"), &format!("Number {n}")).by(&format!("p{}@home.example", n % 5));
            let message = message.answering(&[&format!("n{}", n / 3), &format!("n{}", n / 2)]);
            events.extend([message.created(), message.edited(1, &format!("Better number {n}"))]);
            events.extend((n % 10 == 7).then(|| message.deleted()));
        }
        let both = [world.engine.clone(), other.clone()].into_iter().zip([1, 7]).map(|(engine, step)| {
            let (channel, wire, mut events) = (world.channel.clone(), world.wire.clone(), events.clone());
            events.rotate_left(step * 9);
            tokio::spawn(async move {
                let connector: std::sync::Arc<dyn tertulia_connector::Connector> = wire;
                for piece in events.chunks(11) {
                    let items = piece.iter().map(|event| json::item("i", std::slice::from_ref(event), NOW)).collect();
                    let batch = Batch { items, ..Batch::default() };
                    // A node that lost a race is told to try again, as the scheduler does.
                    let mut tries = 0;
                    while let Err(error) =
                        tertulia_engine::intake::submit(&engine, &channel, &connector, batch.clone()).await
                    {
                        tries += 1;
                        assert!(tries < 20, "{error}");
                    }
                }
            })
        });
        for task in both.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        assert_eq!(world.count().await, 60);
        let mut threads = BTreeSet::new();
        for n in 0..60 {
            let message = world.message(&format!("n{n}")).await;
            let deleted = n % 10 == 7;
            let expected = if deleted { String::new() } else { format!("Better number {n}") };
            assert_eq!((message.text, message.state == "deleted"), (expected, deleted), "n{n}");
            assert!(deleted || message.conversation_id.is_some());
            if n > 1 {
                assert_eq!(message.parent_id, Some(world.message(&format!("n{}", n / 2)).await.id), "n{n}");
            }
            threads.insert(message.thread_id);
        }
        assert_eq!(threads.len(), 1);
        other.db.close().await;
        world.engine.db.close().await;
    });
}

#[test]
fn a_deletion_stays_deleted_after_the_channel_is_read_again_and_imported_again() {
    crate::support::on_both(async |world| {
        let first = said("a", "My telephone is 555 0100.");
        world.hear(&[first.created(), said("b", "Thanks!").answering(&["a"]).created()]).await;
        world.hear(&[first.deleted()]).await;
        let again = [first.created(), first.edited(1, "My telephone is 555 0199."), first.created()];
        world.hear(&again).await;
        world.hear_history(&again).await;
        // A channel that was deleted and added again hears all of it once more.
        tertulia_engine::channels::set_state(&world.engine, world.channel.id, tertulia_model::ChannelState::Deleted)
            .await
            .unwrap();
        let anew = crate::support::add_channel(&world.engine, "desk@shop.example").await;
        let connector: std::sync::Arc<dyn tertulia_connector::Connector> = world.wire.clone();
        let items = again.iter().map(|event| json::item("again", std::slice::from_ref(event), NOW)).collect();
        let batch = Batch { items, ..Batch::default() };
        tertulia_engine::intake::submit(&world.engine, &anew, &connector, batch).await.unwrap();
        let gone = world.message("a").await;
        assert_eq!((gone.state.as_str(), gone.text.as_str()), ("deleted", ""));
        assert_eq!(reading::revisions(&mut world.engine.db.reader(), gone.id).await.unwrap(), []);
        let terms = Terms::Term("telephone".to_owned());
        let mut db = world.engine.db.reader();
        assert!(search::candidates(&mut db, Some(&terms), &Bounds::default(), i64::MAX, 9).await.unwrap().is_empty());
        assert_eq!(world.count().await, 2, "nothing is double");
        assert_eq!(world.message("b").await.parent_id, Some(gone.id), "the answer still knows what it answers");
    });
}

#[test]
fn the_same_id_with_other_words_is_kept_and_flagged_together_or_one_by_one() {
    crate::support::on_both(async |world| {
        let honest = |id: &str| said(id, "Please send it to the old address.");
        let forged = |id: &str| said(id, "Please send it to my new address.").by("mallory@evil.example");
        let footer = |id: &str| said(id, "Please send it to the old address.\n-- \nA mailing list");
        world.hear(&[honest("a").created(), forged("a").created(), footer("a").created()]).await;
        for event in [honest("b").created(), forged("b").created(), footer("b").created(), forged("b").created()] {
            world.hear(&[event]).await;
        }
        assert_eq!(world.count().await, 4, "two of each: a footer is no other message, and nothing is double");
        for id in ["a", "b"] {
            assert_eq!(world.message(id).await.text, honest(id).text);
            let person = world.message(id).await.person_id.unwrap();
            assert!(reading::person(&mut world.engine.db.reader(), person, None, 9).await.unwrap().len() == 2);
        }
        let mut db = world.engine.db.reader();
        let mallory = people::identity(&mut db, "mail", "mallory@evil.example").await.unwrap().unwrap();
        let doubtful = reading::person(&mut db, mallory.person_id, None, 9).await.unwrap();
        assert_eq!(doubtful.len(), 2);
        assert!(doubtful.iter().all(|m| m.flags & flags::DOUBTFUL != 0));
    });
}

#[test]
fn what_has_no_words_is_no_copy_of_whatever_bears_its_id() {
    crate::support::on_both(async |world| {
        let letter = |id: &str| said(id, "Please send it to the old address.");
        let photo = |id: &str, bytes: &[u8]| said(id, "").with_file("photo.png", bytes);
        for (id, at_once) in [("a", true), ("b", false)] {
            let heard = [
                letter(id).created(),
                photo(id, b"forged").by("mallory@evil.example").created(),
                photo(&format!("{id} photo"), b"cup").created(),
                photo(&format!("{id} photo"), b"cup").created(),
                photo(&format!("{id} photo"), b"another").created(),
            ];
            if at_once {
                world.hear(&heard).await;
            } else {
                for event in heard {
                    world.hear(&[event]).await;
                }
            }
        }
        assert_eq!(world.count().await, 8, "four each: only the photo that came twice is one");
    });
}

#[test]
fn what_has_no_words_is_known_again_whichever_way_it_comes() {
    crate::support::on_both(async |world| {
        let letter = |id: &str| said(id, "Please send it to the old address.");
        let dates = |id: &str, bytes: &[u8]| said(id, "").with_file("dates.ics", bytes);
        let photo = |id: &str, text: &str| said(id, text).with_file("photo.png", b"cup");
        for (way, at_once) in [("a", true), ("b", false)] {
            let id = |name: &str| format!("{way} {name}");
            let heard = [
                dates(&id("archived"), b"BEGIN\nEND\n").created(),
                dates(&id("archived"), b"BEGIN\r\nEND\r\n").created(),
                photo(&id("direct first"), "").created(),
                photo(&id("direct first"), "-- \nA mailing list").created(),
                photo(&id("list first"), "-- \nA mailing list").created(),
                photo(&id("list first"), "").created(),
                letter(&id("large")).only_headers().created(),
                letter(&id("large")).with_file("film.mp4", b"film").created(),
                letter(&id("fetched")).with_file("film.mp4", b"film").created(),
                letter(&id("fetched")).only_headers().created(),
            ];
            if at_once {
                world.hear(&heard).await;
            } else {
                for event in heard {
                    world.hear(&[event]).await;
                }
            }
        }
        assert_eq!(world.count().await, 10, "one of each");
        world.hear(&[letter("c").created(), said("c", "").created(), photo("c", "Mine").created()]).await;
        assert_eq!(world.count().await, 13, "who says nothing, and who says something else, is no copy");
    });
}
