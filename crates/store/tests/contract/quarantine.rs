use crate::support::{NOW, blob, on_both, write};
use tertulia_model::{ChannelId, QuarantineId, UserId};
use tertulia_store::quarantine::{self, Quarantined};

fn item(n: i64) -> Quarantined {
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
        assert_eq!(quarantine::count_waiting(&mut db).await.unwrap(), 2);
        let changed = Quarantined { reason: "still unreadable".to_owned(), ..item(2) };
        assert_eq!(quarantine::waiting(&mut db, None, 1).await.unwrap(), [item(3)]);
        assert_eq!(quarantine::waiting(&mut db, Some(QuarantineId(3)), 5).await.unwrap(), [changed]);
    });
}
