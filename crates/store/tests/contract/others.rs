//! Other organisations: their accounts, and what was said in public to them and to us.

use crate::support::{NOW, identity, message, on_both, person, write};
use std::collections::BTreeMap;
use tertulia_model::{ChannelId, DeliveryId, DeliveryState, IdentityId, MessageId, PersonId, ThreadId, UserId};
use tertulia_store::{
    StoreError,
    deliveries::{self, Delivery},
    messages::{self, NewMessage, flags},
    others::{self, NewAccount, Other},
    people::{self, Identity},
};

const MINUTE: i64 = 60_000;
/// The account that is looked at, and who owns it.
const THEM: (PersonId, IdentityId) = (PersonId(1), IdentityId(1));

fn other(n: i64, name: &str) -> Other {
    let name_folded = name.to_lowercase();
    Other {
        id: n,
        name: name.to_owned(),
        name_folded,
        saved_by: UserId(1),
        saved_at: NOW,
        version: 0,
        removed_at: None,
    }
}

fn account(identity: i64, called: &str, page: Option<i64>) -> NewAccount {
    NewAccount { identity_id: IdentityId(identity), called: called.to_owned(), page_id: page.map(ChannelId) }
}

/// Said in public by the account and person of this number.
fn said(n: i64, by: i64) -> NewMessage {
    let (identity_id, person_id) = (Some(IdentityId(by)), Some(PersonId(by)));
    NewMessage { identity_id, person_id, visibility: "public", auto: "person", ..message(n) }
}

fn answering(parent: i64, one: NewMessage) -> NewMessage {
    let thread_id = ThreadId(parent);
    NewMessage {
        parent_id: Some(MessageId(parent)),
        parent_rank: 1,
        flags: one.flags | flags::REFERS,
        thread_id,
        ..one
    }
}

fn ours(one: NewMessage) -> NewMessage {
    NewMessage { direction: "ours", identity_id: None, person_id: None, ..one }
}

#[test]
fn others_are_listed_by_name_and_no_two_are_called_the_same() {
    on_both(async |mut db| {
        write!(db, |tx| {
            others::add(tx, &other(1, "Rival")).await.unwrap();
            others::add(tx, &other(2, "Annex")).await.unwrap();
            assert_eq!(others::get_to_change(tx, 1).await.unwrap(), Some(other(1, "Rival")));
            others::put(tx, &Other { saved_by: UserId(2), ..other(1, "The rival") }).await.unwrap();
        });
        let renamed = Other { saved_by: UserId(2), version: 1, ..other(1, "The rival") };
        assert_eq!(others::all(&mut db).await.unwrap(), [other(2, "Annex"), renamed.clone()]);
        assert_eq!(others::get(&mut db, 1).await.unwrap(), Some(renamed));
        assert_eq!(others::get(&mut db, 3).await.unwrap(), None);
        let mut tx = db.begin().await.unwrap();
        assert!(matches!(others::add(&mut tx, &other(3, "ANNEX")).await, Err(StoreError::Conflict)));
    });
}

#[test]
fn one_that_was_removed_is_put_back_until_it_is_forgotten() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "Rival")]).await.unwrap();
            people::add_identities(tx, &[identity(1, 1, "rival")]).await.unwrap();
            for n in [1, 2] {
                others::add(tx, &other(n, &n.to_string())).await.unwrap();
                others::set_accounts(tx, n, &[account(1, "", None)]).await.unwrap();
                others::remove(tx, n, Some(NOW + n)).await.unwrap();
            }
        });
        assert!(others::all(&mut db).await.unwrap().is_empty());
        write!(db, |tx| {
            assert_eq!(others::forget_removed(tx, NOW + 2).await.unwrap(), 1);
            others::remove(tx, 2, None).await.unwrap();
        });
        assert_eq!(others::all(&mut db).await.unwrap(), [other(2, "2")]);
        let left = others::accounts(&mut db, &[1, 2]).await.unwrap();
        assert_eq!(left.iter().map(|account| account.other_id).collect::<Vec<_>>(), [2]);
    });
}

#[test]
fn accounts_are_those_of_persons_and_go_with_them() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "Rival"), person(2, "Rosa")]).await.unwrap();
            let on_net = Identity { space: "net".to_owned(), ..identity(2, 2, "rosa") };
            people::add_identities(tx, &[identity(1, 1, "rival"), on_net]).await.unwrap();
            others::add(tx, &other(1, "Rival")).await.unwrap();
            others::set_accounts(tx, 1, &[account(1, "old", None)]).await.unwrap();
            others::set_accounts(tx, 1, &[account(2, "rosa beans", Some(7)), account(1, "", None)]).await.unwrap();
        });
        let found = others::accounts(&mut db, &[1]).await.unwrap();
        let called: Vec<_> = found.iter().map(|a| (a.handle.as_str(), a.called.as_str(), a.page_id)).collect();
        assert_eq!(called, [("rival", "", None), ("rosa", "rosa beans", Some(ChannelId(7)))]);
        assert_eq!((found[1].space.as_str(), found[1].person_name.as_str()), ("net", "Rosa"));
        assert_eq!(others::naming(&mut db, PersonId(2)).await.unwrap(), ["Rival"]);
        let mut counts = BTreeMap::new();
        write!(db, |tx| others::forget_person(tx, PersonId(2), &mut counts).await.unwrap());
        assert_eq!(counts["other_accounts"], 1);
        assert!(others::naming(&mut db, PersonId(2)).await.unwrap().is_empty());
        assert_eq!(others::accounts(&mut db, &[1]).await.unwrap().len(), 1);
    });
}

