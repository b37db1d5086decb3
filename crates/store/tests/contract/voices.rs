use crate::{
    evidence::votes,
    feedback::item,
    support::{NOW, identity, on_both, person, write},
};
use tertulia_model::{ChangeId, PersonId};
use tertulia_store::{
    evidence,
    feedback::{self, Item},
    people,
    voices::{self, Voice},
};

fn voice(id: i64, change: i64, address: &str) -> Voice {
    Voice {
        id,
        change_id: ChangeId(change),
        address: address.to_owned(),
        words: "Please.".to_owned(),
        round: 1,
        asked_at: NOW + id,
        confirmed_at: None,
        evidence_id: None,
    }
}

#[test]
fn an_address_has_one_voice_for_a_change_and_what_nobody_confirmed_is_forgotten() {
    on_both(async |mut db| {
        write!(db, |tx| {
            voices::put(tx, &voice(1, 1, "amina@example.org")).await.unwrap();
            voices::put(tx, &voice(2, 2, "amina@example.org")).await.unwrap();
            voices::put(tx, &voice(3, 1, "bo@example.org")).await.unwrap();
        });
        let twice = voice(4, 1, "bo@example.org");
        let mut tx = db.begin().await.unwrap();
        assert!(voices::put(&mut tx, &twice).await.is_err(), "two voices of one address for one change");
        drop(tx);
        let counted = Voice {
            words: String::new(),
            round: 2,
            confirmed_at: Some(NOW + 5),
            evidence_id: Some(9),
            ..voice(1, 1, "amina@example.org")
        };
        write!(db, |tx| {
            assert_eq!(voices::get_to_change(tx, 1).await.unwrap(), Some(voice(1, 1, "amina@example.org")));
            voices::put(tx, &counted).await.unwrap();
        });
        assert_eq!(voices::get(&mut db, 1).await.unwrap(), Some(counted.clone()));
        assert_eq!(voices::of(&mut db, ChangeId(1), "amina@example.org").await.unwrap(), Some(counted));
        assert_eq!(voices::of(&mut db, ChangeId(3), "amina@example.org").await.unwrap(), None);
        assert_eq!(voices::asked_since(&mut db, "amina@example.org", NOW + 1).await.unwrap(), 1);
        let both = ["amina@example.org".to_owned(), "nobody@example.org".to_owned()];
        let found = voices::of_addresses(&mut db, &both).await.unwrap();
        assert_eq!(found.iter().map(|v| v.id).collect::<Vec<_>>(), [1, 2]);
        write!(db, |tx| {
            assert_eq!(voices::forget_unconfirmed(tx, NOW + 9, 1).await.unwrap(), 1);
            assert_eq!(voices::forget_unconfirmed(tx, NOW + 9, 9).await.unwrap(), 1);
            assert_eq!(voices::forget_unconfirmed(tx, NOW + 9, 9).await.unwrap(), 0, "a confirmed one stays");
            assert_eq!(voices::forget(tx, &both).await.unwrap(), 1);
            voices::put(tx, &twice).await.unwrap();
            voices::remove(tx, 4).await.unwrap();
        });
        assert_eq!(voices::get(&mut db, 4).await.unwrap(), None);
    });
}

#[test]
fn whoever_confirmed_an_address_is_reached_by_it_for_just_that_change_or_where_its_item_is_now() {
    on_both(async |mut db| {
        let elsewhere = people::Identity { space: "mastodon".to_owned(), ..identity(3, 3, "amina@example.org") };
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "Amina"), person(2, "Bo"), person(3, "Cy")]).await.unwrap();
            let mails = [identity(1, 1, "amina@example.org"), identity(2, 2, "bo@example.org")];
            people::add_identities(tx, &mails).await.unwrap();
            people::add_identities(tx, &[elsewhere]).await.unwrap();
            let confirmed = Voice { confirmed_at: Some(NOW), ..voice(1, 1, "amina@example.org") };
            voices::put(tx, &confirmed).await.unwrap();
            voices::put(tx, &voice(2, 1, "bo@example.org")).await.unwrap();
        });
        let all = [PersonId(1), PersonId(2), PersonId(3)];
        let reached = voices::reached(&mut db, ChangeId(1), &all).await.unwrap();
        assert_eq!(reached, [(PersonId(1), "amina@example.org".to_owned(), ChangeId(1))]);
        assert_eq!(voices::reached(&mut db, ChangeId(2), &all).await.unwrap(), []);
        assert_eq!(voices::reached(&mut db, ChangeId(1), &[]).await.unwrap(), []);
        // What it counts by belongs to another change by now.
        write!(db, |tx| {
            feedback::add(tx, &Item { change_id: Some(ChangeId(2)), ..item(1) }).await.unwrap();
            evidence::add(tx, &votes(9, 1, 1)).await.unwrap();
            let counted = Voice { confirmed_at: Some(NOW), evidence_id: Some(9), ..voice(1, 1, "amina@example.org") };
            voices::put(tx, &counted).await.unwrap();
        });
        let moved = voices::reached(&mut db, ChangeId(2), &all).await.unwrap();
        assert_eq!(moved, [(PersonId(1), "amina@example.org".to_owned(), ChangeId(1))]);
    });
}
