use crate::{
    customers::{customer, stage},
    support::{NOW, conversation, on_both, write},
};
use tertulia_model::{ConversationId, PersonId, UserId};
use tertulia_store::{
    StoreError, conversations,
    customers::{self, Customer},
    evidence::{self, Evidence},
    feedback, listing,
    organisations::{self, Organisation},
};

const ME: UserId = UserId(7);

fn organisation(id: i64, name: &str) -> Organisation {
    Organisation {
        id,
        name: name.to_owned(),
        name_folded: name.to_lowercase(),
        merged_into: None,
        merged_at: None,
        root_id: id,
        created_at: NOW,
    }
}

#[test]
fn who_belongs_to_one_is_known_by_a_list_or_by_a_member() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            organisations::add(tx, &[organisation(20, "Bean")]).await.unwrap();
            customers::put(tx, &Customer { organisation_id: Some(20), ..customer(1) }).await.unwrap();
            customers::put(tx, &Customer { organisation_id: Some(20), ..customer(2) }).await.unwrap();
            assert!(organisations::put_in(tx, 20, PersonId(11), (ME, NOW)).await.unwrap());
            assert!(!organisations::put_in(tx, 20, PersonId(11), (ME, NOW)).await.unwrap());
        });
        let people = organisations::people(&mut db, 20, PersonId(0), 9).await.unwrap();
        let told: Vec<_> = people.iter().map(|one| (one.id.0, one.by_hand)).collect();
        assert_eq!(told, [(10, false), (11, true)]);
        assert_eq!(organisations::people(&mut db, 20, PersonId(10), 9).await.unwrap().len(), 1);
        assert_eq!(organisations::counts(&mut db, 20).await.unwrap(), (2, 2));
        let silent = customers::of_organisation(&mut db, 20, 0, 9).await.unwrap();
        assert_eq!(silent.iter().map(|row| row.id).collect::<Vec<_>>(), [2], "the other has written");
        assert_eq!(customers::of_organisation(&mut db, 20, 2, 9).await.unwrap(), []);
        assert_eq!(organisations::of_person(&mut db, PersonId(10)).await.unwrap()[0].name, "Bean");
        write!(db, |tx| {
            assert_eq!(organisations::take_out(tx, 20, PersonId(11)).await.unwrap(), 1);
            assert_eq!(organisations::take_out(tx, 20, PersonId(10)).await.unwrap(), 0, "a list says so");
        });
        assert_eq!(organisations::of_person(&mut db, PersonId(11)).await.unwrap(), []);
    });
}

#[test]
fn two_that_are_one_are_found_by_either_name_and_parted_with_what_was_theirs() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            let all = [organisation(20, "Bean"), organisation(21, "Bean Ltd"), organisation(22, "Old Bean")];
            organisations::add(tx, &all).await.unwrap();
            customers::put(tx, &Customer { organisation_id: Some(22), ..customer(1) }).await.unwrap();
            organisations::merge(tx, (22, 21), (ME, NOW)).await.unwrap();
            assert_eq!(organisations::get_to_change(tx, &[21, 20, 21]).await.unwrap().len(), 2);
            organisations::merge(tx, (21, 20), (ME, NOW + 1)).await.unwrap();
        });
        let ids = |all: Vec<Organisation>| all.into_iter().map(|one| one.id).collect::<Vec<_>>();
        assert_eq!(ids(organisations::list(&mut db, Some("old"), None, 9).await.unwrap()), [20]);
        assert_eq!(ids(organisations::list(&mut db, None, Some(20), 9).await.unwrap()), [] as [i64; 0]);
        assert_eq!(organisations::counts(&mut db, 20).await.unwrap(), (1, 1));
        assert_eq!(ids(organisations::parts(&mut db, 20, 9).await.unwrap()), [21, 22]);
        assert_eq!(organisations::named(&mut db, &["old bean".to_owned()]).await.unwrap()[0].root_id, 20);
        write!(db, |tx| assert_eq!(organisations::part(tx, 21).await.unwrap(), Some(20)));
        assert_eq!(
            organisations::get(&mut db, 22).await.unwrap().unwrap().root_id,
            21,
            "what was part of it goes along"
        );
        assert_eq!(organisations::counts(&mut db, 20).await.unwrap(), (0, 0));
        assert_eq!(organisations::counts(&mut db, 21).await.unwrap(), (1, 1));
        write!(db, |tx| assert_eq!(organisations::part(tx, 21).await.unwrap(), None));
        let mut tx = db.begin().await.unwrap();
        let taken = organisations::rename(&mut tx, 20, "Old bean", "old bean").await;
        assert!(matches!(taken, Err(StoreError::Conflict)), "{taken:?}");
    });
}

#[test]
fn what_one_was_called_before_is_known_until_another_is_called_so() {
    on_both(async |mut db| {
        write!(db, |tx| {
            organisations::add(tx, &[organisation(20, "Bean"), organisation(21, "Pod")]).await.unwrap();
            organisations::rename(tx, 20, "Coffee", "coffee").await.unwrap();
            organisations::keep_name(tx, 20, "Bean", "bean").await.unwrap();
            organisations::keep_name(tx, 20, "BEAN", "bean").await.unwrap();
        });
        let before = async |db: &mut _, name: &str| organisations::once_named(db, &[name.to_owned()]).await.unwrap();
        assert_eq!(before(&mut db, "bean").await, [("bean".to_owned(), 20)]);
        assert_eq!(organisations::names_before(&mut db, 20).await.unwrap(), ["BEAN"]);
        assert_eq!(organisations::list(&mut db, Some("bea"), None, 9).await.unwrap()[0].id, 20);
        write!(db, |tx| organisations::rename(tx, 21, "Bean", "bean").await.unwrap());
        assert_eq!(before(&mut db, "bean").await, [], "another is called so now");
        write!(db, |tx| {
            organisations::keep_name(tx, 21, "Pod", "pod").await.unwrap();
            organisations::forget_name(tx, "pod").await.unwrap();
        });
        assert_eq!(before(&mut db, "pod").await, []);
    });
}

#[test]
fn what_its_people_said_and_asked_for_stands_with_it() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            organisations::add(tx, &[organisation(20, "Bean")]).await.unwrap();
            organisations::put_in(tx, 20, PersonId(11), (ME, NOW)).await.unwrap();
            let theirs = conversations::Conversation { person_id: Some(PersonId(11)), ..conversation(2) };
            conversations::put(tx, &[conversation(1), theirs]).await.unwrap();
            feedback::add(tx, &crate::feedback::item(1)).await.unwrap();
            evidence::add(tx, &asks(1, 11)).await.unwrap();
            evidence::add(tx, &asks(2, 10)).await.unwrap();
        });
        let rows = listing::of_organisation(&mut db, ME, 20, 9).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [ConversationId(2)]);
        assert_eq!(organisations::asked_for(&mut db, 20, 9).await.unwrap().len(), 1);
    });
}

fn asks(id: i64, person: i64) -> Evidence {
    Evidence {
        id,
        given_to: tertulia_model::FeedbackId(1),
        item_id: tertulia_model::FeedbackId(1),
        message_id: None,
        person_id: Some(PersonId(person)),
        asks: true,
        note: "By phone".to_owned(),
        given_by: ME,
        given_at: NOW,
        asked_at: NOW,
    }
}
