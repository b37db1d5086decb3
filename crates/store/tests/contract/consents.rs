use crate::support::{NOW, identity, message, on_both, person, write};
use tertulia_model::{ChannelId, IdentityId, PersonId, UserId};
use tertulia_store::{
    Db,
    consents::{self, Subject, Wish},
    people,
};

const ANA: IdentityId = IdentityId(1);
const SMS: ChannelId = ChannelId(7);

fn said(channel: Option<ChannelId>, allowed: bool, minute: i64) -> Wish<'static> {
    Wish {
        subject: Subject::Identity(ANA),
        channel,
        allowed: Some(allowed),
        words: "STOP",
        by: None,
        event: Some(message(minute).source_key),
        at: NOW + minute * 60_000,
    }
}

async fn refused(db: &mut Db, channel: ChannelId) -> bool {
    consents::refusal(db, ANA, PersonId(1), channel).await.unwrap().is_some()
}

#[test]
fn the_last_wish_holds_whatever_the_order_in_which_wishes_are_heard_and_each_is_noted_once() {
    on_both(async |mut db| {
        assert!(!refused(&mut db, SMS).await);
        assert!(write!(db, |tx| consents::note(tx, 1, &said(Some(SMS), false, 5)).await.unwrap()));
        assert!(!write!(db, |tx| consents::note(tx, 2, &said(Some(SMS), false, 5)).await.unwrap()), "heard before");
        assert!(refused(&mut db, SMS).await && !refused(&mut db, ChannelId(8)).await);
        // An older START that was held up on its way takes nothing back; a newer one does.
        write!(db, |tx| consents::note(tx, 3, &said(Some(SMS), true, 4)).await.unwrap());
        assert!(refused(&mut db, SMS).await);
        write!(db, |tx| consents::note(tx, 4, &said(Some(SMS), true, 6)).await.unwrap());
        assert!(!refused(&mut db, SMS).await);
        write!(db, |tx| consents::note(tx, 5, &said(None, false, 7)).await.unwrap());
        assert!(refused(&mut db, SMS).await && refused(&mut db, ChannelId(8)).await, "on every channel");
        write!(db, |tx| {
            consents::note(tx, 6, &said(Some(SMS), true, 8)).await.unwrap();
            consents::note(tx, 7, &said(Some(SMS), false, 9)).await.unwrap();
            consents::follow_channel(tx, SMS, ChannelId(9)).await.unwrap();
        });
        assert!(refused(&mut db, ChannelId(9)).await, "the account was connected again");
    });
}

#[test]
fn what_a_member_notes_of_a_person_holds_for_all_their_identities_and_the_record_is_kept() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_persons(tx, &[person(1, "Ana")]).await.unwrap();
            people::add_identities(tx, &[identity(1, 1, "+351900000001")]).await.unwrap();
            let wish = Wish {
                subject: Subject::Person(PersonId(1)),
                by: Some(UserId(3)),
                event: None,
                words: "She said so at the counter.",
                ..said(None, false, 1)
            };
            consents::note(tx, 1, &wish).await.unwrap();
            consents::note(tx, 2, &Wish { allowed: Some(true), at: NOW, ..wish.clone() }).await.unwrap();
            consents::note(tx, 3, &said(Some(SMS), true, 2)).await.unwrap();
        });
        let refused = consents::refusal(&mut db, ANA, PersonId(1), SMS).await.unwrap().unwrap();
        assert_eq!((refused.by_user, refused.channel_id.0), (Some(UserId(3)), None));
        let record = consents::of_person(&mut db, PersonId(1)).await.unwrap();
        assert_eq!(record.iter().map(|wish| wish.id).collect::<Vec<_>>(), [3, 1, 2]);
        assert_eq!(record[0].channel_id.0, Some(SMS));
        write!(db, |tx| {
            people::add_persons(tx, &[person(2, "Ana")]).await.unwrap();
            consents::follow_identity(tx, PersonId(1), ANA).await.unwrap();
        });
        let still = consents::refusal(&mut db, ANA, PersonId(2), ChannelId(8)).await.unwrap();
        assert!(still.is_some(), "what was noted of her holds under her new person");
        let found = people::with_handles(&mut db, vec!["+351900000001".to_owned(), "x".to_owned()]).await.unwrap();
        assert_eq!(found.iter().map(|identity| identity.id).collect::<Vec<_>>(), [ANA]);
    });
}

#[test]
fn what_was_allowed_since_a_moment_counts_for_its_channel_and_its_subject_alone() {
    on_both(async |mut db| {
        let noted =
            Wish { subject: Subject::Person(PersonId(1)), event: None, by: Some(UserId(3)), ..said(None, true, 9) };
        write!(db, |tx| {
            consents::note(tx, 1, &said(Some(SMS), true, 5)).await.unwrap();
            consents::note(tx, 2, &said(Some(SMS), false, 6)).await.unwrap();
            consents::note(tx, 3, &noted).await.unwrap();
        });
        let minute = |minute: i64| NOW + minute * 60_000;
        let mut since = async |person: Option<PersonId>, channel, at: i64| {
            consents::allowed_since(&mut db, ANA, person, channel, minute(at)).await.unwrap()
        };
        assert!(since(None, SMS, 5).await && !since(None, SMS, 6).await && !since(None, ChannelId(8), 5).await);
        assert!(since(Some(PersonId(1)), ChannelId(8), 9).await && !since(Some(PersonId(2)), SMS, 6).await);
    });
}
