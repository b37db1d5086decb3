use crate::{
    feedback::{askers, item},
    person_merges::{AMINA, BAKER, join, merge, part, three},
    support::{NOW, body, identity, message, on_both, person, write},
};
use tertulia_model::{FeedbackId, IdentityId, MessageId, PersonId, UserId};
use tertulia_store::{
    evidence::{self, Evidence},
    feedback,
    messages::{self, NewMessage},
    people,
};

/// Somebody asks for an item with a message.
pub fn says(id: i64, item: i64, person: i64, message: i64) -> Evidence {
    Evidence { message_id: Some(MessageId(message)), note: String::new(), ..votes(id, item, person) }
}

/// It was noted on somebody's behalf.
pub fn votes(id: i64, item: i64, person: i64) -> Evidence {
    Evidence {
        id,
        given_to: FeedbackId(item),
        item_id: FeedbackId(item),
        message_id: None,
        person_id: Some(PersonId(person)),
        asks: true,
        note: "They said so at the counter.".to_owned(),
        given_by: UserId(1),
        given_at: NOW + id,
        asked_at: NOW + id,
    }
}

#[test]
fn evidence_is_added_found_by_what_it_is_of_and_taken_back() {
    on_both(async |mut db| {
        let theirs = NewMessage { person_id: Some(PersonId(10)), identity_id: Some(IdentityId(1)), ..message(7) };
        write!(db, |tx| {
            feedback::add(tx, &item(1)).await.unwrap();
            people::add_persons(tx, &[person(10, "Amina")]).await.unwrap();
            messages::add(tx, &[theirs]).await.unwrap();
            messages::add_bodies(tx, &[body(7)]).await.unwrap();
            for one in [says(1, 1, 10, 7), votes(2, 1, 10), Evidence { asks: false, ..says(3, 1, 11, 8) }] {
                evidence::add(tx, &one).await.unwrap();
            }
            feedback::recount(tx, &[FeedbackId(1)]).await.unwrap();
        });
        assert_eq!(askers(&mut db, 1).await, 1, "once however often, and who only speaks of it not at all");
        assert_eq!(evidence::get(&mut db, 1).await.unwrap(), Some(says(1, 1, 10, 7)));
        assert_eq!(evidence::count(&mut db, FeedbackId(1)).await.unwrap(), 3);
        let by_message = evidence::by_message(&mut db, FeedbackId(1), MessageId(7)).await.unwrap();
        assert_eq!(by_message, Some(says(1, 1, 10, 7)));
        assert_eq!(evidence::on_behalf(&mut db, FeedbackId(1), PersonId(10)).await.unwrap(), Some(votes(2, 1, 10)));
        assert_eq!(evidence::on_behalf(&mut db, FeedbackId(1), PersonId(11)).await.unwrap(), None);
        let rows = evidence::of_item(&mut db, FeedbackId(1), None, 9).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [3, 2, 1]);
        let said = &rows[2];
        assert_eq!((said.person_name.as_deref(), said.snippet.as_deref()), (Some("Amina"), Some("Where is 7")));
        let rest = evidence::of_item(&mut db, FeedbackId(1), Some((NOW + 2, 2)), 9).await.unwrap();
        assert_eq!(rest.iter().map(|row| row.id).collect::<Vec<_>>(), [1]);
        let places = evidence::of_messages(&mut db, &[MessageId(7), MessageId(9)]).await.unwrap();
        assert_eq!(
            places.iter().map(|place| (place.item_id.0, place.title.as_str())).collect::<Vec<_>>(),
            [(1, "Item 1")]
        );
        assert_eq!(evidence::of_person(&mut db, PersonId(10), 9).await.unwrap().len(), 2);
        write!(db, |tx| evidence::remove(tx, 2).await.unwrap());
        assert_eq!(evidence::count(&mut db, FeedbackId(1)).await.unwrap(), 2);
    });
}

