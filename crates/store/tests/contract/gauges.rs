use crate::support::{NOW, on_both, write};
use tertulia_model::{DeliveryId, DeliveryState, JobId, MessageId, UserId};
use tertulia_store::{deliveries, gauges, jobs, monitors};

#[test]
fn what_is_due_is_told_by_its_kind_and_what_is_for_later_is_not() {
    on_both(async |mut db| {
        write!(db, |tx| {
            jobs::add(tx, JobId(1), "send", 1, NOW - 5).await.unwrap();
            jobs::add(tx, JobId(2), "send", 2, NOW).await.unwrap();
            jobs::add(tx, JobId(3), "wake", 1, NOW + 1).await.unwrap();
        });
        let due = gauges::due(&mut db, NOW).await.unwrap();
        assert_eq!(due, [gauges::Due { kind: "send".to_owned(), jobs: 2, oldest: NOW - 5 }]);
    });
}

#[test]
fn deliveries_are_counted_by_state_without_those_that_somebody_decided_to_leave() {
    on_both(async |mut db| {
        write!(db, |tx| {
            for n in 1..=4 {
                deliveries::add(tx, &crate::deliveries::delivery(n)).await.unwrap();
            }
            for (n, at) in [(1, NOW), (2, NOW), (3, NOW - 100)] {
                let to = DeliveryState::Failed;
                deliveries::set_state(tx, DeliveryId(n), &[DeliveryState::Queued], to, None, at).await.unwrap();
            }
            assert!(deliveries::leave(tx, DeliveryId(2), UserId(1), NOW).await.unwrap());
        });
        let mut count = async |state, since| gauges::deliveries(&mut db, state, since).await.unwrap();
        assert_eq!((count("queued", 0).await, count("failed", 0).await), (1, 2));
        assert_eq!((count("failed", NOW - 50).await, count("sent", 0).await), (1, 0));
    });
}

#[test]
fn messages_that_monitors_have_still_to_look_at_are_counted() {
    on_both(async |mut db| {
        assert_eq!(gauges::unmatched(&mut db).await.unwrap(), 0);
        write!(db, |tx| {
            monitors::add(tx, &crate::monitors::monitor(1, "tea")).await.unwrap();
            monitors::match_later(tx, &[MessageId(1), MessageId(2)]).await.unwrap();
        });
        assert_eq!(gauges::unmatched(&mut db).await.unwrap(), 2);
    });
}
