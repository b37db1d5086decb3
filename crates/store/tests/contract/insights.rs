//! What insights are made of.

use crate::{
    customers::{customer, says, stage},
    monitors::monitor,
    support::{NOW, message, on_both, write},
};
use tertulia_model::{ChannelId, MessageId, MonitorId, PersonId, UserId};
use tertulia_store::{
    Sql, attributes, binds, column_news, customers, erasing, insights,
    labels::{self, Correction, Labelled},
    mentions::{self, Mention},
    messages::{self, NewMessage, flags},
    monitors,
    segments::{Is, Rule},
};

fn said(n: i64, person: i64) -> NewMessage {
    NewMessage { person_id: Some(PersonId(person)), auto: "person", visibility: "public", ..message(n) }
}

#[test]
fn what_was_said_by_people_is_read_by_place_and_by_person() {
    on_both(async |mut db| {
        write!(db, |tx| {
            let all = [
                said(1, 10),
                NewMessage { direction: "ours", person_id: None, ..said(2, 10) },
                NewMessage { auto: "reply", ..said(3, 10) },
                NewMessage { state: "deleted", ..said(4, 10) },
                NewMessage { state: "deleted", flags: flags::AGED, ..said(5, 10) },
                NewMessage { flags: flags::FORWARD, ..said(6, 10) },
                said(7, 11),
            ];
            messages::add(tx, &all).await.unwrap();
        });
        let (all, next) = insights::said(&mut db, (i64::MIN, i64::MAX), 100).await.unwrap();
        assert_eq!(next, None);
        let places: Vec<i64> = all.iter().map(|said| said.place).collect();
        assert_eq!(places, [1, 2, 5, 7].map(|n| message(n).place));
        assert_eq!((all[0].is_theirs, all[0].is_public, all[1].is_theirs), (true, true, false));
        assert_eq!((all[0].channel_id, all[0].language.as_str()), (ChannelId(1), "en"));
        let (some, _) = insights::said(&mut db, (message(2).place, message(5).place), 100).await.unwrap();
        assert_eq!(some.len(), 2, "both ends with it");
        let (mut paged, mut from) = (Vec::new(), Some(i64::MIN));
        while let Some(first) = from {
            let (page, next) = insights::said(&mut db, (first, message(6).place), 2).await.unwrap();
            paged.extend(page);
            from = next;
        }
        assert_eq!(paged, all[..3], "also across two places of which none counts");
        assert_eq!(insights::said_by(&mut db, &[PersonId(10), PersonId(12)]).await.unwrap().len(), 2);
        let at = insights::said_at(&mut db, &[message(7).place, message(4).place]).await.unwrap();
        assert_eq!(at.iter().map(|said| said.person_id).collect::<Vec<_>>(), [Some(PersonId(11))]);
        assert_eq!(insights::last_place(&mut db).await.unwrap(), message(7).place);
        write!(db, |tx| messages::add(tx, &[NewMessage { flags: flags::DOUBTFUL, ..said(8, 11) }]).await.unwrap());
        let forged = insights::said_at(&mut db, &[message(8).place]).await.unwrap();
        assert_eq!((forged.len(), forged[0].person_id), (1, None), "it may be forged");
    });
}

#[test]
fn what_models_and_people_make_of_a_message_comes_along() {
    on_both(async |mut db| {
        let labelled = Labelled {
            message_id: MessageId(1),
            revision: 1,
            version: 7,
            values: [None, None, Some(1), Some(80), Some(1), Some(90), Some(2), Some(70), Some(5), Some(0)],
        };
        let correction = Correction {
            id: 9,
            message_id: MessageId(2),
            kind: 2,
            value: 3,
            by_user: UserId(1),
            at: NOW,
            ended_at: None,
            stood: None,
        };
        write!(db, |tx| messages::add(tx, &[said(1, 10), said(2, 10)]).await.unwrap());
        let before = column_news::ends(&mut db).await.unwrap().1;
        write!(db, |tx| {
            labels::put(tx, &[labelled]).await.unwrap();
            labels::correct(tx, &correction).await.unwrap();
        });
        let news = column_news::after(&mut db, before, 10).await.unwrap();
        assert_eq!(news.iter().map(|one| one.first_at).collect::<Vec<_>>(), [message(1).place, message(2).place]);
        let (all, _) = insights::said(&mut db, (0, i64::MAX), 10).await.unwrap();
        assert_eq!((all[0].sentiment, all[0].noise_sure, all[0].acts), (Some(1), Some(90), Some(5)));
        assert_eq!(all[1].sentiment, None);
        let said = insights::corrected(&mut db, (0, i64::MAX)).await.unwrap();
        assert_eq!(said, [(message(2).place, 2, 3)]);
        let before = column_news::ends(&mut db).await.unwrap().1;
        write!(db, |tx| labels::end(tx, 9, Some(NOW)).await.unwrap());
        assert_eq!(column_news::after(&mut db, before, 10).await.unwrap().len(), 1);
        assert_eq!(insights::corrected(&mut db, (0, i64::MAX)).await.unwrap(), []);
    });
}