#[test]
fn what_an_identity_said_goes_with_it_to_another_person_and_counts_once_there() {
    on_both(async |mut db| {
        let said = |n, identity| NewMessage {
            person_id: Some(PersonId(10)),
            identity_id: Some(IdentityId(identity)),
            ..message(n)
        };
        write!(db, |tx| {
            feedback::add(tx, &item(1)).await.unwrap();
            people::add_persons(tx, &[person(10, "Amina"), person(11, "A. Yusuf")]).await.unwrap();
            people::add_identities(tx, &[identity(1, 10, "a"), identity(2, 10, "b"), identity(3, 11, "c")])
                .await
                .unwrap();
            messages::add(tx, &[said(7, 1), said(8, 2)]).await.unwrap();
            for one in [says(1, 1, 10, 7), says(2, 1, 10, 8), votes(3, 1, 10), votes(4, 1, 11)] {
                evidence::add(tx, &one).await.unwrap();
            }
            assert_eq!(
                evidence::follow_identity(tx, PersonId(10), IdentityId(9), PersonId(11)).await.unwrap(),
                [],
                "nothing of it"
            );
            people::link(tx, 1, IdentityId(1), PersonId(11), "the same hand", 1.0, NOW).await.unwrap();
        });
        assert_eq!(askers(&mut db, 1).await, 2);
        assert_eq!(evidence::get(&mut db, 1).await.unwrap().unwrap().person_id, Some(PersonId(11)));
        assert_eq!(evidence::get(&mut db, 3).await.unwrap().unwrap().person_id, Some(PersonId(10)));
        write!(db, |tx| people::link(tx, 2, IdentityId(2), PersonId(11), "the same hand", 1.0, NOW).await.unwrap());
        assert_eq!(askers(&mut db, 1).await, 1, "who is nobody without it goes along");
    });
}

#[test]
fn who_is_forgotten_is_taken_out_and_the_count_goes_down() {
    on_both(async |mut db| {
        write!(db, |tx| {
            feedback::add(tx, &item(1)).await.unwrap();
            feedback::add(tx, &item(2)).await.unwrap();
            for one in [says(1, 1, 10, 7), votes(2, 1, 10), votes(3, 1, 11), votes(4, 2, 11)] {
                evidence::add(tx, &one).await.unwrap();
            }
            feedback::recount(tx, &[1, 2].map(FeedbackId)).await.unwrap();
            assert_eq!(evidence::askers_of(tx, &[1, 2].map(FeedbackId)).await.unwrap(), 2);
            let (gone, items) = evidence::forget_person(tx, PersonId(10)).await.unwrap();
            assert_eq!((gone, items.as_slice()), (2, [FeedbackId(1)].as_slice()));
            feedback::recount(tx, &items).await.unwrap();
        });
        assert_eq!((askers(&mut db, 1).await, askers(&mut db, 2).await), (1, 1));
    });
}

#[test]
fn what_two_ask_for_is_asked_by_one_until_they_are_parted() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            feedback::add(tx, &item(1)).await.unwrap();
            feedback::add(tx, &item(2)).await.unwrap();
            for one in [says(1, 1, 1, 1), says(2, 1, 2, 2), votes(3, 2, 1), votes(4, 2, 2)] {
                evidence::add(tx, &one).await.unwrap();
            }
            feedback::recount(tx, &[1, 2].map(FeedbackId)).await.unwrap();
        });
        assert_eq!((askers(&mut db, 1).await, askers(&mut db, 2).await), (2, 2));
        join(&db, &merge(11, BAKER, AMINA)).await;
        assert_eq!((askers(&mut db, 1).await, askers(&mut db, 2).await), (1, 1));
        assert_eq!(evidence::of_person(&mut db, AMINA, 9).await.unwrap().len(), 4);
        part(&db, 11).await;
        assert_eq!((askers(&mut db, 1).await, askers(&mut db, 2).await), (2, 2));
        for (id, whose) in [(1, AMINA), (2, BAKER), (3, AMINA), (4, BAKER)] {
            assert_eq!(evidence::get(&mut db, id).await.unwrap().unwrap().person_id, Some(whose), "{id}");
        }
    });
}

#[test]
fn what_a_person_asked_for_thrice_stands_once_and_what_they_spoke_of_later_hides_nothing() {
    on_both(async |mut db| {
        let speaks = |id, item, message| Evidence { asks: false, ..says(id, item, 10, message) };
        write!(db, |tx| {
            for n in 1..=3 {
                feedback::add(tx, &item(n)).await.unwrap();
            }
            let all = [
                says(1, 1, 10, 1),
                says(2, 1, 10, 2),
                says(3, 2, 10, 3),
                speaks(4, 2, 4),
                speaks(5, 3, 5),
                speaks(6, 3, 6),
                says(7, 3, 11, 7),
            ];
            for one in all {
                evidence::add(tx, &one).await.unwrap();
            }
        });
        let mut found = Vec::new();
        for or_spoke in [false, true] {
            let items = evidence::items_of_person(&mut db, PersonId(10), or_spoke, 9).await.unwrap();
            found.push(items.iter().map(|one| (one.item_id.0, one.message_id, one.asks)).collect::<Vec<_>>());
        }
        let asked = [(2, Some(MessageId(3)), true), (1, Some(MessageId(2)), true)];
        assert_eq!(found[0], asked);
        assert_eq!(found[1], [[(3, Some(MessageId(6)), false)].as_slice(), &asked].concat());
        assert_eq!(evidence::items_of_person(&mut db, PersonId(10), true, 1).await.unwrap().len(), 1);
    });
}
