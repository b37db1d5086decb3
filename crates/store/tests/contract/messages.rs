use crate::support::{blob, body, message, on_both, write};
use tertulia_model::{AttachmentId, MessageId, MonitorId};
use tertulia_store::{
    Sql, StoreError, articles, binds,
    keys::source_key,
    messages::{self, NewAttachment, NewBody, NewMessage},
    monitors::{self, Monitor},
    reading,
    search::{self, Bounds, Terms},
};

#[test]
fn messages_are_known_by_their_own_name_and_by_others() {
    on_both(async |mut db| {
        let other = source_key("mail", "<rewritten@relay.example>");
        write!(db, |tx| {
            messages::add(tx, &(1..=500).map(message).collect::<Vec<_>>()).await.unwrap();
            messages::add_alias(tx, other, MessageId(7)).await.unwrap();
            messages::add_alias(tx, other, MessageId(8)).await.unwrap();
            // The name of one message cannot become the name of another.
            messages::add_alias(tx, message(3).source_key, MessageId(9)).await.unwrap();
        });
        let mut keys: Vec<_> = (1..=900).map(|n| message(n).source_key).collect();
        keys.extend([other, message(1).source_key]);
        let mut found: Vec<_> =
            messages::known(&mut db, &keys).await.unwrap().into_iter().map(|k| (k.id.0, k.source_key)).collect();
        found.sort_unstable();
        let mut expected: Vec<_> = (1..=500).map(|n| (n, message(n).source_key.to_vec())).collect();
        expected.push((7, other.to_vec()));
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert!(messages::known(&mut db, &[]).await.unwrap().is_empty());
        let known = messages::known_by_id(&mut db, MessageId(2)).await.unwrap().unwrap();
        assert_eq!((known.place, known.state.as_str(), known.at), (message(2).place, "shown", message(2).at));
        assert_eq!(messages::count(&mut db).await.unwrap(), 500);
        assert_eq!(messages::highest_id(&mut db).await.unwrap(), 500);
        write!(db, |tx| articles::add(tx, &crate::articles::article(900, 900, "en")).await.unwrap());
        assert_eq!(messages::highest_id(&mut db).await.unwrap(), 900, "an id is given once, whatever it names");
    });
}

#[test]
fn a_key_or_a_place_that_is_taken_refuses_the_message() {
    on_both(async |mut db| {
        write!(db, |tx| messages::add(tx, &[message(1)]).await.unwrap());
        for taken in [
            NewMessage { source_key: message(1).source_key, ..message(2) },
            NewMessage { place: message(1).place, ..message(2) },
            NewMessage { id: MessageId(1), ..message(2) },
        ] {
            let mut tx = db.begin().await.unwrap();
            let refused = messages::add(&mut tx, &[message(3), taken]).await;
            assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
        }
        assert_eq!(messages::count(&mut db).await.unwrap(), 1);
    });
}

#[test]
fn what_claimed_to_be_ours_becomes_ours_and_nobody_elses() {
    on_both(async |mut db| {
        let claim = NewMessage { person_id: Some(tertulia_model::PersonId(5)), ..message(1) };
        write!(db, |tx| {
            messages::add(tx, &[claim, message(2)]).await.unwrap();
            messages::add_bodies(tx, &[body(1), body(2)]).await.unwrap();
            messages::becomes_ours(tx, MessageId(1), "{\"our_address\":\"desk@shop.example\"}").await.unwrap();
        });
        let ours = reading::message(&mut db, MessageId(1)).await.unwrap().unwrap();
        assert_eq!((ours.direction.as_str(), ours.person_id, ours.identity_id), ("ours", None, None));
        assert!(ours.envelope.contains("desk@shop.example"));
        let other = reading::message(&mut db, MessageId(2)).await.unwrap().unwrap();
        assert!(other.direction == "theirs" && !other.envelope.contains("desk@shop.example"));
    });
}

#[test]
fn a_waiting_message_is_replaced_under_its_id() {
    on_both(async |mut db| {
        let waiting = NewMessage { state: "waiting", ..message(1) };
        let whole = NewMessage { place: message(2).place, ..message(1) };
        write!(db, |tx| {
            messages::add(tx, &[waiting]).await.unwrap();
            assert_eq!(messages::waiting_edits(tx, whole.channel_id).await.unwrap(), 1);
            messages::replace(tx, &whole).await.unwrap();
            assert_eq!(messages::waiting_edits(tx, whole.channel_id).await.unwrap(), 0);
        });
        let known = messages::known_by_id(&mut db, MessageId(1)).await.unwrap().unwrap();
        assert_eq!((known.state.as_str(), known.place), ("shown", whole.place));
    });
}