#[test]
fn customers_come_with_who_they_are_and_what_a_list_says_of_them() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            customers::add(tx, &[customer(3), customer(4)]).await.unwrap();
            attributes::add(tx, &[says(5, 1, "age", "61")]).await.unwrap();
            customers::leave(tx, &[4], NOW).await.unwrap();
        });
        let found = insights::customers(&mut db, "segment", 0, 10).await.unwrap();
        let rows: Vec<_> = found.iter().map(|one| (one.id, one.person_id, one.folded.as_deref())).collect();
        assert_eq!(rows, [(1, Some(PersonId(10)), Some("retail")), (2, None, Some("wholesale")), (3, None, None)]);
        let ages = insights::customers(&mut db, "age", 0, 1).await.unwrap();
        assert_eq!(ages.iter().map(|one| (one.id, one.number)).collect::<Vec<_>>(), [(1, Some(61.0))]);
        let holds = insights::holding(&mut db, "segment", PersonId(0), 10).await.unwrap();
        assert_eq!(
            holds.iter().map(|one| (one.person_id.0, one.folded.as_str())).collect::<Vec<_>>(),
            [(10, "retail")]
        );
        assert_eq!(insights::holding(&mut db, "segment", PersonId(10), 10).await.unwrap(), []);
        let rule = |is| Rule {
            attribute: "segment".to_owned(),
            is,
            words: Vec::new(),
            folded: vec!["retail".to_owned()],
            number: None,
        };
        let inside = async |db: &mut _, is| insights::in_segment(db, &[rule(is)], PersonId(0), 10).await.unwrap();
        assert_eq!(inside(&mut db, Is::OneOf).await, [PersonId(10)]);
        assert_eq!(inside(&mut db, Is::NoneOf).await, [PersonId(11)]);
    });
}

#[test]
fn a_monitor_finds_places_but_for_what_is_noise() {
    on_both(async |mut db| {
        let mention = |n: i64, state: &str| Mention {
            monitor_id: MonitorId(1),
            place: message(n).place,
            message_id: MessageId(n),
            version: 1,
            revision: 1,
            at: NOW,
            channel_id: ChannelId(1),
            language: "en".to_owned(),
            state: state.to_owned(),
            decided_by: None,
            decided_at: None,
            found: 0,
        };
        write!(db, |tx| {
            monitors::add(tx, &monitor(1, "Coffee")).await.unwrap();
            let before = Mention { version: 0, ..mention(4, "new") };
            let all = [mention(1, "new"), mention(2, "noise"), mention(3, "listened"), before];
            mentions::put(tx, &all).await.unwrap();
        });
        let found = insights::found_by(&mut db, MonitorId(1), (0, i64::MAX)).await.unwrap();
        assert_eq!(found, [1, 3].map(|n| message(n).place));
        assert_eq!(insights::found_by(&mut db, MonitorId(1), (0, message(2).place)).await.unwrap().len(), 1);
    });
}

#[test]
fn what_was_noise_stays_so_when_its_words_go_and_nothing_is_left_of_it_when_it_is_erased() {
    on_both(async |mut db| {
        let labelled = |n: i64, noise: i64| Labelled {
            message_id: MessageId(n),
            revision: 1,
            version: 7,
            values: [None, None, None, None, Some(noise), Some(90), None, None, None, None],
        };
        let says = |id: i64, n: i64, value: i64| Correction {
            id,
            message_id: MessageId(n),
            kind: 3,
            value,
            by_user: UserId(1),
            at: NOW,
            ended_at: None,
            stood: None,
        };
        write!(db, |tx| {
            messages::add(tx, &[said(1, 10), said(2, 10), said(3, 10), said(4, 10)]).await.unwrap();
            labels::put(tx, &[labelled(1, 2), labelled(2, 3), labelled(3, 1), labelled(4, 1)]).await.unwrap();
            labels::correct(tx, &says(1, 2, 1)).await.unwrap();
            labels::correct(tx, &says(2, 3, 2)).await.unwrap();
        });
        let doomed = erasing::written_by(&mut db, PersonId(10)).await.unwrap();
        write!(db, |tx| {
            erasing::take_words(tx, &doomed, |_| String::new(), &mut Default::default()).await.unwrap();
            erasing::note_aged(tx, &doomed).await.unwrap();
        });
        let (aged, _) = insights::said(&mut db, (0, i64::MAX), 10).await.unwrap();
        let told: Vec<_> = aged.iter().map(|said| (said.is_aged, said.was_noise, said.noise)).collect();
        assert_eq!(told, [true, false, true, false].map(|noise| (true, noise, None)), "a person's word holds");
        write!(db, |tx| {
            erasing::bury(tx, &doomed, |_| String::new(), &mut Default::default()).await.unwrap();
        });
        let marked = db.number("SELECT COUNT(*) FROM messages WHERE flags <> 0", binds![]).await.unwrap();
        assert_eq!((marked, insights::said(&mut db, (0, i64::MAX), 10).await.unwrap().0.len()), (0, 0));
    });
}

#[test]
fn what_a_list_said_of_who_left_does_not_hold_for_a_customer() {
    on_both(async |mut db| {
        write!(db, |tx| stage(tx).await);
        let holds = async |db: &mut _| insights::holding(db, "segment", PersonId(0), 10).await.unwrap().len();
        assert_eq!(holds(&mut db).await, 1);
        write!(db, |tx| {
            customers::leave(tx, &[1], NOW).await.unwrap();
            attributes::settle(tx, &[PersonId(10)]).await.unwrap();
        });
        assert_eq!(holds(&mut db).await, 0);
        write!(db, |tx| {
            let own =
                attributes::Stated { customer_id: None, person_id: Some(PersonId(10)), ..says(9, 1, "segment", "Own") };
            attributes::add(tx, &[own]).await.unwrap();
            attributes::settle(tx, &[PersonId(10)]).await.unwrap();
        });
        assert_eq!(holds(&mut db).await, 1, "it is known of them all the same");
    });
}