#[test]
fn an_account_is_heard_where_it_said_something_in_public() {
    on_both(async |mut db| {
        write!(db, |tx| {
            let private = NewMessage { visibility: "private", ..said(9, 1) };
            messages::add(tx, &[said(1, 1), answering(2, said(3, 1)), private, said(5, 2)]).await.unwrap();
        });
        assert!(others::is_heard(&mut db, THEM, NOW + 3 * MINUTE).await.unwrap());
        assert!(!others::is_heard(&mut db, THEM, NOW + 4 * MINUTE).await.unwrap(), "later it spoke in private alone");
        let found =
            async |db: &mut _, minute, limit| others::threads_of(db, THEM, NOW + minute * MINUTE, limit).await.unwrap();
        assert_eq!(found(&mut db, 99, 9).await, [ThreadId(2), ThreadId(1)]);
        assert_eq!(found(&mut db, 99, 1).await, [ThreadId(2)]);
        assert_eq!(found(&mut db, 3, 9).await, [ThreadId(1)]);
    });
}

#[test]
fn threads_of_a_channel_are_those_that_others_began_or_addressed_to_us() {
    on_both(async |mut db| {
        write!(db, |tx| {
            let to_us = |one: NewMessage| NewMessage { flags: one.flags | flags::ADDRESSED, ..one };
            let elsewhere = NewMessage { channel_id: ChannelId(2), ..to_us(said(5, 2)) };
            let private = NewMessage { visibility: "private", ..to_us(said(6, 2)) };
            let all = [said(1, 2), answering(1, said(2, 3)), to_us(said(3, 2)), ours(said(4, 1)), elsewhere, private];
            messages::add(tx, &all).await.unwrap();
            // No channel says that it is addressed to us.
            messages::add(tx, &[answering(4, said(7, 3))]).await.unwrap();
        });
        let days = (NOW, NOW + 60 * MINUTE);
        let begun = others::threads_begun(&mut db, ChannelId(1), days, 9).await.unwrap();
        assert_eq!(begun, [ThreadId(3), ThreadId(1)]);
        let to_us = others::threads_to_us(&mut db, ChannelId(1), days, 9).await.unwrap();
        assert_eq!(to_us, [ThreadId(4), ThreadId(3)], "what answers us is said to us");
        let later = (NOW + 8 * MINUTE, NOW + 60 * MINUTE);
        assert!(others::threads_to_us(&mut db, ChannelId(1), later, 9).await.unwrap().is_empty());
    });
}

#[test]
fn what_was_said_in_public_names_whose_message_it_answers() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "Rival"), person(2, "Rosa")]).await.unwrap();
            let net = |n: i64| Identity { space: "net".to_owned(), ..identity(n, n, &n.to_string()) };
            people::add_identities(tx, &[net(1), net(2)]).await.unwrap();
            let deeper = NewMessage { parent_rank: 2, ..answering(1, said(6, 2)) };
            let robot = NewMessage { auto: "bulk", ..answering(1, said(7, 2)) };
            let all = [
                said(1, 2),
                answering(1, said(2, 1)),
                answering(1, ours(said(3, 1))),
                answering(1, ours(said(4, 1))),
                NewMessage { flags: flags::ADDRESSED, thread_id: ThreadId(1), ..said(5, 2) },
                deeper,
                robot,
                NewMessage { visibility: "private", ..answering(1, said(8, 2)) },
                said(9, 2),
            ];
            messages::add(tx, &all).await.unwrap();
            for (n, state) in [(3, DeliveryState::Sent), (4, DeliveryState::Failed)] {
                let delivery = crate::deliveries::delivery(n);
                let delivery = Delivery { id: DeliveryId(n), message_id: MessageId(n), state, ..delivery };
                deliveries::add(tx, &delivery).await.unwrap();
            }
        });
        let found = others::said_in(&mut db, &[ThreadId(1)], NOW).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id.0).collect::<Vec<_>>(), [1, 2, 3, 5, 6]);
        let begins: Vec<_> = found.iter().map(|one| (one.begins, one.is_to_us)).collect();
        assert_eq!(begins, [(true, false), (false, false), (false, false), (true, true), (false, false)]);
        let answered: Vec<_> = found.iter().map(|one| (one.answers_person, one.answers_ours)).collect();
        let rosa = (Some(PersonId(2)), false);
        assert_eq!(answered, [(None, false), rosa, rosa, (None, false), (None, false)], "6 answers what is not here");
        assert_eq!((found[0].space.as_deref(), found[2].is_ours, found[2].identity_id), (Some("net"), true, None));
        assert_eq!(found[1].answers_identity, Some(IdentityId(2)));
        assert_eq!(others::said_in(&mut db, &[ThreadId(1)], NOW + 5 * MINUTE).await.unwrap().len(), 2);
    });
}
