use crate::{
    evidence::{says, votes},
    feedback::item,
    person_merges::said,
    support::{NOW, identity, on_both, write},
    tellings::{done, draft},
};
use tertulia_model::{ChangeId, ChannelId, FeedbackId, MessageId, PersonId};
use tertulia_store::{
    askers::{self, Asker},
    consents::{self, Subject, Wish},
    evidence::{self, Evidence},
    feedback::{self, Item},
    messages::{self, NewMessage, flags},
    people,
    tellings::{self, DECLINED, DONE},
};

const CHANGE: ChangeId = ChangeId(5);

fn ids(persons: &[i64]) -> Vec<PersonId> {
    persons.iter().map(|id| PersonId(*id)).collect()
}

#[test]
fn who_asks_is_paged_over_all_items_of_a_change_each_once() {
    on_both(async |mut db| {
        write!(db, |tx| {
            done(tx).await;
            feedback::add(tx, &Item { change_id: Some(CHANGE), ..item(2) }).await.unwrap();
            feedback::add(tx, &item(3)).await.unwrap();
            let all = [(1, 1, 10), (2, 1, 12), (3, 2, 11), (4, 2, 12), (5, 2, 14), (6, 3, 13)];
            for (id, of, person) in all {
                evidence::add(tx, &votes(id, of, person)).await.unwrap();
            }
            evidence::add(tx, &Evidence { asks: false, ..votes(7, 1, 15) }).await.unwrap();
            tellings::add(tx, &[draft(1, 12, None)]).await.unwrap();
        });
        assert_eq!(askers::after(&mut db, CHANGE, PersonId(0), 2).await.unwrap(), ids(&[10, 11]));
        assert_eq!(askers::after(&mut db, CHANGE, PersonId(11), 9).await.unwrap(), ids(&[12, 14]));
        assert_eq!(askers::count_new(&mut db, CHANGE, DONE).await.unwrap(), 3);
        assert_eq!(askers::count_new(&mut db, CHANGE, DECLINED).await.unwrap(), 4);
        assert_eq!(askers::first_asked(&mut db, CHANGE, PersonId(12)).await.unwrap(), Some(NOW + 2));
        assert_eq!(askers::first_asked(&mut db, CHANGE, PersonId(15)).await.unwrap(), None);
        assert_eq!(askers::first_asked(&mut db, CHANGE, PersonId(13)).await.unwrap(), None);
    });
}

#[test]
fn what_can_be_answered_goes_first_then_what_was_said_in_private_then_the_newest() {
    on_both(async |mut db| {
        let here = |n, person| NewMessage { visibility: "private", ..said(n, person, PersonId(person), n) };
        write!(db, |tx| {
            done(tx).await;
            let public = NewMessage { visibility: "public", ..here(3, 1) };
            let elsewhere = NewMessage { channel_id: ChannelId(2), ..here(4, 1) };
            let deleted = NewMessage { state: "deleted", ..here(5, 2) };
            let all = [here(1, 1), here(2, 1), public, elsewhere, deleted];
            messages::add(tx, &all).await.unwrap();
            for (id, person, message) in [(1, 1, 1), (2, 1, 2), (3, 1, 3), (4, 1, 4), (5, 2, 5)] {
                evidence::add(tx, &says(id, 1, person, message)).await.unwrap();
            }
            evidence::add(tx, &votes(6, 1, 2)).await.unwrap();
            evidence::add(tx, &votes(7, 1, 3)).await.unwrap();
            feedback::recount(tx, &[FeedbackId(1)]).await.unwrap();
        });
        assert!(askers::asks_by(&mut db, CHANGE, PersonId(1), MessageId(3)).await.unwrap());
        assert!(!askers::asks_by(&mut db, CHANGE, PersonId(2), MessageId(3)).await.unwrap());
        assert!(!askers::asks_by(&mut db, ChangeId(6), PersonId(1), MessageId(3)).await.unwrap());
        let all = ids(&[1, 2, 3, 4]);
        let found = askers::some(&mut db, CHANGE, &all, &[ChannelId(1)]).await.unwrap();
        let by: Vec<_> = found.iter().map(|one| (one.person_id.0, one.message_id, one.asked_at)).collect();
        let m = |n| Some(MessageId(n));
        assert_eq!(by, [(1, m(2), NOW + 1), (2, m(5), NOW + 5), (3, None, NOW + 7)]);
        let Asker { channel_id, state, .. } = &found[1];
        assert_eq!((*channel_id, state.as_deref()), (Some(ChannelId(1)), Some("deleted")));
        let other = askers::some(&mut db, CHANGE, &all[..1], &[ChannelId(2)]).await.unwrap();
        assert_eq!(other[0].message_id, m(4));
        let nowhere = askers::some(&mut db, CHANGE, &all[..1], &[]).await.unwrap();
        assert_eq!(nowhere[0].message_id, m(4), "the newest in private, though nothing can be sent there");
        write!(db, |tx| {
            let forged = NewMessage { auto: "person", flags: flags::DOUBTFUL, ..here(6, 1) };
            messages::add(tx, &[forged, NewMessage { auto: "person", ..here(7, 1) }]).await.unwrap();
            evidence::add(tx, &says(9, 1, 1, 6)).await.unwrap();
            evidence::add(tx, &says(8, 1, 1, 7)).await.unwrap();
        });
        let known = askers::some(&mut db, CHANGE, &all[..1], &[ChannelId(1)]).await.unwrap();
        assert_eq!(known[0].message_id, m(7), "what may be forged is answered where there is nothing else");
    });
}

#[test]
fn who_ever_said_no_is_told_to_be_looked_at() {
    on_both(async |mut db| {
        let wish = |subject, allowed| Wish {
            subject,
            channel: None,
            allowed: Some(allowed),
            words: "",
            by: None,
            event: None,
            at: NOW,
        };
        write!(db, |tx| {
            let all = [identity(1, 1, "a"), identity(2, 2, "b"), identity(3, 3, "c")];
            people::add_identities(tx, &all).await.unwrap();
            let no = wish(Subject::Identity(all[0].id), false);
            consents::note(tx, 1, &no).await.unwrap();
            consents::note(tx, 2, &wish(Subject::Person(PersonId(2)), false)).await.unwrap();
            consents::note(tx, 3, &wish(Subject::Person(PersonId(3)), true)).await.unwrap();
        });
        assert_eq!(askers::with_refusals(&mut db, &ids(&[1, 2, 3, 4])).await.unwrap(), ids(&[1, 2]));
    });
}
