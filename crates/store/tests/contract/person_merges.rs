//! Persons who are one, and are parted again.

use crate::support::{NOW, conversation, identity, message, on_both, person, user, write};
use tertulia_model::{ConversationId, IdentityId, PersonId, Role, UserId};
use tertulia_store::{
    Db, Sql,
    conversations::{self, Conversation},
    messages::{self, NewMessage},
    mutes::{self, Mute},
    people,
    person_merges::{self, Merge},
    reading,
    suggestions::{self, Suggestion},
};

pub const INES: UserId = UserId(1);
pub const AMINA: PersonId = PersonId(1);
pub const BAKER: PersonId = PersonId(2);
pub const CAFE: PersonId = PersonId(3);

pub fn merge(id: i64, from: PersonId, into: PersonId) -> Merge {
    Merge {
        id,
        from_id: from,
        into_id: into,
        evidence: "the same address".to_owned(),
        confidence: 0.99,
        by_user: INES,
        at: NOW + id,
        name_before: format!("Person {into}"),
        name_after: "Amina".to_owned(),
        is_automatic: id % 2 == 1,
        undone_at: None,
    }
}

/// What an identity said in a conversation, while it stands with a person.
pub fn said(n: i64, by: i64, person: PersonId, held: i64) -> NewMessage {
    NewMessage {
        identity_id: Some(IdentityId(by)),
        person_id: Some(person),
        conversation_id: Some(ConversationId(held)),
        ..message(n)
    }
}

pub fn held(n: i64, person: PersonId) -> Conversation {
    Conversation { person_id: Some(person), ..conversation(n) }
}

/// Each of three has an identity, a message and a conversation of the same number.
pub async fn three(db: &Db) {
    write!(db, |tx| {
        users::add(tx).await;
        let all = [person(1, "Person 1"), person(2, "Person 2"), person(3, "Person 3")];
        people::add_persons(tx, &all).await.unwrap();
        people::add_identities(tx, &[identity(1, 1, "a"), identity(2, 2, "b"), identity(3, 3, "c")]).await.unwrap();
        messages::add(tx, &[said(1, 1, AMINA, 1), said(2, 2, BAKER, 2), said(3, 3, CAFE, 3)]).await.unwrap();
        conversations::put(tx, &[held(1, AMINA), held(2, BAKER), held(3, CAFE)]).await.unwrap();
    });
}

mod users {
    use super::{INES, Role, user};
    use tertulia_store::{Tx, users};

    pub async fn add(tx: &mut Tx) {
        users::add(tx, &user(INES.0, "ines@example.org", Role::Agent)).await.unwrap();
    }
}

pub async fn wrote(db: &mut Db, id: PersonId) -> Vec<i64> {
    reading::person(db, id, None, 10).await.unwrap().into_iter().map(|m| m.id.0).collect()
}

pub async fn whose(db: &mut Db) -> Vec<Option<PersonId>> {
    let all = (1..=5).map(ConversationId).collect();
    conversations::get_many(db, all).await.unwrap().into_iter().map(|c| c.person_id).collect()
}

pub async fn join(db: &Db, merge: &Merge) {
    write!(db, |tx| person_merges::join(tx, merge).await.unwrap());
}

pub async fn part(db: &Db, id: i64) -> PersonId {
    write!(db, |tx| {
        let merge = person_merges::get(tx, id).await.unwrap().unwrap();
        let held = person_merges::part_of(tx, merge.from_id).await.unwrap().unwrap();
        person_merges::part(tx, &merge, held, (INES, NOW + 1_000)).await.unwrap();
        held
    })
}

