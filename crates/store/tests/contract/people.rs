use crate::support::{NOW, conversation, identity, message, on_both, person, write};
use tertulia_model::{ConversationId, IdentityId, MessageId, PersonId};
use tertulia_store::{StoreError, conversations, messages, messages::NewMessage, people, people::Identity, reading};

#[test]
fn identities_are_found_by_space_and_handle() {
    on_both(async |mut db| {
        let odd = Identity { space: "webchat:it's".to_owned(), ..identity(3, 1, "a@example.org") };
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "Amina"), person(2, "王小明")]).await.unwrap();
            let all = [identity(1, 1, "a@example.org"), identity(2, 2, "b@example.org"), odd.clone()];
            people::add_identities(tx, &all).await.unwrap();
        });
        assert_eq!(people::get(&mut db, PersonId(2)).await.unwrap(), Some(person(2, "王小明")));
        let handles = || ["b@example.org", "nobody", "a@example.org", "a@example.org"].map(str::to_owned).to_vec();
        let found = people::find(&mut db, "mail", handles()).await.unwrap();
        assert_eq!(found, [identity(1, 1, "a@example.org"), identity(2, 2, "b@example.org")]);
        assert_eq!(people::find(&mut db, "webchat:it's", handles()).await.unwrap(), std::slice::from_ref(&odd));
        assert_eq!(people::identity(&mut db, "webchat:it's", "a@example.org").await.unwrap(), Some(odd.clone()));
        assert_eq!(people::identities(&mut db, PersonId(1)).await.unwrap(), [identity(1, 1, "a@example.org"), odd]);
    });
}

#[test]
fn a_handle_stands_once_in_its_space() {
    on_both(async |db| {
        write!(db, |tx| people::add_identities(tx, &[identity(1, 1, "a")]).await.unwrap());
        let mut tx = db.begin().await.unwrap();
        let refused = people::add_identities(&mut tx, &[identity(2, 1, "a")]).await;
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    });
}

#[test]
fn what_is_known_of_an_identity_is_not_lost_to_nothing() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "?")]).await.unwrap();
            people::add_identities(tx, &[identity(1, 1, "a")]).await.unwrap();
            people::update_identity(tx, IdentityId(1), Some("Amina"), None).await.unwrap();
            people::update_identity(tx, IdentityId(1), None, Some("a@example.org")).await.unwrap();
            people::rename(tx, PersonId(1), "Amina").await.unwrap();
        });
        let known = people::identity(&mut db, "mail", "a").await.unwrap().unwrap();
        assert_eq!((known.name.as_deref(), known.claimed_mail.as_deref()), (Some("Amina"), Some("a@example.org")));
        assert_eq!(people::get(&mut db, PersonId(1)).await.unwrap().unwrap().name, "Amina");
    });
}

#[test]
fn only_the_last_question_holds_and_an_earlier_one_is_asked_again_after_a_while() {
    on_both(async |mut db| {
        write!(db, |tx| {
            let visitor = IdentityId(1);
            // What was begun after 50 is on its way; what was asked after 0 is not asked again.
            for (address, at) in [("a@example.org", 100), ("b@example.org", 200)] {
                assert!(people::begin_asking(tx, visitor, address, at, (50, 0)).await.unwrap());
                people::note_asked(tx, visitor, address, at).await.unwrap();
                assert_eq!(people::last_asked(tx, visitor).await.unwrap().as_deref(), Some(address));
            }
            assert!(!people::begin_asking(tx, visitor, "a@example.org", 300, (250, 100)).await.unwrap(), "too soon");
            assert!(!people::begin_asking(tx, visitor, "b@example.org", 900, (800, 800)).await.unwrap(), "it holds");
            assert!(people::begin_asking(tx, visitor, "a@example.org", 900, (800, 101)).await.unwrap());
            assert!(!people::begin_asking(tx, visitor, "a@example.org", 901, (801, 102)).await.unwrap(), "on its way");
        });
        assert_eq!(people::last_asked(&mut db, IdentityId(1)).await.unwrap().as_deref(), Some("a@example.org"));
        assert_eq!(people::last_asked(&mut db, IdentityId(2)).await.unwrap(), None);
    });
}

