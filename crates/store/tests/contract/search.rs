use crate::support::{NOW, message, on_both, write};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use std::collections::BTreeSet;
use tertulia_model::{ChannelId, PersonId};
use tertulia_store::{
    Db, messages,
    messages::NewMessage,
    search::{self, Bounds, Terms},
};

fn term(text: &str) -> Terms {
    Terms::Term(text.to_owned())
}

async fn found(db: &mut Db, terms: &Terms) -> Vec<i64> {
    let places = search::candidates(db, Some(terms), &Bounds::default(), i64::MAX, 1_000).await.unwrap();
    places.into_iter().map(|place| place & 0x3f_ffff).collect()
}

#[test]
fn terms_of_every_script_and_with_odd_characters_are_found_as_they_are() {
    on_both(async |mut db| {
        let odd = [
            "don't",
            "c++",
            "3.14",
            "u.s.a",
            "#tea",
            "@amina",
            "https://shop.example/a?b=c&d",
            "\"quoted\"",
            "back\\slash",
            "a:b",
            "a*b",
            "(x)",
            "-5",
            "a|b",
            "!",
            "^",
            "قهوة",
            "咖啡",
            "啡店",
            "ñandú",
            "👩🏽‍🚀",
            "not",
            "and",
            "near",
            "a,b",
            "a\u{a0}b",
            "it''s",
            "$1",
            "?",
        ];
        let all = odd.iter().zip(1..).map(|(word, n)| (message(n).place, format!("common {word}"))).collect();
        write!(db, |tx| messages::index(tx, all).await.unwrap());
        for (word, n) in odd.iter().zip(1..) {
            assert_eq!(found(&mut db, &term(word)).await, [n], "{word}");
            let both = Terms::All(vec![term("common"), Terms::Prefix((*word).to_owned())]);
            assert_eq!(found(&mut db, &both).await, [n], "{word}*");
        }
        assert_eq!(found(&mut db, &term("COMMON")).await.len(), odd.len(), "ASCII has no case in the index");
        assert_eq!(found(&mut db, &term("commo")).await, [0_i64; 0]);
        assert_eq!(found(&mut db, &term("b")).await, [0_i64; 0], "a term is not taken apart");
    });
}

#[test]
fn an_empty_condition_is_no_error() {
    on_both(async |mut db| {
        write!(db, |tx| {
            messages::add(tx, &[message(1), NewMessage { state: "deleted", ..message(2) }]).await.unwrap();
            messages::index(tx, vec![(message(1).place, "tea".to_owned())]).await.unwrap();
        });
        for (terms, places) in [
            (Terms::All(vec![]), vec![1]),
            (Terms::Any(vec![]), vec![]),
            (term(""), vec![]),
            (term(" \u{1} "), vec![]),
            (Terms::Prefix(String::new()), vec![1]),
            (Terms::All(vec![Terms::Prefix(String::new()), term("tea")]), vec![1]),
            (Terms::Any(vec![Terms::Any(vec![]), term("tea")]), vec![1]),
            (Terms::Any(vec![Terms::All(vec![]), term("coffee")]), vec![1]),
            (Terms::All(vec![Terms::Any(vec![]), term("tea")]), vec![]),
        ] {
            assert_eq!(found(&mut db, &terms).await, places, "{terms:?}");
        }
    });
}