#[test]
fn what_two_said_is_ones_until_they_are_parted_and_what_came_since_goes_where_it_belongs() {
    on_both(async |mut db| {
        three(&db).await;
        join(&db, &merge(10, BAKER, AMINA)).await;
        assert_eq!((wrote(&mut db, AMINA).await, wrote(&mut db, BAKER).await), (vec![2, 1], vec![]));
        assert_eq!(whose(&mut db).await, [Some(AMINA), Some(AMINA), Some(CAFE)]);
        assert_eq!(person_merges::part_of(&mut db, BAKER).await.unwrap(), Some(AMINA));
        assert_eq!(person_merges::of(&mut db, BAKER).await.unwrap().unwrap().id, 10);
        let parts = person_merges::parts(&mut db, AMINA, 9).await.unwrap();
        assert_eq!((parts.len(), parts[0].from_id, parts[0].name.as_str()), (1, BAKER, "Person 2"));
        assert_eq!((parts[0].id, parts[0].confidence, parts[0].at), (10, 0.99, NOW + 10));
        // Both go on to write; one of them begins something, and they meet in one conversation.
        write!(db, |tx| {
            let all = [said(4, 2, AMINA, 4), said(5, 1, AMINA, 5), said(6, 2, AMINA, 5)];
            messages::add(tx, &all).await.unwrap();
            conversations::put(tx, &[held(4, AMINA), held(5, AMINA)]).await.unwrap();
        });
        assert_eq!(part(&db, 10).await, AMINA);
        assert_eq!((wrote(&mut db, AMINA).await, wrote(&mut db, BAKER).await), (vec![5, 1], vec![6, 4, 2]));
        let expected = [AMINA, BAKER, CAFE, BAKER, AMINA].map(Some);
        assert_eq!(whose(&mut db).await, expected, "where both spoke it stays with whom it was");
        assert_eq!(person_merges::of(&mut db, BAKER).await.unwrap(), None);
        assert_eq!(person_merges::get(&mut db, 10).await.unwrap().unwrap().undone_at, Some(NOW + 1_000));
        let names: Vec<_> = people::list(&mut db, None, None, 9).await.unwrap().into_iter().map(|p| p.name).collect();
        assert_eq!(names, ["Person 3", "Person 2", "Person 1"]);
    });
}

#[test]
fn one_who_is_part_of_another_is_found_by_either_name_and_listed_once() {
    on_both(async |mut db| {
        three(&db).await;
        join(&db, &merge(10, BAKER, AMINA)).await;
        let found = async |db: &mut Db, like| {
            let rows = people::list(db, like, None, 9).await.unwrap();
            rows.into_iter().map(|row| (row.id, row.name, row.messages)).collect::<Vec<_>>()
        };
        let mut names = people::names(&mut db, AMINA).await.unwrap();
        names.sort();
        assert_eq!(names, ["Amina", "Person 1", "Person 2"]);
        let amina = (AMINA, "Amina".to_owned(), 2);
        assert_eq!(found(&mut db, Some("person 2")).await, std::slice::from_ref(&amina));
        assert_eq!(found(&mut db, None).await, [(CAFE, "Person 3".to_owned(), 1), amina]);
        assert_eq!(people::messages(&mut db, AMINA).await.unwrap(), 2);
        assert_eq!(conversations::of_person(&mut db, AMINA, 9).await.unwrap().len(), 2);
    });
}

#[test]
fn merges_in_a_row_are_undone_in_any_order() {
    on_both(async |mut db| {
        for order in [[10, 11], [11, 10]] {
            let db_ = &db;
            if order[0] == 10 {
                three(db_).await;
            }
            join(db_, &merge(10, BAKER, AMINA)).await;
            join(db_, &merge(11, AMINA, CAFE)).await;
            assert_eq!(wrote(&mut db, CAFE).await, [3, 2, 1]);
            assert_eq!(person_merges::part_of(&mut db, BAKER).await.unwrap(), Some(CAFE));
            assert_eq!(person_merges::parts(&mut db, CAFE, 9).await.unwrap().len(), 2);
            part(&db, order[0]).await;
            let (first, still) = if order[0] == 10 { (BAKER, AMINA) } else { (AMINA, BAKER) };
            assert_eq!(person_merges::part_of(&mut db, first).await.unwrap(), None);
            let with = if order[0] == 10 { CAFE } else { AMINA };
            assert_eq!(person_merges::part_of(&mut db, still).await.unwrap(), Some(with), "{order:?}");
            part(&db, order[1]).await;
            let each = [wrote(&mut db, AMINA).await, wrote(&mut db, BAKER).await, wrote(&mut db, CAFE).await];
            assert_eq!(each, [[1], [2], [3]], "{order:?}");
            assert_eq!(whose(&mut db).await, [Some(AMINA), Some(BAKER), Some(CAFE)], "{order:?}");
            write!(db, |tx| tx.run("DELETE FROM person_merges", vec![]).await.unwrap());
        }
    });
}

