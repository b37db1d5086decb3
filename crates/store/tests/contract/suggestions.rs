//! Who may be the same person.

use crate::support::{NOW, identity, on_both, person, user, write};
use tertulia_model::{IdentityId, PersonId, Role, UserId};
use tertulia_store::{
    Db,
    people::{self, Identity},
    person_merges::{self, Merge},
    suggestions::{self, Below, Suggestion},
    users,
};

fn suggestion(first: i64, second: i64, probability: f64) -> Suggestion {
    Suggestion {
        first_id: IdentityId(first),
        second_id: IdentityId(second),
        probability,
        reasons: "[]".to_owned(),
        found_at: NOW,
    }
}

/// Three persons, each with an identity of the same number; 3 has another one, 4.
async fn three(db: &Db) {
    write!(db, |tx| {
        users::add(tx, &user(1, "ines@example.org", Role::Agent)).await.unwrap();
        people::add_persons(tx, &[person(1, "Amina"), person(2, "A. Youssef"), person(3, "Bo")]).await.unwrap();
        let all = [identity(1, 1, "a"), identity(2, 2, "b"), identity(3, 3, "c"), identity(4, 3, "d")];
        people::add_identities(tx, &all).await.unwrap();
    });
}

async fn pairs(db: &mut Db, person: i64) -> Vec<(i64, i64)> {
    let found = suggestions::of_person(db, PersonId(person), None, 9).await.unwrap();
    found.iter().map(|one| (one.first_id.0, one.second_id.0)).collect()
}

#[test]
fn whoever_shares_a_key_is_found_by_it_and_looked_at_anew_when_they_change() {
    on_both(async |mut db| {
        three(&db).await;
        let unkeyed = async |db: &mut Db| {
            let found = suggestions::unkeyed(db, 2, 9).await.unwrap();
            found.iter().map(|identity| identity.id.0).collect::<Vec<_>>()
        };
        assert_eq!(unkeyed(&mut db).await, [1, 2, 3, 4]);
        write!(db, |tx| {
            suggestions::keep_keys(tx, IdentityId(1), 2, &[7, -8, 7]).await.unwrap();
            suggestions::keep_keys(tx, IdentityId(2), 2, &[7]).await.unwrap();
            suggestions::keep_keys(tx, IdentityId(3), 1, &[7]).await.unwrap();
        });
        assert_eq!(unkeyed(&mut db).await, [4, 3], "also of an older version");
        let mut sharing = suggestions::having(&mut db, 7, 9).await.unwrap();
        sharing.sort_unstable();
        assert_eq!(sharing, [1, 2, 3].map(IdentityId));
        assert_eq!(suggestions::having(&mut db, 7, 2).await.unwrap().len(), 2);
        assert_eq!(suggestions::having(&mut db, -8, 9).await.unwrap(), [IdentityId(1)]);
        let both = suggestions::identities(&mut db, &[IdentityId(2), IdentityId(1), IdentityId(99)]).await.unwrap();
        assert_eq!(both.iter().map(|one| one.id.0).collect::<Vec<_>>(), [1, 2]);
        write!(db, |tx| people::update_identity(tx, IdentityId(1), Some("Amina"), None).await.unwrap());
        assert_eq!(unkeyed(&mut db).await, [1, 4, 3]);
        assert!(suggestions::any_unkeyed(&mut db, 2).await.unwrap());
        assert_eq!(people::count_identities(&mut db).await.unwrap(), 4);
    });
}

