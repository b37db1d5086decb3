//! Conversations whose groups are known, because they were made up.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use tertulia_model::{Chance, SeededChance};

/// So many people of each camp, who vote on each statement with a chance of `seen` in ten and, one time in ten, by
/// whim. Statement 0 is what all agree on, statement 1 what all reject; on the others the camps lean as `leaning` has
/// it.
fn planted(camps: &[u64], statements: u64, seen: u64, seed: u64) -> Votes {
    let chance = SeededChance::new(seed);
    let mut votes = Votes::new();
    let mut person = 100;
    for (camp, size) in camps.iter().enumerate() {
        for _ in 0..*size {
            for statement in 0..statements {
                if chance.below(10) < seen {
                    let vote = if chance.below(10) == 0 {
                        chance.below(3) as i64 - 1
                    } else {
                        leaning(camp as u64, statement)
                    };
                    votes.add(person, statement, Vote::from_number(vote).unwrap()).unwrap();
                }
            }
            person += 1;
        }
    }
    votes
}

fn leaning(camp: u64, statement: u64) -> i64 {
    match statement {
        0 => 1,
        1 => -1,
        // The first two camps never agree; the third is with each of them on half.
        _ if camp == 0 || camp == 2 && statement.is_multiple_of(2) => 1,
        _ => -1,
    }
}

/// How well the groups are those that were planted.
fn recovered(drawn: &OpinionMap, camps: &[u64]) -> f64 {
    let ends: Vec<u64> = camps
        .iter()
        .scan(100, |end, size| {
            Some({
                *end += size;
                *end
            })
        })
        .collect();
    let camp = |id: u64| ends.iter().filter(|end| id >= **end).count() as u64;
    adjusted_rand_index(drawn.participants.iter().map(|person| (camp(person.id), person.group.map_or(99, u64::from))))
}

fn all_finite(drawn: &OpinionMap) -> bool {
    // JSON has no number that is none: such a one is written as null.
    let numbers = |value: &serde_json::Value| !value.to_string().contains("null");
    let json = serde_json::to_value(drawn).unwrap();
    let optional = ["position", "group", "group_aware_consensus"];
    let statements = json["statements"].as_array().unwrap().iter().chain(json["participants"].as_array().unwrap());
    let each = statements.flat_map(|entry| entry.as_object().unwrap());
    each.filter(|(name, value)| !(optional.contains(&name.as_str()) && value.is_null()))
        .all(|(_, value)| numbers(value))
        && ["explained", "groups", "tried", "consensus", "notes"].iter().all(|part| numbers(&json[*part]))
}

#[test]
fn two_planted_groups_are_found() {
    let camps = [30, 20];
    let drawn = map(&planted(&camps, 24, 8, 1), &Rules::default());
    assert_eq!(drawn.groups.iter().map(|group| group.size).collect::<Vec<_>>(), [30, 20]);
    assert_eq!(recovered(&drawn, &camps), 1.0);
    assert!(drawn.explained[0] > 0.3 && drawn.explained[0] > 3.0 * drawn.explained[1]);
    assert!(drawn.tried.iter().any(|fit| fit.groups == 3), "more were tried");
    assert!(drawn.notes.is_empty(), "{:?}", drawn.notes);
    assert!(all_finite(&drawn));
}

#[test]
fn three_planted_groups_are_found_where_most_votes_are_missing() {
    let camps = [60, 50, 40];
    let drawn = map(&planted(&camps, 40, 4, 2), &Rules::default());
    assert_eq!(drawn.groups.len(), 3);
    assert!(recovered(&drawn, &camps) > 0.95, "{}", recovered(&drawn, &camps));
}

#[test]
fn what_sets_a_group_apart_is_what_it_was_planted_with() {
    let drawn = map(&planted(&[40, 40], 24, 8, 3), &Rules::default());
    for group in &drawn.groups {
        let someone = drawn.participants.iter().find(|person| person.group == Some(group.number)).unwrap();
        let camp = u64::from(someone.id >= 140);
        assert_eq!(group.speaks.len(), 5);
        for said in &group.speaks {
            assert_eq!(said.side == Side::Agree, leaning(camp, said.statement) == 1);
            assert!(said.share > 0.5 && said.taken <= said.seen);
            // The second camp agrees with nothing but what all agree with, and that is told all the same.
            assert_eq!(said.is_clear, said.statement > 1);
            assert!(said.statement > 1 || (camp, said.statement) == (1, 0));
        }
        let sides: Vec<bool> = group.speaks.iter().map(|said| said.side == Side::Disagree).collect();
        assert!(sides.is_sorted(), "agreements come first");
    }
}