#[test]
fn that_two_are_not_the_same_is_remembered_of_whoever_they_are_part_of() {
    on_both(async |mut db| {
        three(&db).await;
        let decide = async |db: &Db, what| {
            write!(db, |tx| person_merges::decide(tx, (CAFE, BAKER), what, (INES, NOW)).await.unwrap());
        };
        decide(&db, Some("apart")).await;
        decide(&db, Some("apart")).await;
        assert_eq!(person_merges::apart_from(&mut db, BAKER).await.unwrap(), [CAFE]);
        join(&db, &merge(10, BAKER, AMINA)).await;
        assert_eq!(person_merges::apart_from(&mut db, AMINA).await.unwrap(), [CAFE]);
        assert_eq!(person_merges::apart_from(&mut db, CAFE).await.unwrap(), [AMINA]);
        decide(&db, None).await;
        assert_eq!(person_merges::apart_from(&mut db, AMINA).await.unwrap(), []);
    });
}

#[test]
fn who_is_erased_leaves_no_merge_and_no_one_who_was_part_of_them() {
    on_both(async |mut db| {
        three(&db).await;
        join(&db, &merge(10, BAKER, AMINA)).await;
        write!(db, |tx| {
            person_merges::decide(tx, (AMINA, CAFE), Some("apart"), (INES, NOW)).await.unwrap();
            people::forget(tx, AMINA, &mut Default::default()).await.unwrap();
        });
        assert_eq!(people::get(&mut db, BAKER).await.unwrap(), None);
        assert_eq!(person_merges::get(&mut db, 10).await.unwrap(), None);
        assert_eq!(person_merges::apart_from(&mut db, CAFE).await.unwrap(), []);
        let left = db.number("SELECT COUNT(*) FROM person_merge_parts", vec![]).await.unwrap();
        assert_eq!(left, 0);
    });
}

#[test]
fn merges_that_stand_are_listed_with_whom_they_are_part_of_by_now() {
    on_both(async |mut db| {
        three(&db).await;
        join(&db, &merge(10, BAKER, AMINA)).await;
        join(&db, &merge(11, AMINA, CAFE)).await;
        let listed = async |db: &mut Db, before, only, limit| {
            let found = person_merges::standing(db, before, only, limit).await.unwrap();
            found.into_iter().map(|one| (one.id, one.from_id, one.into_id, one.into_name)).collect::<Vec<_>>()
        };
        let (late, early) = ((11, AMINA, CAFE, "Amina".to_owned()), (10, BAKER, CAFE, "Amina".to_owned()));
        assert_eq!(listed(&mut db, i64::MAX, false, 9).await, [late.clone(), early.clone()]);
        assert_eq!(listed(&mut db, i64::MAX, false, 1).await, std::slice::from_ref(&late));
        assert_eq!(listed(&mut db, 11, false, 9).await, [early]);
        assert_eq!(listed(&mut db, i64::MAX, true, 9).await, [late]);
        part(&db, 11).await;
        assert_eq!(listed(&mut db, i64::MAX, false, 9).await.len(), 1);
    });
}

#[test]
fn answers_and_links_go_along_and_come_back() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            tx.run(
                "INSERT INTO survey_answers (message_id, survey, question, scale, score, attributes, at, person_id) \
                 VALUES (2, 's', 'q', 'stars', 4, '{}', 1, 2)",
                vec![],
            )
            .await
            .unwrap();
            people::link(tx, 90, IdentityId(2), BAKER, "confirmed by mail", 1.0, NOW).await.unwrap();
        });
        let whose = async |db: &mut Db| {
            let answers = db.number("SELECT person_id FROM survey_answers", vec![]).await.unwrap();
            (answers, people::links(db, AMINA).await.unwrap().len(), people::links(db, BAKER).await.unwrap().len())
        };
        join(&db, &merge(10, BAKER, AMINA)).await;
        assert_eq!(whose(&mut db).await, (1, 1, 0));
        part(&db, 10).await;
        assert_eq!(whose(&mut db).await, (2, 0, 1));
    });
}