#[test]
fn a_buried_message_leaves_its_tombstone_and_none_of_its_words() {
    on_both(async |mut db| {
        let file = NewAttachment {
            id: AttachmentId(1),
            message_id: MessageId(1),
            revision: 1,
            name: "a".to_owned(),
            media_type: "text/plain".to_owned(),
            content_id: None,
            inline: false,
            content: blob(1),
        };
        let raw = NewBody { raw: Some(blob(4)), ..body(1) };
        write!(db, |tx| {
            messages::add(tx, &[message(1), message(2)]).await.unwrap();
            messages::add_bodies(tx, &[raw, body(2)]).await.unwrap();
            messages::add_attachments(tx, &[file]).await.unwrap();
            let terms = |n: i64| (message(n).place, "order where".to_owned());
            messages::index(tx, vec![terms(2), terms(1)]).await.unwrap();
        });
        assert_eq!(messages::words(&mut db, MessageId(1)).await.unwrap().unwrap().1, "Where is order 1?");
        write!(db, |tx| messages::bury(tx, MessageId(1), message(1).place).await.unwrap());
        let known = messages::known(&mut db, &[message(1).source_key]).await.unwrap();
        assert_eq!((known.len(), known[0].state.as_str(), known[0].fingerprint), (1, "deleted", 0));
        assert_eq!(messages::words(&mut db, MessageId(1)).await.unwrap(), None);
        assert_eq!(reading::html(&mut db, MessageId(1)).await.unwrap(), None);
        assert!(reading::attachments(&mut db, &[MessageId(1)]).await.unwrap().is_empty());
        let term = Terms::Term("order".to_owned());
        let found = search::candidates(&mut db, Some(&term), &Bounds::default(), i64::MAX, 9).await.unwrap();
        assert_eq!(found, [message(2).place]);
    });
}

#[test]
fn raw_bytes_are_named_by_blob_offset_and_length() {
    on_both(async |mut db| {
        write!(db, |tx| {
            messages::add_bodies(tx, &[NewBody { raw: Some(blob(4)), ..body(1) }, body(2)]).await.unwrap();
        });
        let sql = "SELECT raw_blob, raw_offset, raw_length FROM bodies ORDER BY message_id";
        let rows: Vec<(Option<String>, Option<i64>, Option<i64>)> = db.rows(sql, binds![]).await.unwrap();
        assert_eq!(rows, [(Some(blob(4).blob), Some(4), Some(14)), (None, None, None)]);
    });
}

#[test]
fn a_message_taken_out_of_the_index_can_be_put_in_again_with_other_words() {
    on_both(async |mut db| {
        let place = message(1).place;
        write!(db, |tx| messages::index(tx, vec![(place, "tea milk".to_owned())]).await.unwrap());
        write!(db, |tx| {
            messages::unindex(tx, place).await.unwrap();
            messages::unindex(tx, message(2).place).await.unwrap();
            messages::index(tx, vec![(place, "coffee milk".to_owned())]).await.unwrap();
        });
        for (word, places) in [("tea", vec![]), ("coffee", vec![place]), ("milk", vec![place])] {
            let term = Terms::Term(word.to_owned());
            let found = search::candidates(&mut db, Some(&term), &Bounds::default(), i64::MAX, 9).await.unwrap();
            assert_eq!(found, places, "{word}");
        }
    });
}

#[test]
fn a_copy_of_our_own_gives_way_and_leaves_its_name_and_its_answers() {
    on_both(async |mut db| {
        let answer = NewMessage { parent_id: Some(MessageId(2)), thread_id: message(2).thread_id, ..message(3) };
        write!(db, |tx| {
            messages::add(tx, &[message(1), message(2), answer.clone()]).await.unwrap();
            messages::add_bodies(tx, &[body(1), body(2), body(3)]).await.unwrap();
            let asks = format!("in:{}", message(2).thread_id);
            let monitor =
                Monitor { query: asks, uses: monitors::uses::THREAD, ..crate::monitors::monitor(1, "theirs") };
            monitors::add(tx, &monitor).await.unwrap();
            let copy = messages::known_by_id(tx, MessageId(2)).await.unwrap().unwrap();
            let original = messages::known_by_id(tx, MessageId(1)).await.unwrap().unwrap();
            messages::merge_copy(tx, &copy, &original, message(2).source_key).await.unwrap();
        });
        let by_old_name = messages::known(&mut db, &[message(2).source_key]).await.unwrap();
        assert_eq!(by_old_name.iter().map(|k| k.id).collect::<Vec<_>>(), [MessageId(1)]);
        let answer = reading::message(&mut db, MessageId(3)).await.unwrap().unwrap();
        assert_eq!((answer.parent_id, answer.thread_id), (Some(MessageId(1)), message(1).thread_id));
        assert_eq!(messages::count(&mut db).await.unwrap(), 2);
        let monitor = monitors::get(&mut db, MonitorId(1)).await.unwrap().unwrap();
        assert_eq!(monitor.query, format!("in:{}", message(1).thread_id), "whoever asks for the thread of the copy");
        let waiting = write!(db, |tx| monitors::take_waiting(tx, 9).await.unwrap());
        assert!(waiting.contains(&(MessageId(3), monitors::uses::THREAD)), "{waiting:?}");
    });
}

#[test]
fn only_our_own_message_can_be_taken_back() {
    on_both(async |mut db| {
        let ours = NewMessage { direction: "ours", ..message(1) };
        write!(db, |tx| {
            messages::add(tx, &[ours.clone(), message(2)]).await.unwrap();
            messages::add_bodies(tx, &[body(1)]).await.unwrap();
            messages::index(tx, vec![(ours.place, "taken back".to_owned())]).await.unwrap();
            messages::remove(tx, MessageId(1), ours.place).await.unwrap();
            messages::remove(tx, MessageId(2), message(2).place).await.unwrap();
        });
        assert_eq!(reading::message(&mut db, MessageId(1)).await.unwrap(), None);
        assert!(reading::message(&mut db, MessageId(2)).await.unwrap().is_some());
        let words = Terms::Term("taken".to_owned());
        let found = search::candidates(&mut db, Some(&words), &Bounds::default(), i64::MAX, 5).await.unwrap();
        assert!(found.is_empty(), "{found:?}");
    });
}
