use crate::{
    deliveries::delivery,
    support::{NOW, identity, on_both, person, write},
};
use std::collections::BTreeMap;
use tertulia_model::{DeliveryId, DeliveryState, IdentityId, PersonId, UserId};
use tertulia_store::{
    Db, deliveries,
    erasing::Counts,
    identity_questions::{self, Question},
    people,
    suggestions::{self, Suggestion},
};

const BOTH: (PersonId, PersonId) = (PersonId(1), PersonId(2));

fn question(id: i64, asked: i64, other: i64) -> Question {
    Question {
        id,
        asked_id: IdentityId(asked),
        other_id: IdentityId(other),
        sent_key: format!("key{id}"),
        token_hash: vec![id.unsigned_abs() as u8; 32],
        by_user: UserId(1),
        asked_at: NOW + id,
        answer: None,
        answered_at: None,
    }
}

/// Three persons, each with an identity of the same number; 3 has another one, 4.
async fn three(db: &Db) {
    write!(db, |tx| {
        people::add_persons(tx, &[person(1, "Amina"), person(2, "A. Youssef"), person(3, "Bo")]).await.unwrap();
        let all = [identity(1, 1, "a"), identity(2, 2, "b"), identity(3, 3, "c"), identity(4, 3, "d")];
        people::add_identities(tx, &all).await.unwrap();
    });
}

#[test]
fn a_question_is_found_by_its_link_alone_and_what_is_said_first_holds() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            identity_questions::add(tx, &question(1, 1, 2)).await.unwrap();
            identity_questions::add(tx, &question(2, 1, 3)).await.unwrap();
        });
        assert_eq!(identity_questions::by_token(&mut db, &[1; 32]).await.unwrap(), Some(question(1, 1, 2)));
        assert_eq!(identity_questions::by_token(&mut db, &[9; 32]).await.unwrap(), None);
        write!(db, |tx| {
            assert!(identity_questions::answer(tx, 1, "no", NOW + 5).await.unwrap());
            assert!(!identity_questions::answer(tx, 1, "yes", NOW + 6).await.unwrap());
            identity_questions::remove(tx, 2).await.unwrap();
        });
        let said = identity_questions::by_token(&mut db, &[1; 32]).await.unwrap().unwrap();
        assert_eq!((said.answer.as_deref(), said.answered_at), (Some("no"), Some(NOW + 5)));
        assert_eq!(identity_questions::by_token(&mut db, &[2; 32]).await.unwrap(), None);
        let mut counts: Counts = BTreeMap::new();
        write!(db, |tx| people::forget(tx, PersonId(2), &mut counts).await.unwrap());
        assert_eq!(counts["identity_questions"], 1, "whoever was asked about is gone");
    });
}

#[test]
fn what_was_asked_of_two_is_told_with_what_became_of_the_message_and_what_never_left_does_not_count() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            for one in [question(1, 1, 2), question(2, 2, 1), question(3, 1, 3), question(4, 1, 2)] {
                identity_questions::add(tx, &one).await.unwrap();
            }
            deliveries::add(tx, &delivery(1)).await.unwrap();
            deliveries::add(tx, &delivery(2)).await.unwrap();
            deliveries::add(tx, &delivery(9)).await.unwrap();
            let (from, to) = ([DeliveryState::Queued], DeliveryState::Withdrawn);
            deliveries::set_state(tx, DeliveryId(1), &from, to, None, NOW).await.unwrap();
        });
        let told = identity_questions::between(&mut db, BOTH).await.unwrap();
        let told: Vec<_> = told.iter().map(|one| (one.id, one.handle.as_str(), one.state.as_deref())).collect();
        assert_eq!(told, [(4, "a", None), (2, "b", Some("queued")), (1, "a", Some("withdrawn"))]);
        let of_one = identity_questions::of_person(&mut db, PersonId(1)).await.unwrap();
        assert_eq!(of_one.iter().map(|one| one.id).collect::<Vec<_>>(), [1, 3, 4]);
        for (id, asks) in [(1, true), (2, true), (9, false)] {
            assert_eq!(identity_questions::is_asked_by(&mut db, DeliveryId(id)).await.unwrap(), asks, "{id}");
        }
        let since = async |db: &mut Db, person, since, pending| {
            identity_questions::asked_since(db, PersonId(person), (since, pending)).await.unwrap()
        };
        assert_eq!(since(&mut db, 1, NOW, NOW + 3).await, 1, "one may be leaving now");
        assert_eq!(since(&mut db, 1, NOW, NOW + 9).await, 0);
        assert_eq!((since(&mut db, 2, NOW, NOW + 9).await, since(&mut db, 2, NOW + 2, NOW + 9).await), (1, 0));
        write!(db, |tx| {
            identity_questions::add(tx, &question(5, 3, 1)).await.unwrap();
            identity_questions::add(tx, &question(6, 4, 2)).await.unwrap();
        });
        assert_eq!(since(&mut db, 3, NOW, NOW).await, 2, "it is one person, from wherever they write");
    });
}

#[test]
fn what_each_says_when_asked_is_no_address_that_was_confirmed() {
    on_both(async |mut db| {
        three(&db).await;
        let likely = Suggestion {
            first_id: IdentityId(1),
            second_id: IdentityId(2),
            probability: 0.999,
            reasons: "[]".to_owned(),
            found_at: NOW,
        };
        write!(db, |tx| {
            suggestions::put(tx, &likely).await.unwrap();
            for one in [question(1, 1, 2), question(2, 2, 1)] {
                identity_questions::add(tx, &one).await.unwrap();
                assert!(identity_questions::answer(tx, one.id, "yes", NOW).await.unwrap());
            }
        });
        assert_eq!(suggestions::confirmed(&mut db, 0.9, None, 9).await.unwrap(), []);
        let said = identity_questions::between(&mut db, BOTH).await.unwrap();
        assert_eq!(said.iter().map(|one| one.person_id).collect::<Vec<_>>(), [PersonId(2), PersonId(1)]);
    });
}