#[test]
fn a_search_is_bounded_by_time_person_channel_language_and_page() {
    on_both(async |mut db| {
        let by = |n: i64| NewMessage {
            person_id: Some(PersonId(n % 2)),
            channel_id: ChannelId(n % 3),
            language: if n % 5 == 0 { "de" } else { "en" },
            ..message(n)
        };
        let all: Vec<NewMessage> = (1..=30).map(by).collect();
        write!(db, |tx| {
            messages::add(tx, &all).await.unwrap();
            messages::index(tx, all.iter().map(|m| (m.place, "tea".to_owned())).collect()).await.unwrap();
        });
        let bounds = [
            Bounds::default(),
            Bounds { since: Some(NOW + 4 * 60_000), until: Some(NOW + 20 * 60_000), ..Bounds::default() },
            Bounds { person: Some(PersonId(1)), ..Bounds::default() },
            Bounds { channels: Some(vec![ChannelId(0), ChannelId(2)]), ..Bounds::default() },
            Bounds { channels: Some(vec![]), ..Bounds::default() },
            Bounds {
                languages: Some(vec!["de".to_owned(), "fr".to_owned()]),
                person: Some(PersonId(0)),
                ..Bounds::default()
            },
        ];
        for bounds in bounds {
            let fits = |m: &&NewMessage| {
                bounds.since.is_none_or(|since| m.at >= since)
                    && bounds.until.is_none_or(|until| m.at < until)
                    && bounds.person.is_none_or(|person| m.person_id == Some(person))
                    && bounds.channels.as_ref().is_none_or(|list| list.contains(&m.channel_id))
                    && bounds.languages.as_ref().is_none_or(|list| list.iter().any(|code| code == m.language))
            };
            let expected: Vec<i64> = all.iter().rev().filter(fits).map(|m| m.place).collect();
            for terms in [None, Some(&term("tea"))] {
                let (mut seen, mut below) = (Vec::new(), i64::MAX);
                loop {
                    let page = search::candidates(&mut db, terms, &bounds, below, 7).await.unwrap();
                    let Some(last) = page.last() else { break };
                    below = *last;
                    seen.extend(page);
                }
                assert_eq!(seen, expected, "{bounds:?} with {terms:?}");
            }
        }
    });
}

/// What the index ought to say, in the plainest words.
fn matches(terms: &Terms, document: &BTreeSet<String>) -> bool {
    match terms {
        Terms::Term(term) => document.contains(term),
        Terms::Prefix(start) => document.iter().any(|term| term.starts_with(start.as_str())),
        Terms::All(all) => all.iter().all(|terms| matches(terms, document)),
        Terms::Any(any) => any.iter().any(|terms| matches(terms, document)),
    }
}

fn words() -> impl Strategy<Value = String> {
    // Few characters, so that words meet: letters, marks that mean something to one of the indexes, other scripts.
    proptest::collection::vec(
        prop::sample::select(vec!['a', 'b', '\'', '"', '\\', '*', ':', '&', '|', 'é', '咖', 'ق', '+']),
        1..4,
    )
    .prop_map(String::from_iter)
}

fn trees() -> impl Strategy<Value = Terms> {
    let leaf = prop_oneof![words().prop_map(Terms::Term), words().prop_map(Terms::Prefix)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let several = proptest::collection::vec(inner, 1..4);
        prop_oneof![several.clone().prop_map(Terms::All), several.prop_map(Terms::Any)]
    })
}

#[test]
fn both_indexes_find_what_a_plain_look_at_the_words_finds() {
    let documents = proptest::collection::vec(proptest::collection::btree_set(words(), 0..8), 60);
    // The same documents and questions for both databases.
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::from_seed(Default::default(), &[7; 32]),
    );
    let documents = documents.new_tree(&mut runner).unwrap().current();
    let questions: Vec<Terms> = (0..400).map(|_| trees().new_tree(&mut runner).unwrap().current()).collect();
    let hits = questions.iter().filter(|terms| documents.iter().any(|d| matches(terms, d))).count();
    assert!((50..400).contains(&hits), "questions that never or always find something ask nothing: {hits}");
    on_both(async |mut db| {
        let all = documents
            .iter()
            .zip(1..)
            .map(|(words, n)| (message(n).place, words.iter().map(String::as_str).collect::<Vec<_>>().join(" ")));
        write!(db, |tx| messages::index(tx, all.collect()).await.unwrap());
        for terms in &questions {
            let mut expected: Vec<i64> =
                documents.iter().zip(1..).filter(|(words, _)| matches(terms, words)).map(|(_, n)| n).collect();
            expected.reverse();
            assert_eq!(found(&mut db, terms).await, expected, "{terms:?}");
        }
    });
}
