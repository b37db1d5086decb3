//! How often suggestions were right.

use crate::support::{NOW, identity, on_both, person, user, write};
use tertulia_model::{IdentityId, PersonId, Role, UserId};
use tertulia_store::{
    Db, people,
    person_merges::{self, Merge},
    reviews::{self, Counted, Decision},
    suggestions::{self, Suggestion},
    users,
};

#[test]
fn what_is_decided_counts_once_as_it_was_decided_last_and_not_when_it_is_open_again() {
    on_both(async |mut db| {
        write!(db, |tx| {
            users::add(tx, &user(1, "ines@example.org", Role::Agent)).await.unwrap();
            people::add_persons(tx, &[person(1, "Amina"), person(2, "A. Youssef"), person(3, "Bo")]).await.unwrap();
            let all = [identity(1, 1, "a"), identity(2, 2, "b"), identity(3, 3, "c"), identity(4, 2, "d")];
            people::add_identities(tx, &all).await.unwrap();
            for (first, second, probability) in [(1, 2, 0.999), (1, 3, 0.8), (1, 4, 0.97)] {
                let suggestion = Suggestion {
                    first_id: IdentityId(first),
                    second_id: IdentityId(second),
                    probability,
                    reasons: "[]".to_owned(),
                    found_at: NOW,
                };
                suggestions::put(tx, &suggestion).await.unwrap();
            }
        });
        let note = async |db: &Db, a, b, is_same, merge| {
            let decision = Decision { is_same, merge, by: UserId(1), at: NOW };
            write!(db, |tx| reviews::note(tx, (PersonId(a), PersonId(b)), decision).await.unwrap());
        };
        let decide = async |db: &Db, a, b, is_same| note(db, a, b, Some(is_same), None).await;
        let counted = async |db: &mut Db, at_least| {
            let Counted { reviewed, same } = reviews::counted(db, at_least).await.unwrap();
            (reviewed, same)
        };
        assert_eq!(counted(&mut db, 0.0).await, (0, 0));
        decide(&db, 2, 1, true).await;
        assert_eq!(counted(&mut db, 0.0).await, (1, 1), "once, though both of their identities are suggested");
        decide(&db, 2, 3, true).await;
        assert_eq!(counted(&mut db, 0.0).await, (1, 1), "nobody had suggested that");
        decide(&db, 3, 1, false).await;
        assert_eq!((counted(&mut db, 0.0).await, counted(&mut db, 0.95).await), ((2, 1), (1, 1)));
        decide(&db, 1, 2, false).await;
        assert_eq!((counted(&mut db, 0.0).await, counted(&mut db, 0.99).await), ((2, 0), (1, 0)));
        write!(db, |tx| reviews::take_back(tx, (PersonId(2), PersonId(1))).await.unwrap());
        assert_eq!(counted(&mut db, 0.0).await, (1, 0));
        // By itself: it says nothing before it is undone, and then that it was wrong.
        note(&db, 1, 2, None, Some(77)).await;
        assert_eq!(counted(&mut db, 0.0).await, (1, 0));
        let told_apart =
            async |db: &mut Db, a, b| reviews::were_told_apart(db, (PersonId(a), PersonId(b))).await.unwrap();
        assert!(!told_apart(&mut db, 1, 2).await && told_apart(&mut db, 3, 1).await && told_apart(&mut db, 1, 3).await);
        write!(db, |tx| reviews::was_wrong(tx, 77, (UserId(1), NOW)).await.unwrap());
        assert_eq!((counted(&mut db, 0.99).await, told_apart(&mut db, 2, 1).await), ((1, 0), true));
    });
}

/// Two identities of two persons, suggested, and a merge by which they became one.
async fn merged(db: &Db, is_automatic: bool) {
    write!(db, |tx| {
        users::add(tx, &user(1, "ines@example.org", Role::Agent)).await.unwrap();
        people::add_persons(tx, &[person(1, "Amina"), person(2, "A. Youssef"), person(3, "Bo")]).await.unwrap();
        people::add_identities(tx, &[identity(1, 1, "a"), identity(2, 2, "b")]).await.unwrap();
        let suggestion = Suggestion {
            first_id: IdentityId(1),
            second_id: IdentityId(2),
            probability: 0.999,
            reasons: "[]".to_owned(),
            found_at: NOW,
        };
        suggestions::put(tx, &suggestion).await.unwrap();
        let merge = Merge {
            id: 77,
            from_id: PersonId(2),
            into_id: PersonId(1),
            evidence: String::new(),
            confidence: 0.999,
            by_user: UserId(1),
            at: NOW,
            name_before: "Amina".to_owned(),
            name_after: "Amina".to_owned(),
            is_automatic,
            undone_at: None,
        };
        let decision = Decision { is_same: (!is_automatic).then_some(true), merge: Some(77), by: UserId(1), at: NOW };
        reviews::note(tx, (PersonId(1), PersonId(2)), decision).await.unwrap();
        person_merges::join(tx, &merge).await.unwrap();
        // One of both turns out to be somebody else's, and what is suggested is found again.
        people::link(tx, 90, IdentityId(2), PersonId(3), "confirmed by mail", 1.0, NOW).await.unwrap();
        suggestions::put(tx, &suggestion).await.unwrap();
    });
}

#[test]
fn by_what_merge_two_were_one_stays_known_whatever_is_decided_since() {
    on_both(async |mut db| {
        for is_automatic in [true, false] {
            if is_automatic {
                merged(&db, true).await;
            } else {
                write!(db, |tx| tx.run("UPDATE person_merges SET is_automatic = FALSE", vec![]).await.unwrap());
            }
            let before = if is_automatic { (0, 0) } else { (1, 1) };
            let counted = async |db: &mut Db| {
                let Counted { reviewed, same } = reviews::counted(db, 0.99).await.unwrap();
                (reviewed, same)
            };
            let pair = (PersonId(1), PersonId(3));
            let apart = Decision { is_same: Some(false), merge: None, by: UserId(1), at: NOW };
            write!(db, |tx| reviews::note(tx, pair, apart).await.unwrap());
            assert_eq!(counted(&mut db).await, (1, 0));
            write!(db, |tx| reviews::take_back(tx, pair).await.unwrap());
            assert_eq!(counted(&mut db).await, before, "the merge stands, and says what it said");
            write!(db, |tx| reviews::was_wrong(tx, 77, (UserId(1), NOW)).await.unwrap());
            assert_eq!(counted(&mut db).await, (1, 0), "undoing the merge finds them");
        }
    });
}
