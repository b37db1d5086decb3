//! Many monitors asked at once answer as each would by itself, whatever they ask and whatever came before.

mod made;

use made::{Message, at_least, dense_text, few_words, message, query, query_of, text};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tertulia_analysis::monitors::{MonitorSet, Scratch};
use tertulia_analysis::query::{MOST_CHARS, Query, Uses, parse};
use tertulia_analysis::tokens::index_terms;

fn set_of(queries: &[&str]) -> MonitorSet {
    let mut monitors = MonitorSet::new();
    for (id, query) in (0..).zip(queries) {
        monitors.insert(id, parse(query).unwrap_or_else(|error| panic!("{query}: {error}")));
    }
    monitors
}

fn matching(monitors: &MonitorSet, message: &Message) -> Vec<i64> {
    message.asked(|document| monitors.matching(document, &mut Scratch::default()).to_vec())
}

/// Which queries match the text, by their places in the list; each is asked by itself as well.
fn found(queries: &[&str], text: &str) -> Vec<i64> {
    let message = Message::of(&[text]);
    let found = matching(&set_of(queries), &message);
    let queries: BTreeMap<i64, Query> = (0..).zip(queries.iter().flat_map(|query| parse(query))).collect();
    assert_eq!(found, alone(&queries, &message), "{text:?}");
    found
}

#[test]
fn a_query_without_any_word_that_must_be_there_is_asked_about_every_message() {
    let queries = [
        "",
        "-tea",
        "-tea -milk",
        "tea OR -milk",
        "has:question",
        "-(tea milk)",
        "since:1970-01-01",
        "in:8",
        "lang:es",
    ];
    assert_eq!(found(&queries, "milk?"), [0, 1, 4, 5, 6, 8]);
    assert_eq!(found(&queries, ""), [0, 1, 2, 3, 5, 6, 8]);
}

#[test]
fn phrases_distances_and_beginnings_are_found_in_every_script() {
    let queries = [
        "\"flat white\"",
        "white NEAR/1 cold",
        "\"was flat\"",
        "ro*",
        "\"the ro\"*",
        "r*",
        "東京",
        "京",
        "東京都",
        "\"京都\"",
        "ส",
        "สวัสดี",
        "#flat_white",
        "#flat*",
        "@fl*",
        "cafe",
    ];
    assert_eq!(found(&queries, "The flat white was cold"), [0, 1]);
    assert_eq!(found(&queries, "the roast"), [3, 4, 5]);
    assert_eq!(found(&queries, "わが東京都 and 京 สวัสดีครับ"), [6, 7, 8, 9, 10, 11]);
    assert_eq!(found(&queries, "#Flat_White at the CAFÉ"), [0, 12, 13, 15]);
    // The subject and the body stand apart.
    let apart = Message::of(&["flat", "white"]);
    assert!(matching(&set_of(&queries), &apart).is_empty());
}

#[test]
fn fields_find_by_channel_language_and_author_alone() {
    let queries = [
        "channel:\"my shop\"",
        "channel:shop",
        "lang:es",
        "lang:de",
        "from:oz",
        "from:am*",
        "from:\"amina oz\"",
        "from:rosa",
        "-from:rosa",
        "reach>5",
        "-reach>5",
    ];
    assert_eq!(found(&queries, "tea"), [0, 2, 4, 5, 6, 8, 10]);
    let elsewhere =
        Message { channel: &[], language: "DE", author: &["Rosa"], reach: Some(6), ..Message::of(&["tea"]) };
    assert_eq!(matching(&set_of(&queries), &elsewhere), [3, 7, 9]);
}

#[test]
fn the_longest_queries_and_the_deepest_are_asked_like_any() {
    let many = (0..500).map(|n| format!("w{n}")).collect::<Vec<_>>();
    let (any, all) = (many.join(" OR "), many.join(" "));
    assert!(any.len() <= MOST_CHARS);
    let deep = format!("{}(tea OR -w7){}", "(a ".repeat(48), ")".repeat(48));
    assert_eq!(found(&[&any, &all, &deep], "w499 and a tea"), [0, 2]);
    assert_eq!(found(&[&any, &all, &deep], &all), [0, 1]);
}

#[test]
fn a_query_that_is_replaced_or_removed_matches_no_more() {
    let mut monitors = set_of(&["tea", "te*", "lang:es", "from:amina"]);
    let tea = Message::of(&["tea"]);
    assert_eq!(matching(&monitors, &tea), [0, 1, 2, 3]);
    monitors.insert(0, parse("milk").unwrap());
    assert_eq!((matching(&monitors, &tea), monitors.len()), (vec![1, 2, 3], 4));
    assert!(monitors.remove(1) && monitors.remove(2) && !monitors.remove(2) && !monitors.remove(99));
    monitors.insert(-5, parse("te*").unwrap());
    assert_eq!(matching(&monitors, &tea), [-5, 3]);
    assert!(monitors.remove(-5) && monitors.remove(3) && monitors.remove(0) && monitors.is_empty());
    assert!(matching(&monitors, &Message::of(&["tea milk"])).is_empty());
}

#[test]
fn a_beginning_is_looked_for_as_long_as_anybody_asks_for_one_like_it() {
    let mut monitors = set_of(&["teab*", "teac*", "teab*", "京*"]);
    let found = |monitors: &MonitorSet| matching(monitors, &Message::of(&["teabag teacup 京都"]));
    assert_eq!(found(&monitors), [0, 1, 2, 3]);
    for (removed, left) in [(0, &[1, 2, 3][..]), (1, &[2, 3]), (2, &[3]), (3, &[])] {
        assert!(monitors.remove(removed));
        assert_eq!(found(&monitors), left);
    }
}

