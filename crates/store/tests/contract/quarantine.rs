use crate::support::{NOW, blob, on_both, write};
use tertulia_model::{ChannelId, QuarantineId, UserId};
use tertulia_store::quarantine::{self, Quarantined};

pub fn item(n: i64) -> Quarantined {
    let content = blob(n.cast_unsigned());
    Quarantined {
        id: QuarantineId(n),
        channel_id: ChannelId(1),
        item_key: format!("INBOX/{n}"),
        reason: "no date and no words".to_owned(),
        hint: "{}".to_owned(),
        blob: content.blob,
        byte_offset: content.offset.cast_signed(),
        size: content.length.cast_signed(),
        received_at: NOW,
        history: n % 2 == 0,
        state: "waiting".to_owned(),
        decided_by: None,
        decided_at: None,
    }
}

#[test]
fn an_item_set_aside_twice_is_one_and_a_decision_stands() {
    on_both(async |mut db| {
        let decided = write!(db, |tx| {
            assert_eq!(quarantine::add(tx, &[item(1), item(2), item(3)]).await.unwrap(), 3);
            quarantine::decide(tx, QuarantineId(1), "discarded", Some(UserId(4)), NOW + 1).await.unwrap();
            quarantine::set_reason(tx, QuarantineId(2), "still unreadable").await.unwrap();
            let again = Quarantined { id: QuarantineId(8), ..item(1) };
            assert_eq!(quarantine::add(tx, &[again]).await.unwrap(), 0);
            quarantine::get(tx, QuarantineId(1)).await.unwrap().unwrap()
        });
        assert_eq!((decided.state.as_str(), decided.decided_by), ("discarded", Some(UserId(4))));
        assert_eq!(decided.content(), blob(1));
        assert_eq!(quarantine::count_waiting_up_to(&mut db, 9).await.unwrap(), 2);
        assert_eq!(quarantine::count_waiting_up_to(&mut db, 1).await.unwrap(), 1, "and no further");
        let changed = Quarantined { reason: "still unreadable".to_owned(), ..item(2) };
        assert_eq!(quarantine::waiting(&mut db, None, 1).await.unwrap(), [item(3)]);
        assert_eq!(quarantine::waiting(&mut db, Some(QuarantineId(3)), 5).await.unwrap(), [changed]);
    });
}

#[test]
fn waiting_items_are_narrowed_by_channel_and_reason_and_counted_by_reason() {
    on_both(async |mut db| {
        write!(db, |tx| {
            let of = |n: i64, channel: i64, reason: &str| Quarantined {
                channel_id: ChannelId(channel),
                reason: reason.to_owned(),
                ..item(n)
            };
            let items = [of(1, 1, "broken"), of(2, 2, "broken"), of(3, 2, "empty"), of(4, 2, "broken")];
            quarantine::add(tx, &items).await.unwrap();
            quarantine::decide(tx, QuarantineId(4), "discarded", None, NOW).await.unwrap();
        });
        let ids = |found: Vec<Quarantined>| found.into_iter().map(|q| q.id.0).collect::<Vec<_>>();
        let two = Some(ChannelId(2));
        assert_eq!(ids(quarantine::narrowed(&mut db, None, None, None, 9).await.unwrap()), [3, 2, 1]);
        assert_eq!(ids(quarantine::narrowed(&mut db, two, None, None, 9).await.unwrap()), [3, 2]);
        assert_eq!(ids(quarantine::narrowed(&mut db, None, Some("broken"), None, 9).await.unwrap()), [2, 1]);
        assert_eq!(ids(quarantine::narrowed(&mut db, None, None, Some(QuarantineId(3)), 1).await.unwrap()), [2]);
        let both = [("broken".to_owned(), 2), ("empty".to_owned(), 1)];
        assert_eq!(quarantine::reasons(&mut db, None, 9).await.unwrap(), both);
        assert_eq!(quarantine::reasons(&mut db, two, 1).await.unwrap(), [("broken".to_owned(), 1)]);
    });
}

#[test]
fn what_could_not_be_stored_can_be_set_aside_whatever_it_holds() {
    on_both(async |mut db| {
        let strange =
            Quarantined { item_key: "INBOX/\0".to_owned(), reason: "the server said \0".to_owned(), ..item(1) };
        write!(db, |tx| {
            assert_eq!(quarantine::add(tx, std::slice::from_ref(&strange)).await.unwrap(), 1);
            assert_eq!(quarantine::add(tx, &[strange]).await.unwrap(), 0, "and is known again");
            quarantine::set_reason(tx, QuarantineId(1), "again \0").await.unwrap();
        });
        let kept = quarantine::get(&mut db, QuarantineId(1)).await.unwrap().unwrap();
        assert_eq!((kept.item_key.as_str(), kept.reason.as_str()), ("INBOX/\u{fffd}", "again \u{fffd}"));
    });
}