#[test]
fn who_was_parted_and_is_part_of_another_by_now_stays_there_when_the_rest_is_undone() {
    on_both(async |mut db| {
        three(&db).await;
        join(&db, &merge(10, BAKER, AMINA)).await;
        join(&db, &merge(11, AMINA, CAFE)).await;
        part(&db, 10).await;
        join(&db, &merge(12, BAKER, CAFE)).await;
        part(&db, 11).await;
        let each = [wrote(&mut db, AMINA).await, wrote(&mut db, BAKER).await, wrote(&mut db, CAFE).await];
        assert_eq!(each, [vec![1], vec![], vec![3, 2]]);
        assert_eq!(person_merges::holder(&mut db, BAKER).await.unwrap(), CAFE);
        assert_eq!(person_merges::standing_for(&mut db, BAKER).await.unwrap().unwrap().id, CAFE);
        part(&db, 12).await;
        let each = [wrote(&mut db, AMINA).await, wrote(&mut db, BAKER).await, wrote(&mut db, CAFE).await];
        assert_eq!(each, [[1], [2], [3]]);
        assert_eq!(whose(&mut db).await, [Some(AMINA), Some(BAKER), Some(CAFE)]);
        assert_eq!(person_merges::standing_for(&mut db, PersonId(99)).await.unwrap(), None);
    });
}

#[test]
fn names_come_back_in_whichever_order_merges_are_undone() {
    on_both(async |mut db| {
        for order in [[10, 11], [11, 10]] {
            if order[0] == 10 {
                three(&db).await;
            }
            let named = |id, from, before: &str, after: &str| Merge {
                name_before: before.to_owned(),
                name_after: after.to_owned(),
                ..merge(id, from, AMINA)
            };
            join(&db, &named(10, BAKER, "Person 1", "One of two")).await;
            join(&db, &named(11, CAFE, "One of two", "One of three")).await;
            let found = people::list(&mut db, Some("one of two"), None, 9).await.unwrap();
            assert_eq!(found.len(), 1, "by what they were called before");
            part(&db, order[0]).await;
            part(&db, order[1]).await;
            assert_eq!(people::get(&mut db, AMINA).await.unwrap().unwrap().name, "Person 1", "{order:?}");
            write!(db, |tx| tx.run("DELETE FROM person_merges", vec![]).await.unwrap());
        }
    });
}

#[test]
fn an_address_that_came_later_goes_with_the_one_that_proved_it() {
    on_both(async |mut db| {
        three(&db).await;
        join(&db, &merge(10, BAKER, AMINA)).await;
        write!(db, |tx| {
            people::add_identities(tx, &[identity(4, 1, "later")]).await.unwrap();
            person_merges::goes_with(tx, IdentityId(4), IdentityId(2)).await.unwrap();
            person_merges::goes_with(tx, IdentityId(4), IdentityId(2)).await.unwrap();
        });
        part(&db, 10).await;
        let of = people::identities(&mut db, BAKER).await.unwrap();
        assert_eq!(of.iter().map(|one| one.id.0).collect::<Vec<_>>(), [2, 4]);
    });
}

#[test]
fn a_merge_that_left_the_name_as_it_was_has_named_nobody() {
    on_both(async |mut db| {
        three(&db).await;
        let named = |id, from, before: &str, after: &str| Merge {
            name_before: before.to_owned(),
            name_after: after.to_owned(),
            ..merge(id, from, AMINA)
        };
        let called = async |db: &mut Db| people::get(db, AMINA).await.unwrap().unwrap().name;
        join(&db, &named(10, BAKER, "Person 1", "Both")).await;
        join(&db, &named(11, CAFE, "Both", "Both")).await;
        part(&db, 10).await;
        assert_eq!(called(&mut db).await, "Person 1", "the one that is undone gave that name");
        part(&db, 11).await;
        assert_eq!(called(&mut db).await, "Person 1");
        // What is undone first left the name as it was: whoever is called so since stays so.
        join(&db, &named(12, BAKER, "Person 1", "Person 1")).await;
        join(&db, &named(13, CAFE, "Person 1", "Both")).await;
        part(&db, 12).await;
        assert_eq!(called(&mut db).await, "Both");
        part(&db, 13).await;
        assert_eq!(called(&mut db).await, "Person 1");
    });
}