#[test]
fn what_is_suggested_is_listed_by_how_probable_it_is_and_goes_when_an_identity_is_looked_at_anew() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            for one in [suggestion(1, 2, 0.7), suggestion(2, 3, 0.9), suggestion(1, 4, 0.7), suggestion(3, 4, 0.99)] {
                suggestions::put(tx, &one).await.unwrap();
            }
            suggestions::put(tx, &suggestion(1, 2, 0.8)).await.unwrap();
        });
        assert_eq!(pairs(&mut db, 1).await, [(1, 2), (1, 4)]);
        assert_eq!(pairs(&mut db, 3).await, [(2, 3), (1, 4)], "their own two are one already");
        let page = suggestions::all(&mut db, None, 2).await.unwrap();
        let told: Vec<_> = page.iter().map(|one| (one.probability, &*one.name, &*one.other_name)).collect();
        assert_eq!(told, [(0.9, "A. Youssef", "Bo"), (0.8, "Amina", "A. Youssef")]);
        assert_eq!((page[0].person_id, page[0].other_person_id), (PersonId(2), PersonId(3)));
        assert_eq!((page[0].handle.as_str(), page[0].other_handle.as_str()), ("b", "c"));
        let last = &page[1];
        let below = Below::after(last);
        let rest = suggestions::all(&mut db, Some(below), 9).await.unwrap();
        assert_eq!(rest.iter().map(|one| (one.first_id.0, one.second_id.0)).collect::<Vec<_>>(), [(1, 4)]);
        write!(db, |tx| suggestions::keep_keys(tx, IdentityId(2), 1, &[]).await.unwrap());
        assert_eq!((pairs(&mut db, 1).await, pairs(&mut db, 2).await), (vec![(1, 4)], vec![]));
    });
}

#[test]
fn who_is_not_the_same_is_not_suggested_whoever_they_are_part_of() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            suggestions::put(tx, &suggestion(1, 2, 0.7)).await.unwrap();
            suggestions::put(tx, &suggestion(1, 3, 0.7)).await.unwrap();
            person_merges::decide(tx, (PersonId(1), PersonId(2)), Some("apart"), (UserId(1), NOW)).await.unwrap();
        });
        assert_eq!(pairs(&mut db, 1).await, [(1, 3)]);
        let merge = Merge {
            id: 50,
            from_id: PersonId(2),
            into_id: PersonId(3),
            evidence: String::new(),
            confidence: 1.0,
            by_user: UserId(1),
            at: NOW,
            name_before: "Bo".to_owned(),
            is_automatic: false,
            name_after: "Bo".to_owned(),
            undone_at: None,
        };
        write!(db, |tx| person_merges::join(tx, &merge).await.unwrap());
        assert_eq!(pairs(&mut db, 1).await, [], "he is part of somebody who is not the same");
        write!(db, |tx| person_merges::decide(tx, (PersonId(1), PersonId(2)), None, (UserId(1), NOW)).await.unwrap());
        assert_eq!(pairs(&mut db, 1).await, [(1, 3), (1, 2)]);
    });
}