#[test]
fn an_identity_moves_to_another_person_with_all_it_wrote_and_nothing_else() {
    on_both(async |mut db| {
        let by = |n: i64, identity: i64| NewMessage {
            identity_id: Some(IdentityId(identity)),
            person_id: Some(PersonId(1)),
            conversation_id: Some(ConversationId(n)),
            ..message(n)
        };
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "One"), person(2, "Two")]).await.unwrap();
            people::add_identities(tx, &[identity(1, 1, "stays"), identity(2, 1, "moves")]).await.unwrap();
            messages::add(tx, &[by(1, 1), by(2, 2)]).await.unwrap();
            conversations::put(tx, &[conversation(1), conversation(2)]).await.unwrap();
            people::link(tx, 77, IdentityId(2), PersonId(2), "said so", 0.9, NOW).await.unwrap();
        });
        let wrote = async |db: &mut tertulia_store::Db, id: i64| {
            let found = reading::person(db, PersonId(id), None, 10).await.unwrap();
            found.into_iter().map(|m| m.id).collect::<Vec<_>>()
        };
        assert_eq!(wrote(&mut db, 1).await, [MessageId(1)]);
        assert_eq!(wrote(&mut db, 2).await, [MessageId(2)]);
        let held = conversations::get_many(&mut db, vec![ConversationId(1), ConversationId(2)]).await.unwrap();
        assert_eq!(held.iter().map(|c| c.person_id).collect::<Vec<_>>(), [None, Some(PersonId(2))]);
    });
}

#[test]
fn people_are_listed_by_a_part_of_their_name_or_handle_in_any_case() {
    on_both(async |mut db| {
        let wrote = NewMessage { person_id: Some(PersonId(3)), ..message(5) };
        write!(db, |tx| {
            let all = [person(1, "ÉLODIE Ågren"), person(2, "ΝΊΚΟΣ"), person(3, "100 % Wolle")];
            people::add_persons(tx, &all).await.unwrap();
            people::add_identities(tx, &[identity(1, 1, "a_b@example.org"), identity(2, 2, "AxB@example.org")])
                .await
                .unwrap();
            messages::add(tx, std::slice::from_ref(&wrote)).await.unwrap();
        });
        let names = async |db: &mut tertulia_store::Db, like: &str| {
            let rows = people::list(db, Some(like), None, 10).await.unwrap();
            rows.into_iter().map(|row| row.id.0).collect::<Vec<_>>()
        };
        assert_eq!(names(&mut db, "éLoDie å").await, [1]);
        assert_eq!(names(&mut db, "νίκος").await, [2]);
        assert_eq!(names(&mut db, "A_b").await, [1], "an underscore is a letter, not any letter");
        assert_eq!(names(&mut db, "%").await, [3]);
        assert_eq!(names(&mut db, "axb@").await, [2]);
        assert_eq!(names(&mut db, "!").await, [0_i64; 0]);
        let all = people::list(&mut db, None, None, 2).await.unwrap();
        assert_eq!(all.iter().map(|row| row.id.0).collect::<Vec<_>>(), [3, 2]);
        assert_eq!((all[0].messages, all[0].last_at, all[0].last_place), (1, wrote.at, wrote.place));
        assert_eq!((all[1].messages, all[1].last_at, all[1].last_place), (0, NOW + 2, 0));
        let rest = people::list(&mut db, None, Some(PersonId(2)), 2).await.unwrap();
        assert_eq!(rest.iter().map(|row| row.id.0).collect::<Vec<_>>(), [1]);
    });
}

#[test]
fn an_address_is_asked_once_and_another_again() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_identities(tx, &[identity(1, 1, "visitor")]).await.unwrap();
            let id = IdentityId(1);
            assert!(people::begin_asking(tx, id, "a@example.org", NOW, (NOW - 100, 0)).await.unwrap());
            assert!(
                !people::begin_asking(tx, id, "a@example.org", NOW + 50, (NOW - 50, 0)).await.unwrap(),
                "on its way"
            );
            assert!(
                people::begin_asking(tx, id, "a@example.org", NOW + 200, (NOW + 100, 0)).await.unwrap(),
                "abandoned"
            );
            people::note_asked(tx, id, "a@example.org", NOW + 201).await.unwrap();
            people::forget_asking(tx, id, "a@example.org").await.unwrap();
            assert!(!people::begin_asking(tx, id, "a@example.org", NOW + 900, (NOW + 800, 0)).await.unwrap(), "asked");
            assert!(people::begin_asking(tx, id, "b@example.org", NOW, (NOW - 100, 0)).await.unwrap(), "another");
            people::forget_asking(tx, id, "b@example.org").await.unwrap();
            assert!(people::begin_asking(tx, id, "b@example.org", NOW + 1, (NOW - 99, 0)).await.unwrap(), "forgotten");
            assert!(people::begin_asking(tx, IdentityId(2), "a@example.org", NOW, (NOW - 100, 0)).await.unwrap());
        });
        let asked =
            async |since| people::asked_since(&mut db.clone(), IdentityId(1), "a@example.org", since).await.unwrap();
        assert_eq!(asked(NOW - 1).await, (2, 2));
        assert_eq!(asked(NOW + 100).await, (1, 1));
        let known = people::identity_by_id(&mut db, IdentityId(1)).await.unwrap();
        assert_eq!(known.map(|identity| identity.handle), Some("visitor".to_owned()));
        assert_eq!(people::identity_by_id(&mut db, IdentityId(2)).await.unwrap(), None);
    });
}