#[test]
fn what_one_side_of_an_or_needs_is_not_needed_by_the_other() {
    let queries = [
        "(espresso (tea OR milk) wonderful) OR marvellous",
        "(espresso (tea OR milk)) OR (marvellous sale)",
        "((tea OR milk) espresso OR marvellous) (sale OR lang:es)",
        "espresso (tea OR milk) (sale OR shop) (a OR b)",
    ];
    assert_eq!(found(&queries, "marvellous sale"), [0, 1, 2]);
    assert_eq!(found(&queries, "espresso milk"), [1, 2]);
    assert_eq!(found(&queries, "espresso tea shop b"), [1, 2, 3]);
}

#[test]
fn only_monitors_that_use_what_changed_need_be_asked_again() {
    let monitors = set_of(&["tea", "tea lang:es", "-in:7", "lang:de OR from:amina", ""]);
    let using = |changed| {
        let mut ids: Vec<i64> = monitors.using(changed).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(using(Uses { language: true, ..Uses::default() }), [1, 3]);
    assert_eq!(using(Uses { thread: true, author: true, ..Uses::default() }), [2, 3]);
    assert_eq!(using(Uses::default()), Vec::<i64>::new());
}

#[test]
fn a_set_is_shared_by_threads_each_with_its_scratch() {
    let monitors = set_of(&["tea", "\"flat white\"", "-tea"]);
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                let mut scratch = Scratch::default();
                for _ in 0..100 {
                    let answer =
                        Message::of(&["flat white tea"]).asked(|d| monitors.matching(d, &mut scratch).to_vec());
                    assert_eq!(answer, [0, 1]);
                }
            });
        }
    });
}

#[derive(Debug, Clone)]
enum Change {
    Insert(i64, Box<Query>),
    Remove(i64),
}

fn a_query() -> impl Strategy<Value = Query> {
    prop_oneof![query(), query_of(few_words())].prop_filter_map("cannot be read", |text| parse(&text).ok())
}

fn a_message() -> impl Strategy<Value = Message> {
    let dense = prop::collection::vec(dense_text(), 1..3).prop_map(|texts| {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        Message::of(&texts)
    });
    prop_oneof![message(), dense]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (0..8_i64, a_query()).prop_map(|(id, query)| Change::Insert(id, Box::new(query))),
        1 => (0..8_i64).prop_map(Change::Remove),
    ]
}

fn alone(queries: &BTreeMap<i64, Query>, message: &Message) -> Vec<i64> {
    message.asked(|document| queries.iter().filter(|(_, query)| query.matches(document)).map(|(id, _)| *id).collect())
}

proptest! {
    #![proptest_config(at_least(2_000))]

    #[test]
    fn a_set_of_monitors_answers_as_each_query_by_itself(
        queries in prop::collection::vec(a_query(), 0..12),
        messages in prop::collection::vec(a_message(), 1..5),
    ) {
        let queries: BTreeMap<i64, Query> = (0..).zip(queries).collect();
        let mut monitors = MonitorSet::new();
        queries.iter().for_each(|(id, query)| monitors.insert(*id, query.clone()));
        let mut scratch = Scratch::default();
        for message in &messages {
            let together = message.asked(|document| monitors.matching(document, &mut scratch).to_vec());
            prop_assert_eq!(together, alone(&queries, message), "{:?} in {:?}", queries.values().map(Query::to_string).collect::<Vec<_>>(), message);
        }
    }

    #[test]
    fn changes_leave_no_trace_of_what_was_asked_before(
        changes in prop::collection::vec(change(), 0..24),
        messages in prop::collection::vec(a_message(), 1..4),
    ) {
        let (mut monitors, mut queries, mut scratch) = (MonitorSet::new(), BTreeMap::new(), Scratch::default());
        for change in changes {
            match change {
                Change::Insert(id, query) => {
                    monitors.insert(id, (*query).clone());
                    queries.insert(id, *query);
                }
                Change::Remove(id) => prop_assert_eq!(monitors.remove(id), queries.remove(&id).is_some()),
            }
            for message in &messages {
                let together = message.asked(|document| monitors.matching(document, &mut scratch).to_vec());
                prop_assert_eq!(together, alone(&queries, message));
            }
        }
        prop_assert_eq!(monitors.len(), queries.len());
        for id in queries.keys() {
            monitors.remove(*id);
        }
        prop_assert!(monitors.is_empty() && monitors.needles() == 0);
    }

    /// Live, search and scan, before a message is written anew and after.
    #[test]
    fn live_search_and_scan_agree_over_a_revision(
        queries in prop::collection::vec(a_query(), 1..8),
        message in a_message(),
        revised in prop::collection::vec(prop_oneof![text(), dense_text()], 0..3),
    ) {
        let queries: BTreeMap<i64, Query> = (0..).zip(queries).collect();
        let mut monitors = MonitorSet::new();
        queries.iter().for_each(|(id, query)| monitors.insert(*id, query.clone()));
        let mut scratch = Scratch::default();
        let revised = Message { texts: revised, ..message.clone() };
        for message in [&message, &revised, &message] {
            let scan = alone(&queries, message);
            let live = message.asked(|document| monitors.matching(document, &mut scratch).to_vec());
            prop_assert_eq!(&live, &scan);
            let search: Vec<i64> = message.asked(|document| {
                let terms = index_terms(document.texts).terms;
                let narrowed = queries.iter().filter(|(_, query)| query.narrow().accepts(&terms));
                narrowed.filter(|(_, query)| query.matches(document)).map(|(id, _)| *id).collect()
            });
            prop_assert_eq!(&search, &scan);
        }
    }
}