#[test]
fn what_was_typed_is_told_from_what_was_confirmed() {
    on_both(async |mut db| {
        let mail = |id, person, handle: &str| Identity { space: "mail".to_owned(), ..identity(id, person, handle) };
        write!(db, |tx| {
            let all = [person(1, "Amina"), person(2, "A. Youssef"), person(3, "Bo")];
            people::add_persons(tx, &all).await.unwrap();
            let chat = Identity { claimed_mail: Some("amina@a.example".to_owned()), ..identity(1, 1, "chat") };
            let all = [chat, mail(2, 2, "amina@a.example"), mail(3, 3, "amina@b.example")];
            people::add_identities(tx, &all).await.unwrap();
            for one in [suggestion(1, 3, 0.9), suggestion(2, 3, 0.999)] {
                suggestions::put(tx, &one).await.unwrap();
            }
        });
        let claimed = async |db: &mut Db| {
            let all = suggestions::all(db, None, 9).await.unwrap();
            all.iter().map(|one| (one.first_id.0, one.is_claimed)).collect::<Vec<_>>()
        };
        assert_eq!(claimed(&mut db).await, [(2, false), (1, true)]);
        let confirmed = async |db: &mut Db, at_least| {
            let found = suggestions::confirmed(db, at_least, None, 9).await.unwrap();
            found.iter().map(|one| (one.first_id.0, one.second_id.0)).collect::<Vec<_>>()
        };
        let asked = async |db: &Db, identity, address: &str| {
            write!(db, |tx| {
                people::begin_asking(tx, IdentityId(identity), address, NOW, (0, 0)).await.unwrap();
                people::note_asked(tx, IdentityId(identity), address, NOW).await.unwrap();
            });
        };
        asked(&db, 1, "amina@a.example").await;
        asked(&db, 1, "amina@b.example").await;
        assert_eq!(confirmed(&mut db, 0.9).await, []);
        write!(db, |tx| people::note_confirmed(tx, IdentityId(1), "amina@a.example", NOW).await.unwrap());
        assert_eq!(confirmed(&mut db, 0.9).await, [], "one of both");
        write!(db, |tx| people::note_confirmed(tx, IdentityId(1), "amina@b.example", NOW).await.unwrap());
        assert_eq!((confirmed(&mut db, 0.9).await, confirmed(&mut db, 0.9991).await), (vec![(2, 3)], vec![]));
        assert_eq!(people::confirmed(&mut db, PersonId(2)).await.unwrap(), ["amina@a.example"]);
        assert_eq!(people::confirmed(&mut db, PersonId(1)).await.unwrap(), Vec::<String>::new());
        let below = Below { probability: 0.999, first: IdentityId(2), second: IdentityId(3) };
        assert_eq!(suggestions::confirmed(&mut db, 0.9, Some(below), 9).await.unwrap(), []);
        // Whoever has the address they typed did not only type it.
        write!(db, |tx| people::link(tx, 90, IdentityId(1), PersonId(2), "confirmed by mail", 1.0, NOW).await.unwrap());
        assert_eq!(claimed(&mut db).await, [(2, false), (1, false)]);
        assert_eq!(suggestions::unkeyed(&mut db, 0, 9).await.unwrap(), []);
        write!(db, |tx| {
            let locked = people::to_change(tx, &[IdentityId(3), IdentityId(1), IdentityId(3), IdentityId(9)]).await;
            assert_eq!(locked.unwrap().iter().map(|one| one.id.0).collect::<Vec<_>>(), [1, 3]);
        });
    });
}

#[test]
fn what_is_suggested_of_one_person_goes_page_by_page() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            for (first, second) in [(1, 2), (1, 3), (1, 4)] {
                suggestions::put(tx, &suggestion(first, second, 0.9)).await.unwrap();
            }
        });
        let (mut below, mut walked) = (None, Vec::new());
        while let Some(last) = suggestions::of_person(&mut db, PersonId(1), below, 1).await.unwrap().pop() {
            below = Some(Below::after(&last));
            walked.push((last.first_id.0, last.second_id.0));
        }
        assert_eq!(walked, [(1, 4), (1, 3), (1, 2)]);
    });
}

#[test]
fn all_are_walked_through_in_order_and_one_is_taken_away() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            for (first, second) in [(1, 2), (1, 3), (2, 4)] {
                suggestions::put(tx, &suggestion(first, second, 0.9)).await.unwrap();
            }
        });
        let walked = async |db: &mut Db, after: (i64, i64), limit: i64| {
            let after = (IdentityId(after.0), IdentityId(after.1));
            let page = suggestions::after(db, after, limit).await.unwrap();
            page.iter().map(|one| (one.first_id.0, one.second_id.0)).collect::<Vec<_>>()
        };
        assert_eq!(walked(&mut db, (0, 0), 2).await, [(1, 2), (1, 3)]);
        assert_eq!(walked(&mut db, (1, 2), 9).await, [(1, 3), (2, 4)]);
        write!(db, |tx| suggestions::remove(tx, IdentityId(1), IdentityId(3)).await.unwrap());
        assert_eq!(walked(&mut db, (0, 0), 9).await, [(1, 2), (2, 4)]);
        let newest = suggestions::newest(&mut db, IdentityId(4), 2).await.unwrap();
        assert_eq!(newest.iter().map(|one| one.id.0).collect::<Vec<_>>(), [3, 2]);
    });
}
