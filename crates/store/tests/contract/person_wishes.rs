//! Wishes and mutes of persons who become one and are parted again.

use crate::{
    person_merges::{AMINA, BAKER, CAFE, INES, join, merge, part, three},
    support::{NOW, on_both, person, write},
};
use tertulia_model::{ChannelId, IdentityId, PersonId};
use tertulia_store::{
    Db,
    consents::{self, Subject, Wish},
    mutes::{self, Mute},
    people, person_merges,
};

/// A wish about a person, by its number and the minutes since.
fn wish(of: PersonId, channel: i64, allowed: bool, at: i64) -> Wish<'static> {
    Wish {
        subject: Subject::Person(of),
        channel: (channel != 0).then_some(ChannelId(channel)),
        allowed: Some(allowed),
        words: "",
        by: Some(INES),
        event: None,
        at: NOW + at,
    }
}

async fn shared(db: &Db, id: i64) -> Vec<i64> {
    let mut db = db.clone();
    let merge = person_merges::get(&mut db, id).await.unwrap().unwrap();
    let held = person_merges::part_of(&mut db, merge.from_id).await.unwrap().unwrap();
    let found = person_merges::shared_refusals(&mut db, &merge, held).await.unwrap();
    found.into_iter().map(|wish| wish.id).collect()
}

#[test]
fn wishes_and_mutes_of_a_person_go_along_and_come_back() {
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
        let wish = |of, allowed, at| Wish {
            subject: Subject::Person(of),
            channel: None,
            allowed: Some(allowed),
            words: "",
            by: Some(INES),
            event: None,
            at,
        };
        write!(db, |tx| {
            consents::note(tx, 50, &wish(BAKER, false, NOW)).await.unwrap();
            for one in [mute(60, 7, BAKER), mute(61, 8, BAKER), mute(62, 8, AMINA)] {
                mutes::add(tx, &one).await.unwrap();
            }
        });
        let refused = async |db: &mut Db, identity, person| {
            consents::refusal(db, IdentityId(identity), person, ChannelId(1)).await.unwrap().is_some()
        };
        join(&db, &merge(10, BAKER, AMINA)).await;
        assert!(refused(&mut db, 1, AMINA).await && refused(&mut db, 2, AMINA).await, "who is one has one wish");
        let muted = async |db: &mut Db, monitor| {
            let all = mutes::of_monitor(db, tertulia_model::MonitorId(monitor)).await.unwrap();
            all.into_iter().map(|mute| (mute.id, mute.subject_id)).collect::<Vec<_>>()
        };
        assert_eq!((muted(&mut db, 7).await, muted(&mut db, 8).await), (vec![(60, 1)], vec![(62, 1)]));
        part(&db, 10).await;
        assert!(!refused(&mut db, 1, AMINA).await && refused(&mut db, 2, BAKER).await);
        assert_eq!((muted(&mut db, 7).await, muted(&mut db, 8).await), (vec![(60, 2)], vec![(62, 1), (61, 2)]));
    });
}

#[test]
fn a_refusal_of_both_is_shared_unless_it_was_taken_back() {
    on_both(async |db| {
        three(&db).await;
        let note = async |wishes: &[(i64, Wish<'static>)]| {
            write!(db, |tx| for (id, wish) in wishes {
                consents::note(tx, *id, wish).await.unwrap();
            });
        };
        note(&[(50, wish(BAKER, 1, false, 1)), (51, wish(AMINA, 2, false, 2))]).await;
        join(&db, &merge(10, BAKER, AMINA)).await;
        assert_eq!(shared(&db, 10).await, Vec::<i64>::new(), "each brought their own along");
        note(&[(52, wish(AMINA, 1, false, 20)), (53, wish(AMINA, 0, false, 21))]).await;
        assert_eq!(shared(&db, 10).await, [53], "of all channels, so of that one as well");
        note(&[(54, wish(AMINA, 1, true, 22))]).await;
        assert_eq!(shared(&db, 10).await, [53], "it still holds of the others");
        note(&[(55, wish(AMINA, 0, true, 23))]).await;
        assert_eq!(shared(&db, 10).await, Vec::<i64>::new(), "all of it was taken back");
        note(&[(56, wish(AMINA, 3, false, 24))]).await;
        assert_eq!(shared(&db, 10).await, [56]);
    });
}

#[test]
fn a_refusal_is_shared_by_whoever_was_part_of_them_when_it_was_noted() {
    on_both(async |db| {
        three(&db).await;
        write!(db, |tx| people::add_persons(tx, &[person(4, "Person 4")]).await.unwrap());
        let note = async |id, one: Wish<'static>| {
            write!(db, |tx| consents::note(tx, id, &one).await.unwrap());
        };
        join(&db, &merge(10, BAKER, AMINA)).await;
        note(50, wish(AMINA, 1, false, 20)).await;
        // Of somebody who has nothing to do with them as yet, at the same time.
        note(51, wish(CAFE, 2, false, 21)).await;
        note(52, wish(PersonId(4), 3, true, 22)).await;
        join(&db, &merge(30, AMINA, CAFE)).await;
        join(&db, &merge(40, PersonId(4), CAFE)).await;
        note(53, wish(CAFE, 4, false, 50)).await;
        assert_eq!(shared(&db, 10).await, [53, 50], "of Amina and the baker, and of all of them");
        assert_eq!(shared(&db, 30).await, [53]);
        assert_eq!(shared(&db, 40).await, [53]);
        note(54, wish(CAFE, 4, true, 51)).await;
        assert_eq!((shared(&db, 10).await, shared(&db, 30).await), (vec![50], vec![]));
    });
}