#[test]
fn a_name_that_comes_while_two_are_one_is_known_when_they_are_two() {
    on_both(async |mut db| {
        three(&db).await;
        join(&db, &merge(10, BAKER, AMINA)).await;
        write!(db, |tx| {
            person_merges::learn_name(tx, IdentityId(2), ("Person 2", "Bo Lindqvist")).await.unwrap();
            person_merges::learn_name(tx, IdentityId(1), ("Person 1", "Amina Youssef")).await.unwrap();
            person_merges::learn_name(tx, IdentityId(3), ("Person 1", "Nobody of them")).await.unwrap();
        });
        let called = async |db: &mut Db, id| people::get(db, id).await.unwrap().unwrap().name;
        assert_eq!(called(&mut db, AMINA).await, "Amina", "as they were named when they became one");
        part(&db, 10).await;
        let names = [called(&mut db, AMINA).await, called(&mut db, BAKER).await, called(&mut db, CAFE).await];
        assert_eq!(names, ["Amina Youssef", "Bo Lindqvist", "Person 3"]);
    });
}

#[test]
fn whoever_is_shown_again_while_they_are_one_stays_so_when_they_are_two() {
    on_both(async |mut db| {
        three(&db).await;
        let mute = |id, monitor, of: PersonId| Mute {
            id,
            monitor_id: monitor,
            kind: "person".to_owned(),
            subject_id: of.0,
            created_by: INES,
            created_at: NOW,
        };
        write!(db, |tx| {
            for one in [mute(60, 7, BAKER), mute(61, 7, AMINA), mute(62, 8, BAKER), mute(63, 8, AMINA)] {
                mutes::add(tx, &one).await.unwrap();
            }
        });
        join(&db, &merge(10, BAKER, AMINA)).await;
        write!(db, |tx| mutes::remove(tx, 61).await.unwrap());
        part(&db, 10).await;
        let muted = async |db: &mut Db, monitor| {
            let all = mutes::of_monitor(db, tertulia_model::MonitorId(monitor)).await.unwrap();
            all.into_iter().map(|mute| (mute.id, mute.subject_id)).collect::<Vec<_>>()
        };
        assert_eq!((muted(&mut db, 7).await, muted(&mut db, 8).await), (vec![], vec![(63, 1), (62, 2)]));
    });
}

#[test]
fn what_was_suggested_of_two_goes_when_they_are_one_and_they_are_looked_at_anew_when_they_are_two() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            for (first, second) in [(1, 2), (1, 3), (2, 3)] {
                let suggestion = Suggestion {
                    first_id: IdentityId(first),
                    second_id: IdentityId(second),
                    probability: 0.9,
                    reasons: "[]".to_owned(),
                    found_at: NOW,
                };
                suggestions::put(tx, &suggestion).await.unwrap();
            }
            for identity in [1, 2, 3] {
                tx.run("UPDATE identities SET keys_version = 5 WHERE id = $1", vec![identity.into()]).await.unwrap();
            }
        });
        let left = async |db: &mut Db| {
            let all = suggestions::after(db, (IdentityId(0), IdentityId(0)), 9).await.unwrap();
            all.into_iter().map(|one| (one.first_id.0, one.second_id.0)).collect::<Vec<_>>()
        };
        join(&db, &merge(10, BAKER, AMINA)).await;
        assert_eq!(left(&mut db).await, [(1, 3), (2, 3)]);
        assert!(!suggestions::any_unkeyed(&mut db, 5).await.unwrap());
        part(&db, 10).await;
        let anew = suggestions::unkeyed(&mut db, 5, 9).await.unwrap();
        assert_eq!(anew.iter().map(|identity| identity.id.0).collect::<Vec<_>>(), [2]);
    });
}
