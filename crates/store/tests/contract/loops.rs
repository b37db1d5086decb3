use crate::{
    deliveries::delivery,
    feedback_changes::change,
    person_merges::said,
    support::{NOW, on_both, person, write},
    tellings::{done, draft, told},
};
use tertulia_model::{ChangeId, ConversationId, DeliveryId, MessageId, PersonId};
use tertulia_store::{
    Db, deliveries, feedback_changes,
    loops::{self, Help, Times},
    messages::{self, NewMessage},
    people,
    tellings::{self, DECLINED, HELPED, Telling},
};

const CHANGE: ChangeId = ChangeId(5);

async fn tell(db: &Db, tellings: &[Telling]) {
    write!(db, |tx| {
        let persons: Vec<_> = tellings.iter().map(|t| person(t.person_id.0, "Amina")).collect();
        people::add_persons(tx, &persons).await.unwrap();
        tellings::add(tx, tellings).await.unwrap();
        for telling in tellings {
            tellings::put(tx, telling).await.unwrap();
        }
    });
}

#[test]
fn loop_time_is_the_middle_one_and_the_one_at_nine_tenths_of_those_who_were_told() {
    on_both(async |mut db| {
        write!(db, |tx| {
            done(tx).await;
            feedback_changes::add(tx, &change(6)).await.unwrap();
        });
        assert_eq!(loops::times(&mut db, None).await.unwrap(), Times::default());
        let mut all: Vec<Telling> = (1..=10).map(|n| told(n * 100, draft(n, n, None))).collect();
        all.push(draft(11, 11, None));
        all.push(Telling { change_id: ChangeId(6), ..told(5_000, draft(12, 12, None)) });
        tell(&db, &all).await;
        let one = loops::times(&mut db, Some(CHANGE)).await.unwrap();
        assert_eq!(one, Times { n: 10, median: Some(550), p90: Some(900) });
        let whole = loops::times(&mut db, None).await.unwrap();
        assert_eq!(whole, Times { n: 11, median: Some(600), p90: Some(1_000) });
        // Who heard before that it is declined was told then.
        let first = Telling { kind: DECLINED.to_owned(), ..told(50, draft(13, 10, None)) };
        write!(db, |tx| {
            tellings::add(tx, std::slice::from_ref(&first)).await.unwrap();
            tellings::put(tx, &first).await.unwrap();
        });
        let once = loops::times(&mut db, Some(CHANGE)).await.unwrap();
        assert_eq!(once, Times { n: 10, median: Some(450), p90: Some(800) });
        write!(db, |tx| tellings::put(tx, &draft(13, 10, None)).await.unwrap());
        let other = loops::times(&mut db, Some(ChangeId(6))).await.unwrap();
        assert_eq!(other, Times { n: 1, median: Some(5_000), p90: Some(5_000) });
        let behind = loops::behind(&mut db, None, None, 2).await.unwrap();
        assert_eq!(behind.iter().map(|row| row.id).collect::<Vec<_>>(), [12, 10]);
        let rest = loops::behind(&mut db, Some(CHANGE), Some((1_000, 10)), 99).await.unwrap();
        assert_eq!(rest.iter().map(|row| row.id).collect::<Vec<_>>(), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    });
}

#[test]
fn who_was_told_long_enough_ago_is_asked_once() {
    on_both(async |mut db| {
        write!(db, |tx| done(tx).await);
        tell(&db, &[told(100, draft(1, 1, None)), told(200, draft(2, 2, None)), draft(3, 3, None)]).await;
        let declined = Telling { kind: DECLINED.to_owned(), ..told(50, draft(9, 3, None)) };
        write!(db, |tx| {
            tellings::add(tx, std::slice::from_ref(&declined)).await.unwrap();
            tellings::put(tx, &declined).await.unwrap();
        });
        let due = loops::to_ask(&mut db, CHANGE, NOW + 150, 0, 9).await.unwrap();
        assert_eq!(due.iter().map(|t| t.id).collect::<Vec<_>>(), [1]);
        assert_eq!(loops::first_to_ask(&mut db, CHANGE).await.unwrap(), Some(NOW + 100));
        assert_eq!(loops::changes_to_ask(&mut db).await.unwrap(), [CHANGE]);
        let asked = Telling { kind: HELPED.to_owned(), ..draft(4, 1, None) };
        write!(db, |tx| assert_eq!(tellings::add(tx, &[asked]).await.unwrap(), 1));
        assert_eq!(loops::to_ask(&mut db, CHANGE, NOW + 150, 0, 9).await.unwrap(), []);
        assert_eq!(loops::first_to_ask(&mut db, CHANGE).await.unwrap(), Some(NOW + 200));
        let all = loops::to_ask(&mut db, CHANGE, NOW + 999, 1, 9).await.unwrap();
        assert_eq!(all.iter().map(|t| t.id).collect::<Vec<_>>(), [2]);
    });
}

#[test]
fn what_they_say_next_waits_to_be_understood_and_is_counted_then() {
    on_both(async |mut db| {
        let next = |n, held| NewMessage { auto: "person", ..said(n, 1, PersonId(1), held) };
        write!(db, |tx| {
            done(tx).await;
            deliveries::add(tx, &deliveries::Delivery { message_id: MessageId(20), ..delivery(1) }).await.unwrap();
            messages::add(tx, &[next(19, 1), next(21, 2)]).await.unwrap();
        });
        let asked = Telling {
            kind: HELPED.to_owned(),
            state: "told".to_owned(),
            delivery_id: Some(DeliveryId(1)),
            told_at: Some(NOW),
            ..draft(1, 1, None)
        };
        let silent = Telling { kind: HELPED.to_owned(), state: "by_hand".to_owned(), ..draft(2, 2, None) };
        tell(&db, &[asked.clone(), silent]).await;
        assert_eq!(loops::to_mark(&mut db, CHANGE, 0, 9).await.unwrap(), [], "they said nothing there since");
        let held = ConversationId(1);
        assert_eq!(loops::next_said(&mut db, held, MessageId(20), PersonId(1)).await.unwrap(), None);
        write!(db, |tx| messages::add(tx, &[next(22, 1), next(23, 1)]).await.unwrap());
        assert_eq!(loops::next_said(&mut db, held, MessageId(20), PersonId(1)).await.unwrap(), Some(MessageId(22)));
        assert_eq!(loops::to_mark(&mut db, CHANGE, 0, 9).await.unwrap().len(), 1);
        assert_eq!(loops::to_mark(&mut db, CHANGE, 1, 9).await.unwrap(), []);
        assert_eq!(loops::help(&mut db, CHANGE).await.unwrap(), Help { asked: 2, ..Help::default() });
        let marked = Telling { answer: Some("helped".to_owned()), ..asked };
        write!(db, |tx| tellings::put(tx, &marked).await.unwrap());
        assert_eq!(loops::to_mark(&mut db, CHANGE, 0, 9).await.unwrap(), []);
        assert_eq!(loops::help(&mut db, CHANGE).await.unwrap(), Help { asked: 2, helped: 1, ..Help::default() });
    });
}
