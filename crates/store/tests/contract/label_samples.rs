use crate::support::{NOW, message, on_both, write};
use tertulia_model::{ChannelId, MessageId, UserId};
use tertulia_store::{
    Db,
    label_samples::{self, Drawn, Reading, Sample},
    messages,
};

fn sample(kind: i64) -> Sample {
    let (drawn_by, drawn_at) = (UserId(1), NOW);
    Sample { id: 100 + kind, kind, each_cell: 5, seed: -7, drawn_by, drawn_at, ended_at: None }
}

fn drawn(kind: i64, position: i64, message: i64) -> Drawn {
    Drawn {
        sample_id: 100 + kind,
        message_id: MessageId(message),
        position,
        channel_id: ChannelId(1),
        language: "en".to_owned(),
        of_cell: 40,
        revision: 1,
        settled: None,
        settled_by: None,
        settled_at: None,
    }
}

/// A sample of a kind that holds these messages, in this order.
pub async fn draw(db: &Db, kind: i64, messages: &[i64]) {
    let all: Vec<Drawn> = messages.iter().zip(0..).map(|(message, at)| drawn(kind, at, *message)).collect();
    write!(db, |tx| label_samples::add(tx, &sample(kind), &all).await.unwrap());
}

fn read(message: i64, by: i64, value: Option<i64>) -> Reading {
    Reading { sample_id: 102, message_id: MessageId(message), by_user: UserId(by), value, at: NOW + by }
}

#[test]
fn a_sample_is_read_in_its_order_ended_and_taken_up_again() {
    on_both(async |mut db| {
        draw(&db, 2, &[9, 4, 6]).await;
        draw(&db, 3, &[4]).await;
        assert_eq!(label_samples::all(&mut db).await.unwrap(), [sample(3), sample(2)]);
        let order = label_samples::messages(&mut db, 102).await.unwrap();
        assert_eq!(order, [drawn(2, 0, 9), drawn(2, 1, 4), drawn(2, 2, 6)]);
        write!(db, |tx| label_samples::end(tx, 102, Some(NOW)).await.unwrap());
        let ended = label_samples::get(&mut db, 102).await.unwrap();
        assert_eq!(ended, Some(Sample { ended_at: Some(NOW), ..sample(2) }));
        write!(db, |tx| {
            label_samples::end(tx, 102, None).await.unwrap();
            assert!(label_samples::remove(tx, 103).await.unwrap());
        });
        assert_eq!(label_samples::get(&mut db, 102).await.unwrap(), Some(sample(2)));
        assert_eq!(label_samples::get(&mut db, 103).await.unwrap(), None);
        assert_eq!(label_samples::drawn_of_kind(&mut db, 3).await.unwrap(), []);
    });
}

#[test]
fn a_reader_says_one_thing_of_a_message_and_takes_it_back() {
    on_both(async |mut db| {
        draw(&db, 2, &[9, 4]).await;
        write!(db, |tx| {
            label_samples::read(tx, &read(9, 1, Some(3))).await.unwrap();
            label_samples::read(tx, &read(9, 2, None)).await.unwrap();
            label_samples::read(tx, &read(9, 1, Some(1))).await.unwrap();
            label_samples::read(tx, &read(4, 1, Some(2))).await.unwrap();
        });
        let all = [read(4, 1, Some(2)), read(9, 1, Some(1)), read(9, 2, None)];
        assert_eq!(label_samples::readings(&mut db, 102).await.unwrap(), all);
        assert_eq!(label_samples::readings_of_kind(&mut db, 2).await.unwrap(), all);
        assert_eq!(label_samples::readings_of_kind(&mut db, 3).await.unwrap(), []);
        write!(db, |tx| {
            assert!(label_samples::unread(tx, (102, MessageId(4)), UserId(1)).await.unwrap());
            assert!(!label_samples::unread(tx, (102, MessageId(4)), UserId(1)).await.unwrap());
        });
        assert_eq!(label_samples::readings(&mut db, 102).await.unwrap(), all[1..]);
    });
}

#[test]
fn what_readers_differ_in_is_settled_and_a_message_leaves_its_sample_with_its_words() {
    on_both(async |mut db| {
        write!(db, |tx| messages::add(tx, &[message(9)]).await.unwrap());
        draw(&db, 2, &[9, 4]).await;
        write!(db, |tx| {
            label_samples::read(tx, &read(9, 1, Some(3))).await.unwrap();
            let settled = Some((1, UserId(2), NOW + 5));
            label_samples::settle(tx, (102, MessageId(9)), settled).await.unwrap();
            let stands = label_samples::message_to_change(tx, 102, MessageId(9)).await.unwrap().unwrap();
            assert_eq!((stands.settled, stands.settled_by), (Some(1), Some(UserId(2))));
            assert_eq!(label_samples::message_to_change(tx, 102, MessageId(5)).await.unwrap(), None);
        });
        let all = label_samples::drawn_of_kind(&mut db, 2).await.unwrap();
        assert_eq!((all[0].settled_by, all[0].settled_at), (Some(UserId(2)), Some(NOW + 5)));
        write!(db, |tx| {
            label_samples::settle(tx, (102, MessageId(9)), None).await.unwrap();
            messages::bury(tx, MessageId(9), message(9).place).await.unwrap();
        });
        assert_eq!(label_samples::messages(&mut db, 102).await.unwrap(), [drawn(2, 1, 4)]);
        assert_eq!(label_samples::readings(&mut db, 102).await.unwrap(), []);
    });
}

#[test]
fn a_message_that_is_worded_anew_leaves_its_samples_and_one_that_was_read_keeps_its_sample() {
    on_both(async |mut db| {
        draw(&db, 2, &[9, 4]).await;
        write!(db, |tx| {
            label_samples::read(tx, &read(9, 1, Some(3))).await.unwrap();
            label_samples::read(tx, &read(4, 1, Some(1))).await.unwrap();
            label_samples::leave(tx, MessageId(9)).await.unwrap();
        });
        assert_eq!(label_samples::messages(&mut db, 102).await.unwrap(), [drawn(2, 1, 4)]);
        assert_eq!(label_samples::readings(&mut db, 102).await.unwrap(), [read(4, 1, Some(1))]);
        let mut tx = db.begin().await.unwrap();
        assert!(!label_samples::remove(&mut tx, 102).await.unwrap(), "something was read of it");
        tx.roll_back().await.unwrap();
        assert_eq!(label_samples::messages(&mut db, 102).await.unwrap().len(), 1);
    });
}