#[test]
fn what_all_groups_say_is_consensus_and_how_many_saw_it_is_told() {
    let drawn = map(&planted(&[40, 40], 24, 8, 4), &Rules::default());
    let found: Vec<(u64, Side)> =
        drawn.consensus.across_groups.iter().map(|agreed| (agreed.statement, agreed.side)).collect();
    assert_eq!(found.len(), 2);
    assert!(found.contains(&(0, Side::Agree)) && found.contains(&(1, Side::Disagree)));
    let agreed = drawn.consensus.across_groups.iter().find(|agreed| agreed.statement == 0).unwrap();
    assert_eq!(Some(agreed.score), drawn.statements[0].group_aware_consensus);
    let by_hand: f64 = agreed.by_group.iter().map(|of| f64::from(of.agree + 1) / f64::from(of.seen + 2)).product();
    assert!((agreed.score - by_hand).abs() < 1e-15);
    assert_eq!(agreed.by_group.iter().map(|of| of.seen).sum::<u32>(), agreed.tally.seen);
}

#[test]
fn what_a_large_group_wants_is_not_agreed_across_groups() {
    let drawn = map(&planted(&[80, 20], 24, 9, 5), &Rules::default());
    let over_all: Vec<u64> = drawn.consensus.over_all.iter().map(|agreed| agreed.statement).collect();
    assert!(over_all.len() > 10, "the large group is a majority by itself: {over_all:?}");
    assert!(drawn.consensus.across_groups.iter().all(|agreed| agreed.statement <= 1));
}

#[test]
fn what_few_have_seen_is_never_called_consensus_however_much_they_agree() {
    let mut votes = planted(&[40, 40], 24, 8, 6);
    // 14 of both camps saw 1000 and all agree; 40 of one camp and 4 of the other saw 1001 and all agree.
    (100..107).chain(140..147).for_each(|person| votes.add(person, 1000, Vote::Agree).unwrap());
    (100..144).for_each(|person| votes.add(person, 1001, Vote::Agree).unwrap());
    let across =
        |drawn: &OpinionMap| drawn.consensus.across_groups.iter().map(|agreed| agreed.statement).collect::<Vec<_>>();
    let over_all = |drawn: &OpinionMap| drawn.consensus.over_all.iter().any(|agreed| agreed.statement == 1000);
    let drawn = map(&votes, &Rules::default());
    assert!(across(&drawn).iter().all(|statement| *statement < 2) && !over_all(&drawn));
    assert_eq!(drawn.consensus.too_few_saw, 2);
    assert!(drawn.notes.contains(&Note::TooFewSaw { statements: 2 }));
    // One more of each is enough.
    votes.add(147, 1000, Vote::Agree).unwrap();
    votes.add(144, 1001, Vote::Agree).unwrap();
    let drawn = map(&votes, &Rules::default());
    assert!(across(&drawn).contains(&1000) && across(&drawn).contains(&1001) && over_all(&drawn));
    assert_eq!(drawn.consensus.too_few_saw, 0);
}

#[test]
fn a_silent_statement_moves_nobody_and_is_nowhere_listed() {
    let mut votes = planted(&[30, 30], 20, 8, 7);
    let without = map(&votes, &Rules::default());
    (100..160).for_each(|person| votes.add(person, 900, Vote::Agree).unwrap());
    (100..160).for_each(|person| votes.add(person, 901, Vote::from_number(person as i64 % 3 - 1).unwrap()).unwrap());
    let rules = Rules { moderated_out: [901].into(), meta: [900].into(), ..Rules::default() };
    let drawn = map(&votes, &rules);
    let groups = |drawn: &OpinionMap| drawn.participants.iter().map(|person| person.group).collect::<Vec<_>>();
    assert_eq!(groups(&drawn), groups(&without));
    for (with, without) in drawn.statements.iter().zip(&without.statements) {
        assert!((with.weights[0] - without.weights[0]).abs() < 1e-9);
    }
    let silent: Vec<&Statement> = drawn.statements.iter().filter(|statement| statement.is_silent).collect();
    assert_eq!(silent.len(), 2);
    assert!(silent.iter().all(|statement| statement.extremity == 0.0 && statement.tally.seen == 60));
    assert_eq!(silent[0].priority, 49.0, "who people are is asked early");
    assert!(drawn.consensus.over_all.iter().all(|agreed| agreed.statement < 900));
    assert!(drawn.groups.iter().flat_map(|group| &group.speaks).all(|said| said.statement < 900));
}

#[test]
fn groups_that_are_given_are_taken_and_who_is_in_none_does_not_count() {
    let votes = planted(&[10, 10], 12, 9, 8);
    let given: BTreeMap<u64, u32> =
        (100..110).map(|person| (person, 7)).chain((110..118).map(|person| (person, 3))).collect();
    let given = given.into_iter().chain([(5, 3), (6, 99)]).collect();
    let drawn = map_with_groups(&votes, &Rules::default(), &given);
    assert_eq!(drawn.groups.iter().map(|group| (group.number, group.size)).collect::<Vec<_>>(), [(3, 8), (7, 10)]);
    assert!(drawn.participants.iter().filter(|person| person.id >= 118).all(|person| person.group.is_none()));
    let statement = &drawn.statements[5];
    let counted: u32 = statement.by_group.iter().map(|tally| tally.seen).sum();
    let all = votes.iter().filter(|(_, id, _)| *id == 5).count() as u32;
    let left_out = votes.iter().filter(|(person, id, _)| *id == 5 && *person >= 118).count() as u32;
    assert_eq!((statement.tally.seen, counted), (all, all - left_out));
}

#[test]
fn a_refusal_says_how_many_more_would_do() {
    let few = map(&planted(&[6, 5], 12, 10, 9), &Rules::default());
    assert_eq!(few.notes[0], Note::TooFewPeople { have: 11, need: 15, votes: 7 });
    assert_eq!(few.notes[0].missing(), Some(4));
    assert!(few.notes[0].to_string().contains("4 more"), "{}", few.notes[0]);
    assert!(few.groups.is_empty() && few.consensus.across_groups.is_empty());
    assert!(few.participants.iter().all(|person| person.position.is_some() && person.group.is_none()));
    let narrow = map(&planted(&[30, 30], 4, 10, 9), &Rules::default());
    assert_eq!(narrow.notes[0], Note::TooFewStatements { have: 4, need: 5 });
    assert!(narrow.groups.is_empty());
}

#[test]
fn who_voted_on_little_has_no_place() {
    let mut votes = planted(&[20, 20], 20, 10, 10);
    (0..6).for_each(|statement| votes.add(7, statement, Vote::Agree).unwrap());
    (0..7).for_each(|statement| votes.add(8, statement, Vote::Agree).unwrap());
    let drawn = map(&votes, &Rules::default());
    assert_eq!((drawn.participants[0].id, drawn.participants[0].position), (7, None));
    assert!(drawn.participants[1].position.is_some() && drawn.participants[1].group.is_some());
    assert_eq!(drawn.placed, 41);
}

#[test]
fn whims_without_camps_are_said_to_make_weak_groups() {
    let chance = SeededChance::new(11);
    let mut votes = Votes::new();
    for person in 0..60 {
        (0..20).for_each(|statement| {
            votes.add(person, statement, Vote::from_number(chance.below(3) as i64 - 1).unwrap()).unwrap()
        });
    }
    let drawn = map(&votes, &Rules::default());
    assert!(drawn.notes.iter().any(|note| matches!(note, Note::WeakGroups { .. })), "{:?}", drawn.notes);
}

#[test]
fn odd_conversations_give_numbers_and_reasons() {
    let of = |people: u64, statements: u64, vote: fn(u64, u64) -> Vote| {
        let mut votes = Votes::new();
        for person in 0..people {
            (0..statements).for_each(|statement| votes.add(person, statement, vote(person, statement)).unwrap());
        }
        votes
    };
    let cases = [
        ("nobody", Votes::new()),
        ("one person", of(1, 10, |_, _| Vote::Agree)),
        ("one statement", of(40, 1, |person, _| if person < 9 { Vote::Agree } else { Vote::Disagree })),
        ("all the same", of(40, 10, |_, _| Vote::Agree)),
        ("all pass", of(40, 10, |_, _| Vote::Pass)),
        (
            "each statement one answer",
            of(40, 10, |_, statement| if statement < 5 { Vote::Agree } else { Vote::Disagree }),
        ),
    ];
    for (name, votes) in cases {
        let drawn = map(&votes, &Rules::default());
        assert!(drawn.groups.is_empty() && !drawn.notes.is_empty(), "{name}");
        assert!(all_finite(&drawn), "{name}");
        let given = votes.iter().map(|(person, ..)| (person, person as u32 % 2)).collect();
        assert!(all_finite(&map_with_groups(&votes, &Rules::default(), &given)), "{name}");
    }
    assert_eq!(map(&of(40, 10, |_, _| Vote::Agree), &Rules::default()).notes, [Note::AllAlike]);
    let split =
        map(&of(40, 10, |person, _| if person % 4 == 0 { Vote::Agree } else { Vote::Disagree }), &Rules::default());
    assert_eq!(split.groups.iter().map(|group| group.size).collect::<Vec<_>>(), [30, 10]);
    assert!(all_finite(&split));
}

#[test]
fn ids_are_text_in_json_since_numbers_end_before_them() {
    let mut votes = Votes::new();
    votes.add(u64::MAX, u64::MAX - 1, Vote::Agree).unwrap();
    let rules = Rules { meta: [u64::MAX - 2].into(), ..Rules::default() };
    let json = serde_json::to_value((map(&votes, &rules), &rules)).unwrap();
    assert_eq!(json[0]["participants"][0]["id"], "18446744073709551615");
    assert_eq!(json[0]["statements"][0]["id"], "18446744073709551614");
    assert_eq!(json[0]["notes"][0]["kind"], "too_few_statements");
    assert_eq!(json[1]["meta"][0], "18446744073709551613");
}

#[test]
fn rules_of_nothing_and_of_too_much_are_no_trouble() {
    let votes = planted(&[9, 9], 9, 9, 12);
    let nothing = Rules {
        votes: 0,
        people: 0,
        statements: 0,
        seen: 0,
        seen_in_group: 0,
        base_clusters: 0,
        most_groups: 0,
        listed: 0,
        ..Rules::default()
    };
    let much = usize::MAX;
    let much = Rules {
        votes: much,
        seen: much,
        seen_in_group: much,
        base_clusters: much,
        most_groups: much,
        listed: much,
        ..Rules::default()
    };
    for rules in [nothing, much] {
        assert!(all_finite(&map(&votes, &rules)));
        assert!(all_finite(&map(&Votes::new(), &rules)));
    }
}

#[test]
fn a_large_and_ragged_conversation_ends_soon() {
    // Many statements that one person each voted on, and many people with one vote each.
    let mut votes = planted(&[40, 40], 30, 5, 13);
    (0..2_000).for_each(|statement| votes.add(50_000 + statement % 7, 10_000 - statement, Vote::Disagree).unwrap());
    (0..4_000).for_each(|person| votes.add(100_000 + person, person % 30, Vote::Agree).unwrap());
    let drawn = map(&votes, &Rules::default());
    assert_eq!(drawn.participants.len(), 4_087);
    assert!(all_finite(&drawn));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_order_of_votes_means_nothing(seed in 0..1_000_u64, keys in prop::collection::vec(any::<u32>(), 40)) {
        let votes = planted(&[12, 9], 12, 7, seed);
        let mut told: Vec<_> = votes.iter().collect();
        let key = |place: usize| u64::from(keys[place % 40]).wrapping_mul(place as u64 | 1) % 1009;
        let mut order: Vec<usize> = (0..told.len()).collect();
        order.sort_by_key(|place| key(*place));
        told = order.into_iter().map(|place| told[place]).collect();
        let mut other = Votes::new();
        told.iter().for_each(|(person, statement, vote)| other.add(*person, *statement, *vote).unwrap());
        prop_assert_eq!(map(&votes, &Rules::default()), map(&other, &Rules::default()));
    }

    #[test]
    fn what_people_and_statements_are_called_means_nothing(seed in 0..1_000_u64, stride in 1..500_u64) {
        let votes = planted(&[14, 10, 12], 16, 8, seed);
        // 1009 is prime, so this only mixes up the order.
        let renamed = |id: u64| id * stride % 1009;
        let mut other = Votes::new();
        for (person, statement, vote) in votes.iter() {
            other.add(renamed(person), renamed(statement), vote).unwrap();
        }
        let (one, two) = (map(&votes, &Rules::default()), map(&other, &Rules::default()));
        let group = |person: &Participant| person.group.map_or(99, u64::from);
        let theirs: BTreeMap<u64, u64> = two.participants.iter().map(|person| (person.id, group(person))).collect();
        let both = one.participants.iter().map(|person| (group(person), theirs[&renamed(person.id)]));
        let index = adjusted_rand_index(both);
        prop_assert_eq!(index, 1.0);
        for statement in &one.statements {
            let at = two.statements.binary_search_by_key(&renamed(statement.id), |other| other.id).unwrap();
            let other = &two.statements[at];
            let apart = [statement.extremity - other.extremity, statement.priority - other.priority];
            prop_assert!(apart.iter().all(|apart| apart.abs() < 1e-6), "{:?}", apart);
        }
    }

    #[test]
    fn any_votes_give_a_map_of_numbers(told in prop::collection::vec((0..20_u64, 0..9_u64, -1..=1_i64), 0..200)) {
        let mut votes = Votes::new();
        for (person, statement, vote) in told {
            votes.add(person, statement, Vote::from_number(vote).unwrap()).unwrap();
        }
        let (moderated_out, meta) = ([3].into(), [4].into());
        let rules = Rules { people: 2, statements: 1, seen: 2, moderated_out, meta, ..Rules::default() };
        let drawn = map(&votes, &rules);
        prop_assert!(all_finite(&drawn));
        prop_assert!(drawn.explained.iter().sum::<f64>() <= 1.0 + 1e-9);
        let grouped = drawn.participants.iter().filter(|person| person.group.is_some()).count();
        prop_assert_eq!(drawn.groups.iter().map(|group| group.size).sum::<usize>(), grouped);
        prop_assert!(drawn.consensus.across_groups.iter().all(|agreed| agreed.tally.seen >= 2));
    }
}
